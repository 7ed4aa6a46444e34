"""Deciding requirements, entering a referee's answers, adding a redacted copy, searching by name."""

from collections.abc import Callable, Sequence
from typing import Any

from forms.base import WordedForm
from forms.choices import REFERENCE_WAY
from forms.fields import Line, OneOf, Paragraphs, Upload, YesNo
from forms.texts import N_

ANSWERS = (
    ("yes", N_("Yes")),
    ("no", N_("No")),
    ("expected", N_("Expected")),
    ("unclear", N_("Unclear")),
)
LONGEST_REASON = 1000
NOT_ANSWERED = N_("Choose one of the five answers")
#: What referees answer with, whoever writes it down.
SCALE = (
    ("0", N_("0 Serious concern")),
    ("1", N_("1 Concern")),
    ("2", N_("2 As expected")),
    ("3", N_("3 Strong")),
    ("4", N_("4 Outstanding")),
)


class _DecisionsForm(WordedForm):
    """An answer and a reason per requirement; made by `decisions_form`."""

    keys: Sequence[str] = ()

    def decided(self) -> list[tuple[str, str, str]]:
        """(requirement, answer, reason) for those that have an answer."""
        return [
            (key, self[f"answer_{key}"].data, self[f"reason_{key}"].data or "")
            for key in self.keys
            if self[f"answer_{key}"].data
        ]


def decisions_form(
    formdata: Any,
    *,
    keys: Sequence[str],
    data: dict[str, Any] | None = None,
    say: Callable[..., str] | None = None,
) -> _DecisionsForm:
    """A form with `answer_KEY` and `reason_KEY` for each requirement."""
    fields: dict[str, Any] = {"keys": tuple(keys)}
    for key in keys:
        fields[f"answer_{key}"] = OneOf(N_("Answer"), choices=ANSWERS)
        fields[f"reason_{key}"] = Paragraphs(N_("Reason"), limit=LONGEST_REASON)
    kind: type[_DecisionsForm] = type("DecisionsForm", (_DecisionsForm,), fields)
    options: dict[str, Any] = {"say": say} if say else {}
    return kind(formdata, data=data, **options)


class ReferenceForm(WordedForm):
    """The fixed form: four questions on one scale, and what assessors may read.

    `own`: the referee has answered it online, so that nobody is asked how it came.
    """

    safety = OneOf(N_("Works safely with patients"), choices=SCALE, needed=NOT_ANSWERED)
    asks_for_help = OneOf(
        N_("Knows own limits and asks for help in time"), choices=SCALE, needed=NOT_ANSWERED
    )
    responsibility = OneOf(
        N_("Takes responsibility and follows things up"), choices=SCALE, needed=NOT_ANSWERED
    )
    collaboration = OneOf(N_("Works well with colleagues and patients"), choices=SCALE, needed=NOT_ANSWERED)
    would_employ = YesNo(N_("Would the referee employ this person again?"), needed=N_("Answer yes or no"))
    came_by = OneOf(
        N_("How did the answers come?"),
        choices=tuple(each for each in REFERENCE_WAY if each[0] != "online"),
        needed=N_("Choose how the answers came"),
    )
    masked_setting = Line(
        N_("Where they worked together, masked"),
        limit=200,
        description=N_(
            "For assessors. Write for example “emergency department, six months”. No names, places or countries."
        ),
    )
    masked_comment = Paragraphs(
        N_("Comment, masked"),
        limit=1000,
        description=N_(
            "For assessors. Leave out everything that tells who the applicant is: name, sex, age, school, country."
        ),
    )

    def __init__(self, formdata: Any = None, *, own: bool = False, **options: Any) -> None:
        super().__init__(formdata, **options)
        if own:
            del self.came_by


class UploadForm(WordedForm):
    """One file."""

    file = Upload(N_("Redacted copy"), description=N_("PDF, PNG or JPEG, at most 10 MB."))

    def validate(self, extra_validators: Any = None) -> bool:
        """A file must be chosen; what it is, storage decides."""
        valid = super().validate(extra_validators)
        if valid and self.file.chosen is None:
            self.file.errors = [self.words(N_("Choose a file"))]
            return False
        return valid


class AnsweredForm(UploadForm):
    """The form as a referee filled it in."""

    file = Upload(N_("The filled-in form"), description=N_("PDF, PNG or JPEG, at most 10 MB."))


class ReferenceFileForm(UploadForm):
    """A spreadsheet of answers."""

    file = Upload(N_("File of answers"), description=N_("CSV or XLSX, one row per referee."))


class NameSearchForm(WordedForm):
    """A name to search for. It is posted, so that it stands in no address and no log."""

    name = Line(N_("Name"), limit=120, needed=N_("Write a name to search for"))
