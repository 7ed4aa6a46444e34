"""The applicant's files: adding, replacing, downloading, removing."""

from io import BytesIO
from typing import Any

from flask import Response, flash, redirect, render_template, request, send_file

from forms.attachments import AttachmentForm
from recruit import clock
from recruit.database import transaction
from recruit.errors import Invalid
from recruit.guard import guard
from recruit.i18n import gettext as _
from recruit.models import Application, AttachmentKind
from recruit.queries import application as queries
from recruit.request import actor, db
from recruit.routes import application_words as words
from recruit.routes.application_shared import (
    DOCUMENTS,
    attach_file,
    back_to,
    blueprint,
    changeable,
    own_application,
    page,
    place,
    posted,
    storage,
    url,
)
from recruit.services import application as services

DRAIN_AT_MOST = 200 * 1024 * 1024


def documents(application: Application, form: AttachmentForm | None = None) -> Any:
    dossier = queries.dossier(db(), application)
    return page(
        "documents",
        dossier,
        form=form or AttachmentForm(data={"kind": request.args.get("kind")}, say=_),
        topic_title=words.TITLES[DOCUMENTS],
        lacking=words.lacking_documents(dossier),
        files=[words.file_facts(application, each) for each in dossier.attachments],
        back_to=back_to(application),
    )


@blueprint.route("/my/<reference>/attachments/new", methods=["GET", "POST"])
def upload(reference: str) -> Any:
    """Add a file, or replace one (`?replaces=`)."""
    application = changeable(own_application(reference))
    old_id = request.args.get("replaces")
    old = queries.attachment(db(), application, old_id) if old_id else None
    kind = old.kind.value if old else request.args.get("kind")
    form = AttachmentForm(posted(), data={"kind": kind}, say=_)
    if old is not None:
        form.kind.data = old.kind.value
    if request.method == "GET":
        return _upload_page(application, form, old)
    if not form.validate():
        return _upload_page(application, form, old), 422
    try:
        with transaction(db()):
            kept, new = attach_file(application, AttachmentKind(form.kind.data), form.file.chosen)
            if old is not None and kept.public_id != old.public_id:
                _remove(application, old)
    except Invalid as refusal:
        place(form, refusal)
        return _upload_page(application, form, old), 422
    if new:
        flash(_("The file is kept."))
    return redirect(url("topic", application, topic=DOCUMENTS), 303)


def _upload_page(application: Application, form: AttachmentForm, old: Any) -> Any:
    if old is None:
        return documents(application, form)
    dossier = queries.dossier(db(), application)
    return page("replace", dossier, form=form, file=words.file_facts(application, old))


def _remove(application: Application, attachment: Any) -> None:
    services.remove_attachment(
        db(),
        application=application,
        attachment=attachment,
        storage=storage(),
        actor=actor(),
        now=clock.now(),
    )


@blueprint.get("/my/<reference>/attachments/<attachment>")
def attachment(reference: str, attachment: str) -> Response:
    """One's own file, as a download."""
    row = queries.attachment(db(), own_application(reference), attachment)
    return send_file(
        BytesIO(storage().open(row.storage_name)),
        mimetype=row.media_type,
        as_attachment=True,
        download_name=row.filename,
        max_age=0,
    )


@blueprint.route("/my/<reference>/attachments/<attachment>/remove", methods=["GET", "POST"])
def remove_attachment(reference: str, attachment: str) -> Any:
    """Remove a file, after asking."""
    application = changeable(own_application(reference))
    row = queries.attachment(db(), application, attachment)
    back = url("topic", application, topic=DOCUMENTS)
    if request.method == "POST":
        with transaction(db()):
            _remove(application, row)
        flash(_("The file is removed."))
        return redirect(back, 303)
    return page(
        "confirm",
        queries.dossier(db(), application),
        heading=_("Remove this file?"),
        what=row.filename,
        button_label=_("Remove the file"),
        back=back,
    )


@blueprint.errorhandler(413)
def _too_large(_error: Any) -> Any:
    """Say it on the page of the file. What is still on its way is read to its end, else the browser shows no answer."""
    _drain()
    refused = guard()
    if refused is not None:
        return refused
    return (
        render_template(
            "errors/error.html",
            status=413,
            heading=_("The file is too large"),
            message=_("Choose a file smaller than 10 MB. A photo can be saved in a smaller size."),
            advice=_("Nothing of what you just sent was saved. What was saved before is still there."),
            actions=[(request.path.removesuffix("/new"), _("Go back and choose another file"))],
        ),
        413,
    )


def _drain() -> None:
    stream, left = request.environ["wsgi.input"], min(request.content_length or 0, DRAIN_AT_MOST)
    while left > 0:
        chunk = stream.read(min(left, 1 << 16))
        if not chunk:
            return
        left -= len(chunk)
