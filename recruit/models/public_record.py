"""Public records: the pattern of case numbers and how far it has been counted, and disclosures with their masking."""

import enum
from datetime import date, datetime

from sqlalchemy import LargeBinary, UniqueConstraint
from sqlmodel import Field

from recruit.models.types import RegionScoped, check, choice, moment


class CasePattern(RegionScoped, table=True):
    """A region's own patterns of case numbers. A region without a row uses those of `case_pattern.DEFAULTS`."""

    __tablename__ = "case_pattern"
    __table_args__ = (UniqueConstraint("region_id"),)

    id: int | None = Field(default=None, primary_key=True)
    intake: str = Field(max_length=60)
    application: str = Field(max_length=60)
    revision: int = 1
    changed_at: datetime = moment()
    changed_by_id: int = Field(foreign_key="account.id", ondelete="RESTRICT")


class CaseCounter(RegionScoped, table=True):
    """The last number given in one series: a pattern with all but its number filled in."""

    __tablename__ = "case_counter"
    __table_args__ = (UniqueConstraint("region_id", "series"),)

    id: int | None = Field(default=None, primary_key=True)
    series: str = Field(max_length=120)
    last: int


class DisclosureOutcome(enum.Enum):
    """What a request for disclosure led to."""

    WHOLE = "whole"
    MASKED = "masked"
    REFUSED = "refused"


class Disclosure(RegionScoped, table=True):
    """One request to see public records of an intake. Nobody has to say who they are: there is no field for it.

    `parts` is JSON, the kinds of parts that are asked for. Once `decided_at` is set, triggers refuse every change but
    the emptying of `wanted` and `letter` by disposal.
    """

    __table_args__ = (UniqueConstraint("region_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    intake_id: int = Field(foreign_key="intake.id", index=True, ondelete="RESTRICT")
    number: int
    wanted: str
    asked_on: date
    parts: str = "[]"
    revision: int = 0
    registered_at: datetime = moment()
    registered_by_id: int = Field(foreign_key="account.id", ondelete="RESTRICT")
    looked_at: datetime | None = moment(default=None, nullable=True)
    looked_by_id: int | None = Field(default=None, foreign_key="account.id", ondelete="RESTRICT")
    outcome: DisclosureOutcome | None = choice(DisclosureOutcome, default=None, nullable=True)
    letter: str = ""
    sha256: str | None = Field(default=None, max_length=64)
    decided_at: datetime | None = moment(default=None, nullable=True)
    decided_by_id: int | None = Field(default=None, foreign_key="account.id", ondelete="RESTRICT")


class DisclosedApplication(RegionScoped, table=True):
    """An application that a request is about. `seen` is the digest of what was gone through; None: not gone through."""

    __tablename__ = "disclosed_application"
    __table_args__ = (UniqueConstraint("disclosure_id", "application_id"),)

    id: int | None = Field(default=None, primary_key=True)
    disclosure_id: int = Field(foreign_key="disclosure.id", index=True, ondelete="RESTRICT")
    application_id: int = Field(foreign_key="application.id", index=True, ondelete="RESTRICT")
    seen: str | None = Field(default=None, max_length=64)
    seen_at: datetime | None = moment(default=None, nullable=True)
    seen_by_id: int | None = Field(default=None, foreign_key="account.id", ondelete="RESTRICT")


class DisclosureMasking(RegionScoped, table=True):
    """One place that is masked: of which item, from where to where, why and by whom; never the words themselves.

    `page` counts from 0 in documents. `start` None: the whole item, or the whole page; `image` is a picture of a page.
    """

    __tablename__ = "disclosure_masking"
    __table_args__ = (check("start IS NULL OR start < stop", "start_before_stop"),)

    id: int | None = Field(default=None, primary_key=True)
    disclosure_id: int = Field(foreign_key="disclosure.id", index=True, ondelete="RESTRICT")
    application_id: int = Field(foreign_key="application.id", index=True, ondelete="RESTRICT")
    item: str = Field(max_length=80)
    kind: str = Field(max_length=40)
    page: int | None = None
    start: int | None = None
    stop: int | None = None
    image: int | None = None
    ground: str = Field(max_length=300)
    masked_at: datetime = moment()
    masked_by_id: int = Field(foreign_key="account.id", ondelete="RESTRICT")


class DisclosureFile(RegionScoped, table=True):
    """The file that was handed out, or a later one apart from it. Disposal may delete it; its checksum stays."""

    __tablename__ = "disclosure_file"
    __table_args__ = (UniqueConstraint("disclosure_id", "kind"),)

    id: int | None = Field(default=None, primary_key=True)
    disclosure_id: int = Field(foreign_key="disclosure.id", ondelete="RESTRICT")
    kind: str = Field(max_length=20)
    sha256: str = Field(max_length=64)
    content: bytes = Field(sa_type=LargeBinary)
