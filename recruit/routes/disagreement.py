"""The coordinator's pages of disagreements: the queue of a stage, and one application with both sides."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from forms.disagreement import DecideForm, SettleForm, ThresholdForm
from recruit import clock, disagreement_view
from recruit.database import transaction
from recruit.errors import Conflict, Invalid, NotFound, Refusal
from recruit.i18n import gettext as _
from recruit.models import Application, Disagreement, DisagreementEnd, DisagreementWay, Intake, Role
from recruit.models.types import id_of
from recruit.queries import assessment as assessments
from recruit.queries import disagreement as queries
from recruit.queries import disagreement_decisions as decided_on
from recruit.queries import discussion as discussions
from recruit.queries import intake as intakes
from recruit.request import actor, db, roles
from recruit.routes.monitoring_shared import intake_here
from recruit.routes.ranking_shared import own_levels_first
from recruit.services import disagreement, discussion

blueprint = Blueprint("disagreement", __name__)
PREFIX = "/g/<region>/<intake>/disagreements"
PAGE_SIZE = 50


def _stage(stage: str) -> str:
    if stage not in queries.STAGES:
        raise NotFound(_("There is no stage %(stage)s.", stage=stage))
    return stage


def _address(found: Intake, region: str, stage: str, code: str = "") -> str:
    values: dict[str, Any] = {"region": region, "intake": found.slug, "stage": stage}
    return (
        url_for("disagreement.show", code=code, **values) if code else url_for("disagreement.index", **values)
    )


@blueprint.get(PREFIX)
@blueprint.get(f"{PREFIX}/<stage>")
def index(region: str, intake: str, stage: str = "screening") -> Any:
    """The queue: what matters most first."""
    return _index(intake_here(), _stage(stage))


def _index(found: Intake, stage: str, form: ThresholdForm | None = None, status: int = 200) -> Any:
    own_levels_first(found, stage)
    profile = intakes.profile_of(db(), found)
    wanted = request.args.get("part", "")
    part = wanted if wanted in queries.PARTS else ""
    counts = queries.counts(db(), intake=found, stage=stage)
    total = counts[part] if part else sum(counts.values())
    page = min(max(request.args.get("page", 1, type=int) or 1, 1), max((total - 1) // PAGE_SIZE + 1, 1))
    queue = queries.queue(db(), intake=found, stage=stage, part=part, size=PAGE_SIZE, page=page)
    tally = decided_on.tally(db(), intake=found, stage=stage)
    return (
        render_template(
            "assessment/disagreements.html",
            intake=found,
            stage=stage,
            queue=queue,
            rows=disagreement_view.rows(queue, profile, stage),
            total=total,
            counts=counts,
            parts=disagreement_view.part_words(),
            part=part,
            page=page,
            page_size=PAGE_SIZE,
            tally=disagreement_view.tally_words(tally),
            form=form or ThresholdForm(data={"levels": str(queue.threshold)}, say=_),
            may=Role.COORDINATOR in roles(),
            interview=assessments.confirmed_list(db(), found) is not None or stage == "interview",
        ),
        status,
    )


@blueprint.post(f"{PREFIX}/<stage>/threshold")
def threshold(region: str, intake: str, stage: str) -> Any:
    """From how many levels apart disagreements are to be dealt with."""
    found = intake_here()
    form = ThresholdForm(request.form, say=_)
    if not form.validate():
        return _index(found, _stage(stage), form, 422)
    with transaction(db()):
        disagreement.set_threshold(
            db(),
            intake=found,
            stage=_stage(stage),
            levels=int(form.levels.data or 0),
            actor=actor(),
            now=clock.now(),
        )
    flash(_("The threshold is set. No level and no decision is changed by it."))
    return redirect(_address(intake_here(), region, stage), 303)


@blueprint.get(f"{PREFIX}/<stage>/<code>")
def show(region: str, intake: str, stage: str, code: str) -> Any:
    """Both sides of one application, what was decided on it, and what can be decided now."""
    return _show(intake_here(), _stage(stage), code)


def _show(
    found: Intake,
    stage: str,
    code: str,
    *,
    form: DecideForm | None = None,
    settle: SettleForm | None = None,
    problem: Any = None,
    status: int = 200,
) -> Any:
    own_levels_first(found, stage)
    application = assessments.by_code(db(), intake=found, code=code)
    decisions = decided_on.decisions_on(db(), application_id=id_of(application), stage=stage)
    newest = decisions[-1] if decisions else None
    numbers = decided_on.number_of(db(), intake=found, stage=stage)
    profile = intakes.profile_of(db(), found)
    sides = discussions.sides(db(), application=application, stage=stage, numbers=numbers)
    waiting = application.mask_code in decided_on.third_still_out(db(), intake=found, stage=stage)
    said = [
        (each, discussions.said(db(), disagreement=each, numbers=numbers))
        for each in decisions
        if each.way is DisagreementWay.DISCUSSION
    ]
    last = len(said[-1][1]) if said else 0
    form = form or DecideForm(say=_)
    # The page shows it now: what is sent again has seen it.
    form.seen.data = str(id_of(newest) if newest else 0)
    return (
        render_template(
            "assessment/disagreement.html",
            intake=found,
            stage=stage,
            code=application.mask_code,
            sides=sides,
            table=disagreement_view.side_by_side(sides, profile, stage),
            steps=disagreement_view.steps(decisions),
            lines=[line for _each, rows in said for line in disagreement_view.lines(rows, profile, None)],
            newest=newest,
            undoable=_undoable(newest, last, waiting),
            discussing=bool(newest and newest.way is DisagreementWay.DISCUSSION and not newest.settled_at),
            waiting=waiting,
            missing=waiting
            and not decided_on.third_on_its_way(db(), application_id=id_of(application), stage=stage),
            form=form,
            settle=settle or SettleForm(data={"seen": str(last)}, say=_),
            problem=problem,
            may=Role.COORDINATOR in roles(),
        ),
        status,
    )


def _undoable(newest: Disagreement | None, written: int, waiting: bool) -> str:
    """The words of the button that takes the newest decision back; empty where nothing can be."""
    if newest is None:
        return ""
    if newest.way is DisagreementWay.LEFT:
        return _("Undo: take it up again")
    if newest.way is DisagreementWay.THIRD:
        if newest.end is DisagreementEnd.KEPT:
            return _("Undo: wait for a third assessment again")
        return _("Undo: take the third assessment back") if waiting else ""
    if newest.settled_at is not None:
        return _("Undo: open the discussion again")
    return "" if written else _("Undo: take the discussion back")


@blueprint.post(f"{PREFIX}/<stage>/<code>")
def decide(region: str, intake: str, stage: str, code: str) -> Any:
    """Open a discussion, ask for a third assessment, or leave it as it is."""
    found = intake_here()
    form = DecideForm(request.form, say=_)
    if not form.validate():
        return _show(found, _stage(stage), code, form=form, status=422)
    way = str(form.way.data)
    act: Any = {
        "discussion": disagreement.open_discussion,
        "third": disagreement.ask_third,
        "left": disagreement.leave,
    }[way]
    seen = str(form.seen.data or "")
    done = {
        "discussion": _(
            "The assessors see each other's levels of %(code)s now, and are told by mail.", code=code
        ),
        "third": _("A third assessor has got %(code)s. The mean of all three counts then.", code=code),
        "left": _("%(code)s is left as it is: the mean counts.", code=code),
    }[way]
    try:
        with transaction(db()):
            act(
                db(),
                application=_application(found, code),
                stage=_stage(stage),
                reason=form.reason.data or "",
                actor=actor(),
                now=clock.now(),
                seen=int(seen) if seen.isdecimal() else None,
            )
    except Refusal as refusal:
        if isinstance(refusal, NotFound):
            raise
        problem = _beside(form.reason, refusal)
        return _show(intake_here(), stage, code, form=form, problem=problem, status=refusal.status)
    flash(done)
    return redirect(_address(intake_here(), region, stage, code), 303)


def _application(found: Intake, code: str) -> Application:
    return assessments.by_code(db(), intake=found, code=code)


def _beside(field: Any, refusal: Refusal) -> Any:
    """Put a refusal beside its field; returns what there is no field for."""
    if isinstance(refusal, Invalid) and refusal.field == field.short_name:
        field.errors = [str(refusal.message)]
        return None
    return refusal.message


@blueprint.post(f"{PREFIX}/<stage>/<code>/settle")
def settle(region: str, intake: str, stage: str, code: str) -> Any:
    """End a discussion, or go on without a third assessment that nobody is left to make."""
    found = intake_here()
    form = SettleForm(request.form, say=_)
    if not form.validate():
        return _show(found, _stage(stage), code, settle=form, status=422)
    seen = str(form.seen.data or "")
    try:
        with transaction(db()):
            newest = _newest(found, stage, code)
            common: dict[str, Any] = {"reason": form.reason.data or "", "actor": actor(), "now": clock.now()}
            if newest.way is DisagreementWay.THIRD:
                disagreement.give_up_third(db(), decided=newest, **common)
            else:
                discussion.settle(
                    db(), discussion=newest, seen=int(seen) if seen.isdecimal() else None, **common
                )
    except Refusal as refusal:
        if isinstance(refusal, NotFound):
            raise
        problem = _beside(form.reason, refusal)
        form.seen.data = None  # the page shows everything now, so what is sent again has been read
        return _show_again(stage, code, form, problem, refusal.status)
    flash(_("Settled. The levels stand as they are now; run the ranking again if there is a run."))
    return redirect(_address(intake_here(), region, stage, code), 303)


def _show_again(stage: str, code: str, form: SettleForm, problem: Any, status: int) -> Any:
    found = intake_here()
    newest = _newest(found, stage, code)
    form.seen.data = str(len(discussions.said(db(), disagreement=newest, numbers={})))
    return _show(found, stage, code, settle=form, problem=problem, status=status)


def _newest(found: Intake, stage: str, code: str) -> Disagreement:
    application = _application(found, code)
    decisions = decided_on.decisions_on(db(), application_id=id_of(application), stage=_stage(stage))
    if not decisions:
        raise NotFound(_("Nothing has been decided on %(code)s.", code=code))
    return decisions[-1]


@blueprint.post(f"{PREFIX}/<stage>/<code>/undo")
def undo(region: str, intake: str, stage: str, code: str) -> Any:
    """Take the newest decision back, where nothing has followed from it."""
    found = intake_here()
    try:
        with transaction(db()):
            newest = _newest(found, stage, code)
            if request.form.get("seen", type=int) not in (None, newest.id):
                raise Conflict(_("Something else has been decided on it since."))
            disagreement.undo(db(), decided=newest, actor=actor(), now=clock.now())
    except Refusal as refusal:
        if isinstance(refusal, NotFound):
            raise
        return _show(intake_here(), stage, code, problem=refusal.message, status=refusal.status)
    flash(_("Taken back."))
    return redirect(_address(intake_here(), region, stage, code), 303)
