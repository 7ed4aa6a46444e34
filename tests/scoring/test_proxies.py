import json

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from scoring.errors import TableError
from scoring.proxies import auc, fit_logistic, proxies


def drawn(seed, n=120, shift=0.0, share=0.3):
    rng = np.random.default_rng(seed)
    inside = np.arange(n) < share * n
    levels = np.rint(rng.normal(2, 1, (n, 4)))
    levels[inside, 1] -= shift
    return pd.DataFrame(np.clip(levels, 0, 4), columns=list("abcd")), np.where(inside, "G", "O")


def test_auc_by_hand_and_with_ties():
    # Pairs inside/outside: (3, 1), (3, 2) won; (2, 1) won, (2, 2) tied: 3.5 of 4.
    assert auc([3, 2, 1, 2], [1, 1, 0, 0]) == 3.5 / 4
    assert np.isnan(auc([1, 2], [True, True]))


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_auc_agrees_with_scikit_learn(seed):
    rng = np.random.default_rng(seed)
    score, inside = rng.integers(0, 6, 50), rng.random(50) < 0.4
    assert auc(score, inside) == pytest.approx(roc_auc_score(inside, score))


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_coefficients_agree_with_scikit_learn(seed):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(60, 3))
    inside = values[:, 0] * 3 + rng.normal(size=60) > 1
    theirs = LogisticRegression(C=1.0, tol=1e-10, max_iter=1000).fit(values, inside)
    assert fit_logistic(values[None], inside)[0] == pytest.approx(theirs.coef_[0], abs=1e-5)


def test_separable_groups_and_constant_criteria_still_fit():
    values = np.column_stack([np.r_[np.zeros(20), np.ones(20)], np.ones(40)])
    weights = fit_logistic(values[None], values[:, 0] == 1)[0]
    assert np.isfinite(weights).all()
    assert weights[1] == pytest.approx(0, abs=1e-8)


def test_a_criterion_that_goes_with_the_group_is_found():
    found = {each.group: each for each in proxies(*drawn(1, shift=1.5), seed=1, permutations=99).groups}["G"]
    assert found.auc > 0.75
    assert found.verdict == "alarm"
    assert max(found.importance, key=found.importance.get) == "b"
    assert found.importance["b"] > 0.2
    assert max(abs(found.importance[key]) for key in "acd") < 0.05
    assert found.null_interval[0] < 0.5 < found.null_interval[1] < 0.7


def test_auc_of_folds_is_that_of_scikit_learn_with_the_same_folds():
    frame, names = drawn(2, shift=0.7)
    found = proxies(frame, names, seed=3, permutations=1)
    # Folds differ, so only nearly: the mean over many foldings of both.
    from sklearn.model_selection import StratifiedKFold, cross_val_score

    inside = names == "G"
    theirs = [
        cross_val_score(
            LogisticRegression(), (frame - frame.mean()) / frame.std(ddof=0), inside, scoring="roc_auc",
            cv=StratifiedKFold(5, shuffle=True, random_state=i),
        ).mean()
        for i in range(6)
    ]  # fmt: skip
    ours = [proxies(frame, names, seed=i, permutations=1).groups[1].auc for i in range(6)]
    assert np.mean(ours) == pytest.approx(np.mean(theirs), abs=0.02)
    assert found.groups[0].auc == pytest.approx(np.mean(theirs), abs=0.06)


def test_under_the_null_alarms_are_rare():
    alarms = sum(
        any(each.verdict == "alarm" for each in proxies(*drawn(40 + i, n=60), seed=i, permutations=79).groups)
        for i in range(12)
    )
    assert alarms <= 1 + 2 * np.sqrt(1 * 0.95)


def test_small_groups_are_refused_with_a_reason():
    frame, names = drawn(3, n=40, share=0.2)
    found = {each.group: each for each in proxies(frame, names, seed=1, permutations=9).groups}
    assert (found["G"].reason, found["O"].reason) == ("group_too_small", "rest_too_small")
    assert {each.verdict for each in found.values()} == {"no_conclusion"}
    json.dumps(proxies(frame, names, seed=1, permutations=9).to_dict(), allow_nan=False)


def test_one_group_nothing_that_varies_and_two_hundred_groups():
    frame, _ = drawn(3, n=40)
    assert proxies(frame, ["G"] * 40, seed=1).groups[0].reason == "rest_too_small"
    same = proxies(frame * 0, ["G"] * 20 + ["O"] * 20, seed=1)
    assert {each.reason for each in same.groups} == {"criteria_do_not_vary"}
    many = proxies(pd.concat([frame] * 10), [f"g{i % 200}" for i in range(400)], seed=1)
    assert {each.reason for each in many.groups} == {"group_too_small"}


def test_order_of_rows_incomplete_and_missing():
    frame, names = drawn(5, n=60)
    frame.loc[0, "a"] = np.nan
    names = names.astype(object)
    names[1] = None
    one = proxies(frame, names, seed=1, permutations=9)
    two = proxies(frame[::-1], names[::-1], seed=1, permutations=9)
    assert json.dumps(one.to_dict()) == json.dumps(two.to_dict())
    assert (one.n, one.missing, one.incomplete) == (58, 1, 1)


def test_bad_input_is_named():
    frame, names = drawn(6, n=20)
    with pytest.raises(TableError, match="criterion 'a', level x"):
        proxies(pd.DataFrame({"a": ["x"] * 20}), names, seed=1)
    with pytest.raises(TableError, match="folds"):
        proxies(frame, names, seed=1, folds=1)
    with pytest.raises(TableError, match="one column per criterion"):
        proxies(frame[[]], names, seed=1)
    with pytest.raises(TableError, match="permutations"):
        proxies(frame, names, seed=1, permutations=0)
    with pytest.raises(TableError, match="alpha"):
        proxies(frame, names, seed=1, alpha=0)
