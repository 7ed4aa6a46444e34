"""The time plan as the coordinator types it: one day per step."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from wtforms import HiddenField, StringField
from wtforms.validators import StopValidation

from forms.base import WordedForm
from forms.cleaning import clean_line
from forms.texts import N_, Message

EARLIEST, LATEST = 2000, 2099


class DayField(StringField):
    """One day, written as 2027-03-15 (what a browser's own calendar sends). Blank is None."""

    wrong: str = ""

    def process_formdata(self, valuelist: list[str]) -> None:
        text = (clean_line(valuelist[0]) or "") if valuelist else ""
        self.data, self.wrong = None, ""
        if not text:
            return
        try:
            self.data = date.fromisoformat(text)
        except ValueError:
            self.wrong = text[:20]
        if self.data is not None and not EARLIEST <= self.data.year <= LATEST:
            self.data, self.wrong = None, text[:20]

    def pre_validate(self, form: Any) -> None:
        if self.wrong:
            raise StopValidation(
                Message(N_("%(text)s is not a day. Write it as 2027-03-15."), text=self.wrong)
            )

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return self.data.isoformat() if self.data else ""


class _PlanForm(WordedForm):
    """`seen` says which plan the page showed."""

    seen = HiddenField()
    steps: Sequence[str] = ()

    def days(self) -> dict[str, date]:
        """The steps that have a day."""
        return {step: self[step].data for step in self.steps if self[step].data}


def plan_form(
    formdata: Any,
    *,
    steps: Sequence[tuple[str, str]],
    data: Mapping[str, Any],
    say: Callable[..., str] | None = None,
) -> _PlanForm:
    """A form with a day for each of `steps` (key, label)."""
    fields: dict[str, Any] = {"steps": tuple(key for key, _label in steps)}
    for key, label in steps:
        fields[key] = DayField(label)
    kind: type[_PlanForm] = type("PlanForm", (_PlanForm,), fields)
    options: dict[str, Any] = {"say": say} if say else {}
    return kind(formdata, data=dict(data), **options)
