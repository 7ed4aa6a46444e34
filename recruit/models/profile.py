"""Criteria profiles on their way: drafts in the editor with every step of them, and what was said of a version."""

import enum
from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from recruit.models.types import RegionScoped, check, choice, moment


class ReviewKind(enum.Enum):
    COMMENT = "comment"
    APPROVED = "approved"
    SENT_BACK = "sent_back"


class ProfileReview(RegionScoped, table=True):
    """What somebody said of one version: a comment, the approval, or why it was sent back. Never changed.

    `comment` is empty only for an approval without words.
    """

    __tablename__ = "profile_review"
    __table_args__ = (check("kind = 'approved' OR comment <> ''", "said_something"),)

    id: int | None = Field(default=None, primary_key=True)
    profile_id: int = Field(foreign_key="criteria_profile.id", index=True, ondelete="RESTRICT")
    kind: ReviewKind = choice(ReviewKind)
    comment: str = ""
    reviewed_at: datetime = moment()
    reviewed_by_id: int = Field(foreign_key="account.id", ondelete="RESTRICT")


class ProfileDraft(RegionScoped, table=True):
    """The next version of a profile while it is written: at most one draft of a key at a time.

    `content` is JSON of what stands in the editor's fields (`recruit.profile_content`): it holds also what TOML could
    not, such as a weight that is half typed. `base_id` is the version that it was begun from; None for one that was
    begun from a file or the sample. A draft ends by being discarded, which can be undone, or by becoming a version.
    """

    __tablename__ = "profile_draft"
    __table_args__ = (
        Index(
            "uq_profile_draft_one_of_a_key",
            "region_id",
            "key",
            unique=True,
            sqlite_where=text("discarded_at IS NULL AND became_id IS NULL"),
            postgresql_where=text("discarded_at IS NULL AND became_id IS NULL"),
        ),
        check("revision >= 1", "revision_from_one"),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(max_length=60)
    base_id: int | None = Field(default=None, foreign_key="criteria_profile.id", ondelete="RESTRICT")
    revision: int = 1
    content: str
    created_at: datetime = moment()
    created_by_id: int = Field(foreign_key="account.id", ondelete="RESTRICT")
    saved_at: datetime = moment()
    saved_by_id: int = Field(foreign_key="account.id", ondelete="RESTRICT")
    discarded_at: datetime | None = moment(default=None, nullable=True)
    discarded_by_id: int | None = Field(default=None, foreign_key="account.id", ondelete="RESTRICT")
    became_id: int | None = Field(default=None, foreign_key="criteria_profile.id", ondelete="RESTRICT")


class ProfileDraftStep(RegionScoped, table=True):
    """A draft as it was after one save: what undo goes back to, and what a late save is compared with.

    `what` names the part that was saved, as the editor's addresses do ("overview", "criteria/c3", "rules/screening").
    """

    __tablename__ = "profile_draft_step"
    __table_args__ = (UniqueConstraint("draft_id", "revision"),)

    id: int | None = Field(default=None, primary_key=True)
    draft_id: int = Field(foreign_key="profile_draft.id", ondelete="CASCADE")
    revision: int
    content: str
    what: str = Field(max_length=80)
    saved_at: datetime = moment()
    saved_by_id: int = Field(foreign_key="account.id", ondelete="RESTRICT")
