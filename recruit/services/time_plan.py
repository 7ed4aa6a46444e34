"""Changing the time plan of an intake."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlmodel import Session, col, delete

from recruit.actor import Actor
from recruit.errors import Conflict, Invalid
from recruit.i18n import lazy_gettext as _
from recruit.models import Intake, PlanDate, PlanStep
from recruit.models.types import id_of
from recruit.planning import COLUMNS, PLANNED, out_of_order
from recruit.queries import time_plan as plans
from recruit.services import record


class OutOfOrder(Invalid):
    """A step lies before the one that must come first; `step` and `before` say which."""

    def __init__(self, step: PlanStep, before: PlanStep) -> None:
        super().__init__(_("The steps are not in order. Move one of the two dates."), field=step.value)
        self.step, self.before = step, before


def seen_as(dates: Mapping[PlanStep, date]) -> str:
    """A plan as a short text, by which a form says which plan it showed."""
    return record.sha256(record.canonical({step.value: dates[step].isoformat() for step in dates}))[:16]


def save(
    session: Session,
    *,
    intake: Intake,
    dates: Mapping[PlanStep, date],
    seen: str | None,
    actor: Actor,
    now: datetime,
) -> bool:
    """Make these the days of the steps that the group plans; a step that is left out has none any more.

    `seen` is `seen_as` of the plan that was changed (None: whatever it is). Returns whether anything changed.
    Raises Conflict when somebody else has changed the plan meanwhile, OutOfOrder when the order does not hold.
    """
    session.refresh(intake, with_for_update={"key_share": True})
    before = plans.of(session, intake)
    if seen is not None and seen != seen_as(before):
        raise Conflict(
            _(
                "Somebody else has changed the time plan since you opened it. Look at it again before you save."
            )
        )
    fixed = {step: day for step, day in before.items() if step not in PLANNED}
    after = {step: day for step, day in dates.items() if step in PLANNED}
    for step, first in out_of_order(fixed | after):
        raise OutOfOrder(step, first)
    changes = {
        step.value: (before.get(step), after.get(step))
        for step in PLANNED
        if before.get(step) != after.get(step)
    }
    if not changes:
        return False
    _write(session, intake, after)
    record.write(
        session,
        region_id=intake.region_id,
        actor=actor,
        now=now,
        action="intake.plan_changed",
        subject=("intake", id_of(intake)),
        changes=changes,
        intake_id=intake.id,
    )
    return True


def _write(session: Session, intake: Intake, after: Mapping[PlanStep, date]) -> None:
    for step, column in COLUMNS.items():
        setattr(intake, column, after.get(step))
    session.add(intake)
    session.exec(delete(PlanDate).where(col(PlanDate.intake_id) == intake.id))
    session.add_all(
        PlanDate(region_id=intake.region_id, intake_id=id_of(intake), step=step, on_day=day)
        for step, day in after.items()
        if step not in COLUMNS
    )
    session.flush()
