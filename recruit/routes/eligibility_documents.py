"""Documents: as a download, and before assessors see one: what is found, what a person strikes, the burnt copy."""

from threading import Lock
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import CombinedMultiDict

from forms.eligibility import UploadForm
from recruit import applicant_view, clock, redacting
from recruit.database import transaction
from recruit.documents import sandbox
from recruit.errors import Invalid, NotFound
from recruit.i18n import gettext as _
from recruit.keeping import Latest
from recruit.models import Application, Attachment, Intake
from recruit.queries import eligibility as queries
from recruit.redacting import Look
from recruit.request import actor, db, settings
from recruit.routes.eligibility import address, application_here, blueprint
from recruit.services.impartiality import refuse_partial
from recruit.services.references import NEVER_REDACTED, add_redacted
from recruit.storage import Storage
from recruit.traces import Person
from recruit.traces_words import kind_words, why_words


@blueprint.get("/<code>/attachments/<attachment>")
def attachment(region: str, intake: str, code: str, attachment: str) -> Response:
    """A document, as a download."""
    _found, application = application_here(code)
    row = queries.attachment(db(), application, attachment)
    content = Storage(settings().attachments).open(row.storage_name)
    response = Response(content, content_type=row.media_type)
    response.headers.set("Content-Disposition", "attachment", filename=row.filename)
    return response


@blueprint.route("/<code>/attachments/<attachment>/copy", methods=["GET", "POST"])
def redact(region: str, intake: str, code: str, attachment: str) -> Any:
    """Add the copy of a document that assessors may see."""
    found, application = application_here(code)
    row = queries.attachment(db(), application, attachment)
    form = UploadForm(
        CombinedMultiDict([request.files, request.form]) if request.method == "POST" else None, say=_
    )
    if request.method == "POST" and form.validate():
        upload = form.file.chosen
        try:
            with transaction(db()):
                add_redacted(
                    db(),
                    attachment=row,
                    filename=upload.filename or "",
                    content=upload.stream.read(),
                    storage=Storage(settings().attachments),
                    actor=actor(),
                    now=clock.now(),
                )
            flash(_("The copy is added. Assessors see it instead of the original."))
            return redirect(address(found, code), 303)
        except Invalid as error:
            form.file.errors = [str(error)]
    shown = render_template(
        "eligibility/redact.html",
        intake=found,
        code=code,
        attachment=row,
        form=form,
        forbidden=row.kind in NEVER_REDACTED,
        words=applicant_view,
    )
    return shown, 422 if form.errors else 200


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


@blueprint.get("/<code>/attachments/<attachment>/scan/<int:number>.jpg")
def scanned_page(region: str, intake: str, code: str, attachment: str, number: int) -> Response:
    """A page, counted from 1, with what was found marked."""
    _found, application = application_here(code)
    row = _redactable(application, attachment)
    periods, referees, _attachments = queries.told(db(), application)
    person = redacting.person_of(application, periods, referees)
    with _MARKING:
        pages = _MARKED.get((row.storage_name, person), lambda: _marked(row.storage_name, person))
    if not 1 <= number <= len(pages):
        raise NotFound(_("The document has no such page."))
    return Response(pages[number - 1], mimetype="image/jpeg")


#: Documents looked at lately, as marked pages: a page asks for all its pictures at once, and each is read once.
_MARKED: Latest[tuple[str, Person], tuple[bytes, ...]] = Latest(4)
_MARKING = Lock()


def _marked(storage_name: str, person: Person) -> tuple[bytes, ...]:
    content = Storage(settings().attachments).open(storage_name)
    seen = redacting.look(content, person)
    marks: dict[int, dict[str, list[Any]]] = {
        page: {"spans": [], "images": []} for page in range(len(seen.pages))
    }
    for places in seen.places.values():
        for page, *span in places:
            marks[page]["spans"].append(span)
    for page, image in seen.images.values():
        marks[page]["images"].append(image)
    return sandbox.pages(content, marks)


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
