"""The queue of references: who is asked, who has answered, and asking, sending again, more time, taking back."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from forms.reference_asking import DueForm, TermsForm
from recruit import applicant_view, clock, reference_words
from recruit.database import transaction
from recruit.errors import Invalid
from recruit.i18n import gettext as _
from recruit.i18n import ngettext
from recruit.models import Intake, ReferenceAsking
from recruit.queries import eligibility
from recruit.queries import references as queries
from recruit.request import account, actor, db, page_asked, settings
from recruit.routes.eligibility import present, show_error
from recruit.services import reference_asking as service
from recruit.services import reference_rule
from recruit.services.reference_asking import Done
from recruit.services.selection import summary

blueprint = Blueprint("references", __name__, url_prefix="/g/<region>/<intake>/references")
ACTS = ("ask", "extend", "resend", "revoke")


@blueprint.get("")
def index(region: str, intake: str) -> Any:
    """Every referee of a sent application, by where the reference stands."""
    return _page(present())


@blueprint.post("")
def act(region: str, intake: str) -> Any:
    """Do something about those who are ticked."""
    found = present()
    chosen = request.form.getlist("on_page" if request.form.get("scope") == "page" else "referee")
    what = request.form.get("act", "ask")
    if what not in ACTS:
        abort(400)
    form = DueForm(request.form if what in ("ask", "extend") else None, say=_)
    if what in ("ask", "extend") and not form.validate():
        return _page(found, form=form, chosen=chosen), 422
    try:
        with transaction(db()):
            done = _do(found, what, chosen, form)
    except Invalid as error:
        show_error(form, error)
        return _page(found, form=form, chosen=chosen), error.status
    flash(_told(what, done.number), "success" if done.number else "warning")
    if done.left_out:
        flash(summary(done.left_out), "warning")
    state = request.args.get("state", "")
    return redirect(url_for("references.index", region=region, intake=intake, state=state or None), 303)


def _do(intake: Intake, what: str, chosen: list[str], form: DueForm) -> Done:
    common: dict[str, Any] = {"intake": intake, "referees": chosen, "actor": actor(), "now": clock.now()}
    base_url = settings().base_url
    if what == "resend":
        return service.resend(db(), base_url=base_url, **common)
    if what == "revoke":
        return service.revoke(db(), **common)
    assert form.due_on.data is not None
    verb = service.extend if what == "extend" else service.ask
    return verb(db(), due_on=form.due_on.data, base_url=base_url, **common)


def _told(what: str, number: int) -> str:
    if what == "resend":
        return ngettext("%(num)s mail goes out again.", "%(num)s mails go out again.", number)
    if what == "revoke":
        return ngettext(
            "%(num)s request is taken back. Its links no longer work.",
            "%(num)s requests are taken back. Their links no longer work.",
            number,
        )
    if what == "extend":
        return ngettext(
            "%(num)s referee has more time and gets a mail.",
            "%(num)s referees have more time and get a mail each.",
            number,
        )
    return ngettext(
        "%(num)s referee is asked and gets a mail.", "%(num)s referees are asked and get a mail each.", number
    )


@blueprint.route("/setting", methods=["GET", "POST"])
def setting(region: str, intake: str) -> Any:
    """When the intake asks its referees, and how long they have."""
    found = present()
    now_set = queries.terms(db(), found.id or 0)
    data = {"asking": now_set.asking.value, "days": now_set.days, "remind_days": now_set.remind_days}
    form = TermsForm(request.form if request.method == "POST" else None, data=data, say=_)
    if request.method == "POST" and form.validate():
        try:
            with transaction(db()):
                reference_rule.set_terms(
                    db(),
                    intake=found,
                    asking=ReferenceAsking(form.asking.data),
                    days=form.days.data or 0,
                    remind_days=form.remind_days.data or 0,
                    actor=actor(),
                    now=clock.now(),
                )
        except Invalid as error:
            show_error(form, error)
        else:
            flash(_("Saved."))
            return redirect(url_for("references.index", region=region, intake=intake), 303)
    shown = render_template("references/setting.html", intake=found, form=form)
    return shown, 422 if form.errors else 200


def _page(intake: Intake, form: DueForm | None = None, chosen: list[str] | None = None) -> str:
    day, number = queries.today(), page_asked()
    wanted = request.args.get("state", "")
    state = wanted if wanted in queries.STATES else ""
    terms = queries.terms(db(), intake.id or 0)
    counts = queries.counts(db(), intake, day)
    return render_template(
        "references/index.html",
        intake=intake,
        rows=queries.page(db(), intake, state, day, number=number),
        state=state,
        states=queries.STATES,
        counts=counts,
        total=counts[state],
        page=number,
        per_page=queries.PER_PAGE,
        terms=terms,
        form=form or DueForm(None, data={"due_on": day + timedelta(days=terms.days)}, say=_),
        chosen=chosen or [],
        masked=eligibility.assessed_by(db(), intake.id or 0, account().id or 0),
        day=day,
        words=reference_words,
        names=applicant_view,
    )
