"""Plans of who assesses what: every limit, the fewest changes, even loads, linked panels, and why there is no plan."""

import random
from collections import Counter
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from scoring.assigning import Impossible, Pair, Plan, Shortage, Terms, plan


@dataclass(frozen=True)
class Case:
    needs: dict[int, int]
    assessors: dict[int, Terms]
    barred: frozenset[Pair]
    fixed: dict[int, set[int]]
    kept: dict[int, set[int]]

    def plan(self) -> Plan:
        return plan(
            needs=self.needs, assessors=self.assessors, barred=self.barred, fixed=self.fixed, kept=self.kept
        )


def attempt(case: Case) -> Plan | tuple[Shortage, ...]:
    """The plan, or why there is none."""
    try:
        return case.plan()
    except Impossible as refusal:
        return refusal.shortages


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Small and tight: about half of them have no solution."""
    applications = range(10, 10 + draw(st.integers(1, 7)))
    people = range(1, 1 + draw(st.integers(1, 5)))
    each = draw(st.integers(1, 3))
    pairs = [(application, who) for application in applications for who in people]
    barred = frozenset(draw(st.sets(st.sampled_from(pairs), max_size=len(pairs) // 3)))
    open_pairs = [pair for pair in pairs if pair not in barred]
    standing = draw(st.sets(st.sampled_from(open_pairs), max_size=len(pairs) // 2)) if open_pairs else set()
    fixed: dict[int, set[int]] = {}
    kept: dict[int, set[int]] = {}
    for application, who in sorted(standing):
        panel = fixed if draw(st.booleans()) and len(fixed.get(application, ())) < each else kept
        panel.setdefault(application, set()).add(who)
    share = len(applications) * each // len(people)
    terms = {}
    for who in people:
        least = draw(st.integers(0, share))
        most = draw(st.one_of(st.none(), st.integers(least, max(least, share + 2))))
        terms[who] = Terms(least, most, draw(st.sampled_from(["", "A", "B"])))
    return Case(dict.fromkeys(applications, each), terms, barred, fixed, kept)


def exact(case: Case) -> int | None:
    """The fewest kept pairs that must go, by integer programming; None where nothing keeps the limits."""
    applications, people = list(case.needs), list(case.assessors)
    column = {pair: number for number, pair in enumerate((a, who) for a in applications for who in people)}
    size = len(column)
    low, high, cost = np.zeros(size), np.ones(size), np.zeros(size)
    rows, least, most = [], [], []
    for (application, who), number in column.items():
        if who in case.fixed.get(application, ()):
            low[number] = 1
        elif (application, who) in case.barred:
            high[number] = 0
        elif who in case.kept.get(application, ()):
            cost[number] = -1
    for application in applications:
        rows.append([1.0 if pair[0] == application else 0.0 for pair in column])
        least.append(float(case.needs[application]))
        most.append(float(case.needs[application]))
    for who in people:
        rows.append([1.0 if pair[1] == who else 0.0 for pair in column])
        done = sum(who in panel for panel in case.fixed.values())
        limit = case.assessors[who].most
        least.append(float(case.assessors[who].least))
        most.append(float(size if limit is None else max(limit, done)))
    found = milp(
        cost,
        integrality=np.ones(size, dtype=np.int64),
        bounds=Bounds(low, high),
        constraints=LinearConstraint(rows, least, most),
    )
    if found.x is None:
        return None
    stood = sum(
        who not in case.fixed.get(application, ())
        for application, panel in case.kept.items()
        for who in panel
    )
    return stood + round(found.fun)


@settings(max_examples=100, deadline=None)
@given(cases())
def test_every_limit_holds_with_the_fewest_changes_whenever_that_is_possible(case: Case) -> None:
    fewest = exact(case)
    if fewest is None:
        with pytest.raises(Impossible):
            case.plan()
        return
    made = case.plan()
    assert len(made.dropped) == fewest
    for application, panel in made.panels.items():
        assert len(panel) == case.needs[application]
        assert panel >= case.fixed.get(application, set())
        assert not any(
            (application, who) in case.barred for who in panel - case.fixed.get(application, set())
        )
    for who, terms in case.assessors.items():
        done = sum(who in panel for panel in case.fixed.values())
        assert made.loads[who] >= terms.least
        assert terms.most is None or made.loads[who] <= max(terms.most, done)
        assert made.loads[who] == sum(who in panel for panel in made.panels.values())


@settings(max_examples=100, deadline=None)
@given(cases())
def test_a_refusal_names_a_set_that_really_does_not_fit(case: Case) -> None:
    """Every shortage can be checked by counting alone, without planning."""
    made = attempt(case)
    if isinstance(made, tuple):
        assert made
        for each in made:
            assert each.found < each.needed
            if each.kind == "competing":
                others = set(case.assessors) - set(each.assessors)
                must = 0
                for application in each.applications:
                    done = case.fixed.get(application, set())
                    elsewhere = {
                        who for who in others if who in done or (application, who) not in case.barred
                    }
                    must += case.needs[application] - len(elsewhere)
                    must -= len(done & set(each.assessors))
                room = 0
                for who in each.assessors:
                    done_by = sum(who in panel for panel in case.fixed.values())
                    limit = case.assessors[who].most
                    assert limit is not None
                    room += max(limit, done_by) - done_by
                assert must > room


@settings(max_examples=60, deadline=None)
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_the_input_never_matters(case: Case, chance: random.Random) -> None:
    def shuffled(given: dict[int, Terms] | dict[int, int] | dict[int, set[int]]) -> dict:
        keys = list(given)
        chance.shuffle(keys)
        return {key: given[key] for key in keys}

    other = Case(
        shuffled(case.needs), shuffled(case.assessors), case.barred, shuffled(case.fixed), shuffled(case.kept)
    )
    assert attempt(other) == attempt(case)


def spread(number: int, people: int, each: int = 2, **limits: Terms) -> Plan:
    terms = {who: limits.get(f"a{who}", Terms()) for who in range(1, people + 1)}
    return plan(needs=dict.fromkeys(range(1, number + 1), each), assessors=terms)


@pytest.mark.parametrize("each", [1, 2, 3, 4])
def test_loads_differ_by_at_most_one_when_everybody_can_take_as_much(each: int) -> None:
    made = spread(53, 7, each)
    assert max(made.loads.values()) - min(made.loads.values()) <= 1


def test_loads_are_in_proportion_to_what_each_can_take() -> None:
    made = spread(80, 4, 1, a1=Terms(most=20), a2=Terms(most=40), a3=Terms(most=60), a4=Terms(most=80))
    assert made.loads == {1: 8, 2: 16, 3: 24, 4: 32}


def test_who_has_no_limit_gets_no_less_than_who_has_one() -> None:
    made = spread(48, 4, a1=Terms(most=40), a2=Terms(most=10))
    like_others = [made.loads[who] for who in (1, 3, 4)]
    assert max(like_others) - min(like_others) <= 1
    assert made.loads[2] <= 10


def test_who_has_no_time_gets_nothing() -> None:
    assert spread(30, 5, a2=Terms(most=0)).loads[2] == 0


def test_one_who_falls_ill_is_replaced_and_nothing_else_moves() -> None:
    before = spread(100, 10)
    kept = {application: panel - {3} for application, panel in before.panels.items()}
    after = plan(
        needs=dict.fromkeys(kept, 2), assessors={who: Terms() for who in before.loads if who != 3}, kept=kept
    )
    assert after.dropped == ()
    assert len(after.added) == before.loads[3]
    assert max(after.loads.values()) - min(after.loads.values()) <= 1


@pytest.mark.parametrize(("number", "people"), [(6, 4), (30, 8), (200, 20), (40, 30)])
def test_panels_link_all_assessors(number: int, people: int) -> None:
    made = spread(number, people)
    assert len(made.overlap.groups) == 1
    assert made.overlap.efficiency is not None
    assert made.overlap.efficiency > 0.2


def test_nobody_always_meets_the_same_colleague() -> None:
    made = spread(120, 8)
    met = Counter(pair for panel in made.panels.values() for pair in combinations(sorted(panel), 2))
    assert len(met) == 28
    assert max(met.values()) - min(met.values()) <= 2


def test_groups_that_share_nothing_are_linked_by_an_exchange() -> None:
    """Two kept panels apart; the new places are enough to link them."""
    kept = {1: {1, 2}, 2: {1, 2}, 3: {3, 4}, 4: {3, 4}}
    needs = dict.fromkeys(range(1, 7), 2)
    made = plan(needs=needs, assessors={who: Terms() for who in range(1, 5)}, kept=kept)
    assert made.dropped == ()
    assert len(made.overlap.groups) == 1


def test_groups_that_cannot_be_linked_are_told() -> None:
    kept = {1: {1, 2}, 2: {3, 4}}
    made = plan(needs={1: 2, 2: 2}, assessors={who: Terms() for who in range(1, 5)}, kept=kept)
    assert made.overlap.groups == ((1, 2), (3, 4))
    assert made.overlap.efficiency == 0


def test_panels_mix_workplaces() -> None:
    terms = {who: Terms(workplace="Norr" if who <= 4 else "Syd") for who in range(1, 9)}
    made = plan(needs=dict.fromkeys(range(60), 2), assessors=terms)
    assert made.one_workplace == ()
    assert max(made.loads.values()) == 15


def test_panels_of_one_workplace_are_named_where_they_cannot_be_avoided() -> None:
    terms = {who: Terms(workplace="Norr") for who in (1, 2)} | {3: Terms(most=1, workplace="Syd")}
    assert len(plan(needs={1: 2, 2: 2, 3: 2}, assessors=terms).one_workplace) == 2


@pytest.mark.parametrize(
    ("needs", "terms", "barred", "kinds"),
    [
        ({1: 2}, {1: Terms()}, set(), ["assessors"]),
        ({1: 3}, {1: Terms(), 2: Terms(), 3: Terms(most=0)}, set(), ["assessors"]),
        ({1: 2, 2: 2}, {1: Terms(), 2: Terms(), 3: Terms()}, {(2, 1), (2, 2), (2, 3)}, ["application"]),
        (dict.fromkeys(range(66), 2), {who: Terms(most=13) for who in range(8)}, set(), ["most_in_all"]),
        ({1: 2, 2: 2}, {who: Terms(least=2) for who in range(3)}, set(), ["least_in_all"]),
        ({1: 2, 2: 2}, {1: Terms(least=2), 2: Terms(), 3: Terms()}, {(1, 1)}, ["least_of_one"]),
        (
            {1: 1, 2: 1, 3: 1},
            {1: Terms(most=1), 2: Terms()},
            {(1, 2), (2, 2)},
            ["competing"],
        ),
    ],
)
def test_a_refusal_says_which_limit_cannot_hold(
    needs: dict[int, int], terms: dict[int, Terms], barred: set[Pair], kinds: list[str]
) -> None:
    with pytest.raises(Impossible) as refusal:
        plan(needs=needs, assessors=terms, barred=barred)
    assert [each.kind for each in refusal.value.shortages] == kinds


def test_a_refusal_gives_the_numbers() -> None:
    with pytest.raises(Impossible) as refusal:
        plan(needs=dict.fromkeys(range(66), 2), assessors={who: Terms(most=13) for who in range(8)})
    (shortage,) = refusal.value.shortages
    assert (shortage.needed, shortage.found) == (132, 104)


def test_who_has_no_more_time_is_no_conflict_of_interest() -> None:
    with pytest.raises(Impossible) as refusal:
        plan(
            needs={1: 2, 2: 2},
            assessors={5: Terms(), 6: Terms(most=1), 7: Terms()},
            barred={(2, 7), (2, 5)},
            fixed={1: {6}},
        )
    assert [(each.kind, each.applications) for each in refusal.value.shortages] == [("application", (2,))]
    with pytest.raises(Impossible) as refusal:
        plan(
            needs={1: 2, 2: 2},
            assessors={5: Terms(), 6: Terms(most=1), 7: Terms()},
            barred={(2, 7)},
            fixed={1: {6}},
        )
    assert [(each.kind, each.applications, each.found) for each in refusal.value.shortages] == [
        ("time", (2,), 1)
    ]


def test_limits_beyond_all_numbers_are_no_limits() -> None:
    assert spread(10, 3, a1=Terms(most=10**9)).overlap.efficiency is not None


def test_fixed_panels_of_people_who_have_left_stay() -> None:
    made = plan(needs={1: 2}, assessors={1: Terms(), 2: Terms()}, fixed={1: {9}})
    assert 9 in made.panels[1]
    assert len(made.panels[1]) == 2
