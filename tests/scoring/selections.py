"""Small selections for tests: profiles and levels by assessor, by hand and by hypothesis."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pandas as pd
from hypothesis import strategies as st

from scoring.criteria import Criterion, Gate, Profile, StageRule, Text

KEYS = ("c", "d", "e")


def anchors(key: str) -> tuple[Text, ...]:
    return tuple(Text(f"{key} {level} sv", f"{key} {level} en") for level in range(5))


def profile_of(
    weights: dict[str, int | str],
    threshold: int | str = 0,
    ties: tuple[str, ...] = (),
    gates: tuple[Gate, ...] = (),
    **rules: Any,
) -> Profile:
    text = Text("a", "a")
    criteria = tuple(
        Criterion(key, Text(f"{key} sv", f"{key} en"), "screening", "assessed", Decimal(weight), anchors(key))
        for key, weight in weights.items()
    )
    rule = StageRule(Decimal(threshold), ties, **rules)
    return Profile("p", text, criteria, (), gates, {"screening": rule, "interview": rule}, ())


def long(*rows: tuple[str, str, str, Any]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["application", "assessor", "criterion", "level"])


def panel(levels: dict[str, tuple[Any, ...]], keys: tuple[str, ...] = KEYS) -> pd.DataFrame:
    """Levels by assessors x, y, …: for each application one tuple per criterion with a level per assessor.

    A plain number is the level of x alone.
    """
    rows = []
    for id, each in levels.items():
        for key, given in zip(keys, each, strict=True):
            for assessor, level in zip("xyz", given if isinstance(given, tuple) else (given,), strict=False):
                rows.append((id, assessor, key, level))
    return long(*rows)


@st.composite
def gates(draw: st.DrawFn) -> Gate:
    return Gate(
        "screening",
        draw(st.sampled_from([None, 0, 1])),
        draw(st.dictionaries(st.integers(0, 3), st.integers(0, 2), max_size=2)),
        draw(st.sampled_from([None, Fraction(1), Fraction(7, 3)])),
        draw(st.sampled_from([(), ("c",), ("c", "e")])),
    )


@st.composite
def selections(
    draw: st.DrawFn,
    *,
    most: int = 6,
    fewest_assessors: int = 1,
    most_assessors: int = 2,
    combine: tuple[str, ...] = ("mean", "median"),
    levels: tuple[Any, ...] = (0, 1, 2, 3, 4),
) -> tuple[pd.DataFrame, Profile]:
    """Levels and a profile with three criteria, ties, threshold and perhaps gates; few levels, so many ties."""
    weights = draw(st.sampled_from([(1, 1, 1), (2, 1, 1), (50, 30, 20), (60, 25, 15), (49, 1, 50)]))
    profile = profile_of(
        dict(zip(KEYS, weights, strict=True)),
        draw(st.sampled_from([0, 20, 40, 50, 60])),
        tuple(draw(st.lists(st.sampled_from(KEYS), unique=True, max_size=2))),
        tuple(draw(st.lists(gates(), max_size=2))),
        combine=draw(st.sampled_from(combine)),
    )
    rows = []
    for number in range(draw(st.integers(1, most))):
        for key in KEYS:
            count = draw(st.integers(fewest_assessors, most_assessors))
            for assessor in range(count):
                rows.append((f"a{number}", f"x{assessor}", key, draw(st.sampled_from(levels))))
    return long(*rows) if rows else long(("a0", "x", "c", 0)), profile
