"""A stage that is published without figures: made from public keys alone, so that nothing else can come along."""

from typing import Any

import pytest

from scoring.public_report import PUBLIC_GROUP, PUBLIC_MISSING, without_figures, without_totals


def row(n: int) -> dict[str, Any]:
    share = {"n": n, "selected": 1, "rate": 1 / n, "interval": [0.0, 1.0], "strata": {"Alby": 1}}
    private = {"shrunk_rate": 0.1, "detectable": 3, "strata": {"Alby": {"n": 1}}}
    return {"n": n, "selected": 1, "reason": {"sv": "1 av 9", "en": "1 of 9"}, "of_applied": share} | private


def part() -> dict[str, Any]:
    return {
        "groups": {"SY": row(9), "IQ": row(4), "PL": row(3)},
        "missing": {"n": 2, "selected": 1, "bounds": {"SY": [0.1, 0.2]}, "of_applied": None, "who": ["AB12"]},
        "verdict": "alarm",
        "summary": {"sv": "Larm", "en": "Alarm"},
        "stratified": {"cmh_p": 0.01},
        "intersections": {"SY × f": {"n": 1}},
    }


def numbers(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [each for one in value.values() for each in numbers(one)]
    if isinstance(value, list):
        return [each for one in value for each in numbers(one)]
    return [value] if isinstance(value, int | float) and not isinstance(value, bool) else []


def test_nothing_but_names_and_the_verdict_passes() -> None:
    made = without_figures(part(), ordered=False)
    assert set(made) == {"groups", "missing", "verdict", "summary"}
    assert (made["verdict"], made["summary"]["en"]) == ("alarm", "Alarm")
    assert numbers(made) == []
    for group in made["groups"].values():
        assert set(group) <= PUBLIC_GROUP | {"suppressed"}
        assert group["suppressed"] is group["of_applied"]["suppressed"] is True
        assert "9" not in group["reason"]["en"]
    assert set(made["missing"]) <= PUBLIC_MISSING | {"suppressed"}


@pytest.mark.parametrize(("ordered", "names"), [(False, ["IQ", "PL", "SY"]), (True, ["SY", "IQ", "PL"])])
def test_groups_do_not_stand_by_size(ordered: bool, names: list[str]) -> None:
    assert list(without_figures(part(), ordered=ordered)["groups"]) == names


@pytest.mark.parametrize(("hidden", "counts"), [(False, (12, 3)), (True, (None, None))])
def test_totals_are_left_out_where_they_are_hidden(hidden: bool, counts: tuple[Any, Any]) -> None:
    (stage,) = without_totals(
        [{"key": "called", "from": "eligible", "n": 12, "selected": 3, "strata": {}}], hidden=hidden
    )
    assert stage == {"key": "called", "from": "eligible", "n": counts[0], "selected": counts[1]}
