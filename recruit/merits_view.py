"""A proposal for the answer to a request for merits: education, work and licence of each, without names."""

from collections.abc import Sequence

from forms import choices
from recruit.frames import counted_until
from recruit.i18n import gettext as _
from recruit.models import ExperiencePeriod, Intake
from recruit.queries.merits import Merits
from scoring.bands import Period, full_time_days, months


def proposal(people: Sequence[Merits], intake: Intake) -> str:
    """One paragraph each. Neither names, schools, countries nor employers: they could tell who it is."""
    return "\n\n".join(_paragraph(number, each, intake) for number, each in enumerate(people, 1))


def _paragraph(number: int, each: Merits, intake: Intake) -> str:
    application = each.application
    hired = _("hired") if each.hired else _("called to an interview")
    lines = [
        _("Person %(number)s, %(how)s:", number=number, how=hired),
        _(
            "Education: degree in medicine, %(year)s.",
            year=application.graduation_year or _("year not given"),
        ),
    ]
    if application.licence is not None:
        lines.append(
            _("Licence: %(word)s.", word=_(choices.words_for(choices.LICENCE, application.licence.value)))
        )
    lines += [_work(each.periods, intake)]
    return "\n".join(lines)


def _work(periods: Sequence[ExperiencePeriod], intake: Intake) -> str:
    until = counted_until(intake)
    counted = [each for each in periods if each.starts_on <= until]
    if not counted:
        return _("Clinical work: none.")
    days = full_time_days([Period(each.starts_on, min(each.ends_on or until, until)) for each in counted])
    areas = sorted({_(choices.words_for(choices.CLINICAL_AREA, each.area.value)) for each in counted})
    return _(
        "Clinical work: %(months)s months (%(areas)s).",
        months=round(float(months(days))),
        areas=", ".join(areas),
    )
