"""Why applications cannot be handed out, in words with codes and numbers."""

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from recruit.i18n import lazy_gettext as _

if TYPE_CHECKING:
    from scoring.assigning import Shortage

SHOWN = 8


class Sentences:
    """Lazy sentences, one after the other: translated when they are shown."""

    def __init__(self, each: Iterable[Any]) -> None:
        self.each = tuple(each)

    def __str__(self) -> str:
        return " ".join(str(sentence) for sentence in self.each)


def listed(codes: Collection[str]) -> str:
    """Codes in order, the first few of them."""
    ordered = sorted(codes)
    return ", ".join(ordered[:SHOWN]) + (" …" if len(ordered) > SHOWN else "")


def why_not(
    shortages: Iterable["Shortage"], codes: Mapping[int, str], numbers: Mapping[int, int]
) -> Sentences:
    """Every shortage as a sentence on what is too little, and one on what to do."""
    return Sentences(_sentence(each, codes, numbers) for each in shortages)


def _sentence(short: "Shortage", codes: Mapping[int, str], numbers: Mapping[int, int]) -> Any:
    figures = {"needed": short.needed, "found": short.found}
    which = listed([codes[each] for each in short.applications])
    who = ", ".join(str(numbers[each]) for each in short.assessors)
    if short.kind == "assessors":
        return _(
            "Each application needs %(needed)s assessors, and %(found)s have time. Add assessors, or lower how many "
            "each application needs.",
            **figures,
        )
    if short.kind == "application":
        return _(
            "Too few assessors without a conflict of interest for %(codes)s: each needs %(needed)s and can get "
            "%(found)s. Add an assessor, or decide the possible conflicts of interest.",
            codes=which,
            **figures,
        )
    if short.kind == "time":
        return _(
            "Those who may assess %(codes)s have no more time: each needs %(needed)s assessors and can get %(found)s. "
            "Raise what some of them can take at most, or add an assessor.",
            codes=which,
            **figures,
        )
    if short.kind == "most_in_all":
        return _(
            "The assessors can take %(found)s assessments in all, and %(needed)s are needed. Raise what some of them "
            "can take at most, or add assessors.",
            **figures,
        )
    if short.kind == "competing":
        return _(
            "%(number)s applications (%(codes)s) can go only to assessors %(who)s: these would have %(needed)s in all "
            "and can take %(found)s. Raise what they can take, or add an assessor.",
            number=len(short.applications),
            codes=which,
            who=who,
            **figures,
        )
    if short.kind == "least_in_all":
        return _(
            "The assessors are to have at least %(needed)s assessments in all, and there are %(found)s. Lower what "
            "some of them are to have at least.",
            **figures,
        )
    return _(
        "Assessors %(who)s are to have at least %(needed)s assessments, and %(found)s can go to them. Lower what they "
        "are to have at least.",
        who=who,
        **figures,
    )
