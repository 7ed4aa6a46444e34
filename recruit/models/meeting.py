"""The recruitment group's meeting on the line: who took part, and its minutes."""

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from recruit.models.types import RegionScoped, moment


class Meeting(RegionScoped, table=True):
    """One meeting of the group about an intake; there is one at a time that is not closed.

    `guests` are others who took part, as written: a union representative, say. `notes` are the group's own words.
    `revision` counts savings, so that two who write at once do not overwrite each other. When it is closed, `protocol`
    keeps what the minutes say, as canonical JSON, and nothing of it is changed any more.
    """

    __table_args__ = (
        UniqueConstraint("intake_id", "number"),
        Index(
            "uq_meeting_one_open",
            "intake_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    intake_id: int = Field(foreign_key="intake.id", index=True, ondelete="RESTRICT")
    number: int
    held_on: date
    guests: str = ""
    notes: str = ""
    revision: int = 1
    begun_at: datetime = moment()
    begun_by_id: int = Field(foreign_key="account.id", ondelete="RESTRICT")
    closed_at: datetime | None = moment(default=None, nullable=True)
    closed_by_id: int | None = Field(default=None, foreign_key="account.id", ondelete="RESTRICT")
    protocol: str | None = None


class MeetingAttendance(RegionScoped, table=True):
    """One member of the group who took part in a meeting."""

    __tablename__ = "meeting_attendance"
    __table_args__ = (UniqueConstraint("meeting_id", "account_id"),)

    id: int | None = Field(default=None, primary_key=True)
    meeting_id: int = Field(foreign_key="meeting.id", index=True, ondelete="CASCADE")
    account_id: int = Field(foreign_key="account.id", ondelete="RESTRICT")
