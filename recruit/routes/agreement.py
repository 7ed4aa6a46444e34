"""How far the assessors of a run agree: figures, severity, and the largest disagreements first."""

from typing import Any

from flask import Blueprint, render_template, request

from recruit import agreement_view
from recruit.models import Intake, RankingRun
from recruit.queries import disagreement_decisions as decided_on
from recruit.queries.ranking import assessor_pseudonym
from recruit.request import db
from recruit.routes.ranking_shared import run_here
from recruit.run_analysis import analysis

blueprint = Blueprint("agreement", __name__)
PREFIX = "/g/<region>/<intake>/ranking/<stage>/<int:number>"
PAGE_SIZE = 25


@blueprint.get(f"{PREFIX}/agreement")
def show(region: str, intake: str, stage: str, number: int) -> Any:
    """A sentence first, then the figures, then the disagreements."""
    found, run = run_here(stage, number)
    first = first_levels(found, run)
    taken = analysis(run).as_first_given(first)
    agreed = taken.agreement
    if agreed is None:
        return render_template(
            "ranking/agreement.html", intake=found, run=run, taken=taken, view=None, discussed=0
        )
    differing = len(agreed.disagreements)
    page = min(max(request.args.get("page", 1, type=int) or 1, 1), max((differing - 1) // PAGE_SIZE + 1, 1))
    start = (page - 1) * PAGE_SIZE
    return render_template(
        "ranking/agreement.html",
        intake=found,
        run=run,
        taken=taken,
        view=agreement_view.view_of(taken, agreed),
        found=agreed,
        disagreements=agreement_view.disagreements(taken, agreed, start, start + PAGE_SIZE),
        disagreement_words=agreement_view.disagreement_words(taken, agreed),
        differing=differing,
        page=page,
        page_size=PAGE_SIZE,
        discussed=len(first),
    )


def first_levels(found: Intake, run: RankingRun) -> dict[tuple[str, str, str], int]:
    """What was changed in discussions before the run, as it was before: by code, pseudonym and criterion."""
    changed = decided_on.first_levels(db(), intake=found, run_at=run.created_at)
    return {
        (code, assessor_pseudonym(found, public_id), criterion): level
        for (code, public_id, criterion), level in changed.items()
    }
