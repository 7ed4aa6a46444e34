import json
from decimal import Decimal
from fractions import Fraction
from itertools import permutations
from math import log

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import fisher_exact, permutation_test, ttest_ind

from scoring.decomposition import by_criterion, by_override, by_requirement, by_stage, split_stages
from scoring.errors import TableError
from scoring.stage_gaps import shapley_of_products

WEIGHTS = {"a": Decimal(60), "b": Decimal(40)}


def levels(rows):
    return pd.DataFrame(rows, columns=["a", "b"])


def test_criterion_parts_by_hand():
    # Group: a 3, 1 and b 2, 2; others: a 4, 4, 1 and b 0, 1, 2. 60/4 · (2 − 3) = −15; 40/4 · (2 − 1) = 10.
    found = by_criterion(
        levels([(3, 2), (1, 2), (4, 0), (4, 1), (1, 2)]), WEIGHTS, list("GGOOO"), seed=1, permutations=99
    )
    group = {each.group: each for each in found.groups}["G"]
    assert [part.contribution for part in group.parts] == [-15, 10]
    assert group.gap == -5
    # Points: 55, 35 against 60, 70, 35: means 45 and 55? By hand: (45+20, 15+20) = 65, 35; (60, 60+10, 15+20).
    assert Fraction(65 + 35, 2) - Fraction(60 + 70 + 35, 3) == group.gap
    json.dumps(found.to_dict(), allow_nan=False)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.tuples(st.integers(0, 16), st.integers(0, 16), st.sampled_from("ABC")), min_size=2, max_size=25
    ),
    st.integers(1, 99),
)
def test_parts_add_up_to_the_gap_exactly(rows, weight):
    frame = levels([(Fraction(a, 4), Fraction(b, 3) * Fraction(3, 4)) for a, b, _ in rows])
    names = [g for _, _, g in rows]
    weights = {"a": Fraction(weight, 7), "b": 3}
    found = by_criterion(frame, weights, names, seed=1, permutations=9)
    total = Fraction(weight, 7) + 3
    points = [
        25 * (Fraction(weight, 7) * a + 3 * b) / total for a, b in zip(frame["a"], frame["b"], strict=True)
    ]
    for group in found.groups:
        own = [p for p, g in zip(points, names, strict=True) if g == group.group]
        rest = [p for p, g in zip(points, names, strict=True) if g != group.group]
        if not rest:
            assert (group.gap, group.parts) == (None, ())
            continue
        gap = Fraction(sum(own), len(own)) - Fraction(sum(rest), len(rest))
        assert group.gap == gap
        assert sum(part.contribution for part in group.parts) == gap


def test_criterion_p_and_interval_agree_with_scipy():
    rng = np.random.default_rng(5)
    frame = levels(rng.integers(0, 5, (60, 2)).astype(float))
    names = ["G"] * 20 + ["O"] * 40
    found = by_criterion(frame, WEIGHTS, names, seed=1, permutations=9999)
    group = {each.group: each for each in found.groups}["G"]
    for part, column in zip(group.parts, ("a", "b"), strict=True):
        one, two = frame[column][:20].to_numpy(), frame[column][20:].to_numpy()
        test = permutation_test(
            (one, two), lambda x, y, axis: x.mean(axis) - y.mean(axis), vectorized=True, n_resamples=9999,
            rng=np.random.default_rng(1),
        )  # fmt: skip
        assert part.p == pytest.approx(test.pvalue, abs=0.02)
        ends = ttest_ind(one, two, equal_var=False).confidence_interval()
        assert part.interval == pytest.approx(np.array([ends.low, ends.high]) * float(part.weight) / 4)


def test_a_criterion_that_costs_a_level_is_found_and_only_it():
    rng = np.random.default_rng(6)
    ability = rng.normal(2, 0.5, 120)
    frame = levels(np.clip(np.rint(ability[:, None] + rng.normal(0, 0.5, (120, 2))), 0, 4))
    names = np.where(np.arange(120) < 40, "G", "O")
    frame.loc[names == "G", "a"] = np.maximum(frame["a"] - 1, 0)
    found = by_criterion(frame, WEIGHTS, names, seed=1)
    assert [part.verdict for part in found.groups[1].parts] == ["alarm", "no_concern"]


def test_criterion_rows_in_any_order_incomplete_and_missing():
    frame = levels([(3, 2), (1, np.nan), (4, 0), (4, 1), (1, 2), (0, 0)])
    names = ["G", "G", "O", "O", None, "G"]
    one = by_criterion(frame, WEIGHTS, names, seed=1, permutations=99)
    two = by_criterion(frame[::-1], WEIGHTS, names[::-1], seed=1, permutations=99)
    assert json.dumps(one.to_dict()) == json.dumps(two.to_dict())
    assert (one.n, one.missing, one.incomplete) == (4, 1, 1)


def test_a_group_of_one_has_no_interval_and_no_conclusion():
    found = by_criterion(levels([(0, 0), *[(4, 3)] * 8]), WEIGHTS, ["G"] + ["O"] * 8, seed=1)
    assert {part.interval for part in found.groups[1].parts} == {None}
    assert {part.verdict for part in found.groups[1].parts} == {"no_conclusion"}


def test_bad_levels_and_weights_are_named():
    with pytest.raises(TableError, match="row 2: criterion 'b', level 5"):
        by_criterion(levels([(1, 1), (1, 5)]), WEIGHTS, "GO", seed=1)
    with pytest.raises(TableError, match="row 1: criterion 'a', level x"):
        by_criterion(pd.DataFrame({"a": ["x"], "b": [1]}), WEIGHTS, "G", seed=1)
    with pytest.raises(TableError, match="row 1: criterion 'a', level inf"):
        by_criterion(levels([(np.inf, 1)]), WEIGHTS, "G", seed=1)
    with pytest.raises(TableError, match="'c' has a weight"):
        by_criterion(levels([(1, 1)]), {"c": 1}, "G", seed=1)
    with pytest.raises(TableError, match="weight 0"):
        by_criterion(levels([(1, 1)]), {"a": 0}, "G", seed=1)


fractions = st.fractions(0, 1, max_denominator=9)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(fractions, fractions), min_size=1, max_size=4))
def test_shapley_agrees_with_all_orders(pairs):
    a, b = [x for x, _ in pairs], [y for _, y in pairs]

    def product(own):
        answer = Fraction(1)
        for t in range(len(a)):
            answer *= a[t] if t in own else b[t]
        return answer

    orders = list(permutations(range(len(a))))
    expected = [Fraction(0)] * len(a)
    for order in orders:
        done = set()
        for t in order:
            expected[t] += (product(done | {t}) - product(done)) / len(orders)
            done.add(t)
    found = shapley_of_products(a, b)
    assert found == expected
    assert sum(found) == product(set(range(len(a)))) - product(set())


def test_stages_by_hand():
    # Group 10 → 5 → 1, others 20 → 16 → 12: rates 1/2, 1/5 against 4/5, 3/4; gap .1 − .6 = −.5. Shapley:
    # (1/2 − 4/5)(1/5 + 3/4)/2 = −.1425 and (1/5 − 3/4)(1/2 + 4/5)/2 = −.3575.
    found = split_stages(["eligible", "called"], ["G", "O"], np.array([[10, 20], [5, 16], [1, 12]]))
    group = found.groups[0]
    assert group.gap == Fraction(-1, 2)
    assert [part.contribution for part in group.parts] == [Fraction(-57, 400), Fraction(-143, 400)]
    assert sum(part.log_ratio for part in group.parts) == pytest.approx(log(0.1 / 0.6))
    assert group.parts[0].p == pytest.approx(fisher_exact([[5, 5], [16, 4]])[1])
    json.dumps(found.to_dict(), allow_nan=False)


def test_a_stage_nobody_came_to_gets_no_part():
    found = split_stages(["eligible", "called"], ["G", "O"], np.array([[4, 20], [0, 16], [0, 12]]))
    group = found.groups[0]
    assert [part.contribution for part in group.parts] == [Fraction(-3, 5), 0]
    assert group.gap == Fraction(-3, 5)
    assert [part.log_ratio for part in group.parts] == [None, None]


def test_by_stage_counts_rows():
    eligible, called = [1, 1, 0, 1, 1], [True, False, False, True, True]
    found = by_stage({"eligible": eligible, "called": called}, ["G", "G", "G", "O", None])
    assert found.missing == 1
    assert [(p.n, p.reached) for p in found.groups[0].parts] == [(3, 2), (2, 1)]
    with pytest.raises(TableError, match="row 1: reached 'called' but not the stage before"):
        by_stage({"eligible": [0], "called": [1]}, ["G"])
    with pytest.raises(TableError, match="no stages"):
        by_stage({}, ["G"])
    with pytest.raises(TableError, match="row 1: eligible 2"):
        by_stage({"eligible": [2]}, ["G"])


def test_counts_that_grow_or_one_group_only():
    with pytest.raises(TableError, match="stage 'called', group 'G': 6 of 5"):
        split_stages(["called"], ["G", "O"], np.array([[5, 5], [6, 1]]))
    with pytest.raises(TableError, match="shape"):
        split_stages(["called"], ["G"], np.array([[5, 5]]))
    alone = split_stages(["called"], ["G"], np.array([[5], [2]])).groups[0]
    assert (alone.gap, alone.parts[0].contribution, alone.parts[0].verdict) == (None, None, "no_conclusion")


def test_requirements_by_hand():
    answers = pd.DataFrame(
        {
            "licence": [True, False, False, True, None],
            "papers": ["yes", "no", "ja", "nej", "yes"],
            "wish": [0] * 5,
        }
    )
    found = by_requirement(answers, ["G", "G", "G", "O", "O"], mandatory=["licence", "papers"])
    group, others = found.groups
    assert (group.eligible, group.undecided, others.eligible, others.undecided) == (1, 0, 0, 1)
    licence, papers, wish = group.parts
    assert (licence.no, licence.answered, licence.only_this, licence.eligible_without) == (2, 3, 1, 2)
    assert (papers.no, papers.only_this, papers.eligible_without) == (1, 0, 1)
    assert (wish.no, wish.only_this, wish.eligible_without, wish.mandatory) == (3, 0, 1, False)
    assert others.parts[0].answered == 1
    json.dumps(found.to_dict(), allow_nan=False)


def test_a_requirement_that_shuts_one_route_out_is_found_and_only_it():
    rng = np.random.default_rng(3)
    names = np.where(np.arange(120) < 30, "G", "O")
    answers = pd.DataFrame({key: rng.random(120) < 0.9 for key in ("licence", "papers", "language")})
    answers.loc[names == "G", "papers"] = rng.random(30) < 0.3
    found = {each.group: each for each in by_requirement(answers, names).groups}["G"]
    assert [part.verdict for part in found.parts] == ["no_concern", "alarm", "no_concern"]
    table = [
        [(answers["papers"] & (names == g)).sum(), (~answers["papers"] & (names == g)).sum()] for g in "GO"
    ]
    assert found.parts[1].p == pytest.approx(fisher_exact(table)[1])


def test_bad_answers_are_named():
    with pytest.raises(TableError, match="row 2: requirement 'x': 'maybe'"):
        by_requirement(pd.DataFrame({"x": ["yes", "maybe"]}), "GO")
    with pytest.raises(TableError, match="'y' has no column"):
        by_requirement(pd.DataFrame({"x": ["yes"]}), "G", mandatory=["y"])
    with pytest.raises(TableError, match="one column per requirement"):
        by_requirement(pd.DataFrame(index=[0]), "G")


def test_overrides_by_hand():
    proposed = [1, 1, 1, 0, 1, 1, 0, 0]
    decided = [1, 0, 0, 0, 1, 1, 1, 0]
    found = by_override(proposed, decided, list("GGGGOOOO"))
    group = {each.group: each for each in found.groups}["G"]
    assert (group.proposed, group.down, group.up) == (3, 2, 0)
    # Proposed 3/4 against 2/4, decided 1/4 against 3/4: moved −2/4 − 1/4.
    assert (group.proposed_gap, group.moved) == (Fraction(1, 4), Fraction(-3, 4))
    assert group.down_p == pytest.approx(fisher_exact([[1, 2], [2, 0]])[1])
    assert group.up_p == pytest.approx(fisher_exact([[0, 1], [1, 1]])[1])
    json.dumps(found.to_dict(), allow_nan=False)


def test_overrides_against_one_group_raise_the_alarm():
    names = ["G"] * 30 + ["O"] * 60
    decided = [True] * 18 + [False] * 12 + [True] * 60
    found = {each.group: each for each in by_override([True] * 90, decided, names).groups}
    assert (found["G"].down_verdict, found["G"].up_verdict) == ("alarm", "no_conclusion")


@pytest.mark.parametrize("names", [["G"] * 4, [None] * 4])
def test_overrides_of_one_group_or_none(names):
    for each in by_override([1, 0, 1, 0], [1, 1, 1, 1], names).groups:
        assert (each.moved, each.up_verdict) == (None, "no_conclusion")
