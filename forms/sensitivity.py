"""What is tried on the page of what-ifs: other weights, the mean or the median, and without an assessor."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from wtforms import StringField
from wtforms.validators import StopValidation
from wtforms.widgets import RangeInput

from forms.base import WordedForm
from forms.cleaning import clean_line
from forms.fields import FromList, OneOf, WholeNumber
from forms.ranking import MOST_PLACES, NUMBER
from forms.texts import N_, Message

#: A slider goes this far, or to the profile's own weight if that is more.
HIGHEST = 40
_PREFIX = "weight_"


class Weight(StringField):
    """A weight from 0 on a slider. Without an answer it is the profile's own, which ``current`` holds."""

    widget = RangeInput()

    def __init__(self, label: str, *, current: Decimal, **kw: Any):
        super().__init__(label, **kw)
        self.current = current
        self.highest = max(Decimal(HIGHEST), current)
        # The step that reaches the profile's own weight from 0.
        self.step = Decimal(1).scaleb(min(int(current.normalize().as_tuple().exponent), 0))
        self.data: Decimal = current
        self.unreadable = False

    def _value(self) -> str:
        return format(self.data, "f")

    def process_data(self, value: Any) -> None:
        self.data = self.current if value is None else value

    def process_formdata(self, valuelist: list[str]) -> None:
        text = clean_line(valuelist[0]) if valuelist else None
        self.data = self.current
        if text is None:
            return
        try:
            self.data = Decimal(text.replace(",", "."))
        except InvalidOperation:
            self.unreadable = True

    def pre_validate(self, form: Any) -> None:
        if self.unreadable or not self.data.is_finite() or not 0 <= self.data <= self.highest:
            self.data = self.current
            raise StopValidation(
                Message(N_("Give a weight from %(low)s to %(high)s"), low=0, high=int(self.highest))
            )


class _WhatIfForm(WordedForm):
    combine = OneOf(
        N_("Several assessors' levels"),
        choices=[("mean", N_("Mean")), ("median", N_("Median"))],
        needed=N_("Choose mean or median"),
    )
    places = WholeNumber(
        N_("Called to interview"),
        low=1,
        high=MOST_PLACES,
        needed=N_("Write how many are called"),
        wrong=NUMBER,
    )

    @property
    def weights(self) -> dict[str, Decimal]:
        """The weight of each criterion by key."""
        return {field.short_name.removeprefix(_PREFIX): field.data for field in self.sliders}

    @property
    def sliders(self) -> list[Weight]:
        """The fields of the weights, in the order of the profile."""
        return [field for field in self if isinstance(field, Weight)]

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        if valid and not any(self.weights.values()):
            first = self.sliders[0]
            first.errors = [self.words(N_("At least one criterion must have a weight above 0"))]
            return False
        return valid


def what_if_form(
    formdata: Any = None,
    *,
    criteria: Sequence[tuple[str, str, Decimal]],
    assessors: Sequence[str],
    data: Mapping[str, Any],
    say: Callable[..., str],
) -> _WhatIfForm:
    """The form for one run. ``criteria``: (key, name, weight); ``data``: what ``combine`` and ``places`` are now."""
    fields: dict[str, Any] = {
        f"{_PREFIX}{key}": Weight(name, current=weight) for key, name, weight in criteria
    }
    fields["without"] = FromList(
        N_("Leave out an assessor"), choices=[("", N_("Nobody")), *((each, each) for each in assessors)]
    )
    made: _WhatIfForm = type("WhatIfForm", (_WhatIfForm,), fields)(formdata, data=dict(data), say=say)
    return made


def weight_name(key: str) -> str:
    """The name of a criterion's slider in the address."""
    return f"{_PREFIX}{key}"
