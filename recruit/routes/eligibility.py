"""One application for those who decide eligibility, and the decisions on it.

The table, selections of its rows, references, documents and texts are in files of their own and share the blueprint.
"""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from forms.eligibility import (
    decisions_form,
)
from recruit import applicant_view, clock, reference_words
from recruit.database import transaction
from recruit.errors import Conflict, Invalid, Refusal
from recruit.i18n import gettext as _
from recruit.i18n import language, ngettext
from recruit.masking import mask
from recruit.models import (
    Account,
    Answer,
    Application,
    ApplicationStatus,
    Intake,
    RequirementDecision,
)
from recruit.navigation import present_intake
from recruit.queries import completion
from recruit.queries import eligibility as queries
from recruit.queries import intake as intakes
from recruit.queries.document_age import age_limits
from recruit.request import actor, db
from recruit.routes import completion_words
from recruit.services import eligibility as service
from recruit.services.eligibility import Decision, Proposal
from recruit.services.impartiality import refuse_its_assessor, refuse_partial

blueprint = Blueprint("eligibility", __name__, url_prefix="/g/<region>/<intake>/applications")


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
        show_error(form, error)
        return _page(found, application, form=form), 422
    except DecidedMeanwhile as error:
        application = queries.by_code(db(), found, code)
        _keep_chosen(form, application)
        return _page(found, application, form=form, refused=error), error.status
    flash(ngettext("%(num)s requirement is decided.", "%(num)s requirements are decided.", len(made)))
    return redirect(address(found, code), 303)


def present() -> Intake:
    found = present_intake()
    assert found is not None, "the address names an intake"
    return found


def application_here(code: str) -> tuple[Intake, Application]:
    """The application that the address names, unless the person assesses it without knowing who it is from."""
    found = present()
    application = queries.by_code(db(), found, code)
    refuse_its_assessor(db(), application=application, actor=actor())
    return found, application


def address(intake: Intake, code: str) -> str:
    return url_for("eligibility.show", region=request.view_args["region"], intake=intake.slug, code=code)  # type: ignore[index]


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


def show_error(form: Any, error: Refusal) -> None:
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
    ages = age_limits(db(), intake, profile)
    proposals = service.propose(application, intake, profile, periods, referees, attachments, ages)
    standing = {each.requirement: each for each in queries.decisions_of(db(), application)}
    if form is None:
        data: dict[str, Any] = {}
        for key, row in standing.items():
            data[f"answer_{key}"], data[f"reason_{key}"] = row.answer.value, row.reason
        form = decisions_form(None, keys=[each.key for each in profile.requirements], data=data, say=_)
    barred = _barred(application)
    asked = completion.of_application(db(), application)
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
        came_by_word=reference_words.came_by_word,
        documents=applicant_view.documents(attachments, ages),
        requirements=[(each, proposals[each.key], standing.get(each.key)) for each in profile.requirements],
        acceptable=_acceptable(proposals, standing),
        form=form,
        lang_of=lambda text: text.in_language(language()),
        seen=service.fingerprints(standing.values()),
        refused=refused,
        asked=asked,
        came_in={each.requirement: each for each in asked[::-1] if each.answered_at and each.requirement},
        completion_words=completion_words,
        today=completion.today(),
        barred=barred,
        assessed_now=bool(queries.being_assessed(db(), [application.id or 0])),
        may_decide=application.status is ApplicationStatus.SUBMITTED
        and application.disposed_at is None
        and barred is None,
        words=applicant_view,
    )


def _acceptable(proposals: dict[str, Proposal], standing: dict[str, RequirementDecision]) -> list[str]:
    """Requirements that the rules propose yes to and nobody has decided."""
    return [key for key, each in proposals.items() if each.answer is Answer.YES and key not in standing]


from recruit.routes import eligibility_documents as eligibility_documents  # noqa: E402 (adds its routes)
from recruit.routes import eligibility_references as eligibility_references  # noqa: E402
from recruit.routes import eligibility_selection as eligibility_selection  # noqa: E402
from recruit.routes import eligibility_table as eligibility_table  # noqa: E402
from recruit.routes import eligibility_texts as eligibility_texts  # noqa: E402
