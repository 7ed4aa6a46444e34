"""What referees answered: entered by hand, kept as a form, or uploaded from a spreadsheet."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import CombinedMultiDict

from forms.eligibility import AnsweredForm, ReferenceFileForm, ReferenceForm
from forms.fields import OneOf
from recruit import applicant_view, clock
from recruit.database import transaction
from recruit.errors import Invalid
from recruit.queries import eligibility as queries
from recruit.reference_file import read_references
from recruit.request import actor, db, settings
from recruit.routes.eligibility import address, application_here, blueprint, present, show_error
from recruit.services import eligibility as service
from recruit.services.eligibility import ReferenceAnswers
from recruit.storage import Storage


@blueprint.route("/<code>/referees/<referee>", methods=["GET", "POST"])
def reference(region: str, intake: str, code: str, referee: str) -> Any:
    """Enter what a referee answered to the fixed form, or keep the form itself."""
    found, application = application_here(code)
    row = queries.referee(db(), application, referee)
    answering = request.method == "POST" and request.form.get("act") != "file"
    form = ReferenceForm(request.form if answering else None, data=applicant_view.reference_data(row), say=_)
    sent = request.method == "POST" and not answering
    upload = AnsweredForm(CombinedMultiDict([request.files, request.form]) if sent else None, say=_)
    try:
        if answering and form.validate():
            with transaction(db()):
                service.enter_reference(
                    db(), referee=row, answers=_answers(form), actor=actor(), now=clock.now()
                )
            flash(_("The answers are saved."))
            return redirect(address(found, code), 303)
        if sent and upload.validate():
            with transaction(db()):
                service.add_answered_form(
                    db(),
                    referee=row,
                    filename=upload.file.chosen.filename or "",
                    content=upload.file.chosen.stream.read(),
                    storage=Storage(settings().attachments),
                    actor=actor(),
                    now=clock.now(),
                )
            flash(_("The form is kept among the application's documents."))
            return redirect(address(found, code), 303)
    except Invalid as error:
        show_error(upload if sent else form, error)
    shown = render_template(
        "eligibility/reference.html", intake=found, code=code, referee=row, form=form, upload=upload
    )
    return shown, 422 if form.errors or upload.errors else 200


@blueprint.route("/references", methods=["GET", "POST"])
def references(region: str, intake: str) -> Any:
    """Upload referees' answers from a spreadsheet: all rows, or none."""
    found = present()
    form = ReferenceFileForm(
        CombinedMultiDict([request.files, request.form]) if request.method == "POST" else None, say=_
    )
    if request.method == "POST" and form.validate():
        upload = form.file.chosen
        try:
            entered = read_references(upload.filename or "", upload.stream.read())
            with transaction(db()):
                number = service.enter_references(
                    db(), intake=found, entered=entered, actor=actor(), now=clock.now()
                )
            flash(
                ngettext(
                    "The answers of %(num)s referee are saved.",
                    "The answers of %(num)s referees are saved.",
                    number,
                )
            )
            return redirect(url_for("eligibility.index", region=region, intake=intake), 303)
        except Invalid as error:
            form.file.errors = [str(error)]
    shown = render_template("eligibility/references.html", intake=found, form=form)
    return shown, 422 if form.errors else 200


def _level(field: OneOf) -> int:
    assert field.data is not None
    return int(field.data)


def _answers(form: ReferenceForm) -> ReferenceAnswers:
    return ReferenceAnswers(
        safety=_level(form.safety),
        asks_for_help=_level(form.asks_for_help),
        responsibility=_level(form.responsibility),
        collaboration=_level(form.collaboration),
        would_employ=bool(form.would_employ.answer),
        masked_setting=form.masked_setting.data or "",
        masked_comment=form.masked_comment.data or "",
    )
