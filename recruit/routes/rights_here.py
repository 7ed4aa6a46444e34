"""What the group does for an applicant's rights: a copy for somebody who writes by post, and answers to corrections."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from forms.rights import CorrectionAnswerForm
from recruit import clock
from recruit.database import transaction
from recruit.errors import Invalid
from recruit.i18n import gettext as _
from recruit.models import Account, Application, CorrectionOutcome
from recruit.queries import disposal
from recruit.request import actor, db
from recruit.rights import content
from recruit.routes.eligibility import application_here
from recruit.routes.rights import as_file
from recruit.services import rights as service

blueprint = Blueprint("rights_here", __name__, url_prefix="/g/<region>/<intake>/applications/<code>/rights")


@blueprint.get("")
def show(region: str, intake: str, code: str) -> Any:
    """Requests for correction with their answers, a copy of everything, and until when it is kept."""
    _intake, application = application_here(code)
    return _page(application)


def _page(application: Application, form: CorrectionAnswerForm | None = None, wrong: str = "") -> str:
    service.refuse_copy(db(), application=application, actor=actor())
    rows = service.corrections(db(), application)
    return render_template(
        "rights/here.html",
        application=application,
        corrections=[
            (row, form if form is not None and row.public_id == wrong else CorrectionAnswerForm(None, say=_))
            for row in rows
        ],
        form=form,
        kept=disposal.kept_until(db(), application),
        by_plan=disposal.has_plan(db(), region_id=application.region_id),
    )


@blueprint.post("/everything.<any(zip,pdf):form>")
def download(region: str, intake: str, code: str, form: str) -> Any:
    """Everything held about the application, for somebody who has asked by post; recorded."""
    _intake, application = application_here(code)
    service.refuse_copy(db(), application=application, actor=actor())
    now = clock.now()
    person = db().get_one(Account, application.account_id)
    made = content.everything(db(), account=person, now=now, only=application)
    answer = as_file(made, [application], form, application.reference)
    with transaction(db()):
        service.record_copy(db(), applications=[application], actor=actor(), now=now, by_post=True)
    return answer


@blueprint.post("/<correction>/answer")
def answer(region: str, intake: str, code: str, correction: str) -> Any:
    """Answer a request for correction; the applicant is told."""
    _intake, application = application_here(code)
    form = CorrectionAnswerForm(request.form, say=_)
    if not form.validate():
        return _page(application, form, correction), 422
    try:
        with transaction(db()):
            service.answer_correction(
                db(),
                application=application,
                public_id=correction,
                outcome=CorrectionOutcome(form.outcome.data),
                answer=form.answer.data or "",
                actor=actor(),
                now=clock.now(),
            )
    except Invalid as refused:
        form.answer.errors = [str(refused)]
        return _page(application, form, correction), refused.status
    flash(_("The answer is sent to the applicant."))
    return redirect(url_for("rights_here.show", region=region, intake=intake, code=code), 303)
