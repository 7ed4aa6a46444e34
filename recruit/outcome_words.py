"""What outcomes and their reasons are called, in the reader's language."""

from typing import Any

from recruit.i18n import lazy_gettext as _
from recruit.models import OutcomeKind, OutcomeReason

_KINDS: dict[OutcomeKind, Any] = {
    OutcomeKind.CALLED: _("Called to interview"),
    OutcomeKind.INTERVIEWED: _("Interviewed"),
    OutcomeKind.OFFERED: _("Offered a post"),
    OutcomeKind.ACCEPTED: _("Accepted the offer"),
    OutcomeKind.DECLINED: _("Declined the offer"),
    OutcomeKind.STARTED: _("Started"),
    OutcomeKind.GOALS_REACHED: _("Reached the goals"),
    OutcomeKind.DROPPED_OUT: _("Dropped out"),
}
_REASONS: dict[OutcomeReason, Any] = {
    OutcomeReason.OTHER_POST: _("Took another post"),
    OutcomeReason.PLACE_OR_FAMILY: _("The place, housing or family"),
    OutcomeReason.TERMS: _("The terms or the start date"),
    OutcomeReason.NO_LICENCE: _("The licence did not come in time"),
    OutcomeReason.NO_ANSWER: _("Did not answer in time"),
    OutcomeReason.NOT_SAID: _("Did not say"),
    OutcomeReason.OTHER: _("Another reason"),
}


def kind_name(kind: OutcomeKind) -> Any:
    """A kind of outcome in words."""
    return _KINDS[kind]


def reason_name(reason: OutcomeReason) -> Any:
    """A reason in words."""
    return _REASONS[reason]
