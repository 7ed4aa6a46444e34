"""Pages of the ranking step: the runs, and one run as the meeting looks at it."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from forms.ranking import RunForm, TryLineForm
from recruit import certainty_words, clock, monitoring_view, ranking_view, release_view
from recruit.database import transaction
from recruit.errors import Refusal
from recruit.frames import RunCertainty, RunResults, certainty, run_results
from recruit.i18n import gettext as _
from recruit.models import Intake, InterviewList, RankingRun, Role
from recruit.queries import disagreement as disagreements
from recruit.queries import disagreement_decisions as decided_on
from recruit.queries import intake as intakes
from recruit.queries import lots, monitoring, naming
from recruit.queries import ranking as queries
from recruit.queries import release as releases
from recruit.queries.unchanged import kept
from recruit.ranking_view import TheLine
from recruit.request import actor, db, roles
from recruit.routes.monitoring_shared import intake_here, reader
from recruit.routes.ranking_shared import run_here
from recruit.run_analysis import analysis
from recruit.services import gate, ranking, settling
from recruit.services.lines import line_groups, line_on

blueprint = Blueprint("ranking", __name__)
PREFIX = "/g/<region>/<intake>/ranking"


@blueprint.get(PREFIX)
def index(region: str, intake: str) -> Any:
    """All runs of an intake, and the button for a new one."""
    return _index(intake_here(), RunForm(say=_))


def _index(found: Intake, form: RunForm, status: int = 200, problem: Any = None) -> Any:
    return render_template(
        "ranking/index.html",
        intake=found,
        runs=queries.runs(db(), intake=found),
        form=form,
        problem=problem,
        may_run=Role.COORDINATOR in roles(),
        undecided=queries.undecided(db(), intake=found),
        takes=intakes.accepts(found, clock.now()),
        discussed=[
            code
            for stage in disagreements.STAGES
            for code in decided_on.discussed(db(), intake=found, stage=stage)
        ],
    ), status


@blueprint.post(f"{PREFIX}/run")
def run(region: str, intake: str) -> Any:
    """Rank now."""
    found = intake_here()
    form = RunForm(request.form, say=_)
    if not form.validate():
        return _index(found, form, 422)
    stage = str(form.stage.data)
    newest = queries.latest_run(db(), intake=found, stage=stage)
    before = newest.number if newest else 0
    try:
        with transaction(db()):
            made = ranking.run(db(), intake=found, stage=stage, actor=actor(), now=clock.now())
            number = made.number
    except Refusal as refusal:
        return _index(intake_here(), form, refusal.status, refusal.message)
    if number == before:
        flash(
            _(
                "Nothing has changed since run %(number)s, so no new run is made. This is that run.",
                number=number,
            )
        )
    else:
        flash(_("Run %(number)s is made. Its inputs and results are kept as they are now.", number=number))
    return redirect(url_for("ranking.show", region=region, intake=intake, stage=stage, number=number), 303)


@blueprint.get(f"{PREFIX}/<stage>/<int:number>")
def show(region: str, intake: str, stage: str, number: int) -> Any:
    """One run: the order, the line that is tried or drawn, and what the monitor says of it."""
    found, run = run_here(stage, number)
    results = run_results(run)
    profile = intakes.profile_of(db(), found)
    counts = results.counts()
    newest, made_by = queries.list_and_maker(db(), run=run)
    form, line = _line(results, newest)
    watch = kept(
        db(),
        lambda: queries.watch(db(), intake=found, profile=profile, run=run, ranked=len(results)),
        "watch",
        run.id,
    )
    page = _page(len(results))
    start = (page - 1) * queries.PAGE_SIZE
    placed = queries.rows(db(), run=run, start=start)
    beside, seen = _beside(found, run, line)
    sure = _certainty(run, line, newest)
    adjusted = analysis(run).adjusted
    return render_template(
        "ranking/show.html",
        intake=found,
        run=run,
        results=results,
        counts=counts,
        summary=ranking_view.summary(counts),
        heading=ranking_view.heading(results, counts, line, sure),
        columns=ranking_view.columns(results, profile),
        rows=ranking_view.rows(results, profile, placed, start, line, sure, adjusted),
        plot=ranking_view.plot(results, line, counts, sure),
        sure=sure,
        uncertain=certainty_words.uncertain(sure),
        settle=certainty_words.settle_words(profile, run.stage, sure),
        line=line,
        tie=ranking_view.tie(results, profile, line) if line else None,
        form=form,
        choices=_choices(results, line),
        newest=newest,
        stale=watch.stale and not ranking.is_current(db(), intake=found, run=run),
        watch=watch,
        made_by=made_by,
        lot=lots.of_stage(db(), intake_id=run.intake_id, stage=stage),
        beside=beside,
        seen=seen,
        page=page,
        page_size=queries.PAGE_SIZE,
        may_draw=Role.COORDINATOR in roles() and stage == "screening",
        release=_release(found, run) if stage == "interview" else None,
        since=_since(found, run, results),
    )


def _page(total: int) -> int:
    asked = request.args.get("page", 1, type=int) or 1
    return min(max(asked, 1), max((total - 1) // queries.PAGE_SIZE + 1, 1))


def _line(results: RunResults, newest: InterviewList | None) -> tuple[TryLineForm, TheLine | None]:
    """The line that the address asks to try, else that of the list that was drawn on the run."""
    drawn = _drawn(newest)
    if "places" not in request.args:
        values = {"places": drawn.places, "reserves": drawn.reserves} if drawn else {}
        return TryLineForm(data=values, say=_), drawn
    args = request.args.copy()
    args.setdefault("reserves", str(drawn.reserves if drawn else 0))
    form = TryLineForm(args, say=_)
    if not form.validate():
        return form, None
    return form, TheLine(form.places.data or 0, form.reserves.data or 0)


def _certainty(run: RankingRun, line: TheLine | None, newest: InterviewList | None) -> RunCertainty | None:
    """How certain the places are with the line that is tried or drawn; None where there is no line."""
    if line is not None:
        return certainty(run, line.places) if line.places else None
    if newest is not None:
        return settling.certainty_of(run, line_on(db(), run=run, groups=line_groups(newest)))
    return None


def _drawn(newest: InterviewList | None) -> TheLine | None:
    if newest is None:
        return None
    groups = line_groups(newest)
    return TheLine(groups[0].places, groups[0].reserves) if not groups[0].site_ids else None


def _choices(results: RunResults, line: TheLine | None) -> list[tuple[int, bool]]:
    """Numbers near the line that cut no equal points, and the line itself."""
    if line is None:
        return []
    near: set[int] = {line.places}
    for step in (-1, 1):
        at, found = line.places + step, 0
        while 0 < at <= len(results.totals) and found < 2:
            if not results.is_tie(at):
                near.add(at)
                found += 1
            at += step
    return [(places, places == line.places) for places in sorted(near)]


def _beside(found: Intake, run: RankingRun, line: TheLine | None) -> tuple[list[Any], monitoring.Seen | None]:
    """What the monitor says of those above the line."""
    if line is None or run.stage != "screening":
        return [], None
    above = kept(
        db(),
        lambda: tuple(queries.ranked_applications(db(), run=run, first=line.places)),
        "above",
        run.id,
        line.places,
    )
    seen = monitoring.for_reader(
        db(),
        intake=found,
        reader=reader(),
        now=clock.now(),
        called={identity for _code, identity in above},
    )
    return (monitoring_view.beside_line(seen.figures) if seen.figures else []), seen


def _since(found: Intake, run: RankingRun, results: RunResults) -> list[ranking_view.Shift] | None:
    """What differs from the run before; None for the first."""
    if run.number == 1:
        return None
    before = queries.run_by_number(db(), intake=found, stage=run.stage, number=run.number - 1)
    return ranking_view.since(run_results(before), results)


def _release(found: Intake, run: RankingRun) -> dict[str, Any]:
    """Whether the ranking is released, else the checks and who may release it."""
    made = queries.release_of(db(), run=run)
    if made is not None:
        return {"made": made, "by": naming.names(db(), ids=[made.released_by_id])[made.released_by_id]}
    newest = queries.latest_run(db(), intake=found, stage=run.stage)
    words = _("You made this run. Another coordinator looks at it and releases it.")
    checks = release_view.checks(gate.check_run(db(), intake=found, run=run))
    return {
        "made": None,
        "newer": newest.number if newest is not None and newest.id != run.id else None,
        "checks": checks,
        "failed": [each for each in checks if not each.ok],
        "approval": release_view.approval(
            releases.staff(db(), region_id=run.region_id),
            reader=actor().account_id,
            done=[(run.created_by_id, words)],
        ),
    }


@blueprint.post(f"{PREFIX}/<stage>/<int:number>/release")
def release(region: str, intake: str, stage: str, number: int) -> Any:
    """Stand for a ranking after the interviews, as the second coordinator."""
    found = intake_here()
    with transaction(db()):
        run = queries.run_by_number(db(), intake=found, stage=stage, number=number)
        ranking.release(db(), run=run, actor=actor(), now=clock.now())
    flash(_("Run %(number)s is released, and the seed of its lot is public.", number=number))
    return redirect(url_for("ranking.show", region=region, intake=intake, stage=stage, number=number), 303)
