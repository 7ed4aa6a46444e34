"""Assessing: an assessor's own levels, what they say of the masking, and submitting."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from recruit.actor import Actor
from recruit.errors import Conflict, Invalid, NotFound
from recruit.i18n import lazy_gettext as _
from recruit.models import Assignment, AssignmentStatus, Intake, Notice
from recruit.models.types import id_of
from recruit.queries import assessment as queries
from recruit.queries import calibration as calibrations
from recruit.queries import intake as intakes
from recruit.services import calibration, notices, record, steps
from recruit.services.panels import held
from scoring.profile import TOP_LEVEL, Criterion

LONGEST_NOTE = 2000


def set_levels(
    session: Session,
    *,
    assignment: Assignment,
    levels: Mapping[str, tuple[int | None, str]],
    actor: Actor,
    now: datetime,
    seen: Mapping[str, int] | None = None,
) -> None:
    """Save levels (criterion -> level and note), all of them or some. A level of None removes it: missing is
    never 0. A note may stand before its level; it waits, and counts for nothing.

    `seen`: the revision of each criterion that the page showed. What the page did not change stays as another window
    left it; what both changed raises ChangedElsewhere, and nothing is saved. Raises NotFound to anybody but the
    assessor, Conflict once submitted, and Invalid, naming the criterion, for a criterion that is not assessed at this
    stage, or a level outside 0–4.
    """
    _check_own(session, assignment, actor)
    criteria = _criteria(session, assignment)
    checked = {key: (level, _checked(criteria, key, level, note)) for key, (level, note) in levels.items()}
    desk = steps.Desk.of(session, assignment)
    wanted = checked if seen is None else desk.mine(checked, seen)
    changes: dict[str, tuple[Any, Any]] = {}
    for key, (level, note) in wanted.items():
        changes |= desk.put(key, level, note, now)
    if not changes:
        return
    session.flush()
    _write_levels(session, assignment, "assessment.levels_saved", changes, actor, now)


def undo(session: Session, *, assignment: Assignment, actor: Actor, now: datetime) -> str:
    """Take back the last change of a level or a note; returns its criterion. Done again, it goes one further back.

    Raises as `set_levels`, and Conflict when there is nothing to take back.
    """
    _check_own(session, assignment, actor)
    desk = steps.Desk.of(session, assignment)
    last = desk.last()
    if last is None:
        raise Conflict(_("There is no change to take back."))
    changes = desk.put(last.criterion, last.level_before, last.note_before, now, undoes=last)
    session.flush()
    _write_levels(session, assignment, "assessment.change_undone", changes, actor, now)
    return last.criterion


def _write_levels(
    session: Session,
    assignment: Assignment,
    action: str,
    changes: dict[str, tuple[Any, Any]],
    actor: Actor,
    now: datetime,
) -> None:
    record.write(
        session,
        region_id=assignment.region_id,
        actor=actor,
        now=now,
        action=action,
        subject=("assignment", id_of(assignment)),
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
        subject=("assignment", id_of(assignment)),
        application_id=assignment.application_id,
        changes=changes,
        intake_id=assignment.intake_id,
    )


def _check_own(session: Session, assignment: Assignment, actor: Actor) -> None:
    """Hold the assignment, as it is now, so that nothing changes it between this look and the writing."""
    present = held(session, select(Assignment).where(Assignment.id == assignment.id))
    if not present:
        raise NotFound(_("You have no such application to assess."))
    if assignment.assessor_id != actor.account_id or assignment.status is AssignmentStatus.RECUSED:
        raise NotFound(_("You have no such application to assess."))
    if assignment.status is AssignmentStatus.SUBMITTED:
        raise Conflict(_("You have submitted this assessment, and it can no longer be changed."))
    if assignment.stage == queries.CALIBRATION:
        calibration.refuse_closed(session, assignment)


def _criteria(session: Session, assignment: Assignment) -> dict[str, Criterion]:
    profile = intakes.profile_of(session, session.get_one(Intake, assignment.intake_id))
    stage = assignment.stage
    if stage == queries.CALIBRATION:
        stage = calibrations.stage_of_case(session, assignment)
    return {each.key: each for each in queries.assessed_criteria(profile, stage)}


def _checked(criteria: Mapping[str, Criterion], key: str, level: int | None, note: str) -> str:
    if key not in criteria:
        raise Invalid(_("There is no criterion %(key)s to assess at this stage.", key=key), field=key)
    if level is not None and not 0 <= level <= TOP_LEVEL:
        raise Invalid(_("The level %(level)s is not one of 0 to 4.", level=level), field=key)
    note = note.strip().replace("\r\n", "\n")
    if len(note) > LONGEST_NOTE:
        raise Invalid(_("Use at most %(max)s characters in the note.", max=LONGEST_NOTE), field=key)
    return note


def submit(session: Session, *, assignment: Assignment, actor: Actor, now: datetime) -> None:
    """Submit one's own assessment; it is final. Raises Invalid that names the criteria that still lack a
    level.
    """
    _check_own(session, assignment, actor)
    saved = queries.levels_of(session, assignment)
    criteria = _criteria(session, assignment)
    missing = [each for each in criteria.values() if each.required and each.key not in saved]
    lonely = steps.Desk.of(session, assignment).notes_without_level()
    if missing or lonely:
        raise MissingLevels([each for each in criteria.values() if each in missing or each.key in lonely])
    assignment.status, assignment.submitted_at = AssignmentStatus.SUBMITTED, now
    session.add(assignment)
    session.flush()
    record.write(
        session,
        region_id=assignment.region_id,
        actor=actor,
        now=now,
        action="assessment.submitted",
        subject=("assignment", id_of(assignment)),
        application_id=assignment.application_id,
        changes={
            "status": (AssignmentStatus.ASSIGNED, AssignmentStatus.SUBMITTED),
            "levels": (None, {key: row.level for key, row in saved.items()}),
        },
        intake_id=assignment.intake_id,
    )
    if assignment.stage == queries.CALIBRATION:
        calibration.close_when_all_in(session, assignment=assignment, now=now)
    else:
        _tell_when_all_in(session, assignment, now)


def _tell_when_all_in(session: Session, assignment: Assignment, now: datetime) -> None:
    """Tell the coordinators when the last assessment of a stage has come in."""
    left = select(Assignment.id).where(
        Assignment.intake_id == assignment.intake_id,
        Assignment.stage == assignment.stage,
        Assignment.status == AssignmentStatus.ASSIGNED,
    )
    if session.exec(left.limit(1)).first() is None:
        notices.tell(
            session,
            kind=Notice.ASSESSMENTS_IN,
            region_id=assignment.region_id,
            now=now,
            intake=session.get_one(Intake, assignment.intake_id),
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
