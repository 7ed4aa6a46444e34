"""What a criteria profile is tried on: intakes, a stage, and how many posts there will be."""

from collections.abc import Callable, Sequence
from typing import Any

from wtforms import SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from forms.base import WordedForm
from forms.fields import OneOf, WholeNumber
from forms.ranking import NUMBER
from forms.texts import N_

INVENTED = "invented"
MOST_POSTS = 10_000


class _Several(SelectMultipleField):
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class _Posts(WholeNumber):
    """May be left blank: then each intake has the posts that it had."""

    def __init__(self, label: str, **kw: Any):
        super().__init__(label, low=1, high=MOST_POSTS, needed="", wrong=NUMBER, **kw)
        self.validators: list[Any] = []
        self.flags.optional = True


class TrialForm(WordedForm):
    """Which levels to try a profile on. The choices are set by ``trial_form``."""

    intakes = _Several(N_("Try it on"))
    stage = OneOf(N_("Stage"), choices=[], needed=N_("Choose the stage to try"))
    posts = _Posts(
        N_("Posts"),
        description=N_("How many there will be. Left blank: as many as each intake had."),
    )

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        if valid and INVENTED in self.intakes.data and len(self.intakes.data) > 1:
            # Figures over both would be neither real nor invented.
            self.intakes.errors = [
                self.words(N_("Try invented applicants by themselves, without any intake"))
            ]
            return False
        return valid


_STAGES = {
    "screening": N_("Screening, before the interview"),
    "interview": N_("After the interview"),
}


def trial_form(
    formdata: Any = None,
    *,
    intakes: Sequence[tuple[str, str]],
    stages: Sequence[str],
    say: Callable[..., str],
) -> TrialForm:
    """The form for one profile. ``intakes``: (address, name) of those that it may be tried on."""
    form = TrialForm(formdata, say=say)
    form.intakes.choices = [*intakes, (INVENTED, say(N_("Invented applicants")))]
    form.stage.choices = {stage: say(_STAGES[stage]) for stage in stages}
    return form
