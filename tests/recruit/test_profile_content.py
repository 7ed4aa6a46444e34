"""A profile in the editor and back is the same profile, whatever it says."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from recruit.profile_content import complete, content_of, empty_item, table_of
from recruit.profile_parts import fields_of, merge, values_of, with_values
from scoring.bands import Bound
from scoring.criteria import (
    ATTACHMENT_KINDS,
    RULES,
    Borderline,
    Criterion,
    Gate,
    Profile,
    Requirement,
    StageRule,
    Text,
)
from scoring.profile import default_profile, parse_profile
from scoring.profile_problems import read_whole
from scoring.profile_toml import profile_of_table

#: Without what steers letters or turns them: a profile holds none of it.
LETTERS = st.characters(exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp"))
WORDS = st.tuples(st.text(LETTERS, max_size=29), st.sampled_from("aÖ王م")).map("".join)
LINES = st.lists(WORDS, min_size=1, max_size=3).map("\n".join)
TEXTS = st.builds(Text, sv=LINES, en=LINES)
KEYS = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True).filter(
    lambda key: key not in ("id", "application", "assessor", "criterion", "level")
)


@st.composite
def criteria(draw: Any) -> tuple[Criterion, ...]:
    keys = draw(st.lists(KEYS, min_size=2, max_size=5, unique=True))
    left, found = Decimal(100), []
    for number, key in enumerate(keys):
        last = number == len(keys) - 1
        weight = left if last else draw(st.decimals(0, max(left - 1, Decimal(0)), places=2))
        left -= weight
        kind = draw(st.sampled_from(["from_form", "assessed", "external"]))
        form = kind == "from_form"
        lowest = draw(st.decimals(0, 5, places=1))
        bands = tuple(Bound(lowest + step, draw(st.booleans())) for step in range(4)) if form else ()
        found.append(
            Criterion(
                key=key,
                name=draw(TEXTS),
                stage="screening" if last else draw(st.sampled_from(["screening", "interview"])),
                kind=kind,
                weight=weight,
                anchors=tuple(draw(TEXTS) for _level in range(5)),
                description=draw(st.none() | TEXTS),
                short=draw(st.none() | TEXTS),
                value=draw(KEYS) if form else None,
                bands=bands,
            )
        )
    return tuple(found)


@st.composite
def requirements(draw: Any) -> tuple[Requirement, ...]:
    keys = draw(st.lists(st.from_regex(r"[A-Z][0-9]", fullmatch=True), max_size=3, unique=True))
    found = []
    for key in keys:
        rule = draw(st.sampled_from(sorted(RULES)))
        kinds = st.lists(st.sampled_from(ATTACHMENT_KINDS), min_size=1, max_size=3, unique=True).map(tuple)
        takes = RULES[rule]
        asked = draw(kinds) if "attachments" in takes else ()
        found.append(
            Requirement(
                key=key,
                name=draw(TEXTS),
                description=draw(TEXTS),
                rule=rule,
                mandatory=draw(st.booleans()),
                attachments=asked,
                months_old_at_most=draw(st.none() | st.integers(1, 120)) if asked else None,
                count=draw(st.integers(1, 9)) if "count" in takes else None,
            )
        )
    return tuple(found)


@st.composite
def profiles(draw: Any) -> Profile:
    grounds = draw(criteria())
    counting = {
        stage: [
            each.key for each in grounds if each.required and (stage == "interview" or each.stage == stage)
        ]
        for stage in ("screening", "interview")
    }
    rules = {
        stage: StageRule(
            threshold=draw(st.decimals(0, 100, places=1)),
            ties=tuple(draw(st.permutations(keys))[: draw(st.integers(0, len(keys)))]),
            combine=draw(st.sampled_from(["mean", "median"])),
            places=draw(st.sampled_from(["raw", "severity_adjusted"])),
            borderline=Borderline(
                draw(st.decimals("0.01", "0.4", places=2)),
                draw(st.decimals("0.5", "0.99", places=2)),
                draw(st.sampled_from(["discuss", "third_assessment", "lot"])),
            ),
        )
        for stage, keys in counting.items()
    }
    gates = draw(
        st.lists(
            st.builds(
                Gate,
                stage=st.just("interview"),
                forbidden_level=st.none() | st.integers(0, 3),
                max_count=st.dictionaries(st.integers(0, 3), st.integers(0, 9), max_size=3),
                mean_at_least=st.fractions(0, 4, max_denominator=9),
                criteria=st.just(tuple(counting["interview"][:2])),
            ),
            max_size=2,
        )
    )
    return Profile(
        key=draw(KEYS),
        name=draw(TEXTS),
        criteria=grounds,
        requirements=draw(requirements()),
        gates=tuple(gates),
        stages=rules,
        never_scored=tuple(draw(st.lists(TEXTS, max_size=3))),
        version_note=draw(st.none() | LINES | TEXTS),
    )


@settings(max_examples=40, deadline=None)
@given(profiles())
def test_file_through_the_editor_is_an_equal_profile(profile: Profile) -> None:
    read = parse_profile(profile.to_toml())
    back = profile_of_table(table_of(content_of(read), read.key))
    assert back == read
    assert back.digest() == profile.digest()
    assert parse_profile(back.to_toml()) == profile


@settings(max_examples=20, deadline=None)
@given(profiles())
def test_every_value_of_a_profile_is_a_field_of_some_part(profile: Profile) -> None:
    """Emptied field by field and filled in again, part by part, it is the same content: nothing is left out."""
    content = content_of(profile)
    parts = ["texts", "weights", "never", "rules/screening", "rules/interview"]
    parts += [
        f"{name}/{each['id']}" for name in ("criteria", "requirements", "gates") for each in content[name]
    ]
    empty = content
    for part in parts:
        blank = {name: type(value)() for name, value in (values_of(empty, part) or {}).items()}
        empty = with_values(empty, part, blank)
    assert empty != content
    for part in parts:
        empty = with_values(empty, part, values_of(content, part) or {})
    assert empty == content


def test_new_items_hold_nothing_and_are_all_asked_for() -> None:
    content = content_of(default_profile())
    for name, letter in (("criteria", "c"), ("requirements", "r"), ("gates", "g"), ("never_scored", "n")):
        content[name].append(empty_item(name, f"{letter}99"))
    profile, problems = read_whole(table_of(content, "bt"))
    assert profile is None
    assert {each.at[0] for each in problems} == {"criteria", "requirements", "gates", "never_scored"}
    assert len(problems) > 20


def test_numbers_are_read_as_people_write_them() -> None:
    content = content_of(default_profile())
    content["criteria"][0]["weight"], content["criteria"][1]["weight"] = "9,5", " 10.50 "
    content["criteria"][0]["bands"][0] = "över 0"
    content["gates"][0]["mean_at_least"] = "7/3"
    profile, problems = read_whole(table_of(content, "bt"))
    assert profile is not None, problems
    assert profile.criteria[0].weight == Decimal("9.5")
    assert profile.criteria[0].bands[0] == Bound(Decimal(0), strict=True)
    assert profile.gates[0].mean_at_least == Fraction(7, 3)


def test_a_draft_from_before_a_field_came_gets_it_empty() -> None:
    old = content_of(default_profile())
    for each in old["requirements"]:
        del each["months_old_at_most"]
    assert complete(old) == content_of(default_profile())


def test_merge_keeps_both_and_names_what_both_changed() -> None:
    base = {"a": "1", "b": "1", "c": "1", "d": "1"}
    merged = merge(
        {**base, "a": "mine", "c": "mine", "d": "same"}, base, {**base, "b": "x", "c": "x", "d": "same"}
    )
    assert merged.values == {"a": "mine", "b": "x", "c": "mine", "d": "same"}
    assert merged.clashes == ["c"]


def test_part_that_is_gone_has_no_fields() -> None:
    content = content_of(replace(default_profile(), gates=()))
    assert fields_of(content, "gates/g1") is None
    assert fields_of(content, "rules/lunch") is None
    assert fields_of(content, "nothing") is None
