"""Going through a document before assessors see it: what is found, what a person strikes, the copy that is burnt."""

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from recruit import applicant_view, clock, redacting
from recruit.database import transaction
from recruit.documents import sandbox
from recruit.errors import Invalid, NotFound
from recruit.models import Application, Attachment, Intake
from recruit.queries import eligibility as queries
from recruit.redacting import Look
from recruit.request import actor, db, settings
from recruit.routes.eligibility import application_here, blueprint
from recruit.services.impartiality import refuse_partial
from recruit.services.references import NEVER_REDACTED, add_redacted
from recruit.storage import Storage
from recruit.traces_words import kind_words, why_words


@blueprint.route("/<code>/attachments/<attachment>/scan", methods=["GET", "POST"])
def scan(region: str, intake: str, code: str, attachment: str) -> Any:
    """Every page with what was found; a POST strikes what is ticked and keeps the copy for assessors."""
    found, application = application_here(code)
    row = _redactable(application, attachment)
    content = Storage(settings().attachments).open(row.storage_name)
    try:
        seen = _look(application, content)
    except Invalid as error:
        return _page(found, code, row, None, [("", str(error))]), 422
    if request.method == "GET":
        return _page(found, code, row, seen, [])
    try:
        chosen = redacting.choose(
            seen,
            digest=request.form.get("digest", ""),
            ticked=set(request.form.getlist("strike")),
            words=request.form.get("words", ""),
            whole={int(each) for each in request.form.getlist("page") if each.isdigit()},
        )
        refuse_partial(db(), application=application, actor=actor())
        copy = sandbox.burn(content, chosen.strikes)
        with transaction(db()):
            add_redacted(
                db(),
                attachment=row,
                filename=f"{row.kind.value}.pdf",
                content=copy,
                storage=Storage(settings().attachments),
                actor=actor(),
                now=clock.now(),
                counts={"struck": chosen.struck, "let_stand": chosen.let_stand},
            )
    except Invalid as error:
        return _page(found, code, row, seen, [("words", str(error))]), 422
    flash(_("The copy is made. Assessors see it instead of the original. Open it and look once more."))
    return redirect(url_for("eligibility.show", region=region, intake=intake, code=code), 303)


@blueprint.get("/<code>/attachments/<attachment>/scan/<int:number>.png")
def scanned_page(region: str, intake: str, code: str, attachment: str, number: int) -> Response:
    """A page, counted from 1, with what was found marked."""
    _found, application = application_here(code)
    row = _redactable(application, attachment)
    content = Storage(settings().attachments).open(row.storage_name)
    seen = _look(application, content)
    if not 1 <= number <= len(seen.pages):
        raise NotFound(_("The document has no such page."))
    spans = [place[1:] for places in seen.places.values() for place in places if place[0] == number - 1]
    images = [image for page, image in seen.images.values() if page == number - 1]
    return Response(
        sandbox.picture(content, number - 1, {"spans": spans, "images": images}), mimetype="image/png"
    )


def _redactable(application: Application, public_id: str) -> Attachment:
    row = queries.attachment(db(), application, public_id)
    if row.redacts_id is not None or row.kind in NEVER_REDACTED:
        raise NotFound(_("No copy is made of this document."))
    return row


def _look(application: Application, content: bytes) -> Look:
    periods, referees, _attachments = queries.told(db(), application)
    return redacting.look(content, redacting.person_of(application, periods, referees))


def _page(found: Intake, code: str, row: Attachment, seen: Look | None, errors: list[tuple[str, str]]) -> str:
    posted = request.method == "POST"
    return render_template(
        "eligibility/scan.html",
        intake=found,
        code=code,
        attachment=row,
        seen=seen,
        errors=errors,
        ticked=set(request.form.getlist("strike")) if posted else None,
        whole=set(request.form.getlist("page")),
        own=request.form.get("words", ""),
        words=applicant_view,
        kind_words=kind_words(),
        why_words=why_words(),
    )
