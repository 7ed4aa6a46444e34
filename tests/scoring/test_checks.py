"""The release gate: what is right passes, and each thing that can be wrong is found and named."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.borderline import order_after_lot, order_settled
from scoring.checks import (
    Finding,
    Move,
    Position,
    ReleaseRefused,
    check_list,
    check_ranking,
    check_settled,
    difference,
    refuse,
)
from scoring.criteria import Gate, Profile
from scoring.lists import Entry, draw_line, draw_lines_by_group
from scoring.profile import default_profile
from scoring.ranking import Ranking, rank, rank_wide
from tests.scoring.selections import long, panel, profile_of, selections

PROFILE = profile_of(
    {"c": 50, "d": 50}, threshold=30, ties=("d",), gates=(Gate("screening", 0, {1: 1}, None),)
)
LEVELS = panel(
    {"a": ((4, 3), 4), "b": (2, 3), "f": (3, 2), "low": (1, (1, 1)), "gate": (4, 0), "gap": (4, ())},
    ("c", "d"),
)
IDS = ["a", "b", "f", "low", "gate", "gap"]


def ranked(levels: pd.DataFrame = LEVELS, profile: Profile = PROFILE) -> Ranking:
    return rank(levels, profile, "screening", "s", IDS)


def failed(findings: tuple[Finding, ...]) -> dict[str, Finding]:
    return {each.code: each for each in findings if not each.ok}


def changed(ranking: Ranking, **cells: dict[str, Any]) -> Ranking:
    """A ranking with cells of its table changed: column=(application → value)."""
    table = ranking.table.copy()
    for name, values in cells.items():
        for id, value in values.items():
            table.at[table.index[table["application"] == id][0], name] = value
    return replace(ranking, table=table)


def test_check_ranking_passes_what_is_right() -> None:
    findings = check_ranking(ranked(), LEVELS, PROFILE, IDS)
    assert failed(findings) == {}
    refuse(findings)
    assert [each.code for each in findings] == [
        "profile", "columns", "rows", "levels_in_range", "levels_once", "no_rank", "nobody_lost", "nobody_unknown",
        "nobody_doubled", "levels", "contributions", "totals", "points", "statuses", "places", "order", "decided_by",
    ]  # fmt: skip
    assert all(each.detail["checked"] > 0 for each in findings)


@settings(max_examples=60, deadline=None)
@given(selections(most_assessors=3, fewest_assessors=0, levels=(0, 1, 2, 3, 4, 0.5, 2.25)))
def test_check_ranking_passes_every_ranking(case: tuple[pd.DataFrame, Profile]) -> None:
    levels, profile = case
    ids = sorted(set(levels["application"]))
    assert failed(check_ranking(rank(levels, profile, "screening", "s"), levels, profile, ids)) == {}


def test_check_ranking_of_severity_adjusted_places() -> None:
    profile = replace(
        PROFILE,
        stages={key: replace(rule, places="severity_adjusted") for key, rule in PROFILE.stages.items()},
    )
    levels = panel({f"a{n}": ((n % 4, n % 4 + 1), (n % 3, n % 3 + 2)) for n in range(8)}, ("c", "d"))
    ids = sorted(set(levels["application"]))
    ranking = rank(levels, profile, "screening", "s")
    assert ranking.adjustments
    assert failed(check_ranking(ranking, levels, profile, ids)) == {}
    first = (*ranking.adjustments[0][:2], "0.777")
    forged = replace(ranking, adjustments=(first, *ranking.adjustments[1:]))
    assert "adjustments" in failed(check_ranking(forged, levels, profile, ids))


@pytest.mark.parametrize(
    ("forge", "codes"),
    [
        (lambda r: changed(r, total={"a": 1}), {"totals"}),
        (lambda r: changed(r, points={"b": "99.000"}), {"points"}),
        (lambda r: changed(r, level_c={"a": "4"}), {"levels"}),
        (lambda r: changed(r, contribution_c={"f": 0}), {"contributions"}),
        (lambda r: changed(r, status={"low": "ranked"}), {"statuses", "places"}),
        (lambda r: changed(r, status={"gap": "below_threshold"}), {"statuses"}),
        (lambda r: changed(r, gates={"gate": ()}), {"statuses"}),
        (lambda r: changed(r, place={"b": 3, "f": 2}), {"places", "order"}),
        (lambda r: changed(r, place={"f": 4}), {"places", "order"}),
        (lambda r: changed(r, decided_by={"f": "total"}), {"decided_by"}),
        (lambda r: replace(r, threshold=1), {"profile"} | {
            "levels", "contributions", "totals", "points", "statuses", "order", "decided_by"}),
        (lambda r: replace(r, table=r.table[r.table["application"] != "gap"]), {"nobody_lost"}),
        (lambda r: replace(r, table=pd.concat([r.table, r.table.iloc[[-1]]], ignore_index=True)), {"nobody_doubled"}),
        (lambda r: changed(r, application={"gap": "q"}), {"nobody_lost", "nobody_unknown"}),
        (lambda r: replace(r, seed="other"), set()),
    ],
)  # fmt: skip
def test_check_ranking_finds_what_is_wrong(forge: Callable[[Ranking], Ranking], codes: set[str]) -> None:
    findings = check_ranking(forge(ranked()), LEVELS, PROFILE, IDS)
    assert set(failed(findings)) == codes
    if codes:
        with pytest.raises(ReleaseRefused, match="not released") as caught:
            refuse(findings)
        assert {each.code for each in caught.value.findings} == codes


def test_check_ranking_finds_an_order_that_the_lot_does_not_give() -> None:
    levels = panel({f"a{n}": (2,) for n in range(9)}, ("c",))
    profile = profile_of({"c": 1})
    ids = sorted(set(levels["application"]))
    ranking = rank(levels, profile, "screening", "s")
    findings = failed(check_ranking(replace(ranking, seed="t"), levels, profile, ids))
    assert "order" in findings
    assert findings["order"].detail["wrong"] > 1


def test_check_ranking_finds_levels_other_than_those_at_the_source() -> None:
    levels = LEVELS.copy()
    levels.loc[0, "level"] = 0
    found = failed(check_ranking(ranked(), levels, PROFILE, IDS))
    assert set(found) >= {"levels", "contributions", "totals", "points"}
    assert found["levels"].detail["examples"][0] == {
        "application": "a", "expected": ["3/2", "4"], "found": ["7/2", "4"]
    }  # fmt: skip


@pytest.mark.parametrize("level", [5, -1, float("nan"), float("inf"), None, "3", True, np.float64(4.5)])
def test_check_ranking_finds_a_level_out_of_range_and_then_recomputes_nothing(level: Any) -> None:
    levels = LEVELS.astype({"level": object})
    levels.loc[len(levels)] = ["a", "z", "c", level]
    found = failed(check_ranking(ranked(), levels, PROFILE, IDS))
    assert found["levels_in_range"].detail["wrong"] == 1
    assert found["levels_in_range"].detail["examples"][0]["row"] == len(levels)
    assert "did not pass" in found["totals"].detail["reason"]


@pytest.mark.parametrize(
    ("levels", "code"),
    [
        (LEVELS.drop(columns="level"), "columns"),
        (LEVELS.assign(name="x"), "columns"),
        (pd.concat([LEVELS, LEVELS[["level"]]], axis=1), "columns"),
        (pd.concat([LEVELS, LEVELS.iloc[[0]]]), "levels_once"),
        (LEVELS.assign(criterion="charm"), "rows"),
        (LEVELS.assign(assessor=None), "rows"),
    ],
)
def test_check_ranking_finds_a_table_that_cannot_be_read(levels: pd.DataFrame, code: str) -> None:
    assert code in failed(check_ranking(ranked(), levels, PROFILE, IDS))


def test_check_ranking_finds_a_rank_among_the_levels() -> None:
    levels = long(*((f"a{n}", "x", "c", n) for n in range(1, 8)))
    ranking = rank(levels.assign(level=1), profile_of({"c": 1}), "screening", "s")
    found = failed(check_ranking(ranking, levels, profile_of({"c": 1}), sorted(set(levels["application"]))))
    assert found["no_rank"].detail["examples"] == [["c", "x"]]


def test_check_ranking_finds_another_profile() -> None:
    other = replace(PROFILE, stages={"screening": replace(PROFILE.stages["screening"], ties=())})
    found = failed(check_ranking(ranked(), LEVELS, other, IDS))
    assert {each["field"] for each in found["profile"].detail["examples"]} == {"profile_digest", "ties"}


def test_check_ranking_of_ten_thousand_ties_and_of_one() -> None:
    ids = [f"a{n}" for n in range(10_000)]
    frame = pd.DataFrame({"application": ids, "c": 2})
    profile = profile_of({"c": 1})
    levels = frame.rename(columns={"c": "level"}).assign(assessor="x", criterion="c")
    ranking = rank_wide(frame, profile, "screening", "s")
    assert failed(check_ranking(ranking, levels, profile, ids)) == {}
    one = rank_wide(frame.iloc[:1], profile, "screening", "s")
    assert failed(check_ranking(one, levels.iloc[:1], profile, ids[:1])) == {}


def test_refuse_without_findings_is_no_pass() -> None:
    with pytest.raises(ReleaseRefused, match="nothing_checked"):
        refuse([])


def test_refuse_lets_a_finding_pass_that_does_not_block() -> None:
    refuse([Finding("remark", False, blocking=False)])


# Lists


ORDER = ["a", "b", "c", "d", "e"]


def test_check_list_passes_a_line() -> None:
    assert failed(check_list(draw_line(ORDER, 2, 2).entries, ORDER, 2, 2)) == {}
    assert failed(check_list((), ORDER, 0, 0)) == {}
    assert failed(check_list(draw_line(ORDER, 9, 9).entries, ORDER, 9, 9)) == {}


@pytest.mark.parametrize(
    ("entries", "codes"),
    [
        ((Entry("a", "called", None, 1), Entry("c", "called", None, 2)), {"called"}),
        ((Entry("a", "called", None, 1), Entry("b", "called", None, 3)), {"called"}),
        ((Entry("a", "called", None, 1),), {"called"}),
        ((Entry("a", "called", None, 1), Entry("b", "called", None, 2), Entry("q", "reserve", None, 1)),
         {"listed_known", "reserves"}),
        ((Entry("a", "called", None, 1), Entry("b", "called", None, 2), Entry("b", "called", None, 2)),
         {"listed_once"}),
        ((Entry("a", "called", "g", 1), Entry("b", "called", None, 2)), {"called"}),
    ],
)  # fmt: skip
def test_check_list_finds_what_is_wrong(entries: tuple[Entry, ...], codes: set[str]) -> None:
    assert set(failed(check_list(entries, ORDER, 2, 0))) == codes


def test_check_list_finds_reserves_in_another_order() -> None:
    wrong = (Entry("a", "called", None, 1), Entry("c", "reserve", None, 1), Entry("b", "reserve", None, 2))
    found = failed(check_list(wrong, ORDER, 1, 2))
    assert set(found) == {"reserves"}
    assert found["reserves"].detail["examples"][0] == {"lacks": ["b", "reserve", None, 1]}


def test_check_list_with_numbers_that_do_not_fit_together_is_not_checked() -> None:
    for arguments in ((2, {"g": 1}, None), ({"g": 1}, {"g": 1}, None), ({"g": 1}, {}, {"a": ["h"]})):
        assert "reason" in failed(check_list((), ["a"], *arguments))["called"].detail  # type: ignore[arg-type]


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_check_list_agrees_with_the_lines_by_group(data: st.DataObject) -> None:
    groups = ["g", "h", "i"]
    wishes = {id: data.draw(st.lists(st.sampled_from(groups), unique=True)) for id in ORDER}
    places, reserves = (
        dict.fromkeys(groups, 0) | {g: data.draw(st.integers(0, 2)) for g in groups} for _ in "ab"
    )
    drawn = draw_lines_by_group(ORDER, wishes, places, reserves)
    assert failed(check_list(drawn.entries, ORDER, places, reserves, wishes)) == {}
    if drawn.entries:
        at = data.draw(st.integers(0, len(drawn.entries) - 1))
        assert failed(
            check_list(drawn.entries[:at] + drawn.entries[at + 1 :], ORDER, places, reserves, wishes)
        )


# A settled zone


def test_check_settled_passes_a_lot_and_finds_one_moved_from_outside() -> None:
    zone = [ORDER[1], ORDER[3]]
    settled = order_after_lot(ORDER, zone, "s")
    assert failed(check_settled(ORDER, settled, zone)) == {}
    assert failed(check_settled(ORDER, order_settled(ORDER, zone[::-1]), zone)) == {}
    for one, other in ((0, 1), (2, 4), (3, 4)):
        wrong = list(settled)
        wrong[one], wrong[other] = wrong[other], wrong[one]
        assert set(failed(check_settled(ORDER, wrong, zone))) == {"settled_outside"}
    assert "settled_everybody" in failed(check_settled(ORDER, settled[:-1], zone))
    assert "settled_everybody" in failed(check_settled(ORDER, (*settled[:-1], "q"), zone))
    assert "settled_outside" in failed(check_settled(ORDER, settled, [*zone, "q"]))


# Two versions


def test_difference_of_two_lists() -> None:
    found = difference(draw_line(ORDER, 2, 1).entries, draw_line(["a", "c", "q", "b"], 2, 1).entries)
    assert found.added == (Move("q", None, Position("reserve", None, 1)),)
    assert found.removed == (Move("b", Position("called", None, 2), None),)
    assert found.moved == (Move("c", Position("reserve", None, 1), Position("called", None, 2)),)
    assert (found.same, found.nothing) == (1, False)


def test_difference_of_two_rankings() -> None:
    levels = LEVELS.copy()
    levels.loc[levels["application"] == "low", "level"] = 4
    found = difference(ranked(), ranked(levels))
    assert ("low", Position("gate", None, None)) == (
        found.moved[0].application,
        found.moved[0].old,
    )
    assert found.added == found.removed == ()
    assert difference(ranked(), ranked()).nothing


def test_check_ranking_of_the_default_profile_after_the_interview() -> None:
    random = np.random.default_rng(5)
    profile = default_profile()
    rows = [
        (f"a{n}", x, each.key, int(random.integers(0, 5)))
        for n in range(60)
        for each in profile.required_at("interview")
        for x in "xyz"
    ]
    ranking = rank(long(*rows), profile, "interview", "s")
    assert set(ranking.table["status"]) >= {"ranked", "gate"}
    findings = check_ranking(ranking, long(*rows), profile, sorted({row[0] for row in rows}))
    assert failed(findings) == {}
    assert Fraction(findings[0].detail["checked"]) > 0
