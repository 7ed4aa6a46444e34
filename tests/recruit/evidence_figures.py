"""Figures of an analysis over several invented intakes, as scoring gives them: for tests and a look at the pages."""

import json
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from scoring.alternatives import alternatives
from scoring.bar import qualified_but_rejected, start_later, threshold_effect, without_each_requirement
from scoring.proxies import proxies
from scoring.sequential import e_process

CRITERIA = ("swedish_work", "breadth", "references", "science", "other_work")
WEIGHTS = (25.0, 25.0, 30.0, 10.0, 10.0)
START = date(2027, 2, 1)
#: Places in each intake.
PLACES = 20


def invented(intakes: list[str], *, gap: float, n: int = 60, seed: int = 3) -> pd.DataFrame:
    """Ranked applicants of several intakes. In levels, the women lose `gap` on Swedish work."""
    chance = np.random.default_rng(seed)
    rows = n * len(intakes)
    female = chance.random(rows) < 0.45
    ability = chance.normal(2.2, 0.7, rows)
    levels = np.rint(ability[:, None] + chance.normal(0, 0.7, (rows, len(CRITERIA))))
    levels[female, 0] -= gap
    levels = np.clip(levels, 0, 4)
    frame = pd.DataFrame(levels, columns=list(CRITERIA))
    frame["intake"] = np.repeat(intakes, n)
    frame["sex"] = np.where(female, "female", "male")
    frame["points"] = levels @ np.array(WEIGHTS) / 4
    frame["ability"] = ability
    frame["called"] = (
        frame.groupby("intake")["points"].rank(ascending=False, method="first") <= PLACES
    ).astype(int)
    return frame


def evidence(frame: pd.DataFrame, intakes: list[str]) -> dict[str, Any]:
    """The e-process of those called."""
    counts = frame.groupby(["intake", "sex"])["called"].agg(["size", "sum"]).reset_index()
    counts.columns = ["intake", "group", "n", "selected"]
    return e_process(counts, intakes=intakes).to_dict()


def bar_of(frame: pd.DataFrame) -> dict[str, Any]:
    """The bar of one intake: a threshold of 50, offers to those called, and a requirement that costs women."""
    sex, points = list(frame["sex"]), list(frame["points"])
    above = frame["points"] >= 50
    offered = (frame["called"] == 1) & above
    posts = {"all": (25, 18)}
    answers = pd.DataFrame(
        {
            "E1": [not (each == "female" and i % 3 == 0) for i, each in enumerate(sex)],
            "E2": [True] * len(sex),
        },
        dtype=object,
    )
    expected = [START + timedelta(days=10 * (i % 4)) if i % 6 == 0 else None for i in range(len(sex))]
    weeks = [each.to_dict() for each in start_later(expected, [True] * len(sex), sex, START)]
    return {
        "rejected": {"sex": qualified_but_rejected(above, offered, sex, posts).to_dict()},
        "threshold": {
            "sex": threshold_effect(points, sex, [40, 45, 50, 55, 60]).to_dict() | {"threshold": 50.0}
        },
        "requirements": {"sex": without_each_requirement(answers, sex).to_dict()},
        "later_start": {"sex": {"start": START.isoformat(), "weeks": weeks}},
    }


def figures(intakes: list[str], *, gap: float = 1.5, outcomes: bool = False) -> dict[str, Any]:
    """The sections about time, proxies, other weights and the bar, as they are stored; only sex has figures."""
    frame = invented(intakes, gap=gap)
    newest = frame[frame["intake"] == intakes[-1]].reset_index(drop=True)
    none = {"reason": {"sv": "Bara kön har prövats.", "en": "Only sex was tried."}}
    others = dict.fromkeys(("age_band", "licence_route", "country_group", "country"), none)
    over_time = {"sex": evidence(frame, intakes), **others}
    whole = {
        "version": 1,
        "alpha": 0.05,
        "intakes": intakes,
        "over_time": {"called": over_time, "eligible": over_time},
        "proxies": {
            "sex": proxies(newest[list(CRITERIA)], newest["sex"], seed=1, permutations=99).to_dict(),
            "age_band": proxies(
                newest[list(CRITERIA)], ["30_34" if i % 10 else "40_over" for i in range(len(newest))], seed=1
            ).to_dict(),
            **{key: none for key in others if key != "age_band"},
        },
        "alternatives": {"sex": _other_weights(frame, intakes, outcomes), **others}
        if len(intakes) > 1
        else none,
        "bar": bar_of(newest),
    }
    stored: dict[str, Any] = json.loads(json.dumps(whole))
    return stored


def _other_weights(frame: pd.DataFrame, intakes: list[str], outcomes: bool) -> dict[str, Any]:
    weights = dict(zip(CRITERIA, WEIGHTS, strict=True))
    found = alternatives(
        frame[list(CRITERIA)],
        weights,
        {key: (weight / 2, weight * 1.5) for key, weight in weights.items()},
        frame["sex"],
        frame["intake"],
        dict.fromkeys(intakes, PLACES),
        of="female",
        holdout=intakes[-1:],
        seed=1,
        outcome=frame["ability"] if outcomes else None,
        draws=200,
    )
    return {"groups": {"female": found.to_dict()}, "not_searched": {"male": "not_below"}}
