"""Sending a file."""

from forms.base import WordedForm
from forms.choices import ATTACHMENT_KIND
from forms.fields import FromList, Upload
from forms.texts import N_


class AttachmentForm(WordedForm):
    """One file and what it is."""

    kind = FromList(N_("What is it?"), choices=ATTACHMENT_KIND, needed=N_("Choose what the file is"))
    file = Upload(N_("File"))

    def validate(self, extra_validators: object = None) -> bool:
        """Both are needed."""
        valid = super().validate(extra_validators)
        if self.file.chosen is None:
            self.file.errors = [self.words(N_("Choose a file"))]
            return False
        return valid
