"""Why a pair may know each other, in words for the coordinator. Never in an address, a log or the record."""

from recruit.acquaintance import (
    EMPLOYER,
    REFEREE,
    REFEREE_WORKPLACE,
    SURNAME,
    Applicant,
    Assessor,
    same_workplace,
)
from recruit.i18n import gettext as _


def why(kinds: str, applicant: Applicant, assessor: Assessor) -> list[str]:
    """A sentence for each sign, with what it was found in as far as that still stands there."""
    found = []
    for kind in kinds.split(","):
        if kind == REFEREE:
            found.append(_("Named as a referee by the applicant"))
        elif kind == REFEREE_WORKPLACE:
            places = [
                each.workplace
                for each in applicant.referees
                if same_workplace(each.workplace, assessor.workplace)
            ]
            found.append(_("A referee works where the assessor works: %(place)s", place=", ".join(places)))
        elif kind == EMPLOYER:
            places = [each for each in applicant.employers if same_workplace(each, assessor.workplace)]
            found.append(
                _(
                    "The applicant works or has worked where the assessor works: %(place)s",
                    place=", ".join(places),
                )
            )
        elif kind == SURNAME:
            found.append(_("The same surname: %(name)s", name=" / ".join(applicant.family_names)))
    return found
