"""The scoring page: the masked application beside its criteria, saved as it is set, taken back, submitted."""

from dataclasses import dataclass, replace
from typing import Any

from flask import flash, jsonify, redirect, render_template, request

from forms.assessment import LevelsForm, levels_form
from recruit import clock
from recruit.database import only_reads, transaction
from recruit.errors import Conflict, Invalid, NotFound, Refusal
from recruit.i18n import gettext as _
from recruit.i18n import language
from recruit.masking import MaskedApplication, mask
from recruit.models import Account, Assignment, AssignmentStatus, Intake
from recruit.queries import assessment as queries
from recruit.queries import calibration as calibrations
from recruit.queries import intake as intakes
from recruit.queries import steps as reading
from recruit.queries.tasks import Task, own_task, why_gone
from recruit.request import actor, db
from recruit.routes.assessment_shared import (
    Progress,
    blueprint,
    here,
    my_id,
    next_url,
    progress_of,
)
from recruit.routes.monitoring_shared import intake_here
from recruit.services import assessment as service
from recruit.services.steps import ChangedElsewhere
from scoring.profile import Criterion, Profile

#: Criterion key -> the part of the application that is its evidence, where the profile's keys are known.
EVIDENCE = {
    "references": "references",
    "science": "scientific_work",
    "other_work": "other_work",
    "learning_needs": "learning_needs",
}


@blueprint.route("/assess/<code>", methods=["GET", "POST"])
def score(region: str, intake: str, code: str) -> Any:
    """The masked application beside its criteria. Saves, saves and goes on, or submits."""
    found = intake_here()
    try:
        task = own_task(
            db(), intake=found, code=code, assessor_id=my_id(), stage=request.args.get("stage") or None
        )
    except NotFound:
        return _gone(found, code)
    profile = intakes.profile_of(db(), found)
    criteria = queries.assessed_criteria(profile, task.stage)
    Form = levels_form([each.key for each in criteria])
    if request.method == "GET":
        return _scoring_page(found, task, profile, criteria, Form(data=_saved(task.assignment, criteria)))
    form = Form(request.form, say=_)
    # Errors are gathered before anything is read again, since a refusal rolls the session back.
    wrong = (
        {}
        if form.validate()
        else {each.key: form.error(each.key) or "" for each in criteria if form.error(each.key)}
    )
    if not wrong:
        try:
            return _save(found, task, form)
        except ChangedElsewhere as error:
            wrong = {key: _there(each.level, each.note) for key, each in error.now.items()}
        except Conflict:
            return _already(found, code, task.stage, form)
        except service.MissingLevels as error:
            wrong = {each.key: _("Choose a level, or save and come back later.") for each in error.criteria}
        except Invalid as error:
            wrong = {error.field or "": str(error.message)}
        task = own_task(db(), intake=found, code=code, assessor_id=my_id(), stage=task.stage)
    page = _scoring_page(found, task, profile, criteria, form, wrong)
    return page, 422


def _there(level: int | None, note: str) -> str:
    """What another window holds, in words."""
    words = _("no level") if level is None else _("level %(level)s", level=level)
    if note:
        words = f"{words}, ”{note}”"
    return _("Changed in another window: there it is %(there)s. Choose, and save again.", there=words)


def _already(found: Intake, code: str, stage: str, form: LevelsForm) -> Any:
    """Submitted twice, with the same levels: nothing is wrong. Anything else is refused, and shown as it was typed."""
    task = own_task(db(), intake=found, code=code, assessor_id=my_id(), stage=stage)
    criteria = queries.assessed_criteria(intakes.profile_of(db(), found), task.stage)
    kept = _saved(task.assignment, criteria)
    same = all(
        (kept.get(f"level-{key}"), kept.get(f"note-{key}") or "") == given
        for key, given in form.levels().items()
    )
    if task.assignment.status is AssignmentStatus.SUBMITTED and same:
        flash(_("The assessment of %(code)s was submitted already.", code=code), "info")
        return redirect(next_url(found, task), 303)
    words = (
        _("It was submitted in the meantime, and can no longer be changed.")
        if task.open
        else _("The calibration was closed in the meantime, and takes no more levels.")
    )
    return _gone_page(found, code, words, 409)


def _gone(found: Intake, code: str) -> Any:
    """What became of an application that the assessor had; what was typed stands on the page."""
    why = why_gone(db(), intake=found, code=code, assessor_id=my_id())
    if why == "none":
        raise NotFound(_("You have no such application to assess."))
    words = {
        "withdrawn": _("The applicant has withdrawn. Nobody assesses the application any more."),
        "changed": _(
            "The decision on eligibility has been changed. The application is not assessed, until it may be again."
        ),
        "aside": _("You have put the application aside."),
        "conflict": _(
            "A coordinator has recorded that you have a conflict of interest with the application."
        ),
    }[why]
    return _gone_page(found, code, words, 404)


def _gone_page(found: Intake, code: str, words: str, status: int) -> Any:
    typed = [
        value.strip() for name, value in request.form.items() if name.startswith("note-") and value.strip()
    ]
    page = render_template(
        "assessment/gone.html",
        intake=found,
        code=code,
        words=words,
        typed=typed,
        following=_following(found),
        queue=here("queue", found),
    )
    return page, status


def _following(found: Intake) -> str | None:
    profile = intakes.profile_of(db(), found)
    stages = queries.stages_of(db(), intake=found, assessor_id=my_id())
    stage = stages[-1] if stages else "screening"
    items = queries.queue(db(), intake=found, stage=stage, assessor_id=my_id(), profile=profile)
    left = next((item.code for item in items if not item.done and not item.ready), None)
    return here("score", found, code=left, stage=stage) if left else None


def _saved(assignment: Assignment, criteria: tuple[Criterion, ...]) -> dict[str, Any]:
    data: dict[str, Any] = {"recognised": assignment.recognised, "told_country": assignment.told_country}
    levels, steps = queries.levels_of(db(), assignment), reading.steps_of(db(), assignment)
    for each in criteria:
        level, note = reading.standing(levels, steps, each.key)
        data |= {f"level-{each.key}": level, f"note-{each.key}": note}
    return data


def _seen(form: LevelsForm) -> dict[str, int] | None:
    """The revisions that the page showed; None from a form that has none."""
    if not any(f"revision-{key}" in request.form for key in form.keys):
        return None
    return {key: request.form.get(f"revision-{key}", 0, int) for key in form.keys}


def _keep(task: Task, form: LevelsForm) -> None:
    """Save levels and what was said of the masking, in one transaction."""
    now = clock.now()
    with transaction(db()):
        service.set_levels(
            db(), assignment=task.assignment, levels=form.levels(), actor=actor(), now=now, seen=_seen(form)
        )
        service.tell_recognition(
            db(),
            assignment=task.assignment,
            recognised=bool(form.recognised.data),
            told_country=bool(form.told_country.data),
            actor=actor(),
            now=now,
        )


def _save(found: Intake, task: Task, form: LevelsForm) -> Any:
    """Save what is set; submit if asked to. A submission that lacks a level still keeps what was set."""
    _keep(task, form)
    action = request.form.get("action", "next")
    if action == "submit":
        with transaction(db()):
            service.submit(db(), assignment=task.assignment, actor=actor(), now=clock.now())
        flash(_("The assessment of %(code)s is submitted.", code=task.code))
    only_reads(db())
    if action == "save":
        flash(_("What you have set for %(code)s is saved. Nothing is submitted yet.", code=task.code))
        return redirect(here("queue", found, stage=task.stage), 303)
    return redirect(next_url(found, task), 303)


@blueprint.post("/assess/<code>/save")
def save(region: str, intake: str, code: str) -> Any:
    """One criterion as it is set, from the page's script: the answer is JSON and says what stands now."""
    found = intake_here()
    try:
        task = own_task(
            db(), intake=found, code=code, assessor_id=my_id(), stage=request.form.get("stage") or None
        )
        profile = intakes.profile_of(db(), found)
        known = [each.key for each in queries.assessed_criteria(profile, task.stage)]
        sent = [key for key in known if f"level-{key}" in request.form or f"note-{key}" in request.form]
        form = levels_form(sent)(request.form, say=_)
        if not form.validate():
            first = next((form.error(key) for key in sent if form.error(key)), _("That cannot be saved."))
            return jsonify(state="refused", message=first), 422
        _keep(task, form)
    except ChangedElsewhere as error:
        there = {
            key: {
                "level": each.level,
                "note": each.note,
                "revision": each.revision,
                "message": _there(each.level, each.note),
            }
            for key, each in error.now.items()
        }
        return jsonify(state="elsewhere", message=str(error), there=there), 409
    except NotFound as error:
        return jsonify(state="gone", message=str(error)), 404
    except Refusal as error:
        return jsonify(state="refused", message=str(error)), error.status
    only_reads(db())
    return jsonify(
        state="saved",
        time=clock.in_stockholm(clock.now()).strftime("%H.%M" if language() == "sv" else "%H:%M"),
        revisions=reading.revisions(reading.steps_of(db(), task.assignment)),
    )


@blueprint.post("/assess/<code>/undo")
def undo(region: str, intake: str, code: str) -> Any:
    """Take the last change back, and show the page with its criterion in focus."""
    found = intake_here()
    stage = request.form.get("stage") or None
    task = own_task(db(), intake=found, code=code, assessor_id=my_id(), stage=stage)
    try:
        with transaction(db()):
            key = service.undo(db(), assignment=task.assignment, actor=actor(), now=clock.now())
        flash(_("The last change is taken back."))
    except Conflict as error:
        flash(str(error), "info")
        key = ""
    return redirect(here("score", found, code=code, stage=task.stage, at=key or None), 303)


@dataclass(frozen=True)
class Ground:
    """One criterion as the scoring page shows it. `agreed`: how the group reads the anchors since the calibration."""

    key: str
    number: int
    title: str
    weight: str
    guide: str | None
    anchors: list[str]
    level: int | None
    note: str
    error: str | None
    revision: int
    agreed: str | None


def _scoring_page(
    found: Intake,
    task: Task,
    profile: Profile,
    criteria: tuple[Criterion, ...],
    form: LevelsForm,
    wrong: dict[str, str] | None = None,
) -> str:
    wrong = wrong or {}
    numbers = {each.key: number for number, each in enumerate(profile.criteria, start=1)}
    steps = reading.steps_of(db(), task.assignment)
    grounds = _grounds(found, task, criteria, numbers, form, wrong, reading.revisions(steps))
    submitted = task.assignment.status is AssignmentStatus.SUBMITTED or not task.open
    progress: Progress = progress_of(found, task, profile)
    return render_template(
        "assessment/score.html",
        intake=found,
        task=task,
        assignment=task.assignment,
        view=masked(found, task, profile),
        grounds=grounds,
        form=form,
        current=_current(grounds),
        counted=lambda view: _counted(view, profile, numbers),
        evidence={
            part: next((g for g in grounds if EVIDENCE.get(g.key) == part), None)
            for part in EVIDENCE.values()
        },
        progress=progress,
        left=sum(ground.level is None for ground in grounds),
        submitted=submitted,
        can_undo=not submitted and reading.last_change(steps) is not None,
        errors=[(f"level-{key}-0", message) for key, message in wrong.items()],
        url=lambda endpoint, **values: here(endpoint, found, **values),
    )


def _current(grounds: list[Ground]) -> str | None:
    """The criterion in focus: one with an error, the one that the address asks for, the first without a level."""
    asked = request.args.get("at")
    return (
        next((g.key for g in grounds if g.error), None)
        or next((g.key for g in grounds if g.key == asked), None)
        or next((g.key for g in grounds if g.level is None), None)
        or (grounds[0].key if grounds else None)
    )


def _grounds(
    found: Intake,
    task: Task,
    criteria: tuple[Criterion, ...],
    numbers: dict[str, int],
    form: LevelsForm,
    wrong: dict[str, str],
    revisions: dict[str, int],
) -> list[Ground]:
    spoken = language()
    agreed = {} if task.practice else calibrations.agreed(db(), found, task.stage)
    return [
        Ground(
            key=each.key,
            number=numbers[each.key],
            title=each.name.in_language(spoken),
            weight=f"{each.weight.normalize():f}",
            guide=each.description.in_language(spoken) if each.description else None,
            anchors=[anchor.in_language(spoken) for anchor in each.anchors],
            level=form[f"level-{each.key}"].data,
            note=form[f"note-{each.key}"].data or "",
            error=wrong.get(each.key),
            revision=revisions.get(each.key, 0),
            agreed=agreed.get(each.key) or None,
        )
        for each in criteria
    ]


def masked(found: Intake, task: Task, profile: Profile) -> MaskedApplication:
    """What the assessor may read, under the code by which they know it; a case counts until its own intake's day."""
    application = task.application
    rows = queries.evidence_of(db(), application)
    own = found if application.intake_id == found.id else db().get_one(Intake, application.intake_id)
    view = mask(
        application=application,
        intake=own,
        profile=profile,
        stage=task.stage,
        periods=rows.periods,
        referees=rows.referees,
        copies=rows.copies,
        email=db().get_one(Account, application.account_id).email,
    )
    return replace(view, code=task.code)


def _counted(
    view: MaskedApplication, profile: Profile, numbers: dict[str, int]
) -> list[tuple[int, str, str, int | None]]:
    """Rows for the box of what the form counted: number, title, value in words, level."""
    rows = []
    for each in view.form_levels:
        criterion = profile.criterion(each.key)
        if each.value is None or each.level is None:
            words = ""
        elif each.value_name == "swedish_months":
            words = _months(float(each.value))
        else:
            words = criterion.anchors[each.level].in_language(language())
        rows.append((numbers[each.key], criterion.name.in_language(language()), words, each.level))
    return rows


def _months(months: float) -> str:
    from recruit.display import number

    return _("%(number)s months", number=number(months, 1))
