"""Sending a file."""

from typing import Any

from forms.base import WordedForm
from forms.choices import ATTACHMENT_KIND
from forms.fields import FromList, Upload
from forms.texts import N_


class FileForm(WordedForm):
    """One file, of a kind that is known."""

    file = Upload(N_("File"))

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
