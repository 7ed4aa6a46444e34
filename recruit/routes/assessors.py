"""The coordinator's page of assessors: what each can take, who is away, and how many each application has."""

from typing import Any

from flask import flash, redirect, render_template, request

from forms.assessors import EachForm, TermsForm, numbers_form
from recruit import clock
from recruit.database import transaction
from recruit.errors import Conflict, Invalid, Refusal
from recruit.i18n import gettext as _
from recruit.models.types import id_of
from recruit.queries import assessment as queries
from recruit.queries import assessor_limits as pages
from recruit.queries.assigning import limits
from recruit.request import actor, db
from recruit.routes.assessment_shared import blueprint, here, stage_wanted
from recruit.routes.monitoring_shared import intake_here
from recruit.services import assessor_limits as service
from recruit.services import panels


@blueprint.route("/assessment/assessors", methods=["GET", "POST"])
def assessors(region: str, intake: str) -> Any:
    """Everybody with limits and loads; a POST sets how many assessors each application has."""
    found = intake_here()
    stage = stage_wanted("screening")
    status = queries.progress(db(), intake=found, stage=stage)
    posted = request.form if request.method == "POST" else None
    form = EachForm(posted, data={"each": str(status.each), "stage": stage}, say=_)
    if posted is not None and form.validate():
        try:
            with transaction(db()):
                service.set_each(
                    db(),
                    intake=found,
                    stage=stage,
                    number=int(form.each.data or 0),
                    actor=actor(),
                    now=clock.now(),
                )
            flash(_("Saved. Make a new plan to hand out accordingly."))
            return redirect(here("assessors", found, stage=stage), 303)
        except (Conflict, Invalid) as error:
            form.each.errors = [str(error.message)]
            found = intake_here()
            status = queries.progress(db(), intake=found, stage=stage)
    today = clock.in_stockholm(clock.now()).date()
    html = render_template(
        "assessment/assessors.html",
        intake=found,
        stage=stage,
        status=status,
        form=form,
        rows=pages.rows(db(), intake=found, progress=status, day=today),
        can_interview=queries.confirmed_list(db(), found) is not None,
        url=lambda endpoint, **values: here(endpoint, found, **values),
    )
    return html, 422 if posted is not None else 200


@blueprint.route("/assessment/assessors/limits", methods=["GET", "POST"])
def numbers(region: str, intake: str) -> Any:
    """How much each can take, all of them in one form."""
    found = intake_here()
    status = queries.progress(db(), intake=found, stage="screening")
    people = {each.public_id: each for each in status.loads if each.active}
    standing = limits(db(), intake=found)
    data: dict[str, Any] = {}
    for key, each in people.items():
        limit = standing.get(each.account_id)
        data[f"least_{key}"] = limit.least or None if limit else None
        data[f"most_{key}"] = limit.most if limit else None
        data[f"revision_{key}"] = limit.revision if limit else 0
    posted = request.form if request.method == "POST" else None
    whose = [(key, _("Assessor %(number)s", number=each.number)) for key, each in people.items()]
    form = numbers_form(posted, whose=whose, data=data, say=_)
    refused = None
    if posted is not None and form.validate():
        typed = {people[key].account_id: each for key, each in form.numbers().items()}
        try:
            with transaction(db()):
                service.set_numbers(db(), intake=found, numbers=typed, actor=actor(), now=clock.now())
            flash(_("Saved. Make a new plan to hand out accordingly."))
            return redirect(here("assessors", found), 303)
        except service.RefusedFor as error:
            key = next(key for key, each in people.items() if each.account_id == error.assessor_id)
            form[f"{error.field}_{key}"].errors = [str(error.message)]
        except Conflict as error:
            refused = error
        found = intake_here()
    html = render_template(
        "assessment/limits.html",
        intake=found,
        people=people,
        form=form,
        refused=refused,
        standing=limits(db(), intake=found),
        back=here("assessors", found),
    )
    return html, refused.status if refused else 422 if posted is not None else 200


@blueprint.route("/assessment/assessors/<who>", methods=["GET", "POST"])
def terms(region: str, intake: str, who: str) -> Any:
    """What one assessor can take."""
    found = intake_here()
    account, member = pages.assessor(db(), region_id=found.region_id, public_id=who)
    limit = limits(db(), intake=found).get(id_of(account))
    held = {
        "least": limit.least or None if limit else None,
        "most": limit.most if limit else None,
        "away_from": limit.away_from if limit else None,
        "away_until": limit.away_until if limit else None,
        "hand_over": limit.hand_over if limit else False,
        "workplace": member.workplace,
        "revision": limit.revision if limit else 0,
    }
    posted = request.form if request.method == "POST" else None
    form = TermsForm(posted, data=held, say=_)
    if posted is not None and form.validate():
        try:
            with transaction(db()):
                service.set_terms(
                    db(),
                    intake=found,
                    assessor_id=id_of(account),
                    terms=_terms(form),
                    revision=int(form.revision.data),
                    actor=actor(),
                    now=clock.now(),
                )
            flash(_("Saved. Make a new plan to hand out accordingly."))
            return redirect(here("assessors", found), 303)
        except (Conflict, Invalid) as error:
            field = getattr(error, "field", None) or "least"
            form[field].errors = [str(error.message)]
            found = intake_here()
    html = render_template(
        "assessment/assessor.html",
        intake=found,
        name=account.name or account.email,
        form=form,
        workplaces=pages.known_workplaces(db(), region_id=found.region_id),
        back=here("assessors", found),
    )
    return html, 422 if posted is not None else 200


def _terms(form: TermsForm) -> service.Terms:
    return service.Terms(
        least=form.least.data or 0,
        most=form.most.data,
        away_from=form.away_from.data,
        away_until=form.away_until.data,
        hand_over=bool(form.hand_over.data) and form.away_from.data is not None,
        workplace=form.workplace.data or "",
    )


@blueprint.post("/assessment/assessors/<who>/hand-over")
def hand_over(region: str, intake: str, who: str) -> Any:
    """The assessor is away from now on, and others take over: the plan for it is shown at once."""
    found = intake_here()
    account, _member = pages.assessor(db(), region_id=found.region_id, public_id=who)
    stage = stage_wanted("screening")
    with transaction(db()):
        service.hand_over(db(), intake=found, assessor_id=id_of(account), actor=actor(), now=clock.now())
    found = intake_here()
    try:
        with transaction(db()):
            number = panels.propose(db(), intake=found, stage=stage, actor=actor(), now=clock.now()).id
    except Refusal as error:
        flash(
            _("The assessor is away from today. No plan could be made yet: %(why)s", why=str(error.message))
        )
        return redirect(here("assessors", intake_here(), stage=stage), 303)
    return redirect(here("plan", intake_here(), number=number), 303)


@blueprint.post("/assessment/assessors/<who>/back")
def come_back(region: str, intake: str, who: str) -> Any:
    """The assessor is no longer away."""
    found = intake_here()
    account, _member = pages.assessor(db(), region_id=found.region_id, public_id=who)
    with transaction(db()):
        service.come_back(db(), intake=found, assessor_id=id_of(account), actor=actor(), now=clock.now())
    flash(_("The assessor is back and is counted on in the next plan."))
    return redirect(here("assessors", intake_here(), stage=stage_wanted("screening")), 303)
