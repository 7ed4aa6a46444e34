"""Possible conflicts of interest, put to the coordinator as questions."""

from typing import Any

from flask import flash, redirect, render_template, request

from forms.assessors import LONGEST_REASON, AnswerForm
from forms.cleaning import clean_text
from recruit import clock
from recruit.acquaintance import Assessor
from recruit.acquaintance_words import why
from recruit.database import transaction
from recruit.errors import Conflict, Invalid, NotAllowed, NotFound
from recruit.i18n import gettext as _
from recruit.i18n import ngettext
from recruit.models import ConflictAnswer, Intake
from recruit.models.types import id_of
from recruit.queries import eligibility
from recruit.queries import possible_conflicts as queries
from recruit.request import actor, db
from recruit.routes.assessment_shared import blueprint, here, my_id
from recruit.routes.monitoring_shared import intake_here
from recruit.services import conflict_search
from recruit.services import possible_conflicts as service
from recruit.services.impartiality import refuse_its_assessor, refuse_partial


@blueprint.route("/assessment/possible-conflicts", methods=["GET", "POST"])
def possible(region: str, intake: str) -> Any:
    """The questions that wait, or those that are answered; a POST searches anew, or answers those ticked with no."""
    found = intake_here()
    refusal = None
    if request.method == "POST":
        try:
            flash(_several(found) if request.form.get("act") == "answer" else _searched(found))
            return redirect(here("possible", intake_here()), 303)
        except (Conflict, Invalid, NotAllowed, NotFound) as error:
            refusal = error
            found = intake_here()
    answered = request.args.get("show") == "answered"
    page = queries.page(db(), intake=found, answered=answered, number=request.args.get("page", 1, int))
    own = eligibility.assessed_by(db(), id_of(found), my_id())
    people = {each.account_id: each for each in queries.assessors(db(), found.region_id)}
    html = render_template(
        "assessment/possible.html",
        intake=found,
        page=page,
        per_page=queries.PER_PAGE,
        answered=answered,
        rows=[(each, _signs(each, people, own)) for each in page.items],
        refusal=refusal,
        ticked=request.form.getlist("question"),
        typed=request.form.get("reason", ""),
        url=lambda endpoint, **values: here(endpoint, found, **values),
    )
    return html, refusal.status if refusal else 200


def _searched(found: Intake) -> str:
    with transaction(db()):
        number = conflict_search.search(db(), intake=found, now=clock.now())
    if not number:
        return _("The search found nothing that waits for an answer.")
    return ngettext("One question waits for an answer.", "%(num)s questions wait for an answer.", number)


def _several(found: Intake) -> str:
    """Answer the ticked questions with no, for one reason; all of them or none."""
    ticked = [int(each) for each in request.form.getlist("question") if each.isdecimal() and len(each) < 10]
    reason = (clean_text(request.form.get("reason", "")) or "")[:LONGEST_REASON]
    if not ticked:
        raise Invalid(_("Tick at least one question."), field="question")
    with transaction(db()):
        for number in ticked:
            service.answer(
                db(),
                intake=found,
                question_id=number,
                answer=ConflictAnswer.NO_CONFLICT,
                reason=reason,
                actor=actor(),
                now=clock.now(),
            )
    return ngettext("One question is answered.", "%(num)s questions are answered.", len(ticked))


def _signs(question: queries.Question, people: dict[int, Assessor], own: frozenset[int]) -> list[str] | None:
    """Why the question is put, or None to whoever assesses the application and must not know who it is from."""
    assessor = people.get(question.row.assessor_id)
    if question.row.application_id in own or question.applicant.account_id == my_id() or assessor is None:
        return None
    return why(question.row.kinds, question.applicant, assessor)


@blueprint.route("/assessment/possible-conflicts/<int:number>", methods=["GET", "POST"])
def answer(region: str, intake: str, number: int) -> Any:
    """One question with why it is put, and the answer with its reason."""
    found = intake_here()
    question = queries.one(db(), intake=found, question_id=number)
    refuse_its_assessor(db(), application=question.application, actor=actor())
    refuse_partial(db(), application=question.application, actor=actor())
    people = {each.account_id: each for each in queries.assessors(db(), found.region_id)}
    form = AnswerForm(request.form if request.method == "POST" else None, say=_)
    if request.method == "POST" and form.validate():
        try:
            with transaction(db()):
                new = service.answer(
                    db(),
                    intake=found,
                    question_id=number,
                    answer=ConflictAnswer(form.answer.data),
                    reason=form.reason.data or "",
                    actor=actor(),
                    now=clock.now(),
                )
            flash(_said(ConflictAnswer(form.answer.data), question.code, new))
            return redirect(here("possible", intake_here()), 303)
        except (Conflict, Invalid) as error:
            form.answer.errors = [str(error.message)]
            found = intake_here()
            question = queries.one(db(), intake=found, question_id=number)
    page = render_template(
        "assessment/possible_answer.html",
        intake=found,
        question=question,
        signs=_signs(question, people, frozenset()) or [],
        form=form,
        back=here("possible", found),
    )
    return page, 200 if request.method == "GET" else 422


def _said(answer: ConflictAnswer, code: str, new: list[int]) -> str:
    if answer is ConflictAnswer.NO_CONFLICT:
        return _(
            "There is no conflict of interest with %(code)s. The two may meet in the next plan.", code=code
        )
    if new:
        return _(
            "The conflict of interest with %(code)s is recorded, and somebody else assesses it.", code=code
        )
    return _("The conflict of interest with %(code)s is recorded.", code=code)


@blueprint.post("/assessment/possible-conflicts/<int:number>/reopen")
def reopen(region: str, intake: str, number: int) -> Any:
    """Take back the answer that there is no conflict."""
    found = intake_here()
    with transaction(db()):
        service.reopen(db(), intake=found, question_id=number, actor=actor(), now=clock.now())
    flash(_("The answer is taken back, and the question waits again."))
    return redirect(here("possible", intake_here()), 303)
