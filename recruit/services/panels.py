"""Panels: applications are handed out to assessors by a plan that was looked at first, and can be taken back."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlmodel import Session, col, select

from recruit.actor import Actor
from recruit.errors import Conflict, Invalid, NotFound
from recruit.i18n import lazy_gettext as _
from recruit.models import Assignment, AssignmentPlan, AssignmentStatus, Intake, IntakeStatus
from recruit.models.types import id_of
from recruit.queries import assessment as queries
from recruit.queries import assigning as inputs
from recruit.queries import intake as intakes
from recruit.queries.steps import is_begun
from recruit.services import assigning, conflict_search, record
from recruit.services.assigning import Basis
from recruit.services.handing import Pair, hand_out, held, members_of, recusals, take_back, tell_given
from recruit.services.holding import hold_intake

if TYPE_CHECKING:
    from scoring.assigning import Plan

__all__ = [
    "AssignmentSummary",
    "NotAssessed",
    "assign",
    "carry_out",
    "hand_out",
    "held",
    "members_of",
    "propose",
    "recusals",
    "undo",
]


#: A message names so many applications at most.
MOST_NAMED = 8


class NotAssessed(Invalid):
    """Some of the chosen applications are not assessed at the stage: `codes`."""

    def __init__(self, codes: list[str]) -> None:
        self.codes = codes
        super().__init__(
            _("These are not assessed at this stage: %(codes)s. Choose others.", codes=_listed(codes)),
            field="code",
        )


@dataclass(frozen=True)
class AssignmentSummary:
    """What an assigning did: new, kept and taken-back assignments, and each assessor's load afterwards."""

    new: int
    kept: int
    taken_back: int
    loads: Mapping[int, int]


def propose(
    session: Session,
    *,
    intake: Intake,
    stage: str = "screening",
    only: Collection[str] | None = None,
    actor: Actor,
    now: datetime,
) -> AssignmentPlan:
    """Plan who assesses what, and keep the plan so that exactly it can be carried out. Hands nothing out.

    `only`: mask codes, when just these are to get assessors. What is submitted or begun stays; the rest changes as
    little as limits allow. Possible conflicts of interest are searched for first; a pair that waits for an answer is
    not assigned.

    Raises a Refusal that names the rule when there is no plan: the intake is still open, eligibility is undecided,
    nobody has been called, a code is unknown, or a limit cannot hold.
    """
    hold_intake(session, intake.id)  # one at a time plans who assesses what
    _check_ready(session, intake, stage, now)
    _check_codes(session, intake, stage, only)
    conflict_search.search(session, intake=intake, now=now)
    basis = assigning.read(session, intake=intake, stage=stage, now=now, only=only)
    plan = assigning.planned(basis)
    made = AssignmentPlan(
        region_id=intake.region_id,
        intake_id=id_of(intake),
        stage=stage,
        basis=basis.digest(),
        content=record.canonical(_content(basis, plan, None if only is None else sorted(only))),
        made_at=now,
        made_by_id=actor.account_id,
    )
    session.add(made)
    session.flush()
    return made


def _content(basis: Basis, plan: Plan, only: list[str] | None) -> dict[str, Any]:
    before: dict[int, int] = {}
    for panels in (basis.fixed, basis.kept):
        for panel in panels.values():
            for who in panel:
                before[who] = before.get(who, 0) + 1
    for _application, who in basis.going:
        before[who] = before.get(who, 0) + 1
    return {
        "only": only,
        "each": basis.each,
        "applications": len(basis.needs),
        "added": [list(pair) for pair in plan.added],
        "dropped": sorted(list(pair) for pair in {*plan.dropped, *basis.going}),
        "begun": sorted(list(pair) for pair in basis.begun),
        "kept": sum(before.values()) - len(basis.going) - len(plan.dropped),
        "loads": [
            [who, before.get(who, 0), plan.loads.get(who, 0)] for who in sorted({*before, *plan.loads})
        ],
        "groups": [list(group) for group in plan.overlap.groups],
        "efficiency": plan.overlap.efficiency,
        "fewest": plan.overlap.fewest_colleagues,
        "one_workplace": len(plan.one_workplace),
        "workplaces": sum(1 for _least, _most, place in basis.terms.values() if place),
    }


def carry_out(
    session: Session, *, intake: Intake, plan: AssignmentPlan, actor: Actor, now: datetime
) -> AssignmentSummary:
    """Hand out exactly what the plan says; tells the assessors who get more.

    Raises Conflict when it has been carried out already, or when anything it rests on has changed since it was made:
    an application withdrawn, an assessment begun, a limit, a conflict of interest, another plan.
    """
    hold_intake(session, intake.id)
    session.refresh(plan)
    if plan.carried_out_at is not None:
        raise Conflict(_("This plan has been carried out already."))
    content = json.loads(plan.content)
    _check_ready(session, intake, plan.stage, now)
    _hold_standing(session, intake, plan.stage)
    basis = assigning.read(session, intake=intake, stage=plan.stage, now=now, only=content["only"])
    if basis.digest() != plan.basis:
        raise Conflict(
            _(
                "Something has changed since this plan was made, so it was not carried out. Make a new plan and look "
                "at it."
            )
        )
    added = [(application, who) for application, who in content["added"]]
    back = take_back(
        session, intake, plan.stage, [(application, who) for application, who in content["dropped"]]
    )
    if len(back) != len(content["dropped"]):
        raise Conflict(_("An assessment was submitted in this very moment. Make a new plan and look at it."))
    for application_id, assessor_id in added:
        hand_out(session, intake, plan.stage, application_id, assessor_id, now)
    plan.carried_out_at = now
    session.add(plan)
    session.flush()
    loads = {who: after for who, _before, after in content["loads"]}
    summary = AssignmentSummary(len(added), content["kept"], len(back), loads)
    _write(session, intake, plan, summary, actor, now)
    tell_given(session, intake, added, now, besides=actor.account_id)
    return summary


def _write(
    session: Session,
    intake: Intake,
    plan: AssignmentPlan,
    summary: AssignmentSummary,
    actor: Actor,
    now: datetime,
) -> None:
    content = json.loads(plan.content)
    record.write(
        session,
        region_id=intake.region_id,
        actor=actor,
        now=now,
        action="assessment.assigned",
        subject=("intake", id_of(intake)),
        changes={
            "stage": (None, plan.stage),
            "assignments": (summary.kept + summary.taken_back, summary.kept + summary.new),
            "taken_back": (None, summary.taken_back),
            "pairs": (content["dropped"], content["added"]),
        },
        intake_id=intake.id,
    )


def _hold_standing(session: Session, intake: Intake, stage: str) -> None:
    """Wait for whoever is submitting in this moment, so that it is seen as submitted, and let nobody submit until the
    panels are changed.
    """
    standing = select(Assignment).where(
        Assignment.intake_id == intake.id,
        Assignment.stage == stage,
        Assignment.status == AssignmentStatus.ASSIGNED,
    )
    held(session, standing)


def assign(
    session: Session,
    *,
    intake: Intake,
    stage: str = "screening",
    only: Collection[str] | None = None,
    actor: Actor,
    now: datetime,
) -> AssignmentSummary:
    """Plan and carry out in one go, for whoever need not look first. Can be run again: what stands is kept, what is
    missing is added. Raises as `propose`.
    """
    hold_intake(session, intake.id)
    _hold_standing(session, intake, stage)
    plan = propose(session, intake=intake, stage=stage, only=only, actor=actor, now=now)
    return carry_out(session, intake=intake, plan=plan, actor=actor, now=now)


def undo(session: Session, *, intake: Intake, plan: AssignmentPlan, actor: Actor, now: datetime) -> None:
    """Take the plan that was carried out last back: what it added goes, what it took back returns, with what was
    written in it.

    Raises Conflict for another plan than the last, and as soon as somebody has begun with what it added.
    """
    hold_intake(session, intake.id)
    session.refresh(plan)
    last = inputs.last_carried_out(session, intake=intake, stage=plan.stage)
    if last is None or last.id != plan.id:
        raise Conflict(_("Only what was handed out last can be taken back, and once."))
    content = json.loads(plan.content)
    added = {(application, who) for application, who in content["added"]}
    dropped = {(application, who) for application, who in content["dropped"]}
    if _begun_with(session, intake, plan):
        raise Conflict(
            _(
                "An assessor has begun with what was handed out, so it stays. Make a new plan for what is to change."
            )
        )
    take_back(session, intake, plan.stage, added)
    _restore(session, intake, plan.stage, dropped, now)
    plan.undone_at = now
    session.add(plan)
    session.flush()
    record.write(
        session,
        region_id=intake.region_id,
        actor=actor,
        now=now,
        action="assessment.assigning_undone",
        subject=("intake", id_of(intake)),
        changes={"stage": (None, plan.stage), "pairs": (content["added"], content["dropped"])},
        intake_id=intake.id,
    )


def can_be_undone(session: Session, *, intake: Intake, plan: AssignmentPlan) -> bool:
    """Whether it is the plan that was carried out last, and nobody has begun with what it added."""
    last = inputs.last_carried_out(session, intake=intake, stage=plan.stage)
    return last is not None and last.id == plan.id and not _begun_with(session, intake, plan)


def _begun_with(session: Session, intake: Intake, plan: AssignmentPlan) -> bool:
    added = {(application, who) for application, who in json.loads(plan.content)["added"]}
    return bool(added & _touched(session, intake, plan.stage))


def _touched(session: Session, intake: Intake, stage: str) -> set[Pair]:
    """Pairs in which something is written, submitted or set aside."""
    done = select(Assignment.application_id, Assignment.assessor_id).where(
        Assignment.intake_id == intake.id,
        Assignment.stage == stage,
        (col(Assignment.status) != AssignmentStatus.ASSIGNED) | is_begun(),
    )
    return {(application, who) for application, who in session.exec(done)}


def _restore(session: Session, intake: Intake, stage: str, pairs: set[Pair], now: datetime) -> None:
    """Give back what was taken back, to those who are still assessors, of applications that are still assessed."""
    pool = {id_of(each) for each in queries.pool(session, intake, stage)}
    assessors = {id_of(each) for each in queries.assessors(session, intake.region_id)}
    barred = queries.barred(session, queries.pool(session, intake, stage))
    wanted = {pair for pair in pairs if pair[0] in pool and pair[1] in assessors} - barred
    aside = held(
        session,
        select(Assignment).where(
            Assignment.intake_id == intake.id,
            Assignment.stage == stage,
            Assignment.status == AssignmentStatus.RECUSED,
            col(Assignment.assessor_id).in_({who for _application, who in wanted}),
        ),
    )
    for each in aside:
        pair = (each.application_id, each.assessor_id)
        if pair in wanted:
            each.status = AssignmentStatus.ASSIGNED
            session.add(each)
            wanted.discard(pair)
    for application_id, assessor_id in sorted(wanted):
        hand_out(session, intake, stage, application_id, assessor_id, now)
    session.flush()


def plan_of(session: Session, *, intake: Intake, plan_id: int) -> AssignmentPlan:
    """A plan of this intake. Raises NotFound."""
    found = inputs.plan_here(session, intake=intake, plan_id=plan_id)
    if found is None:
        raise NotFound(_("There is no such plan in this intake."))
    return found


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
    undecided = queries.undecided(session, intake) if stage == "screening" else []
    if undecided:
        raise Conflict(
            _(
                "Eligibility is not decided for %(number)s applications (%(codes)s). Decide them first.",
                number=len(undecided),
                codes=_listed(undecided),
            )
        )
    if not queries.pool(session, intake, stage):
        raise Conflict(_nothing_to_assess(stage))


def _check_codes(session: Session, intake: Intake, stage: str, only: Collection[str] | None) -> None:
    if only is None:
        return
    known = {each.mask_code for each in queries.pool(session, intake, stage)}
    unknown = sorted(set(only) - known)
    if unknown:
        raise NotAssessed(unknown)
    if not only:
        raise Invalid(_("Choose at least one application."), field="code")


def _nothing_to_assess(stage: str) -> Any:
    if stage == "interview":
        return _("Nobody has been called yet. Confirm an interview list first.")
    return _("No application is eligible, so there is nothing to assess.")


def _listed(codes: list[str]) -> str:
    return ", ".join(codes[:MOST_NAMED]) + (" …" if len(codes) > MOST_NAMED else "")
