"""Signing a report of the monitor."""

from collections.abc import Sequence
from typing import Any

from wtforms import HiddenField

from forms.base import WordedForm
from forms.fields import Paragraphs
from forms.texts import N_

COMMENT_LIMIT = 2000


class SignForm(WordedForm):
    """What the auditor concludes overall, and of each attribute where there is something to say.

    `analysis` is the number of the analysis that was read; `attributes` are (key, name) in the reader's language.
    """

    attributes: Sequence[tuple[str, str]] = ()
    analysis = HiddenField()
    overall = Paragraphs(
        N_("What you conclude"),
        limit=COMMENT_LIMIT,
        needed=N_("Say in a few words what you conclude from the report."),
        description=N_("It is published with the report. Name no counts below the limit, and nobody."),
    )

    def number(self) -> int:
        """The number of the analysis that was read; 0, which none has, for anything else."""
        text = (self.analysis.data or "").strip()
        return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0

    def comments(self) -> dict[str, str]:
        """What was written, by "overall" and attribute."""
        keys = ["overall", *(key for key, _name in self.attributes)]
        return {key: self[key].data for key in keys if self[key].data}


def sign_form(attributes: Sequence[tuple[str, str]]) -> type[SignForm]:
    """The form with a comment for each of these attributes, (key, name)."""
    fields: dict[str, Any] = {"attributes": tuple(attributes)}
    for key, name in attributes:
        fields[key] = Paragraphs(name, limit=COMMENT_LIMIT)
    return type("SignForm", (SignForm,), fields)
