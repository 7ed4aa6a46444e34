"""What is wrong with a draft of a profile, in the reader's words, and the field where each thing stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from recruit.display import number
from recruit.i18n import gettext as _
from recruit.profile_content import Content, number_of
from recruit.profile_parts import field_at

if TYPE_CHECKING:
    from scoring.profile_problems import Problem


@dataclass(frozen=True)
class Shown:
    """One thing to correct: the part and its field (None: the part as a whole), and what to do."""

    part: str
    field: str | None
    words: str


def shown(problems: Iterable[Problem], content: Content) -> list[Shown]:
    """Every problem as a sentence at its place.

    Left out is what follows from another: the sum while a weight cannot be read, and rules that name a criterion by a
    key which does not hold.
    """
    problems = list(problems)
    readable = weights_sum(content) is not None
    bad_key = any(each.at[:1] == ("criteria",) and each.at[-1:] == ("key",) for each in problems)
    found = []
    for each in problems:
        if each.at == ("criteria",) and not readable:
            continue
        if bad_key and ("ties" in each.at or (each.at[:1] == ("gates",) and "criteria" in each.at)):
            continue
        part, field = field_at(content, each.at)
        found.append(Shown(part, field, _words(each, content)))
    return found


def weights_sum(content: Content) -> Decimal | None:
    """What the weights add up to, or None when one of them is no number."""
    weights = [number_of(each["weight"]) for each in content["criteria"]]
    return sum(weights, Decimal(0)) if all(isinstance(each, Decimal) for each in weights) else None


def _words(problem: Problem, content: Content) -> str:
    at, said = problem.at, str(problem.error)
    last = str(at[-1]) if at else ""
    if at == ("criteria",):
        return _sum_words(content)
    if "control characters" in said:
        return _("Remove the characters that cannot be seen: they could hide or turn the text.")
    if last == "sv":
        return _("Write it in Swedish.")
    if last == "en":
        return _("Write it in English.")
    if "key that no other has" in said:
        return _("Another has this key. Each key may stand only once.")
    if "another name" in said:
        return _("This word is a column of its own in the tables of levels. Choose another key.")
    if at and at[0] == "stages" and len(at) == 2:
        return _("At least one criterion of the stage must have a weight over 0.")
    for part in ("ties", "bands", "attachments", "at_most", "criteria"):
        if part in at[1:]:
            return _lists()[part]
    if at and at[0] == "gates" and len(at) == 2:
        return _("Give at least one of the three tests.")
    return _by_name().get(last, said)


def _sum_words(content: Content) -> str:
    if not content["criteria"]:
        return _("A profile needs at least one criterion.")
    total = weights_sum(content) or Decimal(0)
    if total > 100:
        return _(
            "The weights add up to %(total)s: take away %(number)s.",
            total=number(total),
            number=number(total - 100),
        )
    return _(
        "The weights add up to %(total)s: %(number)s are missing.",
        total=number(total),
        number=number(100 - total),
    )


def _lists() -> dict[str, str]:
    return {
        "ties": _(
            "A criterion here does not count at the stage: it is gone, comes later or has the weight 0. Take it out."
        ),
        "bands": _("Write a number, each higher than the one before, or “over” and a number."),
        "attachments": _("Choose at least one document."),
        "at_most": _("Write a whole number, such as 1."),
        "criteria": _(
            "A criterion here does not count at the stage: it is gone, comes later or has the weight 0. Untick it."
        ),
    }


def _by_name() -> dict[str, str]:
    probability = _("Write a decimal over 0 and under 1 with at most four decimals, such as 0.05.")
    return {
        "key": _("Use letters a–z, digits and _, a letter first. A criterion's key has small letters only."),
        "weight": _("Write a number from 0 to 100 with at most four decimals."),
        "stage": _("Choose the stage. It needs criteria with a weight over 0."),
        "kind": _("Choose where the level comes from."),
        "value": _("Write the name of the value: small letters, digits and _."),
        "rule": _("Choose the rule that proposes the answer."),
        "months_old_at_most": _("Write a whole number of months from 1 to 120, or nothing."),
        "count": _("Write a whole number from 1 to 9."),
        "threshold": _("Write a number from 0 to 100."),
        "mean_at_least": _("Write a number from 0 to 4, or a fraction such as 7/3."),
        "forbidden_level": _("Choose a level from 0 to 3."),
        "low": probability,
        "high": _("Write a decimal over the lower one and under 1, such as 0.95."),
        "settle": _("Choose how the zone is settled."),
        "combine": _("Choose how levels become one."),
        "places": _("Choose what the order goes by."),
    }
