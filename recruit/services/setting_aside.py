"""An application that an assessor cannot assess: it goes to somebody else, and may come back until they have begun."""

from datetime import datetime

from sqlmodel import Session, select

from recruit.actor import Actor
from recruit.errors import Conflict, NotFound
from recruit.i18n import lazy_gettext as _
from recruit.models import (
    Application,
    Assignment,
    AssignmentStatus,
    SetAside,
    SetAsideReason,
)
from recruit.models.types import id_of
from recruit.queries import assessment as assessments
from recruit.queries import eligibility, release
from recruit.queries.steps import is_begun
from recruit.services import calibration, conflicts, record
from recruit.services.conflicts import replace
from recruit.services.holding import hold_intake
from recruit.services.panels import held
from recruit.services.written import checked

LONGEST_WORDS = 1000


def set_aside(
    session: Session,
    *,
    assignment: Assignment,
    reason: SetAsideReason,
    words: str,
    actor: Actor,
    now: datetime,
) -> SetAside:
    """Put an own assignment aside: what was set is kept, counts nowhere, and somebody else is handed the application.

    Raises NotFound to anybody but the assessor, Conflict once submitted or what rests on its stage is released, Invalid
    for "other" without words.
    """
    missing = _("Write why, in a sentence.") if reason is SetAsideReason.OTHER else None
    words = checked(words, limit=LONGEST_WORDS, field="words", missing=missing)
    hold_intake(session, assignment.intake_id)
    present = held(session, select(Assignment).where(Assignment.id == assignment.id))
    if (
        not present
        or assignment.assessor_id != actor.account_id
        or assignment.status is AssignmentStatus.RECUSED
    ):
        raise NotFound(_("You have no such application to assess."))
    if assignment.status is AssignmentStatus.SUBMITTED:
        raise Conflict(_("You have submitted this assessment, and it can no longer be changed."))
    _refuse_released(session, assignment)
    assignment.status = AssignmentStatus.RECUSED
    session.add(assignment)
    session.flush()
    application = session.get_one(Application, assignment.application_id)
    aside = SetAside(
        region_id=assignment.region_id,
        assignment_id=id_of(assignment),
        reason=reason,
        words=words,
        set_aside_at=now,
        replacement_id=replace(session, assignment, application, now),
    )
    session.add(aside)
    session.flush()
    _write(session, assignment, "assessment.set_aside", aside, actor, now)
    return aside


def take_back(session: Session, *, assignment: Assignment, actor: Actor, now: datetime) -> None:
    """Take an application back that one has put aside; it is taken from who got it instead.

    Raises NotFound when there is nothing of one's own to take back, Conflict once the other has begun, the application
    has as many assessors as it shall have without one, a calibration that it is a case of is closed, or what rests on
    its stage is released.
    """
    hold_intake(session, assignment.intake_id)
    aside = session.exec(select(SetAside).where(SetAside.assignment_id == assignment.id)).first()
    if aside is None or assignment.assessor_id != actor.account_id:
        raise NotFound(_("You have put no such application aside."))
    _refuse_released(session, assignment)
    if eligibility.has_conflict(
        session, session.get_one(Application, assignment.application_id), assignment.assessor_id
    ):
        raise Conflict(_("A conflict of interest has been declared, so it stays with somebody else."))
    if aside.replacement_id is not None:
        _take_from(session, assignment, aside.replacement_id)
    if assignment.stage == assessments.CALIBRATION:
        calibration.refuse_closed(session, assignment)
    elif conflicts.is_full(session, assignment):
        raise Conflict(
            _(
                "The application has gone to somebody else since, so it stays with them. Nothing has been changed."
            )
        )
    _write(session, assignment, "assessment.taken_back", aside, actor, now)
    assignment.status = AssignmentStatus.ASSIGNED
    session.add(assignment)
    session.delete(aside)
    session.flush()


def _refuse_released(session: Session, assignment: Assignment) -> None:
    if release.is_released(session, assignment.intake_id, assignment.stage):
        raise Conflict(_("The selection at this stage is made, so nothing is assessed any more."))


def _take_from(session: Session, assignment: Assignment, replacement_id: int) -> None:
    theirs = held(
        session,
        select(Assignment).where(
            Assignment.application_id == assignment.application_id,
            Assignment.assessor_id == replacement_id,
            Assignment.stage == assignment.stage,
            Assignment.status != AssignmentStatus.RECUSED,
        ),
    )
    for each in theirs:
        begun = select(Assignment.id).where(Assignment.id == each.id, is_begun())
        if each.status is not AssignmentStatus.ASSIGNED or session.exec(begun).first() is not None:
            raise Conflict(
                _("Somebody else has begun to assess it, so it stays with them. Nothing has been changed.")
            )
        session.delete(each)
    session.flush()


def _write(
    session: Session, assignment: Assignment, action: str, aside: SetAside, actor: Actor, now: datetime
) -> None:
    record.write(
        session,
        region_id=assignment.region_id,
        actor=actor,
        now=now,
        action=action,
        subject=("assignment", id_of(assignment)),
        application_id=assignment.application_id,
        changes={
            "why": (None, aside.reason),
            "stage": (None, assignment.stage),
            "replacement": (None, aside.replacement_id),
        },
        reason=aside.words or None,
        intake_id=assignment.intake_id,
    )
