"""The working dates of an intake that are no columns of it, and when somebody last looked at the intake."""

import enum
from datetime import date, datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from recruit.models.types import RegionScoped, choice, moment


class PlanStep(enum.Enum):
    """A step of an intake that has a date, in the order in which they come."""

    ADVERTISED = "advertised"
    CLOSES = "closes"
    COMPLETIONS_IN = "completions_in"
    ELIGIBILITY_DECIDED = "eligibility_decided"
    CALIBRATED = "calibrated"
    ASSESSED = "assessed"
    RANKING_MEETING = "ranking_meeting"
    LIST_PUBLISHED = "list_published"
    INTERVIEWS_FROM = "interviews_from"
    INTERVIEWS_UNTIL = "interviews_until"
    OFFERS_OUT = "offers_out"
    REPLIES_IN = "replies_in"
    STARTS = "starts"


class PlanDate(RegionScoped, table=True):
    """The day by which a step is to be done. Steps whose day is a column of the intake have no row here."""

    __tablename__ = "plan_date"
    __table_args__ = (UniqueConstraint("intake_id", "step"),)

    id: int | None = Field(default=None, primary_key=True)
    intake_id: int = Field(foreign_key="intake.id", ondelete="RESTRICT")
    step: PlanStep = choice(PlanStep)
    on_day: date


class Visit(RegionScoped, table=True):
    """When somebody last looked at an intake (`seen_at`), and when the visit before that one ended (`since`).

    `since` is None during the first visit.
    """

    __table_args__ = (UniqueConstraint("account_id", "intake_id"),)

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", ondelete="CASCADE")
    intake_id: int = Field(foreign_key="intake.id", index=True, ondelete="CASCADE")
    seen_at: datetime = moment()
    since: datetime | None = moment(default=None, nullable=True)
