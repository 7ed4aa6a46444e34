"""What waits and on whom: what holds up the most first."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from recruit import display
from recruit.intake_home.words import to
from recruit.models import Intake
from recruit.queries.overview import Load, Waiting
from recruit.queries.standing import Standing

TABLE = "eligibility.index"


@dataclass(frozen=True)
class Wait:
    """One line of what waits: how many, what, for whom, until when, and where to act."""

    number: int
    title: str
    text: str
    on: str
    until: str
    url: str
    label: str


def waits(
    intake: Intake, standing: Standing, waiting: Waiting, loads: Sequence[Load], *, coordinates: bool
) -> list[Wait]:
    """Everything that waits; ``coordinates``: the reader is a coordinator.

    Once all are assessed no copy is waited for: nobody would read it any more.
    """
    on = _("You") if coordinates else _("The coordinator")
    meeting = display.day(intake.decision_on) if intake.decision_on else ""
    found = [
        *_eligibility(intake, standing, waiting, on, meeting),
        *_assessment(intake, standing, waiting, loads, on, meeting),
        *_others(intake, standing, waiting, meeting),
    ]
    return [each for each in found if each.number > 0]


def _eligibility(intake: Intake, standing: Standing, waiting: Waiting, on: str, meeting: str) -> list[Wait]:
    unassessed = standing.assessed < standing.eligible or not standing.eligible
    return [
        Wait(
            standing.pending,
            _("Eligibility to decide"),
            _("Nothing is decided until a person has seen the documents."),
            on,
            meeting,
            to(TABLE, intake, missing="decision"),
            _("Decide"),
        ),
        Wait(
            waiting.unclear,
            _("Unclear requirements"),
            _("They must be settled before assessors are assigned."),
            on,
            meeting,
            to(TABLE, intake, missing="unclear"),
            _("Settle"),
        ),
        Wait(
            waiting.copies if unassessed else 0,
            _("CVs without a redacted copy"),
            _("Assessors see a CV only as a copy without name, age, sex, school and country."),
            on,
            meeting,
            to(TABLE, intake, missing="copy"),
            _("Add copies"),
        ),
    ]


def _assessment(
    intake: Intake, standing: Standing, waiting: Waiting, loads: Sequence[Load], on: str, meeting: str
) -> list[Wait]:
    slow = [str(each.number) for each in loads if each.left]
    return [
        Wait(
            standing.eligible - standing.covered,
            _("Applications without two assessors"),
            _("They cannot be ranked until two have assessed them."),
            on,
            meeting,
            to("assessment.assign", intake),
            _("Assign"),
        ),
        Wait(
            sum(each.left for each in loads),
            _("Assessments left"),
            _("Two for each eligible application."),
            _("Assessor %(numbers)s", numbers=", ".join(slow)),
            meeting,
            to("assessment.assign", intake),
            _("See who"),
        ),
    ]


def _others(intake: Intake, standing: Standing, waiting: Waiting, meeting: str) -> list[Wait]:
    return [
        Wait(
            waiting.references,
            _("References not answered"),
            _("A missing reference is never counted as zero."),
            _("Referees"),
            meeting,
            to(TABLE, intake, missing="reference"),
            _("Enter answers"),
        ),
        Wait(
            standing.conditional,
            _("Expected licences, certificates or permits"),
            _("Eligible on condition; marked everywhere."),
            _("Applicants"),
            display.day(intake.starts_on),
            to(TABLE, intake, eligibility="conditional"),
            _("See dates"),
        ),
    ]
