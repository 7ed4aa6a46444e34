"""The applicant's files: adding, replacing, downloading, removing."""

from dataclasses import dataclass
from io import BytesIO
from typing import Any

from flask import Response, flash, jsonify, redirect, render_template, request, send_file

from forms.attachments import AttachmentForm, IssuedForm
from forms.choices import ATTACHMENT_KIND
from recruit import clock, document_age_words
from recruit.database import begin_writing, transaction
from recruit.documents import sandbox
from recruit.errors import Full, Invalid, NotFound, Refusal
from recruit.guard import guard
from recruit.i18n import gettext as _
from recruit.keeping import Latest
from recruit.models import Application, Attachment, AttachmentKind, RemovedKind
from recruit.queries import application as queries
from recruit.queries import intake as intakes
from recruit.queries.application import Dossier, Files
from recruit.queries.completeness import TOPIC_OF_DOCUMENT
from recruit.queries.document_age import months_by_kind
from recruit.request import actor, db
from recruit.routes import application_words as words
from recruit.routes.application_shared import (
    DOCUMENTS,
    about_twins,
    back_to,
    blueprint,
    changeable,
    intake_of,
    own_application,
    page,
    place,
    posted,
    storage,
    tell_read_dates,
    url,
)
from recruit.routes.application_undo import removed
from recruit.services import application as services
from recruit.storage import Stored
from recruit.topic_words import TITLES

DRAIN_AT_MOST = 200 * 1024 * 1024


def documents(application: Application, form: AttachmentForm | None = None) -> Any:
    dossier = queries.dossier(db(), application)
    return page(
        "documents",
        dossier,
        form=form or AttachmentForm(data={"kind": request.args.get("kind")}, say=_),
        topic_title=TITLES[DOCUMENTS],
        lacking=words.lacking_documents(dossier),
        files=[words.file_facts(dossier, each) for each in dossier.attachments],
        age_rules=_age_rules(dossier),
        removed=removed(application, RemovedKind.FILE),
        back_to=back_to(application),
    )


def _age_rules(dossier: Dossier) -> list[tuple[str, str]]:
    """The kinds of document that must be recent, each with how recent."""
    return [
        (words.said(ATTACHMENT_KIND, kind), document_age_words.rule(dossier.ages, kind))
        for kind in dossier.ages.months
    ]


@blueprint.route("/my/<reference>/attachments/new", methods=["GET", "POST"])
def upload(reference: str) -> Any:
    """Add files, or replace one (`?replaces=`). A script that asks for JSON sends one and is told how it went."""
    if request.method == "POST" and _wants_json():
        return _answer_script(reference)
    application, old_id = own_application(reference), request.args.get("replaces")
    changeable(application, document=None if old_id else _kind_sent())
    old = queries.attachment(db(), application, old_id) if old_id else None
    kind = old.kind.value if old else request.args.get("kind")
    form = AttachmentForm(posted(), data={"kind": kind}, say=_)
    if old is not None:
        form.kind.data = old.kind.value
    if request.method == "GET":
        return _upload_page(application, form, old)
    if not form.validate():
        return _upload_page(application, form, old), 422
    sent = [each for each in request.files.getlist("file") if each.filename]
    dated = _dated(application)
    kept, refused = _keep_each(application, AttachmentKind(form.kind.data), sent[:1] if old else sent, old)
    if refused:
        form.file.errors = refused[:1]
        form.form_errors.extend(refused[1:])
        return _upload_page(application, form, old), 422
    undated = [each for each in kept if each.kind in dated and each.issued_on is None]
    if len(undated) == 1:
        return redirect(url("issued", application, attachment=undated[0].public_id), 303)
    if not intakes.accepts(
        intake_of(application), clock.now()
    ):  # it was asked for; the other files stay as they are
        return redirect(url("tasks", application), 303)
    return redirect(url("topic", application, topic=DOCUMENTS), 303)


def _kind_sent() -> AttachmentKind | None:
    """The kind of file that is sent, if any."""
    kinds = {each.value: each for each in AttachmentKind}
    return kinds.get(request.form.get("kind", ""))


def _wants_json() -> bool:
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


def _keep_each(
    application: Application, kind: AttachmentKind, files: list[Any], old: Attachment | None
) -> tuple[list[Attachment], list[str]]:
    """Keep each file by itself, so that one that is refused takes no other with it; gives those that are there now, and
    why the others are not.
    """
    there, refused = [], []
    for file in files:
        try:
            kept = _keep(application, kind, file, old)
        except Invalid as refusal:
            refused.append(str(refusal))
            continue
        there.append(kept.row)
        if kept.is_new:
            flash(_("%(name)s is kept.", name=kept.row.filename))
        told = about_twins(kept)
        if told:
            flash(told, "info")
    return there, refused


def _dated(application: Application) -> frozenset[AttachmentKind]:
    """The kinds of which it should be told when they were issued."""
    return frozenset(months_by_kind(intakes.profile_of(db(), intake_of(application))))


def _keep(application: Application, kind: AttachmentKind, file: Any, old: Attachment | None) -> services.Kept:
    """Keep a file. It is on the disk before the turn to write comes, so that nobody waits for that."""
    return _keep_laid(application, kind, _lay(file), old)


@dataclass(frozen=True)
class _Laid:
    """A file that lies in storage and belongs to nothing yet."""

    filename: str
    content: bytes
    stored: Stored


def _lay(file: Any) -> _Laid:
    filename, content = file.filename or "", file.read()
    return _Laid(filename, content, storage().put(content, filename))


def _keep_laid(
    application: Application,
    kind: AttachmentKind,
    laid: _Laid,
    old: Attachment | None,
    before: Files | None = None,
) -> services.Kept:
    begin_writing(db())
    with transaction(db()):
        kept = services.attach(
            db(),
            application=application,
            kind=kind,
            filename=laid.filename,
            content=laid.content,
            storage=storage(),
            laid=laid.stored,
            before=before,
            actor=actor(),
            now=clock.now(),
        )
        if old is not None and kept.row.public_id != old.public_id:
            _remove(application, old)
    return kept


def _answer_script(reference: str) -> tuple[Response, int]:
    """Keep the file that a page's script sends, and tell how it went."""
    form = AttachmentForm(posted(), say=_)
    if not form.validate():
        return _refused(Invalid(next(error for field in form for error in field.errors)))
    try:
        kept, dated = _keep_for_script(reference, AttachmentKind(form.kind.data), form.file.chosen)
    except Full as refusal:
        return jsonify(state="full", message=str(refusal)), refusal.status
    except Refusal as refusal:
        return _refused(refusal)
    message = about_twins(kept) or _("%(name)s is kept.", name=kept.row.filename)
    if dated and kept.row.issued_on is None:
        wanted = _("Write when it was issued: you find it in the list of your files.")
        message = f"{message} {wanted}"
    return jsonify(state="kept" if kept.is_new else "same", message=message), 200


def _keep_for_script(reference: str, kind: AttachmentKind, file: Any) -> tuple[services.Kept, bool]:
    """Keep the file; and whether it should be told when it was issued. It is on the disk before its application is read
    and held: a page sends several at once, and they should not wait for each other's disk.
    """
    old_id, laid = request.args.get("replaces"), _lay(file)
    try:
        application = changeable(own_application(reference, hold=True), document=None if old_id else kind)
        old = queries.attachment(db(), application, old_id) if old_id else None
        kind = old.kind if old else kind
        before, dated = queries.files(db(), application), kind in _dated(application)
    except BaseException:
        storage().delete(laid.stored.storage_name)
        raise
    return _keep_laid(application, kind, laid, old, before), dated


def _refused(refusal: Refusal) -> tuple[Response, int]:
    return jsonify(state="refused", message=str(refusal)), refusal.status


def _upload_page(application: Application, form: AttachmentForm, old: Any) -> Any:
    if old is None:
        return documents(application, form)
    dossier = queries.dossier(db(), application)
    return page("replace", dossier, form=form, file=words.file_facts(dossier, old))


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


@blueprint.route("/my/<reference>/attachments/<attachment>/issued", methods=["GET", "POST"])
def issued(reference: str, attachment: str) -> Any:
    """When one of one's own files was issued. One that is older than allowed is kept all the same, and that is said."""
    application = own_application(reference)
    row = queries.attachment(db(), application, attachment)
    changeable(application, TOPIC_OF_DOCUMENT.get(row.kind, DOCUMENTS))
    form = IssuedForm(posted(), data={"issued_on": row.issued_on}, say=_)
    if request.method == "POST" and form.validate():
        day = form.issued_on.data
        assert day is not None
        try:
            with transaction(db()):
                services.tell_issued(
                    db(),
                    application=application,
                    attachment=row,
                    issued_on=day,
                    actor=actor(),
                    now=clock.now(),
                )
        except Invalid as refusal:
            row = queries.attachment(db(), application, attachment)
            place(form, refusal)
        else:
            tell_read_dates(form)
            too_old = document_age_words.too_old(queries.dossier(db(), application).ages, row)
            if too_old:
                flash(f"{row.filename}: {too_old}. {document_age_words.sendable()}", "warning")
            return redirect(_after_issued(application, row.kind), 303)
    dossier = queries.dossier(db(), application)
    shown = page(
        "issued",
        dossier,
        form=form,
        file=words.file_facts(dossier, row),
        rule=document_age_words.rule(dossier.ages, row.kind),
        back=_after_issued(application, row.kind),
    )
    return shown, 422 if form.errors else 200


def _after_issued(application: Application, kind: AttachmentKind) -> str:
    """The page before sending when one came from there, else the page on which the file stands."""
    if request.args.get("from"):
        return back_to(application)
    return url("topic", application, topic=TOPIC_OF_DOCUMENT.get(kind, DOCUMENTS))


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
