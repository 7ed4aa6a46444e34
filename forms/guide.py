"""The questions of "Do I need basic service?" and "Can I apply?": one to a page, in the words of the application."""

from typing import Any

from forms.base import WordedForm
from forms.choices import LICENCE_ROUTE
from forms.dates import DateBoxes
from forms.fields import OneOf, YesNo
from forms.licence import LanguageForm, LicenceForm, StartForm
from forms.texts import N_

#: The third answer on ST: service that may count, or not knowing. An application has yes or no only.
UNSURE = "unsure"


class GuideForm(WordedForm):
    """A question. `choice` names the field that is answered, `when` the date that an expected answer needs."""

    choice = ""
    when: str | None = None

    def validate(self, extra_validators: Any = None) -> bool:
        """The date belongs to an expected answer only."""
        if self.when:
            expected = self[self.choice].data == "expected"
            boxes: DateBoxes = self[self.when]
            boxes.needed = expected
            if not expected:
                boxes.clear()
        return super().validate(extra_validators)

    def kept(self) -> dict[str, str | bool | None]:
        """The answers as a cookie can hold them: dates as ISO 8601."""
        answer = self[self.choice]
        kept: dict[str, str | bool | None] = {
            self.choice: answer.answer if isinstance(answer, YesNo) else answer.data
        }
        if self.when:
            day = self[self.when].data
            kept[self.when] = day.isoformat() if day else None
        return kept


class AtQuestion(GuideForm):
    choice = "swedish_at"
    swedish_at = StartForm.swedish_at


class StQuestion(GuideForm):
    choice = "st_before_july_2021"
    st_before_july_2021 = OneOf(
        N_("Did you begin specialist training (ST) in Sweden before 1 July 2021?"),
        choices=(
            ("yes", N_("Yes")),
            ("no", N_("No")),
            (UNSURE, N_("I worked under forms like those of ST, or I am not sure")),
        ),
        needed=N_("Answer whether you began ST before 1 July 2021"),
    )


class CertificateQuestion(GuideForm):
    choice = "earlier_bt_certificate"
    earlier_bt_certificate = StartForm.earlier_bt_certificate


class RouteQuestion(GuideForm):
    choice = "licence_route"
    licence_route = OneOf(
        N_("How did you get your Swedish licence, or how will you get it?"),
        choices=LICENCE_ROUTE,
        needed=N_("Choose how you got or will get your licence"),
    )


class LicenceQuestion(GuideForm):
    choice, when = "licence", "licence_on"
    licence = LicenceForm.licence
    licence_on = LicenceForm.licence_on


class SwedishQuestion(GuideForm):
    choice, when = "language_evidence", "language_on"
    language_evidence = LanguageForm.language_evidence
    language_on = LanguageForm.language_on


class PermitQuestion(GuideForm):
    choice, when = "work_permit", "work_permit_on"
    work_permit = StartForm.work_permit
    work_permit_on = StartForm.work_permit_on


class StartQuestion(GuideForm):
    choice = "can_start"
    can_start = StartForm.can_start


#: Address of a question -> its form, in the order in which they are asked.
QUESTIONS: dict[str, type[GuideForm]] = {
    "at": AtQuestion,
    "st": StQuestion,
    "certificate": CertificateQuestion,
    "route": RouteQuestion,
    "licence": LicenceQuestion,
    "swedish": SwedishQuestion,
    "permit": PermitQuestion,
    "start": StartQuestion,
}
