"""The assessors' page of a discussion: each other's levels of one application, messages, and one's own levels."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from forms.disagreement import MessageForm, OwnLevelsForm, own_levels_form
from recruit import clock, disagreement_view
from recruit.database import transaction
from recruit.errors import Conflict, Invalid, NotFound, Refusal
from recruit.i18n import gettext as _
from recruit.i18n import language
from recruit.models import Application, Disagreement, Intake, Role
from recruit.models.types import id_of
from recruit.queries import disagreement_decisions as decided_on
from recruit.queries import discussion as queries
from recruit.queries import intake as intakes
from recruit.request import account, db, roles
from recruit.request import actor as present_actor
from recruit.routes.assessment_shared import blueprint as assessment
from recruit.routes.monitoring_shared import intake_here
from recruit.services import discussion
from scoring.profile import Profile

blueprint = Blueprint("discussion", __name__)
ADDRESS = "/g/<region>/<intake>/discussions/<stage>/<code>"


@assessment.context_processor
def _own() -> dict[str, Any]:
    """For `assessment/_discussions.html`: the reader's own discussions in the intake, read when it asks."""

    def own_discussions() -> Any:
        if Role.ASSESSOR not in roles():
            return []
        return queries.own(db(), intake=intake_here(), assessor_id=id_of(account()))

    return {"own_discussions": own_discussions}


def _here(found: Intake, stage: str, code: str) -> tuple[Disagreement, Application]:
    return queries.of_assessor(db(), intake=found, code=code, stage=stage, assessor_id=id_of(account()))


@blueprint.get(ADDRESS)
def show(region: str, intake: str, stage: str, code: str) -> Any:
    """Everybody's levels and notes of this application, and what was written."""
    return _show(intake_here(), stage, code)


def _show(
    found: Intake,
    stage: str,
    code: str,
    *,
    message: MessageForm | None = None,
    form: OwnLevelsForm | None = None,
    problem: Any = None,
    status: int = 200,
) -> Any:
    present, application = _here(found, stage, code)
    numbers = decided_on.number_of(db(), intake=found, stage=stage)
    profile = intakes.profile_of(db(), found)
    sides = queries.sides(db(), application=application, stage=stage, numbers=numbers)
    said = queries.said(db(), disagreement=present, numbers=numbers)
    own = next(each for each in sides if each.assessor_id == account().id)
    return (
        render_template(
            "assessment/discussion.html",
            intake=found,
            stage=stage,
            code=application.mask_code,
            present=present,
            open=present.settled_at is None,
            end=disagreement_view.steps([present])[0],
            sides=sides,
            me=own.assessor_id,
            table=disagreement_view.side_by_side(sides, profile, stage),
            lines=disagreement_view.lines(said, profile, account().id),
            message=message or MessageForm(say=_),
            form=form or _levels_form(own, profile),
            problem=problem,
        ),
        status,
    )


def _levels_form(own: queries.Side, profile: Profile, posted: Any = None) -> OwnLevelsForm:
    levels = {key: given.level for key, given in own.given.items()}
    names = {key: profile.criterion(key).name.in_language(language()) for key in levels}
    order = [each.key for each in profile.criteria if each.key in levels]
    return own_levels_form({key: levels[key] for key in order}, names)(posted, say=_)


@blueprint.post(ADDRESS)
def write(region: str, intake: str, stage: str, code: str) -> Any:
    """Write to the others."""
    found = intake_here()
    form = MessageForm(request.form, say=_)
    if not form.validate():
        return _show(found, stage, code, message=form, status=422)
    try:
        with transaction(db()):
            present, _application = _here(found, stage, code)
            discussion.write_message(
                db(), discussion=present, text=form.text.data or "", actor=present_actor(), now=clock.now()
            )
    except (Conflict, Invalid) as refusal:
        return _show(intake_here(), stage, code, message=form, problem=refusal.message, status=refusal.status)
    return redirect(
        url_for("discussion.show", region=region, intake=intake, stage=stage, code=code) + "#written", 303
    )


@blueprint.post(f"{ADDRESS}/levels")
def levels(region: str, intake: str, stage: str, code: str) -> Any:
    """Change one's own levels; old and new are kept."""
    found = intake_here()
    present, application = _here(found, stage, code)
    profile = intakes.profile_of(db(), found)
    sides = queries.sides(db(), application=application, stage=stage, numbers={})
    own = next(each for each in sides if each.assessor_id == account().id)
    form = _levels_form(own, profile, request.form)
    if not form.validate():
        return _show(found, stage, code, form=form, status=422)
    try:
        with transaction(db()):
            present, application = _here(found, stage, code)
            number = discussion.change_levels(
                db(),
                discussion=present,
                levels=form.levels(),
                seen=form.seen(),
                actor=present_actor(),
                now=clock.now(),
            )
    except Refusal as refusal:
        if isinstance(refusal, NotFound):
            raise
        return _show(intake_here(), stage, code, form=form, problem=refusal.message, status=refusal.status)
    flash(
        _("Your levels are changed. What they were before is kept.")
        if number
        else _("No level was changed: all are as they were."),
        "success" if number else "info",
    )
    return redirect(url_for("discussion.show", region=region, intake=intake, stage=stage, code=code), 303)
