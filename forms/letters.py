"""Letters: their texts in both languages, and what somebody wants to be told of."""

from forms.base import RevisionField, WordedForm
from forms.fields import Line, Paragraphs
from forms.texts import N_

MOST_SUBJECT, MOST_BODY = 200, 8_000


class LetterForm(WordedForm):
    """A letter's subject and text in Swedish and English; `seen` is the version that the page showed."""

    seen = RevisionField()
    subject_sv = Line(N_("Subject in Swedish"), limit=MOST_SUBJECT, needed=N_("Write a subject in Swedish"))
    body_sv = Paragraphs(N_("Text in Swedish"), limit=MOST_BODY, needed=N_("Write the text in Swedish"))
    subject_en = Line(N_("Subject in English"), limit=MOST_SUBJECT, needed=N_("Write a subject in English"))
    body_en = Paragraphs(N_("Text in English"), limit=MOST_BODY, needed=N_("Write the text in English"))

    def parts(self) -> dict[str, str]:
        """The four parts of the text by name."""
        return {name: self[name].data or "" for name in ("subject_sv", "body_sv", "subject_en", "body_en")}
