"""A criteria profile as a file or as text."""

from typing import Any

from wtforms import TextAreaField

from forms.base import WordedForm
from forms.fields import Upload
from forms.texts import N_, Message

LARGEST = 200_000


class ProfileForm(WordedForm):
    """A TOML file, or its text. A file that is chosen goes before the text."""

    file = Upload(
        N_("File"), description=N_("A TOML file in UTF-8. If you choose one, it goes before the text below.")
    )
    toml = TextAreaField(
        N_("Text"), description=N_("Keys stay in English; names and anchors stand in both languages.")
    )

    def take_file(self) -> bool:
        """Put the chosen file's text into the box, so that it is kept when something is wrong. False: unreadable."""
        upload = self.file.chosen
        if upload is None:
            return True
        content: bytes = upload.stream.read(LARGEST + 1)
        if len(content) > LARGEST:
            return self._refuse(
                Message(N_("The file is larger than %(size)s kB. A profile is a short text."), size=200)
            )
        if not content.strip():
            return self._refuse(N_("The file is empty"))
        try:
            self.toml.data = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            return self._refuse(
                Message(
                    N_("The file is not UTF-8 text at byte %(byte)s. Save it as UTF-8."), byte=error.start
                )
            )
        return True

    def _refuse(self, message: str) -> bool:
        self.file.errors = [self.words(message)]
        return False

    def validate(self, extra_validators: Any = None) -> bool:
        """Check that there is something to read; what it says is checked by the service."""
        valid = super().validate(extra_validators) and self.take_file()
        if valid and not (self.toml.data or "").strip():
            self.toml.errors = [self.words(N_("Choose a file or paste the text of a profile"))]
            return False
        return valid
