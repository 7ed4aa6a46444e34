import itertools
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, hypergeom, nchypergeom_fisher

from scoring.errors import TableError
from scoring.sequential import ODDS_RATIOS, e_process, log_likelihood_ratios, two_streams


def table(rows):
    return pd.DataFrame(rows, columns=["intake", "group", "n", "selected"])


@pytest.mark.parametrize(
    ("x", "n", "chosen", "total"),
    [(0, 8, 60, 200), (3, 10, 60, 200), (40, 100, 60, 200), (2, 3, 4, 6), (7, 9, 30, 40)],
)
def test_ratio_is_scipys_noncentral_over_central_hypergeometric(x, n, chosen, total):
    logs = log_likelihood_ratios([x], [n], [chosen], [total], ODDS_RATIOS)[0]
    central = hypergeom(total, chosen, n).pmf(x)
    expected = [nchypergeom_fisher(total, chosen, n, each).pmf(x) / central for each in ODDS_RATIOS]
    assert np.exp(logs) == pytest.approx(expected, rel=1e-8)


def test_ratio_by_hand():
    # 1 of 2 in the group, 2 of 4 in all: counts 0, 1, 2 have probabilities 1/6, 4/6, 1/6; at an odds ratio of 2 the
    # mean of 2^X is (1 + 8 + 4)/6 = 13/6, so that the ratio is 12/13.
    assert np.exp(log_likelihood_ratios([1], [2], [2], [4], [2.0]))[0, 0] == pytest.approx(12 / 13)


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 30), st.integers(1, 30), st.data())
def test_mean_under_the_null_is_one(n, others, data):
    total = n + others
    chosen = data.draw(st.integers(0, total))
    x = np.arange(max(0, n + chosen - total), min(n, chosen) + 1)
    m = len(x)
    logs = log_likelihood_ratios(x, [n] * m, [chosen] * m, [total] * m, ODDS_RATIOS)
    assert hypergeom(total, chosen, n).pmf(x) @ np.exp(logs) == pytest.approx(np.ones(len(ODDS_RATIOS)))


def test_two_intakes_by_hand():
    # Odds ratio 2 alone. First intake 0 of 2 among 2 of 4: 6/13. Second 2 of 2: 4·6/13 = 24/13. The other group
    # mirrors it, at the same ratio 24/13 first and 6/13 then.
    rows = [("1", "A", 2, 0), ("1", "B", 2, 2), ("2", "A", 2, 2), ("2", "B", 2, 0)]
    found = e_process(table(rows), odds_ratios=[2.0])
    assert np.exp(found.log_factors) == pytest.approx(np.array([[6, 24], [24, 6]]) / 13)
    assert np.exp(found.log_products[-1]) == pytest.approx([144 / 169] * 2)
    assert np.exp(found.log_evidence) == pytest.approx([15 / 13, 144 / 169])
    assert np.exp(found.log_maximum) == pytest.approx([15 / 13, 15 / 13])


@pytest.mark.parametrize("mixing", ["earned", "equal"])
def test_mixing_over_the_grid(mixing):
    rows = [("1", "A", 5, 1), ("1", "B", 5, 4), ("2", "A", 6, 2), ("2", "B", 4, 3)]
    found = e_process(table(rows), odds_ratios=[0.5, 2.0], mixing=mixing)
    ratio = np.exp(log_likelihood_ratios([1, 2], [5, 6], [5, 5], [10, 10], [0.5, 2.0]))
    product = ratio.prod(axis=0).mean() if mixing == "earned" else ratio.mean(axis=1).prod()
    assert np.exp(found.log_products[-1, 0]) == pytest.approx(product)
    assert found.log_factors.sum(axis=0) == pytest.approx(found.log_products[-1])


@pytest.mark.parametrize("mixing", ["earned", "equal"])
def test_evidence_is_fair_over_all_outcomes_also_when_a_group_comes_later(mixing):
    """Enumerate every way of drawing 2 of 4 in the first and 2 of 5 in the second intake: the mean is exactly 1."""
    first, second = ["A", "A", "B", "B"], ["A", "B", "B", "C", "D"]
    evidence, stopped = [], []
    for one in itertools.combinations(range(4), 2):
        for two in itertools.combinations(range(5), 2):
            rows = [
                (t, g, people.count(g), sum(people[i] == g for i in chosen))
                for t, people, chosen in (("1", first, one), ("2", second, two))
                for g in sorted(set(people))
            ]
            found = np.exp(e_process(table(rows), mixing=mixing).log_evidence)
            evidence.append(found)
            stopped.append(found[0] if found[0] > 1 else found[1])
    assert np.mean(evidence, axis=0) == pytest.approx([1, 1])
    assert np.mean(stopped) == pytest.approx(1)


def test_alarms_in_at_most_five_percent_of_null_sequences_looked_at_every_time():
    rng = np.random.default_rng(20)
    alarms = 0
    for _ in range(60):
        n = rng.integers(1, 11, 8)
        rows = [
            (str(t), f"g{g}", int(n[g]), int(s))
            for t in range(20)
            for g, s in enumerate(rng.multivariate_hypergeometric(n, int(0.3 * n.sum())))
        ]
        alarms += e_process(table(rows)).alarm
    assert alarms <= 3 + 2 * np.sqrt(3 * 0.95)


def test_a_gap_raises_the_alarm_and_says_when_and_who():
    rows = [
        row for t in range(4) for row in ((str(t), "A", 50, 5), (str(t), "B", 100, 50), (str(t), "C", 10, 4))
    ]
    found = e_process(table(rows))
    said = found.to_dict()
    assert (said["alarm"], said["verdict"]) == (True, "alarm")
    assert said["alarm_at"] == found.intakes[int(np.argmax(found.log_evidence >= np.log(20)))]
    assert "A" in said["flagged"]
    assert "C" not in said["flagged"]
    assert sum(said["carried"].values()) == pytest.approx(1)
    json.dumps(said, allow_nan=False)


def test_no_conclusion_where_not_even_the_worst_outcome_would_have_been_an_alarm():
    few = e_process(table([("1", "A", 3, 2), ("1", "B", 3, 1)]))
    assert (few.could_alarm, few.verdict) == (False, "no_conclusion")
    for selected in (0, 3):
        worst = e_process(table([("1", "A", 3, selected), ("1", "B", 3, 3 - selected)]))
        assert not worst.alarm
    many = e_process(table([("1", "A", 40, 20), ("1", "B", 40, 20)]))
    assert (many.could_alarm, many.verdict) == (True, "no_concern")
    assert e_process(table([("1", "A", 40, 0), ("1", "B", 40, 40)])).alarm
    # What one intake cannot tell, several can.
    assert e_process(
        table([(str(t), *row[1:]) for t in range(9) for row in (("", "A", 3, 2), ("", "B", 3, 1))])
    ).could_alarm


@pytest.mark.parametrize(
    "rows",
    [
        [("1", "A", 5, 0), ("1", "B", 5, 0)],
        [("1", "A", 5, 5), ("1", "B", 5, 5)],
        [("1", "A", 5, 2)],
        [("1", "A", 0, 0), ("1", "B", 5, 2)],
        [("1", None, 5, 2), ("1", "", 5, 2)],
    ],
    ids=["nobody", "everybody", "one group", "an empty group", "no group known"],
)
def test_intakes_that_say_nothing_have_factor_one(rows):
    found = e_process(table(rows))
    assert np.exp(found.log_evidence) == pytest.approx([1.0])
    assert np.all(found.log_factors == 0)
    assert found.to_dict()["verdict"] == "no_conclusion"


def test_missing_groups_are_counted_and_in_no_margin():
    with_missing = e_process(table([("1", "A", 5, 1), ("1", None, 7, 6), ("1", "B", 5, 4)]))
    without = e_process(table([("1", "A", 5, 1), ("1", "B", 5, 4)]))
    assert with_missing.missing == (7,)
    assert with_missing.log_evidence == pytest.approx(without.log_evidence)


def test_strata_of_an_intake_draw_each_for_itself():
    rows = [("1", "A", 5, 1, "x"), ("1", "B", 5, 4, "x"), ("1", "A", 3, 3, "y"), ("1", "B", 2, 2, "y")]
    strata = e_process(pd.DataFrame(rows, columns=["intake", "group", "n", "selected", "stratum"]))
    assert strata.log_evidence == pytest.approx(e_process(table([r[:4] for r in rows[:2]])).log_evidence)


def test_order_of_rows_makes_no_difference_and_late_groups_leave_the_past_alone():
    rows = [("1", "A", 9, 1), ("1", "B", 9, 6), ("2", "A", 8, 1), ("2", "B", 9, 6), ("2", "C", 3, 3)]
    one = e_process(table(rows), intakes=["1", "2"])
    two = e_process(table(rows[::-1]), intakes=["1", "2"])
    assert json.dumps(one.to_dict()) == json.dumps(two.to_dict())
    assert one.log_evidence[0] == e_process(table(rows[:2])).log_evidence[0]


def test_two_hundred_groups_and_a_long_run_stay_finite():
    rows = [(str(t), f"g{g}", 50, 0 if g < 100 else 50) for t in range(30) for g in range(200)]
    found = e_process(table(rows))
    assert np.isfinite(found.log_evidence).all()
    assert found.to_dict()["e_values"][-1]["e"] is None
    json.dumps(found.to_dict(), allow_nan=False)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("1", "A", 5, 6)], "row 1: selected 6 of n 5"),
        ([("1", "A", 5, 1), ("1", "B", -5, 1)], "row 2: n -5"),
        ([("1", "A", 5, float("nan"))], "row 1: selected nan"),
        ([("1", "A", 5, 1.5)], "row 1: selected 1.5"),
        ([(None, "A", 5, 1)], "row 1: no intake"),
        ([("1", "A", 5, 1), ("1", "A", 5, 1)], "row 2: group 'A' comes twice"),
    ],
)
def test_bad_counts_name_their_row(rows, said):
    with pytest.raises(TableError, match=said):
        e_process(table(rows))


def test_bad_settings_are_refused():
    rows = table([("1", "A", 5, 1), ("1", "B", 5, 1)])
    with pytest.raises(TableError, match="alpha"):
        e_process(rows, alpha=0)
    with pytest.raises(TableError, match="odds_ratios"):
        e_process(rows, odds_ratios=[0.0])
    with pytest.raises(TableError, match="mixing"):
        e_process(rows, mixing="other")
    with pytest.raises(TableError, match="intakes"):
        e_process(rows, intakes=["2"])
    with pytest.raises(TableError, match="column 'selected'"):
        e_process(rows.drop(columns="selected"))
    assert e_process(rows.iloc[:0]).to_dict()["e_values"] == []


def test_two_streams_by_hand():
    # Before any block both rates are 1/2: factor 1. Then (1 + .18)/(1 + .36) = .867647 and .132353.
    found = two_streams([1, 1], [1, 1], [0, 0], [1, 1])
    high = 1.18 / 1.36
    assert np.exp(found.log_factors) == pytest.approx([1.0, high * high / 0.25])


def test_two_streams_are_at_most_fair_at_every_common_rate():
    """Every outcome of two blocks of 2 and 3 persons, by enumeration."""
    rates = np.array([0.01, 0.2, 0.5, 0.9])
    mean = np.zeros(4)
    for a, b, c, d in itertools.product(range(3), range(4), range(3), range(4)):
        p = binom.pmf(a, 2, rates) * binom.pmf(b, 3, rates) * binom.pmf(c, 2, rates) * binom.pmf(d, 3, rates)
        mean += p * np.exp(two_streams([a, c], [2, 2], [b, d], [3, 3]).log_evidence[-1])
    assert np.all(mean <= 1 + 1e-12)


def test_two_streams_find_a_difference_and_refuse_bad_counts():
    found = two_streams([9] * 20, [10] * 20, [1] * 20, [10] * 20)
    assert found.to_dict()["alarm_at"] == 1
    assert two_streams([1, 0], [3, 0], [2, 1], [0 + 4, 4]).log_factors[1] == 0
    with pytest.raises(TableError, match="row 1: selected 4 of n 3"):
        two_streams([4], [3], [0], [3])
