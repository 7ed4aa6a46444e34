"""What waits and on whom: what holds up the most first."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for

from recruit import display
from recruit.i18n import gettext as _
from recruit.i18n import ngettext
from recruit.intake_home.words import to
from recruit.models import Intake
from recruit.queries.overview import Load, Waiting
from recruit.queries.standing import Standing
from recruit.queries.waiting import Elsewhere
from recruit.request import region

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
    intake: Intake,
    standing: Standing,
    waiting: Waiting,
    other: Elsewhere,
    loads: Sequence[Load],
    *,
    coordinates: bool,
) -> list[Wait]:
    """Everything that waits; ``coordinates``: the reader is a coordinator.

    Once all are assessed no copy is waited for: nobody would read it any more.
    """
    on = _("You") if coordinates else _("The coordinator")
    meeting = display.day(intake.decision_on) if intake.decision_on else ""
    found = [
        *_eligibility(intake, standing, waiting, on, meeting),
        *_judging(intake, other, on, meeting),
        *_assessment(intake, standing, loads, on, meeting),
        *_others(intake, standing, waiting, other, meeting),
        *_rights(intake, waiting, on),
        *_mail_and_profile(intake, other, on),
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
    intake: Intake, standing: Standing, loads: Sequence[Load], on: str, meeting: str
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


def _judging(intake: Intake, other: Elsewhere, on: str, meeting: str) -> list[Wait]:
    """What must be settled so that assessors can judge, and what their judgements leave to settle."""
    return [
        Wait(
            other.conflicts,
            _("Possible conflicts of interest"),
            _("The system found that an assessor and an applicant may know each other. A person decides."),
            on,
            meeting,
            to("assessment.possible", intake),
            _("Decide"),
        ),
        Wait(
            other.calibrating,
            _("Assessors who have not finished the calibration"),
            _("The same applications for all; the differences are talked through afterwards."),
            _("Assessors"),
            meeting,
            to("assessment.calibration", intake),
            _("See who"),
        ),
        Wait(
            other.disagreements,
            _("Disagreements to deal with"),
            _("Assessors differ much on the same application: a discussion, a third assessment or a reason."),
            on,
            meeting,
            to("disagreement.index", intake),
            _("Deal with them"),
        ),
    ]


def _rights(intake: Intake, waiting: Waiting, on: str) -> list[Wait]:
    """What applicants have asked for by right."""
    return [
        Wait(
            waiting.corrections,
            _("Applicants who ask for a correction"),
            _(
                "They say that something in their application is wrong. Answer each request, with a reason if not."
            ),
            on,
            "",
            to(TABLE, intake, stage="all", missing="correction"),
            _("See which"),
        ),
        Wait(
            waiting.merits,
            _("Requests for merits to answer"),
            _("Who was not called or hired may ask which merits those who were had."),
            on,
            "",
            to("merits.index", intake),
            _("Answer them"),
        ),
    ]


def _mail_and_profile(intake: Intake, other: Elsewhere, on: str) -> list[Wait]:
    profiles = url_for("profile.index", region=region().slug)
    return [
        Wait(
            other.undelivered,
            _("Letters that did not arrive"),
            _("The address does not take mail, or the server refuses. Reach the applicant in another way."),
            on,
            "",
            to("letters.undelivered", intake),
            _("See which"),
        ),
        Wait(
            other.profiles,
            _("Criteria profiles to approve"),
            _("An intake opens only with a version that a second person has approved."),
            _("Another coordinator"),
            display.day(intake.opens_at),
            profiles,
            _("To the profiles"),
        ),
    ]


def _others(
    intake: Intake, standing: Standing, waiting: Waiting, other: Elsewhere, meeting: str
) -> list[Wait]:
    late = ngettext("%(num)s is past its date.", "%(num)s are past their date.", other.overdue)
    return [
        Wait(
            other.completions,
            _("Requests for completion"),
            late if other.overdue else _("All within their time."),
            _("Applicants"),
            meeting,
            to("completion.index", intake),
            _("See which"),
        ),
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
