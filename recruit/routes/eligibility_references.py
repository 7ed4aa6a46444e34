"""What referees answered: entered by hand, kept as a form, or uploaded from a spreadsheet."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.datastructures import CombinedMultiDict

from forms.eligibility import SCALE, AnsweredForm, ReferenceFileForm, ReferenceForm
from forms.fields import OneOf
from recruit import applicant_view, clock, reference_words
from recruit.database import transaction
from recruit.errors import Conflict, Invalid
from recruit.i18n import gettext as _
from recruit.i18n import ngettext
from recruit.masked_text import parts
from recruit.masking import striker
from recruit.models import Account, Application, CameBy, Referee
from recruit.models.application import QUESTIONS
from recruit.queries import eligibility as queries
from recruit.queries import references as asking
from recruit.redacting import person_of
from recruit.reference_file import read_references
from recruit.request import actor, db, settings
from recruit.routes.eligibility import address, application_here, blueprint, present, show_error
from recruit.services import eligibility as service
from recruit.services.eligibility import ReferenceAnswers
from recruit.storage import Storage
from recruit.traces import Finder


@blueprint.route("/<code>/referees/<referee>", methods=["GET", "POST"])
def reference(region: str, intake: str, code: str, referee: str) -> Any:
    """Enter what a referee answered to the fixed form, or keep the form itself."""
    found, application = application_here(code)
    row = queries.referee(db(), application, referee)
    answering = request.method == "POST" and request.form.get("act") != "file"
    asked = asking.request_of(db(), row)
    own = asked if asked is not None and asked.answered_at is not None else None
    data = applicant_view.reference_data(row)
    if own is not None and row.masked_comment is None:
        data["masked_comment"] = _proposed(application, own.comment)
    form = ReferenceForm(request.form if answering else None, data=data, say=_, own=own is not None)
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
    except Conflict as error:
        form.form_errors.append(str(error))
    shown = render_template(
        "eligibility/reference.html",
        intake=found,
        code=code,
        referee=row,
        form=form,
        upload=upload,
        own=own,
        said=_said(row) if own is not None else [],
        words=reference_words,
    )
    return shown, 422 if form.errors or upload.errors else 200


def _proposed(application: Application, comment: str) -> str:
    """What the referee wrote without all that is struck or found: a proposal, for a person to go through."""
    periods, referees, _attachments = queries.told(db(), application)
    email = db().get_one(Account, application.account_id).email
    hide = striker(application, periods, referees, email)
    found = parts(comment, hide, Finder(person_of(application, periods, referees)), pronouns=True)
    return "".join(each.text if each.state == "kept" else "[…]" for each in found)


def _said(row: Referee) -> list[dict[str, str]]:
    """What the referee answered, question by question."""
    levels = dict(SCALE)
    form = ReferenceForm(None, say=_)
    said = [{"key": form[name].label.text, "value": _(levels[str(getattr(row, name))])} for name in QUESTIONS]
    return [*said, {"key": form.would_employ.label.text, "value": _("Yes") if row.would_employ else _("No")}]


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
        came_by=CameBy(form.came_by.data) if form.came_by else None,
    )
