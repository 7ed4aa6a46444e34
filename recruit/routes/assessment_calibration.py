"""Calibration: the coordinator opens, skips or closes it; everybody who took part sees the differences."""

from typing import Any

from flask import flash, redirect, render_template, request

from recruit import calibration_view, clock
from recruit.database import transaction
from recruit.errors import Conflict, Invalid, NotFound, Refusal
from recruit.i18n import gettext as _
from recruit.i18n import language
from recruit.models import CalibrationRound, Intake, Role, RoundStatus
from recruit.queries import calibration as queries
from recruit.queries import calibration_cases
from recruit.queries import intake as intakes
from recruit.request import actor, db, roles
from recruit.routes.assessment_shared import blueprint, here, my_id, stage_wanted
from recruit.routes.monitoring_shared import intake_here
from recruit.services import calibration as service


@blueprint.route("/assessment/calibration", methods=["GET", "POST"])
def calibration(region: str, intake: str) -> Any:
    """The stage's calibration: choosing cases or skipping it, who is done, closing it."""
    found = intake_here()
    stage = stage_wanted("screening")
    refusal = None
    if request.method == "POST":
        try:
            return _carry_out(found, stage)
        except Refusal as error:
            refusal = error
            found = intake_here()
    round_ = queries.round_of(db(), found, stage)
    choosing = round_ is None or round_.status is RoundStatus.SKIPPED
    page = render_template(
        "assessment/calibration.html",
        intake=found,
        stage=stage,
        round=round_,
        choosing=choosing,
        refusal=refusal,
        typed=request.form,
        takings=[] if round_ is None or choosing else queries.takings(db(), round_),
        case_codes=", ".join(_codes(round_)) if round_ is not None and not choosing else "",
        fewest=service.FEWEST,
        most=service.MOST,
        url=lambda endpoint, **values: here(endpoint, found, **values),
        **(_choice(found, stage) if choosing else {}),
    )
    return page, refusal.status if refusal else 200


def _codes(round_: CalibrationRound) -> list[str]:
    return [f"K{case.number}" for case, _application in queries.cases(db(), round_)]


def _carry_out(found: Intake, stage: str) -> Any:
    """Open, skip or close. What is refused is shown on the page, with what was ticked and typed."""
    asked = request.form.get("action")
    with transaction(db()):
        if asked == "open":
            cases = request.form.getlist("case")
            service.open_round(db(), intake=found, stage=stage, cases=cases, actor=actor(), now=clock.now())
            said = _("The calibration is open. The assessors are told by mail.")
        elif asked == "skip":
            reason = request.form.get("reason", "")
            service.skip(db(), intake=found, stage=stage, reason=reason, actor=actor(), now=clock.now())
            said = _("The calibration is skipped. The reason is kept in the record.")
        elif asked == "close":
            service.close(db(), intake=found, stage=stage, actor=actor(), now=clock.now())
            said = _said_closed(found, stage)
        else:
            raise Invalid(_("Choose what to do with the calibration."))
    flash(said)
    return redirect(here("calibration", found, stage=stage), 303)


def _said_closed(found: Intake, stage: str) -> str:
    round_ = queries.round_of(db(), found, stage)
    if round_ is None or not queries.takings(db(), round_):
        return _("The calibration is closed, without levels.")
    return _("The calibration is closed. Everybody who took part sees the differences.")


def _choice(found: Intake, stage: str) -> dict[str, Any]:
    """What can be chosen from, the suggestion first."""
    profile = intakes.profile_of(db(), found)
    candidates = calibration_cases.candidates(db(), found, stage, profile)
    suggested = calibration_cases.varied(candidates, service.USUAL)
    keys = {each.key for each in suggested}
    further = [each for each in calibration_cases.varied(candidates, 20) if each.key not in keys][:12]
    ticked = set(request.form.getlist("case")) if request.method == "POST" else keys
    return {
        "candidates": [*suggested, *further],
        "ticked": ticked,
        "title": lambda each: each.title_sv if language() == "sv" else each.title_en,
    }


@blueprint.route("/assess/calibration/<stage>", methods=["GET", "POST"])
def differences(region: str, intake: str, stage: str) -> Any:
    """Everybody's levels side by side, once the calibration is closed; a coordinator writes what was agreed."""
    found = intake_here()
    round_ = _closed(found, stage)
    wrong: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        wrong, status = _agree(found, stage)
        if not wrong:
            flash(_("What you agreed is saved. It stands beside the anchors on the scoring page."))
            return redirect(here("differences", found, stage=stage), 303)
        found = intake_here()
        round_ = _closed(found, stage)
    profile = intakes.profile_of(db(), found)
    takings = queries.takings(db(), round_)
    coordinator = Role.COORDINATOR in roles()
    page = render_template(
        "assessment/differences.html",
        intake=found,
        stage=stage,
        round=round_,
        view=calibration_view.differences(
            queries.criteria_of(profile, round_), queries.given(db(), round_), len(takings), language()
        ),
        people={each.number: each.name for each in takings} if coordinator else {},
        me=next((each.number for each in takings if each.account_id == my_id()), None),
        takings=takings,
        notes=queries.notes(db(), round_),
        coordinator=coordinator,
        wrong=wrong,
        typed=request.form,
        url=lambda endpoint, **values: here(endpoint, found, **values),
    )
    return page, status


def _closed(found: Intake, stage: str) -> CalibrationRound:
    """The round that the person may see. Raises NotFound for strangers to it, Conflict while levels are still taken."""
    round_ = queries.round_of(db(), found, stage)
    if round_ is None or round_.status is RoundStatus.SKIPPED:
        raise NotFound(_("There is no calibration of this stage."))
    if Role.COORDINATOR not in roles() and not queries.took_part(db(), round_, my_id()):
        raise NotFound(_("There is no calibration of this stage."))
    if round_.status is RoundStatus.OPEN:
        raise Conflict(
            _(
                "Other people's levels are shown when everybody's are in, or a coordinator has closed the calibration."
            )
        )
    return round_


def _agree(found: Intake, stage: str) -> tuple[dict[str, str], int]:
    """Save the notes that came; what cannot be saved is told at its field."""
    if Role.COORDINATOR not in roles():
        raise NotFound(_("A coordinator writes down what was agreed."))
    wrong: dict[str, str] = {}
    status = 200
    round_ = _closed(found, stage)
    for each in queries.criteria_of(intakes.profile_of(db(), found), round_):
        if f"note-{each.key}" not in request.form:
            continue
        try:
            with transaction(db()):
                service.agree(
                    db(),
                    intake=found,
                    stage=stage,
                    criterion=each.key,
                    text=request.form[f"note-{each.key}"],
                    seen=request.form.get(f"revision-{each.key}", 0, int),
                    actor=actor(),
                    now=clock.now(),
                )
        except (Conflict, Invalid) as error:
            wrong[each.key], status = str(error), error.status
    return wrong, status
