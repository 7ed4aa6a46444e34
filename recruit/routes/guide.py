"""Two short flows for everybody, without an account: do I need basic service, and can I apply to this intake."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, session, url_for

from forms.guide import QUESTIONS, GuideForm
from recruit import clock, guide
from recruit.display import day
from recruit.guide import Verdict
from recruit.i18n import gettext as _
from recruit.i18n import language
from recruit.models import Intake, Region
from recruit.queries import intake as intakes
from recruit.request import db

blueprint = Blueprint("guide", __name__)
#: Where the answers are kept: in the browser's own cookie, until it is closed or one begins anew.
ANSWERS = "guide"
#: Beside them: the intake whose start the answer `can_start` is about.
START_OF = "start_of"


@dataclass(frozen=True)
class Flow:
    """The questions of one flow, and how its pages are addressed. Without an intake: does one need basic service."""

    questions: tuple[str, ...]
    intake: Intake | None = None
    region: Region | None = None

    def address(self, question: str | None = None) -> str:
        """Of a question, or of the answer."""
        if self.intake is None or self.region is None:
            return url_for("guide.need", question=question)
        return url_for("guide.apply", region=self.region.slug, intake=self.intake.slug, question=question)

    def verdict(self, answers: dict[str, Any]) -> Verdict | None:
        """The answer, as soon as the questions that matter are answered."""
        if self.intake is None:
            return guide.need(answers)
        return guide.can_apply(answers, self.intake, intakes.profile_of(db(), self.intake))

    def next_question(self, answers: dict[str, Any]) -> str:
        """The first question without an answer. Who has no licence and expects none is not asked how."""
        for each in self.questions:
            skipped = each == "route" and answers.get("licence") == "none"
            if QUESTIONS[each].choice not in answers and not skipped:
                return each
        return self.questions[0]

    def before(self, question: str) -> str | None:
        """The question before; None for the first."""
        place = self.questions.index(question)
        return self.questions[place - 1] if place else None


@blueprint.route("/guide/need", methods=["GET", "POST"], defaults={"question": None})
@blueprint.route("/guide/need/<question>", methods=["GET", "POST"])
def need(question: str | None) -> Any:
    """Do I need basic service?"""
    return _page(Flow(guide.NEED), question)


@blueprint.route("/i/<region>/<intake>/can-i-apply", methods=["GET", "POST"], defaults={"question": None})
@blueprint.route("/i/<region>/<intake>/can-i-apply/<question>", methods=["GET", "POST"])
def apply(region: str, intake: str, question: str | None) -> Any:
    """Can I apply to this intake?"""
    found, owner = intakes.published(db(), region, intake)
    return _page(Flow(guide.APPLY, found, owner), question)


@blueprint.post("/guide/again")
def again() -> Any:
    """Begin anew."""
    forget()
    return redirect(url_for("guide.need"), 303)


def answers_here(intake: Intake | None) -> dict[str, Any]:
    """What this browser has answered so far. Whether one can start on a day is asked anew of each intake."""
    kept: dict[str, Any] = dict(session.get(ANSWERS, {}))
    if intake is None or kept.pop(START_OF, None) != intake.id:
        kept.pop("can_start", None)
    return kept


def forget() -> None:
    """Forget the answers."""
    session.pop(ANSWERS, None)


def _keep(flow: Flow, answers: dict[str, Any]) -> None:
    session[ANSWERS] = answers | ({START_OF: flow.intake.id} if flow.intake else {})


def _page(flow: Flow, question: str | None) -> Any:
    answers = answers_here(flow.intake)
    if question is None:
        if request.method == "POST":
            abort(405)
        verdict = flow.verdict(answers)
        if verdict is None:
            return redirect(flow.address(flow.next_question(answers)))
        return _answer(flow, verdict, answers)
    if question not in flow.questions:
        abort(404)
    return _ask(flow, question, answers)


def _ask(flow: Flow, question: str, answers: dict[str, Any]) -> Any:
    posted = request.form if request.method == "POST" else None
    form = QUESTIONS[question](posted, data=_shown(question, answers), say=_)
    if posted is not None and form.validate():
        answers |= form.kept()
        _keep(flow, answers)
        if flow.verdict(answers) is not None:
            return redirect(flow.address(), 303)
        return redirect(flow.address(flow.next_question(answers)), 303)
    before = flow.before(question)
    return render_template(
        "guide/question.html",
        **_frame(flow),
        form=form,
        question=_asked(form, flow),
        back=flow.address(before) if before else _home(flow),
        number=flow.questions.index(question) + 1,
        total=len(flow.questions),
    ), 422 if form.errors else 200


def _shown(question: str, answers: dict[str, Any]) -> dict[str, Any]:
    """What the form shows of an answer given before."""
    kind = QUESTIONS[question]
    columns = guide.columns(answers)
    shown = {name: columns.get(name) for name in (kind.choice, kind.when) if name}
    value = answers.get(kind.choice)
    return shown | {kind.choice: value}


def _asked(form: GuideForm, flow: Flow) -> str:
    if form.choice == "can_start" and flow.intake is not None:
        return _("Can you start on %(day)s?", day=day(flow.intake.starts_on))
    label: str = form[form.choice].label.text
    return label


def _answer(flow: Flow, verdict: Verdict, answers: dict[str, Any]) -> Any:
    open_now = flow.intake is not None and intakes.accepts(flow.intake, clock.now())
    return render_template(
        "guide/answer.html",
        **_frame(flow),
        verdict=verdict,
        open=open_now,
        change=[
            (flow.address(each), _label(each)) for each in flow.questions if QUESTIONS[each].choice in answers
        ],
    )


def _label(question: str) -> str:
    form = QUESTIONS[question](say=_)
    text: str = form[form.choice].label.text
    return text


def _home(flow: Flow) -> str:
    if flow.intake is None or flow.region is None:
        return url_for("public.home")
    return url_for("public.intake", region=flow.region.slug, intake=flow.intake.slug)


def _frame(flow: Flow) -> dict[str, Any]:
    title = ""
    if flow.intake is not None:
        title = flow.intake.title_sv if language() == "sv" else flow.intake.title_en
    return {
        "intake": flow.intake,
        "region": flow.region,
        "intake_name": title,
        "flow_title": _("Can I apply?") if flow.intake else _("Do I need basic service?"),
        "home": _home(flow),
    }
