"""The retrospective of an intake: its figures, the group's comments, and what the next intake takes along."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from markupsafe import Markup

from forms.lessons import CommentForm, SummaryForm
from recruit import clock, monitoring_view
from recruit.database import transaction
from recruit.errors import NotAllowed, Refusal
from recruit.i18n import gettext as _
from recruit.i18n import language
from recruit.intake_home import funnel, words
from recruit.intake_home import lessons as view
from recruit.models import Intake, IntakeStatus, LessonKind, LessonSubject, PlanStep, Role
from recruit.navigation import present_standing
from recruit.queries import intake as intakes
from recruit.queries import lessons, overview, time_plan
from recruit.queries import ranking as rankings
from recruit.request import account, actor, db, roles, settings
from recruit.routes.monitoring import present_look
from recruit.routes.monitoring_shared import intake_here
from recruit.routes.ranking_shared import own_levels_first
from recruit.run_analysis import analysis
from recruit.services import lessons as service

blueprint = Blueprint("lessons", __name__)
PREFIX = "/g/<region>/<intake>/lessons"
OVERSIGHT = frozenset({Role.COORDINATOR, Role.AUDITOR})


def _intake() -> Intake:
    """The intake; its own assessors come in once their levels are, other assessors do not."""
    found = intake_here()
    if not roles() & OVERSIGHT and not lessons.assesses(db(), found, account_id=account().id or 0):
        raise NotAllowed(_("Only those who assessed in this intake read its lessons."))
    own_levels_first(found, "screening", "interview")
    return found


@blueprint.get(PREFIX)
def show(region: str, intake: str) -> Any:
    """The whole page."""
    return _page(_intake())


@blueprint.post(PREFIX)
def comment(region: str, intake: str) -> Any:
    """Add a comment."""
    found = _intake()
    form = CommentForm(request.form, say=_)
    if not form.validate():
        return _page(found, form=form, status=422)
    try:
        with transaction(db()):
            service.comment(db(), intake=found, **_typed(form), actor=actor(), now=clock.now())
    except Refusal as error:
        form.text.errors = [str(error.message)]
        return _page(intake_here(), form=form, status=error.status)
    flash(_("Your comment is added."))
    return _back(found)


@blueprint.post(f"{PREFIX}/<int:number>")
def change(region: str, intake: str, number: int) -> Any:
    """Change one's own comment."""
    found = _intake()
    form = CommentForm(request.form, say=_, prefix=f"c{number}-")
    if not form.validate():
        return _page(found, editing=(number, form), status=422)
    try:
        with transaction(db()):
            service.change(
                db(),
                intake=found,
                number=number,
                revision=form.revision.data,
                **_typed(form),
                actor=actor(),
                now=clock.now(),
            )
    except Refusal as error:
        if error.status in (403, 404):
            raise
        form.text.errors = [str(error.message)]
        return _page(intake_here(), editing=(number, form), status=error.status)
    flash(_("Your comment is changed."))
    return _back(found)


@blueprint.post(f"{PREFIX}/<int:number>/remove")
def remove(region: str, intake: str, number: int) -> Any:
    """Take away one's own comment; what is shown next can undo it."""
    found = _intake()
    with transaction(db()):
        service.remove(db(), intake=found, number=number, actor=actor(), now=clock.now())
    return redirect(url_for("lessons.show", region=region, intake=intake, removed=number), 303)


@blueprint.post(f"{PREFIX}/<int:number>/restore")
def restore(region: str, intake: str, number: int) -> Any:
    """Put it back."""
    found = _intake()
    with transaction(db()):
        service.restore(db(), intake=found, number=number, actor=actor(), now=clock.now())
    flash(_("Your comment is back."))
    return _back(found)


@blueprint.post(f"{PREFIX}/agree")
def agree(region: str, intake: str) -> Any:
    """Agree what the next intake takes along."""
    found = _intake()
    form = SummaryForm(request.form, say=_, prefix="agree-")
    if not form.validate():
        return _page(found, summary_form=form, status=422)
    typed = form.version.data or ""
    try:
        with transaction(db()):
            service.agree(
                db(),
                intake=found,
                text=form.text.data or "",
                version=int(typed) if typed.isdecimal() else 0,
                actor=actor(),
                now=clock.now(),
            )
    except Refusal as error:
        form.text.errors = [str(error.message)]
        form.version.raw_data = None
        found = intake_here()
        newest = lessons.of(db(), found).summary
        form.version.data = str(newest.version) if newest else "0"
        return _page(found, summary_form=form, status=error.status)
    flash(_("Agreed. The next intake opens with it."))
    return _back(found)


@blueprint.post(f"{PREFIX}/reopen")
def reopen(region: str, intake: str) -> Any:
    """Let the group comment again."""
    found = _intake()
    with transaction(db()):
        service.reopen(db(), intake=found, actor=actor(), now=clock.now())
    flash(_("The group can comment again. What was agreed stays until you agree a new version."))
    return _back(found)


def _typed(form: CommentForm) -> dict[str, Any]:
    return {
        "subject": LessonSubject(form.subject.data),
        "kind": LessonKind(form.kind.data),
        "text": form.text.data or "",
    }


def _back(found: Intake) -> Any:
    return redirect(words.to("lessons.show", found), 303)


def _page(
    found: Intake,
    *,
    form: CommentForm | None = None,
    editing: tuple[int, CommentForm] | None = None,
    summary_form: SummaryForm | None = None,
    status: int = 200,
) -> Any:
    told = lessons.of(db(), found)
    comments = sorted(told.comments, key=lambda each: each.row.id or 0)
    page = render_template(
        "intake/lessons.html",
        intake=found,
        heading=words.title_of(found),
        is_over=found.status is IntakeStatus.CLOSED,
        told=told,
        subjects=view.by_subject(comments),
        kind_name=view.kind_name,
        form=form or CommentForm(say=_, data={"revision": 0}),
        editing=editing,
        own_form=_own_form,
        me=account().id,
        summary_form=summary_form or _summary_form(told),
        may_comment=bool(roles() & {Role.COORDINATOR, Role.ASSESSOR}),
        may_write=Role.COORDINATOR in roles(),
        sees_authors=bool(roles() & {Role.COORDINATOR, Role.ASSESSOR}),
        removed=request.args.get("removed", type=int),
        **_figures(found),
    )
    return page, status


def _own_form(row: Any) -> CommentForm:
    data = {"revision": row.revision, "subject": row.subject.value, "kind": row.kind.value, "text": row.text}
    return CommentForm(say=_, data=data, prefix=f"c{row.id}-")


def _summary_form(told: lessons.Lessons) -> SummaryForm:
    newest = told.summary
    data = {
        "version": str(newest.version) if newest else "0",
        "text": newest.text if newest else view.proposal(told.comments),
    }
    return SummaryForm(say=_, data=data, prefix="agree-")


def _figures(found: Intake) -> dict[str, Any]:
    """What the intake's own rows tell. The agreement and the monitor only for those who have their pages."""
    oversees = bool(roles() & OVERSIGHT)
    minimum = 0 if oversees else settings().suppress_below
    profile = intakes.profile_of(db(), found)
    refusals = overview.refusals(db(), found)
    planned = dict(time_plan.of(db(), found))
    planned[PlanStep.CLOSES] = lessons.first_closing_day(db(), found)
    standing = present_standing(found)
    countries = overview.waiting(db(), found).countries
    rows = funnel.funnel_rows(standing, countries, refusals if oversees else (), profile, language())
    return {
        "funnel": funnel.funnel(rows) if oversees else Markup(),
        "rows": rows if oversees else [],
        "counts": [(row.label, row.count) for row in rows],
        "times": view.times(planned, time_plan.actual(db(), found, clock.now())),
        "later_words": view.later_words,
        "left": view.left_words(lessons.left(db(), found), minimum=minimum),
        "shut_out": view.shut_out(refusals, profile, minimum=minimum),
        "oversees": oversees,
        **(_overseen(found) if oversees else {}),
    }


def _overseen(found: Intake) -> dict[str, Any]:
    run = rankings.latest_run(db(), intake=found, stage="screening")
    seen = present_look(found, whole=False).seen
    return {
        "run": run,
        "agreement": view.agreement(analysis(run)) if run else None,
        "findings": monitoring_view.findings(seen.figures) if seen.figures and seen.figures["n"] else [],
        "veiled": seen.veiled,
    }
