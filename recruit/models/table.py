"""The table of applications: the views that people keep of it, and what was set for many rows at once."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from recruit.models.eligibility import Answer
from recruit.models.types import RegionScoped, choice, moment, public_id


class TableView(RegionScoped, table=True):
    """How a person looks at an intake's table. `name` "" is the view that was left last; others are kept by name.

    `query` is the filter as it stands in the address: codes and choices, never a name.
    """

    __tablename__ = "table_view"
    __table_args__ = (UniqueConstraint("intake_id", "account_id", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(default_factory=public_id, unique=True, max_length=32)
    intake_id: int = Field(foreign_key="intake.id", ondelete="CASCADE")
    account_id: int = Field(foreign_key="account.id", ondelete="CASCADE")
    name: str = Field(default="", max_length=60)
    query: str = Field(default="", max_length=600)
    shared: bool = False
    saved_at: datetime = moment()


class RequirementSetting(RegionScoped, table=True):
    """One requirement set for many applications in one act. What it replaced is kept, so that it can be undone."""

    __tablename__ = "requirement_setting"

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(default_factory=public_id, unique=True, max_length=32)
    intake_id: int = Field(foreign_key="intake.id", index=True, ondelete="RESTRICT")
    requirement: str = Field(max_length=20)
    answer: Answer = choice(Answer)
    made_at: datetime = moment()
    made_by_id: int = Field(foreign_key="account.id", ondelete="RESTRICT")
    undone_at: datetime | None = moment(default=None, nullable=True)


class RequirementReplaced(RegionScoped, table=True):
    """What stood for one application before a setting. `old_answer` None: nothing was decided."""

    __tablename__ = "requirement_replaced"
    __table_args__ = (UniqueConstraint("setting_id", "application_id"),)

    id: int | None = Field(default=None, primary_key=True)
    setting_id: int = Field(foreign_key="requirement_setting.id", ondelete="CASCADE")
    application_id: int = Field(foreign_key="application.id", index=True, ondelete="CASCADE")
    old_answer: Answer | None = choice(Answer, rule="old_answer", default=None, nullable=True)
    old_proposed: Answer | None = choice(Answer, rule="old_proposed", default=None, nullable=True)
    old_reason: str = ""
    old_decided_at: datetime | None = moment(default=None, nullable=True)
    old_decided_by_id: int | None = Field(default=None, foreign_key="account.id", ondelete="RESTRICT")
