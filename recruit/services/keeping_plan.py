"""The region's plan for disposal, and holds that stop it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from recruit.actor import Actor
from recruit.errors import Conflict, Invalid, NotFound
from recruit.i18n import lazy_gettext as _
from recruit.models import Application, ApplicationStatus, DisposalPlan, Hold, HoldGround, Intake
from recruit.models.disposal import TERMS
from recruit.models.types import id_of
from recruit.queries import disposal as queries
from recruit.services import record
from recruit.services.holding import hold_intake

LONGEST_DECISION, LONGEST_REASON = 300, 1000
DAYS, MONTHS = (0, 3650), (1, 600)


def choose(
    session: Session,
    *,
    region_id: int,
    terms: Mapping[str, int],
    decision: str,
    revision: int,
    actor: Actor,
    now: datetime,
) -> DisposalPlan:
    """Set the region's plan, with the decision that it rests on. From then on what is due goes by itself once a day.

    Raises Invalid naming the term or `decision`, Conflict when the plan was changed after `revision`.
    """
    decision = decision.strip()
    if not decision:
        raise Invalid(_("Name the decision that the plan rests on."), field="decision")
    if len(decision) > LONGEST_DECISION:
        raise Invalid(_("Use at most %(max)s characters.", max=LONGEST_DECISION), field="decision")
    for name in TERMS:
        least, most = DAYS if name.endswith("_days") else MONTHS
        if not least <= terms[name] <= most:
            raise Invalid(_("Use a number from %(least)s to %(most)s.", least=least, most=most), field=name)
    record.hold_region(session, region_id)
    old, present = queries.plan_of(session, region_id=region_id)
    if present != revision:
        raise Conflict(
            _("Somebody else has changed the plan meanwhile. Look at theirs before you save yours.")
        )
    row = session.exec(select(DisposalPlan).where(DisposalPlan.region_id == region_id)).first()
    before = row.decision if row else None
    if row is None:
        row = DisposalPlan(region_id=region_id, decision="", changed_at=now, changed_by_id=actor.person())
    for name in TERMS:
        setattr(row, name, terms[name])
    row.decision, row.revision = decision, present + 1
    row.changed_at, row.changed_by_id = now, actor.person()
    session.add(row)
    session.flush()
    changes: dict[str, tuple[Any, Any]] = {
        name: (old[name] if present else None, terms[name])
        for name in TERMS
        if not present or old[name] != terms[name]
    }
    if before != decision:
        changes["decision"] = (before, decision)
    record.write(
        session,
        region_id=region_id,
        actor=actor,
        now=now,
        action="disposal.plan_changed",
        subject=("disposal_plan", id_of(row)),
        changes=changes,
    )
    return row


def place(
    session: Session,
    *,
    intake: Intake,
    reference: str,
    ground: HoldGround,
    reason: str,
    actor: Actor,
    now: datetime,
) -> Hold:
    """Stop disposal of one application, or with an empty `reference` of the whole intake, until the hold is lifted.

    Raises Invalid without a reason or for a reference that is not a sent application's of this intake.
    """
    reason = _reason(reason, "reason")
    hold_intake(session, intake.id)
    application = _application(session, intake, reference.strip()) if reference.strip() else None
    row = Hold(
        region_id=intake.region_id,
        intake_id=id_of(intake),
        application_id=application.id if application else None,
        ground=ground,
        reason=reason,
        placed_at=now,
        placed_by_id=actor.person(),
    )
    session.add(row)
    session.flush()
    _write(session, row, "disposal.held", {"ground": (None, ground)}, reason, actor, now)
    return row


def lift(
    session: Session, *, region_id: int, public_id: str, reason: str, actor: Actor, now: datetime
) -> Hold:
    """Lift a hold: disposal goes on by the plan. Raises Invalid without a reason, NotFound, Conflict when it is lifted
    already.
    """
    found = session.exec(
        select(Hold).where(Hold.region_id == region_id, Hold.public_id == public_id).with_for_update()
    ).first()
    if found is None:
        raise NotFound(_("There is no such hold."))
    if found.lifted_at is not None:
        raise Conflict(_("The hold has been lifted already."))
    reason = _reason(reason, "reason")
    found.lifted_at, found.lifted_by_id, found.lift_reason = now, actor.person(), reason
    session.add(found)
    session.flush()
    _write(session, found, "disposal.hold_lifted", {"ground": (found.ground, None)}, reason, actor, now)
    return found


def _reason(text: str, field: str) -> str:
    text = text.strip()
    if not text:
        raise Invalid(_("Write the reason."), field=field)
    if len(text) > LONGEST_REASON:
        raise Invalid(_("Use at most %(max)s characters.", max=LONGEST_REASON), field=field)
    return text


def _application(session: Session, intake: Intake, reference: str) -> Application:
    found = session.exec(
        select(Application).where(
            Application.intake_id == intake.id,
            Application.reference == reference.upper(),
            Application.status != ApplicationStatus.DRAFT,
        )
    ).first()
    if found is None or found.disposed_at is not None:
        raise Invalid(
            _("There is no sent application %(code)s in this intake.", code=reference), field="reference"
        )
    return found


def _write(
    session: Session,
    row: Hold,
    action: str,
    changes: dict[str, tuple[Any, Any]],
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    record.write(
        session,
        region_id=row.region_id,
        actor=actor,
        now=now,
        action=action,
        subject=("hold", id_of(row)),
        intake_id=row.intake_id,
        application_id=row.application_id,
        changes=changes,
        reason=reason,
    )
