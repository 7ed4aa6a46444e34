"""Fields that the application's forms are made of. A blank answer is None."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from wtforms import BooleanField, FileField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import StopValidation, ValidationError

from forms.cleaning import clean_line, clean_text
from forms.texts import N_, Message

_ADDRESS = re.compile(r"^[^@\s<>\"(),:;]+@[^@\s.]+(\.[^@\s.]+)+$")
_PHONE = re.compile(r"^\+?[\d\s().\-/]{5,}$")


class Needed:
    """An answer that the topic needs. A draft put aside may lack it."""

    def __init__(self, message: str) -> None:
        self.message = message

    def __call__(self, form: Any, field: Any) -> None:
        if field.data is not None and field.data != "":
            return
        if field.errors or not form.complete:
            raise StopValidation()
        raise StopValidation(self.message)


class AtMost:
    """At most so many characters."""

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def __call__(self, form: Any, field: Any) -> None:
        length = len(field.data or "")
        if length > self.limit:
            raise ValidationError(
                Message(
                    N_("Use at most %(limit)s characters; now there are %(length)s"),
                    limit=self.limit,
                    length=length,
                )
            )


def is_address(form: Any, field: Any) -> None:
    """One e-mail address."""
    if field.data and (len(field.data) > 254 or not _ADDRESS.match(field.data)):
        raise ValidationError(N_("Write an e-mail address in the form name@example.com"))


def is_phone(form: Any, field: Any) -> None:
    """A telephone number as people write them."""
    if field.data and not _PHONE.match(field.data):
        raise ValidationError(N_("Write a telephone number with digits, such as +46 70 123 45 67"))


class Line(StringField):
    """One line of text in any script."""

    def __init__(
        self, label: str, *, limit: int, needed: str | None = None, checks: Iterable[Any] = (), **kw: Any
    ):
        validators = [*([Needed(needed)] if needed else []), AtMost(limit), *checks]
        super().__init__(label, validators, **kw)
        if needed is None:
            self.flags.optional = True

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist:
            self.data = clean_line(valuelist[0])


class Paragraphs(TextAreaField):
    """Text of several lines."""

    def __init__(self, label: str, *, limit: int, needed: str | None = None, **kw: Any):
        super().__init__(label, [*([Needed(needed)] if needed else []), AtMost(limit)], **kw)
        self.limit = limit
        if needed is None:
            self.flags.optional = True

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist:
            self.data = clean_text(valuelist[0])


def _check_choice(field: Any) -> None:
    if field.data is not None and field.data not in {value for value, *_rest in field.iter_choices()}:
        shown, field.data = str(field.data)[:40], None
        raise StopValidation(
            Message(N_("%(value)s is not one of the answers. Choose one of them."), value=shown)
        )


class OneOf(RadioField):
    """One of a few answers, all in sight."""

    translates_choices = True

    def __init__(
        self, label: str, *, choices: Sequence[tuple[str, str]], needed: str | None = None, **kw: Any
    ):
        super().__init__(label, [Needed(needed)] if needed else [], choices=dict(choices), **kw)
        if needed is None:
            self.flags.optional = True

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = valuelist[0] if valuelist else None

    def pre_validate(self, form: Any) -> None:
        _check_choice(self)


class YesNo(OneOf):
    """A question with yes or no; the answer is True, False or None."""

    def __init__(self, label: str, *, needed: str | None = None, **kw: Any):
        super().__init__(label, choices=(("yes", N_("Yes")), ("no", N_("No"))), needed=needed, **kw)

    def process_data(self, value: Any) -> None:
        super().process_data({True: "yes", False: "no"}.get(value) if value is not None else None)

    @property
    def answer(self) -> bool | None:
        """The answer as a truth value."""
        return {"yes": True, "no": False}.get(self.data or "")


class FromList(SelectField):
    """One of many answers, folded. The first line is blank."""

    def __init__(
        self,
        label: str,
        *,
        needed: str | None = None,
        choices: Sequence[tuple[str, str]] = (),
        translates_choices: bool = True,
        **kw: Any,
    ):
        super().__init__(label, [Needed(needed)] if needed else [], choices={"": "", **dict(choices)}, **kw)
        self.translates_choices = translates_choices
        if needed is None:
            self.flags.optional = True

    def process_data(self, value: Any) -> None:
        super().process_data(value or None)

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist:
            self.data = valuelist[0] or None

    def pre_validate(self, form: Any) -> None:
        _check_choice(self)


class WholeNumber(StringField):
    """A whole number within bounds, both allowed. `bounds` may be set after the form is made."""

    def __init__(self, label: str, *, low: int, high: int, needed: str, wrong: str, **kw: Any):
        super().__init__(label, [Needed(needed)], **kw)
        self.low, self.high, self.wrong = low, high, wrong
        self.unreadable = False

    def _value(self) -> str:
        return self.raw_data[0] if self.raw_data else ("" if self.data is None else str(self.data))

    def process_formdata(self, valuelist: list[str]) -> None:
        text = clean_line(valuelist[0]) if valuelist else None
        self.unreadable = text is not None and not (text.isdecimal() and len(text) <= 9)
        self.data = int(text) if text is not None and not self.unreadable else None

    def pre_validate(self, form: Any) -> None:
        outside = self.data is not None and not self.low <= self.data <= self.high
        if self.unreadable or outside:
            raise StopValidation(Message(self.wrong, low=self.low, high=self.high))


class Tick(BooleanField):
    """A box that is ticked or not."""


class Upload(FileField):
    """One chosen file; None when none was chosen."""

    is_control = True

    @property
    def chosen(self) -> Any:
        """The uploaded file, or None."""
        return self.data if getattr(self.data, "filename", "") else None
