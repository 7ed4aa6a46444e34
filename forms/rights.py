"""What people write about what is held about them, and what an administrator sets of how long it is kept."""

from forms.base import WordedForm
from forms.fields import FromList, Line, OneOf, Paragraphs, WholeNumber
from forms.texts import N_

OUTCOMES = (
    ("corrected", N_("Corrected")),
    ("noted", N_("Not changed, but noted beside it")),
    ("refused", N_("Not changed")),
)
GROUNDS = (
    ("appeal", N_("Appeal")),
    ("court", N_("Court case")),
    ("disclosure", N_("Somebody waits for documents")),
    ("other", N_("Other")),
)


class CorrectionForm(WordedForm):
    """What is wrong, and what it should be."""

    wanted = Paragraphs(
        N_("What is wrong, and what should it be?"),
        limit=2000,
        needed=N_("Write what is wrong, and what it should be."),
    )


class CorrectionAnswerForm(WordedForm):
    """The group's answer."""

    outcome = OneOf(N_("Outcome"), choices=OUTCOMES, needed=N_("Choose an outcome"))
    answer = Paragraphs(
        N_("What was done, or why not"), limit=2000, needed=N_("Write what was done, or why not.")
    )


def _days(label: str) -> WholeNumber:
    return WholeNumber(
        label,
        low=0,
        high=3650,
        needed=N_("Write a number of days"),
        wrong=N_("Write a number from 0 to 3650"),
    )


def _months(label: str) -> WholeNumber:
    return WholeNumber(
        label,
        low=1,
        high=600,
        needed=N_("Write a number of months"),
        wrong=N_("Write a number from 1 to 600"),
    )


class KeepingForm(WordedForm):
    """The region's plan for disposal."""

    draft_days = _days(N_("Drafts that were never sent: days after closing"))
    not_hired_months = _months(N_("Applications of people who were not hired: months after the selection"))
    hired_months = _months(N_("Applications of people who were hired: months after the start"))
    monitoring_months = _months(N_("Voluntary answers: months after the selection"))
    mail_months = _months(N_("Letters and mail: months after the selection"))
    disclosure_months = _months(N_("Files that were handed out: months after the decision"))
    backup_days = _days(N_("Copies of the whole system: days"))
    decision = Line(
        N_("The decision that the plan rests on"),
        limit=300,
        needed=N_("Name the decision that the plan rests on."),
    )


class HoldForm(WordedForm):
    """What stops disposal."""

    intake = FromList(N_("Intake"), choices=(), needed=N_("Choose an intake"))
    reference = Line(N_("Reference number of one application; empty for the whole intake"), limit=20)
    ground = OneOf(N_("Ground"), choices=GROUNDS, needed=N_("Choose a ground"))
    reason = Paragraphs(N_("Reason"), limit=1000, needed=N_("Write the reason."))


class LiftForm(WordedForm):
    """Why a hold is lifted."""

    reason = Line(N_("Why it is lifted"), limit=1000, needed=N_("Write the reason."))
