"""Asking applicants to complete their applications, and answering; setting one requirement for many."""

from typing import Any

from forms.attachments import issued_on
from forms.base import WordedForm
from forms.dates import DateBoxes, DateWords
from forms.eligibility import ANSWERS, LONGEST_REASON
from forms.fields import FromList, OneOf, Paragraphs, Tick, Upload
from forms.texts import N_

WHAT = (
    ("document", N_("A document")),
    ("topic", N_("Go through a section of the application again")),
    ("question", N_("Answer a question in words")),
)
LONGEST_TEXT = 2000


def _due(whole: str) -> DateWords:
    return DateWords(
        whole=whole, day=N_("Write the day"), month=N_("Write the month"), year=N_("Write the year")
    )


class AskForm(WordedForm):
    """What is asked for, why, and by when."""

    what = OneOf(N_("What do you ask for?"), choices=WHAT, needed=N_("Choose what you ask for"))
    kind = FromList(N_("Which document"), translates_choices=False)
    topic = FromList(N_("Which section"), translates_choices=False)
    requirement = FromList(
        N_("Requirement that it concerns"),
        translates_choices=False,
        description=N_("When the answer comes, this requirement is to be decided again."),
    )
    text = Paragraphs(
        N_("What you write to the applicant"),
        limit=LONGEST_TEXT,
        description=N_(
            "Say what is wrong and what would do. Everybody who is chosen reads the same, so name nobody."
        ),
    )
    due_on = DateBoxes(N_("Last day to answer"), words=_due(N_("Write the last day to answer")))

    def __init__(self, formdata: Any = None, **options: Any) -> None:
        lists = {name: options.pop(name, ()) for name in ("kinds", "topics", "requirements")}
        super().__init__(formdata, **options)
        for field, name in ((self.kind, "kinds"), (self.topic, "topics"), (self.requirement, "requirements")):
            field.choices = {"": "", **dict(lists[name])}

    def validate(self, extra_validators: Any = None) -> bool:
        """What belongs to the choice must be chosen too."""
        valid = super().validate(extra_validators)
        needed: tuple[Any, str] | None = {
            "document": (self.kind, N_("Choose the document that you ask for")),
            "topic": (self.topic, N_("Choose the section to be gone through again")),
            "question": (self.text, N_("Write your question")),
        }.get(self.what.data or "")
        if needed and not needed[0].data and not needed[0].errors:
            needed[0].errors = [self.words(needed[1])]
            return False
        return valid


class MoreTimeForm(WordedForm):
    """One later day for everybody who has not answered."""

    due_on = DateBoxes(N_("New last day to answer"), words=_due(N_("Write the new last day to answer")))
    reason = Paragraphs(
        N_("Reason"),
        limit=1000,
        needed=N_("Write the reason"),
        description=N_("It is mailed to everybody who gets more time, and kept in the record."),
    )


class TakeBackForm(WordedForm):
    """Taking a request back, with a word to the applicant."""

    reason = Paragraphs(
        N_("A word to the applicant"),
        limit=1000,
        needed=N_("Write a word to the applicant"),
        description=N_("Why it is no longer needed. It is mailed, and kept in the record."),
    )


class AnswerForm(WordedForm):
    """What the applicant answers: a file, or words."""

    file = Upload(N_("The document"))
    issued_on = issued_on()
    answer = Paragraphs(N_("Your answer"), limit=LONGEST_TEXT)

    def __init__(self, formdata: Any = None, *, dated: bool = False, **options: Any) -> None:
        super().__init__(formdata, **options)
        if not dated:
            del self.issued_on

    def validate(self, extra_validators: Any = None) -> bool:
        """The date belongs to a file: whoever answers in words has none."""
        if self.issued_on is not None:
            self.issued_on.needed = self.file.chosen is not None
        return super().validate(extra_validators)


class SettingForm(WordedForm):
    """One answer to one requirement, with a reason, for many applications."""

    requirement = FromList(
        N_("Requirement"), translates_choices=False, needed=N_("Choose the requirement to set")
    )
    answer = OneOf(N_("Answer"), choices=ANSWERS, needed=N_("Choose the answer"))
    reason = Paragraphs(
        N_("Reason"),
        limit=LONGEST_REASON,
        needed=N_("Write the reason. It is kept with each decision."),
        description=N_("The same for everybody who is chosen, so name nobody."),
    )
    over = Tick(N_("Change also those that are decided otherwise already"))

    def __init__(self, formdata: Any = None, **options: Any) -> None:
        requirements = options.pop("requirements", ())
        super().__init__(formdata, **options)
        self.requirement.choices = {"": "", **dict(requirements)}
