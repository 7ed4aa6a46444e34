"""What is held about the person who is signed in: a copy of it, corrections, and the end of the account."""

from collections.abc import Sequence
from datetime import date
from os import SEEK_END
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from forms.rights import CorrectionForm
from recruit import clock, data_notice
from recruit.database import transaction
from recruit.display import day, written
from recruit.errors import Conflict, Invalid, Refusal
from recruit.exports import receipt
from recruit.i18n import gettext as _
from recruit.i18n import language
from recruit.limits import limiter, posts_only
from recruit.models import Application, ApplicationStatus
from recruit.queries import application as queries
from recruit.queries import disposal
from recruit.queries import intake as intakes
from recruit.request import account, actor, db, settings
from recruit.rights import content, packing, values, words
from recruit.routes.application_shared import own_application
from recruit.services import rights as service
from recruit.signin import forget, is_fresh, sign_out
from recruit.storage import Storage
from recruit.tables.errors import PdfUnavailable

blueprint = Blueprint("rights", __name__)


@blueprint.get("/me/data")
def mine() -> str:
    """What is held, until when, and what can be done about it."""
    return _page()


def _page(refused: Refusal | None = None) -> str:
    now = clock.now()
    found = queries.of_account(db(), account())
    rows = []
    for own in found:
        draft = own.application.status is ApplicationStatus.DRAFT
        kept = disposal.kept_until(db(), own.application)
        terms, revision = disposal.plan_of(db(), region_id=own.region.id or 0)
        rows.append(
            {
                "own": own,
                "title": own.intake.title_sv if language() == "sv" else own.intake.title_en,
                "draft": draft,
                "accepts": intakes.accepts(own.intake, now),
                "kept": kept,
                "until": disposal.draft_until(own.intake, terms) if draft else kept.until,
                "by_plan": revision > 0,
                "corrections": service.corrections(db(), own.application),
            }
        )
    return render_template(
        "rights/mine.html",
        rows=rows,
        fresh=is_fresh(),
        refused=refused,
        now=now,
        notice_now=data_notice.in_force(now).number,
    )


@blueprint.post("/me/data/sign-in")
def again() -> Any:
    """Sign in anew and come back: whoever finds an open page must not get everything."""
    sign_out()
    return redirect(url_for("account.login", next=url_for("rights.mine")), 303)


@blueprint.post("/me/data/everything.<any(zip,pdf):form>")
@limiter.limit("10 per hour", exempt_when=posts_only)
def download(form: str) -> Any:
    """Everything, of all applications: with every file, or on paper."""
    return _download([own.application for own in queries.of_account(db(), account())], form)


@blueprint.post("/my/<reference>/data/everything.<any(zip,pdf):form>")
@limiter.limit("20 per hour", exempt_when=posts_only)
def download_one(reference: str, form: str) -> Any:
    """Everything about one application: with every file, or on paper."""
    return _download([own_application(reference)], form, only=True)


def _download(applications: Sequence[Application], form: str, *, only: bool = False) -> Any:
    if not is_fresh():
        flash(_("Sign in again to fetch everything that is held about you."), "info")
        return redirect(url_for("rights.mine"), 303)
    now = clock.now()
    made = content.everything(db(), account=account(), now=now, only=applications[0] if only else None)
    answer = as_file(made, applications, form, applications[0].reference if only else "")
    with transaction(db()):
        service.record_copy(db(), applications=applications, actor=actor(), now=now)
    return answer


def as_file(made: dict[str, Any], applications: Sequence[Application], form: str, reference: str) -> Response:
    """The download, as a ZIP or as PDF; its name tells nothing of the person. Raises Conflict without WeasyPrint."""
    storage = Storage(settings().attachments)
    if form == "pdf":
        paper = _paper_of(packing.without_files(made, storage))
        response = Response(paper, mimetype="application/pdf")
    else:
        packed = packing.packed(made, _page_of, storage, content.letters(db(), applications))
        response = Response(packing.parts(packed), mimetype="application/zip")
        response.content_length = packed.seek(0, SEEK_END)
        packed.seek(0)
    name = f"everything-{reference}.{form}" if reference else f"everything.{form}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _page_of(made: dict[str, Any], paper: str = "") -> str:
    """The data in words, in the reader's language; `paper`: a stylesheet for printing it."""
    return render_template(
        "rights/everything_print.html",
        content=made,
        parts=words.PARTS,
        held=words.HELD,
        field=words.field,
        value=values.value,
        changed=values.changed,
        field_name=values.field_name,
        tells=values.tells,
        names_of=lambda application: (
            application["intake"]["requirements"] | application["intake"]["criteria"]
        ),
        on=lambda told: day(date.fromisoformat(told)) if told else "",
        made=written(clock.now(), language()),
        paper=paper,
    )


def _paper_of(made: dict[str, Any]) -> bytes:
    try:
        return receipt.pdf(_page_of(made, receipt.styles()))
    except PdfUnavailable as error:
        raise Conflict(str(error)) from None


@blueprint.route("/my/<reference>/correction", methods=["GET", "POST"])
@limiter.limit("20 per hour", exempt_when=posts_only)
def correction(reference: str) -> Any:
    """What can be corrected oneself and until when; the rest is asked of the group."""
    application = own_application(reference)
    form = CorrectionForm(request.form if request.method == "POST" else None, say=_)
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                with transaction(db()):
                    service.ask_correction(
                        db(),
                        application=application,
                        wanted=form.wanted.data or "",
                        actor=actor(),
                        now=clock.now(),
                    )
                flash(_("Your request has been sent to the region."))
                return redirect(url_for("rights.correction", reference=reference), 303)
            except (Conflict, Invalid) as refused:
                form.wanted.errors = [str(refused)]
                status = refused.status
    dossier = queries.dossier(db(), application)
    return render_template(
        "rights/correction.html",
        application=application,
        intake=dossier.intake,
        region_row=dossier.region,
        region_name=dossier.region.name,
        accepts=intakes.accepts(dossier.intake, clock.now()),
        corrections=service.corrections(db(), application),
        form=form,
    ), status


@blueprint.route("/me/delete", methods=["GET", "POST"])
@limiter.limit("10 per hour", exempt_when=posts_only)
def delete() -> Any:
    """End the account, with drafts; says plainly what stays when something has been sent."""
    if request.method == "GET":
        return _delete_page()
    if not is_fresh():
        flash(_("Sign in again before you delete your account."), "info")
        return redirect(url_for("rights.mine"), 303)
    try:
        with transaction(db()):
            service.delete_account(
                db(),
                account=account(),
                storage=Storage(settings().attachments),
                actor=actor(),
                now=clock.now(),
            )
    except Conflict as refused:
        return _delete_page(refused), refused.status
    forget()
    flash(_("Your account is deleted."))
    return redirect(url_for("public.home"), 303)


def _delete_page(refused: Refusal | None = None) -> str:
    found = queries.of_account(db(), account())
    sent = [
        (
            own,
            disposal.kept_until(db(), own.application),
            disposal.has_plan(db(), region_id=own.region.id or 0),
        )
        for own in found
        if own.application.status is not ApplicationStatus.DRAFT
    ]
    return render_template(
        "rights/delete.html",
        sent=sent,
        drafts=len(found) - len(sent),
        refused=refused,
        fresh=is_fresh(),
    )
