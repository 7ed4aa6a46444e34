"""What an applicant has removed and can still put back."""

import enum
from datetime import datetime

from sqlmodel import Field

from recruit.models.types import RegionScoped, check, choice, moment, public_id


class RemovedKind(enum.Enum):
    """What was removed."""

    FILE = "file"
    PERIOD = "period"


class RemovedPart(RegionScoped, table=True):
    """A file or a period of clinical work that was removed, as it was, for as long as that can be undone.

    `name` is the file's name or the employer. `content` is JSON of the row's columns. `storage_name` is where a file's
    bytes lie; None for a period. From `until` on it cannot be put back, and it is deleted within the hour.
    """

    __tablename__ = "removed_part"
    __table_args__ = (check("(kind = 'file') = (storage_name IS NOT NULL)", "file_is_stored"),)

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(default_factory=public_id, unique=True, max_length=32)
    application_id: int = Field(foreign_key="application.id", index=True, ondelete="CASCADE")
    kind: RemovedKind = choice(RemovedKind)
    name: str = Field(max_length=255)
    content: str
    storage_name: str | None = Field(default=None, unique=True, max_length=64)
    removed_at: datetime = moment()
    until: datetime = moment()
