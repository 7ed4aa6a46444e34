"""One assessor's task: an application of their own, or a calibration's case, under the code by which they know it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from recruit.errors import NotFound
from recruit.i18n import lazy_gettext as _
from recruit.models import (
    Account,
    Application,
    ApplicationStatus,
    Assignment,
    AssignmentStatus,
    CalibrationCase,
    CalibrationRound,
    ConflictOfInterest,
    Intake,
    SetAside,
)
from recruit.models.types import id_of
from recruit.queries import assessment as queries
from recruit.queries.assessment_pool import CALIBRATION
from scoring.criteria import STAGES

_CASE = re.compile(r"K([1-9]\d?)")


@dataclass(frozen=True)
class Task:
    """`stage`: the one whose criteria are assessed; `practice`: a calibration's case, of whatever intake."""

    assignment: Assignment
    application: Application
    code: str
    stage: str
    practice: bool
    open: bool = True


def own_task(
    session: Session, *, intake: Intake, code: str, assessor_id: int, stage: str | None = None
) -> Task:
    """The assessor's own task under a code. Raises NotFound exactly as `own_assignment`."""
    case = _CASE.fullmatch(code)
    if case is not None:
        return _case(session, intake, int(case[1]), assessor_id)
    assignment, application = queries.own_assignment(
        session, intake=intake, code=code, assessor_id=assessor_id, stage=stage
    )
    return Task(assignment, application, application.mask_code, assignment.stage, practice=False)


def _case(session: Session, intake: Intake, number: int, assessor_id: int) -> Task:
    found = session.exec(
        select(Assignment, Application, CalibrationRound)
        .join(Application, col(Application.id) == col(Assignment.application_id))
        .join(CalibrationCase, col(CalibrationCase.application_id) == col(Application.id))
        .join(CalibrationRound, col(CalibrationRound.id) == col(CalibrationCase.round_id))
        .where(
            CalibrationCase.intake_id == intake.id,
            CalibrationCase.number == number,
            Assignment.intake_id == intake.id,
            Assignment.stage == CALIBRATION,
            Assignment.assessor_id == assessor_id,
            Assignment.status != AssignmentStatus.RECUSED,
        )
    ).first()
    if found is None:
        raise NotFound(_("You have no such application to assess."))
    assignment, application, round_ = found
    taking = round_.status.value == "open"
    return Task(assignment, application, f"K{number}", round_.stage, practice=True, open=taking)


def why_gone(session: Session, *, intake: Intake, code: str, assessor_id: int) -> str:
    """Why an application that the assessor had is no task of theirs: withdrawn, changed (no longer eligible), aside,
    or conflict (declared by somebody else); "none" when it never was, or was handed to somebody else.
    """
    found = session.exec(
        select(Assignment, Application)
        .join(Application, col(Application.id) == col(Assignment.application_id))
        .where(
            Assignment.intake_id == intake.id,
            Assignment.assessor_id == assessor_id,
            col(Assignment.stage).in_(STAGES),
            Application.mask_code == code,
        )
        .order_by(col(Assignment.id).desc())
    ).first()
    if found is None:
        return "none"
    assignment, application = found
    if assignment.status is AssignmentStatus.RECUSED:
        by = select(ConflictOfInterest.declared_by_id).where(
            ConflictOfInterest.application_id == application.id,
            ConflictOfInterest.assessor_id == assessor_id,
        )
        return "aside" if session.exec(by).first() in (None, assessor_id) else "conflict"
    return "withdrawn" if application.status is ApplicationStatus.WITHDRAWN else "changed"


@dataclass(frozen=True)
class AsideRow:
    """An assignment that was put aside: who did it and why, and who assesses instead."""

    code: str
    practice: bool
    aside: SetAside
    assignment: Assignment
    assessor: str
    replacement: str | None


def set_aside(
    session: Session, *, intake: Intake, assessor_id: int | None = None, most: int = 250
) -> list[AsideRow]:
    """What assessors could not assess, the latest first; one assessor's own with `assessor_id`."""
    statement = (
        select(SetAside, Assignment, Application)
        .join(Assignment, col(Assignment.id) == col(SetAside.assignment_id))
        .join(Application, col(Application.id) == col(Assignment.application_id))
        .where(Assignment.intake_id == intake.id)
        .order_by(col(SetAside.id).desc())
        .limit(most)
    )
    if assessor_id is not None:
        statement = statement.where(Assignment.assessor_id == assessor_id)
    rows = session.exec(statement).all()
    names = _names(session, rows)
    numbers = _case_numbers(session, intake) if any(row[1].stage == CALIBRATION for row in rows) else {}
    return [
        AsideRow(
            code=numbers.get(id_of(application), "")
            if assignment.stage == CALIBRATION
            else application.mask_code,
            practice=assignment.stage == CALIBRATION,
            aside=aside,
            assignment=assignment,
            assessor=names.get(assignment.assessor_id, ""),
            replacement=names.get(aside.replacement_id) if aside.replacement_id else None,
        )
        for aside, assignment, application in rows
    ]


def _names(session: Session, rows: Sequence[tuple[SetAside, Assignment, Application]]) -> dict[int, str]:
    wanted = {row[1].assessor_id for row in rows} | {row[0].replacement_id for row in rows}
    people = session.exec(select(Account).where(col(Account.id).in_([each for each in wanted if each])))
    return {id_of(each): each.name or each.email for each in people}


def _case_numbers(session: Session, intake: Intake) -> dict[int, str]:
    found = select(CalibrationCase.application_id, CalibrationCase.number).where(
        CalibrationCase.intake_id == intake.id
    )
    return {application: f"K{number}" for application, number in session.exec(found)}
