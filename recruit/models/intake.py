"""Criteria profiles and intakes with their posts, programme and deadlines."""

import enum
from datetime import date, datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from recruit.models.types import RegionScoped, check, choice, moment


class IntakeStatus(enum.Enum):
    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class PostForm(enum.Enum):
    STANDALONE = "standalone"
    INTEGRATED = "integrated"


class PlacementKind(enum.Enum):
    INTRODUCTION = "introduction"
    ACUTE_CARE = "acute_care"
    PRIMARY_CARE = "primary_care"
    PSYCHIATRY = "psychiatry"
    OTHER = "other"


class CriteriaProfile(RegionScoped, table=True):
    """One version of a criteria profile, kept as its TOML text. A change is a new version.

    `approved_at` and `approved_by_id` are set once, together, by somebody other than who made it; only an approved
    version can be opened with. Database triggers refuse every other change of an approved version.
    """

    __tablename__ = "criteria_profile"
    __table_args__ = (
        UniqueConstraint("region_id", "key", "version"),
        check("(approved_at IS NULL) = (approved_by_id IS NULL)", "approved_by_somebody"),
        check("approved_by_id IS NULL OR approved_by_id <> created_by_id", "approved_by_another"),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(max_length=60)
    version: int
    toml: str
    digest: str = Field(max_length=64)
    created_at: datetime = moment()
    created_by_id: int = Field(foreign_key="account.id", ondelete="RESTRICT")
    approved_at: datetime | None = moment(default=None, nullable=True)
    approved_by_id: int | None = Field(default=None, foreign_key="account.id", ondelete="RESTRICT")


class Intake(RegionScoped, table=True):
    """A round of applications: posts, dates, one locked profile."""

    __table_args__ = (
        UniqueConstraint("region_id", "slug"),
        check("opens_at < closes_at", "opens_before_closes"),
    )

    id: int | None = Field(default=None, primary_key=True)
    profile_id: int = Field(foreign_key="criteria_profile.id", ondelete="RESTRICT")
    slug: str = Field(max_length=60)
    title_sv: str = Field(max_length=120)
    title_en: str = Field(max_length=120)
    case_number: str = Field(default="", max_length=40)
    status: IntakeStatus = choice(IntakeStatus, default=IntakeStatus.DRAFT)
    form: PostForm = choice(PostForm)
    starts_on: date
    opens_at: datetime = moment()
    closes_at: datetime = moment()
    decision_on: date | None = None
    interviews_from: date | None = None
    interviews_until: date | None = None
    opened_at: datetime | None = moment(default=None, nullable=True)
    closed_at: datetime | None = moment(default=None, nullable=True)
    created_at: datetime = moment()
    cloned_from_id: int | None = Field(default=None, foreign_key="intake.id")


class Posts(RegionScoped, table=True):
    """How many posts an intake has at one site."""

    __table_args__ = (UniqueConstraint("intake_id", "site_id"), check("number >= 1", "at_least_one"))

    id: int | None = Field(default=None, primary_key=True)
    intake_id: int = Field(foreign_key="intake.id", index=True, ondelete="RESTRICT")
    site_id: int = Field(foreign_key="site.id", ondelete="RESTRICT")
    number: int
    acute_care: str = Field(default="", max_length=200)


class Placement(RegionScoped, table=True):
    """One part of the programme. `half_months` counts halves, so that 10.5 months is exact."""

    __table_args__ = (UniqueConstraint("intake_id", "position"), check("half_months >= 1", "some_length"))

    id: int | None = Field(default=None, primary_key=True)
    intake_id: int = Field(foreign_key="intake.id", index=True, ondelete="RESTRICT")
    position: int
    kind: PlacementKind = choice(PlacementKind)
    half_months: int


class DeadlineExtension(RegionScoped, table=True):
    """An extended deadline: the old and the new closing time and why."""

    __tablename__ = "deadline_extension"

    id: int | None = Field(default=None, primary_key=True)
    intake_id: int = Field(foreign_key="intake.id", index=True, ondelete="RESTRICT")
    old_closes_at: datetime = moment()
    new_closes_at: datetime = moment()
    reason: str
    extended_at: datetime = moment()
    extended_by_id: int = Field(foreign_key="account.id", ondelete="RESTRICT")


class LotSeed(RegionScoped, table=True):
    """The seed of one stage's lot. `commitment`, SHA-256 of the seed's UTF-8 bytes, is public from the opening on.

    The seed is shown nowhere before `revealed_at`. Database triggers refuse every change but the revealing.
    """

    __tablename__ = "lot_seed"
    __table_args__ = (
        UniqueConstraint("intake_id", "stage"),
        check("stage IN ('screening', 'interview')", "stage"),
    )

    id: int | None = Field(default=None, primary_key=True)
    intake_id: int = Field(foreign_key="intake.id", ondelete="RESTRICT")
    stage: str = Field(max_length=20)
    seed: str = Field(max_length=64)
    commitment: str = Field(max_length=64)
    committed_at: datetime = moment()
    revealed_at: datetime | None = moment(default=None, nullable=True)
