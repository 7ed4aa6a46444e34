"""What the guide says to a person of each thing that an intake asks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from recruit.display import day
from recruit.i18n import gettext as _
from recruit.models import Answer, Intake, LicenceRoute, WorkPermit

Answers = Mapping[str, Any]


@dataclass(frozen=True)
class Expectable:
    """Sentences about something that one may have, or expect by a date. `when` names the answer with that date."""

    when: str
    held: str
    in_time: str
    late: str
    none: str


def finding(rule: str, answer: Answer, answers: Answers, intake: Intake) -> str:
    """One sentence on how a rule of eligibility answers what the person has told."""
    start = day(intake.starts_on)
    if rule == "bt_required":
        return _need(answer, answers)
    if rule == "no_earlier_bt":
        return _("You have no certificate of basic service.")
    if rule == "can_start":
        if answer is Answer.YES:
            return _("You can start on %(start)s.", start=start)
        return _("You cannot start on %(start)s.", start=start)
    words = _EXPECTABLE[rule](answers)
    if answer is Answer.YES:
        return words.held
    expected = answers.get(words.when)
    if not expected:
        return words.none
    sentence = words.in_time if answer is Answer.EXPECTED else words.late
    return sentence % {"day": day(date.fromisoformat(expected)), "start": start}


def _need(answer: Answer, answers: Answers) -> str:
    if answer is Answer.YES:
        return _("You need basic service.")
    if answers.get("licence_route") == LicenceRoute.COMPLEMENTARY_PROGRAMME.value:
        return _(
            "After a complementary programme you do AT for your licence, and AT exempts from basic service."
        )
    return _("Your service before 1 July 2021 may count as ST begun, which exempts from basic service.")


def _licence(_answers: Answers) -> Expectable:
    return Expectable(
        "licence_on",
        _("You have a Swedish licence."),
        _("You expect your licence on %(day)s, no later than the start on %(start)s."),
        _("You expect your licence on %(day)s, after the start on %(start)s."),
        _("You have no Swedish licence and expect none."),
    )


def _swedish(_answers: Answers) -> Expectable:
    return Expectable(
        "language_on",
        _("You can show that you know Swedish at level C1."),
        _("You expect your result in Swedish on %(day)s, no later than the start on %(start)s."),
        _("You expect your result in Swedish on %(day)s, after the start on %(start)s."),
        _("You cannot show yet that you know Swedish at level C1."),
    )


def _permit(answers: Answers) -> Expectable:
    held = answers.get("work_permit") == WorkPermit.HELD.value
    return Expectable(
        "work_permit_on",
        _("You have a work permit.") if held else _("You need no work permit."),
        _("You expect your work permit on %(day)s, no later than the start on %(start)s."),
        _("You expect your work permit on %(day)s, after the start on %(start)s."),
        _("You need a work permit and have not applied for it."),
    )


_EXPECTABLE = {"licence_by_start": _licence, "swedish_c1": _swedish, "work_permit": _permit}
