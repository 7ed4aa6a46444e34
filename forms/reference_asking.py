"""Asking referees: by when, and how an intake does it."""

from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange

from forms.base import WordedForm
from forms.dates import DateBoxes, DateWords
from forms.fields import OneOf
from forms.texts import N_

ASKING = (
    ("by_hand", N_("By hand: a coordinator chooses whom")),
    ("at_submission", N_("When the application is sent")),
    ("at_call", N_("When the applicant is called to an interview and the list is published")),
)


class DueForm(WordedForm):
    """The last day to answer."""

    due_on = DateBoxes(
        N_("Last day to answer"),
        words=DateWords(
            whole=N_("Write the last day to answer"),
            day=N_("Write the day"),
            month=N_("Write the month"),
            year=N_("Write the year"),
        ),
    )


class TermsForm(WordedForm):
    """When referees are asked, and their time."""

    asking = OneOf(
        N_("When are referees asked?"), choices=ASKING, needed=N_("Choose when referees are asked")
    )
    days = IntegerField(
        N_("Days to answer"),
        [InputRequired(N_("Write a number of days")), NumberRange(3, 90, N_("Write between 3 and 90 days"))],
        description=N_("Counted from the day they are asked by the rule."),
    )
    remind_days = IntegerField(
        N_("Days before the last day that a reminder goes out"),
        [InputRequired(N_("Write a number of days")), NumberRange(1, 30, N_("Write between 1 and 30 days"))],
        description=N_("Each referee is reminded once."),
    )
