"""Criteria profiles: what the default holds, what reads back, and what a digest covers."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.bands import Bound
from scoring.profile import (
    ATTACHMENT_KINDS,
    RULES,
    Borderline,
    Criterion,
    Gate,
    Profile,
    ProfileError,
    Requirement,
    StageRule,
    Text,
    default_profile,
    default_profile_text,
    load_profile,
    parse_profile,
)

# The default


def test_default_profile_holds_the_criteria_and_weights_that_are_published() -> None:
    profile = default_profile()
    assert {each.key: each.weight for each in profile.criteria} == {
        "swedish_work": 10,
        "breadth": 10,
        "references": 15,
        "science": 5,
        "other_work": 5,
        "case": 20,
        "communication": 15,
        "teamwork": 10,
        "learning_needs": 10,
        "theory_test": 0,
    }


def test_default_profile_rules_are_as_published() -> None:
    profile = default_profile()
    assert profile.stages == {
        "screening": StageRule(Decimal(40), ("references", "breadth", "swedish_work")),
        "interview": StageRule(Decimal(50), ("case", "communication", "references")),
    }
    assert profile.gates == (Gate("interview", 0, {1: 1}, Fraction(2)),)
    assert [each.rule for each in profile.requirements] == list(RULES)
    assert [each.key for each in profile.requirements] == [f"E{number}" for number in range(1, 9)]
    assert profile.requirement("E5").attachments == ("cv", "diploma")
    assert profile.requirement("E2").attachments == ("language",)
    assert profile.requirement("E6").count == 2
    assert [each.en for each in profile.never_scored] == [
        "Country of education",
        "School",
        "Grades",
        "Age",
        "Sex",
        "Name",
        "Gaps in the CV",
    ]


def test_default_profile_bands_are_half_open_over_months_and_areas() -> None:
    profile = default_profile()
    assert profile.criterion("swedish_work").value == "swedish_months"
    assert profile.criterion("swedish_work").bands == (
        Bound(Decimal(0), strict=True),
        Bound(Decimal(1)),
        Bound(Decimal(4)),
        Bound(Decimal(7)),
    )
    assert profile.criterion("breadth").bands == tuple(Bound(Decimal(each)) for each in (1, 2, 3, 4))


def test_default_profile_is_the_file_that_ships(tmp_path: Path) -> None:
    path = tmp_path / "bt.toml"
    path.write_bytes(b"\xef\xbb\xbf" + default_profile_text().encode())
    assert load_profile(path) == default_profile()


def test_criteria_at_screening_are_those_of_screening_and_after_the_interview_all() -> None:
    profile = default_profile()
    screening = ["swedish_work", "breadth", "references", "science", "other_work"]
    assert [each.key for each in profile.criteria_at("screening")] == screening
    assert [each.key for each in profile.criteria_at("interview")] == [each.key for each in profile.criteria]


def test_required_at_leaves_out_weight_zero() -> None:
    assert "theory_test" not in [each.key for each in default_profile().required_at("interview")]


def test_weights_at_are_rescaled_exactly_to_a_hundred() -> None:
    weights = default_profile().weights_at("screening")
    assert weights["references"] == Fraction(100, 3)
    assert weights["swedish_work"] == Fraction(200, 9)
    assert sum(weights.values()) == 100


def test_weights_at_an_unknown_stage_are_refused() -> None:
    with pytest.raises(ProfileError, match="expected 'screening' or 'interview', got 'final'"):
        default_profile().weights_at("final")


def test_criterion_of_an_unknown_key_is_refused() -> None:
    with pytest.raises(ProfileError, match="expected one of the criteria swedish_work"):
        default_profile().criterion("charm")
    with pytest.raises(ProfileError, match="expected one of the requirements E1"):
        default_profile().requirement("E99")


def test_gate_criteria_are_those_of_the_stage_itself() -> None:
    profile = default_profile()
    assert profile.gate_criteria(profile.gates[0]) == ("case", "communication", "teamwork", "learning_needs")


def test_text_in_language() -> None:
    text = Text("sv", "en")
    assert (text.in_language("sv"), text.in_language("en"), text.in_language("de")) == ("sv", "en", "en")


def test_short_name_falls_back_to_the_name() -> None:
    profile = default_profile()
    assert profile.criterion("swedish_work").short_name.sv == "Sverige"
    assert profile.criterion("teamwork").short_name.sv == "Samarbete"


# Identity


def test_digest_of_the_default_is_stable() -> None:
    assert default_profile().digest() == parse_profile(default_profile_text()).digest()
    assert len(default_profile().digest()) == 64


def test_digest_does_not_depend_on_how_a_number_is_written() -> None:
    text = default_profile_text()
    same = text.replace("weight = 10\n", "weight = 10.00\n").replace("threshold = 40", "threshold = 4e1")
    assert same != text
    assert parse_profile(same).digest() == default_profile().digest()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("threshold = 40", "threshold = 41"),
        ('"over 0", 1, 4, 7', "0.5, 1, 4, 7"),
        ("mean_at_least = 2", 'mean_at_least = "5/2"'),
        ('sv = "osäkert"', 'sv = "farligt"'),
        ("count = 2", "count = 3"),
    ],
)
def test_digest_changes_with_the_content(old: str, new: str) -> None:
    assert old in default_profile_text()
    changed = parse_profile(default_profile_text().replace(old, new))
    assert changed.digest() != default_profile().digest()


def test_to_toml_of_the_default_reads_back() -> None:
    profile = default_profile()
    again = parse_profile(profile.to_toml())
    assert again == profile
    assert again.digest() == profile.digest()


#: Without what steers letters or turns them: a profile holds none of it.
_LETTERS = st.characters(exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp"))
_words = st.tuples(st.text(_LETTERS, max_size=19), st.sampled_from("aÖ王م")).map("".join)
_texts = st.builds(Text, _words, _words)
_decimals = st.decimals(0, 100, places=2)


@st.composite
def profiles(draw: st.DrawFn) -> Profile:
    """Any valid profile: one to five criteria, at least one of screening with a weight."""
    cuts = sorted(draw(st.lists(st.integers(1, 9_999), min_size=0, max_size=4, unique=True)))
    edges = [0, *cuts, 10_000]
    weights = [Decimal(high - low) / 100 for low, high in pairwise(edges)]
    weights += [Decimal(0)] * draw(st.integers(0, 1))
    criteria = []
    for number, weight in enumerate(weights):
        kind = draw(st.sampled_from(["from_form", "assessed", "external"]))
        bounds = sorted(
            draw(st.sets(st.builds(Bound, _decimals, st.booleans()), min_size=4, max_size=4)), key=str
        )
        bounds.sort(key=lambda each: each.sort_key)
        distinct = len({each.sort_key for each in bounds}) == 4
        criteria.append(
            Criterion(
                key=f"criterion_{number}",
                name=draw(_texts),
                stage="screening" if number == 0 else draw(st.sampled_from(["screening", "interview"])),
                kind=kind if distinct else "assessed",
                weight=weight,
                anchors=tuple(draw(st.lists(_texts, min_size=5, max_size=5))),
                description=draw(st.none() | _texts),
                short=draw(st.none() | _texts),
                value="value" if kind == "from_form" and distinct else None,
                bands=tuple(bounds) if kind == "from_form" and distinct else (),
            )
        )
    first = criteria[0].key
    requirements = [
        Requirement(
            "E1",
            draw(_texts),
            draw(_texts),
            "documents",
            draw(st.booleans()),
            ("cv", "other"),
            months_old_at_most=draw(st.none() | st.integers(1, 120)),
        ),
        Requirement("E2", draw(_texts), draw(_texts), "references", count=draw(st.integers(1, 9))),
    ]
    gate = Gate(
        "screening",
        draw(st.none() | st.integers(0, 3)),
        draw(st.dictionaries(st.integers(0, 3), st.integers(0, 9), max_size=3)),
        draw(st.fractions(0, 4, max_denominator=50)),
        draw(st.sampled_from([(), (first,)])),
    )
    return Profile(
        key="any",
        name=draw(_texts),
        criteria=tuple(criteria),
        requirements=tuple(requirements[: draw(st.integers(0, 2))]),
        gates=(gate,) * draw(st.integers(0, 1)),
        stages={
            "screening": StageRule(
                draw(_decimals),
                draw(st.sampled_from([(), (first,)])),
                draw(st.sampled_from(["mean", "median"])),
                draw(st.sampled_from(["raw", "severity_adjusted"])),
                Borderline(
                    Decimal(draw(st.integers(1, 4999))) / 10_000,
                    Decimal(draw(st.integers(5000, 9999))) / 10_000,
                    draw(st.sampled_from(["discuss", "third_assessment", "lot"])),
                ),
            ),
            "interview": StageRule(draw(_decimals), (first,)),
        },
        never_scored=tuple(draw(st.lists(_texts, max_size=2))),
        version_note=draw(st.none() | _words | _texts),
    )


@settings(max_examples=60, deadline=None)
@given(profiles())
def test_to_toml_reads_back_as_an_equal_profile(profile: Profile) -> None:
    again = parse_profile(profile.to_toml())
    assert again == profile
    assert again.digest() == profile.digest()
    assert again.to_toml() == profile.to_toml()


def test_attachment_kinds_of_the_default_are_known() -> None:
    asked = {kind for each in default_profile().requirements for kind in each.attachments}
    assert asked <= set(ATTACHMENT_KINDS)


def test_the_shortest_limit_on_the_age_of_a_kind_of_document_counts() -> None:
    name = Text("Ö", "O")
    limited = replace(
        default_profile(),
        requirements=(
            Requirement("D1", name, name, "documents", attachments=("cv", "merit"), months_old_at_most=6),
            Requirement("D2", name, name, "documents", attachments=("merit",), months_old_at_most=3),
            Requirement("D3", name, name, "documents", attachments=("merit", "other")),
        ),
    )
    assert [limited.months_old_at_most(kind) for kind in ("cv", "merit", "other")] == [6, 3, None]
    assert parse_profile(limited.to_toml()) == limited


KEYS = [
    *("key", "name", "version_note", "criteria", "requirements", "gates", "stages", "never_scored"),
    *("short", "description", "stage", "kind", "weight", "value", "bands", "anchors"),
    *("rule", "mandatory", "attachments", "count", "months_old_at_most"),
    *("forbidden_level", "at_most", "mean_at_least", "threshold", "ties", "combine", "places"),
    *("borderline", "low", "high", "settle"),
]


def documented_example() -> Profile:
    text = (Path(__file__).parents[2] / "docs" / "criteria-profile.md").read_text(encoding="utf-8")
    return parse_profile(text.split("```toml", 2)[1].split("```", 1)[0])


def test_documented_example_is_valid() -> None:
    assert documented_example().key == "small"


def test_digest_stays_what_it_was_when_runs_were_stored() -> None:
    """A digest that changes with the code would make every stored ranking run look tampered with."""
    assert documented_example().digest() == "d6f22f0d50634824963e1dc166ea9d4db69d0e0cc2e6087286886c63144971f0"


def test_documentation_names_every_key_kind_and_rule() -> None:
    text = (Path(__file__).parents[2] / "docs" / "criteria-profile.md").read_text(encoding="utf-8")
    known = [*RULES, *ATTACHMENT_KINDS, *KEYS]
    assert [key for key in known if f"`{key}`" not in text] == []
