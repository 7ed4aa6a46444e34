"""What the coordinator types about what happened after the list."""

from collections.abc import Sequence
from typing import Any

from wtforms import HiddenField
from wtforms.validators import ValidationError

from forms.base import WordedForm
from forms.dates import DateBoxes, DateWords
from forms.fields import FromList, Line, OneOf, Upload
from forms.texts import N_

LONGEST_NOTE = 500
Choices = Sequence[tuple[str, str]]


class OutcomeForm(WordedForm):
    """One thing that has happened, when, and for those that end the way why. `ends` are the kinds with a reason."""

    kind = OneOf(N_("What has happened?"), choices=(), needed=N_("Choose what has happened"))
    on = DateBoxes(
        N_("When?"),
        words=DateWords(
            whole=N_("Write the day on which it happened"),
            day=N_("Write the day"),
            month=N_("Write the month"),
            year=N_("Write the year"),
        ),
    )
    reason = FromList(
        N_("Why?"),
        translates_choices=False,
        description=N_("Only for somebody who declines or drops out, and only what they said themselves."),
    )
    note = Line(
        N_("In a few words"),
        limit=LONGEST_NOTE,
        description=N_("Needed for another reason than those in the list. Write nothing about health."),
    )

    def __init__(self, *args: Any, kinds: Choices, reasons: Choices, ends: Sequence[str], **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.ends = frozenset(ends)
        self["kind"].translates_choices = False
        self["kind"].choices = dict(kinds)
        self["reason"].choices = {"": "", **dict(reasons)}

    def validate_reason(self, field: FromList) -> None:
        """A decline or a drop-out has a reason."""
        if self["kind"].data in self.ends and not field.data:
            raise ValidationError(N_("Choose the reason, or that it was not said"))

    @property
    def ended(self) -> bool:
        """Whether what is chosen ends the way; a reason left over from another choice is then dropped."""
        return self["kind"].data in self.ends


class RemoveForm(WordedForm):
    """The outcome that is taken back."""

    kind = HiddenField()


class OutcomeFileForm(WordedForm):
    """Outcomes of many, as a spreadsheet."""

    file = Upload(
        N_("Spreadsheet"),
        description=N_("CSV or XLSX with the columns application, outcome, date, reason and note."),
    )

    def validate_file(self, field: Upload) -> None:
        """A file has to be chosen."""
        if field.chosen is None:
            raise ValidationError(N_("Choose a file"))
