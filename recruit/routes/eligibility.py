"""Applications for those who decide eligibility: the table, one application, decisions, references, redacted copies."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import CombinedMultiDict

from forms.eligibility import (
    AnsweredForm,
    NameSearchForm,
    ReferenceFileForm,
    ReferenceForm,
    UploadForm,
    decisions_form,
)
from forms.fields import OneOf
from recruit import applicant_view, clock
from recruit.database import transaction
from recruit.errors import Conflict, Invalid, Refusal
from recruit.i18n import language
from recruit.masking import mask
from recruit.models import (
    Account,
    Answer,
    Application,
    ApplicationStatus,
    AttachmentKind,
    Eligibility,
    Intake,
    RequirementDecision,
)
from recruit.navigation import present_intake
from recruit.queries import eligibility as queries
from recruit.queries import intake as intakes
from recruit.queries.eligibility import MOST_PER_PAGE, PER_PAGE, SORTS, Filter
from recruit.reference_file import read_references
from recruit.request import account, actor, db, settings
from recruit.services import eligibility as service
from recruit.services.eligibility import Decision, Proposal, ReferenceAnswers
from recruit.services.impartiality import refuse_its_assessor, refuse_partial
from recruit.services.references import NEVER_REDACTED
from recruit.storage import Storage
from scoring.profile import Profile

blueprint = Blueprint("eligibility", __name__, url_prefix="/g/<region>/<intake>/applications")


@blueprint.route("", methods=["GET", "POST"])
def index(region: str, intake: str) -> Any:
    """The table of applications. Filters stand in the address; a name is posted, so that it stands in no log."""
    found = _present()
    profile = intakes.profile_of(db(), found)
    chosen = _filter(profile)
    masked = queries.assessed_by(db(), found.id or 0, account().id or 0)
    form = NameSearchForm(request.form if request.method == "POST" else None, say=_)
    page, per_page = max(request.args.get("page", 1, int), 1), _per_page()
    searched = request.method == "POST" and form.validate()
    if searched:
        assert form.name.data is not None
        ids = [each for each in queries.named(db(), found, form.name.data) if each not in masked]
        chosen, page, per_page = Filter(status=None, ids=ids, documents=chosen.documents), 1, MOST_PER_PAGE
    rows, total = queries.page(db(), found, chosen, number=page, per_page=per_page)
    return render_template(
        "eligibility/index.html",
        intake=found,
        rows=rows,
        total=total,
        page=page,
        per_page=per_page,
        chosen=chosen,
        wanted=len(profile.requirements),
        sites=intakes.posts_of(db(), found),
        form=form,
        searched=searched,
        masked=masked,
        words=applicant_view,
    ), 422 if form.errors else 200


@blueprint.get("/<code>")
def show(region: str, intake: str, code: str) -> str:
    """Everything that one applicant told, and the decisions on it."""
    found, application = application_here(code)
    return _page(found, application)


@blueprint.post("/<code>/decide")
def decide(region: str, intake: str, code: str) -> Any:
    """Decide what was chosen in the form, or accept the yes-proposals that were shown: always by a person."""
    found, application = application_here(code)
    profile = intakes.profile_of(db(), found)
    keys = [each.key for each in profile.requirements]
    form = decisions_form(request.form, keys=keys, say=_)
    if not form.validate():
        return _page(found, application, form=form), 422
    try:
        with transaction(db()):
            _still_as_shown(application)
            _nobody_else_decided(application)
            made = service.decide_many(
                db(),
                application=application,
                decisions=_chosen(form, application),
                actor=actor(),
                now=clock.now(),
            )
    except Invalid as error:
        application = queries.by_code(db(), found, code)
        _show(form, error)
        return _page(found, application, form=form), 422
    except DecidedMeanwhile as error:
        application = queries.by_code(db(), found, code)
        _keep_chosen(form, application)
        return _page(found, application, form=form, refused=error), error.status
    flash(ngettext("%(num)s requirement is decided.", "%(num)s requirements are decided.", len(made)))
    return redirect(_address(found, code), 303)


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
                service.add_redacted(
                    db(),
                    attachment=row,
                    filename=upload.filename or "",
                    content=upload.stream.read(),
                    storage=Storage(settings().attachments),
                    actor=actor(),
                    now=clock.now(),
                )
            flash(_("The copy is added. Assessors see it instead of the original."))
            return redirect(_address(found, code), 303)
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


@blueprint.route("/<code>/referees/<referee>", methods=["GET", "POST"])
def reference(region: str, intake: str, code: str, referee: str) -> Any:
    """Enter what a referee answered to the fixed form, or keep the form itself."""
    found, application = application_here(code)
    row = queries.referee(db(), application, referee)
    answering = request.method == "POST" and request.form.get("act") != "file"
    form = ReferenceForm(request.form if answering else None, data=applicant_view.reference_data(row), say=_)
    sent = request.method == "POST" and not answering
    upload = AnsweredForm(CombinedMultiDict([request.files, request.form]) if sent else None, say=_)
    try:
        if answering and form.validate():
            with transaction(db()):
                service.enter_reference(
                    db(), referee=row, answers=_answers(form), actor=actor(), now=clock.now()
                )
            flash(_("The answers are saved."))
            return redirect(_address(found, code), 303)
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
            return redirect(_address(found, code), 303)
    except Invalid as error:
        _show(upload if sent else form, error)
    shown = render_template(
        "eligibility/reference.html", intake=found, code=code, referee=row, form=form, upload=upload
    )
    return shown, 422 if form.errors or upload.errors else 200


@blueprint.route("/references", methods=["GET", "POST"])
def references(region: str, intake: str) -> Any:
    """Upload referees' answers from a spreadsheet: all rows, or none."""
    found = _present()
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


def _present() -> Intake:
    found = present_intake()
    assert found is not None, "the address names an intake"
    return found


def application_here(code: str) -> tuple[Intake, Application]:
    """The application that the address names, unless the person assesses it without knowing who it is from."""
    found = _present()
    application = queries.by_code(db(), found, code)
    refuse_its_assessor(db(), application=application, actor=actor())
    return found, application


def _address(intake: Intake, code: str) -> str:
    return url_for("eligibility.show", region=request.view_args["region"], intake=intake.slug, code=code)  # type: ignore[index]


def _per_page() -> int:
    return min(max(request.args.get("per", PER_PAGE, int), 1), MOST_PER_PAGE)


def _filter(profile: Profile) -> Filter:
    """The filter that the address asks for; what it does not know is left out."""
    args = request.args
    statuses = {each.value: each for each in (ApplicationStatus.SUBMITTED, ApplicationStatus.WITHDRAWN)}
    asked = args.get("status", ApplicationStatus.SUBMITTED.value)
    kinds = [kind for each in profile.requirements if each.rule == "documents" for kind in each.attachments]
    return Filter(
        status=None if asked == "all" else statuses.get(asked, ApplicationStatus.SUBMITTED),
        eligibility={each.value: each for each in Eligibility}.get(args.get("eligibility", "")),
        site_id=args.get("site", type=int),
        missing=args.get("missing", "") if args.get("missing") in queries.MISSING else "",
        search=args.get("q", "").strip()[:20],
        sort=args.get("sort", "submitted") if args.get("sort") in SORTS else "submitted",
        descending=args.get("dir") == "desc",
        documents=tuple(AttachmentKind(kind) for kind in kinds),
    )


def _still_as_shown(application: Application) -> None:
    """Refuse a decision on answers that the applicant has changed since the page was shown."""
    db().refresh(application, with_for_update=True)
    if request.form.get("revision", type=int) != application.revision:
        raise Conflict(
            _(
                "The applicant has changed the application since you opened it. Look at it again before you decide."
            )
        )


class DecidedMeanwhile(Conflict):
    """Somebody has decided on the application since the form was shown."""


def _nobody_else_decided(application: Application) -> None:
    """Refuse a form that was filled in before another decision; it would put the earlier one back unseen."""
    standing = service.fingerprints(queries.decisions_of(db(), application))
    keys = {name.removeprefix("seen_") for name in request.form if name.startswith("seen_")} | set(standing)
    if any(request.form.get(f"seen_{key}", "") != standing.get(key, "") for key in keys):
        raise DecidedMeanwhile(
            _(
                "Somebody has decided on this application since you opened it. Nothing of yours is saved. See what is"
                " decided now, and save again if you still decide otherwise."
            )
        )


def _keep_chosen(form: Any, application: Application) -> None:
    """Show what the person had chosen; where they had changed nothing, what now stands."""
    standing = {each.requirement: each for each in queries.decisions_of(db(), application)}
    for key in form.keys:
        answer, reason = form[f"answer_{key}"], form[f"reason_{key}"]
        if service.fingerprint(answer.data or "", reason.data or "") == request.form.get(f"seen_{key}", ""):
            row = standing.get(key)
            answer.data, reason.data = (row.answer.value, row.reason) if row else (None, "")


def _chosen(form: Any, application: Application) -> list[Decision]:
    if request.form.get("act") == "accept":
        return _accepted(application)
    standing = {each.requirement: each for each in queries.decisions_of(db(), application)}
    decisions = [Decision(key, Answer(answer), reason) for key, answer, reason in form.decided()]
    changed = [each for each in decisions if _differs(each, standing.get(each.requirement))]
    if not changed:
        raise Invalid(_("Choose an answer to at least one requirement, or change one."))
    return changed


def _differs(decision: Decision, row: RequirementDecision | None) -> bool:
    return row is None or (row.answer, row.reason) != (decision.answer, decision.reason)


def _accepted(application: Application) -> list[Decision]:
    """The yes-proposals that were shown, if the rules still propose them."""
    keys = request.form.getlist("accept")
    proposals = service.proposals_for(db(), application=application)
    if any(key not in proposals or proposals[key].answer is not Answer.YES for key in keys):
        raise Conflict(
            _("A proposal has changed since you opened the page. Look at it again before you decide.")
        )
    return [Decision(key, Answer.YES) for key in keys]


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
    )


def _show(form: Any, error: Refusal) -> None:
    name = getattr(error, "field", None)
    field = form[name] if name in form else next(iter(form))
    field.errors = [*field.errors, str(error)]


def _barred(application: Application) -> Refusal | None:
    """Why the person may look at the application but not decide on it."""
    try:
        refuse_partial(db(), application=application, actor=actor())
    except Refusal as refusal:
        return refusal
    return None


def _page(intake: Intake, application: Application, form: Any = None, refused: Refusal | None = None) -> str:
    """The page of one application."""
    profile = intakes.profile_of(db(), intake)
    periods, referees, attachments = queries.told(db(), application)
    proposals = service.propose(application, intake, profile, periods, referees, attachments)
    standing = {each.requirement: each for each in queries.decisions_of(db(), application)}
    if form is None:
        data: dict[str, Any] = {}
        for key, row in standing.items():
            data[f"answer_{key}"], data[f"reason_{key}"] = row.answer.value, row.reason
        form = decisions_form(None, keys=[each.key for each in profile.requirements], data=data, say=_)
    barred = _barred(application)
    contact = db().get_one(Account, application.account_id)
    masked = mask(
        application=application,
        intake=intake,
        profile=profile,
        stage="screening",
        periods=periods,
        referees=referees,
        copies=[each for each in attachments if each.redacts_id is not None],
        email=contact.email,
    )
    return render_template(
        "eligibility/show.html",
        intake=intake,
        application=application,
        contact=contact,
        masked=masked,
        topics=applicant_view.topics(application),
        periods=[applicant_view.period(each) for each in periods],
        preferences=applicant_view.preferences(db(), application),
        referees=referees,
        documents=applicant_view.documents(attachments),
        requirements=[(each, proposals[each.key], standing.get(each.key)) for each in profile.requirements],
        acceptable=_acceptable(proposals, standing),
        form=form,
        lang_of=lambda text: text.in_language(language()),
        seen=service.fingerprints(standing.values()),
        refused=refused,
        barred=barred,
        may_decide=application.status is ApplicationStatus.SUBMITTED and barred is None,
        words=applicant_view,
    )


def _acceptable(proposals: dict[str, Proposal], standing: dict[str, RequirementDecision]) -> list[str]:
    """Requirements that the rules propose yes to and nobody has decided."""
    return [key for key, each in proposals.items() if each.answer is Answer.YES and key not in standing]


from recruit.routes import eligibility_documents as eligibility_documents  # noqa: E402 (adds its routes)
from recruit.routes import eligibility_texts as eligibility_texts  # noqa: E402
