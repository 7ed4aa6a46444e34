"""Decisions on the eligibility requirements."""

import enum
from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from recruit.models.types import RegionScoped, choice, moment


class Answer(enum.Enum):
    YES = "yes"
    NO = "no"
    EXPECTED = "expected"
    UNCLEAR = "unclear"


class RequirementDecision(RegionScoped, table=True):
    """What a person decided about one requirement of one application. What the rules propose is computed, not kept,
    except as it stood when the person decided."""

    __tablename__ = "requirement_decision"
    __table_args__ = (UniqueConstraint("application_id", "requirement"),)

    id: int | None = Field(default=None, primary_key=True)
    application_id: int = Field(foreign_key="application.id", index=True, ondelete="CASCADE")
    requirement: str = Field(max_length=20)
    proposed: Answer = choice(Answer, rule="proposed")
    answer: Answer = choice(Answer)
    reason: str
    decided_at: datetime = moment()
    decided_by_id: int = Field(foreign_key="account.id", ondelete="RESTRICT")
