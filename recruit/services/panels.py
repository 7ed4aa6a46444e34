"""Panels: handing applications out to assessors, each to as many as are needed and to nobody with a conflict."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from recruit.actor import Actor
from recruit.errors import Conflict, Invalid
from recruit.i18n import lazy_gettext as _
from recruit.models import Application, Assignment, AssignmentStatus, Intake, IntakeStatus
from recruit.models.types import id_of
from recruit.queries import assessment as queries
from recruit.queries import intake as intakes
from recruit.services import record
from recruit.services.assigning import Plan, balance
from recruit.services.holding import hold_intake

PER_APPLICATION = queries.PER_APPLICATION


@dataclass(frozen=True)
class AssignmentSummary:
    """What an assigning did: new, kept and taken-back assignments, and each assessor's load afterwards."""

    new: int
    kept: int
    taken_back: int
    loads: Mapping[int, int]


def assign(
    session: Session,
    *,
    intake: Intake,
    stage: str = "screening",
    per_application: int = PER_APPLICATION,
    actor: Actor,
    now: datetime,
) -> AssignmentSummary:
    """Give every application of the stage its assessors. Can be run again: what stands is kept, what is
    missing is added.

    Assignments that nobody has submitted are taken back when the application has left the stage or the
    assessor is no longer one. Raises a Refusal that names the rule when the plan cannot be made: the intake
    is still open, eligibility is undecided, nobody has been called, or an application has too few assessors
    without a conflict of interest.
    """
    hold_intake(session, intake.id)  # one at a time plans who assesses what
    _check_ready(session, intake, stage, now)
    applications = queries.pool(session, intake, stage)
    if not applications:
        raise Conflict(_nothing_to_assess(stage))
    assessors = {id_of(each) for each in queries.assessors(session, intake.region_id)}
    if len(assessors) < per_application:
        raise Conflict(
            _(
                "%(needed)s assessors are needed for each application and the region has %(found)s. Add "
                "assessors first.",
                needed=per_application,
                found=len(assessors),
            )
        )
    barred = queries.barred(session, applications)
    taken_back = _take_back(session, intake, stage, {id_of(each) for each in applications}, assessors)
    standing = queries.assignments(session, intake, stage)
    plan = balance(
        applications=[id_of(each) for each in applications],
        assessors=assessors,
        barred=barred | recusals(session, intake, stage),
        existing=members_of(standing),
        per_application=per_application,
    )
    refuse_short(plan, applications, per_application)
    for application_id, assessor_id in plan.added:
        hand_out(session, intake, stage, application_id, assessor_id, now)
    session.flush()
    summary = AssignmentSummary(len(plan.added), len(standing), taken_back, plan.loads)
    record.write(
        session,
        region_id=intake.region_id,
        actor=actor,
        now=now,
        action="assessment.assigned",
        subject=("intake", id_of(intake)),
        changes={
            "stage": (None, stage),
            "assignments": (summary.kept, summary.kept + summary.new),
            "taken_back": (None, taken_back),
            "pairs": (None, [list(pair) for pair in plan.added]),
        },
        intake_id=intake.id,
    )
    return summary


def _check_ready(session: Session, intake: Intake, stage: str, now: datetime) -> None:
    if stage not in ("screening", "interview"):
        raise Invalid(_("There is no stage %(stage)s.", stage=stage), field="stage")
    if intake.status is IntakeStatus.DRAFT:
        raise Conflict(_("The intake has not been opened yet, so there is nothing to assess."))
    if not intakes.is_over(intake, now):
        raise Conflict(
            _(
                "The intake is still open, and an application can be changed until it closes. Assign after "
                "the closing time."
            )
        )
    if stage == "interview":
        return
    undecided = queries.undecided(session, intake)
    if undecided:
        raise Conflict(
            _(
                "Eligibility is not decided for %(number)s applications (%(codes)s). Decide them first.",
                number=len(undecided),
                codes=_listed(undecided),
            )
        )


def _nothing_to_assess(stage: str) -> Any:
    if stage == "interview":
        return _("Nobody has been called yet. Confirm an interview list first.")
    return _("No application is eligible, so there is nothing to assess.")


def _listed(codes: list[str], shown: int = 8) -> str:
    return ", ".join(codes[:shown]) + (" …" if len(codes) > shown else "")


def refuse_short(plan: Plan, applications: list[Application], per_application: int) -> None:
    """Raise Conflict, naming the applications, when a plan does not give each its assessors."""
    if not plan.short:
        return
    codes = {id_of(each): each.mask_code for each in applications}
    short = sorted((codes[application], number) for application, number in plan.short.items())
    raise Conflict(
        _(
            "Too few assessors without a conflict of interest: each application needs %(needed)s, and "
            "%(short)s. "
            "Add an assessor and assign again.",
            needed=per_application,
            short=", ".join(f"{code} ({number})" for code, number in short),
        )
    )


def _take_back(
    session: Session, intake: Intake, stage: str, applications: set[int], assessors: set[int]
) -> int:
    """Remove what nobody has submitted and nobody should do any more."""
    gone = [
        id_of(each)
        for each in queries.assignments(session, intake, stage)
        if each.status is AssignmentStatus.ASSIGNED
        and (each.application_id not in applications or each.assessor_id not in assessors)
    ]
    if not gone:
        return 0
    # Held first: one that is being submitted in this moment stays.
    now_held = held(session, select(Assignment).where(col(Assignment.id).in_(gone)))
    still = [each for each in now_held if each.status is AssignmentStatus.ASSIGNED]
    for each in still:
        session.delete(each)
    session.flush()
    return len(still)


def held(session: Session, statement: Any) -> list[Assignment]:
    """Assignments as they are now, locked in the order of their ids."""
    statement = statement.order_by(col(Assignment.id)).with_for_update(key_share=True)
    return list(session.exec(statement.execution_options(populate_existing=True)))


def members_of(assignments: Iterable[Assignment]) -> dict[int, set[int]]:
    """The assessors of each application, by their ids."""
    panels: dict[int, set[int]] = {}
    for each in assignments:
        panels.setdefault(each.application_id, set()).add(each.assessor_id)
    return panels


def recusals(session: Session, intake: Intake, stage: str) -> set[tuple[int, int]]:
    """(application, assessor) pairs where the assessor has stepped aside at a stage."""
    statement = select(Assignment.application_id, Assignment.assessor_id).where(
        Assignment.intake_id == intake.id,
        Assignment.stage == stage,
        Assignment.status == AssignmentStatus.RECUSED,
    )
    return {(application, assessor) for application, assessor in session.exec(statement)}


def hand_out(
    session: Session, intake: Intake, stage: str, application_id: int, assessor_id: int, now: datetime
) -> None:
    """Give an assessor an application at a stage."""
    session.add(
        Assignment(
            region_id=intake.region_id,
            intake_id=id_of(intake),
            application_id=application_id,
            assessor_id=assessor_id,
            stage=stage,
            assigned_at=now,
        )
    )
