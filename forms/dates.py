"""A date in three boxes, with a message for each part that is wrong."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import Markup, escape
from wtforms import Field
from wtforms.validators import StopValidation
from wtforms.widgets import TextInput

from forms.cleaning import clean_line
from forms.texts import N_, Message

EARLIEST, LATEST = 1950, 2099
PARTS = ("day", "month", "year")


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
    """

    widget = TextInput()

    def __init__(self, label: str, *, words: DateWords, needed: bool = True, **kw: Any) -> None:
        super().__init__(label, **kw)
        self.date_words = words
        self.needed = needed
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
        for box in self.form:
            box.errors = []
        if self.is_blank:
            if self.needed and form.complete:
                raise StopValidation(self.date_words.whole)
            raise StopValidation()
        for part, box in zip(PARTS, self.form, strict=True):
            if not box.text:
                self._stop(box, getattr(self.date_words, part))
            self._check_part(part, box)
        day, month, year = (int(box.text) for box in self.form)
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

    def _check_part(self, part: str, box: Box) -> None:
        text = box.text
        number = int(text) if text.isdecimal() and len(text) < 6 else None
        if part == "day" and (number is None or not 1 <= number <= 31):
            self._stop(
                box, Message(N_("%(text)s is not a day. Write a number from 1 to 31."), text=text[:20])
            )
        if part == "month" and (number is None or not 1 <= number <= 12):
            self._stop(
                box, Message(N_("%(text)s is not a month. Write a number from 1 to 12."), text=text[:20])
            )
        if part == "year" and (number is None or not EARLIEST <= number <= LATEST):
            self._stop(
                box,
                Message(N_("%(text)s is not a year. Write all four digits, such as 2027."), text=text[:20]),
            )

    def _stop(self, box: Box, message: str) -> None:
        box.errors = [message]
        raise StopValidation(message)

    def refuse(self, message: str) -> None:
        """Mark the date as wrong although it is a date: it comes too early, or too late."""
        self.errors: list[str] = [*self.errors, message]
