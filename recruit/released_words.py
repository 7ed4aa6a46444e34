"""The steps that are released to applicants, in the group's words."""

from recruit.i18n import gettext as _
from recruit.models import ReleasedKind


def kind_word(kind: ReleasedKind) -> str:
    """A step's name."""
    return {
        ReleasedKind.NOT_ELIGIBLE: _("Does not meet the requirements"),
        ReleasedKind.CALLED: _("Called to an interview"),
        ReleasedKind.OFFERED: _("Offered a post"),
        ReleasedKind.ACCEPTED: _("Has accepted"),
        ReleasedKind.DECLINED: _("Has declined"),
        ReleasedKind.STARTED: _("Has started"),
        ReleasedKind.DROPPED_OUT: _("Has dropped out"),
    }[kind]
