"""Where the eligibility step turns people away: per requirement, how many of each group, and what it alone decides."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.errors import TableError
from scoring.group_codes import group_label, read_groups, same_length
from scoring.intervals import newcombe, wilson
from scoring.permutation import Verdict, number
from scoring.verdicts import judge

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class RequirementGap:
    """One requirement for one group.

    ``answered``: of how many it was answered; ``no``: of how many with no; ``interval``: Wilson's, of the rate of no;
    ``difference_interval``: Newcombe's, of that rate less the others'. ``only_this``: how many fail it and no other
    mandatory one, so that they would be eligible without it; ``eligible_without``: how many then were.
    """

    requirement: str
    mandatory: bool
    answered: int
    no: int
    others_answered: int
    others_no: int
    interval: tuple[float, float] | None
    difference_interval: tuple[float, float] | None
    p: float
    adjusted_p: float
    verdict: Verdict
    only_this: int
    eligible_without: int


@dataclass(frozen=True)
class GroupRequirements:
    """One group in the eligibility step: ``eligible``: yes to all that is mandatory; ``undecided``: no "no", not all
    answered."""

    group: str
    n: int
    eligible: int
    undecided: int
    parts: tuple[RequirementGap, ...]


@dataclass(frozen=True)
class RequirementGaps:
    """All groups; see `by_requirement`."""

    missing: int
    alpha: float
    groups: tuple[GroupRequirements, ...]

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "missing": self.missing,
            "alpha": self.alpha,
            "groups": {
                each.group: {
                    "n": each.n,
                    "eligible": each.eligible,
                    "undecided": each.undecided,
                    "eligible_rate": each.eligible / each.n,
                    "requirements": {part.requirement: _plain(part, each.n) for part in each.parts},
                }
                for each in self.groups
            },
        }


def _plain(part: RequirementGap, n: int) -> dict[str, Any]:
    return {
        "mandatory": part.mandatory,
        "answered": part.answered,
        "no": part.no,
        "rate": part.no / part.answered if part.answered else None,
        "others_answered": part.others_answered,
        "others_no": part.others_no,
        "interval": None if part.interval is None else list(part.interval),
        "difference_interval": None if part.difference_interval is None else list(part.difference_interval),
        "p": number(part.p),
        "adjusted_p": number(part.adjusted_p),
        "verdict": part.verdict,
        "only_this": part.only_this,
        "eligible_without": part.eligible_without,
        "eligible_rate_without": part.eligible_without / n,
    }


def by_requirement(
    answers: pd.DataFrame,
    group: Iterable[Any],
    *,
    mandatory: Collection[str] | None = None,
    alpha: float = 0.05,
) -> RequirementGaps:
    """Who fails which requirement, and who would be eligible without it.

    Parameters
    ----------
    answers : DataFrame, one row per application, one column per requirement
        True, False, or missing where it is not answered (yet); 1, 0, yes, no, ja, nej are read as well.
    group : one value per row; missing ones are counted and left out.
    mandatory : the requirements that make somebody ineligible; None takes all.

    Notes
    -----
    The shares that meet each requirement, of those answered, are one family of tests over groups and requirements.
    With several requirements dropped at once more become eligible than the sum of ``only_this``.
    """
    labels = list(group)
    same_length(answers=answers, group=labels)
    keys = [str(each) for each in answers.columns]
    if not keys or len(set(keys)) != len(keys):
        raise TableError("answers: expected one column per requirement, each with a name of its own")
    needed = set(keys if mandatory is None else mandatory)
    if needed - set(keys):
        raise TableError(f"requirement {sorted(needed - set(keys))[0]!r} has no column of answers")
    met = np.stack([_answers(answers.iloc[:, i], key) for i, key in enumerate(keys)], axis=1)
    groups = read_groups(labels)
    known = groups.code >= 0
    code, met = groups.code[known], met[known]
    count = len(groups.names)

    def of(rows: Bools) -> Ints:
        return np.bincount(code[rows], minlength=count).astype(np.int64)

    binding = np.array([key in needed for key in keys])
    must = met[:, binding]
    eligible, stopped = (must == 1).all(axis=1), (must == 0).any(axis=1)
    answered = np.stack([of(met[:, i] >= 0) for i in range(len(keys))])
    no = np.stack([of(met[:, i] == 0) for i in range(len(keys))])
    judgement = judge(answered - no, answered, alpha)
    without = [_without(met, binding, i) for i in range(len(keys))]
    n, now, undecided = groups.sizes, of(eligible), of(~eligible & ~stopped)
    then = np.stack([of(each) for each in without])
    alone = np.stack([of(each & (met[:, i] == 0)) for i, each in enumerate(without)])
    if not binding.all():
        alone[~binding] = 0
    ends = [wilson(no[i], answered[i]) for i in range(len(keys))]
    rest_answered = answered.sum(axis=1, keepdims=True) - answered
    rest_no = no.sum(axis=1, keepdims=True) - no
    gaps = [newcombe(no[i], answered[i], rest_no[i], rest_answered[i]) for i in range(len(keys))]
    return RequirementGaps(
        groups.missing,
        alpha,
        tuple(
            GroupRequirements(
                name,
                int(n[g]),
                int(now[g]),
                int(undecided[g]),
                tuple(
                    RequirementGap(
                        key, bool(binding[i]), int(answered[i, g]), int(no[i, g]), int(rest_answered[i, g]),
                        int(rest_no[i, g]), ends[i][g], gaps[i][g], float(judgement.fisher[i, g]),
                        float(judgement.adjusted[i, g]), judgement.verdicts[i][g], int(alone[i, g]), int(then[i, g]),
                    )
                    for i, key in enumerate(keys)
                ),
            )
            for g, name in enumerate(groups.names)
        ),
    )  # fmt: skip


def _without(met: Ints, binding: Bools, dropped: int) -> Bools:
    """Who is eligible if one requirement is not asked for."""
    left = binding & (np.arange(len(binding)) != dropped)
    return np.asarray((met[:, left] == 1).all(axis=1))


_MEANING = {"1": 1, "true": 1, "yes": 1, "ja": 1, "0": 0, "false": 0, "no": 0, "nej": 0}


def _answers(column: pd.Series[Any], key: str) -> Ints:
    """1 yes, 0 no, -1 not answered, shape (n,)."""
    codes, uniques = pd.factorize(column, use_na_sentinel=True)
    meaning: list[int] = []
    for value in uniques:
        label = group_label(value)
        if label is not None and label.casefold() not in _MEANING:
            row = int(np.flatnonzero(codes == len(meaning))[0])
            raise TableError(f"row {row + 1}: requirement {key!r}: {value!r}: expected yes, no or nothing")
        meaning.append(-1 if label is None else _MEANING[label.casefold()])
    return np.asarray(np.array([*meaning, -1], dtype=np.int64)[codes])
