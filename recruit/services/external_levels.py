"""Levels of criteria that are scored elsewhere, imported from a file."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from recruit.actor import Actor
from recruit.errors import Invalid
from recruit.i18n import lazy_gettext as _
from recruit.models import Application, ApplicationStatus, Assignment, AssignmentStatus, Intake, Level
from recruit.models.types import id_of
from recruit.queries import assessment as queries
from recruit.queries import intake as intakes
from recruit.services import record
from scoring.profile import TOP_LEVEL


def import_external(
    session: Session,
    *,
    intake: Intake,
    criterion: str,
    levels: Mapping[str, int],
    places: Mapping[str, str] | None = None,
    actor: Actor,
    now: datetime,
) -> int:
    """Set the levels (application's code -> level) of a criterion that is scored elsewhere; returns how many
    changed.

    `places` says where each code stands in the file, for what is refused.

    A level that an application already has on the criterion is replaced. All or nothing: raises Invalid,
    naming the application, for an unknown code or a level outside 0–4.
    """
    person = actor.person()
    _check_external(session, intake, criterion)
    changes: dict[str, tuple[Any, Any]] = {}
    applications = _submitted_by_code(session, intake)
    saved = _external_levels(session, intake, criterion)
    for code, level in levels.items():
        application = applications.get(code.strip().upper())
        if application is None:
            raise Invalid(_no_application(code, (places or {}).get(code)), field="file")
        if not 0 <= level <= TOP_LEVEL:
            raise Invalid(
                _("Application %(code)s: the level %(level)s is not one of 0 to 4.", code=code, level=level),
                field="file",
            )
        row = saved.get(id_of(application))
        if row is not None and row.level == level:
            continue
        changes[application.mask_code] = (row.level if row else None, level)
        if row is None:
            holder = _external_assignment(session, intake, application, person, now)
            row = Level(
                region_id=intake.region_id,
                assignment_id=id_of(holder),
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
            subject=("intake", id_of(intake)),
            changes={f"{criterion}.{code}": pair for code, pair in changes.items()},
            intake_id=intake.id,
        )
    return len(changes)


def _no_application(code: str, where: str | None) -> str:
    if where is None:
        return _("There is no application %(code)s in this intake.", code=code[:40])
    return _("%(where)s: there is no application %(code)s in this intake.", where=where, code=code[:40])


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
            intake_id=id_of(intake),
            application_id=id_of(application),
            assessor_id=account_id,
            stage=queries.EXTERNAL,
            status=AssignmentStatus.SUBMITTED,
            assigned_at=now,
            submitted_at=now,
        )
        session.add(found)
        session.flush()
    return found
