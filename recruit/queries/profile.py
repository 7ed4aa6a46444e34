"""Reading the versions of criteria profiles."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Exists, exists, func, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from recruit.errors import NotFound
from recruit.i18n import lazy_gettext as _
from recruit.models import (
    Account,
    CriteriaProfile,
    Intake,
    IntakeStatus,
    ProfileDraft,
    ProfileDraftStep,
    ProfileReview,
    ReviewKind,
)
from recruit.queries.naming import called


@dataclass(frozen=True)
class Version:
    """One version in the list: who saved it when, and which intakes use it (`locked_at`: when one of them opened)."""

    row: CriteriaProfile
    created_by: str
    intakes: tuple[str, ...]
    locked_at: datetime | None
    sent_back: bool = False


def by_version(session: Session, key: str, version: int) -> CriteriaProfile:
    """One version of a profile; NotFound when there is none in the session's region."""
    row = session.exec(
        select(CriteriaProfile).where(CriteriaProfile.key == key, CriteriaProfile.version == version)
    ).first()
    if row is None:
        raise NotFound(_("There is no such version of the criteria profile in this region."))
    return row


def by_id(session: Session, region_id: int, profile_id: int) -> CriteriaProfile | None:
    """The version with that id, if it is the region's, or None."""
    chosen = select(CriteriaProfile).where(CriteriaProfile.region_id == region_id)
    return session.exec(chosen.where(CriteriaProfile.id == profile_id)).first()


def latest(session: Session, region_id: int, key: str) -> CriteriaProfile | None:
    """The newest version of a region's profile, or None when it has never been saved."""
    versions = select(CriteriaProfile).where(
        CriteriaProfile.region_id == region_id, CriteriaProfile.key == key
    )
    return session.exec(versions.order_by(col(CriteriaProfile.version).desc()).limit(1)).first()


def rows(session: Session) -> Sequence[CriteriaProfile]:
    """Every version of every profile, by key, the newest version first."""
    return session.exec(
        select(CriteriaProfile).order_by(CriteriaProfile.key, col(CriteriaProfile.version).desc())
    ).all()


def of_key(session: Session, key: str) -> Sequence[CriteriaProfile]:
    """Every version of one profile, the newest first."""
    found = select(CriteriaProfile).where(CriteriaProfile.key == key)
    return session.exec(found.order_by(col(CriteriaProfile.version).desc())).all()


def versions(session: Session, language: str) -> list[Version]:
    """Every version with who saved it and the intakes that use it. Two queries."""
    used: dict[int, list[Intake]] = {}
    for intake in session.exec(select(Intake).order_by(col(Intake.starts_on), col(Intake.id))):
        used.setdefault(intake.profile_id, []).append(intake)
    found = session.exec(
        select(CriteriaProfile, called(session), _was_sent_back())
        .join(Account, col(Account.id) == col(CriteriaProfile.created_by_id))
        .order_by(CriteriaProfile.key, col(CriteriaProfile.version).desc())
    )
    return [
        _version(row, name, used.get(row.id or 0, []), language, bool(was_sent_back))
        for row, name, was_sent_back in found
    ]


def _version(
    row: CriteriaProfile, name: str, intakes: list[Intake], language: str, was_sent_back: bool
) -> Version:
    titles = tuple(intake.title_sv if language == "sv" else intake.title_en for intake in intakes)
    openings = [
        each.opened_at for each in intakes if each.opened_at and each.status is not IntakeStatus.DRAFT
    ]
    return Version(row, name, titles, min(openings) if openings else None, was_sent_back)


def locked_at(session: Session, row: CriteriaProfile) -> datetime | None:
    """When the first intake that uses this version was opened, or None while it is free."""
    opened = select(func.min(Intake.opened_at)).where(
        Intake.profile_id == row.id, col(Intake.status) != IntakeStatus.DRAFT
    )
    return session.exec(opened).one()


def newer_in_force(session: Session, row: CriteriaProfile) -> CriteriaProfile | None:
    """The newest later version of the same profile that has not been sent back, or None."""
    later = select(CriteriaProfile).where(
        CriteriaProfile.region_id == row.region_id,
        CriteriaProfile.key == row.key,
        CriteriaProfile.version > row.version,
        or_(col(CriteriaProfile.approved_at).is_not(None), ~_was_sent_back()),
    )
    return session.exec(later.order_by(col(CriteriaProfile.version).desc()).limit(1)).first()


def sent_back(session: Session, row: CriteriaProfile) -> bool:
    """Whether somebody has sent the version back."""
    found = select(ProfileReview.id).where(
        ProfileReview.profile_id == row.id, ProfileReview.kind == ReviewKind.SENT_BACK
    )
    return session.exec(found.limit(1)).first() is not None


def waiting_for_approval(session: Session) -> int:
    """How many profiles of the session's region have a newest version that nobody has approved or sent back."""
    later = aliased(CriteriaProfile)
    newest = ~exists().where(
        col(later.region_id) == col(CriteriaProfile.region_id),
        col(later.key) == col(CriteriaProfile.key),
        col(later.version) > col(CriteriaProfile.version),
    )
    waiting = select(func.count()).where(
        col(CriteriaProfile.approved_at).is_(None), newest, ~_was_sent_back()
    )
    return session.exec(waiting.select_from(CriteriaProfile)).one()


def reviews(session: Session, row: CriteriaProfile) -> list[tuple[ProfileReview, str]]:
    """What has been said of a version, the oldest first, each with the name of who said it. One query."""
    found = (
        select(ProfileReview, called(session))
        .join(Account, col(Account.id) == col(ProfileReview.reviewed_by_id))
        .where(ProfileReview.profile_id == row.id)
        .order_by(col(ProfileReview.reviewed_at), col(ProfileReview.id))
    )
    return [(said, name) for said, name in session.exec(found)]


def _was_sent_back() -> Exists:
    return exists().where(
        col(ProfileReview.profile_id) == col(CriteriaProfile.id),
        col(ProfileReview.kind) == ReviewKind.SENT_BACK,
    )


def draft_by_id(session: Session, draft_id: int) -> ProfileDraft:
    """A draft of the session's region, also one that has ended; NotFound when there is none."""
    row = session.exec(select(ProfileDraft).where(ProfileDraft.id == draft_id)).first()
    if row is None:
        raise NotFound(_("There is no such draft of a criteria profile in this region."))
    return row


def draft_of(session: Session, region_id: int, key: str) -> ProfileDraft | None:
    """The draft of a profile that is begun and has not ended, or None."""
    found = select(ProfileDraft).where(
        ProfileDraft.region_id == region_id, ProfileDraft.key == key, *_in_progress()
    )
    return session.exec(found).first()


def drafts(session: Session) -> list[tuple[ProfileDraft, str]]:
    """The drafts that are begun, by key, each with the name of who saved last. One query."""
    found = (
        select(ProfileDraft, called(session))
        .join(Account, col(Account.id) == col(ProfileDraft.saved_by_id))
        .where(*_in_progress())
        .order_by(ProfileDraft.key)
    )
    return [(row, name) for row, name in session.exec(found)]


def discarded(session: Session) -> list[tuple[ProfileDraft, str]]:
    """The last drafts that were discarded, newest first, each with the name of who did it. One query."""
    found = (
        select(ProfileDraft, called(session))
        .join(Account, col(Account.id) == col(ProfileDraft.discarded_by_id))
        .where(col(ProfileDraft.discarded_at).is_not(None))
        .order_by(col(ProfileDraft.discarded_at).desc())
        .limit(5)
    )
    return [(row, name) for row, name in session.exec(found)]


def steps(session: Session, draft_id: int, limit: int = 12) -> list[tuple[ProfileDraftStep, str]]:
    """The last saves of a draft, newest first, each with the name of who saved. One query."""
    found = (
        select(ProfileDraftStep, called(session))
        .join(Account, col(Account.id) == col(ProfileDraftStep.saved_by_id))
        .where(ProfileDraftStep.draft_id == draft_id)
        .order_by(col(ProfileDraftStep.revision).desc())
        .limit(limit)
    )
    return [(step, name) for step, name in session.exec(found)]


def step_of(session: Session, draft_id: int, revision: int) -> ProfileDraftStep | None:
    """A draft as it was at a revision, or None when that is no longer kept."""
    found = select(ProfileDraftStep).where(
        ProfileDraftStep.draft_id == draft_id, ProfileDraftStep.revision == revision
    )
    return session.exec(found).first()


def _in_progress() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return col(ProfileDraft.discarded_at).is_(None), col(ProfileDraft.became_id).is_(None)
