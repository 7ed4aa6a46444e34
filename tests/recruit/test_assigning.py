"""The balanced plan: even loads, no barred pair, the same plan for the same ids."""

from collections import Counter
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from recruit.services.assigning import Plan, balance


def panels(plan: Plan) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for application, assessor in plan.added:
        found.setdefault(application, set()).add(assessor)
    return found


def spread(plan: Plan) -> int:
    return max(plan.loads.values()) - min(plan.loads.values())


def test_every_application_gets_two_different_assessors() -> None:
    plan = balance(applications=range(1, 82), assessors=range(101, 107))
    assert {len(panel) for panel in panels(plan).values()} == {2}
    assert len(panels(plan)) == 81
    assert sum(plan.loads.values()) == 162
    assert spread(plan) == 0
    assert plan.short == {}


def test_loads_differ_by_at_most_one_when_they_cannot_be_equal() -> None:
    assert spread(balance(applications=range(7), assessors=range(4))) == 1


def test_same_two_people_meet_about_equally_often() -> None:
    plan = balance(applications=range(84), assessors=range(8))
    met = Counter(pair for panel in panels(plan).values() for pair in combinations(sorted(panel), 2))
    assert len(met) == 28
    assert max(met.values()) - min(met.values()) <= 2


def test_barred_pairs_never_meet_and_loads_stay_even() -> None:
    # Assessor 1 may read nothing but application 9, where greedy order alone would leave them empty-handed.
    barred = {(application, 1) for application in range(9)}
    plan = balance(applications=range(10), assessors=[1, 2, 3], barred=barred)
    assert not barred & set(plan.added)
    assert plan.loads == {1: 1, 2: 10, 3: 9} or plan.loads == {1: 1, 2: 9, 3: 10}


def test_a_chain_over_others_evens_the_loads() -> None:
    # 1 can only read the first application, 2 the first two; what each gives up must go on to somebody else.
    barred = {(2, 1), (3, 1), (3, 2)}
    plan = balance(applications=[1, 2, 3], assessors=[1, 2, 3, 4], barred=barred)
    assert not barred & set(plan.added)
    assert max(plan.loads.values()) == 2


def test_too_few_unbarred_assessors_is_told_and_the_rest_is_planned() -> None:
    plan = balance(applications=[1, 2], assessors=[10, 11], barred={(1, 10)})
    assert plan.short == {1: 1}
    assert panels(plan)[2] == {10, 11}


def test_what_stands_is_kept_and_only_the_missing_is_added() -> None:
    plan = balance(applications=[1, 2, 3], assessors=[10, 11, 12], existing={1: {10, 11}, 2: {10}})
    added = panels(plan)
    assert 1 not in added
    assert len(added[2]) == 1
    assert len(added[3]) == 2
    assert spread(plan) == 0


def test_order_of_the_input_does_not_matter() -> None:
    forwards = balance(applications=range(30), assessors=range(5), barred={(3, 1), (4, 2)})
    backwards = balance(
        applications=reversed(range(30)), assessors=reversed(range(5)), barred={(4, 2), (3, 1)}
    )
    assert forwards == backwards


def test_no_applications_give_an_empty_plan() -> None:
    assert balance(applications=[], assessors=[1, 2]) == Plan((), {1: 0, 2: 0}, {})


@settings(max_examples=60, deadline=None)
@given(data=st.data(), applications=st.integers(1, 7), assessors=st.integers(2, 4))
def test_loads_are_as_even_as_an_exhaustive_search_allows(
    data: st.DataObject, applications: int, assessors: int
) -> None:
    cells = [(a, b) for a in range(applications) for b in range(assessors)]
    barred = set(data.draw(st.lists(st.sampled_from(cells), max_size=len(cells) // 3)))
    plan = balance(applications=range(applications), assessors=range(assessors), barred=barred)
    assert not barred & set(plan.added)
    assert len(set(plan.added)) == len(plan.added)
    assert sum(load**2 for load in plan.loads.values()) == least_squares(applications, assessors, barred)


def least_squares(applications: int, assessors: int, barred: set[tuple[int, int]]) -> int:
    """The smallest sum of squared loads over all plans, by dynamic programming over the applications."""
    states = {(0,) * assessors}
    for application in range(applications):
        free = [who for who in range(assessors) if (application, who) not in barred]
        panels = list(combinations(free, min(2, len(free))))
        states = {
            tuple(load + (who in panel) for who, load in enumerate(state))
            for state in states
            for panel in panels
        }
    return min(sum(load**2 for load in state) for state in states)
