"""Pages of the applicant: one's applications, the task list, checking, sending, the receipt, withdrawing.

Answering is in `application_answers`, files in `application_files`; all of them share one blueprint.
"""

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for

from forms.application import WithdrawForm
from recruit import clock, document_age_words, guide
from recruit.database import begin_writing, transaction
from recruit.display import day
from recruit.errors import Conflict, Invalid
from recruit.exports import receipt as exported
from recruit.i18n import gettext as _
from recruit.i18n import language, ngettext
from recruit.models import Application, ApplicationStatus, Intake, WithdrawalReason
from recruit.own_place import has_result
from recruit.queries import application as queries
from recruit.queries import completion
from recruit.queries import intake as intakes
from recruit.queries.application import Dossier
from recruit.queries.assessment import confirmed_list
from recruit.queries.completeness import VOLUNTARY
from recruit.queries.contradictions import contradictions
from recruit.queries.ranking import undecided
from recruit.request import account, actor, db, settings
from recruit.routes import (
    application_answers,
    application_completion,
    application_decision,
    application_files,
    application_referees,
    application_result,
    application_status,
)
from recruit.routes import application_check as check_words
from recruit.routes import application_words as words
from recruit.routes.application_sections import answer_sections
from recruit.routes.application_shared import (
    blueprint,
    changeable,
    intake_of,
    own_application,
    page,
    posted,
    storage,
    url,
)
from recruit.routes.application_timeline import timeline_of
from recruit.routes.guide import answers_here, forget
from recruit.services import application as services
from recruit.services.content import content_sha256
from recruit.tables.errors import PdfUnavailable

__all__ = [
    "application_answers",
    "application_completion",
    "application_decision",
    "application_files",
    "application_referees",
    "application_result",
    "application_status",
    "blueprint",
]


@blueprint.get("/my")
def mine() -> str:
    """The person's applications in every region."""
    found = queries.of_account(db(), account())
    asked = completion.of_own(db(), [own.application.id or 0 for own in found])
    now = clock.now()
    return render_template(
        "application/mine.html",
        applications=[
            (own, intakes.accepts(own.intake, now), has_result(db(), own.application)) for own in found
        ],
        asked=asked,
    )


@blueprint.route("/i/<region>/<intake>/apply", methods=["GET", "POST"])
def start(region: str, intake: str) -> Any:
    """Begin an application; who has one goes on with it. GET asks first, so that a link may lead here."""
    found, its_region = intakes.published(db(), region, intake)
    held = queries.for_intake(db(), account_id=account().id or 0, intake=found)
    if held is not None and held.status is not ApplicationStatus.WITHDRAWN:
        return redirect(url("tasks", held), 303)
    if request.method == "GET":
        return render_template(
            "application/start.html",
            intake=found,
            intake_name=found.title_sv if language() == "sv" else found.title_en,
            region_name=its_region.name,
            region_row=its_region,
            accepts=intakes.accepts(found, clock.now()),
        )
    with transaction(db()):
        now = clock.now()
        application = services.start(db(), intake=found, account=account(), actor=actor(), now=now)
        known = guide.columns(answers_here(found))
        carried = services.fill_in(db(), application=application, answers=known, actor=actor(), now=now)
    if carried:
        forget()
        flash(
            _("Your answers from before are filled in. Go through them; you can change them until you send.")
        )
    return redirect(url("tasks", application), 303)


@blueprint.get("/my/<reference>")
def tasks(reference: str) -> Any:
    """The task list: what is done, what lacks, what to do next."""
    application = own_application(reference)
    if application.status is ApplicationStatus.WITHDRAWN:
        return redirect(url("receipt", application), 303)
    now = clock.now()
    if application.status is ApplicationStatus.SUBMITTED and not intakes.accepts(intake_of(application), now):
        return redirect(url("receipt", application), 303)
    changeable(application)
    dossier = queries.dossier(db(), application)
    groups = words.task_groups(dossier, now)
    rows = [row for group in groups for row in group["tasks"]]
    needed = [row for row in rows if row["topic"] not in VOLUNTARY]
    left = [row for row in needed if row["state"] != "done"]
    return page(
        "tasks",
        dossier,
        groups=groups,
        asked=application_completion.open_for(application),
        done=len(needed) - len(left),
        total=len(needed),
        left=left,
        closes_in=_closes_in(dossier.intake),
    )


def _closes_in(intake: Intake) -> str:
    left = intake.closes_at - clock.now()
    if left.days >= 2:
        return ngettext("Closes in %(num)s day", "Closes in %(num)s days", left.days)
    hours = int(left.total_seconds() // 3600)
    if hours >= 1:
        return ngettext("Closes in %(num)s hour", "Closes in %(num)s hours", hours)
    return _("Closes within the hour")


@blueprint.get("/my/<reference>/check")
def check(reference: str) -> Any:
    """All answers on one page, before sending; after it, a copy of what was sent."""
    application = own_application(reference)
    return _check_page(application)


def _check_page(application: Application, error: str = "") -> str:
    dossier = queries.dossier(db(), application)
    withdrawn = application.status is ApplicationStatus.WITHDRAWN
    changeable = not withdrawn and intakes.accepts(dossier.intake, clock.now())
    today = clock.in_stockholm(clock.now()).date()
    found = contradictions(dossier, today) if changeable else []
    return page(
        "check",
        dossier,
        sections=answer_sections(dossier, changeable=changeable),
        lacking=check_words.lacking(dossier),
        errors=[check_words.told(dossier, each) for each in found if each.error],
        questions=[check_words.told(dossier, each) for each in found if not each.error],
        expected=check_words.expected_later(dossier),
        too_old=check_words.too_old(dossier),
        sendable=document_age_words.sendable(),
        timeline=timeline_of(dossier),
        changeable=changeable,
        error=error,
    )


@blueprint.post("/my/<reference>/submit")
def submit(reference: str) -> Any:
    """Send the application. Sending twice gives the same receipt."""
    application = own_application(reference, hold=True)
    if application.status is not ApplicationStatus.SUBMITTED:
        changeable(application)
    draft = application.status is ApplicationStatus.DRAFT
    link = settings().base_url + url("receipt", application)
    try:
        # Read before the turn to write comes, so that nobody waits for that.
        checked = services.check(db(), application=application, now=clock.now()) if draft else None
        begin_writing(db())
        with transaction(db()):
            services.submit(
                db(), application=application, checked=checked, actor=actor(), now=clock.now(), link=link
            )
    except Invalid as refusal:
        return _check_page(application, str(refusal)), refusal.status
    return redirect(url("receipt", application), 303)


@blueprint.get("/my/<reference>/receipt")
def receipt(reference: str) -> Any:
    """What has been received, what happens now, and what is still open."""
    application = own_application(reference)
    if application.status is ApplicationStatus.DRAFT:
        return redirect(url("tasks", application), 303)
    dossier = queries.dossier(db(), application)
    now = clock.now()
    result = has_result(db(), application)
    return page(
        "receipt",
        dossier,
        open=intakes.accepts(dossier.intake, now),
        has_result=result,
        asked=application_completion.open_for(application),
        steps=_steps(dossier, now, told=result),
        answered=sum(each.answered_at is not None for each in dossier.referees),
    )


@blueprint.get("/my/<reference>/receipt.pdf")
def receipt_pdf(reference: str) -> Any:
    """Everything that was sent, as PDF with the checksum that the record has."""
    application = own_application(reference)
    if application.status is ApplicationStatus.DRAFT:
        return redirect(url("tasks", application), 303)
    dossier = queries.dossier(db(), application)
    html = page(
        "receipt_print",
        dossier,
        sections=answer_sections(dossier, changeable=False),
        checksum=content_sha256(dossier),
        styles=exported.styles(),
    )
    try:
        made = exported.pdf(html)
    except PdfUnavailable as error:
        raise Conflict(str(error)) from None
    response = Response(made, mimetype="application/pdf")
    name = f"{application.reference}-{_('receipt')}-{language()}.pdf"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _steps(dossier: Dossier, now: Any, *, told: bool) -> list[dict[str, Any]]:
    """What happens to the applications of the intake, by what has happened: dates alone mark nothing as done.

    `told`: whether this applicant has a published result.
    """
    intake = dossier.intake
    listed = confirmed_list(db(), intake) is not None
    accepts = intakes.accepts(intake, now)
    checked = listed or (not accepts and not undecided(db(), intake=intake))
    outcome = _(
        "The region tells everybody the outcome: called, in reserve, or not this time. You can ask for the reason."
    )
    if intake.decision_on and not listed:
        outcome = _("Planned for %(day)s.", day=day(intake.decision_on)) + " " + outcome
    heard = "done" if told else "now" if listed else "to_come"
    steps = [
        {"title": _("Application received"), "text": day(dossier.application.submitted_at), "state": "done"},
        {
            "title": _("We check that you can apply"),
            "text": _("After %(day)s. A person decides.", day=day(intake.closes_at)),
            "state": "done" if checked else "to_come" if accepts else "now",
        },
        {
            "title": _("Two doctors score those who can apply"),
            "text": _("They do not see your name, age, sex, photo or country."),
            "state": "done" if listed else "now" if checked else "to_come",
        },
        {"title": _("You hear from us"), "text": outcome, "state": heard},
    ]
    if intake.interviews_from:
        until = intake.interviews_until or intake.interviews_from
        text = day(intake.interviews_from)
        if until != intake.interviews_from:
            text = _("%(first)s to %(last)s", first=text, last=day(until))
        steps.append({"title": _("Interviews"), "text": text, "state": "to_come"})
    return steps


def _withdraw_page(application: Application, form: WithdrawForm) -> str:
    dossier = queries.dossier(db(), application)
    return page("withdraw", dossier, form=form, accepts=intakes.accepts(dossier.intake, clock.now()))


@blueprint.route("/my/<reference>/withdraw", methods=["GET", "POST"])
def withdraw(reference: str) -> Any:
    """Withdraw what was sent, or erase a draft; both after asking."""
    application = own_application(reference)
    if application.status is ApplicationStatus.WITHDRAWN:
        return redirect(url("receipt", application), 303)
    if application.status is ApplicationStatus.DRAFT:
        services.refuse_if_ever_sent(db(), application=application)
    form = WithdrawForm(posted(), say=_)
    if request.method == "GET":
        return _withdraw_page(application, form)
    if not form.validate():
        return _withdraw_page(application, form), 422
    with transaction(db()):
        if application.status is ApplicationStatus.DRAFT:
            services.erase_draft(
                db(), application=application, storage=storage(), actor=actor(), now=clock.now()
            )
        else:
            services.withdraw(
                db(),
                application=application,
                reason=form.reason.data,
                code=WithdrawalReason(form.code.data) if form.code.data else None,
                actor=actor(),
                now=clock.now(),
            )
            return redirect(url("receipt", application), 303)
    flash(_("The draft is erased."))
    return redirect(url_for("application.mine"), 303)
