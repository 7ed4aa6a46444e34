"""Versions of criteria profiles: saved by one person, approved or sent back by another, with comments in between."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from recruit.actor import Actor
from recruit.errors import Conflict, Invalid
from recruit.i18n import lazy_gettext as _
from recruit.models import CriteriaProfile, Notice, ProfileReview, ReviewKind
from recruit.models.types import id_of
from recruit.queries import profile as queries
from recruit.services import gate, notices, record
from recruit.services.written import checked
from scoring.errors import ProfileError
from scoring.profile import parse_profile

#: The longest comment on a version.
LONGEST_COMMENT = 4000


class NotApproved(Conflict):
    """An intake cannot be opened: nobody has approved its version of the profile. `key`, `version` name it."""

    def __init__(self, row: CriteriaProfile) -> None:
        self.key, self.version = row.key, row.version
        super().__init__(
            _(
                "Version %(version)s of the criteria profile %(key)s is not approved, so no intake can be opened with"
                " it. Another coordinator than the one who saved it approves it on the version's page, under Criteria"
                " profiles.",
                version=row.version,
                key=row.key,
            )
        )


def save(session: Session, *, region_id: int, toml: str, actor: Actor, now: datetime) -> CriteriaProfile:
    """Save the text as the next version of the profile that its `key` names. It waits for another's approval.

    Raises Invalid when the text is not a valid profile (the message names the key), Conflict when it says the same
    as the newest version.
    """
    try:
        profile = parse_profile(toml)
    except ProfileError as error:
        raise Invalid(str(error), field="toml") from error
    newest = queries.latest(session, region_id, profile.key)
    if newest is not None and newest.digest == profile.digest():
        raise Conflict(
            _(
                "This says the same as version %(version)s. Change something, or use that version.",
                version=newest.version,
            )
        )
    row = CriteriaProfile(
        region_id=region_id,
        key=profile.key,
        version=newest.version + 1 if newest else 1,
        toml=toml,
        digest=profile.digest(),
        created_at=now,
        created_by_id=actor.person(),
    )
    session.add(row)
    session.flush()
    changes = {"version": (newest.version if newest else None, row.version), "digest": (None, row.digest)}
    _write(session, row, actor, now, "profile.saved", changes)
    return row


def ask_for_approval(session: Session, *, profile: CriteriaProfile, actor: Actor, now: datetime) -> None:
    """Tell the region's other coordinators that a version waits for one of them."""
    notices.tell(
        session,
        kind=Notice.PROFILE_WAITS,
        region_id=profile.region_id,
        now=now,
        besides=actor.account_id,
    )


def approve(
    session: Session, *, profile: CriteriaProfile, comment: str = "", actor: Actor, now: datetime
) -> CriteriaProfile:
    """Approve a version: from now on intakes can be opened with it, and the database refuses every change of it.

    Raises NotAllowed for whoever saved it and for one who is no coordinator; Conflict when it is approved already or
    a newer version stands beside it that has not been sent back.
    """
    row = _held(session, profile)
    _refuse_own(session, row, actor)
    newer = queries.newer_in_force(session, row)
    if newer is not None:
        raise Conflict(
            _(
                "Version %(newer)s is newer than version %(version)s. Approve that one, or send it back first.",
                newer=newer.version,
                version=row.version,
            )
        )
    row.approved_at, row.approved_by_id = now, actor.person()
    session.add(row)
    _say(session, row, ReviewKind.APPROVED, comment.strip(), actor, now)
    changes = {"version": (None, row.version), "digest": (None, row.digest)}
    _write(session, row, actor, now, "profile.approved", changes, reason=comment.strip() or None)
    return row


def send_back(
    session: Session, *, profile: CriteriaProfile, comment: str, actor: Actor, now: datetime
) -> ProfileReview:
    """Refuse a version, with the reason: it no longer waits. What is changed becomes a new version.

    Raises as `approve` does, Invalid without a reason, Conflict when it has been sent back already.
    """
    row = _held(session, profile)
    _refuse_own(session, row, actor)
    if queries.sent_back(session, row):
        raise Conflict(_("Version %(version)s has been sent back already.", version=row.version))
    said = _say(session, row, ReviewKind.SENT_BACK, _needed(comment), actor, now)
    _write(session, row, actor, now, "profile.sent_back", {"version": (None, row.version)}, said.comment)
    return said


def comment_on(
    session: Session, *, profile: CriteriaProfile, comment: str, actor: Actor, now: datetime
) -> ProfileReview:
    """Say something of a version. Raises Invalid when nothing is said."""
    said = _say(session, profile, ReviewKind.COMMENT, _needed(comment), actor, now)
    _write(
        session,
        profile,
        actor,
        now,
        "profile.commented",
        {"version": (None, profile.version)},
        said.comment,
    )
    return said


def refuse_unapproved(profile: CriteriaProfile) -> None:
    """Raises NotApproved for a version that nobody has approved."""
    if profile.approved_at is None:
        raise NotApproved(profile)


def _held(session: Session, profile: CriteriaProfile) -> CriteriaProfile:
    """The version as it is now, held; Conflict when it is approved already."""
    # The key stays shared: intakes and reviews point to it.
    held = select(CriteriaProfile).where(CriteriaProfile.id == profile.id).with_for_update(key_share=True)
    row = session.exec(held.execution_options(populate_existing=True)).one()
    if row.approved_at is not None:
        raise Conflict(_("Version %(version)s has been approved already.", version=row.version))
    return row


def _refuse_own(session: Session, row: CriteriaProfile, actor: Actor) -> None:
    gate.refuse_same_person(
        session,
        region_id=row.region_id,
        actor=actor,
        before=[
            (
                row.created_by_id,
                lambda name: _(
                    "%(name)s saved version %(version)s. A profile is approved by another coordinator than the one who"
                    " saved it: ask one to look at it.",
                    name=name,
                    version=row.version,
                ),
            )
        ],
    )


def _needed(comment: str) -> str:
    words = comment.strip()
    if not words:
        raise Invalid(_("Write what you want to say, so that it can be acted on."), field="comment")
    return words


def _say(
    session: Session, row: CriteriaProfile, kind: ReviewKind, comment: str, actor: Actor, now: datetime
) -> ProfileReview:
    comment = checked(comment, limit=LONGEST_COMMENT, field="comment")
    said = ProfileReview(
        region_id=row.region_id,
        profile_id=id_of(row),
        kind=kind,
        comment=comment,
        reviewed_at=now,
        reviewed_by_id=actor.person(),
    )
    session.add(said)
    session.flush()
    return said


def _write(
    session: Session,
    row: CriteriaProfile,
    actor: Actor,
    now: datetime,
    action: str,
    changes: Mapping[str, tuple[Any, Any]],
    reason: str | None = None,
) -> None:
    record.write(
        session,
        region_id=row.region_id,
        actor=actor,
        now=now,
        action=action,
        subject=("criteria_profile", id_of(row)),
        changes=changes,
        reason=reason,
    )
