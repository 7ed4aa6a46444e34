"""The next intake from an earlier one, as the coordinator types it."""

from collections.abc import Callable, Sequence
from typing import Any

from wtforms import HiddenField

from forms.dates import DateBoxes, DateWords
from forms.fields import FromList
from forms.intake import NamedForm
from forms.texts import N_


def _words(whole: str) -> DateWords:
    return DateWords(
        whole=whole, day=N_("Write the day"), month=N_("Write the month"), year=N_("Write the year")
    )


class CloneForm(NamedForm):
    """What is settled anew; the rest is carried over. `seen` says which sites the page showed."""

    seen = HiddenField()
    profile_id = FromList(
        N_("Criteria profile"), needed=N_("Choose a criteria profile"), translates_choices=False
    )
    closes_on = DateBoxes(
        N_("Last day to apply"),
        words=_words(N_("Write the last day to apply")),
        description=N_("Every other date moves with it, to working days. You can change them afterwards."),
    )
    starts_on = DateBoxes(
        N_("Start of the posts"), words=_words(N_("Write the day on which the posts start"))
    )


def clone_form(
    formdata: Any,
    *,
    profiles: Sequence[tuple[str, str]],
    data: dict[str, Any] | None = None,
    say: Callable[..., str] | None = None,
) -> CloneForm:
    """The form with the versions of the profile to choose from."""
    options: dict[str, Any] = {"say": say} if say else {}
    form = CloneForm(formdata, data=data, **options)
    form.profile_id.choices = {"": "", **dict(profiles)}
    return form
