"""What an administrator types about members and sites."""

from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, SelectMultipleField, widgets
from wtforms.validators import StopValidation

from forms.base import WordedForm
from forms.fields import Line, OneOf, is_address
from forms.texts import N_

ROLES = (
    ("coordinator", N_("Coordinator")),
    ("assessor", N_("Assessor")),
    ("auditor", N_("Auditor")),
    ("administrator", N_("Administrator")),
)
SITE_KINDS = (("hospital", N_("Hospital")), ("primary_care", N_("Primary care")))


class SeveralOf(SelectMultipleField):
    """Boxes of which at least one is ticked."""

    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.CheckboxInput()
    translates_choices = True

    def __init__(self, label: str, *, choices: Sequence[tuple[str, str]], needed: str, **kw: Any):
        super().__init__(label, choices=dict(choices), **kw)
        self.needed = needed

    def pre_validate(self, form: Any) -> None:
        known = {value for value, *_rest in self.iter_choices()}
        if not self.data or not set(self.data) <= known:
            raise StopValidation(self.needed)


class RolesForm(WordedForm):
    """The roles of one member."""

    roles = SeveralOf(N_("Roles"), choices=ROLES, needed=N_("Choose at least one role"))


class MemberForm(WordedForm):
    """A new member. They choose their own password by a link."""

    email = Line(
        N_("E-mail address"), limit=254, needed=N_("Write the person's e-mail address"), checks=(is_address,)
    )
    name = Line(N_("Name"), limit=200, needed=N_("Write the person's name"))
    roles = SeveralOf(N_("Roles"), choices=ROLES, needed=N_("Choose at least one role"))


class SiteForm(WordedForm):
    """A new site."""

    name = Line(N_("Name of the site"), limit=120, needed=N_("Write the site's name"))
    kind = OneOf(N_("Kind"), choices=SITE_KINDS, needed=N_("Choose what kind of site it is"))


class SigningInForm(WordedForm):
    """What the region asks of those who sign in to its group."""

    required = BooleanField(
        N_("Require a second factor"),
        description=N_("Of coordinators, auditors and administrators, to enter the region."),
    )


class CaseNumbersForm(WordedForm):
    """The region's patterns of case numbers."""

    intake = Line(N_("Pattern for intakes"), limit=60, needed=N_("Write the pattern for intakes"))
    application = Line(
        N_("Pattern for applications"), limit=60, needed=N_("Write the pattern for applications")
    )
