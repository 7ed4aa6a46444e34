"""What an applicant tells: answers, periods, referees, wishes, attachments; and, apart, the monitoring answers.

A draft may lack any answer, so every answer is nullable: None means not yet answered, never "no".
"""

import enum
from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from recruit.models.types import RegionScoped, check, choice, moment, public_id


class ApplicationStatus(enum.Enum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    WITHDRAWN = "withdrawn"


class LicenceStatus(enum.Enum):
    HELD = "held"
    EXPECTED = "expected"
    NONE = "none"


class LicenceRoute(enum.Enum):
    """How a doctor gets the Swedish licence; decides the licence route group in the monitoring."""

    EU_RECOGNITION = "eu_recognition"
    PROFICIENCY_TEST = "proficiency_test"
    COMPLEMENTARY_PROGRAMME = "complementary_programme"
    SWEDISH_DEGREE = "swedish_degree"


class LanguageEvidence(enum.Enum):
    CERTIFICATE = "certificate"
    EDUCATION_IN_SWEDISH = "education_in_swedish"
    WORK_IN_SWEDISH = "work_in_swedish"
    NORDIC = "nordic"
    EXPECTED = "expected"
    NONE = "none"


class WorkPermit(enum.Enum):
    NOT_NEEDED = "not_needed"
    HELD = "held"
    EXPECTED = "expected"
    NONE = "none"


class ClinicalArea(enum.Enum):
    INTERNAL_MEDICINE = "internal_medicine"
    SURGERY = "surgery"
    EMERGENCY = "emergency"
    PRIMARY_CARE = "primary_care"
    PSYCHIATRY = "psychiatry"
    PAEDIATRICS = "paediatrics"
    OBSTETRICS = "obstetrics"
    ANAESTHESIA = "anaesthesia"
    OTHER = "other"


class AttachmentKind(enum.Enum):
    CV = "cv"
    DIPLOMA = "diploma"
    LICENCE = "licence"
    LANGUAGE = "language"
    WORK_PERMIT = "work_permit"
    REFERENCE = "reference"
    MERIT = "merit"
    OTHER = "other"


class Eligibility(enum.Enum):
    """The outcome of the decided requirements. CONDITIONAL: at least one is expected, none is no."""

    PENDING = "pending"
    ELIGIBLE = "eligible"
    CONDITIONAL = "conditional"
    INELIGIBLE = "ineligible"


#: Those who go on to be assessed, ranked and called.
GOES_ON = (Eligibility.ELIGIBLE, Eligibility.CONDITIONAL)


class WithdrawalReason(enum.Enum):
    """Why somebody withdraws, as far as they say. Nothing about health: that is written nowhere."""

    OTHER_POST = "other_post"
    PLACE_OR_FAMILY = "place_or_family"
    TERMS = "terms"
    NO_LICENCE = "no_licence"
    TOO_LONG = "too_long"
    NOT_SAID = "not_said"
    OTHER = "other"


class Sex(enum.Enum):
    FEMALE = "female"
    MALE = "male"
    OTHER = "other"


class AgeBand(enum.Enum):
    UNDER_30 = "under_30"
    FROM_30_TO_34 = "30_34"
    FROM_35_TO_39 = "35_39"
    FROM_40 = "40_over"


class Application(RegionScoped, table=True):
    """One person's application to one intake.

    `reference` is the applicant's own number; `mask_code` is what assessors and rankings see, unrelated to it.
    `case_number` is the region's own, given when it is first sent; it leads to the name, so no masked page shows it.
    `revision` grows with every save, so that a stale form is told instead of overwriting. `withdrawal_code` is a value
    of `WithdrawalReason`; None when nothing was said.
    """

    __table_args__ = (
        UniqueConstraint("intake_id", "account_id"),
        UniqueConstraint("intake_id", "mask_code"),
        Index("ix_application_case_number", "region_id", "case_number", unique=True),
        # The table of an intake's applications: filtered by these, counted and sorted without reading the rows.
        Index("ix_application_in_table", "intake_id", "region_id", "status", "submitted_at", "id"),
        Index("ix_application_counted", "intake_id", "region_id", "status", "eligibility"),
    )

    id: int | None = Field(default=None, primary_key=True)
    intake_id: int = Field(foreign_key="intake.id", index=True, ondelete="RESTRICT")
    account_id: int = Field(foreign_key="account.id", index=True, ondelete="RESTRICT")
    reference: str = Field(unique=True, max_length=20)
    mask_code: str = Field(max_length=8)
    case_number: str | None = Field(default=None, max_length=60)
    status: ApplicationStatus = choice(ApplicationStatus, default=ApplicationStatus.DRAFT, index=True)
    revision: int = 0
    created_at: datetime = moment()
    saved_at: datetime = moment()
    submitted_at: datetime | None = moment(default=None, nullable=True)
    changed_at: datetime | None = moment(default=None, nullable=True)
    withdrawn_at: datetime | None = moment(default=None, nullable=True)
    withdrawal_code: str | None = Field(default=None, max_length=20)
    withdrawal_reason: str | None = None
    # the version of the notice of how data are used that was in force when it was sent
    notice_version: int | None = None
    # since when everything personal in it is gone (services.disposal)
    disposed_at: datetime | None = moment(default=None, nullable=True)
    eligibility: Eligibility = choice(Eligibility, default=Eligibility.PENDING, index=True)

    # about you
    given_name: str | None = Field(default=None, max_length=120)
    family_name: str | None = Field(default=None, max_length=120)
    native_name: str | None = Field(default=None, max_length=200)
    phone: str | None = Field(default=None, max_length=40)
    city: str | None = Field(default=None, max_length=120)

    # education
    education_country: str | None = Field(default=None, max_length=2)
    institution: str | None = Field(default=None, max_length=200)
    graduation_year: int | None = None

    # licence and whether BT is needed
    licence: LicenceStatus | None = choice(LicenceStatus, default=None, nullable=True)
    licence_on: date | None = None
    licence_route: LicenceRoute | None = choice(LicenceRoute, default=None, nullable=True)
    swedish_at: bool | None = None
    st_before_july_2021: bool | None = None
    earlier_bt_certificate: bool | None = None
    work_permit: WorkPermit | None = choice(WorkPermit, default=None, nullable=True)
    work_permit_on: date | None = None
    can_start: bool | None = None
    credit_claim: str | None = None

    # language
    language_evidence: LanguageEvidence | None = choice(LanguageEvidence, default=None, nullable=True)
    language_on: date | None = None
    language_note: str | None = None

    # experience
    no_experience: bool | None = None

    # own words
    motivation: str | None = None
    scientific_work: str | None = None
    other_work: str | None = None
    learning_needs: str | None = None

    # phrases, one a line, that a coordinator strikes from what assessors read, beside what is struck by itself
    struck_words: str | None = None

    # monitoring topic: whether the page was seen; the answers themselves live elsewhere
    monitoring_seen: bool = False
    sites_seen: bool = False


class ExperiencePeriod(RegionScoped, table=True):
    """One period of clinical work. `ends_on` None means it goes on; `fte_percent` is 1–100."""

    __tablename__ = "experience_period"
    __table_args__ = (
        check("fte_percent BETWEEN 1 AND 100", "fte_range"),
        check("ends_on IS NULL OR starts_on <= ends_on", "starts_before_ends"),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(default_factory=public_id, unique=True, max_length=32)
    application_id: int = Field(foreign_key="application.id", index=True, ondelete="CASCADE")
    employer: str = Field(max_length=200)
    country: str = Field(max_length=2)
    area: ClinicalArea = choice(ClinicalArea)
    starts_on: date
    ends_on: date | None = None
    fte_percent: int
    supervised: bool = False


class CameBy(enum.Enum):
    """How a reference came. ONLINE is the referee's own form behind the link; the others a coordinator enters."""

    ONLINE = "online"
    LETTER = "letter"
    EMAIL = "email"
    TELEPHONE = "telephone"


#: The questions that a referee answers with 0 to 4, by their columns.
QUESTIONS = ("safety", "asks_for_help", "responsibility", "collaboration")


class Referee(RegionScoped, table=True):
    """A person whom the applicant names, and, once given, the answers to the fixed form.

    `language` is that of the mail to the referee: sv, en or both. Each answer is 0–4 on the form's own scale; None
    means not answered. `came_by` is None until then, and where it was not noted.
    """

    __table_args__ = (
        UniqueConstraint("application_id", "position"),
        check("safety IS NULL OR safety BETWEEN 0 AND 4", "safety_range"),
        check("asks_for_help IS NULL OR asks_for_help BETWEEN 0 AND 4", "asks_for_help_range"),
        check("responsibility IS NULL OR responsibility BETWEEN 0 AND 4", "responsibility_range"),
        check("collaboration IS NULL OR collaboration BETWEEN 0 AND 4", "collaboration_range"),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(default_factory=public_id, unique=True, max_length=32)
    application_id: int = Field(foreign_key="application.id", index=True, ondelete="CASCADE")
    position: int
    name: str = Field(max_length=200)
    title: str = Field(max_length=120)
    workplace: str = Field(max_length=200)
    email: str = Field(max_length=254)
    phone: str | None = Field(default=None, max_length=40)
    language: str = Field(default="both", max_length=4, sa_column_kwargs={"server_default": "both"})
    safety: int | None = None
    asks_for_help: int | None = None
    responsibility: int | None = None
    collaboration: int | None = None
    would_employ: bool | None = None
    masked_setting: str | None = Field(default=None, max_length=200)
    masked_comment: str | None = None
    came_by: CameBy | None = choice(CameBy, default=None, nullable=True)
    answered_at: datetime | None = moment(default=None, nullable=True)
    entered_by_id: int | None = Field(default=None, foreign_key="account.id", ondelete="RESTRICT")


class SitePreference(RegionScoped, table=True):
    """Where the applicant would go, in order: 1 is the first choice. It never affects points."""

    __tablename__ = "site_preference"
    __table_args__ = (
        UniqueConstraint("application_id", "site_id"),
        UniqueConstraint("application_id", "rank"),
    )

    id: int | None = Field(default=None, primary_key=True)
    application_id: int = Field(foreign_key="application.id", index=True, ondelete="CASCADE")
    site_id: int = Field(foreign_key="site.id", ondelete="RESTRICT")
    rank: int


class Attachment(RegionScoped, table=True):
    """An uploaded file. The bytes lie outside the web root under `storage_name`.

    `redacts_id` points from a redacted copy, made by the coordinator, to the original; only copies reach assessors.
    `issued_on` is what the applicant says, asked where the profile limits how old a document may be; None: not told.
    """

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(default_factory=public_id, unique=True, max_length=32)
    application_id: int = Field(foreign_key="application.id", index=True, ondelete="CASCADE")
    kind: AttachmentKind = choice(AttachmentKind)
    filename: str = Field(max_length=255)
    storage_name: str = Field(unique=True, max_length=64)
    media_type: str = Field(max_length=100)
    size: int
    sha256: str = Field(max_length=64)
    uploaded_at: datetime = moment()
    uploaded_by_id: int = Field(foreign_key="account.id", ondelete="RESTRICT")
    redacts_id: int | None = Field(default=None, foreign_key="attachment.id", ondelete="CASCADE")
    issued_on: date | None = None


class MonitoringAnswer(RegionScoped, table=True):
    """Voluntary answers, used for monitoring only. None means that the person chose not to answer.

    Nothing but `queries.monitoring` reads this table.
    """

    __tablename__ = "monitoring_answer"

    id: int | None = Field(default=None, primary_key=True)
    application_id: int = Field(foreign_key="application.id", unique=True, ondelete="CASCADE")
    sex: Sex | None = choice(Sex, default=None, nullable=True)
    age_band: AgeBand | None = choice(AgeBand, default=None, nullable=True)
