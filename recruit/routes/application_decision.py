"""The decision letter: what was decided and why, how to ask for merits, where to turn, what happens to the data."""

import hashlib
from typing import Any

from flask import Response, flash, redirect, render_template

from forms.merits import AskForm
from recruit import clock
from recruit.database import transaction
from recruit.errors import Conflict, Invalid, NotFound
from recruit.exports.minutes import pdf, styles
from recruit.i18n import gettext as _
from recruit.i18n import language
from recruit.models import Answer, Application, ApplicationStatus, DecisionLetter, ReleasedKind
from recruit.own_place import story_of
from recruit.queries import application as queries
from recruit.queries import eligibility, time_plan
from recruit.queries import intake as intakes
from recruit.queries import merits as merit_queries
from recruit.queries import released as releases
from recruit.request import actor, db
from recruit.routes.application_shared import blueprint, own_application, page, place, posted, url
from recruit.services import decision_letters
from recruit.services import merits as service
from recruit.status_view import status_of
from recruit.tables.errors import PdfUnavailable


@blueprint.get("/my/<reference>/decision")
def decision(reference: str) -> Any:
    """The letter as a page."""
    application = own_application(reference)
    return page("decision", queries.dossier(db(), application), **_letter(application))


@blueprint.get("/my/<reference>/decision.pdf")
def decision_pdf(reference: str) -> Any:
    """The letter to keep. It is made once for what it says; the record has its checksum."""
    application = own_application(reference)
    dossier = queries.dossier(db(), application)
    html = render_template(
        "application/decision_print.html",
        application=application,
        intake=dossier.intake,
        intake_name=dossier.intake.title_sv if language() == "sv" else dossier.intake.title_en,
        region_row=dossier.region,
        styles=styles(),
        **_letter(application),
    )
    basis = hashlib.sha256(html.encode()).hexdigest()
    kept = decision_letters.kept(db(), application=application, language=language(), basis=basis)
    content = kept.content if kept is not None else _made(application, html, basis).content
    response = Response(content, mimetype="application/pdf")
    name = f"{application.reference}-{_('decision')}-{language()}.pdf"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _made(application: Application, html: str, basis: str) -> DecisionLetter:
    try:
        content = pdf(html)
    except PdfUnavailable as error:
        raise Conflict(str(error)) from None
    with transaction(db()):
        return decision_letters.keep(
            db(),
            application=application,
            language=language(),
            basis=basis,
            content=content,
            actor=actor(),
            now=clock.now(),
        )


def _letter(application: Application) -> dict[str, Any]:
    """What the letter says. Raises NotFound until something is released that it could tell."""
    told = releases.released(db(), application)
    if application.status is not ApplicationStatus.SUBMITTED or not (told.listed or told.steps):
        raise NotFound(_("There is no decision to read yet."))
    dossier = queries.dossier(db(), application)
    view = status_of(
        application,
        dossier.intake,
        told,
        time_plan.of(db(), dossier.intake),
        accepts=intakes.accepts(dossier.intake, clock.now()),
        checked=True,
    )
    lacking = []
    if ReleasedKind.NOT_ELIGIBLE in told.steps:
        names = {each.key: each.name for each in intakes.profile_of(db(), dossier.intake).requirements}
        lacking = [
            (names[each.requirement], each.reason)
            for each in eligibility.decisions_of(db(), application)
            if each.answer is Answer.NO and each.requirement in names
        ]
    return {
        "view": view,
        "story": story_of(db(), application) if told.listed else None,
        "lacking": lacking,
        "contact": merit_queries.contact_of(db(), region_id=application.region_id),
    }


@blueprint.route("/my/<reference>/merits", methods=["GET", "POST"])
def merits(reference: str) -> Any:
    """Ask for the merits of those who were called or hired, and read the answer."""
    application = own_application(reference)
    if not merit_queries.may_ask(db(), application):
        raise NotFound(_("There is no decision to ask about yet."))
    form = AskForm(posted(), say=_)
    if posted() is not None and form.validate():
        try:
            with transaction(db()):
                service.ask(
                    db(),
                    application=application,
                    text=form.text.data or "",
                    actor=actor(),
                    now=clock.now(),
                )
        except Invalid as refusal:
            place(form, refusal)
        else:
            flash(_("The region has your request. You get a mail when the answer is here."))
            return redirect(url("merits", application), 303)
    rows = merit_queries.of_application(db(), application)
    shown = page(
        "merits",
        queries.dossier(db(), application),
        form=form,
        rows=rows,
        waits=any(each.answered_at is None for each in rows),
    )
    return shown, 422 if form.errors else 200
