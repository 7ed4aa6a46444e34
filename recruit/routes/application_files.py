"""The applicant's files: adding, replacing, downloading, removing."""

from io import BytesIO
from typing import Any

from flask import Response, flash, jsonify, redirect, render_template, request, send_file

from forms.attachments import AttachmentForm
from recruit import clock
from recruit.database import begin_writing, only_reads, transaction
from recruit.documents import sandbox
from recruit.errors import Invalid, NotFound
from recruit.guard import guard
from recruit.i18n import gettext as _
from recruit.keeping import Latest
from recruit.models import Application, Attachment, AttachmentKind, RemovedKind
from recruit.queries import application as queries
from recruit.request import actor, db
from recruit.routes import application_words as words
from recruit.routes.application_shared import (
    DOCUMENTS,
    about_twins,
    back_to,
    blueprint,
    changeable,
    own_application,
    page,
    posted,
    storage,
    url,
)
from recruit.routes.application_undo import removed
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
        removed=removed(application, RemovedKind.FILE),
        back_to=back_to(application),
    )


@blueprint.route("/my/<reference>/attachments/new", methods=["GET", "POST"])
def upload(reference: str) -> Any:
    """Add files, or replace one (`?replaces=`). A script that asks for JSON sends one and is told how it went."""
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
        if _wants_json():
            return _refused(next(error for field in form for error in field.errors))
        return _upload_page(application, form, old), 422
    sent = [each for each in request.files.getlist("file") if each.filename]
    if _wants_json():
        return _answer_script(application, AttachmentKind(form.kind.data), sent[0], old)
    refused = _keep_each(application, AttachmentKind(form.kind.data), sent[:1] if old else sent, old)
    if refused:
        form.file.errors = refused[:1]
        form.form_errors.extend(refused[1:])
        return _upload_page(application, form, old), 422
    return redirect(url("topic", application, topic=DOCUMENTS), 303)


def _wants_json() -> bool:
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


def _keep_each(
    application: Application, kind: AttachmentKind, files: list[Any], old: Attachment | None
) -> list[str]:
    """Keep each file by itself, so that one that is refused takes no other with it; gives why, file by file."""
    refused = []
    for file in files:
        try:
            kept, new, told = _keep(application, kind, file, old)
        except Invalid as refusal:
            refused.append(str(refusal))
            continue
        if new:
            flash(_("%(name)s is kept.", name=kept.filename))
        if told:
            flash(told, "info")
    return refused


def _keep(
    application: Application, kind: AttachmentKind, file: Any, old: Attachment | None
) -> tuple[Attachment, bool, str]:
    """Keep a file; returns its row, whether it is new, and what to say of a file with the same content.

    It is on the disk before the turn to write comes, so that nobody waits for that.
    """
    content, name = file.read(), file.filename or ""
    only_reads(db())
    laid = storage().put(content, name)
    begin_writing(db())
    with transaction(db()):
        kept, twins = services.attach_beside(
            db(),
            application=application,
            kind=kind,
            filename=name,
            content=content,
            storage=storage(),
            laid=laid,
            actor=actor(),
            now=clock.now(),
        )
        if old is not None and kept.public_id != old.public_id:
            _remove(application, old)
    return kept, kept not in twins, about_twins(kept, twins)


def _answer_script(
    application: Application, kind: AttachmentKind, file: Any, old: Attachment | None
) -> tuple[Response, int]:
    try:
        kept, new, told = _keep(application, kind, file, old)
    except Invalid as refusal:
        return _refused(str(refusal))
    message = told or _("%(name)s is kept.", name=kept.filename)
    return jsonify(state="kept" if new else "same", message=message), 200


def _refused(message: str) -> tuple[Response, int]:
    return jsonify(state="refused", message=message), 422


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


@blueprint.get("/my/<reference>/attachments/<attachment>/preview.jpg")
def preview(reference: str, attachment: str) -> Response:
    """The first page of one's own file as a picture, made anew: nothing of the file but what is seen comes along."""
    row = queries.attachment(db(), own_application(reference), attachment)
    try:
        picture = _PREVIEWS.get(row.storage_name, lambda: _first_page(row.storage_name))
    except Invalid as refusal:
        raise NotFound(refusal.message) from None
    return Response(picture, mimetype="image/jpeg")


#: First pages looked at lately.
_PREVIEWS: Latest[str, bytes] = Latest(8)


def _first_page(storage_name: str) -> bytes:
    return sandbox.first_page(storage().open(storage_name))


@blueprint.route("/my/<reference>/attachments/<attachment>/remove", methods=["GET", "POST"])
def remove_attachment(reference: str, attachment: str) -> Any:
    """Remove a file, after asking."""
    application = changeable(own_application(reference))
    row = queries.attachment(db(), application, attachment)
    back = url("topic", application, topic=DOCUMENTS)
    if request.method == "POST":
        with transaction(db()):
            _remove(application, row)
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
    if _wants_json():
        return jsonify(state="refused", message=_("Choose a file smaller than 10 MB.")), 413
    return (
        render_template(
            "errors/error.html",
            status=413,
            heading=_("The file is too large"),
            message=_(
                "Choose a file smaller than 10 MB. A photo can be saved in a smaller size; several files can be sent"
                " one at a time."
            ),
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
