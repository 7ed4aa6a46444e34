"""Sending a file, and saying when it was issued."""

from typing import Any

from forms.base import WordedForm
from forms.choices import ATTACHMENT_KIND
from forms.dates import DateBoxes, DateWords
from forms.fields import FromList, Upload
from forms.texts import N_


def issued_on() -> DateBoxes:
    """The day on which a document was issued."""
    return DateBoxes(
        N_("When was it issued?"),
        description=N_("The date that stands on the document. Example: 12 1 2027"),
        words=DateWords(
            whole=N_("Write the date on which it was issued"),
            day=N_("Write the day on which it was issued"),
            month=N_("Write the month in which it was issued"),
            year=N_("Write the year in which it was issued"),
        ),
    )


class IssuedForm(WordedForm):
    """When a file that is kept was issued."""

    issued_on = issued_on()


class FileForm(WordedForm):
    """One file, of a kind that is known. `dated`: whether it is asked when it was issued."""

    file = Upload(N_("File"))
    issued_on = issued_on()

    def __init__(self, formdata: Any = None, *, dated: bool = False, **options: Any) -> None:
        super().__init__(formdata, **options)
        if not dated:
            del self.issued_on

    def validate(self, extra_validators: Any = None) -> bool:
        """It is needed."""
        valid = super().validate(extra_validators)
        if self.file.chosen is None:
            self.file.errors = [self.words(N_("Choose a file"))]
            return False
        return valid


class AttachmentForm(FileForm):
    """One file and what it is."""

    kind = FromList(N_("What is it?"), choices=ATTACHMENT_KIND, needed=N_("Choose what the file is"))
    file = Upload(N_("File"))
