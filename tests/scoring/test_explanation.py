"""Explanations: by hand, and every change that they claim against ranking again with that change."""

import itertools
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.criteria import Gate, Profile
from scoring.errors import ProfileError, TableError
from scoring.explanation import Change, Explanation, LevelBound, LevelChange, explain, own_line
from scoring.level_steps import Cell, downward, moved, upward
from scoring.lists import draw_lines_by_group
from scoring.lot import lot_key
from scoring.plain_ranking import plain_ranking
from scoring.profile import default_profile
from scoring.ranking import rank, rank_wide
from tests.scoring.selections import KEYS, long, panel, profile_of, selections


def explained(levels: pd.DataFrame, profile: Profile, id: str, line: int | None = None) -> Explanation:
    return explain(rank(levels, profile, "screening", "s"), profile, id, line=line, levels=levels)


def change(explanation: Explanation, outcome: str) -> Change:
    return next(each for each in explanation.changes if each.outcome == outcome)


# By hand


def test_explain_of_the_default_profile_by_hand() -> None:
    """4·10 + 3·10 + 2.5·15 + 0 + 1·5 of 4·45 is 62.5 %; the references lie between two anchors."""
    profile = default_profile()
    rows = [("a", "form", "swedish_work", 4), ("a", "form", "breadth", 3)]
    rows += [("a", x, key, n) for key, ns in (("references", (2, 3)), ("science", (0, 0)), ("other_work", (1, 1)))
             for x, n in zip("xy", ns, strict=True)]  # fmt: skip
    found = explained(long(*rows), profile, "a", line=1)
    assert (found.status, found.place, found.ranked, found.applications) == ("ranked", 1, 1, 1)
    assert (found.total, found.points) == (Fraction(125, 2), "62.500")
    assert (found.threshold, found.above_threshold) == (40, Fraction(45, 2))
    references = found.criteria[2]
    assert references.name.sv == "Referenser, fast formulär"
    assert (references.weight, references.level) == (Fraction(100, 3), Fraction(5, 2))
    assert references.below is not None
    assert references.above is not None
    assert (references.below.level, references.below.text.sv) == (2, "motsvarar kravet")
    assert (references.above.level, references.above.text.en) == (3, "strong")
    assert (references.contribution, references.not_reached) == (Fraction(125, 6), Fraction(25, 2))
    assert references.contribution_points == "20.833"
    assert references.assessors == (Cell("x", Fraction(2)), Cell("y", Fraction(3)))
    science = found.criteria[3]
    assert science.below == science.above
    assert found.criteria[0].assessors == (Cell("form", Fraction(4)),)
    assert sum(part.weight for part in found.criteria) == 100
    assert sum(part.contribution or 0 for part in found.criteria) == found.total


def test_explain_below_the_line_by_hand() -> None:
    """Weights 50, 30, 20. a has 85, b 62.5, d 55; one step of one of two assessors on c gives 6.25 points."""
    profile = profile_of({"c": 50, "d": 30, "e": 20}, ties=("d",))
    levels = panel({"a": ((4, 4), 3, (2, 3)), "b": ((2, 3), 2, (4, 2)), "d": ((2, 2), 2, (3, 3))})
    found = explained(levels, profile, "d", line=2)
    assert (found.total, found.place) == (55, 3)
    assert found.line is not None
    assert (found.line.called, found.line.distance, found.line.decided_by) == (
        False,
        -Fraction(25, 4),
        "total",
    )
    assert found.line.last_above == found.line.against
    assert found.line.against is not None
    assert (found.line.against.application, found.line.against.total) == ("b", Fraction(245, 4))
    assert found.line.first_below is not None
    assert found.line.first_below.application == "d"
    changes = change(found, "line")
    assert not changes.reached
    c, d, e = changes.single
    # On c 1/2 level more is exactly 61.25: equal to b, with the same d, so that the lot decides.
    wins = lot_key("s", "d") < lot_key("s", "b")
    assert c.bound == LevelBound(Fraction(5, 2), wins, Fraction(1, 2))
    assert [(each.assessor, each.steps) for each in c.one_assessor] == [(x, 1 if wins else 2) for x in "xy"]
    # On d (a tie criterion) 5/6 level more is equal in points, and better in the tie rule.
    assert d.bound == LevelBound(Fraction(17, 6), True, Fraction(5, 6))
    assert d.one_assessor == (LevelChange("d", "x", Fraction(2), Fraction(3), 1, Fraction(2), Fraction(3)),)
    # On e 4 is only 5 points more.
    assert e.bound is None
    assert e.one_assessor == ()
    assert changes.fewest is not None
    assert changes.fewest.steps == 1


def test_explain_above_the_line_says_what_would_have_lost_the_place() -> None:
    profile = profile_of({"c": 50, "d": 50})
    levels = panel({"a": (4, 3), "b": (3, 3)}, ("c", "d"))
    found = explained(levels, profile, "a", line=1)
    assert found.line is not None
    assert (found.line.called, found.line.distance) == (True, Fraction(25, 2))
    assert found.line.last_above is not None
    assert (found.line.last_above.application, found.decided_by) == ("a", None)
    changes = change(found, "line")
    assert changes.reached
    wins = lot_key("s", "a") < lot_key("s", "b")
    assert changes.single[0].bound == LevelBound(Fraction(3), not wins, Fraction(-1))
    assert changes.fewest is not None
    assert changes.fewest.steps == (2 if wins else 1)


def test_explain_below_the_threshold_and_stopped_by_a_gate() -> None:
    gate = Gate("screening", 0, {1: 1}, Fraction(2))
    profile = profile_of({"c": 40, "d": 40, "e": 20}, threshold=50, gates=(gate,))
    levels = panel({"low": (2, 2, 1), "gated": (4, 4, 0), "in": (3, 3, 3)})
    low = explained(levels, profile, "low")
    assert (low.status, low.place, low.above_threshold, low.line) == ("gate", None, -Fraction(5), None)
    gated = explained(levels, profile, "gated", line=1)
    assert [(test.test, test.value, test.limit, test.passed) for test in gated.gates] == [
        ("forbidden_level", 1, 0, False),
        ("max_count", 1, 1, True),
        ("mean_at_least", Fraction(8, 3), 2, True),
    ]
    place, line = gated.changes
    assert (place.outcome, line.outcome) == ("place", "line")
    assert place.single[2].bound == LevelBound(Fraction(1), True, Fraction(1))
    assert place.single[0].bound is None
    assert place.fewest is not None
    assert [(each.criterion, each.after) for each in place.fewest.changes] == [("e", 1)]
    assert gated.line is not None
    assert (gated.line.distance, gated.line.decided_by) == (Fraction(5), None)


def test_explain_of_an_incomplete_one_names_what_is_missing_and_no_changes() -> None:
    levels = panel({"a": (4, (), 3), "b": (1, 1, 1)})
    found = explained(
        levels, profile_of({"c": 1, "d": 1, "e": 1}, gates=(Gate("screening", 0, {}, None),)), "a", line=1
    )
    assert (found.status, found.missing, found.total, found.points) == ("incomplete", ("d",), None, None)
    assert (found.changes, found.gates, found.above_threshold) == ((), (), None)
    assert found.criteria[1].level is found.criteria[1].below is found.criteria[1].contribution is None
    assert found.criteria[0].level == 4
    assert found.line is not None
    assert (found.line.called, found.line.distance) == (False, None)


def test_explain_without_levels_by_assessor_steps_the_level_itself() -> None:
    profile = profile_of({"c": 100})
    frame = pd.DataFrame({"application": ["a", "b"], "c": [3, 2.5]})
    ranking = rank_wide(frame, profile, "screening", "s")
    found = explain(ranking, profile, "b", line=1)
    assert found.criteria[0].assessors == ()
    [only] = change(found, "line").single
    assert only.one_assessor[0].assessor is None
    assert only.one_assessor[0].steps == (1 if lot_key("s", "b") < lot_key("s", "a") else 2)


# Lines that call nobody or everybody, one applicant, all equal


def test_explain_with_a_line_that_calls_nobody() -> None:
    levels = panel({"a": (4, 4, 4), "b": (1, 1, 1)})
    found = explained(levels, profile_of({"c": 1, "d": 1, "e": 1}), "a", line=0)
    assert found.line is not None
    assert (found.line.last_above, found.line.against, found.line.called) == (None, None, False)
    assert found.line.first_below is not None
    assert found.line.first_below.application == "a"
    assert (change(found, "line").impossible, change(found, "line").fewest) == ("no_places", None)


def test_explain_with_a_line_beyond_all() -> None:
    levels = panel({"a": (4, 4, 4), "b": (1, 1, 1)})
    found = explained(levels, profile_of({"c": 1, "d": 1, "e": 1}), "b", line=9)
    assert found.line is not None
    assert (found.line.called, found.line.against, found.line.distance) == (True, None, None)
    changes = change(found, "line")
    assert (changes.reached, changes.fewest, changes.impossible) == (True, None, "levels")


def test_explain_of_a_single_application() -> None:
    found = explained(
        panel({"a": (2, 2, 2)}), profile_of({"c": 1, "d": 1, "e": 1}, threshold=50), "a", line=1
    )
    assert found.line is not None
    assert found.line.called
    fewest = change(found, "line").fewest
    assert fewest is not None
    assert fewest.steps == 1


def test_explain_where_ten_thousand_are_tied() -> None:
    ids = [f"a{number}" for number in range(10_000)]
    frame = pd.DataFrame({"application": ids, "c": 2, "d": 2})
    profile = profile_of({"c": 50, "d": 50}, ties=("c",))
    ranking = rank_wide(frame, profile, "screening", "s")
    found = explain(ranking, profile, ranking.ranked[5000], line=5000)
    assert found.line is not None
    assert (found.line.distance, found.line.decided_by, found.decided_by) == (0, "lot", "lot")
    [c, d] = change(found, "line").single
    assert c.bound == d.bound == LevelBound(Fraction(2), False, Fraction(0))


def test_explain_where_the_order_goes_by_severity_adjusted_levels() -> None:
    """Place and distance go by the adjusted totals; threshold and gates by the levels as given."""
    profile = profile_of({"c": 50, "d": 50}, threshold=20, places="severity_adjusted")
    levels = panel(
        {f"a{n}": ((n % 4, n % 4 + 1), ((n * 3) % 4, (n * 3) % 4 + 1)) for n in range(8)}, ("c", "d")
    )
    ranking = rank(levels, profile, "screening", "s")
    rows = ranking.table.set_index("application")
    for id in ranking.ranked:
        found = explain(ranking, profile, id, line=3, levels=levels)
        assert found.line is not None
        assert found.line.against is not None
        assert ranking.adjusted_denominator is not None
        assert found.adjusted_total == Fraction(int(rows["adjusted_total"][id]), ranking.adjusted_denominator)
        assert (found.adjusted_points, found.raw_place) == (
            rows["adjusted_points"][id],
            rows["raw_place"][id],
        )
        assert found.line.distance == found.adjusted_total - found.line.against.total
        assert (found.changes, found.changes_unknown) == ((), "severity_adjusted")
        assert found.line.called == (rows["place"][id] <= 3)
    for id in sorted(set(rows.index) - set(ranking.ranked)):
        found = explain(ranking, profile, id, line=3, levels=levels)
        assert [each.outcome for each in found.changes] == ["place"]


# What is refused


@pytest.mark.parametrize("line", [-1, True, 1.0, "1"])
def test_explain_with_a_line_that_is_no_number_of_places_is_refused(line: Any) -> None:
    with pytest.raises(TableError, match="line: expected a whole number of 0 or more"):
        explained(panel({"a": (2, 2, 2)}), profile_of({"c": 1, "d": 1, "e": 1}), "a", line=line)


def test_explain_of_an_unknown_application_is_refused() -> None:
    with pytest.raises(TableError, match="application 'q' is not in this ranking of 1"):
        explained(panel({"a": (2, 2, 2)}), profile_of({"c": 1, "d": 1, "e": 1}), "q")


def test_explain_with_another_profile_is_refused() -> None:
    levels = panel({"a": (2, 2, 2)})
    profile = profile_of({"c": 1, "d": 1, "e": 1})
    ranking = rank(levels, profile, "screening", "s")
    with pytest.raises(ProfileError, match="another profile"):
        explain(ranking, replace(profile, key="q"), "a")


@pytest.mark.parametrize("level", [1, float("nan"), float("inf"), "3", None, 5])
def test_explain_with_other_levels_is_refused(level: Any) -> None:
    levels = panel({"a": (2, 2, 2)})
    profile = profile_of({"c": 1, "d": 1, "e": 1})
    ranking = rank(levels, profile, "screening", "s")
    with pytest.raises(TableError, match="application 'a'"):
        explain(ranking, profile, "a", levels=panel({"a": (2, 2, level)}))


# Against ranking again


def again(levels: pd.DataFrame, profile: Profile, id: str, line: int | None) -> bool:
    """Whether an application has the outcome: a place, or one above the line."""
    ranking = rank(levels, profile, "screening", "s")
    called = ranking.ranked if line is None else ranking.ranked[:line]
    return id in called


def with_levels(levels: pd.DataFrame, id: str, changed: dict[tuple[str, str], Any]) -> pd.DataFrame:
    result = levels.copy()
    result["level"] = result["level"].astype(object)
    for (assessor, key), level in changed.items():
        here = (result["application"] == id) & (result["assessor"] == assessor) & (result["criterion"] == key)
        assert here.sum() == 1
        result.loc[here, "level"] = level
    return result


def cells_of(levels: pd.DataFrame, id: str) -> dict[tuple[str, str], Any]:
    own = levels[levels["application"] == id]
    return dict(zip(zip(own["assessor"], own["criterion"], strict=True), own["level"], strict=True))


def lines(found: Explanation, line: int | None) -> list[tuple[Change, int | None]]:
    return [(each, line if each.outcome == "line" else None) for each in found.changes]


@settings(max_examples=15, deadline=None)
@given(selections(), st.data())
def test_explain_changes_change_the_outcome_and_nothing_smaller_does(
    case: tuple[pd.DataFrame, Profile], data: st.DataObject
) -> None:
    levels, profile = case
    ids = sorted(set(levels["application"]))
    id = data.draw(st.sampled_from(ids))
    line = data.draw(st.sampled_from([None, 1, 2, len(ids)]))
    own = cells_of(levels, id)
    for found, at in lines(explained(levels, profile, id, line), line):
        assert found.reached == again(levels, profile, id, at)
        way = -1 if found.reached else 1
        for single in found.single:
            alone = {cell: level for cell, level in own.items() if cell[1] == single.criterion}
            works = {}
            for cell, level in alone.items():
                for steps in range(1, 5):
                    after = level + way * steps
                    if (
                        0 <= after <= 4
                        and again(with_levels(levels, id, {cell: after}), profile, id, at) != found.reached
                    ):
                        works[cell[0]] = steps
                        break
            fewest = min(works.values(), default=0)
            assert {each.assessor: each.steps for each in single.one_assessor} == {
                assessor: steps for assessor, steps in works.items() if steps == fewest
            }
        if found.fewest is not None:
            changed = {(str(each.assessor), each.criterion): int(each.after) for each in found.fewest.changes}
            assert again(with_levels(levels, id, changed), profile, id, at) != found.reached
            assert sum(abs(changed[cell] - own[cell]) for cell in changed) == found.fewest.steps
        # No smaller change does: as far as a search through all of them can look.
        most = found.fewest.steps - 1 if found.fewest is not None else 99
        for steps in itertools.product(range(min(most, 2) + 1), repeat=len(own)):
            if sum(steps) > min(most, 2):
                continue
            changed = {
                cell: min(4, max(0, level + way * step))
                for (cell, level), step in zip(own.items(), steps, strict=True)
                if step
            }
            assert again(with_levels(levels, id, changed), profile, id, at) == found.reached


@settings(max_examples=60, deadline=None)
@given(selections(most=5, most_assessors=3, levels=(0, 1, 2, 3, 4, 0.5, 2.25)), st.data())
def test_explain_fewest_steps_against_plain_fractions(
    case: tuple[pd.DataFrame, Profile], data: st.DataObject
) -> None:
    """Three assessors and levels between the anchors; ranked again by the plain implementation, which is fast
    enough to try all ways of taking up to three steps fewer than claimed."""
    levels, profile = case
    ids = sorted(set(levels["application"]))
    id = data.draw(st.sampled_from(ids))
    line = data.draw(st.sampled_from([None, 1, 2, 3]))
    rows = [(*row[:3], Fraction(row[3])) for row in levels.itertuples(index=False)]
    own = [number for number, row in enumerate(rows) if row[0] == id]

    def outcome(steps: dict[int, int], at: int | None) -> bool | None:
        """Whether the application has the outcome after these steps; None if they leave the scale."""
        changed = list(rows)
        for number, step in steps.items():
            after = moved(rows[number][3], step)
            if after is None:
                return None
            changed[number] = (*rows[number][:3], after)
        place = plain_ranking(changed, profile, "screening", "s", ids)[id].place
        return place is not None and (at is None or place <= at)

    for found, at in lines(explained(levels, profile, id, line), line):
        assert outcome({}, at) == found.reached
        way = -1 if found.reached else 1
        most = 2
        if found.fewest is not None:
            steps = {
                number: way * each.steps
                for number in own
                for each in found.fewest.changes
                if rows[number][1:3] == (each.assessor, each.criterion)
            }
            assert len(steps) == len(found.fewest.changes)
            assert sum(map(abs, steps.values())) == found.fewest.steps
            assert outcome(steps, at) is (not found.reached)
            most = min(found.fewest.steps - 1, 3)
        for count in range(1, most + 1):
            for cells in itertools.combinations_with_replacement(own, count):
                taken = {number: way * cells.count(number) for number in cells}
                assert outcome(taken, at) is not (not found.reached)


@settings(max_examples=5, deadline=None)
@given(selections(most=4, most_assessors=1), st.data())
def test_explain_fewest_steps_are_the_fewest_of_all_with_one_assessor(
    case: tuple[pd.DataFrame, Profile], data: st.DataObject
) -> None:
    """All 125 sets of levels, each ranked again."""
    levels, profile = case
    ids = sorted(set(levels["application"]))
    id = data.draw(st.sampled_from(ids))
    line = data.draw(st.sampled_from([None, 1, 2]))
    own = cells_of(levels, id)
    for found, at in lines(explained(levels, profile, id, line), line):
        best = None
        for new in itertools.product(range(5), repeat=len(own)):
            changed = dict(zip(own, new, strict=True))
            steps = sum(abs(changed[cell] - own[cell]) for cell in own)
            if (best is None or steps < best) and again(
                with_levels(levels, id, changed), profile, id, at
            ) != found.reached:
                best = steps
        assert (found.fewest.steps if found.fewest else None) == best
        assert found.impossible == (None if best is not None else "levels")


@settings(max_examples=15, deadline=None)
@given(selections(most_assessors=1), st.data())
def test_explain_bounds_hold_on_both_sides(case: tuple[pd.DataFrame, Profile], data: st.DataObject) -> None:
    """A hair (1/4096) on either side of a bound the outcome is one or the other, as it says."""
    levels, profile = case
    ids = sorted(set(levels["application"]))
    id = data.draw(st.sampled_from(ids))
    line = data.draw(st.sampled_from([None, 1, 2, 3]))
    for found, at in lines(explained(levels, profile, id, line), line):

        def outcome(key: str, level: Fraction, at: int | None = at) -> bool:
            return again(with_levels(levels, id, {("x0", key): level}), profile, id, at)

        for single in found.single:
            end = Fraction(0 if found.reached else 4)
            if single.bound is None:
                assert outcome(single.criterion, end) == found.reached
                continue
            scaled = single.bound.level * 4096
            way = -1 if found.reached else 1
            # The first level on the grid that is enough, in the way that the level moves.
            steps = -(-scaled // 1) if way > 0 else scaled // 1
            first = Fraction(steps, 4096)
            if first == single.bound.level and not single.bound.reached:
                first += Fraction(way, 4096)
            last = first - Fraction(way, 4096)
            if 0 <= first <= 4:
                assert outcome(single.criterion, first) != found.reached
            if 0 <= last <= 4:
                assert outcome(single.criterion, last) == found.reached


def test_explain_finds_the_fewest_steps_where_taking_the_best_first_does_not() -> None:
    """Best first takes c (20 points) and then needs e too; d twice (2 · 15) alone is not less: 2 steps."""
    gate = Gate("screening", None, {1: 0}, None)
    profile = profile_of({"c": 60, "d": 30, "e": 10}, gates=(gate,))
    levels = panel({"a": (4, 1, 0), "b": (0, 0, 0)})
    found = explained(levels, profile, "a")
    fewest = found.changes[0].fewest
    assert fewest is not None
    assert {each.criterion: each.steps for each in fewest.changes} == {"d": 1, "e": 2}


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from([0, 1, 2, 3, 4, 0.5, 2.25]), min_size=1, max_size=4),
    st.sampled_from(["mean", "median"]),
    st.booleans(),
)
def test_options_are_the_best_that_so_many_steps_can_give(
    levels: list[float], combine: str, up: bool
) -> None:
    import statistics

    own = [Fraction(level) for level in levels]
    way = 1 if up else -1
    how = statistics.median if combine == "median" else statistics.mean
    best: dict[int, Fraction] = {}
    for steps in itertools.product(range(5), repeat=len(own)):
        after = [moved(level, way * step) for level, step in zip(own, steps, strict=True)]
        if None in after:
            continue
        level = way * Fraction(how(after))  # type: ignore[type-var]
        for total in range(sum(steps), 17):
            best[total] = max(best.get(total, level), level)
    options = (upward if up else downward)([Cell("x", level) for level in own], combine)
    assert options[0].steps == 0
    for total, level in best.items():
        assert max(way * option.level for option in options if option.steps <= total) == level
    for option in options:
        assert option.level == how(option.levels)
        assert option.steps == sum(option.cell_steps)


# One line per group of posts


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_own_line_is_the_last_place_that_would_be_called(data: st.DataObject) -> None:
    groups = ["g", "h", "i"]
    ids = [f"a{number}" for number in range(data.draw(st.integers(1, 7)))]
    wishes = {id: data.draw(st.lists(st.sampled_from(groups), unique=True)) for id in ids}
    places = {group: data.draw(st.integers(0, 3)) for group in groups}
    id = data.draw(st.sampled_from(ids))
    ranked = ids if data.draw(st.booleans()) else [each for each in ids if each != id]
    line = own_line(ranked, id, wishes, places)
    others = [each for each in ranked if each != id]
    for place in range(1, len(others) + 2):
        order = [*others[: place - 1], id, *others[place - 1 :]]
        drawn = draw_lines_by_group(order, wishes, places, {})
        assert (id in {entry.application for entry in drawn.called}) == (place <= line)


def test_own_line_of_one_without_preferences_is_refused() -> None:
    with pytest.raises(TableError, match="application 'a' has no preferences"):
        own_line(["a"], "a", {}, {"g": 1})


def test_keys_of_the_selections_are_those_of_their_profile() -> None:
    assert tuple(each.key for each in profile_of(dict.fromkeys(KEYS, 1)).criteria) == KEYS
