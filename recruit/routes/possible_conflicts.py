"""Possible conflicts of interest, put to the coordinator as questions."""

from typing import Any

from flask import flash, redirect, render_template, request
from flask_babel import ngettext

from forms.assessors import AnswerForm
from recruit import clock
from recruit.acquaintance import Assessor
from recruit.acquaintance_words import why
from recruit.database import transaction
from recruit.errors import Conflict, Invalid
from recruit.i18n import gettext as _
from recruit.models import ConflictAnswer
from recruit.models.types import id_of
from recruit.queries import eligibility
from recruit.queries import possible_conflicts as queries
from recruit.request import actor, db
from recruit.routes.assessment_shared import blueprint, here, intake_here, my_id
from recruit.services import conflict_search
from recruit.services import possible_conflicts as service
from recruit.services.impartiality import refuse_its_assessor, refuse_partial


@blueprint.route("/assessment/possible-conflicts", methods=["GET", "POST"])
def possible(region: str, intake: str) -> Any:
    """The questions that wait, or those that are answered; a POST searches anew."""
    found = intake_here(intake)
    if request.method == "POST":
        with transaction(db()):
            number = conflict_search.search(db(), intake=found, now=clock.now())
        flash(
            ngettext("One question waits for an answer.", "%(num)s questions wait for an answer.", number)
            if number
            else _("The search found nothing that waits for an answer.")
        )
        return redirect(here("possible", intake_here(intake)), 303)
    answered = request.args.get("show") == "answered"
    page = queries.page(db(), intake=found, answered=answered, number=request.args.get("page", 1, int))
    own = eligibility.assessed_by(db(), id_of(found), my_id())
    people = {each.account_id: each for each in queries.assessors(db(), found.region_id)}
    return render_template(
        "assessment/possible.html",
        intake=found,
        page=page,
        per_page=queries.PER_PAGE,
        answered=answered,
        rows=[(each, _signs(each, people, own)) for each in page.items],
        url=lambda endpoint, **values: here(endpoint, found, **values),
    )


def _signs(question: queries.Question, people: dict[int, Assessor], own: frozenset[int]) -> list[str] | None:
    """Why the question is put, or None to whoever assesses the application and must not know who it is from."""
    assessor = people.get(question.row.assessor_id)
    if question.row.application_id in own or question.applicant.account_id == my_id() or assessor is None:
        return None
    return why(question.row.kinds, question.applicant, assessor)


@blueprint.route("/assessment/possible-conflicts/<int:number>", methods=["GET", "POST"])
def answer(region: str, intake: str, number: int) -> Any:
    """One question with why it is put, and the answer with its reason."""
    found = intake_here(intake)
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
            return redirect(here("possible", intake_here(intake)), 303)
        except (Conflict, Invalid) as error:
            form.answer.errors = [str(error.message)]
            found = intake_here(intake)
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
    found = intake_here(intake)
    with transaction(db()):
        service.reopen(db(), intake=found, question_id=number, actor=actor(), now=clock.now())
    flash(_("The answer is taken back, and the question waits again."))
    return redirect(here("possible", intake_here(intake)), 303)
