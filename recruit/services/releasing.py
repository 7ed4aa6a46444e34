"""Releasing to applicants what has happened to them: chosen by a coordinator, recorded, and told by mail."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from recruit.actor import Actor
from recruit.errors import Conflict, Invalid
from recruit.i18n import lazy_gettext as _
from recruit.models import Application, Intake, PostsFilled, ReleasedStep
from recruit.models.types import id_of
from recruit.queries import released as queries
from recruit.queries.released import Waiting
from recruit.services import changing, record
from recruit.services.holding import hold_intake
from recruit.services.impartiality import refuse_partial


def release(
    session: Session,
    *,
    intake: Intake,
    keys: Collection[str],
    base_url: str,
    actor: Actor,
    now: datetime,
) -> int:
    """Let applicants see those of the waiting steps that are chosen, and mail them that something is new; how many.

    A step that is taken back disappears from their page. Raises Invalid for nothing chosen, Conflict when one of them
    is no longer as it was shown, NotAllowed for one's own application.
    """
    if not keys:
        raise Invalid(_("Choose at least one row."), field="keys")
    hold_intake(session, intake.id)
    found = {each.key: each for each in queries.waiting(session, intake)}
    if set(keys) - found.keys():
        raise Conflict(
            _("Something has changed since the page was shown. Look at it again before you release it.")
        )
    told: dict[int, Application] = {}
    for key in sorted(set(keys)):
        application = session.get_one(Application, found[key].application_id)
        refuse_partial(session, application=application, actor=actor)
        _write(session, application, found[key], actor, now)
        told[id_of(application)] = application
    for application in told.values():
        link = f"{base_url.rstrip('/')}/my/{application.reference}/status"
        changing.tell(session, application, intake, "status_changed", now, link=link)
    return len(set(keys))


def _write(session: Session, application: Application, step: Waiting, actor: Actor, now: datetime) -> None:
    row = session.exec(
        select(ReleasedStep).where(
            ReleasedStep.application_id == application.id, ReleasedStep.kind == step.kind
        )
    ).first()
    if step.on is None:
        assert row is not None
        session.delete(row)
    else:
        row = row or ReleasedStep(
            region_id=application.region_id,
            intake_id=application.intake_id,
            application_id=id_of(application),
            kind=step.kind,
            happened_on=step.on,
            released_at=now,
            released_by_id=actor.person(),
        )
        row.happened_on, row.released_at, row.released_by_id = step.on, now, actor.person()
        session.add(row)
    session.flush()
    changes: dict[str, tuple[Any, Any]] = {step.kind.value: (step.shown, step.on)}
    record.write(
        session,
        region_id=application.region_id,
        actor=actor,
        now=now,
        action="status.released",
        subject=("application", id_of(application)),
        changes=changes,
        intake_id=application.intake_id,
    )


def tell_filled(session: Session, *, intake: Intake, actor: Actor, now: datetime) -> PostsFilled:
    """Tell on every applicant's page that the posts are filled. Twice changes nothing."""
    hold_intake(session, intake.id)
    row = queries.posts_filled(session, intake)
    if row is not None:
        return row
    row = PostsFilled(
        region_id=intake.region_id, intake_id=id_of(intake), told_at=now, told_by_id=actor.person()
    )
    session.add(row)
    _record_filled(session, intake, (None, True), actor, now)
    return row


def take_back_filled(session: Session, *, intake: Intake, actor: Actor, now: datetime) -> None:
    """Posts are free again. Nothing to take back changes nothing."""
    hold_intake(session, intake.id)
    row = queries.posts_filled(session, intake)
    if row is not None:
        session.delete(row)
        _record_filled(session, intake, (True, None), actor, now)


def _record_filled(
    session: Session, intake: Intake, change: tuple[Any, Any], actor: Actor, now: datetime
) -> None:
    session.flush()
    record.write(
        session,
        region_id=intake.region_id,
        actor=actor,
        now=now,
        action="status.filled",
        subject=("intake", id_of(intake)),
        changes={"filled": change},
        intake_id=intake.id,
    )
