"""What if the weights were others: a page that only ever shows. It has no POST and writes nothing."""

from fractions import Fraction
from typing import Any

from flask import Blueprint, render_template, request, url_for

from forms.sensitivity import weight_name, what_if_form
from recruit import sensitivity_view
from recruit.i18n import gettext as _
from recruit.i18n import language
from recruit.models import Intake, RankingRun
from recruit.queries import intake as intakes
from recruit.queries import ranking as queries
from recruit.request import db
from recruit.routes.ranking_shared import run_here
from recruit.run_analysis import RunAnalysis, analysis
from recruit.services.lines import line_groups

blueprint = Blueprint("sensitivity", __name__)
PREFIX = "/g/<region>/<intake>/ranking/<stage>/<int:number>"


@blueprint.get(f"{PREFIX}/what-if")
def show(region: str, intake: str, stage: str, number: int) -> Any:
    """The list with the settings in the address, beside the real one; below it how much the list depends on them."""
    found, run = run_here(stage, number)
    taken = analysis(run)
    called, drawn = _called(found, run, taken)
    form = _form(taken, called)
    valid = form.validate()
    k = form.places.data if valid and form.places.data else called
    tried = None
    if valid:
        weights = {key: Fraction(weight) for key, weight in form.weights.items()}
        tried = taken.tried(weights, combine=form.combine.data, without=form.without.data, k=k)
    here: dict[str, Any] = {"region": region, "intake": intake, "stage": stage, "number": number}
    return render_template(
        "ranking/what_if.html",
        intake=found,
        run=run,
        form=form,
        k=k,
        drawn=drawn,
        ranked=len(taken.ranking.ranked),
        asked=_asked(form, taken),
        change=sensitivity_view.change_view(tried.change) if tried else None,
        picture=sensitivity_view.picture(tried) if tried else None,
        rows=sensitivity_view.order_rows(tried) if tried else [],
        varied=sensitivity_view.varied_view(taken, taken.varied(k)),
        without_criterion={
            key: url_for("sensitivity.show", **here, **_left_out(key, k)) for key in taken.ranking.criteria
        },
        here=here,
    ), 200 if valid else 422


def _left_out(key: str, k: int) -> dict[str, Any]:
    """The query of the address that tries the list without a criterion."""
    return {weight_name(key): 0, "places": k}


def _called(found: Intake, run: RankingRun, taken: RunAnalysis) -> tuple[int, bool]:
    """How many are called: with the line that was drawn on the run, else as many as there are posts."""
    newest = queries.list_of_run(db(), run=run)
    if newest is not None:
        return sum(group.places for group in line_groups(newest)), True
    posts = sum(each.number for each in intakes.posts_of(db(), found))
    return min(posts, len(taken.ranking.ranked)) or 1, False


def _form(taken: RunAnalysis, called: int) -> Any:
    profile = taken.profile
    now = {"combine": profile.stages[taken.stage].combine, "places": called}
    args = request.args.copy()
    for name, value in now.items():
        args.setdefault(name, str(value))
    return what_if_form(
        args,
        criteria=[
            (each.key, each.name.in_language(language()), each.weight)
            for each in profile.required_at(taken.stage)
        ],
        assessors=taken.assessors,
        data=now,
        say=_,
    )


def _asked(form: Any, taken: RunAnalysis) -> bool:
    """Whether anything is tried that is not as in the run."""
    return (
        any(field.data != field.current for field in form.sliders)
        or form.combine.data != taken.profile.stages[taken.stage].combine
        or bool(form.without.data)
    )
