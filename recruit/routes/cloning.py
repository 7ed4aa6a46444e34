"""Making the next intake from an earlier one: what is carried over, what is left out, and the new draft."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request

from forms.cloning import CloneForm, clone_form
from recruit import clock, reference_words
from recruit.database import transaction
from recruit.errors import Conflict, Invalid
from recruit.i18n import gettext as _
from recruit.intake_home import plan, words
from recruit.models import Intake
from recruit.planning import PLANNED, moved
from recruit.queries import intake as intakes
from recruit.queries import lessons, references
from recruit.request import actor, db
from recruit.routes.monitoring_shared import intake_here
from recruit.services import cloning as service

blueprint = Blueprint("cloning", __name__)
PREFIX = "/g/<region>/<intake>/clone"


@blueprint.get(PREFIX)
def show(region: str, intake: str) -> Any:
    """What will be carried over, and the form."""
    found = intake_here()
    carried = service.carried(db(), source=found)
    return _page(found, carried, _form(None, carried, _proposed(found, carried)))


@blueprint.post(PREFIX)
def make(region: str, intake: str) -> Any:
    """Make the draft."""
    found = intake_here()
    carried = service.carried(db(), source=found)
    form = _form(request.form, carried, {})
    if not form.validate():
        return _page(found, carried, form, 422)
    try:
        with transaction(db()):
            made = service.clone(
                db(), source=found, new=_new(form), seen=form.seen.data, actor=actor(), now=clock.now()
            )
    except Invalid as error:
        name = {"opens_at": "closes_on", "closes_at": "closes_on"}.get(error.field or "", error.field or "")
        field = form[name if name in form else "slug"]
        field.errors = [*field.errors, str(error)]
        return _again(form, error.status)
    except Conflict as error:
        return _again(form, error.status, told=str(error.message))
    flash(_("The draft is made from the earlier intake. Go through it before you open it."))
    return redirect(words.to("intake.show", made), 303)


def _again(form: CloneForm, status: int, told: str = "") -> Any:
    """The page as it is now, with what was typed."""
    found = intake_here()
    carried = service.carried(db(), source=found)
    form.seen.raw_data, form.seen.data = None, carried.site_ids
    return _page(found, carried, form, status, told)


def _form(posted: Any, carried: service.Carried, data: dict[str, Any]) -> CloneForm:
    choices = [
        (str(each.id), _("%(key)s, version %(version)s", key=each.key, version=each.version))
        for each in carried.profiles
    ]
    return clone_form(posted, profiles=choices, data=data, say=_)


def _proposed(found: Intake, carried: service.Carried) -> dict[str, Any]:
    closes = service.next_closing_day(found, clock.now())
    days = closes - clock.in_stockholm(found.closes_at).date()
    start = found.starts_on + days
    start = (start.replace(day=1) + timedelta(days=32)).replace(day=1) if start.day > 1 else start
    taken = {each.slug for each in intakes.of_region(db())}
    base = f"bt-{start.year}-{start.month:02d}"
    slug = next(name for name in (base, *(f"{base}-{n}" for n in range(2, 100))) if name not in taken)
    return {
        "seen": carried.site_ids,
        "title_sv": service.next_title(found.title_sv, found.starts_on, start),
        "title_en": service.next_title(found.title_en, found.starts_on, start),
        "slug": slug,
        "profile_id": str(carried.profiles[0].id),
        "closes_on": closes,
        "starts_on": start,
    }


def _new(form: CloneForm) -> service.NewIntake:
    closes_on, starts_on = form.closes_on.data, form.starts_on.data
    assert closes_on is not None
    assert starts_on is not None
    return service.NewIntake(
        title_sv=form.title_sv.data or "",
        title_en=form.title_en.data or "",
        slug=form.slug.data or "",
        case_number=form.case_number.data or "",
        profile_id=int(form.profile_id.data or 0),
        closes_on=closes_on,
        starts_on=starts_on,
    )


def _page(found: Intake, carried: service.Carried, form: CloneForm, status: int = 200, told: str = "") -> Any:
    closes = form.closes_on.data or service.next_closing_day(found, clock.now())
    dates = moved(carried.dates, (closes - clock.in_stockholm(found.closes_at).date()).days)
    terms = references.terms(db(), found.id or 0)
    page = render_template(
        "intake/clone.html",
        intake=found,
        heading=words.title_of(found),
        carried=carried,
        limits=len(service.limits_carried(db(), found)),
        terms=terms,
        asking=reference_words.asking_word(terms.asking),
        form=form,
        dates=[(plan.step_name(step), dates[step]) for step in PLANNED if step in dates],
        taught=lessons.of(db(), found).summary,
        told=told,
    )
    return page, status
