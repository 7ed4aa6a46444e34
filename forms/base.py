"""What every form of the application has in common: its words, and whether it must be complete."""

from collections.abc import Callable
from typing import Any

from wtforms import Form, HiddenField

from forms.texts import in_words


def _as_written(text: str, /, **values: object) -> str:
    return text % values if values else text


class WordedForm(Form):
    """A form that speaks the reader's language.

    `say` is gettext with keyword values; labels, hints, choices and errors pass through it, so that templates show
    them as they are. With `complete=False` (a draft put aside) an answer may be left out, but what is written
    must still be readable.
    """

    def __init__(
        self,
        formdata: Any = None,
        *,
        data: dict[str, Any] | None = None,
        say: Callable[..., str] = _as_written,
        complete: bool = True,
        prefix: str = "",
    ) -> None:
        self.say = say
        self.complete = complete
        super().__init__(formdata, data=data, prefix=prefix)
        for field in self:
            field.label.text = self.words(field.label.text)
            field.description = self.words(field.description)
            if getattr(field, "translates_choices", False) and field.choices:
                field.choices = {value: self.words(label) for value, label in field.choices.items()}

    def words(self, text: str) -> str:
        """`text` in the reader's language; an empty text stays empty."""
        return in_words(text, self.say) if text else text

    def validate(self, extra_validators: Any = None) -> bool:
        """Check everything, then put the errors into the reader's language."""
        valid: bool = super().validate(extra_validators)
        for field in self:
            field.errors = [self.words(error) for error in field.errors]
        return valid

    def answers(self) -> dict[str, Any]:
        """What was typed, by field, without the hidden revision and files."""
        return {field.short_name: field.data for field in self if not getattr(field, "is_control", False)}


class RevisionField(HiddenField):
    """Which revision of the application the page showed. Whatever is not a number counts as none."""

    is_control = True

    def process_formdata(self, valuelist: list[str]) -> None:
        text = valuelist[0].strip() if valuelist else ""
        self.data = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1

    def _value(self) -> str:
        return "" if self.data is None else str(self.data)
