"""What became of an application after the list: called, interviewed, offered, and so on to a year in the post."""

import enum
from datetime import date, datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from recruit.models.types import RegionScoped, check, choice, moment


class OutcomeKind(enum.Enum):
    """In the order in which they come; DECLINED and DROPPED_OUT end the way wherever they come."""

    CALLED = "called"
    INTERVIEWED = "interviewed"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    STARTED = "started"
    GOALS_REACHED = "goals_reached"
    DROPPED_OUT = "dropped_out"


class OutcomeReason(enum.Enum):
    """Why somebody declined or dropped out, as far as they said. Nothing about health: that is written nowhere."""

    OTHER_POST = "other_post"
    PLACE_OR_FAMILY = "place_or_family"
    TERMS = "terms"
    NO_LICENCE = "no_licence"
    NO_ANSWER = "no_answer"
    NOT_SAID = "not_said"
    OTHER = "other"


class Outcome(RegionScoped, table=True):
    """One thing that happened to an application after the list. At most one of each kind; the record keeps older ones.

    `reason` is there exactly for DECLINED and DROPPED_OUT; `note` says more where the codes do not.
    """

    __table_args__ = (
        UniqueConstraint("application_id", "kind"),
        check("(reason IS NOT NULL) = (kind IN ('declined', 'dropped_out'))", "reason_where_it_ends"),
    )

    id: int | None = Field(default=None, primary_key=True)
    intake_id: int = Field(foreign_key="intake.id", index=True, ondelete="RESTRICT")
    application_id: int = Field(foreign_key="application.id", ondelete="RESTRICT")
    kind: OutcomeKind = choice(OutcomeKind)
    happened_on: date
    reason: OutcomeReason | None = choice(OutcomeReason, default=None, nullable=True)
    note: str = ""
    set_at: datetime = moment()
    set_by_id: int = Field(foreign_key="account.id", ondelete="RESTRICT")
