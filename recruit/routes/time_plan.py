"""The time plan of an intake: the dates of its steps, changing them, and the same for a calendar."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from forms.time_plan import plan_form
from recruit import clock
from recruit.database import transaction
from recruit.errors import Conflict
from recruit.exports.calendar import plan_calendar
from recruit.i18n import gettext as _
from recruit.intake_home import plan, words
from recruit.models import Intake, PlanStep, Role
from recruit.planning import FIXED, PLANNED, Dates, moved, placed, proposed
from recruit.queries import glance, time_plan
from recruit.request import account, actor, db, roles, settings
from recruit.routes.monitoring_shared import intake_here
from recruit.services import time_plan as service

blueprint = Blueprint("time_plan", __name__)
PREFIX = "/g/<region>/<intake>/plan"
#: The steps are not moved further at once.
LONGEST_MOVE = 366


@blueprint.get(PREFIX)
def show(region: str, intake: str) -> Any:
    """The plan with what was really done, and for the coordinator the form.

    `?propose=1`: all days proposed anew. `?later=14`: those that are planned so many days later, for a closing time
    that was extended. `?was=`: what stood before that was saved, to put back.
    """
    found = intake_here()
    dates = time_plan.of(db(), found)
    later = request.args.get("later", 0, type=int)
    later = later if 0 < later <= LONGEST_MOVE else 0
    form = _form(found, dates, anew="propose" in request.args, later=later)
    return _page(found, dates, form, later=later, was=_days_in(request.args.get("was", "")))


@blueprint.post(PREFIX)
def save(region: str, intake: str) -> Any:
    """Keep the days."""
    found = intake_here()
    before = time_plan.of(db(), found)
    form = _form(found, before, request.form)
    if not form.validate():
        return _page(found, time_plan.of(db(), found), form, 422)
    days = {PlanStep(step): day for step, day in form.days().items()}
    try:
        with transaction(db()):
            changed = service.save(
                db(), intake=found, dates=days, seen=form.seen.data, actor=actor(), now=clock.now()
            )
    except service.OutOfOrder as error:
        _name_order(form, found, error)
        return _page(intake_here(), time_plan.of(db(), intake_here()), form, error.status)
    except Conflict as error:
        found = intake_here()
        dates = time_plan.of(db(), found)
        form.seen.raw_data, form.seen.data = None, service.seen_as(dates)
        return _page(found, dates, form, error.status, told=str(error.message))
    flash(_("The time plan is saved.") if changed else _("Nothing was changed."))
    if changed and "moved" in request.form:
        return redirect(words.to("time_plan.show", found, was=_written(before)), 303)
    return redirect(words.to("intake.show", found), 303)


def _written(dates: Dates) -> str:
    """The days that the group plans, as an address carries them."""
    return "~".join(f"{step.value}.{day}" for step, day in dates.items() if step in PLANNED)


def _days_in(text: str) -> dict[str, str]:
    """Step -> day of what `_written` wrote; whatever is no step is left out, and the form judges the days."""
    known = {step.value for step in PLANNED}
    pairs = (part.partition(".") for part in text[:1000].split("~"))
    return {step: day for step, _dot, day in pairs if step in known}


@blueprint.get(f"{PREFIX}.ics")
def calendar(region: str, intake: str) -> Response:
    """The plan for the group's calendars."""
    found = intake_here()
    data = plan_calendar(
        time_plan.of(db(), found),
        names={step: plan.step_name(step) for step in PlanStep},
        title=words.title_of(found),
        address=settings().base_url + url_for("intake.home", region=region),
        key=f"{found.id}.{region}.recruit",
        now=clock.now(),
    )
    response = Response(data, mimetype="text/calendar")
    response.headers.set("Content-Disposition", "attachment", filename=f"{region}-{found.slug}.ics")
    return response


def _form(found: Intake, dates: Dates, formdata: Any = None, *, anew: bool = False, later: int = 0) -> Any:
    offered = proposed(found)
    shown = {step.value: dates.get(step) or offered.get(step) for step in PLANNED}
    if later:
        days = moved({step: day for step, day in dates.items() if step in PLANNED}, later)
        shown |= {step.value: min(day, found.starts_on) for step, day in days.items()}
    if anew:
        shown = {step.value: offered.get(step) for step in PLANNED}
    names = [(step.value, plan.step_name(step)) for step in PLANNED]
    return plan_form(formdata, steps=names, data=shown | {"seen": service.seen_as(dates)}, say=_)


def _name_order(form: Any, found: Intake, error: service.OutOfOrder) -> None:
    """Put the refusal at a field that can be changed, with both steps named."""
    step, before = error.step, error.before
    field = form[step.value if step not in FIXED else before.value]
    field.errors = [
        _("“%(step)s” lies before “%(before)s”.", step=plan.step_name(step), before=plan.step_name(before))
    ]


def _page(
    found: Intake,
    dates: Dates,
    form: Any,
    status: int = 200,
    told: str = "",
    later: int = 0,
    was: Mapping[str, str] | None = None,
) -> Any:
    now = clock.now()
    today = clock.in_stockholm(now).date()
    seen = glance.at(db(), [found], account_id=account().id or 0, now=now)[0]
    steps = placed(dates, seen.done, today)
    page = render_template(
        "intake/plan.html",
        intake=found,
        form=form,
        steps=steps,
        actual=time_plan.actual(db(), found, now),
        name=plan.step_name,
        what_day=plan.what_day,
        apart=plan.apart,
        planned=PLANNED,
        proposals=proposed(found),
        unplanned=[step for step in PLANNED if step not in dates],
        may_write=Role.COORDINATOR in roles(),
        today=today,
        told=told,
        later=later,
        was=was,
        seen=service.seen_as(dates),
    )
    return page, status
