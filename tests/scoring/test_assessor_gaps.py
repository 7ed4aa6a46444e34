import json

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from scoring.assessor_gaps import AssessorGap, by_assessor
from scoring.errors import TableError


def drawn(seed, *, harsh=0.0, bias=0.0, n=80, assessors=5, group=0.4):
    """Two assessors per application; assessor a0 is harsh to all, and biased against G."""
    rng = np.random.default_rng(seed)
    names = {f"x{i:03}": ("G" if rng.random() < group else "O") for i in range(n)}
    rows = []
    for application, label in names.items():
        ability = rng.normal(2, 0.7) - 0.5 * (label == "G")
        for a in rng.choice(assessors, 2, replace=False):
            level = ability + rng.normal(0, 0.5) - (a == 0) * (harsh + bias * (label == "G"))
            rows.append((application, f"a{a}", "c", level))
    return pd.DataFrame(rows, columns=["application", "assessor", "criterion", "level"]), names


def rows_of(found, group="G"):
    return {row.assessor: row for row in found.rows if row.group == group}


def test_a_harsh_assessor_towards_one_group_is_found_and_nobody_else():
    frame, names = drawn(1, bias=1.2)
    found = rows_of(by_assessor(frame, names))
    assert found["a0"].verdict == "alarm"
    assert found["a0"].effect < -0.8
    assert {found[a].verdict for a in ("a1", "a2", "a3", "a4")} <= {"no_concern", "watch"}


def test_a_harsh_assessor_towards_everybody_is_no_matter_here():
    frame, names = drawn(2, harsh=1.5)
    assert {row.verdict for row in by_assessor(frame, names).rows} <= {"no_concern", "watch"}


def test_effect_agrees_with_generalised_least_squares_of_statsmodels():
    frame, names = drawn(3, bias=0.5, n=40, assessors=3)
    # So small a level that nobody is taken out of the reference.
    found = rows_of(by_assessor(frame, names, alpha=1e-12))
    # The same variances, as a covariance matrix, and the cells assessor × side as dummies.
    from scoring.components import fit

    inside = frame["application"].map(names).to_numpy() == "G"
    application = pd.factorize(frame["application"], sort=True)[0]
    cell = 2 * pd.factorize(frame["assessor"], sort=True)[0] + inside
    variances = fit(application, cell, frame["level"].to_numpy(), assessors="fixed").components
    same = application[:, None] == application[None, :]
    sigma = variances.applications * same + variances.residual * np.eye(len(frame))
    model = sm.GLS(frame["level"].to_numpy(), np.eye(6)[cell], sigma=sigma)
    fitted = model.fit()
    covariance = np.linalg.inv(model.exog.T @ np.linalg.inv(sigma) @ model.exog)
    gap = fitted.params[1::2] - fitted.params[::2]
    contrast = np.kron(np.eye(3), [-1, 1])
    spread = contrast @ covariance @ contrast.T
    weight = 1 / np.diag(spread)[1:]
    against = np.array([1, *(-weight / weight.sum())])
    assert found["a0"].effect == pytest.approx(against @ gap, rel=1e-6)
    assert found["a0"].se == pytest.approx(np.sqrt(against @ spread @ against), rel=1e-6)


def test_effect_of_a_complete_design_is_the_difference_of_differences():
    # Two assessors, everybody assessed by both: (A's gap) − (B's gap), whatever the variances.
    levels = {"x1": (3, 2), "x2": (1, 2), "x3": (4, 2), "x4": (2, 2), "x5": (3, 4), "x6": (0, 1)}
    rows = [(x, a, "c", v) for x, pair in levels.items() for a, v in zip("AB", pair, strict=True)]
    frame = pd.DataFrame(rows, columns=["application", "assessor", "criterion", "level"])
    found = rows_of(by_assessor(frame, {x: "G" if x < "x4" else "O" for x in levels}))
    a = (3 + 1 + 4) / 3 - (2 + 3 + 0) / 3
    b = (2 + 2 + 2) / 3 - (2 + 4 + 1) / 3
    assert found["A"].effect == pytest.approx(a - b)
    assert found["B"].effect == pytest.approx(b - a)
    # The standard error is that of a two-sample comparison of the differences A − B within applications.
    d = np.array([v[0] - v[1] for v in levels.values()], dtype=float)
    pooled = (d[:3].var(ddof=1) + d[3:].var(ddof=1)) / 2
    assert found["A"].se == pytest.approx(np.sqrt(pooled * 2 / 3), rel=1e-6)


def test_under_the_null_alarms_are_rare():
    alarms = sum(
        any(row.verdict == "alarm" for row in by_assessor(*drawn(100 + i, n=40)).rows) for i in range(20)
    )
    assert alarms <= 1 + 2 * np.sqrt(1 * 0.95)


def test_who_saw_one_group_or_sits_alone_has_a_reason():
    frame, names = drawn(4)
    frame.loc[frame["assessor"] == "a4", "application"] = [
        f"y{i}" for i in range((frame["assessor"] == "a4").sum())
    ]
    names = names | {f"y{i}": "GO"[i % 2] for i in range(len(frame))}
    only = pd.DataFrame({"application": ["x000"], "assessor": ["b"], "criterion": ["c"], "level": [2.0]})
    found = rows_of(by_assessor(pd.concat([frame, only]), names))
    assert found["a4"].reason == "panel_without_others"
    assert found["b"].reason == "saw_one_group"
    assert (found["b"].verdict, np.isnan(found["b"].effect)) == ("no_conclusion", True)


def test_one_application_of_a_group_is_no_pattern():
    # Three assessors agree to a hair, but for the levels that A gives to the group: four lower.
    noise = (0.1, -0.1, 0.2)
    rows = [
        (f"x{i}", each, "c", i % 5 + noise[(i + j) % 3]) for i in range(30) for j, each in enumerate("ABC")
    ]
    rows += [("y1", "A", "c", 0.0), ("y1", "B", "c", 4.0)]
    rows += [(f"y{i}", each, "c", 3.0) for i in (2, 3, 4) for each in "BC"]

    def found() -> AssessorGap:
        frame = pd.DataFrame(rows, columns=["application", "assessor", "criterion", "level"])
        group = {row[0]: "G" if row[0].startswith("y") else "O" for row in rows}
        return next(row for row in by_assessor(frame, group).rows if (row.group, row.assessor) == ("G", "A"))

    alone = found()
    assert (alone.n, alone.effect < -3, alone.adjusted_p < 0.001, alone.verdict) == (
        1,
        True,
        True,
        "no_conclusion",
    )
    rows += [("y5", "A", "c", 0.0), ("y5", "B", "c", 4.0)]
    assert (found().n, found().verdict) == (2, "alarm")


def test_one_assessor_each_cannot_be_told_apart():
    frame, names = drawn(5)
    found = by_assessor(frame.drop_duplicates("application"), names)
    assert {row.reason for row in found.rows} == {"panel_without_others"}
    json.dumps(found.to_dict(), allow_nan=False)


def test_levels_without_spread_are_said_so():
    frame, names = drawn(6)
    found = by_assessor(frame.assign(level=2.0), names)
    assert {row.reason for row in found.rows} <= {"no_spread_left", "variances_not_identifiable"}


def test_criteria_are_weighed_and_the_form_is_nobody():
    frame, names = drawn(7)
    other = frame.assign(criterion="d", level=4.0)
    form = frame.head(3).assign(assessor="form")
    both = by_assessor(pd.concat([frame, other, form]), names, weights={"c": 3, "d": 1})
    one = by_assessor(frame, names)
    assert rows_of(both)["a1"].effect == pytest.approx(0.75 * rows_of(one)["a1"].effect)
    assert set(rows_of(both)) == set(rows_of(one))
    some = by_assessor(pd.concat([frame, other.head(10)]), names)
    assert some.incomplete == len(frame) - 10


def test_order_of_rows_missing_groups_and_one_group():
    frame, names = drawn(8)
    assert json.dumps(by_assessor(frame, names).to_dict()) == json.dumps(
        by_assessor(frame[::-1], names).to_dict()
    )
    some = {key: value for key, value in names.items() if key > "x009"}
    assert by_assessor(frame, some).missing == 10
    assert {row.reason for row in by_assessor(frame, dict.fromkeys(names, "G")).rows} == {"saw_one_group"}
    assert by_assessor(frame, {}).rows == ()


def test_bad_input_names_the_row():
    frame, names = drawn(9)
    with pytest.raises(TableError, match="level nan"):
        by_assessor(frame.assign(level=[np.nan, *frame["level"][1:]]), names)
    with pytest.raises(TableError, match="two levels"):
        by_assessor(pd.concat([frame, frame]), names)
    with pytest.raises(TableError, match="column 'level'"):
        by_assessor(frame.drop(columns="level"), names)
    with pytest.raises(TableError, match="weights"):
        by_assessor(frame, names, weights={"c": -1})
    with pytest.raises(TableError, match="alpha"):
        by_assessor(frame, names, alpha=2)
