"""What assessors type, and what the coordinator types about assessing."""

from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, RadioField, TextAreaField
from wtforms.validators import ValidationError

from forms.base import WordedForm
from forms.cleaning import clean_text
from forms.fields import AtMost, FromList, Line, OneOf, Paragraphs, Upload
from forms.texts import N_, Message

LEVELS = ("0", "1", "2", "3", "4")
LONGEST_NOTE = 2000


class LevelField(RadioField):
    """A level 0–4 as a number, or None while it is not set. Missing is never 0."""

    def __init__(self, **kw: Any):
        super().__init__(N_("Level"), choices={level: level for level in LEVELS}, **kw)

    def process_data(self, value: int | None) -> None:
        self.data = value

    def process_formdata(self, valuelist: list[str]) -> None:
        text = valuelist[0] if valuelist else ""
        if text and text not in LEVELS:
            raise ValueError(
                Message(N_("%(value)s is not a level. Choose one from 0 to 4."), value=text[:40])
            )
        self.data = int(text) if text else None

    def pre_validate(self, form: Any) -> None:
        """Every level that could be read is one of the choices."""


class NoteField(TextAreaField):
    """The rationale of a level; empty text when there is none."""

    def __init__(self, **kw: Any):
        super().__init__(N_("Rationale"), [AtMost(LONGEST_NOTE)], **kw)

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist:
            self.data = clean_text(valuelist[0]) or ""


class LevelsForm(WordedForm):
    """Levels and rationales; `levels_form` adds two fields for each criterion."""

    keys: Sequence[str] = ()
    recognised = BooleanField(N_("I recognised this person"))
    told_country = BooleanField(N_("I could tell the country"))

    def levels(self) -> dict[str, tuple[int | None, str]]:
        """Criterion -> level and rationale."""
        return {key: (self[f"level-{key}"].data, self[f"note-{key}"].data or "") for key in self.keys}

    def error(self, key: str) -> str | None:
        """What is wrong with a criterion's answer, or None."""
        found = [*self[f"level-{key}"].errors, *self[f"note-{key}"].errors]
        return str(found[0]) if found else None


def levels_form(keys: Sequence[str]) -> type[LevelsForm]:
    """A form for these criteria."""
    fields: dict[str, Any] = {"keys": tuple(keys)}
    for key in keys:
        fields[f"level-{key}"] = LevelField()
        fields[f"note-{key}"] = NoteField()
    return type("LevelsForm", (LevelsForm,), fields)


class ConflictForm(WordedForm):
    """The coordinator declares that an assessor has a conflict of interest."""

    code = Line(N_("Application"), limit=8, needed=N_("Write the application's code"))
    assessor = FromList(N_("Assessor"), needed=N_("Choose the assessor"), translates_choices=False)
    reason = Paragraphs(N_("Why"), limit=1000, needed=N_("Write why, in a sentence"))

    def __init__(self, *args: Any, assessors: Sequence[tuple[str, str]], **kw: Any):
        super().__init__(*args, **kw)
        self["assessor"].choices = {"": "", **dict(assessors)}


class RecuseForm(WordedForm):
    """An assessor declares a conflict of interest of their own."""

    reason = Paragraphs(
        N_("Why can you not assess this application?"),
        limit=1000,
        needed=N_("Write why, in a sentence"),
        description=N_("For instance: we have worked together. Do not write who you think the applicant is."),
    )


#: Why an application cannot be assessed, as the form asks and the coordinator reads.
ASIDE_REASONS = (
    ("little", N_("There is too little to go by")),
    ("unreadable", N_("A document cannot be read")),
    ("language", N_("I do not understand the language of the documents")),
    ("recognised", N_("I recognise the person, without a conflict of interest")),
    ("time", N_("I have no time, or am ill")),
    ("other", N_("Another reason")),
)


class AsideForm(WordedForm):
    """An assessor cannot assess an application."""

    reason = OneOf(N_("Why can you not assess it?"), choices=ASIDE_REASONS, needed=N_("Choose why"))
    told = Paragraphs(
        N_("In your own words"),
        limit=1000,
        description=N_("The coordinator reads it. Do not write who you think the applicant is."),
    )

    def validate_told(self, field: Paragraphs) -> None:
        """Another reason has to be named."""
        if self.reason.data == "other" and not (field.data or "").strip():
            raise ValidationError(N_("Write why, in a sentence"))


class ExternalForm(WordedForm):
    """Levels of a criterion that is scored elsewhere, as a spreadsheet."""

    criterion = FromList(N_("Criterion"), needed=N_("Choose the criterion"), translates_choices=False)
    file = Upload(N_("Spreadsheet"), description=N_("CSV or XLSX with the columns application and level."))

    def __init__(self, *args: Any, criteria: Sequence[tuple[str, str]], **kw: Any):
        super().__init__(*args, **kw)
        self["criterion"].choices = {"": "", **dict(criteria)}

    def validate_file(self, field: Upload) -> None:
        """A file has to be chosen."""
        if field.chosen is None:
            raise ValidationError(N_("Choose a file"))
