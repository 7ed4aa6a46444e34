"""Interview lists: where the line was drawn, who is called and who is in reserve."""

import enum
from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from recruit.models.types import RegionScoped, check, choice, moment


class ListStatus(enum.Enum):
    DRAFT = "draft"
    CONFIRMED = "confirmed"


class EntryKind(enum.Enum):
    CALLED = "called"
    RESERVE = "reserve"


class ZoneReason(enum.Enum):
    """Why the group decides as it does about an application in the borderline zone, or about the zone as a whole.

    Each is about the tasks, the criteria or the documents; none is about the person.
    """

    POINTS_KEPT = "points_kept"
    BREADTH = "breadth"
    DOCUMENTED = "documented"
    UNDOCUMENTED = "undocumented"
    ASSESSORS_DIFFERED = "assessors_differed"
    CRITERION_WEIGHED = "criterion_weighed"
    REFERENCES = "references"
    CONDITION = "condition"
    TIE = "tie"
    OTHER = "other"


class InterviewList(RegionScoped, table=True):
    """One version of an intake's interview list. A confirmed list is locked; a change is a new version.

    `line` is canonical JSON: {"groups": [{"name", "sites", "places", "reserves"}]}; one without sites is one line.
    `chain_head` is the record chain's head when the list was confirmed; it is printed on the list.

    `settlement` is canonical JSON of the borderline zone and how it was settled (`services.settling` says what is in
    it); None on lists from before there were zones.
    """

    __tablename__ = "interview_list"
    __table_args__ = (
        UniqueConstraint("intake_id", "version"),
        Index(
            "uq_interview_list_one_draft",
            "intake_id",
            unique=True,
            sqlite_where=text("status = 'draft'"),
            postgresql_where=text("status = 'draft'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    intake_id: int = Field(foreign_key="intake.id", index=True, ondelete="RESTRICT")
    run_id: int = Field(foreign_key="ranking_run.id", ondelete="RESTRICT")
    version: int
    status: ListStatus = choice(ListStatus, default=ListStatus.DRAFT)
    line: str
    content_sha256: str = Field(max_length=64)
    created_at: datetime = moment()
    created_by_id: int = Field(foreign_key="account.id", ondelete="RESTRICT")
    confirmed_at: datetime | None = moment(default=None, nullable=True)
    confirmed_by_id: int | None = Field(default=None, foreign_key="account.id", ondelete="RESTRICT")
    chain_head: str | None = Field(default=None, max_length=64)
    settlement: str | None = None


class InterviewListEntry(RegionScoped, table=True):
    """One application on a list. `position` counts from 1 within its group and kind."""

    __tablename__ = "interview_list_entry"
    __table_args__ = (
        UniqueConstraint("list_id", "application_id"),
        check("position >= 1", "position_from_one"),
    )

    id: int | None = Field(default=None, primary_key=True)
    list_id: int = Field(foreign_key="interview_list.id", index=True, ondelete="CASCADE")
    application_id: int = Field(foreign_key="application.id", index=True, ondelete="RESTRICT")
    kind: EntryKind = choice(EntryKind)
    group_name: str = Field(default="", max_length=120)
    position: int
    conditional: bool = False


class ZoneDecision(RegionScoped, table=True):
    """The group's decision on the borderline zone of a list as a whole: why it is settled as it is.

    Who of the zone stands where, and why, are `BorderlineDecision` rows. `reason_code` is None on decisions from before
    there were codes. Locked with its list.
    """

    __tablename__ = "zone_decision"

    id: int | None = Field(default=None, primary_key=True)
    list_id: int = Field(foreign_key="interview_list.id", unique=True, ondelete="CASCADE")
    rationale: str
    reason_code: ZoneReason | None = choice(ZoneReason, default=None, nullable=True)
    decided_at: datetime = moment()
    decided_by_id: int = Field(foreign_key="account.id", ondelete="RESTRICT")


class BorderlineDecision(RegionScoped, table=True):
    """What the group decided about one application in the borderline zone of a list.

    `above`: whether it stands above the line. `reason` is empty where that is as the points have it. `reason_code` is
    None there too, and on decisions from before there were codes.
    """

    __tablename__ = "borderline_decision"
    __table_args__ = (UniqueConstraint("list_id", "application_id"),)

    id: int | None = Field(default=None, primary_key=True)
    list_id: int = Field(foreign_key="interview_list.id", index=True, ondelete="CASCADE")
    application_id: int = Field(foreign_key="application.id", index=True, ondelete="RESTRICT")
    above: bool
    reason_code: ZoneReason | None = choice(ZoneReason, default=None, nullable=True)
    reason: str = ""


class ListPublication(RegionScoped, table=True):
    """A confirmed list was published: everybody in its run was told that the selection is decided. Never changed."""

    __tablename__ = "list_publication"

    id: int | None = Field(default=None, primary_key=True)
    list_id: int = Field(foreign_key="interview_list.id", unique=True, ondelete="RESTRICT")
    published_at: datetime = moment()
    published_by_id: int = Field(foreign_key="account.id", ondelete="RESTRICT")


class MonitoringShowing(RegionScoped, table=True):
    """The monitor's figures of voluntary answers, as the recruitment group sees them with one drawn list.

    Kept when the list is drawn and never changed, since figures that followed later decisions would tell of the
    person decided on. It outlives a discarded draft (`list_id` None): what was shown cannot be taken back.
    `stages` is JSON {digest of a person's application as it was: the furthest stage reached}; `figures` is JSON
    {attribute: figures}, suppressed below `minimum`.
    """

    __tablename__ = "monitoring_showing"

    id: int | None = Field(default=None, primary_key=True)
    intake_id: int = Field(foreign_key="intake.id", index=True, ondelete="RESTRICT")
    list_id: int | None = Field(
        default=None, foreign_key="interview_list.id", unique=True, ondelete="SET NULL"
    )
    minimum: int
    stages: str
    figures: str
    shown_at: datetime = moment()
