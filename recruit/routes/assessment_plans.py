"""Plans of who assesses what: looked at, carried out, taken back."""

import json
from typing import Any

from flask import flash, redirect, render_template, request

from recruit import clock
from recruit.assigning_words import listed
from recruit.database import transaction
from recruit.errors import Conflict
from recruit.i18n import gettext as _
from recruit.i18n import ngettext
from recruit.models import AssignmentPlan, Intake
from recruit.queries import assessment as queries
from recruit.queries import assigning as inputs
from recruit.queries.possible_conflicts import undecided
from recruit.request import actor, db
from recruit.routes.assessment_shared import blueprint, here
from recruit.routes.monitoring_shared import intake_here
from recruit.services import panels


@blueprint.route("/assessment/plans/<int:number>")
def plan(region: str, intake: str, number: int) -> Any:
    """The plan as it was made: who gets what more, loads, mixing, and what to be aware of."""
    found = intake_here()
    return _page(found, panels.plan_of(db(), intake=found, plan_id=number))


def _page(found: Intake, made: AssignmentPlan, refusal: Conflict | None = None) -> Any:
    content = json.loads(made.content)
    status = queries.progress(db(), intake=found, stage=made.stage)
    people = {load.account_id: load for load in status.loads}
    numbers = {who: load.number for who, load in people.items()}
    html = render_template(
        "assessment/plan.html",
        intake=found,
        plan=made,
        content=content,
        stage=made.stage,
        loads=[(people[who], before, after) for who, before, after in content["loads"] if who in people],
        changes=_changes(content),
        groups=[sorted(numbers.get(who, 0) for who in group) for group in content["groups"]],
        undecided=undecided(db(), found),
        only=listed(content["only"]) if content["only"] else "",
        can_undo=panels.can_be_undone(db(), intake=found, plan=made),
        refusal=refusal,
        url=lambda endpoint, **values: here(endpoint, found, **values),
    )
    return html, refusal.status if refusal else 200


def _changes(content: dict[str, Any]) -> dict[int, tuple[list[str], list[str]]]:
    """Assessor -> codes that they get, and codes that go from them."""
    pairs = [("added", 0), ("dropped", 1)]
    codes = inputs.codes_of(
        db(), {application for kind, _side in pairs for application, _who in content[kind]}
    )
    found: dict[int, tuple[list[str], list[str]]] = {}
    for kind, side in pairs:
        for application, who in content[kind]:
            if application in codes:
                found.setdefault(who, ([], []))[side].append(codes[application])
    for both in found.values():
        for side_codes in both:
            side_codes.sort()
    return found


@blueprint.post("/assessment/plans/<int:number>/carry-out")
def carry_out(region: str, intake: str, number: int) -> Any:
    """Hand out exactly what the plan says."""
    found = intake_here()
    try:
        with transaction(db()):
            made = panels.plan_of(db(), intake=found, plan_id=number)
            summary = panels.carry_out(db(), intake=found, plan=made, actor=actor(), now=clock.now())
            stage = made.stage
    except Conflict as error:
        found = intake_here()
        return _page(found, panels.plan_of(db(), intake=found, plan_id=number), error)
    flash(
        _(
            "%(new)s assignments are new and %(kept)s stand as before.",
            new=summary.new,
            kept=summary.kept,
        )
    )
    return redirect(here("assign", found, stage=stage, done=number), 303)


@blueprint.post("/assessment/plans/<int:number>/undo")
def undo_plan(region: str, intake: str, number: int) -> Any:
    """Take back what was handed out last."""
    found = intake_here()
    try:
        with transaction(db()):
            made = panels.plan_of(db(), intake=found, plan_id=number)
            panels.undo(db(), intake=found, plan=made, actor=actor(), now=clock.now())
            stage, gone = made.stage, len(json.loads(made.content)["added"])
    except Conflict as error:
        found = intake_here()
        return _page(found, panels.plan_of(db(), intake=found, plan_id=number), error)
    flash(ngettext("One assignment is taken back.", "%(num)s assignments are taken back.", gone))
    return redirect(here("assign", found, stage=stage), 303)


def posted_codes() -> set[str]:
    """The codes that were chosen, each in a field of its own or several in one."""
    return {code.upper() for field in request.form.getlist("code") for code in field.split()}


def propose(found: Intake, stage: str) -> Any:
    """Make a plan for the codes that were posted, or for all, and show it."""
    codes = posted_codes()
    with transaction(db()):
        made = panels.propose(
            db(), intake=found, stage=stage, only=codes or None, actor=actor(), now=clock.now()
        )
        number = made.id
    return redirect(here("plan", found, number=number), 303)
