"""The people who can tell how the applicant works."""

from collections.abc import Sequence
from typing import Any

from forms.base import RevisionField, WordedForm
from forms.fields import Line, OneOf, is_address, is_phone
from forms.texts import N_

REFEREES = 2
_PARTS = ("name", "title", "workplace", "email", "phone", "language")
LANGUAGES = (("both", N_("Swedish and English")), ("sv", N_("Swedish")), ("en", N_("English")))


class RefereeForm(WordedForm):
    """One referee. All blank means: not named yet."""

    name = Line(
        N_("Name"),
        limit=200,
        needed=N_("Write the referee's name"),
        render_kw={"dir": "auto", "spellcheck": "false", "autocomplete": "off"},
    )
    title = Line(
        N_("Job title"),
        description=N_("Such as senior consultant, supervisor."),
        limit=120,
        needed=N_("Write the referee's title"),
        render_kw={"autocomplete": "off"},
    )
    workplace = Line(
        N_("Workplace where you worked together"),
        limit=200,
        needed=N_("Write where you worked together"),
        render_kw={"dir": "auto", "autocomplete": "off"},
    )
    email = Line(
        N_("E-mail address"),
        limit=254,
        needed=N_("Write the referee's e-mail address"),
        checks=[is_address],
        render_kw={"type": "email", "inputmode": "email", "autocomplete": "off", "spellcheck": "false"},
    )
    phone = Line(
        N_("Telephone number"),
        limit=40,
        checks=[is_phone],
        render_kw={"type": "tel", "inputmode": "tel", "autocomplete": "off"},
    )

    language = OneOf(
        N_("Language of the mail to the referee"),
        choices=LANGUAGES,
        description=N_("The region asks the referee by mail, with a link to the form."),
        default="both",
    )

    def process(self, formdata: Any = None, *args: Any, **kwargs: Any) -> None:
        """As it was typed; a form that says nothing of the language means both."""
        super().process(formdata, *args, **kwargs)
        self.language.data = self.language.data or "both"

    @property
    def is_blank(self) -> bool:
        """Whether nothing is written about this referee. The language is chosen beforehand and says nothing."""
        return not any(self[part].data for part in _PARTS if part != "language")


class ReferencesForm(WordedForm):
    """Two referees, posted as referee1-name … referee2-phone. `needed` of them must be named; a referee who is begun
    must be whole."""

    revision = RevisionField()

    def __init__(
        self,
        formdata: Any = None,
        *,
        referees: Sequence[dict[str, Any]] = (),
        needed: int = REFEREES,
        **kw: Any,
    ) -> None:
        super().__init__(formdata, **kw)
        self.needed = needed
        self.referees = [
            RefereeForm(
                formdata,
                data=referees[index] if index < len(referees) else None,
                say=self.say,
                prefix=f"referee{index + 1}-",
            )
            for index in range(REFEREES)
        ]

    def validate(self, extra_validators: Any = None) -> bool:
        """Check each referee who is needed or begun, and that they are two people."""
        valid = super().validate(extra_validators)
        named = sum(not referee.is_blank for referee in self.referees)
        lacking = max(self.needed - named, 0)
        for referee in self.referees:
            if referee.is_blank:
                if not lacking:
                    continue
                lacking -= 1
            valid = referee.validate() and valid
        emails = [referee.email.data.lower() for referee in self.referees if referee.email.data]
        if len(set(emails)) < len(emails):
            self.referees[-1].email.errors = [
                self.words(N_("Both referees have the same address. Name two people."))
            ]
            valid = False
        return valid

    def answers(self) -> dict[str, Any]:
        """The referees who are named, in order."""
        named = [referee for referee in self.referees if not referee.is_blank]
        return {"referees": [{part: referee[part].data for part in _PARTS} for referee in named]}
