"""Clinical work, period by period."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from forms.base import RevisionField, WordedForm
from forms.choices import CLINICAL_AREA
from forms.dates import DateBoxes, DateWords
from forms.fields import FromList, Line, Tick, WholeNumber
from forms.texts import N_


class NoExperienceForm(WordedForm):
    """Saying that there is no clinical work to tell of."""

    revision = RevisionField()
    no_experience = Tick(N_("I have no clinical work to report"))


class PeriodForm(WordedForm):
    """One period of clinical work; it may overlap others, and it may still go on."""

    revision = RevisionField()
    employer = Line(
        N_("Employer and workplace"),
        description=N_("Hospital or clinic, and department."),
        limit=200,
        needed=N_("Write where you worked"),
        render_kw={"autocomplete": "organization", "dir": "auto"},
    )
    country = FromList(
        N_("Country"), needed=N_("Choose the country where you worked"), translates_choices=False
    )
    area = FromList(N_("Clinical area"), choices=CLINICAL_AREA, needed=N_("Choose the clinical area"))
    starts_on = DateBoxes(
        N_("First day"),
        words=DateWords(
            whole=N_("Write the first day of the work"),
            day=N_("Write the day on which the work began"),
            month=N_("Write the month in which the work began"),
            year=N_("Write the year in which the work began"),
        ),
    )
    ongoing = Tick(N_("I still work there"))
    ends_on = DateBoxes(
        N_("Last day"),
        words=DateWords(
            whole=N_("Write the last day, or tick that you still work there"),
            day=N_("Write the day on which the work ended"),
            month=N_("Write the month in which the work ended"),
            year=N_("Write the year in which the work ended"),
        ),
    )
    fte_percent = WholeNumber(
        N_("Extent"),
        description=N_("Full time is 100."),
        low=1,
        high=100,
        needed=N_("Write the extent in per cent; full time is 100"),
        wrong=N_("Write the extent as a whole number from %(low)s to %(high)s"),
        render_kw={"inputmode": "numeric"},
    )
    supervised = Tick(
        N_("A supervisor assessed my work in writing"),
        description=N_("For example mini-CEX, DOPS, or the assessments of an internship."),
    )

    def __init__(self, formdata: Any = None, *, countries: Sequence[tuple[str, str]], today: date, **kw: Any):
        super().__init__(formdata, **kw)
        self.country.choices = {"": "", **dict(countries)}
        self.today = today

    def validate(self, extra_validators: Any = None) -> bool:
        """A period that goes on has no last day; others end no earlier than they begin."""
        self.ends_on.needed = not self.ongoing.data
        valid = super().validate(extra_validators)
        starts, ends = self.starts_on.data, self.ends_on.data
        if self.ongoing.data and not self.ends_on.is_blank and not self.ends_on.errors:
            self.ends_on.refuse(
                self.words(N_("Leave the last day empty, or take away the tick: it cannot be both"))
            )
            valid = False
        elif starts and ends and ends < starts:
            self.ends_on.refuse(
                self.words(N_("The last day comes before the first day. Change one of them."))
            )
            valid = False
        if starts and self.ongoing.data and starts > self.today:
            self.starts_on.refuse(
                self.words(
                    N_("The work has not begun yet. Write the last day too, or a first day that has passed.")
                )
            )
            valid = False
        return valid
