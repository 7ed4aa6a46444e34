"""Assessing: handing applications out to assessors, their levels, conflicts of interest, and imported
levels.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from recruit.actor import Actor
from recruit.errors import Conflict, Invalid, NotAllowed, NotFound
from recruit.i18n import lazy_gettext as _
from recruit.models import (
    Application,
    ApplicationStatus,
    Assignment,
    AssignmentStatus,
    ConflictOfInterest,
    Intake,
    IntakeStatus,
    Level,
)
from recruit.queries import assessment as queries
from recruit.queries import intake as intakes
from recruit.services import record
from recruit.services.assigning import Plan, balance
from scoring.profile import TOP_LEVEL, Criterion

PER_APPLICATION = queries.PER_APPLICATION
LONGEST_NOTE = 2000


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
    hold(session, _id(intake))
    _check_ready(session, intake, stage, now)
    applications = queries.pool(session, intake, stage)
    if not applications:
        raise Conflict(_nothing_to_assess(stage))
    assessors = {_id(each) for each in queries.assessors(session, intake.region_id)}
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
    taken_back = _take_back(session, intake, stage, {_id(each) for each in applications}, assessors)
    standing = queries.assignments(session, intake, stage)
    existing: dict[int, set[int]] = {}
    for each in standing:
        existing.setdefault(each.application_id, set()).add(each.assessor_id)
    plan = balance(
        applications=[_id(each) for each in applications],
        assessors=assessors,
        barred=barred | recusals(session, intake, stage),
        existing=existing,
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
        subject=("intake", _id(intake)),
        changes={
            "stage": (None, stage),
            "assignments": (summary.kept, summary.kept + summary.new),
            "taken_back": (None, taken_back),
            "pairs": (None, [list(pair) for pair in plan.added]),
        },
        intake_id=intake.id,
    )
    return summary


def hold(session: Session, intake_id: int) -> None:
    """One at a time plans who assesses what in an intake. The key stays shared for the record's entries."""
    session.exec(select(Intake.id).where(Intake.id == intake_id).with_for_update(key_share=True)).one()


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
    codes = {_id(each): each.mask_code for each in applications}
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
        _id(each)
        for each in queries.assignments(session, intake, stage)
        if each.status is AssignmentStatus.ASSIGNED
        and (each.application_id not in applications or each.assessor_id not in assessors)
    ]
    if not gone:
        return 0
    # Held first: one that is being submitted in this moment stays.
    held = _held(session, select(Assignment).where(col(Assignment.id).in_(gone)))
    still = [each for each in held if each.status is AssignmentStatus.ASSIGNED]
    for each in still:
        session.delete(each)
    session.flush()
    return len(still)


def _held(session: Session, statement: Any) -> list[Assignment]:
    """Assignments as they are now, locked in the order of their ids."""
    statement = statement.order_by(col(Assignment.id)).with_for_update(key_share=True)
    return list(session.exec(statement.execution_options(populate_existing=True)))


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
            intake_id=_id(intake),
            application_id=application_id,
            assessor_id=assessor_id,
            stage=stage,
            assigned_at=now,
        )
    )


def declare_conflict(
    session: Session, *, application: Application, assessor_id: int, reason: str, actor: Actor, now: datetime
) -> list[int]:
    """Record that an assessor has a conflict of interest with an application; returns the replacements'
    account ids.

    Whatever the assessor had of it is set aside, submitted or not, so that it never counts, and goes to the
    assessor with the least to do. Where nobody is left the list is shorter, and the next assigning says so.
    """
    reason = reason.strip()
    if not reason:
        raise Invalid(_("Write why, in a sentence. It is kept in the record."), field="reason")
    hold(session, application.intake_id)
    known = select(ConflictOfInterest).where(
        ConflictOfInterest.application_id == application.id, ConflictOfInterest.assessor_id == assessor_id
    )
    if session.exec(known).first() is not None:
        raise Conflict(_("This conflict of interest has already been declared."))
    session.add(
        ConflictOfInterest(
            region_id=application.region_id,
            application_id=_id(application),
            assessor_id=assessor_id,
            reason=reason,
            declared_at=now,
            declared_by_id=actor.account_id if actor.account_id is not None else assessor_id,
        )
    )
    replacements = [
        replacement
        for each in _set_aside(session, application, assessor_id)
        if (replacement := _replace(session, each, application, now)) is not None
    ]
    record.write(
        session,
        region_id=application.region_id,
        actor=actor,
        now=now,
        action="assessment.conflict_declared",
        subject=("application", _id(application)),
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
    found = _held(session, statement)
    for each in found:
        if each.status is AssignmentStatus.ASSIGNED:
            for level in queries.levels_of(session, each).values():
                session.delete(level)
        each.status = AssignmentStatus.RECUSED
        session.add(each)
    session.flush()
    return found


def _replace(session: Session, recused: Assignment, application: Application, now: datetime) -> int | None:
    if application.status is not ApplicationStatus.SUBMITTED:
        return None
    intake = session.get_one(Intake, recused.intake_id)
    number, panels = _id(application), {_id(application): set[int]()}
    for each in queries.assignments(session, intake, recused.stage):
        panels.setdefault(each.application_id, set()).add(each.assessor_id)
    panel = panels.pop(number)
    third = queries.has_third(session, application_id=number, stage=recused.stage)
    plan = balance(
        applications=[number],
        assessors=[_id(each) for each in queries.assessors(session, intake.region_id)],
        barred=queries.barred(session, [application]) | recusals(session, intake, recused.stage),
        existing={number: panel},
        per_application=queries.THIRD if third else PER_APPLICATION,
        elsewhere=panels.values(),
    )
    chosen = [assessor for candidate, assessor in plan.added if candidate == application.id]
    if not chosen:
        return None
    hand_out(session, intake, recused.stage, _id(application), chosen[0], now)
    session.flush()
    return chosen[0]


def set_levels(
    session: Session,
    *,
    assignment: Assignment,
    levels: Mapping[str, tuple[int | None, str]],
    actor: Actor,
    now: datetime,
) -> None:
    """Save levels (criterion -> level and note), all of them or some. A level of None removes it: missing is
    never 0.

    Raises NotFound to anybody but the assessor, Conflict once submitted, and Invalid, naming the criterion,
    for a criterion that is not assessed at this stage, a level outside 0–4, or a note without a level.
    """
    _check_own(session, assignment, actor)
    criteria = _criteria(session, assignment)
    saved = queries.levels_of(session, assignment)
    changes: dict[str, tuple[Any, Any]] = {}
    for key, (level, note) in levels.items():
        note = _checked(criteria, key, level, note)
        changes |= _save_level(session, assignment, saved.get(key), key, level, note, now)
    if not changes:
        return
    session.flush()
    record.write(
        session,
        region_id=assignment.region_id,
        actor=actor,
        now=now,
        action="assessment.levels_saved",
        subject=("assignment", _id(assignment)),
        application_id=assignment.application_id,
        changes=changes,
        intake_id=assignment.intake_id,
    )


def tell_recognition(
    session: Session,
    *,
    assignment: Assignment,
    recognised: bool,
    told_country: bool,
    actor: Actor,
    now: datetime,
) -> None:
    """Keep whether the assessor recognised the person or could tell the country. Raises as `set_levels`.

    It changes no level and takes nobody's assessment away: the figures are compared with and without.
    """
    _check_own(session, assignment, actor)
    told = {"recognised": recognised, "told_country": told_country}
    changes: dict[str, tuple[Any, Any]] = {
        name: (getattr(assignment, name), value)
        for name, value in told.items()
        if getattr(assignment, name) is not value
    }
    if not changes:
        return
    assignment.sqlmodel_update(told)
    session.add(assignment)
    session.flush()
    if not any(old or new for old, new in changes.values()):
        return  # the first time that nothing was ticked is no event
    record.write(
        session,
        region_id=assignment.region_id,
        actor=actor,
        now=now,
        action="assessment.recognition_told",
        subject=("assignment", _id(assignment)),
        application_id=assignment.application_id,
        changes=changes,
        intake_id=assignment.intake_id,
    )


def _check_own(session: Session, assignment: Assignment, actor: Actor) -> None:
    """Hold the assignment, as it is now, so that nothing changes it between this look and the writing."""
    present = _held(session, select(Assignment).where(Assignment.id == assignment.id))
    if not present:
        raise NotFound(_("You have no such application to assess."))
    if assignment.assessor_id != actor.account_id or assignment.status is AssignmentStatus.RECUSED:
        raise NotFound(_("You have no such application to assess."))
    if assignment.status is AssignmentStatus.SUBMITTED:
        raise Conflict(_("You have submitted this assessment, and it can no longer be changed."))


def _criteria(session: Session, assignment: Assignment) -> dict[str, Criterion]:
    profile = intakes.profile_of(session, session.get_one(Intake, assignment.intake_id))
    return {each.key: each for each in queries.assessed_criteria(profile, assignment.stage)}


def _checked(criteria: Mapping[str, Criterion], key: str, level: int | None, note: str) -> str:
    if key not in criteria:
        raise Invalid(_("There is no criterion %(key)s to assess at this stage.", key=key), field=key)
    if level is not None and not 0 <= level <= TOP_LEVEL:
        raise Invalid(_("The level %(level)s is not one of 0 to 4.", level=level), field=key)
    note = note.strip().replace("\r\n", "\n")
    if len(note) > LONGEST_NOTE:
        raise Invalid(_("Use at most %(max)s characters in the note.", max=LONGEST_NOTE), field=key)
    if note and level is None:
        raise Invalid(_("Choose a level too, or empty the note. A note alone cannot be kept."), field=key)
    return note


def _save_level(
    session: Session,
    assignment: Assignment,
    saved: Level | None,
    key: str,
    level: int | None,
    note: str,
    now: datetime,
) -> dict[str, tuple[Any, Any]]:
    """Write one level; returns what changed, for the record."""
    old_level, old_note = (saved.level, saved.note) if saved else (None, "")
    if (old_level, old_note) == (level, note):
        return {}
    if level is None:
        assert saved is not None
        session.delete(saved)
    else:
        row = saved or Level(
            region_id=assignment.region_id,
            assignment_id=_id(assignment),
            criterion=key,
            level=level,
            set_at=now,
        )
        row.level, row.note, row.set_at = level, note, now
        session.add(row)
    changes: dict[str, tuple[Any, Any]] = {}
    if old_level != level:
        changes[key] = (old_level, level)
    if old_note != note:
        changes[f"{key}.note"] = (old_note or None, note or None)
    return changes


def submit(session: Session, *, assignment: Assignment, actor: Actor, now: datetime) -> None:
    """Submit one's own assessment; it is final. Raises Invalid that names the criteria that still lack a
    level.
    """
    _check_own(session, assignment, actor)
    saved = queries.levels_of(session, assignment)
    criteria = _criteria(session, assignment)
    missing = [each for each in criteria.values() if each.required and each.key not in saved]
    if missing:
        raise MissingLevels(missing)
    assignment.status, assignment.submitted_at = AssignmentStatus.SUBMITTED, now
    session.add(assignment)
    session.flush()
    record.write(
        session,
        region_id=assignment.region_id,
        actor=actor,
        now=now,
        action="assessment.submitted",
        subject=("assignment", _id(assignment)),
        application_id=assignment.application_id,
        changes={
            "status": (AssignmentStatus.ASSIGNED, AssignmentStatus.SUBMITTED),
            "levels": (None, {key: row.level for key, row in saved.items()}),
        },
        intake_id=assignment.intake_id,
    )


class MissingLevels(Invalid):
    """Submitted too early; `criteria` are those that lack a level."""

    def __init__(self, criteria: list[Criterion]) -> None:
        super().__init__(
            _(
                "%(number)s criteria still lack a level: %(keys)s. A missing level is never counted as 0.",
                number=len(criteria),
                keys=", ".join(each.key for each in criteria),
            ),
            field=criteria[0].key,
        )
        self.criteria = criteria


def import_external(
    session: Session,
    *,
    intake: Intake,
    criterion: str,
    levels: Mapping[str, int],
    actor: Actor,
    now: datetime,
) -> int:
    """Set the levels (application's code -> level) of a criterion that is scored elsewhere; returns how many
    changed.

    A level that an application already has on the criterion is replaced. All or nothing: raises Invalid,
    naming the application, for an unknown code or a level outside 0–4.
    """
    if actor.account_id is None:
        raise NotAllowed(_("Levels are imported by a person."))
    _check_external(session, intake, criterion)
    changes: dict[str, tuple[Any, Any]] = {}
    applications = _submitted_by_code(session, intake)
    saved = _external_levels(session, intake, criterion)
    for code, level in levels.items():
        application = applications.get(code.strip().upper())
        if application is None:
            raise Invalid(_("There is no application %(code)s in this intake.", code=code), field="file")
        if not 0 <= level <= TOP_LEVEL:
            raise Invalid(
                _("Application %(code)s: the level %(level)s is not one of 0 to 4.", code=code, level=level),
                field="file",
            )
        row = saved.get(_id(application))
        if row is not None and row.level == level:
            continue
        changes[application.mask_code] = (row.level if row else None, level)
        if row is None:
            holder = _external_assignment(session, intake, application, actor.account_id, now)
            row = Level(
                region_id=intake.region_id,
                assignment_id=_id(holder),
                criterion=criterion,
                level=level,
                set_at=now,
            )
        row.level, row.set_at = level, now
        session.add(row)
    session.flush()
    if changes:
        record.write(
            session,
            region_id=intake.region_id,
            actor=actor,
            now=now,
            action="assessment.external_imported",
            subject=("intake", _id(intake)),
            changes={f"{criterion}.{code}": pair for code, pair in changes.items()},
            intake_id=intake.id,
        )
    return len(changes)


def _check_external(session: Session, intake: Intake, criterion: str) -> None:
    profile = intakes.profile_of(session, intake)
    known = [each.key for each in profile.criteria if each.kind == "external"]
    if criterion not in known:
        raise Invalid(
            _(
                "The profile has no external criterion %(key)s. It has: %(known)s.",
                key=criterion,
                known=", ".join(known),
            ),
            field="criterion",
        )


def _submitted_by_code(session: Session, intake: Intake) -> dict[str, Application]:
    statement = select(Application).where(
        Application.intake_id == intake.id, Application.status == ApplicationStatus.SUBMITTED
    )
    return {each.mask_code: each for each in session.exec(statement.order_by(col(Application.id)))}


def _external_levels(session: Session, intake: Intake, criterion: str) -> dict[int, Level]:
    statement = (
        select(Assignment.application_id, Level)
        .join(Level, col(Level.assignment_id) == col(Assignment.id))
        .where(
            Assignment.intake_id == intake.id,
            Assignment.stage == queries.EXTERNAL,
            Level.criterion == criterion,
        )
    )
    return dict(session.exec(statement).all())


def _external_assignment(
    session: Session, intake: Intake, application: Application, account_id: int, now: datetime
) -> Assignment:
    """The row that holds an application's imported levels, whoever imported the first of them."""
    statement = select(Assignment).where(
        Assignment.application_id == application.id, Assignment.stage == queries.EXTERNAL
    )
    found = session.exec(statement.order_by(col(Assignment.id)).limit(1)).first()
    if found is None:
        found = Assignment(
            region_id=intake.region_id,
            intake_id=_id(intake),
            application_id=_id(application),
            assessor_id=account_id,
            stage=queries.EXTERNAL,
            status=AssignmentStatus.SUBMITTED,
            assigned_at=now,
            submitted_at=now,
        )
        session.add(found)
        session.flush()
    return found


def _id(row: Any) -> int:
    assert row.id is not None
    number: int = row.id
    return number


def refuse_before_own(session: Session, *, intake: Intake, stage: str, actor: Actor) -> None:
    """Refuse to show levels and points to somebody who has assessments of their own to submit.

    A coordinator may assess too; nobody sees others' levels before their own are in. Raises Conflict.
    """
    if queries.has_unsubmitted(session, intake=intake, stage=stage, assessor_id=actor.account_id):
        raise Conflict(
            _(
                "You have assessments of your own to submit in this intake. Nobody sees other people's levels, or the"
                " points they give, before their own are in."
            )
        )
