"""Pages of the applicant: one's applications, the task list, a page per topic, files, checking, sending, the receipt."""

from io import BytesIO
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, send_file, url_for
from flask_babel import ngettext
from sqlmodel import Session
from werkzeug.datastructures import CombinedMultiDict

from forms.application import WithdrawForm
from forms.attachments import AttachmentForm
from forms.base import WordedForm
from forms.experience import PeriodForm
from recruit import clock
from recruit.database import transaction
from recruit.display import countries, day
from recruit.errors import Conflict, Invalid
from recruit.guard import guard
from recruit.i18n import gettext as _
from recruit.i18n import language
from recruit.models import Application, ApplicationStatus, AttachmentKind, ClinicalArea, Intake
from recruit.queries import application as queries
from recruit.queries import intake as intakes
from recruit.queries.application import Dossier
from recruit.queries.completeness import VOLUNTARY, missing
from recruit.request import account, actor, db, settings
from recruit.routes import application_words as words
from recruit.routes.application_topics import PAGES, Saving
from recruit.services import application as services
from recruit.storage import Storage

blueprint = Blueprint("application", __name__)

DOCUMENTS = "attachments"
DRAIN_AT_MOST = 200 * 1024 * 1024


def _storage() -> Storage:
    return Storage(settings().attachments)


def _own(reference: str) -> Application:
    return queries.own(db(), account=account(), reference=reference)


def _intake_of(application: Application) -> Intake:
    session: Session = db()
    return session.get_one(Intake, application.intake_id)


class _Closed(Conflict):
    """The application can be looked at, but no longer changed."""

    def __init__(self, application: Application) -> None:
        super().__init__(_("The application can no longer be changed."))
        self.application = application


def _changeable(application: Application) -> Application:
    """The application, if its intake is open and it is not withdrawn."""
    withdrawn = application.status is ApplicationStatus.WITHDRAWN
    if withdrawn or not intakes.accepts(_intake_of(application), clock.now()):
        raise _Closed(application)
    return application


@blueprint.errorhandler(_Closed)
def _show_closed(refusal: _Closed) -> tuple[str, int]:
    """Why nothing can be changed here any more, and what can still be done."""
    dossier = queries.dossier(db(), refusal.application)
    return _page("closed", dossier), refusal.status


def _page(template: str, dossier: Dossier, **values: Any) -> str:
    """A page of one application, with what its layout needs."""
    title = dossier.intake.title_sv if language() == "sv" else dossier.intake.title_en
    return render_template(
        f"application/{template}.html",
        application=dossier.application,
        dossier=dossier,
        intake=dossier.intake,
        intake_name=title,
        region_name=dossier.region.name,
        region_row=dossier.region,
        sent=dossier.application.status is ApplicationStatus.SUBMITTED,
        **values,
    )


def _url(endpoint: str, application: Application, **values: Any) -> str:
    return url_for(f"application.{endpoint}", reference=application.reference, **values)


def _posted() -> Any:
    return None if request.method == "GET" else CombinedMultiDict([request.form, request.files])


@blueprint.get("/my")
def mine() -> str:
    """The person's applications in every region."""
    found = queries.of_account(db(), account())
    now = clock.now()
    return render_template(
        "application/mine.html",
        applications=[(own, intakes.accepts(own.intake, now)) for own in found],
    )


@blueprint.route("/i/<region>/<intake>/apply", methods=["GET", "POST"])
def start(region: str, intake: str) -> Any:
    """Begin an application; who has one goes on with it. GET asks first, so that a link may lead here."""
    found, its_region = intakes.published(db(), region, intake)
    held = queries.for_intake(db(), account_id=account().id or 0, intake=found)
    if held is not None and held.status is not ApplicationStatus.WITHDRAWN:
        return redirect(_url("tasks", held), 303)
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
        application = services.start(db(), intake=found, account=account(), actor=actor(), now=clock.now())
    return redirect(_url("tasks", application), 303)


@blueprint.get("/my/<reference>")
def tasks(reference: str) -> Any:
    """The task list: what is done, what lacks, what to do next."""
    application = _own(reference)
    if application.status is ApplicationStatus.WITHDRAWN:
        return redirect(_url("receipt", application), 303)
    now = clock.now()
    if application.status is ApplicationStatus.SUBMITTED and not intakes.accepts(
        _intake_of(application), now
    ):
        return redirect(_url("receipt", application), 303)
    _changeable(application)
    dossier = queries.dossier(db(), application)
    groups = words.task_groups(dossier, now)
    rows = [row for group in groups for row in group["tasks"]]
    needed = [row for row in rows if row["topic"] not in VOLUNTARY]
    left = [row for row in needed if row["state"] != "done"]
    return _page(
        "tasks",
        dossier,
        groups=groups,
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


@blueprint.route("/my/<reference>/<topic>", methods=["GET", "POST"])
def topic(reference: str, topic: str) -> Any:
    """One topic on one page."""
    application = _changeable(_own(reference))
    if topic == DOCUMENTS:
        return _documents(application)
    if topic not in PAGES:
        abort(404)
    dossier = queries.dossier(db(), application)
    later = request.form.get("save") == "later" and application.status is ApplicationStatus.DRAFT
    form = PAGES[topic].make(dossier, _posted(), not later)
    if request.method == "GET":
        return _topic_page(topic, dossier, form)
    if not form.validate():
        _ask_for_file_again(form)
        return _topic_page(topic, dossier, form), 422
    try:
        with transaction(db()):
            _save(topic, application, form)
    except Invalid as refusal:
        _place(form, refusal)
        return _again(topic, application, form, 422)
    except services.Stale as refusal:
        return _again(topic, application, form, refusal.status, str(refusal))
    return _after_saving(application)


def _save(topic: str, application: Application, form: WordedForm) -> None:
    page, now = PAGES[topic], clock.now()
    saving = Saving(application, form["revision"].data or 0, actor(), now)
    document = getattr(form, "document", None)
    sent = application.status is ApplicationStatus.SUBMITTED
    if document is not None and document.chosen is not None and page.document is not None:
        # The file first: a sent application must be complete after every step.
        _attach(application, page.document, document.chosen)
    page.save(form, saving)
    if sent:
        flash(_("Your change is saved and counts at once."))


def _attach(application: Application, kind: AttachmentKind, file: Any) -> Any:
    return services.attach(
        db(),
        application=application,
        kind=kind,
        filename=file.filename or "",
        content=file.read(),
        storage=_storage(),
        actor=actor(),
        now=clock.now(),
    )


def _ask_for_file_again(form: WordedForm) -> None:
    """A browser forgets the chosen file when the page comes back."""
    document = getattr(form, "document", None)
    if document is not None and document.chosen is not None:
        document.errors = [
            _("Choose the file again: it was not kept, since something else needs correcting.")
        ]


def _place(form: WordedForm, refusal: Invalid) -> None:
    """Show a refusal at its field, or above all fields."""
    name = "document" if refusal.field == "file" and "document" in form else refusal.field
    if name and name in form:
        form[name].errors = [str(refusal)]
    else:
        form.form_errors.append(str(refusal))
    if name != "document":
        _ask_for_file_again(form)


def _again(topic: str, application: Application, form: WordedForm, status: int, notice: str = "") -> Any:
    """The same page with what was typed; the next save is based on what is kept now."""
    dossier = queries.dossier(db(), application)
    form["revision"].data = application.revision
    return _topic_page(topic, dossier, form, notice), status


def _topic_page(topic: str, dossier: Dossier, form: WordedForm, notice: str = "") -> str:
    page = PAGES[topic]
    kind = page.document
    lacking = {each for each, _words, _message in words.lacking_documents(dossier)}
    return _page(
        f"topics/{topic}",
        dossier,
        form=form,
        topic=topic,
        topic_title=words.TITLES[topic],
        notice_text=notice,
        files=words.files_of_kind(dossier, kind) if kind else [],
        file_lacking=kind in lacking,
        back_to=_back_to(dossier.application),
        periods=[words.period_facts(each) for each in dossier.periods] if topic == "experience" else [],
        total=words.experience_total(dossier),
    )


def _back_to(application: Application) -> str:
    return _url("check" if request.args.get("from") == "check" else "tasks", application)


def _after_saving(application: Application) -> Response:
    return redirect(_back_to(application), 303)  # type: ignore[return-value]


@blueprint.route("/my/<reference>/experience/<period>", methods=["GET", "POST"])
def period(reference: str, period: str) -> Any:
    """Add or change one period of clinical work; `period` is "new" or the period's own id."""
    application = _changeable(_own(reference))
    row = None if period == "new" else queries.period(db(), application, period)
    data: dict[str, Any] = {"revision": application.revision}
    if row is not None:
        data |= {name: getattr(row, name) for name in services.PeriodAnswers.__dataclass_fields__}
        data |= {"area": row.area.value, "ongoing": row.ends_on is None}
    form = PeriodForm(
        _posted(),
        data=data,
        say=_,
        countries=countries(language()),
        today=clock.in_stockholm(clock.now()).date(),
    )
    if request.method == "GET":
        return _period_page(application, form, period)
    if not form.validate():
        return _period_page(application, form, period), 422
    try:
        with transaction(db()):
            _save_period(application, form, None if period == "new" else period)
    except Invalid as refusal:
        _place(form, refusal)
        form["revision"].data = application.revision
        return _period_page(application, form, period), 422
    except services.Stale as refusal:
        form["revision"].data = application.revision
        return _period_page(application, form, period, str(refusal)), refusal.status
    return redirect(_url("topic", application, topic="experience"), 303)


def _save_period(application: Application, form: PeriodForm, public_id: str | None) -> None:
    answers = form.answers()
    answers.pop("ongoing")
    answers["area"] = ClinicalArea(answers["area"])
    services.save_period(
        db(),
        application=application,
        period=services.PeriodAnswers(**answers),
        public_id=public_id,
        revision=form["revision"].data or 0,
        actor=actor(),
        now=clock.now(),
    )


def _period_page(application: Application, form: PeriodForm, period: str, notice: str = "") -> str:
    dossier = queries.dossier(db(), application)
    return _page("period", dossier, form=form, period=period, notice_text=notice)


@blueprint.route("/my/<reference>/experience/<period>/remove", methods=["GET", "POST"])
def remove_period(reference: str, period: str) -> Any:
    """Remove a period, after asking."""
    application = _changeable(_own(reference))
    row = queries.period(db(), application, period)
    back = _url("topic", application, topic="experience")
    if request.method == "GET":
        return _page(
            "confirm",
            queries.dossier(db(), application),
            heading=_("Remove this period?"),
            what=row.employer,
            button_label=_("Remove the period"),
            back=back,
        )
    with transaction(db()):
        services.remove_period(
            db(), application=application, public_id=period, actor=actor(), now=clock.now()
        )
    return redirect(back, 303)


def _documents(application: Application, form: AttachmentForm | None = None) -> Any:
    if request.method == "POST" and form is None:
        abort(405)
    dossier = queries.dossier(db(), application)
    return _page(
        "documents",
        dossier,
        form=form or AttachmentForm(data={"kind": request.args.get("kind")}, say=_),
        topic_title=words.TITLES[DOCUMENTS],
        lacking=words.lacking_documents(dossier),
        files=[words.file_facts(application, each) for each in dossier.attachments],
        back_to=_back_to(application),
    )


@blueprint.route("/my/<reference>/attachments/new", methods=["GET", "POST"])
def upload(reference: str) -> Any:
    """Add a file, or replace one (`?replaces=`)."""
    application = _changeable(_own(reference))
    old_id = request.args.get("replaces")
    old = queries.attachment(db(), application, old_id) if old_id else None
    kind = old.kind.value if old else request.args.get("kind")
    form = AttachmentForm(_posted(), data={"kind": kind}, say=_)
    if old is not None:
        form.kind.data = old.kind.value
    if request.method == "GET":
        return _upload_page(application, form, old)
    if not form.validate():
        return _upload_page(application, form, old), 422
    try:
        with transaction(db()):
            _attach(application, AttachmentKind(form.kind.data), form.file.chosen)
            if old is not None:
                _remove(application, old)
    except Invalid as refusal:
        _place(form, refusal)
        return _upload_page(application, form, old), 422
    flash(_("The file is kept."))
    return redirect(_url("topic", application, topic=DOCUMENTS), 303)


def _upload_page(application: Application, form: AttachmentForm, old: Any) -> Any:
    if old is None:
        return _documents(application, form)
    dossier = queries.dossier(db(), application)
    return _page("replace", dossier, form=form, file=words.file_facts(application, old))


def _remove(application: Application, attachment: Any) -> None:
    services.remove_attachment(
        db(),
        application=application,
        attachment=attachment,
        storage=_storage(),
        actor=actor(),
        now=clock.now(),
    )


@blueprint.get("/my/<reference>/attachments/<attachment>")
def attachment(reference: str, attachment: str) -> Response:
    """One's own file, as a download."""
    row = queries.attachment(db(), _own(reference), attachment)
    return send_file(
        BytesIO(_storage().open(row.storage_name)),
        mimetype=row.media_type,
        as_attachment=True,
        download_name=row.filename,
        max_age=0,
    )


@blueprint.route("/my/<reference>/attachments/<attachment>/remove", methods=["GET", "POST"])
def remove_attachment(reference: str, attachment: str) -> Any:
    """Remove a file, after asking."""
    application = _changeable(_own(reference))
    row = queries.attachment(db(), application, attachment)
    back = _url("topic", application, topic=DOCUMENTS)
    if request.method == "POST":
        with transaction(db()):
            _remove(application, row)
        flash(_("The file is removed."))
        return redirect(back, 303)
    return _page(
        "confirm",
        queries.dossier(db(), application),
        heading=_("Remove this file?"),
        what=row.filename,
        button_label=_("Remove the file"),
        back=back,
    )


@blueprint.get("/my/<reference>/check")
def check(reference: str) -> Any:
    """All answers on one page, before sending; after it, a copy of what was sent."""
    application = _own(reference)
    return _check_page(application)


def _check_page(application: Application, error: str = "") -> str:
    dossier = queries.dossier(db(), application)
    withdrawn = application.status is ApplicationStatus.WITHDRAWN
    changeable = not withdrawn and intakes.accepts(dossier.intake, clock.now())
    lacking = [(str(words.TITLES[each.topic]), each) for each in missing(dossier)]
    return _page(
        "check",
        dossier,
        sections=words.answer_sections(dossier, changeable=changeable),
        lacking=lacking,
        changeable=changeable,
        error=error,
    )


@blueprint.post("/my/<reference>/submit")
def submit(reference: str) -> Any:
    """Send the application. Sending twice gives the same receipt."""
    application = _own(reference)
    if application.status is not ApplicationStatus.SUBMITTED:
        _changeable(application)
    link = settings().base_url + _url("receipt", application)
    try:
        with transaction(db()):
            services.submit(db(), application=application, actor=actor(), now=clock.now(), link=link)
    except services.Incomplete as refusal:
        return _check_page(application, str(refusal)), refusal.status
    return redirect(_url("receipt", application), 303)


@blueprint.get("/my/<reference>/receipt")
def receipt(reference: str) -> Any:
    """What has been received, what happens now, and what is still open."""
    application = _own(reference)
    if application.status is ApplicationStatus.DRAFT:
        return redirect(_url("tasks", application), 303)
    dossier = queries.dossier(db(), application)
    now = clock.now()
    return _page(
        "receipt",
        dossier,
        open=intakes.accepts(dossier.intake, now),
        steps=_steps(dossier, now),
        answered=sum(each.answered_at is not None for each in dossier.referees),
    )


def _steps(dossier: Dossier, now: Any) -> list[dict[str, Any]]:
    intake, today = dossier.intake, clock.in_stockholm(now).date()
    decided = intake.decision_on is not None and today > intake.decision_on
    heard = _(
        "%(day)s: called, in reserve, or not this time. Always with reasons.", day=day(intake.decision_on)
    )
    steps = [
        {"title": _("Application received"), "text": day(dossier.application.submitted_at), "state": "done"},
        {
            "title": _("We check that you can apply"),
            "text": _(
                "After %(day)s. A person decides and you get the reason in writing.",
                day=day(intake.closes_at),
            ),
            "state": "done" if decided else "now",
        },
        {
            "title": _("Two doctors score it"),
            "text": _("They do not see your name, age, sex, photo or country."),
            "state": "done" if decided else "to_come",
        },
        {
            "title": _("You hear from us"),
            "text": heard
            if intake.decision_on
            else _("Called, in reserve, or not this time. Always with reasons."),
            "state": "now" if decided else "to_come",
        },
    ]
    if intake.interviews_from:
        until = intake.interviews_until or intake.interviews_from
        text = day(intake.interviews_from)
        if until != intake.interviews_from:
            text = _("%(first)s to %(last)s", first=text, last=day(until))
        steps.append({"title": _("Interviews"), "text": text, "state": "to_come"})
    return steps


@blueprint.route("/my/<reference>/withdraw", methods=["GET", "POST"])
def withdraw(reference: str) -> Any:
    """Withdraw what was sent, or erase a draft; both after asking."""
    application = _own(reference)
    if application.status is ApplicationStatus.WITHDRAWN:
        return redirect(_url("receipt", application), 303)
    form = WithdrawForm(_posted(), say=_)
    if request.method == "GET":
        return _page("withdraw", queries.dossier(db(), application), form=form)
    if not form.validate():
        return _page("withdraw", queries.dossier(db(), application), form=form), 422
    with transaction(db()):
        if application.status is ApplicationStatus.DRAFT:
            services.erase_draft(
                db(), application=application, storage=_storage(), actor=actor(), now=clock.now()
            )
        else:
            services.withdraw(
                db(), application=application, reason=form.reason.data, actor=actor(), now=clock.now()
            )
            return redirect(_url("receipt", application), 303)
    flash(_("The draft is erased."))
    return redirect(url_for("application.mine"), 303)


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
