"""The record: an append-only chain of hashes, and beside it the values, which disposal may delete."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from recruit.models.types import RegionScoped, moment


class RecordEntry(RegionScoped, table=True):
    """One decision or change. `digests` is canonical JSON {field: salted digest}; ids only, no personal data.

    `application_id` is the application that the entry is about, whatever part of it the subject is; no foreign key,
    since the entry outlives the row. None for what is about no single application.

    `hash` covers everything in the row and the previous entry's hash. Database triggers refuse UPDATE and DELETE.
    """

    __tablename__ = "record_entry"
    __table_args__ = (
        UniqueConstraint("region_id", "number"),
        Index("ix_record_entry_since", "intake_id", "at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    number: int
    at: datetime = moment()
    actor_id: int | None = Field(default=None, foreign_key="account.id", ondelete="RESTRICT")
    action: str = Field(max_length=60, index=True)
    subject_kind: str = Field(max_length=40)
    subject_id: int
    intake_id: int | None = Field(default=None, foreign_key="intake.id", ondelete="RESTRICT")
    application_id: int | None = Field(default=None, index=True)
    digests: str
    previous_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64)


class RecordValue(RegionScoped, table=True):
    """An old and a new value with the salt of their digest. Disposal deletes rows here; the chain still verifies.

    Database triggers refuse UPDATE.
    """

    __tablename__ = "record_value"
    __table_args__ = (UniqueConstraint("entry_id", "field"),)

    id: int | None = Field(default=None, primary_key=True)
    entry_id: int = Field(foreign_key="record_entry.id", index=True, ondelete="RESTRICT")
    field: str = Field(max_length=80)
    old: str | None = None
    new: str | None = None
    salt: str = Field(max_length=32)
