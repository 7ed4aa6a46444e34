import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import StratifiedTable

from scoring.dif import item_bias, mantel, odds_ratio_mh, strata_for
from scoring.errors import TableError

# Men admitted, rejected, women admitted, rejected, by department: Bickel, Hammel & O'Connell (1975).
BERKELEY = [
    (512, 313, 89, 19),
    (353, 207, 17, 8),
    (120, 205, 202, 391),
    (138, 279, 131, 244),
    (53, 138, 94, 299),
    (22, 351, 24, 317),
]


def berkeley():
    rows = [
        (hit, woman, k)
        for k, counts in enumerate(BERKELEY)
        for (hit, woman), times in zip(((1, 0), (0, 0), (1, 1), (0, 1)), counts, strict=True)
        for _ in range(times)
    ]
    return (np.array(column) for column in zip(*rows, strict=True))


def test_mantel_of_two_levels_is_cochran_mantel_haenszel_at_berkeley():
    found = mantel(*berkeley())
    assert (found.chi2, found.p) == pytest.approx((1.52461, 0.216924), abs=5e-6)
    assert found.used == 4526


def test_odds_ratio_at_berkeley():
    found = odds_ratio_mh(*berkeley())
    assert found.alpha == pytest.approx(0.9046968, abs=5e-8)
    ends = np.exp(np.log(found.alpha) + np.array([-1, 1]) * 1.959964 * found.delta_se / 2.35)
    assert ends == pytest.approx([0.77191, 1.06033], abs=5e-6)
    assert found.delta == pytest.approx(-2.35 * np.log(0.9046968), abs=1e-6)
    assert (found.ets_class, found.ets_class_tested) == ("A", "A")


def strata(seed, sizes=(12, 20, 9)):
    rng = np.random.default_rng(seed)
    stratum = np.repeat(np.arange(len(sizes)), sizes)
    return rng.integers(0, 5, len(stratum)), rng.random(len(stratum)) < 0.4, stratum


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_odds_ratio_agrees_with_statsmodels(seed):
    level, inside, stratum = strata(seed)
    tables = []
    for k in range(3):
        sides = [level[(stratum == k) & (inside == g)] for g in (False, True)]
        tables.append(np.array([[(side >= 2).sum(), (side < 2).sum()] for side in sides]))
    theirs = StratifiedTable(tables)
    found = odds_ratio_mh(level >= 2, inside, stratum)
    assert found.alpha == pytest.approx(theirs.oddsratio_pooled)
    assert found.delta_se == pytest.approx(2.35 * theirs.logodds_pooled_se)
    assert mantel(level >= 2, inside, stratum).chi2 == pytest.approx(
        theirs.test_null_odds(correction=False).statistic
    )


def test_mantel_by_hand():
    # One stratum: group 1, 3 of levels 1, 3, 2, 4. Expected 2 · 10/4 = 5, variance 2·2/(16·3) · (4·30 − 100) = 5/3.
    found = mantel([1, 3, 2, 4], [1, 1, 0, 0], [0] * 4)
    assert found.chi2 == pytest.approx((4 - 5) ** 2 / (5 / 3))
    assert found.smd == pytest.approx(-1.0)
    assert found.smd_se == pytest.approx(np.sqrt(5 / 3))


@pytest.mark.parametrize("seed", [4, 5, 6])
def test_variance_is_that_of_permutations_within_strata(seed):
    level, inside, stratum = strata(seed)
    rng = np.random.default_rng(0)
    sums, differences = [], []
    for _ in range(4000):
        mixed = level.copy()
        for k in range(3):
            mixed[stratum == k] = rng.permutation(level[stratum == k])
        sums.append(mixed[inside].sum())
        differences.append(mantel(mixed, inside, stratum).smd if len(differences) < 400 else 0)
    found = mantel(level, inside, stratum)
    chi2 = (level[inside].sum() - np.mean(sums)) ** 2 / np.var(sums)
    assert found.chi2 == pytest.approx(chi2, rel=0.25, abs=0.05)
    assert found.smd_se == pytest.approx(np.std(differences[:400]), rel=0.12)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 4), st.booleans(), st.integers(0, 2)), min_size=1, max_size=30))
def test_the_other_side_has_the_same_test(rows):
    level, inside, stratum = (np.array(column) for column in zip(*rows, strict=True))
    one, two = mantel(level, inside, stratum), mantel(level, ~inside, stratum)
    assert one.chi2 == pytest.approx(two.chi2, nan_ok=True)


@pytest.mark.parametrize(("alpha", "expected"), [(1.4, "A"), (1.7, "B"), (2.0, "C"), (0.5, "C")])
def test_classes_by_size(alpha, expected):
    # One large stratum with that odds ratio: others 1000·α hits to 1000 misses, group 1000 to 1000.
    hits = np.repeat([1, 0, 1, 0], [round(1000 * alpha), 1000, 1000, 1000])
    inside = np.repeat([0, 0, 1, 1], [round(1000 * alpha), 1000, 1000, 1000])
    found = odds_ratio_mh(hits, inside, np.zeros(len(hits)))
    assert found.alpha == pytest.approx(alpha)
    assert (found.ets_class, found.ets_class_tested) == (expected, expected)


def test_classes_that_are_tested_need_evidence():
    found = odds_ratio_mh([1, 1, 0, 1, 0, 0], [0, 0, 0, 1, 1, 1], [0] * 6)
    assert (found.ets_class, found.ets_class_tested) == ("C", "A")


def drawn(seed, n=200, biased=True, share=0.3):
    rng = np.random.default_rng(seed)
    inside = np.arange(n) < share * n
    ability = rng.normal(2.2, 0.6, n) - 0.4 * inside
    levels = np.rint(ability[:, None] + rng.normal(0, 0.6, (n, 6)))
    if biased:
        levels[inside, 2] -= 1
    return pd.DataFrame(np.clip(levels, 0, 4), columns=list("abcdef")), np.where(inside, "G", "O")


def test_a_biased_criterion_is_found_and_taken_out_of_the_match():
    found = item_bias(*drawn(1), seed=1)
    rows = {row.criterion: row for row in found.rows if row.group == "G"}
    assert [key for key, row in rows.items() if row.verdict == "alarm"] == ["c"]
    assert found.purified["G"] == ("c",)
    assert "c" not in rows["a"].anchors
    assert rows["c"].mantel.smd < -0.5
    assert rows["c"].odds_ratio.delta < -1.5
    json.dumps(found.to_dict(), allow_nan=False)


def test_under_the_null_alarms_are_rare_though_abilities_differ():
    alarms = sum(
        any(
            row.verdict == "alarm"
            for row in item_bias(*drawn(50 + i, biased=False), seed=1, permutations=399).rows
        )
        for i in range(20)
    )
    assert alarms <= 1 + 2 * np.sqrt(1 * 0.95)


def test_p_is_that_of_mantel_in_large_groups():
    found = item_bias(*drawn(3, n=400), seed=1, permutations=3999)
    for row in found.rows:
        assert row.p == pytest.approx(row.mantel.p, abs=0.12)  # whole levels: a step of the sum is worth some


def test_matching_on_the_rest_takes_a_difference_in_ability_for_bias():
    """Why the criterion itself belongs to the match: in the mean over criteria there is no bias to be found."""
    frame, names = drawn(7, n=600, biased=False)
    size = {
        match: np.mean(
            [row.mantel.smd for row in item_bias(frame, names, seed=1, permutations=9, match=match).rows][:6]
        )
        for match in ("total", "rest")
    }
    assert abs(size["total"]) < 0.6 * abs(size["rest"])
    with pytest.raises(TableError, match="match"):
        item_bias(frame, names, seed=1, match="other")


def test_strata_grow_with_the_number_of_people():
    assert [strata_for(n) for n in (2, 20, 45, 100, 5000)] == [4, 4, 9, 20, 20]
    frame, names = drawn(2, n=60)
    grown, told = item_bias(frame, names, seed=1), item_bias(frame, names, seed=1, strata=12)
    assert grown.strata == 12
    assert json.dumps(grown.to_dict()) == json.dumps(told.to_dict())


def test_few_people_are_matched_in_few_strata_so_that_more_of_them_have_somebody_to_be_compared_with():
    frame, names = drawn(2, n=30)
    used = {
        strata: item_bias(frame, names, seed=1, strata=strata, permutations=99).rows[0].mantel.used
        for strata in (None, 20)
    }
    assert used[None] > 1.2 * used[20]


def test_order_of_rows_incomplete_and_missing():
    frame, names = drawn(2, n=40)
    frame.loc[0, "a"] = np.nan
    names = names.astype(object)
    names[1] = None
    one = item_bias(frame, names, seed=1, permutations=99)
    two = item_bias(frame[::-1], names[::-1], seed=1, permutations=99)
    assert json.dumps(one.to_dict()) == json.dumps(two.to_dict())
    assert (one.n, one.missing, one.incomplete) == (38, 1, 1)


def test_one_group_a_group_of_one_and_levels_all_alike():
    frame, names = drawn(2, n=40)
    assert item_bias(frame, ["G"] * 40, seed=1).rows == ()
    alone = item_bias(frame, ["G", *["O"] * 39], seed=1)
    assert {row.verdict for row in alone.rows} <= {"no_conclusion", "watch"}
    same = item_bias(frame * 0 + 2, names, seed=1)
    assert {row.verdict for row in same.rows} == {"no_conclusion"}
    json.dumps(same.to_dict(), allow_nan=False)


def test_bad_input_is_named():
    frame, names = drawn(2, n=10)
    with pytest.raises(TableError, match="two or more"):
        item_bias(frame[["a"]], names, seed=1)
    with pytest.raises(TableError, match="row 1: criterion 'a', level 7"):
        item_bias(frame.assign(a=[7.0, *frame["a"][1:]]), names, seed=1)
    with pytest.raises(TableError, match="different length"):
        item_bias(frame, names[1:], seed=1)
    with pytest.raises(TableError, match="strata"):
        item_bias(frame, names, seed=1, strata=0)
    with pytest.raises(TableError, match="row 1: level nan"):
        mantel([float("nan")], [True], [0])
