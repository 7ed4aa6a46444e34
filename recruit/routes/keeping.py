"""The region's plan for disposal, the holds that stop it, what is due, and receipts of what went."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for

from forms.rights import HoldForm, KeepingForm, LiftForm
from recruit import clock
from recruit.database import transaction
from recruit.errors import Refusal
from recruit.i18n import gettext as _
from recruit.i18n import language
from recruit.models import HoldGround, Intake
from recruit.models.disposal import TERMS
from recruit.queries import disposal as queries
from recruit.queries import intake as intakes
from recruit.queries import naming
from recruit.request import actor, db
from recruit.services import keeping_plan as service

blueprint = Blueprint("keeping", __name__, url_prefix="/g/<region>/keeping")


@blueprint.get("")
def show(region: str) -> Any:
    """The plan, holds, what is due and what has gone."""
    return _page()


def _page(
    plan: KeepingForm | None = None,
    hold: HoldForm | None = None,
    lift: tuple[str, LiftForm] | None = None,
    tried: dict[str, int] | None = None,
) -> str:
    region_id = g.region.id
    row = queries.chosen_plan(db(), region_id=region_id)
    terms = queries.terms_of(row)
    held = queries.holds(db(), region_id=region_id)
    lifted = queries.holds(db(), region_id=region_id, lifted=True)
    people = [each.placed_by_id for each, *_rest in (*held, *lifted)]
    people += [each.lifted_by_id for each, *_rest in lifted if each.lifted_by_id]
    return render_template(
        "people/keeping.html",
        form=plan or KeepingForm(None, data={**terms, "decision": row.decision if row else ""}, say=_),
        hold=hold or _hold_form(None),
        lift=lift,
        lift_form=LiftForm(None, say=_),
        revision=row.revision if row else 0,
        held=held,
        lifted=lifted,
        names=naming.names(db(), ids=people),
        tried=tried is not None,
        due=queries.due(db(), region_id=region_id, now=clock.now(), terms=tried),
        receipts=queries.receipts(db(), region_id=region_id),
        title=_title,
    )


def _title(intake: Intake) -> str:
    return intake.title_sv if language() == "sv" else intake.title_en


def _hold_form(posted: Any) -> HoldForm:
    form = HoldForm(posted, say=_)
    form.intake.choices = {"": "", **{each.slug: _title(each) for each in intakes.of_region(db())}}
    return form


@blueprint.post("")
def save(region: str) -> Any:
    """Set the plan, or only show what it would dispose of."""
    form = KeepingForm(request.form, say=_)
    whole = form.validate()
    if request.form.get("action") == "preview":
        form.decision.errors = []  # nothing is decided yet
        wrong = any(form[name].errors for name in TERMS)
        tried = None if wrong else {name: form[name].data for name in TERMS}
        return _page(plan=form, tried=tried), 422 if wrong else 200
    if not whole:
        return _page(plan=form), 422
    try:
        with transaction(db()):
            service.choose(
                db(),
                region_id=g.region.id,
                terms={name: form[name].data for name in TERMS},
                decision=form.decision.data or "",
                revision=request.form.get("revision", -1, int),
                actor=actor(),
                now=clock.now(),
            )
    except Refusal as refused:
        form[getattr(refused, "field", None) or "decision"].errors = [str(refused)]
        return _page(plan=form), refused.status
    flash(_("The plan is saved. What is due goes by itself, once a day."))
    return redirect(url_for("keeping.show", region=region), 303)


@blueprint.post("/holds")
def hold(region: str) -> Any:
    """Stop disposal of an application or an intake."""
    form = _hold_form(request.form)
    if not form.validate():
        return _page(hold=form), 422
    try:
        with transaction(db()):
            intake = next(each for each in intakes.of_region(db()) if each.slug == form.intake.data)
            service.place(
                db(),
                intake=intake,
                reference=form.reference.data or "",
                ground=HoldGround(form.ground.data),
                reason=form.reason.data or "",
                actor=actor(),
                now=clock.now(),
            )
    except Refusal as refused:
        form[getattr(refused, "field", None) or "reason"].errors = [str(refused)]
        return _page(hold=form), refused.status
    flash(_("Disposal is stopped until the hold is lifted."))
    return redirect(url_for("keeping.show", region=region, _anchor="holds"), 303)


@blueprint.post("/holds/<public_id>/lift")
def lift(region: str, public_id: str) -> Any:
    """Lift a hold."""
    form = LiftForm(request.form, say=_)
    if not form.validate():
        return _page(lift=(public_id, form)), 422
    with transaction(db()):
        service.lift(
            db(),
            region_id=g.region.id,
            public_id=public_id,
            reason=form.reason.data or "",
            actor=actor(),
            now=clock.now(),
        )
    flash(_("The hold is lifted. Disposal goes on by the plan."))
    return redirect(url_for("keeping.show", region=region, _anchor="holds"), 303)
