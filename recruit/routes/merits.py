"""Requests for merits, for the coordinators: the queue, the answer with its proposal, and the letters' contacts."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from forms.merits import AnswerForm, ContactForm
from recruit import clock, merits_view
from recruit.database import transaction
from recruit.errors import Conflict, Invalid
from recruit.i18n import force_locale
from recruit.i18n import gettext as _
from recruit.models import Account, Application
from recruit.queries import eligibility
from recruit.queries import merits as queries
from recruit.request import account, actor, db, settings
from recruit.request import region as present_region
from recruit.routes.eligibility import present, show_error
from recruit.services import merits as service
from recruit.services.impartiality import refuse_its_assessor

blueprint = Blueprint("merits", __name__, url_prefix="/g/<region>")


@blueprint.get("/<intake>/merits")
def index(region: str, intake: str) -> Any:
    """What applicants have asked for."""
    found = present()
    return render_template(
        "merits/index.html",
        intake=found,
        rows=queries.in_intake(db(), found),
        masked=eligibility.assessed_by(db(), found.id or 0, account().id or 0),
    )


@blueprint.route("/<intake>/merits/<request_id>", methods=["GET", "POST"])
def answer(region: str, intake: str, request_id: str) -> Any:
    """Write the answer, beginning from what the applications say, in the applicant's language."""
    found = present()
    row = queries.one(db(), found, request_id)
    application = db().get_one(Application, row.application_id)
    refuse_its_assessor(db(), application=application, actor=actor())
    written_in = db().get_one(Account, application.account_id).language
    with force_locale(written_in):
        proposed = merits_view.proposal(queries.of_called_and_hired(db(), found), found)
    form = AnswerForm(request.form if request.method == "POST" else None, data={"answer": proposed}, say=_)
    if request.method == "POST" and form.validate():
        try:
            with transaction(db()):
                service.answer(
                    db(),
                    request=row,
                    text=form.answer.data or "",
                    base_url=settings().base_url,
                    actor=actor(),
                    now=clock.now(),
                )
        except Invalid as error:
            show_error(form, error)
        except Conflict as error:
            form.form_errors.append(str(error))
        else:
            flash(_("The answer is on the applicant's page, and a mail says so."))
            return redirect(url_for("merits.index", region=region, intake=intake), 303)
    shown = render_template("merits/answer.html", intake=found, row=row, application=application, form=form)
    return shown, 422 if form.errors else 200


@blueprint.route("/decision-letters", methods=["GET", "POST"])
def contact(region: str) -> Any:
    """Where the region's decision letters send people."""
    here = present_region()
    row = queries.contact_of(db(), region_id=here.id or 0)
    data = {name: getattr(row, name, "") for name in ("contact", "notice_board", "court")}
    form = ContactForm(request.form if request.method == "POST" else None, data=data, say=_)
    if request.method == "POST" and form.validate():
        with transaction(db()):
            service.set_contact(
                db(),
                region=here,
                notice_board=form.notice_board.data or "",
                court=form.court.data or "",
                contact=form.contact.data or "",
                actor=actor(),
                now=clock.now(),
            )
        flash(_("Saved."))
        return redirect(url_for("merits.contact", region=region), 303)
    return render_template("merits/contact.html", form=form), 422 if form.errors else 200
