"""Pages of the assessment step for assessors: one's own queue. Scoring, documents and what is set aside have files of
their own, and so have the coordinator's panels and calibration; all share one blueprint.
"""

from typing import Any

from flask import flash, redirect, render_template, request

from recruit import clock
from recruit.database import transaction
from recruit.i18n import ngettext
from recruit.models import Intake
from recruit.queries import assessment as queries
from recruit.queries import calibration as calibrations
from recruit.queries import intake as intakes
from recruit.queries.tasks import own_task, set_aside
from recruit.request import actor, db
from recruit.routes import (
    assessment_aside,
    assessment_calibration,
    assessment_documents,
    assessment_panels,
    assessment_plans,
    assessment_score,
    assessors,
    possible_conflicts,
)
from recruit.routes.assessment_shared import (
    blueprint,
    here,
    my_id,
    own_queue,
    pace_at,
    progress_among,
    stage_wanted,
)
from recruit.routes.monitoring_shared import intake_here
from recruit.services import assessment as service
from scoring.profile import Profile

__all__ = [
    "assessment_aside",
    "assessment_calibration",
    "assessment_documents",
    "assessment_panels",
    "assessment_plans",
    "assessment_score",
    "assessors",
    "blueprint",
    "possible_conflicts",
]


@blueprint.route("/assess", methods=["GET", "POST"])
def queue(region: str, intake: str) -> Any:
    """One's own applications and how far one has come; a POST submits all that are complete."""
    found = intake_here()
    profile = intakes.profile_of(db(), found)
    stages = queries.stages_of(db(), intake=found, assessor_id=my_id())
    stage = stage_wanted(stages[-1] if stages else "screening")
    cases = calibrations.own_cases(db(), intake=found, assessor_id=my_id())
    if request.method == "POST" and request.form.get("what") == "cases":
        return _submit_cases(found, profile, cases)
    items = own_queue(found, stage, profile)
    if request.method == "POST":
        return _submit_ready(found, stage, items)
    pace = pace_at(found, stage)
    following, criterion = _following(items, pace.last)
    page = max(1, request.args.get("page", 1, int))
    pages = max(1, -(-len(items) // queries.PER_PAGE))
    page = min(page, pages)
    listed = sorted(
        items, key=lambda item: item.done
    )  # what is left stands first, each part in its own order
    return render_template(
        "assessment/queue.html",
        intake=found,
        stage=stage,
        stages=stages,
        items=items,
        shown=listed[(page - 1) * queries.PER_PAGE : page * queries.PER_PAGE],
        page=page,
        per_page=queries.PER_PAGE,
        progress=progress_among(found, stage, items, "", pace),
        done=sum(item.done for item in items),
        ready=[item for item in items if item.ready],
        following=following,
        criterion=criterion,
        practice=_practice(found, profile, cases),
        aside=set_aside(db(), intake=found, assessor_id=my_id()),
        url=lambda endpoint, **values: here(endpoint, found, **values),
    )


def _following(
    items: list[queries.QueueItem], last: tuple[int, str] | None
) -> tuple[queries.QueueItem | None, str | None]:
    """Where one goes on: the application one was at, and its criterion; else the first that is not complete."""
    left = [item for item in items if not item.done and not item.ready]
    if last is not None:
        for item in left:
            if item.assignment_id == last[0]:
                return item, last[1]
    return (left[0] if left else None), None


def _practice(found: Intake, profile: Profile, cases: list[calibrations.CaseItem]) -> list[dict[str, Any]]:
    """The calibrations that the assessor takes part in, by stage."""
    shown = []
    for stage in ("screening", "interview"):
        own = [each for each in cases if each.stage == stage]
        if not own:
            continue
        needed = len(queries.assessed_criteria(profile, stage))
        shown.append(
            {
                "stage": stage,
                "cases": own,
                "needed": needed,
                "open": own[0].open,
                "done": sum(each.done for each in own),
                "ready": [each for each in own if not each.done and each.levels_set >= needed],
                "following": next((each for each in own if not each.done and each.levels_set < needed), None),
            }
        )
    return shown


def _submit_ready(found: Intake, stage: str, items: list[queries.QueueItem]) -> Any:
    ready = [item for item in items if item.ready]
    _submit(found, [item.code for item in ready], stage)
    flash(ngettext("One assessment is submitted.", "%(num)s assessments are submitted.", len(ready)))
    return redirect(here("queue", found, stage=stage), 303)


def _submit_cases(found: Intake, profile: Profile, cases: list[calibrations.CaseItem]) -> Any:
    needed = {stage: len(queries.assessed_criteria(profile, stage)) for stage in ("screening", "interview")}
    ready = [each for each in cases if each.open and not each.done and each.levels_set >= needed[each.stage]]
    _submit(found, [each.code for each in ready], None)
    flash(ngettext("Your levels for one case are in.", "Your levels for %(num)s cases are in.", len(ready)))
    return redirect(here("queue", found), 303)


def _submit(found: Intake, codes: list[str], stage: str | None) -> None:
    with transaction(db()):
        for code in codes:
            task = own_task(db(), intake=found, code=code, assessor_id=my_id(), stage=stage)
            service.submit(db(), assignment=task.assignment, actor=actor(), now=clock.now())
