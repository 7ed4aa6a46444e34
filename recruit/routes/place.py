"""Pages on one place in the order: why it is what it is, and two applications side by side."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from recruit import comparison_view, explanation_view
from recruit.criterion_words import names_of
from recruit.errors import NotFound
from recruit.i18n import gettext as _
from recruit.models import RankingRun
from recruit.place_standing import Standing, single_line, standing_at, standing_on
from recruit.queries import ranking as queries
from recruit.request import db
from recruit.routes.ranking_shared import run_here
from recruit.run_analysis import RunAnalysis, analysis
from recruit.services.lines import MOST

blueprint = Blueprint("place", __name__)
PREFIX = "/g/<region>/<intake>/ranking/<stage>/<int:number>"


@blueprint.get(f"{PREFIX}/<code>")
def show(region: str, intake: str, stage: str, number: int, code: str) -> Any:
    """Why one application has its place."""
    found, run = run_here(stage, number)
    taken = analysis(run)
    if code not in taken:
        raise NotFound(_("The application %(code)s is not in this run.", code=code))
    drawn = _drawn(run, taken, code)
    explanation = taken.explain(code, places=drawn.places)
    return render_template(
        "ranking/place.html",
        intake=found,
        run=run,
        code=code,
        story=explanation_view.story(
            explanation,
            taken.profile,
            called=drawn.called,
            reserve=drawn.reserve,
            certainty=drawn.certainty,
            settled=drawn.settled,
        ),
        adjusted=taken.adjusted.get(code),
        not_adjusted=names_of(
            taken.profile, taken.adjusted[code].not_adjusted if code in taken.adjusted else ()
        ),
        explanation=explanation,
        placed=queries.row_of(db(), run=run, mask_code=code),
        neighbours=explanation_view.neighbours(taken.ranking, explanation.place),
    )


@blueprint.get(f"{PREFIX}/compare")
def compare(region: str, intake: str, stage: str, number: int) -> Any:
    """Two applications side by side: where the difference comes from."""
    found, run = run_here(stage, number)
    first, second = (request.args.get(name, "").strip().upper() for name in ("first", "second"))
    taken = analysis(run)
    problem = _cannot_compare(taken, first, second)
    if problem:
        if first in taken:
            return render_template(
                "ranking/compare.html", intake=found, run=run, first=first, second=second, problem=problem
            ), 422
        return redirect(url_for("ranking.show", region=region, intake=intake, stage=stage, number=number))
    comparison = taken.compare(first, second)
    return render_template(
        "ranking/compare.html",
        intake=found,
        run=run,
        first=first,
        second=second,
        comparison=comparison,
        verdict=comparison_view.verdict(comparison, taken.profile),
        rows=comparison_view.difference_rows(comparison),
        difference=comparison_view.signed(comparison.difference),
        sides=[comparison_view.side(each, taken.profile) for each in (comparison.first, comparison.second)],
        adjusted=[taken.adjusted.get(each) for each in (first, second)],
        problem=None,
    )


def _cannot_compare(taken: RunAnalysis, first: str, second: str) -> str:
    for code in (first, second):
        if code not in taken:
            return (
                _("The application %(code)s is not in this run.", code=code)
                if code
                else _("Write the code of the application to compare with.")
            )
    return _("Choose another application than the one you started from.") if first == second else ""


def _drawn(run: RankingRun, taken: RunAnalysis, code: str) -> Standing:
    """What was drawn on the run, or the line that the address asks to try; without either, no line."""
    newest = queries.list_of_run(db(), run=run)
    places = request.args.get("places", type=int)
    if newest is not None and places in (None, single_line(newest)):
        return standing_on(db(), newest, run, code)
    return standing_at(run, taken, code, places if places and 0 < places <= MOST else None)
