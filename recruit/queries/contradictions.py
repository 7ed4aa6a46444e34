"""Answers that do not fit together: told before sending. Pure; `queries.application` loads.

An error cannot be true and is corrected before sending. A question may well be right, and the application can be sent
as it is: it is for the applicant to look once more, and nobody else is told of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from recruit.display import day
from recruit.i18n import lazy_gettext as _
from recruit.models import Application, LicenceRoute, LicenceStatus
from recruit.queries.completeness import Dossier
from recruit.queries.expected import expected

SWEDEN = "SE"


@dataclass(frozen=True)
class Contradiction:
    """What does not fit, and where it can be changed. `error`: it cannot be so; else it is asked if it is right."""

    topic: str
    field: str
    message: Any
    error: bool = False


def contradictions(dossier: Dossier, today: date) -> list[Contradiction]:
    """Everything that does not fit together, errors first."""
    found = [
        *_expected_days(dossier, today),
        *_degree(dossier, today),
        *_need(dossier.application),
        *_work(dossier, today),
    ]
    return sorted(found, key=lambda each: not each.error)


def _expected_days(dossier: Dossier, today: date) -> Iterable[Contradiction]:
    for each in expected(dossier.application, dossier.intake):
        if each.on < today:
            message = _(
                "What you expected on %(day)s should have come by now. Say that you have it, or write a new day.",
                day=day(each.on),
            )
            yield Contradiction(each.topic, each.field, message, error=True)
        elif not each.in_time:
            message = _(
                "You expect it on %(day)s, which is after the start on %(start)s. Is that right?",
                day=day(each.on),
                start=day(dossier.intake.starts_on),
            )
            yield Contradiction(each.topic, each.field, message)


def _degree(dossier: Dossier, today: date) -> Iterable[Contradiction]:
    application, year = dossier.application, dossier.application.graduation_year
    if application.licence_route is LicenceRoute.SWEDISH_DEGREE and application.education_country not in (
        None,
        SWEDEN,
    ):
        message = _(
            "You write that the licence comes with a Swedish degree, but that the degree is from another country."
            " Is that right?"
        )
        yield Contradiction("licence", "licence_route", message)
    if year is None:
        return
    if application.licence is LicenceStatus.HELD and year > today.year:
        message = _(
            "You write that you have a Swedish licence, but that the degree comes in %(year)s.", year=year
        )
        yield Contradiction("education", "graduation_year", message, error=True)
    if (
        application.licence is LicenceStatus.EXPECTED
        and application.licence_on
        and application.licence_on.year < year
    ):
        message = _(
            "You expect the licence on %(day)s, before the degree in %(year)s. A licence comes after the degree.",
            day=day(application.licence_on),
            year=year,
        )
        yield Contradiction("licence", "licence_on-day", message, error=True)
    if application.st_before_july_2021 and year > 2021:
        message = _(
            "You write that you began specialist training before 1 July 2021, but that the degree is from %(year)s.",
            year=year,
        )
        yield Contradiction("start", "st_before_july_2021", message, error=True)
    early = [each for each in dossier.periods if each.starts_on.year < year]
    if early:
        message = _(
            "The work at %(employer)s began before the degree in %(year)s. Is that right?",
            employer=early[-1].employer,
            year=year,
        )
        yield Contradiction("education", "graduation_year", message)


def _need(application: Application) -> Iterable[Contradiction]:
    if application.swedish_at:
        yield Contradiction(
            "start",
            "swedish_at",
            _("Whoever has done Swedish AT does not need basic service. Is the answer right?"),
        )
    if application.st_before_july_2021:
        message = _(
            "Whoever began specialist training in Sweden before 1 July 2021 does not need basic service."
            " Is the answer right?"
        )
        yield Contradiction("start", "st_before_july_2021", message)
    if application.earlier_bt_certificate:
        message = _(
            "Basic service is done once, and you write that you have a certificate of it. Is the answer right?"
        )
        yield Contradiction("start", "earlier_bt_certificate", message)
    if application.can_start is False:
        yield Contradiction(
            "start", "can_start", _("You write that you cannot start on the date. Is the answer right?")
        )


def _work(dossier: Dossier, today: date) -> Iterable[Contradiction]:
    for each in dossier.periods:
        if each.starts_on > today:
            message = _(
                "The work at %(employer)s begins in the future, on %(day)s. Only days up to the closing day count."
                " Is that right?",
                employer=each.employer,
                day=day(each.starts_on),
            )
            yield Contradiction("experience", each.public_id, message)
        elif each.ends_on is not None and each.ends_on > today:
            message = _(
                "The work at %(employer)s ends in the future, on %(day)s. Only days up to the closing day count."
                " Is that right?",
                employer=each.employer,
                day=day(each.ends_on),
            )
            yield Contradiction("experience", each.public_id, message)
