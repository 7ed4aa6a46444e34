"""What the coordinator types about assessors: limits, days away, workplace; and answers to possible conflicts."""

from collections.abc import Callable, Sequence
from typing import Any

from wtforms import HiddenField, StringField
from wtforms.validators import StopValidation

from forms.base import RevisionField, WordedForm
from forms.cleaning import clean_line
from forms.dates import DateBoxes, DateWords
from forms.fields import FromList, Line, OneOf, Paragraphs, Tick
from forms.texts import N_

LONGEST_REASON = 1000
EACH = (("1", N_("One")), ("2", N_("Two")), ("3", N_("Three")), ("4", N_("Four")))
ANSWERS = (("no_conflict", N_("No conflict of interest")), ("conflict", N_("Conflict of interest")))


class Limit(StringField):
    """A whole number that may be left empty; `data` is None then. Its bounds are the use case's to judge."""

    unreadable = False

    def __init__(self, label: str, **kw: Any):
        super().__init__(label, **kw)
        self.flags.optional = True

    def _value(self) -> str:
        return self.raw_data[0] if self.raw_data else ("" if self.data is None else str(self.data))

    def process_formdata(self, valuelist: list[str]) -> None:
        text = clean_line(valuelist[0]) if valuelist else None
        readable = text is not None and text.isdecimal() and len(text) <= 9
        self.unreadable = text is not None and not readable
        self.data = int(text) if text is not None and readable else None

    def pre_validate(self, form: Any) -> None:
        if self.unreadable:
            raise StopValidation(N_("Write a whole number, such as 12, or nothing"))


def _words(whole: str) -> DateWords:
    return DateWords(
        whole=whole, day=N_("Write the day"), month=N_("Write the month"), year=N_("Write the year")
    )


class TermsForm(WordedForm):
    """What one assessor can take."""

    least = Limit(N_("At least"), description=N_("How many applications they are to have. Empty means none."))
    most = Limit(N_("At most"), description=N_("Empty means no limit, 0 no time at all."))
    workplace = Line(
        N_("Workplace"),
        limit=200,
        description=N_(
            "A site or another name. It holds in all intakes. If an applicant works or has worked there, you are asked "
            "about it."
        ),
    )
    away_from = DateBoxes(N_("Away from"), words=_words(N_("Write the first day away")), needed=False)
    away_until = DateBoxes(
        N_("Last day away"),
        words=_words(N_("Write the last day away")),
        needed=False,
        description=N_("Empty means until further notice."),
    )
    hand_over = Tick(
        N_("Others take over what they have not submitted"),
        description=N_("At the next plan, while they are away."),
    )
    revision = RevisionField()


class _NumbersForm(WordedForm):
    """The limits of several assessors; `whose` are the keys of their fields."""

    whose: Sequence[str] = ()

    def numbers(self) -> dict[str, tuple[int, int | None, int]]:
        """Key -> at least, at most (None: no limit), and the revision that was shown."""
        return {
            key: (self[f"least_{key}"].data or 0, self[f"most_{key}"].data, self[f"revision_{key}"].data)
            for key in self.whose
        }


def numbers_form(
    formdata: Any, *, whose: Sequence[tuple[str, str]], data: dict[str, Any], say: Callable[..., str]
) -> _NumbersForm:
    """A form with the limits of each of `whose` (key, what the assessor is called)."""
    fields: dict[str, Any] = {"whose": tuple(key for key, _label in whose)}
    for key, label in whose:
        fields[f"least_{key}"], fields[f"most_{key}"] = Limit(label), Limit(label)
        fields[f"revision_{key}"] = RevisionField()
    kind: type[_NumbersForm] = type("NumbersForm", (_NumbersForm,), fields)
    return kind(formdata, data=data, say=say)


class EachForm(WordedForm):
    """How many assessors each application has at a stage."""

    each = FromList(N_("Assessors for each application"), choices=EACH, needed=N_("Choose how many"))
    stage = HiddenField()


class AnswerForm(WordedForm):
    """The answer to a possible conflict of interest."""

    answer = OneOf(N_("Is there a conflict of interest?"), choices=ANSWERS, needed=N_("Choose an answer"))
    reason = Paragraphs(N_("Why"), limit=LONGEST_REASON, needed=N_("Write why, in a sentence"))
