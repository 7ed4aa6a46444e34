"""The licence, the need for basic service, and what decides whether one can start."""

from typing import Any

from forms.base import RevisionField, WordedForm
from forms.choices import LANGUAGE_EVIDENCE, LICENCE, LICENCE_ROUTE, WORK_PERMIT
from forms.dates import DateBoxes, DateWords
from forms.fields import OneOf, Paragraphs, Upload, YesNo
from forms.texts import N_


class LicenceForm(WordedForm):
    """The Swedish licence. When it is expected, one must say by when."""

    revision = RevisionField()
    licence = OneOf(
        N_("Do you have a Swedish licence to practise as a doctor?"),
        choices=LICENCE,
        needed=N_("Choose whether you have a Swedish licence"),
    )
    licence_on = DateBoxes(
        N_("When do you expect to get it?"),
        description=N_("An estimate is enough. Example: 12 1 2027"),
        words=DateWords(
            whole=N_("Write the date when you expect your licence"),
            day=N_("Write which day you expect your licence"),
            month=N_("Write which month you expect your licence"),
            year=N_("Write which year you expect your licence"),
        ),
    )
    licence_route = OneOf(
        N_("How did you get it, or how will you get it?"),
        choices=LICENCE_ROUTE,
        needed=N_("Choose how you got or will get your licence"),
    )
    document = Upload(N_("Licence, or decision on the way to it"))

    def validate(self, extra_validators: Any = None) -> bool:
        """The date belongs to an expected licence only; without any plan of a licence there is no way to it either."""
        self.licence_on.needed = self.licence.data == "expected"
        if self.licence.data in ("held", "none"):
            self.licence_on.clear()
        if self.licence.data == "none":
            self.licence_route.validators = ()
        return super().validate(extra_validators)


class StartForm(WordedForm):
    """Whether basic service is required, and whether the person can begin on the day."""

    revision = RevisionField()
    swedish_at = YesNo(
        N_("Have you done Swedish general service (AT)?"),
        description=N_("Whoever has done AT does not need basic service."),
        needed=N_("Answer whether you have done Swedish AT"),
    )
    st_before_july_2021 = YesNo(
        N_("Did you begin specialist training (ST) in Sweden before 1 July 2021?"),
        description=N_("Work under forms like those of ST may count too."),
        needed=N_("Answer whether you began ST before 1 July 2021"),
    )
    earlier_bt_certificate = YesNo(
        N_("Do you already have a certificate of completed basic service?"),
        needed=N_("Answer whether you have a certificate of basic service"),
    )
    can_start = YesNo(
        N_("Can you start on the date of the advertisement?"),
        needed=N_("Answer whether you can start on the date"),
    )
    work_permit = OneOf(
        N_("Do you need a work permit in Sweden?"),
        description=N_("Citizens of the Nordic countries, the EU, the EEA and Switzerland do not need one."),
        choices=WORK_PERMIT,
        needed=N_("Choose what applies to you about a work permit"),
    )
    work_permit_on = DateBoxes(
        N_("When do you expect the permit?"),
        description=N_("An estimate is enough. Example: 12 1 2027"),
        words=DateWords(
            whole=N_("Write the date when you expect your work permit"),
            day=N_("Write which day you expect your work permit"),
            month=N_("Write which month you expect your work permit"),
            year=N_("Write which year you expect your work permit"),
        ),
    )
    document = Upload(N_("Work permit"))
    credit_claim = Paragraphs(
        N_("Do you want earlier service to be credited?"),
        description=N_(
            "It can shorten your basic service and is decided case by case. It never gives points."
        ),
        limit=1000,
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """The date belongs to an expected permit only."""
        self.work_permit_on.needed = self.work_permit.data == "expected"
        if self.work_permit.data not in (None, "expected"):
            self.work_permit_on.clear()
        return super().validate(extra_validators)

    def answers(self) -> dict[str, Any]:
        """The answers, with truth values where the question is yes or no."""
        return super().answers() | {
            field.short_name: field.answer for field in self if isinstance(field, YesNo)
        }


class LanguageForm(WordedForm):
    """How the person can show Swedish at level C1."""

    revision = RevisionField()
    language_evidence = OneOf(
        N_("How can you show that you know Swedish at level C1?"),
        choices=LANGUAGE_EVIDENCE,
        needed=N_("Choose how you can show your Swedish"),
    )
    language_on = DateBoxes(
        N_("When do you expect the result?"),
        description=N_("An estimate is enough. Example: 12 1 2027"),
        words=DateWords(
            whole=N_("Write the date when you expect the result"),
            day=N_("Write which day you expect the result"),
            month=N_("Write which month you expect the result"),
            year=N_("Write which year you expect the result"),
        ),
    )
    language_note = Paragraphs(
        N_("Describe it"),
        description=N_(
            "For education or work in Swedish: where, from when to when, and what you did in Swedish."
        ),
        limit=1000,
    )
    document = Upload(N_("Proof of Swedish"))

    def validate(self, extra_validators: Any = None) -> bool:
        """An expected result needs a date; education or work in Swedish needs a description."""
        self.language_on.needed = self.language_evidence.data == "expected"
        if self.language_evidence.data not in (None, "expected"):
            self.language_on.clear()
        valid = super().validate(extra_validators)
        described = self.language_evidence.data in ("education_in_swedish", "work_in_swedish")
        if self.complete and described and self.language_note.data is None and not self.language_note.errors:
            self.language_note.errors = [
                self.words(N_("Describe your education or work in Swedish: where, when and what"))
            ]
            return False
        return valid
