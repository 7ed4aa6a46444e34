"""What the coordinator types about a request for disclosure of public records."""

from forms.base import WordedForm
from forms.dates import DateBoxes, DateWords
from forms.fields import Paragraphs
from forms.texts import N_

LONGEST_WANTED, LONGEST_LETTER = 2000, 10_000


class RequestForm(WordedForm):
    """A request: what, and when. Who asks is not asked for."""

    wanted = Paragraphs(
        N_("What was asked for?"),
        limit=LONGEST_WANTED,
        needed=N_("Write what was asked for, as it was asked"),
        description=N_("As it was asked. Do not ask who wants it, or why: nobody has to say."),
    )
    asked_on = DateBoxes(
        N_("When was it asked?"),
        words=DateWords(
            whole=N_("Write the day on which it was asked"),
            day=N_("Write the day"),
            month=N_("Write the month"),
            year=N_("Write the year"),
        ),
    )


class LetterForm(WordedForm):
    """The letter that goes with the file, or with a refusal."""

    letter = Paragraphs(N_("Letter"), limit=LONGEST_LETTER)
