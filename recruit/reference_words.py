"""Where a referee stands, and what a referee has said beside the fixed form, in words."""

from forms.choices import REFERENCE_WAY
from forms.referee import DECLINES, RELATIONS
from forms.reference_asking import ASKING
from recruit.i18n import gettext as _
from recruit.models import CLOSE, CameBy, DeclineReason, ReferenceAsking, ReferenceRequest, Relation


def state_word(state: str) -> str:
    """A state of `queries.references.Asked` in the group's words."""
    return {
        "missing": _("Missing"),
        "not_asked": _("Not asked"),
        "waiting": _("Asked"),
        "overdue": _("Overdue"),
        "undelivered": _("Not delivered"),
        "declined": _("Declined"),
        "revoked": _("Taken back"),
        "received": _("Received"),
        "flagged": _("To look at"),
    }[state]


def badge(state: str) -> str:
    """The badge's colour; "" is the plain one."""
    return {
        "received": "spruce",
        "waiting": "lake",
        "overdue": "ochre",
        "declined": "ochre",
        "undelivered": "falu",
    }.get(state, "")


def asking_word(asking: ReferenceAsking) -> str:
    """When an intake asks its referees."""
    return _(dict(ASKING)[asking.value])


def came_by_word(came_by: CameBy | None) -> str:
    """How a reference came; empty where that was not noted."""
    return _(dict(REFERENCE_WAY)[came_by.value]) if came_by else ""


def relation_word(relation: Relation) -> str:
    """In which capacity the referee knows the applicant."""
    return _(dict(RELATIONS)[relation.value])


def reason_word(reason: DeclineReason) -> str:
    """Why no reference is given."""
    return _(dict(DECLINES)[reason.value])


def signs(request: ReferenceRequest) -> list[str]:
    """What a coordinator should weigh before the answer counts."""
    found = []
    if request.from_session:
        found.append(_("It was answered in a browser where the applicant was signed in."))
    if request.from_address:
        found.append(_("The mail went to the address that the applicant signs in with."))
    if request.relation in CLOSE:
        found.append(_("The referee and the applicant stand close."))
    return found


def own_state(state: str) -> tuple[str, str]:
    """What the applicant sees: the state's mark of a task list, and its word. Never whether the mail was opened."""
    return {
        "not_asked": ("to_do", _("Not asked yet")),
        "revoked": ("to_do", _("Not asked yet")),
        "waiting": ("waiting", _("Asked")),
        "overdue": ("waiting", _("Asked")),
        "undelivered": ("problem", _("Could not be delivered")),
        "declined": ("problem", _("Declined")),
        "received": ("done", _("Received")),
    }[state]
