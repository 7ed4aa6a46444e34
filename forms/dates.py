"""A date in three boxes, or written whole in one of them, with a message for each part that is wrong."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, NoReturn

from markupsafe import Markup, escape
from wtforms import Field
from wtforms.validators import StopValidation
from wtforms.widgets import TextInput

from forms import reading_dates as reading
from forms.cleaning import clean_line
from forms.texts import N_, Message

PARTS = ("day", "month", "year")
_READ = {"day": reading.read_day, "month": reading.read_month, "year": reading.read_year}
_WRONG = {"day": reading.wrong_day, "month": reading.wrong_month, "year": reading.wrong_year}


@dataclass(frozen=True)
class DateWords:
    """What to say when the whole date, or one of its parts, is missing."""

    whole: str
    day: str
    month: str
    year: str


class Box:
    """One of the three boxes, as the template draws it."""

    def __init__(self, field: "DateBoxes", part: str, text: str) -> None:
        self.id = f"{field.id}-{part}"
        self.name = f"{field.name}-{part}"
        self.text = text
        self.errors: list[str] = []

    def __call__(self, **attributes: Any) -> Markup:
        """The input."""
        given = {
            name: value for name, value in attributes.items() if value is not False and value is not None
        } | {"type": "text", "autocomplete": "off"}
        written = "".join(
            f' {escape(name.replace("_", "-"))}="{escape(value)}"' for name, value in given.items()
        )
        return Markup(  # noqa: S704 - every part is escaped
            f'<input id="{escape(self.id)}" name="{escape(self.name)}" value="{escape(self.text)}"{written}>'
        )


@dataclass
class Boxes:
    """The three boxes."""

    day: Box
    month: Box
    year: Box

    def __iter__(self) -> Any:
        return iter((self.day, self.month, self.year))


class DateBoxes(Field):
    """Day, month and year; `data` is a date, or None when nothing is written or something is wrong.

    Posted as NAME-day, NAME-month, NAME-year. `needed=True`: the topic needs it, unless the form is put aside.
    A whole date in one of the boxes is spread over them, and `typed` is then the text as it was written, so that the
    page can say how it was read.
    """

    widget = TextInput()

    def __init__(self, label: str, *, words: DateWords, needed: bool = True, **kw: Any) -> None:
        super().__init__(label, **kw)
        self.date_words = words
        self.needed = needed
        self.typed = ""
        self.form = Boxes(*(Box(self, part, "") for part in PARTS))
        if not needed:
            self.flags.optional = True

    def process(self, formdata: Any, data: Any = None, extra_filters: Iterable[Any] | None = None) -> None:
        """Read the boxes, or show the date that is kept."""
        self.process_errors: list[str] = []
        self.raw_data = None
        self.data = data if isinstance(data, date) else None
        if formdata is not None and any(f"{self.name}-{part}" in formdata for part in PARTS):
            self.data = None
            for box in self.form:
                box.text = clean_line(formdata.get(box.name)) or ""
        elif self.data is not None:
            self.form.day.text = str(self.data.day)
            self.form.month.text = str(self.data.month)
            self.form.year.text = str(self.data.year)

    @property
    def is_blank(self) -> bool:
        """Whether nothing is written in any of the boxes."""
        return not any(box.text for box in self.form)

    def clear(self) -> None:
        """Forget what is written in the boxes."""
        for box in self.form:
            box.text = ""

    def pre_validate(self, form: Any) -> None:
        """Find the first part that is wrong; say what to write there."""
        self.typed = ""
        for box in self.form:
            box.errors = []
        if self.is_blank:
            if self.needed and form.complete:
                raise StopValidation(self.date_words.whole)
            raise StopValidation()
        self._spread()
        day, month, year = (self._part(part, box) for part, box in zip(PARTS, self.form, strict=True))
        try:
            self.data = date(year, month, day)
        except ValueError:
            self._stop(
                self.form.day,
                Message(
                    N_("There is no day %(day)s in month %(month)s of %(year)s"),
                    day=day,
                    month=month,
                    year=year,
                ),
            )

    def _spread(self) -> None:
        """Read what is written whole, or in pieces that are more than a part, into the three boxes."""
        whole = next((box for box in self.form if reading.is_more_than_a_part(box.text)), None)
        if whole is None:
            return
        text = " ".join(box.text for box in self.form if box.text)
        try:
            parts = reading.read(text)
        except reading.Unread as refusal:
            self._stop(whole, refusal.message)
        self.typed = text
        for part, box in zip(PARTS, self.form, strict=True):
            number = getattr(parts, part)
            box.text = "" if number is None else str(number)

    def _part(self, part: str, box: Box) -> int:
        if not box.text:
            self._stop(box, getattr(self.date_words, part))
        number = _READ[part](box.text)
        if number is None:
            self._stop(box, _WRONG[part](box.text))
        if not box.text.isdecimal():
            self.typed = self.typed or " ".join(each.text for each in self.form)
        return number

    def _stop(self, box: Box, message: str) -> NoReturn:
        box.errors = [message]
        raise StopValidation(message)

    def refuse(self, message: str) -> None:
        """Mark the date as wrong although it is a date: it comes too early, or too late."""
        self.errors: list[str] = [*self.errors, message]
