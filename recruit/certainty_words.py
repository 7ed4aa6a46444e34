"""How certain places are, in words: probabilities, what limits them, and how the borderline zone is settled."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from recruit import display
from recruit.frames import RunCertainty, SurePlace
from recruit.i18n import gettext as _
from scoring.criteria import Profile


def probability(p: float | None) -> str:
    """A probability without false exactness at its ends: “under 1%”, “over 99%”."""
    if p is None:
        return "–"
    if p < 0.01:
        return _("under %(p)s", p=display.percent(0.01))
    if p > 0.99:
        return _("over %(p)s", p=display.percent(0.99))
    return display.percent(p)


def chance(row: SurePlace, sure: RunCertainty, *, personal: bool = False) -> str:
    """The sentence on the probability of being above the line; `personal` is spoken to the applicant."""
    p = probability(row.p)
    if sure.grouped:
        sentence = (
            _(
                "The probability that you would be called if the true points were known is %(p)s.",
                p=p,
            )
            if personal
            else _(
                "The probability that it would be called if the true points were known is %(p)s.",
                p=p,
            )
        )
        return sentence + _zone(row)
    sentence = (
        _("The probability that you truly belong among the first %(k)s is %(p)s.", k=sure.k, p=p)
        if personal
        else _("The probability that it truly belongs among the first %(k)s is %(p)s.", k=sure.k, p=p)
    )
    return sentence + _zone(row)


def _zone(row: SurePlace) -> str:
    if not row.zone:
        return ""
    return " " + _("That is in the borderline zone, where points alone do not tell applications apart.")


def uncertain(sure: RunCertainty | None) -> list[str]:
    """What the reader must know about how certain the places are: how it was found, and what limits it."""
    if sure is None:
        return []
    if not sure.determinable:
        return [undetermined(sure)]
    said = [
        _(
            "A band shows the places that cannot be ruled out at %(confidence)s confidence, given how much assessors"
            " differ and how coarse whole levels are. The chance is the probability of truly being among the first"
            " %(k)s.",
            confidence=display.percent(sure.confidence),
            k=sure.k,
        ),
        _(
            "The two are different measures. A band assumes nothing about how applications differ and is much more"
            " cautious; the chance rests on a model and takes into account how strict each assessor is. The zone"
            " follows the chance, so a place in the middle of it can lie outside."
        ),
    ]
    known = _caveats()
    return said + [known[code] for code in sure.caveats if code in known]


def undetermined(sure: RunCertainty) -> str:
    """Why nothing can be said of how certain the places are."""
    known = _caveats()
    found = next((known[code] for code in sure.caveats if code in known), None)
    return found or _("How certain the places are cannot be told.")


def settle_words(profile: Profile, stage: str, sure: RunCertainty | None) -> str:
    """How the profile settles the borderline zone; empty where nobody is in it."""
    if sure is None or not sure.zone:
        return ""
    if stage != "screening":
        return _(
            "After the interview the zone is shown and not settled: the group weighs it when it makes offers."
        )
    return {
        "discuss": _(
            "The criteria profile says: the group discusses those in the zone and records its reasons before the"
            " list is confirmed."
        ),
        "third_assessment": _(
            "The criteria profile says: those in the zone get a third assessment, and then points decide."
        ),
        "lot": _(
            "The criteria profile says: those in the zone are drawn by lot, with a seed whose checksum was published"
            " when the intake opened."
        ),
    }[profile.stages[stage].borderline.settle]


def caveat_words(codes: Sequence[str]) -> list[str]:
    """What limits how certain the places are, in words; `codes` of `scoring.certainty.CAVEATS`."""
    known = _caveats()
    return [known[code] for code in codes if code in known]


def between(low: Decimal | str, high: Decimal | str) -> str:
    """The probabilities that bound the borderline zone."""
    return _(
        "between %(low)s and %(high)s", low=display.percent(Decimal(low)), high=display.percent(Decimal(high))
    )


def _caveats() -> dict[str, str]:
    """By code of `scoring.certainty.CAVEATS`."""
    return {
        "nobody_ranked": _("Nobody has a place."),
        "single_application": _("There is only one application, so its place is certain."),
        "one_assessor_each": _(
            "How certain the places are cannot be told: with one assessor each nobody knows how much assessors differ."
        ),
        "too_few_shared": _(
            "How certain the places are cannot be told: too few applications were judged by more than one assessor."
        ),
        "all_levels_equal": _("All levels are equal, so only the coarseness of whole levels is counted."),
        "no_differences": _(
            "The assessed criteria show no difference between applications beyond what assessors differ by chance."
        ),
        "some_one_assessor": _("Some applications have one assessor only; their bands are the widest."),
        "panels_apart": _(
            "Some assessors share no application with the others, so how strict they are can only be guessed."
        ),
        "levels_filled": _("Where an assessor left out a level, it stands at the mean of the others."),
        "blocks_overlap": _(
            "The same assessors judged criteria that are treated as independent; the bands may be somewhat narrow."
        ),
        "sets_widened": _("With so many applications the bands are somewhat wider than they need be."),
    }
