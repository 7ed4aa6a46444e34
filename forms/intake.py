"""An intake as the coordinator types it: dates, posts per site, the programme; extending and closing."""

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from typing import Any

from wtforms import StringField
from wtforms.validators import StopValidation

from forms.base import WordedForm
from forms.cleaning import clean_line
from forms.dates import DateBoxes, DateWords
from forms.fields import FromList, Line, OneOf, Paragraphs
from forms.texts import N_, Message

PLACEMENT_ROWS = 8
MOST_POSTS = 500
_CLOCK = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)")
_MONTHS = re.compile(r"(\d{1,2})(?:[.,]([05]))?")

FORMS = (
    ("standalone", N_("Standalone: a fixed-term post for basic service")),
    ("integrated", N_("Integrated: employed for specialist training, basic service first")),
)
PLACEMENTS = (
    ("introduction", N_("Introduction")),
    ("acute_care", N_("Acute care")),
    ("primary_care", N_("Primary care")),
    ("psychiatry", N_("Psychiatry")),
    ("other", N_("Other")),
)


class ClockField(StringField):
    """A time of day on Swedish clocks; `data` is a time, or None."""

    def process_formdata(self, valuelist: list[str]) -> None:
        text = (clean_line(valuelist[0]) or "") if valuelist else ""
        self.data = None
        if not text:
            return
        found = _CLOCK.fullmatch(text)
        if found is None:
            raise ValueError(Message(N_("%(text)s is not a time. Write it as 23:59."), text=text[:20]))
        self.data = time(int(found[1]), int(found[2]))

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return self.data.strftime("%H:%M") if self.data else ""

    def pre_validate(self, form: Any) -> None:
        if self.data is None and not self.process_errors:
            raise StopValidation(N_("Write a time, such as 23:59"))


class CountField(StringField):
    """A whole number of posts, 0 to 500; blank is 0."""

    def process_formdata(self, valuelist: list[str]) -> None:
        text = (clean_line(valuelist[0]) or "0") if valuelist else "0"
        self.data = 0
        if not text.isdecimal() or int(text) > MOST_POSTS:
            raise ValueError(
                Message(
                    N_("%(text)s is not a number of posts. Write a whole number from 0 to 500."),
                    text=text[:20],
                )
            )
        self.data = int(text)

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else str(self.data or "")


class HalfMonthsField(StringField):
    """A length in months, in steps of a half; `data` counts the halves. Blank is 0."""

    def process_formdata(self, valuelist: list[str]) -> None:
        text = (clean_line(valuelist[0]) or "0") if valuelist else "0"
        self.data = 0
        found = _MONTHS.fullmatch(text)
        if found is None:
            raise ValueError(
                Message(
                    N_("%(text)s is not a number of months. Write whole or half months, such as 4 or 1.5."),
                    text=text[:20],
                )
            )
        self.data = 2 * int(found[1]) + (found[2] == "5")

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        if not self.data:
            return ""
        return f"{self.data // 2}.5" if self.data % 2 else str(self.data // 2)


def _words(whole: str) -> DateWords:
    return DateWords(
        whole=whole,
        day=N_("Write the day"),
        month=N_("Write the month"),
        year=N_("Write the year"),
    )


def is_slug(_form: Any, field: Any) -> None:
    """Small letters, digits and hyphens between them."""
    if field.data and not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", field.data):
        raise StopValidation(N_("Use small letters a–z, digits and hyphens, such as bt-2027"))


class NamedForm(WordedForm):
    """What an intake is called and where it is found."""

    title_sv = Line(N_("Title in Swedish"), limit=120, needed=N_("Write a title in Swedish"))
    title_en = Line(N_("Title in English"), limit=120, needed=N_("Write a title in English"))
    slug = Line(
        N_("Address"),
        limit=60,
        needed=N_("Write an address"),
        checks=[is_slug],
        description=N_(
            "The last part of the advertisement's address: small letters, digits and hyphens, such as bt-2027."
        ),
    )
    case_number = Line(N_("Case number"), limit=40)


class _IntakeForm(NamedForm):
    """What every intake has; posts and placements are added by `intake_form`."""

    form = OneOf(N_("Form of the posts"), choices=FORMS, needed=N_("Choose the form of the posts"))
    profile_id = FromList(
        N_("Criteria profile"),
        needed=N_("Choose a criteria profile"),
        translates_choices=False,
        description=N_("The version is locked when the intake opens."),
    )
    opens_on = DateBoxes(N_("Opens"), words=_words(N_("Write the day on which the intake opens")))
    opens_time = ClockField(N_("Opening time"))
    closes_on = DateBoxes(N_("Last day to apply"), words=_words(N_("Write the last day to apply")))
    closes_time = ClockField(N_("Closing time"))
    decision_on = DateBoxes(
        N_("Selection meeting"), words=_words(N_("Write the day of the selection meeting")), needed=False
    )
    interviews_from = DateBoxes(
        N_("First day of interviews"), words=_words(N_("Write the first day of interviews")), needed=False
    )
    interviews_until = DateBoxes(
        N_("Last day of interviews"), words=_words(N_("Write the last day of interviews")), needed=False
    )
    starts_on = DateBoxes(
        N_("Start of the posts"), words=_words(N_("Write the day on which the posts start"))
    )

    site_ids: Sequence[int] = ()

    def site_rows(self) -> list[tuple[Any, Any]]:
        """The two fields of each site: number of posts and acute placement."""
        return [(self[f"posts_{number}"], self[f"acute_{number}"]) for number in self.site_ids]

    def placement_rows(self) -> list[tuple[Any, Any]]:
        """The two fields of each placement: kind and months."""
        return [(self[f"kind_{row}"], self[f"months_{row}"]) for row in range(PLACEMENT_ROWS)]

    def posts(self) -> list[tuple[int, int, str]]:
        """(site, number, acute placement) where there are posts."""
        return [
            (number, self[f"posts_{number}"].data, self[f"acute_{number}"].data or "")
            for number in self.site_ids
            if self[f"posts_{number}"].data
        ]

    def programme(self) -> list[tuple[str, int]]:
        """(kind, half months) of the rows that have a length."""
        return [
            (kind.data, months.data) for kind, months in self.placement_rows() if months.data and kind.data
        ]

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields and what must hold between them."""
        valid = super().validate(extra_validators)
        return self._posts_hold() & self._programme_holds() & valid

    def _posts_hold(self) -> bool:
        if any(number.errors for number, _acute in self.site_rows()):
            return False
        if self.site_ids and not self.posts():
            first = self.site_rows()[0][0]
            first.errors = [self.words(N_("Give at least one post at one site"))]
            return False
        return True

    def _programme_holds(self) -> bool:
        if any(months.errors for _kind, months in self.placement_rows()):
            return False
        for kind, months in self.placement_rows():
            if months.data and not kind.data:
                kind.errors = [self.words(N_("Choose the kind of placement"))]
                return False
        if not self.programme():
            self["months_0"].errors = [self.words(N_("Give at least one placement and its months"))]
            return False
        return True


def intake_form(
    formdata: Any,
    *,
    sites: Sequence[tuple[int, str]],
    profiles: Sequence[tuple[str, str]],
    data: dict[str, Any] | None = None,
    say: Callable[..., str] | None = None,
) -> _IntakeForm:
    """The form with two fields per site, and rows for placements. `data` has the fields' names."""
    fields: dict[str, Any] = {"site_ids": tuple(number for number, _name in sites)}
    for number, name in sites:
        fields[f"posts_{number}"] = CountField(name)
        fields[f"acute_{number}"] = Line(name, limit=200)
    for row in range(PLACEMENT_ROWS):
        fields[f"kind_{row}"] = FromList(N_("Kind of placement"), choices=PLACEMENTS)
        fields[f"months_{row}"] = HalfMonthsField(N_("Months"))
    kind: type[_IntakeForm] = type("IntakeForm", (_IntakeForm,), fields)
    options: dict[str, Any] = {"say": say} if say else {}
    form = kind(formdata, data=data, **options)
    form.profile_id.choices = {"": "", **dict(profiles)}
    return form


class ExtendForm(WordedForm):
    """A later closing time, and why."""

    closes_on = DateBoxes(N_("New last day to apply"), words=_words(N_("Write the new last day to apply")))
    closes_time = ClockField(N_("Closing time"))
    reason = Paragraphs(
        N_("Reason"),
        limit=1000,
        needed=N_("Write the reason"),
        description=N_(
            "It is shown in the advertisement, mailed to those who have begun or applied, and kept in the record."
        ),
    )


class CloseForm(WordedForm):
    """Closing; a reason is needed before the closing time."""

    reason = Paragraphs(
        N_("Reason"),
        limit=1000,
        description=N_("Needed if the closing time has not come. It is kept in the record."),
    )


def moment_parts(at: datetime) -> tuple[date, time]:
    """A local moment as what the boxes show."""
    return at.date(), at.time().replace(second=0, microsecond=0)
