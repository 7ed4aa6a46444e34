"""Conflicts of interest: what an assessor had of an application is set aside and goes to somebody else."""

from datetime import datetime

from sqlmodel import Session, select

from recruit.actor import Actor
from recruit.errors import Conflict
from recruit.i18n import lazy_gettext as _
from recruit.models import (
    Application,
    ApplicationStatus,
    Assignment,
    AssignmentStatus,
    ConflictOfInterest,
    Intake,
)
from recruit.models.types import id_of
from recruit.queries import assessment as queries
from recruit.queries import assigning as inputs
from recruit.queries import release
from recruit.services import assigning, calibration, record
from recruit.services.handing import hand_out, held, members_of, tell_given
from recruit.services.holding import hold_intake
from recruit.services.written import checked_reason


def declare_conflict(
    session: Session, *, application: Application, assessor_id: int, reason: str, actor: Actor, now: datetime
) -> list[int]:
    """Record that an assessor has a conflict of interest with an application; returns the replacements'
    account ids.

    Whatever the assessor had of it is set aside, submitted or not, so that it never counts, and goes to the
    assessor with the least to do. Where nobody is left the list is shorter, and the next assigning says so. Nobody
    gets it at a stage that something released rests on.
    """
    reason = checked_reason(reason)
    hold_intake(session, application.intake_id)
    known = select(ConflictOfInterest).where(
        ConflictOfInterest.application_id == application.id, ConflictOfInterest.assessor_id == assessor_id
    )
    if session.exec(known).first() is not None:
        raise Conflict(_("This conflict of interest has already been declared."))
    session.add(
        ConflictOfInterest(
            region_id=application.region_id,
            application_id=id_of(application),
            assessor_id=assessor_id,
            reason=reason,
            declared_at=now,
            declared_by_id=actor.account_id if actor.account_id is not None else assessor_id,
        )
    )
    replacements = [
        replacement
        for each in _set_aside(session, application, assessor_id)
        if (replacement := replace(session, each, application, now)) is not None
    ]
    record.write(
        session,
        region_id=application.region_id,
        actor=actor,
        now=now,
        action="assessment.conflict_declared",
        subject=("application", id_of(application)),
        changes={"assessor": (None, assessor_id), "replacements": (None, replacements)},
        reason=reason,
        intake_id=application.intake_id,
    )
    return replacements


def _set_aside(session: Session, application: Application, assessor_id: int) -> list[Assignment]:
    statement = select(Assignment).where(
        Assignment.application_id == application.id,
        Assignment.assessor_id == assessor_id,
        Assignment.stage != queries.EXTERNAL,
        Assignment.status != AssignmentStatus.RECUSED,
    )
    found = held(session, statement)
    for each in found:
        if each.status is AssignmentStatus.ASSIGNED:
            for level in queries.levels_of(session, each).values():
                session.delete(level)
        each.status = AssignmentStatus.RECUSED
        session.add(each)
    session.flush()
    return found


def replace(session: Session, recused: Assignment, application: Application, now: datetime) -> int | None:
    """Give what somebody has set aside to the assessor with the least to do, and tell them; returns their account's id,
    None where nobody is free or what rests on the stage is released. The caller holds the intake.

    A calibration's case goes to nobody: all others have it already, and without it all may be in.
    """
    if recused.stage == queries.CALIBRATION:
        calibration.close_when_all_in(session, assignment=recused, now=now)
        return None
    if application.status is not ApplicationStatus.SUBMITTED or is_full(session, recused):
        return None
    if release.is_released(session, recused.intake_id, recused.stage):
        return None
    intake = session.get_one(Intake, recused.intake_id)
    number = id_of(application)
    panel = members_of(queries.assignments(session, intake, recused.stage)).get(number, set())
    try:
        added = assigning.fill(
            session, intake=intake, stage=recused.stage, needs={number: len(panel) + 1}, now=now
        )
    except Conflict:  # nobody is free: the next assigning says so
        return None
    chosen = [assessor for candidate, assessor in added if candidate == number]
    if not chosen:
        return None
    hand_out(session, intake, recused.stage, id_of(application), chosen[0], now)
    session.flush()
    tell_given(session, intake, [(number, chosen[0])], now)
    return chosen[0]


def is_full(session: Session, recused: Assignment) -> bool:
    """Whether as many others as there shall be assess the application that somebody has set aside."""
    intake = session.get_one(Intake, recused.intake_id)
    number, stage = recused.application_id, recused.stage
    panel = members_of(queries.assignments(session, intake, stage)).get(number, set())
    each = inputs.per_application(session, intake=intake, stage=stage)
    third = queries.has_third(session, application_id=number, stage=stage)
    return len(panel) >= (max(each, queries.THIRD) if third else each)
