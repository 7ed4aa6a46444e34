"""How long what applicants have told is kept: the region's plan, what stops it, and receipts of what went."""

import enum
from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from recruit.models.types import RegionScoped, check, choice, moment, public_id

#: Every term of a plan, by its column, with its default. Days for drafts and backups, months for the others.
TERMS = {
    "draft_days": 30,
    "not_hired_months": 24,
    "hired_months": 24,
    "monitoring_months": 24,
    "mail_months": 24,
    "disclosure_months": 24,
    "backup_days": 30,
}


class DisposalPlan(RegionScoped, table=True):
    """A region's plan for disposal, by a `decision` that it names. Without one nothing goes by itself, and what is
    shown as due follows `TERMS`.

    Drafts count from the closing time; applications, monitoring answers and mail from when the selection is over;
    those of people who were hired from the start; files that were handed out from their day. `backup_days` is how long
    copies are kept: until then what went may stand in one.
    """

    __tablename__ = "disposal_plan"
    __table_args__ = (
        UniqueConstraint("region_id"),
        check("draft_days BETWEEN 0 AND 3650 AND backup_days BETWEEN 0 AND 3650", "days"),
        check(
            "not_hired_months BETWEEN 1 AND 600 AND hired_months BETWEEN 1 AND 600"
            " AND monitoring_months BETWEEN 1 AND 600 AND mail_months BETWEEN 1 AND 600"
            " AND disclosure_months BETWEEN 1 AND 600",
            "months",
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    draft_days: int = TERMS["draft_days"]
    not_hired_months: int = TERMS["not_hired_months"]
    hired_months: int = TERMS["hired_months"]
    monitoring_months: int = TERMS["monitoring_months"]
    mail_months: int = TERMS["mail_months"]
    disclosure_months: int = TERMS["disclosure_months"]
    backup_days: int = TERMS["backup_days"]
    decision: str = Field(max_length=300)
    revision: int = 1
    changed_at: datetime = moment()
    changed_by_id: int = Field(foreign_key="account.id", ondelete="RESTRICT")


class HoldGround(enum.Enum):
    """Why disposal must wait."""

    APPEAL = "appeal"
    COURT = "court"
    DISCLOSURE = "disclosure"
    OTHER = "other"


class Hold(RegionScoped, table=True):
    """Disposal of an application, or of a whole intake (`application_id` None), waits until this is lifted."""

    __table_args__ = (
        Index("ix_hold_in_force", "region_id", "intake_id", "lifted_at"),
        check("(lifted_at IS NULL) = (lifted_by_id IS NULL)", "lifted_by_somebody"),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(default_factory=public_id, unique=True, max_length=32)
    intake_id: int = Field(foreign_key="intake.id", index=True, ondelete="RESTRICT")
    application_id: int | None = Field(
        default=None, foreign_key="application.id", index=True, ondelete="CASCADE"
    )
    ground: HoldGround = choice(HoldGround)
    reason: str = ""
    placed_at: datetime = moment()
    placed_by_id: int = Field(foreign_key="account.id", ondelete="RESTRICT")
    lifted_at: datetime | None = moment(default=None, nullable=True)
    lifted_by_id: int | None = Field(default=None, foreign_key="account.id", ondelete="RESTRICT")
    lift_reason: str = ""


class DisposalReceipt(RegionScoped, table=True):
    """One application was disposed of: how many rows of which table, how many files, and what a search then found.

    `counts` is canonical JSON {table: rows deleted or emptied}. `searched` is how many words of the application were
    looked for afterwards, `found` in how many places one still stood; None until the search has been made. Copies from
    before are gone after `backups_until`.
    """

    __tablename__ = "disposal_receipt"

    id: int | None = Field(default=None, primary_key=True)
    intake_id: int = Field(foreign_key="intake.id", index=True, ondelete="RESTRICT")
    application_id: int = Field(foreign_key="application.id", unique=True, ondelete="RESTRICT")
    reason: str
    counts: str
    files: int
    searched: int | None = None
    found: int | None = None
    disposed_at: datetime = moment()
    backups_until: date


class CorrectionOutcome(enum.Enum):
    """What the group answered to a request for correction."""

    CORRECTED = "corrected"
    NOTED = "noted"
    REFUSED = "refused"


class CorrectionRequest(RegionScoped, table=True):
    """The applicant asks the group to correct something in a sent application; answered once, with a reason."""

    __tablename__ = "correction_request"
    __table_args__ = (check("(answered_at IS NULL) = (outcome IS NULL)", "answered_with_an_outcome"),)

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(default_factory=public_id, unique=True, max_length=32)
    intake_id: int = Field(foreign_key="intake.id", index=True, ondelete="RESTRICT")
    application_id: int = Field(foreign_key="application.id", index=True, ondelete="CASCADE")
    wanted: str
    asked_at: datetime = moment()
    outcome: CorrectionOutcome | None = choice(CorrectionOutcome, default=None, nullable=True)
    answer: str = ""
    answered_at: datetime | None = moment(default=None, nullable=True)
    answered_by_id: int | None = Field(default=None, foreign_key="account.id", ondelete="RESTRICT")
