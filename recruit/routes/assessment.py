"""Pages of the assessment step for assessors: one's own queue, scoring, stepping aside, redacted copies.

The coordinator's are in `assessment_panels`; both share one blueprint.
"""

from dataclasses import dataclass
from typing import Any

from flask import Response, flash, redirect, render_template, request
from flask_babel import ngettext

from forms.assessment import LevelsForm, RecuseForm, levels_form
from recruit import clock
from recruit.database import transaction
from recruit.errors import Conflict, Invalid, NotFound
from recruit.i18n import gettext as _
from recruit.i18n import language
from recruit.masking import MaskedApplication, documents, mask
from recruit.models import Account, Application, Assignment, AssignmentStatus, Intake
from recruit.queries import assessment as queries
from recruit.queries import intake as intakes
from recruit.request import actor, db, settings
from recruit.routes import assessment_panels
from recruit.routes.assessment_shared import blueprint, here, intake_here, my_id, stage_wanted
from recruit.services import assessment as service
from recruit.services import conflicts
from recruit.storage import ENDINGS, Storage
from scoring.profile import Criterion, Profile

__all__ = ["assessment_panels", "blueprint"]

#: Criterion key -> the part of the application that is its evidence, where the profile's keys are known.
EVIDENCE = {
    "references": "references",
    "science": "scientific_work",
    "other_work": "other_work",
    "learning_needs": "learning_needs",
}


@blueprint.route("/assess", methods=["GET", "POST"])
def queue(region: str, intake: str) -> Any:
    """One's own applications and how far one has come; a POST submits all that are complete."""
    found = intake_here(intake)
    profile = intakes.profile_of(db(), found)
    stages = queries.stages_of(db(), intake=found, assessor_id=my_id())
    stage = stage_wanted(stages[-1] if stages else "screening")
    items = queries.queue(db(), intake=found, stage=stage, assessor_id=my_id(), profile=profile)
    if request.method == "POST":
        return _submit_ready(found, stage, items)
    return render_template(
        "assessment/queue.html",
        intake=found,
        stage=stage,
        stages=stages,
        items=items,
        done=sum(item.done for item in items),
        ready=[item for item in items if item.ready],
        following=next((item for item in items if not item.done and not item.ready), None),
        url=lambda endpoint, **values: here(endpoint, found, **values),
    )


def _submit_ready(found: Intake, stage: str, items: list[queries.QueueItem]) -> Any:
    ready = [item for item in items if item.ready]
    with transaction(db()):
        for item in ready:
            assignment, _application = _own(found, item.code, stage)
            service.submit(db(), assignment=assignment, actor=actor(), now=clock.now())
    count = len(ready)
    flash(ngettext("One assessment is submitted.", "%(num)s assessments are submitted.", count))
    return redirect(here("queue", found, stage=stage), 303)


def _own(found: Intake, code: str, stage: str | None = None) -> tuple[Assignment, Application]:
    return queries.own_assignment(db(), intake=found, code=code, assessor_id=my_id(), stage=stage)


@blueprint.route("/assess/<code>", methods=["GET", "POST"])
def score(region: str, intake: str, code: str) -> Any:
    """The masked application beside its criteria. Saves, saves and goes on, or submits."""
    found = intake_here(intake)
    assignment, application = _own(found, code, request.args.get("stage"))
    profile = intakes.profile_of(db(), found)
    criteria = queries.assessed_criteria(profile, assignment.stage)
    Form = levels_form([each.key for each in criteria])
    if request.method == "GET":
        return _scoring_page(found, assignment, application, profile, criteria, Form(data=_saved(assignment)))
    form = Form(request.form, say=_)
    # Errors are gathered before anything is read again, since a refusal rolls the session back.
    wrong = (
        {}
        if form.validate()
        else {each.key: form.error(each.key) or "" for each in criteria if form.error(each.key)}
    )
    if not wrong:
        try:
            return _save(found, assignment, form)
        except Conflict:
            raise
        except service.MissingLevels as error:
            wrong = {each.key: _("Choose a level, or save and come back later.") for each in error.criteria}
        except Invalid as error:
            wrong = {error.field or "": str(error.message)}
        assignment, application = _own(found, code, assignment.stage)
    page = _scoring_page(found, assignment, application, profile, criteria, form, wrong)
    return page, 422


def _saved(assignment: Assignment) -> dict[str, Any]:
    data: dict[str, Any] = {"recognised": assignment.recognised, "told_country": assignment.told_country}
    for key, row in queries.levels_of(db(), assignment).items():
        data |= {f"level-{key}": row.level, f"note-{key}": row.note}
    return data


def _save(found: Intake, assignment: Assignment, form: LevelsForm) -> Any:
    """Save what is set; submit if asked to. A submission that lacks a level still keeps what was set."""
    now = clock.now()
    with transaction(db()):
        service.set_levels(db(), assignment=assignment, levels=form.levels(), actor=actor(), now=now)
        service.tell_recognition(
            db(),
            assignment=assignment,
            recognised=bool(form.recognised.data),
            told_country=bool(form.told_country.data),
            actor=actor(),
            now=now,
        )
    action = request.form.get("action", "next")
    code = db().get_one(Application, assignment.application_id).mask_code
    if action == "submit":
        with transaction(db()):
            service.submit(db(), assignment=assignment, actor=actor(), now=now)
        flash(_("The assessment of %(code)s is submitted.", code=code))
    if action == "save":
        flash(_("What you have set for %(code)s is saved. Nothing is submitted yet.", code=code))
        return redirect(here("queue", found, stage=assignment.stage), 303)
    return redirect(_next_url(found, assignment.stage, code), 303)


def _next_url(found: Intake, stage: str, code: str) -> str:
    """The next application in the queue that still needs levels, from this one on and round; else the
    queue.
    """
    profile = intakes.profile_of(db(), found)
    items = queries.queue(db(), intake=found, stage=stage, assessor_id=my_id(), profile=profile)
    at = next((index for index, item in enumerate(items) if item.code == code), 0)
    for item in (*items[at + 1 :], *items[:at]):
        if not item.done and not item.ready:
            return here("score", found, code=item.code, stage=stage)
    return here("queue", found, stage=stage)


@dataclass(frozen=True)
class Ground:
    """One criterion as the scoring page shows it."""

    key: str
    number: int
    title: str
    weight: str
    guide: str | None
    anchors: list[str]
    level: int | None
    note: str
    error: str | None


def _scoring_page(
    found: Intake,
    assignment: Assignment,
    application: Application,
    profile: Profile,
    criteria: tuple[Criterion, ...],
    form: LevelsForm,
    wrong: dict[str, str] | None = None,
) -> str:
    wrong = wrong or {}
    items = queries.queue(db(), intake=found, stage=assignment.stage, assessor_id=my_id(), profile=profile)
    codes = [item.code for item in items]
    numbers = {each.key: number for number, each in enumerate(profile.criteria, start=1)}
    grounds = [_ground(each, numbers[each.key], form, wrong.get(each.key)) for each in criteria]
    current = next((g.key for g in grounds if g.error), None) or next(
        (g.key for g in grounds if g.level is None), None
    )
    return render_template(
        "assessment/score.html",
        intake=found,
        assignment=assignment,
        view=_masked(found, application, profile, assignment.stage),
        grounds=grounds,
        form=form,
        current=current or (grounds[0].key if grounds else None),
        counted=lambda view: _counted(view, profile, numbers),
        evidence={
            part: next((g for g in grounds if EVIDENCE.get(g.key) == part), None)
            for part in EVIDENCE.values()
        },
        position=codes.index(application.mask_code) + 1,
        items=items,
        done=sum(item.done for item in items),
        left=sum(ground.level is None for ground in grounds),
        submitted=assignment.status is AssignmentStatus.SUBMITTED,
        errors=[(f"level-{key}-0", message) for key, message in wrong.items()],
        url=lambda endpoint, **values: here(endpoint, found, **values),
    )


def _ground(criterion: Criterion, number: int, form: LevelsForm, error: str | None) -> Ground:
    spoken = language()
    return Ground(
        key=criterion.key,
        number=number,
        title=criterion.name.in_language(spoken),
        weight=f"{criterion.weight.normalize():f}",
        guide=criterion.description.in_language(spoken) if criterion.description else None,
        anchors=[anchor.in_language(spoken) for anchor in criterion.anchors],
        level=form[f"level-{criterion.key}"].data,
        note=form[f"note-{criterion.key}"].data or "",
        error=error,
    )


def _masked(found: Intake, application: Application, profile: Profile, stage: str) -> MaskedApplication:
    rows = queries.evidence_of(db(), application)
    return mask(
        application=application,
        intake=found,
        profile=profile,
        stage=stage,
        periods=rows.periods,
        referees=rows.referees,
        copies=rows.copies,
        email=db().get_one(Account, application.account_id).email,
    )


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


@blueprint.route("/assess/<code>/recuse", methods=["GET", "POST"])
def recuse(region: str, intake: str, code: str) -> Any:
    """The assessor declares a conflict of interest; the application goes to somebody else."""
    found = intake_here(intake)
    assignment, application = _own(found, code)
    form = RecuseForm(request.form if request.method == "POST" else None, say=_)
    if request.method == "POST" and form.validate():
        with transaction(db()):
            conflicts.declare_conflict(
                db(),
                application=application,
                assessor_id=my_id(),
                reason=form.reason.data or "",
                actor=actor(),
                now=clock.now(),
            )
        flash(_("Your conflict of interest with %(code)s is recorded. You will not see it again.", code=code))
        return redirect(here("queue", found, stage=assignment.stage), 303)
    page = render_template(
        "assessment/recuse.html",
        intake=found,
        code=application.mask_code,
        form=form,
        back=here("score", found, code=code),
    )
    return page, 422 if request.method == "POST" else 200


@blueprint.get("/assess/<code>/documents/<public_id>")
def document(region: str, intake: str, code: str, public_id: str) -> Any:
    """A redacted copy as a download under a neutral name."""
    found = intake_here(intake)
    _assignment, application = _own(found, code)
    copies = queries.evidence_of(db(), application).copies
    shown = next((each for each in documents(copies) if each.public_id == public_id), None)
    if shown is None:
        raise NotFound(_("There is no such document for you to read."))
    row = next(each for each in copies if each.public_id == public_id)
    content = Storage(settings().attachments).open(row.storage_name)
    name = f"{application.mask_code}-{shown.number}.{ENDINGS[shown.media_type]}"
    return Response(
        content,
        mimetype=shown.media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
