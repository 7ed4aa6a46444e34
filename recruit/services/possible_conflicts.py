"""Possible conflicts of interest that the search found: answered by a person, with why."""

from datetime import datetime

from sqlmodel import Session, col, select

from recruit.actor import Actor
from recruit.errors import Conflict, NotFound
from recruit.i18n import lazy_gettext as _
from recruit.models import Application, ConflictAnswer, Intake, PossibleConflict
from recruit.services import conflicts, record
from recruit.services.holding import hold_intake
from recruit.services.impartiality import refuse_its_assessor, refuse_partial
from recruit.services.written import checked_reason


def answer(
    session: Session,
    *,
    intake: Intake,
    question_id: int,
    answer: ConflictAnswer,
    reason: str,
    actor: Actor,
    now: datetime,
) -> list[int]:
    """Answer whether there is a conflict of interest, with why. A conflict is declared at once; returns the account ids
    of those who come instead.

    Raises NotFound for a question that is gone, Conflict when somebody has answered it meanwhile, Invalid without a
    reason, NotAllowed to whoever has a part in the application themselves or assesses it.
    """
    reason = checked_reason(reason)
    hold_intake(session, intake.id)
    row, application = _held(session, intake, question_id)
    if row.answer is not None:
        raise Conflict(_("Somebody else has answered this question meanwhile. Nothing was changed."))
    refuse_partial(session, application=application, actor=actor)
    refuse_its_assessor(session, application=application, actor=actor)
    row.answer, row.answered_kinds, row.reason = answer, row.kinds, reason
    row.answered_at, row.answered_by_id = now, actor.person()
    session.add(row)
    session.flush()
    if answer is ConflictAnswer.CONFLICT:
        return conflicts.declare_conflict(
            session, application=application, assessor_id=row.assessor_id, reason=reason, actor=actor, now=now
        )
    _write(session, row, "assessment.possible_conflict_cleared", reason, actor, now)
    return []


def reopen(session: Session, *, intake: Intake, question_id: int, actor: Actor, now: datetime) -> None:
    """Take back the answer that there is no conflict, so that the question waits again.

    Raises Conflict for a declared conflict, which stays declared, and for a question without an answer.
    """
    hold_intake(session, intake.id)
    row, application = _held(session, intake, question_id)
    if row.answer is not ConflictAnswer.NO_CONFLICT:
        raise Conflict(_("Only the answer that there is no conflict of interest can be taken back."))
    refuse_partial(session, application=application, actor=actor)
    row.answer, row.reason, row.answered_kinds = None, "", ""
    row.answered_at = row.answered_by_id = None
    session.add(row)
    session.flush()
    _write(session, row, "assessment.possible_conflict_reopened", None, actor, now)


def _held(session: Session, intake: Intake, question_id: int) -> tuple[PossibleConflict, Application]:
    found = session.exec(
        select(PossibleConflict)
        .where(PossibleConflict.id == question_id, PossibleConflict.intake_id == intake.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).first()
    if found is None:
        raise NotFound(_("This question is gone: what pointed to a conflict of interest is no longer there."))
    application = session.exec(select(Application).where(col(Application.id) == found.application_id)).one()
    return found, application


def _write(
    session: Session, row: PossibleConflict, action: str, reason: str | None, actor: Actor, now: datetime
) -> None:
    record.write(
        session,
        region_id=row.region_id,
        actor=actor,
        now=now,
        action=action,
        subject=("application", row.application_id),
        changes={"assessor": (None, row.assessor_id), "signs": (None, row.kinds)},
        reason=reason,
        intake_id=row.intake_id,
    )
