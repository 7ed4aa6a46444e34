"""Can the group be predicted from the scored criteria, and which of them carry it?

The measure is the area under the ROC curve on people that the prediction was not fitted to; ½ is chance. In small
groups it strays far from ½ by luck alone, so it stands beside what comes out when the groups are dealt at random.

Sources: Hanley & McNeil (1982), Radiology 143, 29-36; Ojala & Garriga (2010), J. Mach. Learn. Res. 11, 1833-1863 for
the permutation test; Breiman (2001), Machine Learning 45, 5-32 for permutation importance.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.stats import rankdata

from scoring.errors import TableError
from scoring.group_codes import Groups, finite, flags, read_groups, same_length
from scoring.permutation import Verdict, judged, null_interval, number, upper_p

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

#: A group, or the rest, below this is refused: too few to fit on and to test on.
SMALLEST = 15
FOLDS = 5
PERMUTATIONS = 199
REPEATS = 20
#: Strength of the ridge penalty on standardised criteria (C of scikit-learn).
PENALTY = 1.0
_CELLS_AT_ONCE = 1 << 19

TOO_SMALL = "group_too_small"
REST_TOO_SMALL = "rest_too_small"
NOTHING_VARIES = "criteria_do_not_vary"


@dataclass(frozen=True)
class Proxy:
    """How far one group can be told from all others by the criteria.

    ``auc``: mean over folds; ``null_interval``: 95 % of AUCs with groups dealt at random; ``p``: one-sided, against
    them; ``importance``: by how much the AUC falls when the criterion is shuffled among the people tested. ``reason``:
    a code where the group is refused; the figures are NaN then.
    """

    group: str
    n: int
    others: int
    auc: float
    null_mean: float
    null_interval: tuple[float, float]
    p: float
    adjusted_p: float
    verdict: Verdict
    importance: dict[str, float]
    reason: str | None


@dataclass(frozen=True)
class Proxies:
    """All groups; see `proxies`."""

    n: int
    missing: int
    incomplete: int
    seed: int
    folds: int
    permutations: int
    smallest: int
    alpha: float
    groups: tuple[Proxy, ...]

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "n": self.n,
            "missing": self.missing,
            "incomplete": self.incomplete,
            "seed": self.seed,
            "folds": self.folds,
            "permutations": self.permutations,
            "smallest": self.smallest,
            "alpha": self.alpha,
            "groups": {
                each.group: {
                    "n": each.n,
                    "others": each.others,
                    "auc": number(each.auc),
                    "null_mean": number(each.null_mean),
                    "null_interval": [number(end) for end in each.null_interval],
                    "p": number(each.p),
                    "adjusted_p": number(each.adjusted_p),
                    "verdict": each.verdict,
                    "importance": {key: number(value) for key, value in each.importance.items()},
                    "reason": each.reason,
                }
                for each in self.groups
            },
        }


def auc(score: ArrayLike, inside: ArrayLike) -> float:
    """The area under the ROC curve: how often somebody inside scores above somebody outside, ties counted half."""
    values, group = finite(score, "score"), flags(inside, "inside")
    same_length(score=values, inside=group)
    n, rest = int(group.sum()), int((~group).sum())
    if n == 0 or rest == 0:
        return float("nan")
    ranks = rankdata(values)
    return float((ranks[group].sum() - n * (n + 1) / 2) / (n * rest))


def proxies(
    levels: pd.DataFrame,
    group: Iterable[Any],
    *,
    seed: int,
    permutations: int | None = None,
    folds: int = FOLDS,
    smallest: int = SMALLEST,
    alpha: float = 0.05,
) -> Proxies:
    """Cross-validated AUC of predicting each group, against all others, from the criteria.

    Parameters
    ----------
    levels : DataFrame, one row per application, one column of numbers per criterion
        Applications that lack one are counted as incomplete and left out.
    group : one value per row; missing ones are counted and left out.
    seed : of folds, permutations and shuffling.
    permutations : None takes 199, more where the family is large, so that an alarm is possible.
    folds : stratified, of logistic regression with a ridge penalty on standardised criteria.
    smallest : a group with fewer, or with fewer others, is refused with a reason; at least twice the folds.

    Notes
    -----
    Each permutation is cross-validated as the real groups are. The groups that are not refused are one family.
    Predicting a group is no wrong in itself: a language criterion tells who grew up with the language. It says which
    criteria to look at.

    Raises
    ------
    TableError for no criteria, levels that are no numbers, or settings out of range.
    """
    labels = list(group)
    same_length(levels=levels, group=labels)
    keys = _checked_keys(levels, folds, smallest, alpha)
    complete = levels.notna().all(axis=1).to_numpy(dtype=bool)
    everybody = read_groups(labels)
    values, groups = _prepared(levels, keys, complete, everybody)
    reasons = _reasons(values, groups, smallest)
    count = _count(permutations, sum(reason is None for reason in reasons), alpha)
    found = [
        None if reason else _Study(values, groups.code == g, seed, folds).run(count)
        for g, reason in enumerate(reasons)
    ]
    p = np.array([np.nan if each is None else each[2] for each in found])
    adjusted, verdicts = judged(p, np.where(np.isfinite(p), 1 / (count + 1), np.nan), alpha)
    rows = tuple(
        _row(
            name,
            int(groups.sizes[g]),
            len(values),
            found[g],
            keys,
            float(adjusted[g]),
            verdicts[g],
            reasons[g],
        )
        for g, name in enumerate(groups.names)
    )
    incomplete = int((~complete).sum())
    return Proxies(len(values), everybody.missing, incomplete, seed, folds, count, smallest, alpha, rows)


def _checked_keys(levels: pd.DataFrame, folds: int, smallest: int, alpha: float) -> list[str]:
    """The names of the criteria. Raises TableError for these or for settings out of range."""
    keys = [str(each) for each in levels.columns]
    if not keys or len(set(keys)) != len(keys):
        raise TableError("levels: expected one column per criterion, each with its own name")
    if folds < 2 or smallest < 2 * folds:
        raise TableError(
            f"folds {folds}, smallest {smallest}: expected 2 folds or more, and twice as many people"
        )
    if not 0 < alpha < 1:
        raise TableError(f"alpha: expected a level over 0 and under 1, got {alpha}")
    return keys


def _prepared(
    levels: pd.DataFrame, keys: list[str], complete: Bools, everybody: Groups
) -> tuple[Floats, Groups]:
    """Levels, shape (n, criteria), and groups of those who have both, in an order that rows have no part in."""
    columns = [
        finite(levels.iloc[:, i][complete].to_numpy(), f"criterion {key!r}, level")
        for i, key in enumerate(keys)
    ]
    known = (everybody.code >= 0)[complete]
    groups = everybody.only(complete & (everybody.code >= 0))
    values = np.stack(columns, axis=1)[known]
    # In an order of their own: that of the rows then leaves no trace in folds and permutations.
    order = np.lexsort((*values.T, groups.code))
    return values[order], Groups(groups.names, groups.code[order])


def _count(permutations: int | None, family: int, alpha: float) -> int:
    """How many permutations: as many as asked for, or enough for an alarm in a family of so many."""
    if permutations is None:
        return max(PERMUTATIONS, int(np.ceil(2 * family / alpha)) - 1)
    if permutations < 1:
        raise TableError(f"permutations: expected a whole number from 1, got {permutations}")
    return permutations


def _row(
    name: str,
    size: int,
    n: int,
    found: tuple[float, Floats, float, Floats] | None,
    keys: list[str],
    adjusted: float,
    verdict: Verdict,
    reason: str | None,
) -> Proxy:
    """One group's figures; NaN where it is refused."""
    nothing = (float("nan"), np.full(1, np.nan), float("nan"), np.full(len(keys), np.nan))
    value, null, p, importance = found or nothing
    low, high = null_interval(null[:, None])
    return Proxy(
        group=name,
        n=size,
        others=n - size,
        auc=value,
        null_mean=float(null.mean()),
        null_interval=(float(low[0]), float(high[0])),
        p=p,
        adjusted_p=adjusted,
        verdict=verdict,
        importance={key: float(each) for key, each in zip(keys, importance, strict=True)},
        reason=reason,
    )


def _reasons(values: Floats, groups: Groups, smallest: int) -> list[str | None]:
    varies = len(values) > 0 and bool((np.ptp(values, axis=0) > 0).any())
    reasons: list[str | None] = []
    for size in groups.sizes.tolist():
        if size < smallest:
            reasons.append(TOO_SMALL)
        elif len(values) - size < smallest:
            reasons.append(REST_TOO_SMALL)
        else:
            reasons.append(None if varies else NOTHING_VARIES)
    return reasons


class _Study:
    """One group against all others: people are dealt to slots, whose side and fold are fixed.

    Slots of the group come first; each side is spread evenly over the folds.
    """

    def __init__(self, values: Floats, inside: Bools, seed: int, folds: int) -> None:
        self.random = np.random.default_rng(seed)
        spread = values.std(axis=0)
        self.values = (values - values.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
        self.inside, self.folds = inside, folds
        n, rest = int(inside.sum()), int((~inside).sum())
        self.side = np.arange(n + rest) < n
        self.fold = np.concatenate([np.arange(n) % folds, np.arange(rest) % folds])

    def run(self, permutations: int) -> tuple[float, Floats, float, Floats]:
        """AUC, its null, p, and the importance of each criterion."""
        own, rest = np.flatnonzero(self.inside), np.flatnonzero(~self.inside)
        real = np.concatenate([self.random.permutation(own), self.random.permutation(rest)])[None, :]
        observed = float(self._areas(real)[0])
        importance = self._importance(real[0])
        null = np.empty(permutations)
        step = max(1, _CELLS_AT_ONCE // self.values.size)
        for start in range(0, permutations, step):
            rows = min(step, permutations - start)
            people = self.random.permuted(np.tile(np.arange(len(self.values)), (rows, 1)), axis=1)
            null[start : start + rows] = self._areas(people)
        return observed, null, float(upper_p(null[:, None], np.array([observed]))[0]), importance

    def _areas(self, people: Ints) -> Floats:
        """Mean AUC over folds, shape (m,), of people in slots, shape (m, n)."""
        areas = np.zeros(len(people))
        for k in range(self.folds):
            held = self.fold == k
            weights = fit_logistic(self.values[people[:, ~held]], self.side[~held])
            scores = np.einsum("mnc,mc->mn", self.values[people[:, held]], weights)
            areas += _aucs(scores, self.side[held]) / self.folds
        return areas

    def _importance(self, people: Ints) -> Floats:
        loss = np.zeros(self.values.shape[1])
        for k in range(self.folds):
            held = self.fold == k
            weights = fit_logistic(self.values[people[~held]][None], self.side[~held])[0]
            x, y = self.values[people[held]], self.side[held]
            area = _aucs((x @ weights)[None, :], y)[0]
            for c in range(len(loss)):
                rest = x @ weights - x[:, c] * weights[c]
                shuffled = self.random.permuted(np.tile(x[:, c], (REPEATS, 1)), axis=1)
                loss[c] += (area - _aucs(rest + shuffled * weights[c], y).mean()) / self.folds
        return loss


def _aucs(scores: Floats, inside: Bools) -> Floats:
    """The area of each row of scores, shape (m, n)."""
    n, rest = int(inside.sum()), int((~inside).sum())
    # What differs by rounding only is tied.
    ranks = rankdata(np.round(scores, 10), axis=1)
    return np.asarray((ranks[:, inside].sum(axis=1) - n * (n + 1) / 2) / (n * rest))


def fit_logistic(values: Floats, inside: Bools, penalty: float = PENALTY) -> Floats:
    """Coefficients, shape (m, criteria), of m logistic regressions with a ridge penalty; the constant is not penalised.

    ``values``: shape (m, n, criteria); ``inside``: shape (n,), the same for all. By Newton's method with halved steps.
    The loss is that of scikit-learn's LogisticRegression with C = ``penalty``, ½ wᵀw + C Σ log(1 + exp(−±(xw + b))),
    which the tests compare with; written out because a permutation test makes a thousand such fits, and all of them
    at once take less time than ten one by one.
    """
    x = np.concatenate([np.ones((*values.shape[:2], 1)), values], axis=2)
    y = inside.astype(np.float64)
    ridge = np.full(x.shape[2], 1 / penalty)
    ridge[0] = 0.0

    def loss(w: Floats) -> Floats:
        z = np.einsum("mnc,mc->mn", x, w)
        return np.asarray(np.logaddexp(0, z).sum(axis=1) - z @ y + (w**2 @ ridge) / 2)

    w = np.zeros((len(x), x.shape[2]))
    now = loss(w)
    for _ in range(50):
        share = 1 / (1 + np.exp(-np.clip(np.einsum("mnc,mc->mn", x, w), -700, 700)))
        gradient = np.einsum("mnc,mn->mc", x, share - y) + ridge * w
        curvature = (x * (share * (1 - share))[:, :, None]).transpose(0, 2, 1) @ x + np.diag(ridge)
        curvature[:, 0, 0] += 1e-12
        step = np.linalg.solve(curvature, gradient[:, :, None])[:, :, 0]
        if float((gradient * step).sum(axis=1).max()) < 1e-12:
            break
        size = np.ones(len(w))
        for _ in range(30):
            then = loss(w - size[:, None] * step)
            worse = then > now + 1e-12
            if not worse.any():
                break
            size[worse] /= 2
        w, now = w - size[:, None] * step, then
    return np.asarray(w[:, 1:])
