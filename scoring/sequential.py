"""Evidence of a gap over intakes that is valid however often one looks.

Places are fixed, so that an intake draws without replacement: if group and selection are unrelated, the number
selected in a group is hypergeometric given the margins. Against each odds ratio of a fixed grid, Fisher's noncentral
hypergeometric, stands a likelihood ratio with mean 1; mixed over the grid, multiplied over the intakes and averaged
over the groups it stays one. Such a product exceeds 1/α at any time in at most a share α of unbiased sequences
(Ville's inequality), which no repeated test at level α can say.

Sources: Ville (1939), Étude critique de la notion de collectif; Shafer (2021), J. R. Stat. Soc. A 184, 407-431;
Ramdas, Grünwald, Vovk & Shafer (2023), Statistical Science 38, 576-601; Fisher (1935), J. R. Stat. Soc. 98, 39-82.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln, logsumexp, xlog1py, xlogy

from scoring.errors import TableError
from scoring.group_codes import read_groups

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mixing = Literal["earned", "equal"]

#: The odds ratios that evidence is sought for. Fixed before any data; a grid chosen after seeing data is worthless.
ODDS_RATIOS = (1 / 8, 1 / 4, 1 / 2, 2 / 3, 3 / 2, 2.0, 4.0, 8.0)
COLUMNS = ("intake", "group", "n", "selected")
#: Parameter of the Beta prior of the two streams, as recommended by Turner, Ly & Grünwald.
STREAM_PRIOR = 0.18


@dataclass(frozen=True)
class EProcess:
    """The evidence against "no gap" of one attribute, over intakes in their order.

    All logarithms are natural. ``log_factors``: each intake's e-value for each group, shape (intakes, groups), 0
    (a factor of 1) where the group was not there or nothing could differ; ``log_products``: their running product;
    ``log_evidence``: the average over groups, shape (intakes,); ``alarm_at``: the first intake at which it was at
    least 1/α, as an index, or None. ``carried``: share of the present evidence that each group holds. ``could_alarm``:
    whether some group would have raised an alarm, had all or none of it been selected in every intake, as far as the
    places went, the other groups' evidence as it is.
    """

    intakes: tuple[str, ...]
    groups: tuple[str, ...]
    alpha: float
    mixing: Mixing
    odds_ratios: tuple[float, ...]
    log_factors: Floats
    log_products: Floats
    log_evidence: Floats
    carried: Floats
    informative: NDArray[np.bool_]
    n: Ints
    selected: Ints
    could_alarm: bool
    missing: tuple[int, ...] = ()

    @property
    def log_maximum(self) -> Floats:
        """The largest evidence up to each intake, shape (intakes,)."""
        return np.maximum.accumulate(self.log_evidence) if len(self.log_evidence) else self.log_evidence

    @property
    def alarm_at(self) -> int | None:
        """The index of the first intake with E of at least 1/α."""
        over = np.flatnonzero(self.log_evidence >= -np.log(self.alpha) - 1e-12)
        return int(over[0]) if len(over) else None

    @property
    def alarm(self) -> bool:
        """Whether the alarm line was ever reached. An alarm is not taken back by what comes later."""
        return self.alarm_at is not None

    @property
    def flagged(self) -> tuple[str, ...]:
        """Groups that stand out by themselves now: Benjamini & Hochberg for e-values (Wang & Ramdas 2022)."""
        if not len(self.intakes) or not len(self.groups):
            return ()
        last, m = self.log_products[-1], len(self.groups)
        order = np.argsort(-last, kind="stable")
        needed = np.log(m) - np.log(self.alpha) - np.log(np.arange(1, m + 1))
        enough = np.flatnonzero(last[order] >= needed - 1e-12)
        return tuple(self.groups[g] for g in sorted(order[: enough[-1] + 1])) if len(enough) else ()

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready. E-values too large for a number are null; their logarithm is always there."""
        at = self.alarm_at
        maximum = self.log_maximum
        return {
            "alpha": self.alpha,
            "alarm_line": 1 / self.alpha,
            "mixing": self.mixing,
            "odds_ratios": list(self.odds_ratios),
            "e_values": [
                {
                    "intake": intake,
                    "e": _plain(self.log_evidence[t]),
                    "log10_e": float(self.log_evidence[t] / np.log(10)),
                    "maximum": _plain(maximum[t]),
                    "n": int(self.n[t].sum()),
                    "selected": int(self.selected[t].sum()),
                    "missing": self.missing[t] if self.missing else 0,
                    "groups": {
                        name: {
                            "n": int(self.n[t, g]),
                            "selected": int(self.selected[t, g]),
                            "factor": _plain(self.log_factors[t, g]),
                            "product": _plain(self.log_products[t, g]),
                            "informative": bool(self.informative[t, g]),
                        }
                        for g, name in enumerate(self.groups)
                    },
                }
                for t, intake in enumerate(self.intakes)
            ],
            "carried": {name: float(share) for name, share in zip(self.groups, self.carried, strict=True)},
            "flagged": list(self.flagged),
            "alarm": at is not None,
            "could_alarm": self.could_alarm,
            "alarm_at": None if at is None else self.intakes[at],
            "verdict": self.verdict,
        }

    @property
    def verdict(self) -> str:
        """ "alarm", "no_conclusion" if no group could have raised one, else "no_concern"."""
        if self.alarm:
            return "alarm"
        return "no_concern" if self.could_alarm else "no_conclusion"


def _plain(log_value: float) -> float | None:
    return float(np.exp(log_value)) if log_value < 700 else None


def log_likelihood_ratios(
    selected: ArrayLike, n: ArrayLike, all_selected: ArrayLike, all_n: ArrayLike, odds_ratios: ArrayLike
) -> Floats:
    """Log of noncentral over central hypergeometric probability of the observed count.

    Parameters
    ----------
    selected, n : array of int, shape (m,): of the n in the group, how many were selected.
    all_selected, all_n : array of int, shape (m,): the same of everybody, the group included.
    odds_ratios : array of float over 0, shape (r,)

    Returns
    -------
    shape (m, r); 0 where the margins leave only one possible count.

    Notes
    -----
    The ratio is ω^x / E₀(ω^X), with X central hypergeometric: the combinatorial part cancels.
    """
    x, size, chosen, total = (
        np.atleast_1d(np.asarray(a, dtype=np.int64)) for a in (selected, n, all_selected, all_n)
    )
    log_omega = np.log(np.asarray(odds_ratios, dtype=np.float64))
    if not len(x):
        return np.empty((0, len(log_omega)))
    margins, inverse = np.unique(np.stack([size, chosen, total], axis=1), axis=0, return_inverse=True)
    means = np.stack([_log_mean(int(a), int(b), int(c), log_omega) for a, b, c in margins])
    return np.asarray(x[:, None] * log_omega[None, :] - means[inverse.reshape(-1)])


def _log_mean(n: int, chosen: int, total: int, log_omega: Floats) -> Floats:
    """Log E₀(ω^X) for every ω, shape (r,)."""
    low, high = max(0, n + chosen - total), min(n, chosen)
    k = np.arange(low, high + 1)
    if len(k) == 1:
        return low * log_omega
    log_p = -(
        gammaln(k + 1) + gammaln(n - k + 1) + gammaln(chosen - k + 1) + gammaln(total - n - chosen + k + 1)
    )
    log_p -= logsumexp(log_p)
    return np.asarray(logsumexp(log_p[None, :] + log_omega[:, None] * k[None, :], axis=1))


def e_process(
    table: pd.DataFrame,
    *,
    intakes: Sequence[str] | None = None,
    alpha: float = 0.05,
    odds_ratios: Sequence[float] = ODDS_RATIOS,
    mixing: Mixing = "earned",
) -> EProcess:
    """The e-process of one attribute.

    Parameters
    ----------
    table : DataFrame with the columns intake, group, n, selected, and optionally stratum
        One row per intake, group (and stratum: a site or a group of posts with places of its own, whose likelihood
        ratios are multiplied within the intake). Rows without a group are counted as missing and are in no margin.
    intakes : the order of the intakes in time; None takes the order in which they first appear.
    alpha : over 0 and under 1. The alarm line is 1/α.
    odds_ratios : the grid, fixed before any data.
    mixing : "earned"
        How much each odds ratio counts in an intake: in proportion to what it has earned in the intakes before, equal
        at first, so that the product over intakes is the mixture of the products. "equal": the same each time, which
        is as valid and much slower to see a small group.

    Notes
    -----
    A group that first appears in a later intake is handed its equal share of the evidence held until then, before the
    intake is looked at: with all groups there from the start this is the plain average of their products, and in any
    case each step is a fair bet.

    Raises
    ------
    TableError for missing columns, counts that are no whole numbers from 0, more selected than n, or one cell twice.
    """
    _check_settings(alpha, odds_ratios, mixing)
    frame, order, names, missing = _read(table, intakes)
    strata = frame.groupby(["intake", "stratum"], sort=False)
    all_n = strata["n"].transform("sum").to_numpy()
    all_selected = strata["selected"].transform("sum").to_numpy()
    n, selected = frame["n"].to_numpy(), frame["selected"].to_numpy()
    shape = (len(order), len(names))
    t, g = frame["intake"].to_numpy(), frame["group"].to_numpy()
    open_ = (n > 0) & (n < all_n) & (all_selected > 0) & (all_selected < all_n)
    informative, present = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
    np.logical_or.at(informative, (t, g), open_)
    np.logical_or.at(present, (t, g), n > 0)
    sizes, chosen = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    np.add.at(sizes, (t, g), n)
    np.add.at(chosen, (t, g), selected)

    def factors_of(counts: Ints) -> Floats:
        logs = np.zeros((*shape, len(odds_ratios)))
        np.add.at(logs, (t, g), log_likelihood_ratios(counts, n, all_selected, all_n, odds_ratios))
        return np.where(informative, _mixed(logs, mixing), 0.0)

    factors = factors_of(selected)
    fewest, most = np.maximum(0, all_selected - (all_n - n)), np.minimum(n, all_selected)
    worst = [factors_of(fewest), factors_of(most)]
    evidence, carried = _averaged(factors, present)
    return EProcess(
        intakes=order,
        groups=names,
        alpha=float(alpha),
        mixing=mixing,
        odds_ratios=tuple(float(each) for each in odds_ratios),
        log_factors=factors,
        log_products=np.cumsum(factors, axis=0),
        log_evidence=evidence,
        carried=carried,
        informative=informative,
        n=sizes,
        selected=chosen,
        could_alarm=_could_alarm(factors, present, worst, alpha),
        missing=missing,
    )


def _could_alarm(factors: Floats, present: NDArray[np.bool_], worst: Sequence[Floats], alpha: float) -> bool:
    """Whether putting one group's worst factors, as `worst` has them, for its own would reach the alarm line."""
    for extreme in worst:
        for g in range(factors.shape[1]):
            tried = factors.copy()
            tried[:, g] = extreme[:, g]
            if (_averaged(tried, present)[0] >= -np.log(alpha) - 1e-12).any():
                return True
    return False


def _check_settings(alpha: float, odds_ratios: Sequence[float], mixing: str) -> None:
    if not 0 < alpha < 1:
        raise TableError(f"alpha: expected a level over 0 and under 1, got {alpha}")
    if not len(odds_ratios) or not all(np.isfinite(each) and each > 0 for each in odds_ratios):
        raise TableError(f"odds_ratios: expected numbers over 0, got {list(odds_ratios)}")
    if mixing not in ("earned", "equal"):
        raise TableError(f"mixing {mixing!r}: expected 'earned' or 'equal'")


def _mixed(logs: Floats, mixing: Mixing) -> Floats:
    """Log e-value of each intake and group from the log likelihood ratios, shape (intakes, groups, r)."""
    size = np.log(logs.shape[2])
    if mixing == "equal":
        return np.asarray(logsumexp(logs, axis=2) - size)
    products = np.asarray(logsumexp(np.cumsum(logs, axis=0), axis=2) - size)
    return np.asarray(np.diff(products, axis=0, prepend=0.0))


def _averaged(factors: Floats, present: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """The log evidence after each intake, and each group's share of the last, from the log factors."""
    intakes, groups = factors.shape
    held = np.full(groups, -np.inf)  # log of each group's part of the evidence
    evidence = np.zeros(intakes)
    seen = np.zeros(groups, dtype=bool)
    total = 0.0
    for t in range(intakes):
        new = present[t] & ~seen
        if new.any():
            before, after = int(seen.sum()), int((seen | new).sum())
            held[seen] += np.log(before) - np.log(after) if before else 0.0
            held[new] = total - np.log(after)
            seen |= new
        held[seen] += factors[t, seen]
        total = float(logsumexp(held[seen])) if seen.any() else 0.0
        evidence[t] = total
    carried = np.exp(held - total) if seen.any() else np.zeros(groups)
    return evidence, carried


def _read(
    table: pd.DataFrame, intakes: Sequence[str] | None
) -> tuple[pd.DataFrame, tuple[str, ...], tuple[str, ...], tuple[int, ...]]:
    """Checked rows with codes of intake and group, the names of both, and the missing per intake."""
    for name in COLUMNS:
        if name not in table.columns:
            raise TableError(f"column {name!r} is missing; expected {', '.join(COLUMNS)}")
    if table["intake"].isna().any():
        row = int(np.argmax(table["intake"].isna().to_numpy()))
        raise TableError(f"row {row + 1}: no intake; expected its name")
    labels = table["intake"].astype(str)
    order = tuple(dict.fromkeys(labels)) if intakes is None else tuple(str(each) for each in intakes)
    strange = sorted(set(labels) - set(order))
    if strange or len(set(order)) != len(order):
        raise TableError(f"intakes {list(order)}: expected every intake once; {strange} not among them")
    counts = {name: _whole(table[name], name) for name in ("n", "selected")}
    over = np.flatnonzero(counts["selected"] > counts["n"])
    if len(over):
        row = int(over[0])
        much, few = counts["selected"][row], counts["n"][row]
        raise TableError(f"row {row + 1}: selected {much} of n {few}: more were selected than there were")
    stratum = table["stratum"].astype(str) if "stratum" in table.columns else pd.Series("", index=table.index)
    position = {name: i for i, name in enumerate(order)}
    groups = read_groups(table["group"])
    frame = pd.DataFrame(
        {
            "intake": labels.map(position).to_numpy(dtype=np.int64),
            "stratum": stratum.to_numpy(),
            "group": groups.code,
            **counts,
        }
    )
    unknown = frame[frame["group"] < 0]
    missing = np.bincount(unknown["intake"], weights=unknown["n"], minlength=len(order)).astype(np.int64)
    known = frame[frame["group"] >= 0]
    twice = known.duplicated(["intake", "stratum", "group"])
    if twice.any():
        row = int(known.index[int(np.argmax(twice.to_numpy()))])
        raise TableError(
            f"row {row + 1}: group {table['group'].iloc[row]!r} comes twice in intake {labels.iloc[row]!r}; add them up"
        )
    # By name: the number of rows of a group says nothing about it here.
    by_name = sorted(range(len(groups.names)), key=lambda i: groups.names[i])
    place = np.empty(len(by_name), dtype=np.int64)
    place[by_name] = np.arange(len(by_name))
    known = known.assign(group=place[known["group"].to_numpy()])
    known = known.sort_values(["intake", "stratum", "group"], kind="stable", ignore_index=True)
    return known, order, tuple(groups.names[i] for i in by_name), tuple(missing.tolist())


def _whole(column: pd.Series[Any], name: str) -> Ints:
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    bad = np.flatnonzero(~((numbers >= 0) & (numbers == np.floor(numbers)) & (numbers < 2**31)))
    if len(bad):
        row = int(bad[0])
        raise TableError(f"row {row + 1}: {name} {column.iloc[row]}: expected a whole number from 0")
    return numbers.astype(np.int64)


@dataclass(frozen=True)
class TwoStreams:
    """Evidence that two streams have different rates, block by block; logarithms are natural."""

    alpha: float
    log_factors: Floats
    log_evidence: Floats

    @property
    def alarm_at(self) -> int | None:
        """The index of the first block with E of at least 1/α."""
        over = np.flatnonzero(self.log_evidence >= -np.log(self.alpha) - 1e-12)
        return int(over[0]) if len(over) else None

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "alpha": self.alpha,
            "alarm_line": 1 / self.alpha,
            "factors": [_plain(each) for each in self.log_factors],
            "e_values": [_plain(each) for each in self.log_evidence],
            "alarm_at": self.alarm_at,
        }


def two_streams(
    selected: ArrayLike,
    n: ArrayLike,
    other_selected: ArrayLike,
    other_n: ArrayLike,
    *,
    alpha: float = 0.05,
    prior: float = STREAM_PRIOR,
) -> TwoStreams:
    """Evidence against equal rates of two independent streams: no fixed number of places, each decided alone.

    Parameters
    ----------
    selected, n, other_selected, other_n : array of int, shape (blocks,), in the order of time
        A block without one of the two sides has factor 1, but its other side is learned from.
    prior : parameter of the Beta prior of both rates, over 0.

    Notes
    -----
    A block's factor sets the rates estimated from the blocks before, each side by itself, against their mean weighted
    by the sizes of the block's sides.

    Source: Turner, Ly & Grünwald (2021), Generic E-variables for exact sequential k-sample tests that allow for
    optional stopping, arXiv:2106.02693; J. Stat. Plan. Inference 230 (2024), 106116.
    """
    _check_settings(alpha, (1.0,), "equal")
    if not prior > 0:
        raise TableError(f"prior: expected a number over 0, got {prior}")
    s1, n1, s2, n2 = (
        _whole(pd.Series(np.atleast_1d(np.asarray(a))), name)
        for a, name in (
            (selected, "selected"),
            (n, "n"),
            (other_selected, "other_selected"),
            (other_n, "other_n"),
        )
    )
    if not len(s1) == len(n1) == len(s2) == len(n2):
        raise TableError("blocks: expected as many counts for each of the four columns")
    for s, size in ((s1, n1), (s2, n2)):
        if (s > size).any():
            row = int(np.argmax(s > size))
            raise TableError(
                f"row {row + 1}: selected {s[row]} of n {size[row]}: more were selected than there were"
            )

    def learned(s: Ints, size: Ints) -> Floats:
        before_s, before_n = np.cumsum(s) - s, np.cumsum(size) - size
        return np.asarray((before_s + prior) / (before_n + 2 * prior))

    a, b = learned(s1, n1), learned(s2, n2)
    both = (n1 > 0) & (n2 > 0)
    together = (n1 * a + n2 * b) / np.maximum(n1 + n2, 1)
    logs = xlogy(s1, a) + xlog1py(n1 - s1, -a) + xlogy(s2, b) + xlog1py(n2 - s2, -b)
    logs = logs - xlogy(s1 + s2, together) - xlog1py(n1 + n2 - s1 - s2, -together)
    factors = np.where(both, logs, 0.0)
    return TwoStreams(float(alpha), factors, np.cumsum(factors))
