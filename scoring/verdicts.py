"""The verdict on each group at each stage, by fixed rules, with one sentence that says why.

Verdicts describe. None of them says why a gap exists or that anybody did anything wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from scoring.exact_tests import benjamini_hochberg, exact_p

Verdict = Literal["alarm", "watch", "no_conclusion", "no_concern"]
Reason = dict[str, str]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_CELLS_AT_ONCE = 1 << 20
# Adjusted p-values are products of floats: equal to α up to rounding is at most α.
_ROUNDING = 1 + 1e-9


@dataclass(frozen=True)
class Judgement:
    """P-values and verdicts of one family, arrays of shape (stages, groups).

    A p-value is NaN where there is nothing to test: nobody of the group was there, or nobody else was. Such
    cells are no members of the family.
    """

    fisher: Floats
    midp: Floats
    adjusted: Floats
    verdicts: tuple[tuple[Verdict, ...], ...]

    @property
    def comparisons(self) -> int:
        """How many tests the family has, which is what the adjustment pays for."""
        return int(np.isfinite(self.fisher).sum())


def judge(selected: Ints, n: Ints, alpha: float = 0.05, asked: NDArray[np.bool_] | None = None) -> Judgement:
    """Test every group against all other groups at every stage, as one family, and give each its verdict.

    Parameters
    ----------
    selected, n : array of int, shape (stages, groups)
        Of the n in the group at the stage, how many were selected. Those without group data are in no group.
    alpha : float in (0, 1), the level of alarm and watch.
    asked : array of bool, shape (stages, groups): which cells are members of the family. The rest are among the
        others but are not tested, and get *no_conclusion*. All of them where it is left out.

    Notes
    -----
    In this order. *alarm*: Fisher's p, Benjamini–Hochberg-adjusted over the family, is at most α. *watch*:
    the unadjusted mid-P is at most α. *no_conclusion*: had none of the group been selected, with the counts
    of the other groups and stages as observed and all tests and their adjustment redone, its adjusted p would
    still have been above α. *no_concern*: the rest.
    """
    other_selected = selected.sum(axis=1, keepdims=True) - selected
    other_n = n.sum(axis=1, keepdims=True) - n
    tested = (n > 0) & (other_n > 0) & (True if asked is None else asked)
    fisher, midp, adjusted = (np.full(n.shape, np.nan) for _ in range(3))
    p = exact_p(selected[tested], n[tested], other_selected[tested], other_n[tested])
    fisher[tested], midp[tested] = p.fisher, p.midp
    adjusted[tested] = benjamini_hochberg(p.fisher)
    level = alpha * _ROUNDING
    alarm, watch = adjusted <= level, midp <= level
    unsettled = tested & ~alarm & ~watch
    visible = _could_alarm(selected, n, fisher, unsettled, level)
    codes = np.select([alarm, watch, unsettled & visible], ["alarm", "watch", "no_concern"], "no_conclusion")
    return Judgement(fisher, midp, adjusted, tuple(tuple(row) for row in codes.tolist()))


def _could_alarm(
    selected: Ints, n: Ints, fisher: Floats, asked: NDArray[np.bool_], level: float
) -> NDArray[np.bool_]:
    """Which of the cells asked about would have been an alarm with none of the group selected."""
    answer = np.zeros(n.shape, dtype=bool)
    family = int(np.isfinite(fisher).sum())
    for stage in range(len(n)):
        groups = np.flatnonzero(asked[stage])
        if len(groups) == 0:
            continue
        rest_selected = selected[stage].sum() - selected[stage, groups]
        rest_n = n[stage].sum() - n[stage, groups]
        own = exact_p(np.zeros_like(groups), n[stage, groups], rest_selected, rest_n).fisher
        # An adjusted p lies between p and p times the size of the family: most cells are settled by that.
        answer[stage, groups] = own * family <= level
        between = groups[(own <= level) & (own * family > level)]
        answer[stage, between] = _redone(stage, between, selected, n, fisher) <= level
    return answer


def _redone(stage: int, groups: Ints, selected: Ints, n: Ints, fisher: Floats) -> Floats:
    """Adjusted p of each group had none of it been selected at the stage, the whole family tested anew."""
    # Groups alike in both counts get the same answer.
    kinds, first, back = np.unique(
        np.stack([selected[stage, groups], n[stage, groups]]), axis=1, return_index=True, return_inverse=True
    )
    tested = np.flatnonzero(np.isfinite(fisher[stage]))
    elsewhere = np.delete(fisher, stage, axis=0)
    elsewhere = elsewhere[np.isfinite(elsewhere)]
    answer = np.empty(kinds.shape[1])
    step = max(1, _CELLS_AT_ONCE // (len(tested) + len(elsewhere)))
    for start in range(0, len(answer), step):
        members = groups[first[start : start + step]]
        counts = np.repeat(selected[stage][None, :], len(members), axis=0)
        counts[np.arange(len(members)), members] = 0
        others = counts.sum(axis=1, keepdims=True) - counts
        sizes = np.broadcast_to(n[stage][tested], (len(members), len(tested)))
        rest = n[stage].sum() - sizes
        p = exact_p(
            counts[:, tested].ravel(), sizes.ravel(), others[:, tested].ravel(), rest.ravel()
        ).fisher.reshape(sizes.shape)
        for row, member in enumerate(members.tolist()):
            whole = benjamini_hochberg(np.concatenate([p[row], elsewhere]))
            answer[start + row] = whole[int(np.searchsorted(tested, member))]
    return answer[back.reshape(-1)]


def reason(
    verdict: Verdict, selected: int, n: int, other_selected: int | None = None, other_n: int | None = None
) -> Reason:
    """One sentence for a lay reader in Swedish and English that says why the verdict is what it is.

    The counts of the others are left out of the sentence where they are not given, since they are not shown.
    """
    if n == 0:
        return {
            "sv": "Ingen i gruppen nådde hit, så det finns inget att jämföra.",
            "en": "Nobody in the group got this far, so there is nothing to compare.",
        }
    if other_n == 0:
        return {
            "sv": "Alla som har svarat hör till gruppen, så det finns inga andra att jämföra med.",
            "en": "Everyone who answered belongs to the group, so there is nobody to compare with.",
        }
    if verdict == "no_conclusion":
        return _too_few(n)
    sv, en = f"{selected} av {n} gick vidare", f"{selected} of {n} went on"
    if other_n is None:
        sv, en = f"{sv}; jämfört med alla andra: ", f"{en}; compared with all others: "
    else:
        sv += f", mot {other_selected} av {other_n} bland alla andra: "
        en += f", against {other_selected} of {other_n} among all others: "
    endings = {
        "alarm": (
            "en så stor skillnad ger slumpen sällan, även när man räknar in hur många grupper som jämförs.",
            "chance seldom gives a gap this wide, even allowing for how many groups are compared.",
        ),
        "watch": (
            "skillnaden är större än slumpen brukar ge, men inte tydligt nog för ett larm.",
            "the gap is wider than chance usually gives, but not clear enough for an alarm.",
        ),
        "no_concern": ("inte mer än slumpen ofta ger.", "no more than chance often gives."),
    }
    return {"sv": sv + endings[verdict][0], "en": en + endings[verdict][1]}


def _too_few(n: int) -> Reason:
    if n == 1:
        return {
            "sv": "En enda person: det skulle inte synas ens om den inte gick vidare; "
            "det betyder inte att allt är bra.",
            "en": "A single person: it would not show even if that person had not gone on; "
            "that does not mean that all is well.",
        }
    return {
        "sv": f"Så få att det inte skulle synas ens om ingen av de {n} hade gått vidare; "
        "det betyder inte att allt är bra.",
        "en": f"So few that it would not show even if none of the {n} had gone on; "
        "that does not mean that all is well.",
    }


def entry_reason() -> Reason:
    """Why nothing is compared at the stage where a funnel begins, if nobody was turned away there."""
    return {
        "sv": "Alla kom hit: här avgjordes ingenting, så det finns inget att jämföra.",
        "en": "Everyone got this far: nothing was decided here, so there is nothing to compare.",
    }


def too_small_reason(n: int, smallest: int) -> Reason:
    """Why a group with fewer applicants than a setting asks for is listed and not compared."""
    return {
        "sv": f"{n} sökande: för få för att jämföras här, där minst {smallest} krävs.",
        "en": f"{n} applicants: too few to be compared here, where at least {smallest} are asked for.",
    }


def worst(verdicts: Sequence[Verdict]) -> Verdict:
    """The one verdict for several: alarm, then watch; no conclusion only if none of them allows one."""
    for verdict in ("alarm", "watch", "no_concern"):
        if verdict in verdicts:
            return verdict
    return "no_conclusion"


def summary(verdicts: Sequence[Verdict]) -> Reason:
    """One sentence on an attribute in Swedish and English, from the verdict of each of its groups."""
    count, groups = Counter(verdicts), len(verdicts)
    silent = count["no_conclusion"]
    if groups == 0:
        return {
            "sv": "Ingen har svarat, så det finns inget att jämföra.",
            "en": "Nobody has answered, so there is nothing to compare.",
        }
    if groups == 1:
        return {
            "sv": "Alla som har svarat hör till samma grupp, så det finns inget att jämföra.",
            "en": "Everyone who answered belongs to the same group, so there is nothing to compare.",
        }
    if silent == groups:
        return {
            "sv": f"Ingen slutsats är möjlig för någon av de {groups} grupperna: så få att inte ens det mest "
            "extrema utfallet skulle synas. Det betyder inte att allt är bra.",
            "en": f"No conclusion is possible for any of the {groups} groups: so few that not even the most "
            "extreme outcome would show. That does not mean that all is well.",
        }
    sv, en = _found(count, groups)
    if silent:
        sv += f" För {silent} är ingen slutsats möjlig; det betyder inte att allt är bra."
        en += f" For {silent} no conclusion is possible; that does not mean that all is well."
    return {"sv": sv, "en": en}


def _found(count: Counter[Verdict], groups: int) -> tuple[str, str]:
    alarm, watch, fine = count["alarm"], count["watch"], count["no_concern"]
    if alarm and watch:
        return (
            f"Larm för {alarm} av {groups} grupper, och {watch} att bevaka.",
            f"An alarm for {alarm} of {groups} groups, and {watch} to watch.",
        )
    if alarm:
        return f"Larm för {alarm} av {groups} grupper.", f"An alarm for {alarm} of {groups} groups."
    if watch:
        return (
            f"Inget larm, men {watch} av {groups} grupper att bevaka.",
            f"No alarm, but {watch} of {groups} groups to watch.",
        )
    return (
        f"Inget att anmärka för {fine} av {groups} grupper.",
        f"No concern for {fine} of {groups} groups.",
    )
