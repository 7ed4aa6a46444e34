"""The minutes of a meeting: the day, who took part, and what was said."""

from collections.abc import Mapping
from typing import Any

from wtforms import DateField, HiddenField, SelectMultipleField
from wtforms.validators import InputRequired

from forms.base import WordedForm
from forms.fields import Line, Paragraphs
from forms.texts import N_

NOTES_LIMIT, GUESTS_LIMIT = 8000, 500


class MinutesForm(WordedForm):
    """Who took part and what was said. `seen` is the revision that the page showed."""

    held_on = DateField(N_("Day of the meeting"), [InputRequired(N_("Write the day of the meeting"))])
    members = SelectMultipleField(N_("Who took part"), choices=[], validate_choice=False)
    guests = Line(
        N_("Others who took part"),
        limit=GUESTS_LIMIT,
        description=N_("A representative of a union, say: name and role."),
    )
    notes = Paragraphs(
        N_("What was said"),
        limit=NOTES_LIMIT,
        description=N_(
            "Name applications by code, never by name. Decisions and their reasons are in the minutes anyway."
        ),
    )
    seen = HiddenField()

    def people(self) -> list[int]:
        """The account ids of those who are ticked."""
        return [int(each) for each in self.members.data or [] if str(each).isdecimal()]

    def revision(self) -> int:
        """The revision that was seen; -1 for none."""
        text = str(self.seen.data or "")
        return int(text) if text.isdecimal() and len(text) < 10 else -1


def minutes_form(
    group: Mapping[int, str], posted: Any = None, data: Any = None, say: Any = None
) -> MinutesForm:
    """The form for a group of these people, by account id."""
    form = MinutesForm(posted, data=data, say=say)
    form.members.choices = [(str(key), name) for key, name in group.items()]
    return form
