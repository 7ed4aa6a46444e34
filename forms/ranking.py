"""What the coordinator types when a ranking is run or a line is tried."""

from forms.base import WordedForm
from forms.fields import OneOf, WholeNumber
from forms.texts import N_

MOST_PLACES = 10_000
NUMBER = N_("Write a whole number from %(low)s to %(high)s")


class RunForm(WordedForm):
    """Which stage to rank."""

    stage = OneOf(
        N_("Stage"),
        choices=[
            ("screening", N_("Screening, before the interview")),
            ("interview", N_("After the interview")),
        ],
        needed=N_("Choose the stage to rank"),
        default="screening",
    )


class TryLineForm(WordedForm):
    """A line to try on a run: so many called, so many in reserve."""

    places = WholeNumber(
        N_("Called to interview"),
        low=1,
        high=MOST_PLACES,
        needed=N_("Write how many are called"),
        wrong=NUMBER,
    )
    reserves = WholeNumber(
        N_("In reserve"),
        low=0,
        high=MOST_PLACES,
        needed=N_("Write how many are in reserve, 0 for none"),
        wrong=NUMBER,
    )
