"""Criteria profiles: what each mistake is answered with."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from scoring.errors import ScoringError
from scoring.profile import (
    ProfileError,
    StageRule,
    default_profile,
    default_profile_text,
    load_profile,
    parse_profile,
)


def changed(old: str, new: str, count: int = 1) -> str:
    text = default_profile_text()
    assert old in text, old
    return text.replace(old, new, count)


MISTAKES = [
    # Unknown keys, at every level
    ('key = "bt"\n', 'key = "bt"\ncolour = "red"\n', "colour", "unknown key; expected one of key, name"),
    (
        "weight = 10\n",
        "wieght = 10\n",
        "criteria.swedish_work.wieght",
        "unknown key; expected one of key, name",
    ),
    (
        '{ sv = "inget", en = "none" }',
        '{ sv = "inget", en = "none", de = "keine" }',
        "criteria.swedish_work.anchors[1].de",
        "unknown key; expected one of sv, en",
    ),
    ('rule = "can_start"', 'rule = "can_start"\nnote = "x"', "requirements.E8.note", "unknown key"),
    (
        "forbidden_level = 0",
        "forbiden_level = 0",
        "gates[1].forbiden_level",
        "unknown key; expected one of stage",
    ),
    (
        "threshold = 40",
        "treshold = 40",
        "stages.screening.treshold",
        "unknown key; expected one of threshold",
    ),
    (
        "[stages.interview]",
        "[stages.final]",
        "stages.final",
        "unknown key; expected one of screening, interview",
    ),
    ('sv = "Ålder"', 'sv = "Ålder"\nfi = "Ikä"', "never_scored[4].fi", "unknown key"),
    # What is required
    ('key = "bt"\n', "", "key", "this key is required and missing"),
    ('stage = "screening"\n', "", "criteria.swedish_work.stage", "this key is required and missing"),
    ("threshold = 50\n", "", "stages.interview.threshold", "this key is required and missing"),
    ('key = "case"\n', "", "criteria[6].key", "this key is required and missing"),
    # Languages
    (
        '{ sv = "stark", en = "strong" }',
        '{ sv = "stark" }',
        "criteria.references.anchors[4].en",
        "this key is required and missing",
    ),
    (
        '{ sv = "stark", en = "strong" }',
        '{ sv = " ", en = "strong" }',
        "criteria.references.anchors[4].sv",
        "expected a text that is not empty, got ' '",
    ),
    ('sv = "Betyg"\n', "", "never_scored[3].sv", "this key is required and missing"),
    (
        'name = { sv = "Samarbete", en = "Teamwork" }',
        'name = "Teamwork"',
        "criteria.teamwork.name",
        "a table",
    ),
    # Keys
    ('key = "case"', 'key = "Case"', "criteria.Case.key", "a name of small letters a–z"),
    ('key = "case"', 'key = ""', "criteria[6].key", "a name of small letters a–z"),
    (
        'key = "case"',
        "key = 7",
        "criteria[6].key",
        "a name of small letters a–z, digits and _, a letter first, at most 60 in all, got 7",
    ),
    ('key = "case"', 'key = "level"', "criteria.level.key", "a column of the tables of levels is called so"),
    ('key = "teamwork"', 'key = "case"', "criteria[8].key", "a key that no other has, got 'case'"),
    ('key = "E2"', 'key = "E1"', "requirements[2].key", "a key that no other has, got 'E1'"),
    # Choices
    (
        'stage = "screening"',
        'stage = "intervju"',
        "criteria.swedish_work.stage",
        "expected one of 'screening', 'interview', got 'intervju'",
    ),
    (
        'kind = "from form"',
        'kind = "from_form"',
        "criteria.swedish_work.kind",
        "expected one of 'from form', 'assessed', 'external', got 'from_form'",
    ),
    (
        'rule = "can_start"',
        'rule = "is_nice"',
        "requirements.E8.rule",
        "expected one of 'licence_by_start', 'swedish_c1'",
    ),
    # Weights
    (
        "weight = 15",
        'weight = "x"',
        "criteria.references.weight",
        "expected a whole number or decimal from 0 to 100, got 'x'",
    ),
    ("weight = 15", "weight = true", "criteria.references.weight", "from 0 to 100, got true"),
    ("weight = 15", "weight = -1", "criteria.references.weight", "from 0 to 100, got -1"),
    ("weight = 15", "weight = 100.5", "criteria.references.weight", "from 0 to 100, got 100.5"),
    ("weight = 15", "weight = nan", "criteria.references.weight", "from 0 to 100, got NaN"),
    ("weight = 15", "weight = inf", "criteria.references.weight", "from 0 to 100, got Infinity"),
    ("weight = 15", "weight = 15.00001", "criteria.references.weight", "expected at most 4 decimals"),
    ("weight = 15", "weight = 14.5", "criteria", "the weights add up to 99.5, expected 100"),
    # Anchors
    (
        '    { sv = "två starka", en = "two strong" },\n',
        "",
        "criteria.references.anchors",
        "expected 5 texts, for the levels 0 to 4, got 4 of them",
    ),
    (
        '    { sv = "två starka", en = "two strong" },\n',
        '    { sv = "två starka", en = "two strong" },\n' * 2,
        "criteria.references.anchors",
        "got 6 of them",
    ),
    # Values and bands
    (
        'value = "swedish_months"\n',
        "",
        "criteria.swedish_work.value",
        "expected the name of a value in the application, since the kind is 'from form'; it is missing",
    ),
    ("bands = [1, 2, 3, 4]\n", "", "criteria.breadth.bands", "4 increasing lower bounds"),
    ("bands = [1, 2, 3, 4]", "bands = [1, 2, 3]", "criteria.breadth.bands", "4 increasing lower bounds"),
    (
        "bands = [1, 2, 3, 4]",
        "bands = [1, 3, 2, 4]",
        "criteria.breadth.bands[3]",
        "expected a bound above the one before it, 3, got 2",
    ),
    (
        "bands = [1, 2, 3, 4]",
        "bands = [1, 1, 2, 4]",
        "criteria.breadth.bands[2]",
        "a bound above the one before",
    ),
    (
        "bands = [1, 2, 3, 4]",
        'bands = [1, "two", 3, 4]',
        "criteria.breadth.bands[2]",
        "a text such as 'over 0'",
    ),
    ("bands = [1, 2, 3, 4]", "bands = [-1, 2, 3, 4]", "criteria.breadth.bands[1]", "a bound of 0 or more"),
    (
        'kind = "assessed"\nweight = 15',
        'kind = "assessed"\nvalue = "x"\nweight = 15',
        "criteria.references.value",
        "expected only where the kind is 'from form', and the kind is 'assessed'; remove it",
    ),
    # Requirements
    (
        "mandatory = true",
        'mandatory = "yes"',
        "requirements.E1.mandatory",
        "expected true or false, got 'yes'",
    ),
    (
        'attachments = ["cv", "diploma"]',
        'attachments = ["cv", "selfie"]',
        "requirements.E5.attachments[2]",
        "expected one of 'cv', 'diploma'",
    ),
    (
        'attachments = ["cv", "diploma"]',
        "attachments = []",
        "requirements.E5.attachments",
        "at least one kind",
    ),
    (
        'attachments = ["cv", "diploma"]',
        "",
        "requirements.E5.attachments",
        "the rule is 'documents'; it is missing",
    ),
    ("count = 2", "", "requirements.E6.count", "the rule is 'references'; it is missing"),
    ("count = 2", "count = 0", "requirements.E6.count", "a whole number from 1 to 9, got 0"),
    ('rule = "can_start"', 'rule = "can_start"\ncount = 2', "requirements.E8.count", "has no such setting"),
    (
        'attachments = ["cv", "diploma"]',
        'attachments = ["cv", "diploma"]\nmonths_old_at_most = 121',
        "requirements.E5.months_old_at_most",
        "a whole number from 1 to 120, got 121",
    ),
    (
        'attachments = ["language"]',
        "months_old_at_most = 3",
        "requirements.E2.attachments",
        "since months_old_at_most is given; it is missing",
    ),
    (
        'rule = "can_start"',
        'rule = "can_start"\nmonths_old_at_most = 3',
        "requirements.E8.months_old_at_most",
        "has no such setting",
    ),
    # Gates
    (
        "forbidden_level = 0",
        "forbidden_level = 4",
        "gates[1].forbidden_level",
        "a whole number from 0 to 3, got 4",
    ),
    (
        'at_most = { "1" = 1 }',
        'at_most = { "7" = 1 }',
        "gates[1].at_most",
        "levels from 0 to 3 as keys, got '7'",
    ),
    ('at_most = { "1" = 1 }', 'at_most = { "1" = -1 }', "gates[1].at_most.1", "a whole number from 0 to 999"),
    ('at_most = { "1" = 1 }', "at_most = 1", "gates[1].at_most", "a table from level to number"),
    ("mean_at_least = 2", "mean_at_least = 1e-99999999", "gates[1].mean_at_least", "a number from 0 to 4"),
    ("mean_at_least = 2", "mean_at_least = 5", "gates[1].mean_at_least", "a number from 0 to 4"),
    (
        "mean_at_least = 2",
        'mean_at_least = "1/0"',
        "gates[1].mean_at_least",
        "a fraction as text such as '7/3'",
    ),
    ("mean_at_least = 2", "mean_at_least = true", "gates[1].mean_at_least", "got true"),
    (
        "forbidden_level = 0",
        'forbidden_level = 0\ncriteria = ["theory_test"]',
        "gates[1].criteria[1]",
        "expected a criterion with a weight over 0, got 'theory_test'",
    ),
    # Stages
    ('combine = "mean"', 'combine = "mode"', "stages.screening.combine", "'mean', 'median', got 'mode'"),
    ('places = "raw"', "places = 1", "stages.screening.places", "'raw', 'severity adjusted', got 1"),
    ('settle = "discuss"', 'settle = "no"', "stages.screening.borderline.settle", "'lot', got 'no'"),
    ("low = 0.05", "low = 0", "stages.screening.borderline.low", "over 0 and under 1"),
    ("low = 0.05", "low = nan", "stages.screening.borderline.low", "over 0 and under 1"),
    ("low = 0.05", "low = 0.95", "stages.screening.borderline.high", "over stages.screening.borderline.low"),
    (
        "low = 0.05",
        "lowest = 0.05",
        "stages.screening.borderline.lowest",
        "expected one of low, high, settle",
    ),
    (
        'bands = ["over 0", 1, 4, 7]',
        'bands = ["over 0", 1, 4, 7e99999999]',
        "criteria.swedish_work.bands[4]",
        "number",
    ),
    ("threshold = 40", "threshold = 1e-99999999", "stages.screening.threshold", "at most 12 decimals"),
    ("threshold = 40", "threshold = 101", "stages.screening.threshold", "from 0 to 100, got 101"),
    ("threshold = 40", "threshold = -0.5", "stages.screening.threshold", "from 0 to 100, got -0.5"),
    ("threshold = 40", 'threshold = "40"', "stages.screening.threshold", "from 0 to 100, got '40'"),
    (
        'ties = ["references"',
        'ties = ["charm"',
        "stages.screening.ties[1]",
        "expected a criterion: one of swedish_work",
    ),
    (
        'ties = ["references"',
        'ties = ["case"',
        "stages.screening.ties[1]",
        "expected a criterion of the stage 'screening': one of swedish_work",
    ),
    (
        'ties = ["case", "communication"',
        'ties = ["case", "theory_test"',
        "stages.interview.ties[2]",
        "expected a criterion with a weight over 0, got 'theory_test'",
    ),
    (
        'ties = ["case", "communication"',
        'ties = ["case", "case"',
        "stages.interview.ties[2]",
        "expected each name only once, got 'case'",
    ),
    (
        'ties = ["references", "breadth", "swedish_work"]',
        "ties = 3",
        "stages.screening.ties",
        "a list of names",
    ),
    # Kinds of value where a list or table is expected
    ("[[gates]]", "[gates]", "gates", "expected a list of tables, each headed [[gates]]"),
]


@pytest.mark.parametrize(("old", "new", "key", "message"), MISTAKES)
def test_mistake_is_answered_with_its_key_and_what_was_expected(
    old: str, new: str, key: str, message: str
) -> None:
    with pytest.raises(ProfileError) as caught:
        parse_profile(changed(old, new))
    assert caught.value.key == key
    assert str(caught.value).startswith(f"{key}: ")
    assert message in str(caught.value)


def test_toml_syntax_error_names_the_line() -> None:
    with pytest.raises(ProfileError, match=r"not valid TOML: .*line 3"):
        parse_profile('key = "a"\n\nname = {\n')


def test_toml_key_that_comes_twice_is_refused() -> None:
    with pytest.raises(ProfileError, match="not valid TOML: Cannot overwrite a value"):
        parse_profile(changed("threshold = 40\n", "threshold = 40\nthreshold = 41\n"))


def test_profile_nested_too_deeply_is_refused() -> None:
    with pytest.raises(ProfileError):
        parse_profile("key = " + "[" * 5000)


def test_empty_profile_is_refused() -> None:
    with pytest.raises(ProfileError, match="key: this key is required and missing"):
        parse_profile("")


def test_profile_without_criteria_is_refused() -> None:
    text = 'key = "a"\nname = { sv = "a", en = "a" }\ncriteria = []\nrequirements = []\n[stages]\n'
    with pytest.raises(ProfileError, match=r"criteria: expected at least one criterion, got \[\]"):
        parse_profile(text)


def test_stage_without_a_weight_is_refused() -> None:
    profile = default_profile()
    last = replace(profile.criterion("case"), weight=Decimal(100))
    moved = replace(profile, criteria=(last,), gates=(), stages={
        "screening": StageRule(Decimal(40), ()), "interview": StageRule(Decimal(50), ())
    })  # fmt: skip
    with pytest.raises(
        ProfileError, match=r"stages\.screening: expected at least one criterion of the stage"
    ):
        parse_profile(moved.to_toml())


def test_gate_that_tests_nothing_or_nobody_is_refused() -> None:
    text = default_profile().to_toml()
    gate = '[[gates]]\nstage = "interview"\n'
    with pytest.raises(ProfileError, match=r"gates\[1\]: expected at least one of forbidden_level"):
        parse_profile(text.replace('forbidden_level = 0\nat_most = { "1" = 1 }\nmean_at_least = "2"\n', ""))
    assert gate in text
    only = replace(default_profile().criterion("references"), weight=Decimal(100))
    profile = replace(default_profile(), criteria=(only,), stages={
        "screening": StageRule(Decimal(40), ()), "interview": StageRule(Decimal(50), ())
    })  # fmt: skip
    with pytest.raises(ProfileError, match=r"gates\[1\].stage: expected a stage with criteria of a weight"):
        parse_profile(profile.to_toml())


def test_load_profile_of_a_file_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match=r"cannot read the criteria profile .*absent\.toml: No such file"):
        load_profile(tmp_path / "absent.toml")


def test_load_profile_of_a_file_that_is_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / "latin.toml"
    path.write_bytes('name = "Kön"'.encode("cp1252"))
    with pytest.raises(ProfileError, match="is not UTF-8 at byte 9: save it as UTF-8"):
        load_profile(path)


def test_profile_error_is_a_scoring_error_and_a_value_error() -> None:
    assert issubclass(ProfileError, ScoringError)
    assert issubclass(ScoringError, ValueError)
