"""What an intake taught: the group's own comments, and what the next intake takes along, agreed by a coordinator."""

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, select

from recruit.actor import Actor
from recruit.errors import Conflict, NotAllowed, NotFound
from recruit.i18n import lazy_gettext as _
from recruit.models import (
    Intake,
    IntakeStatus,
    LessonComment,
    LessonKind,
    LessonSubject,
    LessonSummary,
    Retrospective,
)
from recruit.models.types import id_of
from recruit.services import record
from recruit.services.written import checked

LONGEST_COMMENT = 2000
LONGEST_SUMMARY = 6000
_MISSING = _("Write something first.")


def comment(
    session: Session,
    *,
    intake: Intake,
    subject: LessonSubject,
    kind: LessonKind,
    text: str,
    actor: Actor,
    now: datetime,
) -> LessonComment:
    """Add a comment. Raises Conflict before the intake is closed or once its retrospective is, Invalid without text."""
    _must_be_open(session, intake)
    row = LessonComment(
        region_id=intake.region_id,
        intake_id=id_of(intake),
        subject=subject,
        kind=kind,
        text=checked(text, limit=LONGEST_COMMENT, field="text", missing=_MISSING),
        written_at=now,
        written_by_id=actor.person(),
    )
    session.add(row)
    session.flush()
    _write(
        session,
        intake,
        actor,
        now,
        "lessons.commented",
        row,
        {"subject": (None, subject), "kind": (None, kind)},
    )
    return row


def change(
    session: Session,
    *,
    intake: Intake,
    number: int,
    subject: LessonSubject,
    kind: LessonKind,
    text: str,
    revision: int,
    actor: Actor,
    now: datetime,
) -> LessonComment:
    """Change one's own comment. Raises as `comment`, NotFound, NotAllowed for another's, Conflict if changed."""
    row = _own(session, intake, number, actor)
    if row.revision != revision:
        raise Conflict(_("You have changed this comment in another window. Look at it again."))
    row.subject, row.kind, row.text = (
        subject,
        kind,
        checked(text, limit=LONGEST_COMMENT, field="text", missing=_MISSING),
    )
    row.revision += 1
    session.add(row)
    _write(
        session, intake, actor, now, "lessons.comment_changed", row, {"revision": (revision, row.revision)}
    )
    return row


def remove(session: Session, *, intake: Intake, number: int, actor: Actor, now: datetime) -> None:
    """Take away one's own comment. Raises as `change`."""
    row = _own(session, intake, number, actor)
    if row.removed_at is None:
        row.removed_at = now
        session.add(row)
        _write(session, intake, actor, now, "lessons.comment_removed", row)


def restore(session: Session, *, intake: Intake, number: int, actor: Actor, now: datetime) -> None:
    """Put back one's own comment that was taken away. Raises as `change`."""
    row = _own(session, intake, number, actor)
    if row.removed_at is not None:
        row.removed_at = None
        session.add(row)
        _write(session, intake, actor, now, "lessons.comment_restored", row)


def agree(
    session: Session, *, intake: Intake, text: str, version: int, actor: Actor, now: datetime
) -> LessonSummary:
    """Agree what the next intake takes along, as a new version after `version`, and end the comments.

    Raises Conflict before the intake is closed or when another version has been agreed meanwhile, Invalid without text.
    """
    state = _locked(session, intake)
    newest = session.exec(
        select(func.max(LessonSummary.version)).where(LessonSummary.intake_id == intake.id)
    ).one()
    if version != (newest or 0):
        raise Conflict(
            _(
                "Somebody else has agreed a version since you opened the page. Look at it before you agree another."
            )
        )
    words = checked(text, limit=LONGEST_SUMMARY, field="text", missing=_MISSING)
    made = LessonSummary(
        region_id=intake.region_id,
        intake_id=id_of(intake),
        version=version + 1,
        text=words,
        agreed_at=now,
        agreed_by_id=actor.person(),
    )
    state.closed_at, state.closed_by_id = now, actor.person()
    session.add_all([made, state])
    session.flush()
    changes = {"version": (newest, made.version), "sha256": (None, record.sha256(words))}
    _write(session, intake, actor, now, "lessons.agreed", made, changes)
    return made


def reopen(session: Session, *, intake: Intake, actor: Actor, now: datetime) -> None:
    """Let the group comment again; what was agreed stays until another version is. Raises Conflict when it is open."""
    state = _locked(session, intake)
    if state.closed_at is None:
        raise Conflict(_("The lessons are open already."))
    state.closed_at = state.closed_by_id = None
    session.add(state)
    session.flush()
    _write(session, intake, actor, now, "lessons.reopened", state)


def _locked(session: Session, intake: Intake) -> Retrospective:
    """The state of the retrospective, made where there is none; who acts at once does so one after the other."""
    session.refresh(intake, with_for_update={"key_share": True})
    if intake.status is not IntakeStatus.CLOSED:
        raise Conflict(_("The intake is not closed yet. Its lessons are written when it is."))
    state = session.exec(select(Retrospective).where(Retrospective.intake_id == intake.id)).first()
    return state or Retrospective(region_id=intake.region_id, intake_id=id_of(intake))


def _must_be_open(session: Session, intake: Intake) -> None:
    if _locked(session, intake).closed_at is not None:
        raise Conflict(_("The lessons are closed. A coordinator can open them for comments again."))


def _own(session: Session, intake: Intake, number: int, actor: Actor) -> LessonComment:
    _must_be_open(session, intake)
    row = session.exec(
        select(LessonComment)
        .where(col(LessonComment.id) == number, LessonComment.intake_id == intake.id)
        .with_for_update()
    ).first()
    if row is None:
        raise NotFound(_("There is no such comment."))
    if row.written_by_id != actor.account_id:
        raise NotAllowed(_("Only who wrote a comment can change or remove it."))
    return row


def _write(
    session: Session,
    intake: Intake,
    actor: Actor,
    now: datetime,
    action: str,
    row: Any,
    changes: dict[str, tuple[Any, Any]] | None = None,
) -> None:
    record.write(
        session,
        region_id=intake.region_id,
        actor=actor,
        now=now,
        action=action,
        subject=(row.__tablename__, id_of(row)),
        changes=changes,
        intake_id=intake.id,
    )
