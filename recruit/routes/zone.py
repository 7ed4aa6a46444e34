"""Pages of the borderline zone of an interview list: who is in it, by code alone, and settling it."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import ngettext

from forms.zone import RationaleForm, ZoneForm, zone_form
from recruit import clock, release_view, zone_view
from recruit.database import transaction
from recruit.errors import Conflict, Invalid, NotFound, Refusal
from recruit.frames import run_results
from recruit.i18n import gettext as _
from recruit.models import Intake, InterviewList, ListStatus, RankingRun, Role, ZoneDecision
from recruit.queries import assessment as assessments
from recruit.queries import interview as queries
from recruit.queries import lots, release
from recruit.request import actor, db, roles, settings
from recruit.routes.monitoring_shared import intake_here
from recruit.routes.ranking_shared import own_levels_first
from recruit.services import ranking, settling
from recruit.services.lines import line_groups, line_on
from recruit.services.settling import Settlement
from recruit.services.third import NUMBER, ask_third
from recruit.services.zone import decide_zone
from recruit.zone_view import Zone
from scoring.errors import ScoringError

blueprint = Blueprint("zone", __name__)
ADDRESS = "/g/<region>/<intake>/interview-list/<int:version>/zone"


@blueprint.get(ADDRESS)
def show(region: str, intake: str, version: int) -> Any:
    """The zone of one version; for a draft, what the profile lets the group do about it."""
    return _show(intake_here(), version)


def _show(
    found: Intake, version: int, form: RationaleForm | None = None, status: int = 200, problem: Any = None
) -> Any:
    drawn, run, settlement = _zone(found, version)
    decision = queries.zone_decision(db(), interview_list=drawn)
    lot = lots.of_stage(db(), intake_id=found.id or 0, stage=run.stage)
    zone = _view(drawn, run, settlement, lot.seed if lot else None)
    is_draft = drawn.status is ListStatus.DRAFT
    may = is_draft and Role.COORDINATOR in roles()
    partial = (
        release.partial_in(db(), intake=found, mask_codes=settlement.codes, account_id=actor().account_id)
        if may
        else []
    )
    if form is None and may and not partial and settlement.of_the_group:
        form = _form(drawn, zone, decision, settlement)
    return (
        render_template(
            "interview/zone.html",
            intake=found,
            list=drawn,
            run=run,
            zone=zone,
            settlement=settlement,
            how=zone_view.how(settlement.settle),
            decision=decision,
            people=release.names(
                db(), ids=[drawn.created_by_id, decision.decided_by_id if decision else None]
            ),
            is_draft=is_draft,
            may=may,
            partial=partial,
            form=form,
            problem=problem,
            alone=_leaves_nobody(found, drawn) if form is not None else False,
            stale=is_draft and not ranking.is_current(db(), intake=found, run=run),
            lot=lot,
            third=_third(found, run, settlement) if settlement.settle == settling.THIRD else None,
            profile=queries.profile_of_run(db(), run=run),
        ),
        status,
    )


def _zone(found: Intake, version: int) -> tuple[InterviewList, RankingRun, Settlement]:
    drawn = queries.by_version(db(), intake=found, version=version)
    run = queries.run_of(db(), interview_list=drawn)
    if drawn.status is ListStatus.DRAFT:
        own_levels_first(found, run.stage)
    settlement = settling.settlement_of(drawn)
    if settlement is None:
        raise NotFound(_("This list was drawn before there were borderline zones."))
    return drawn, run, settlement


def _view(drawn: InterviewList, run: RankingRun, settlement: Settlement, seed: str | None) -> Zone:
    line = line_on(db(), run=run, groups=line_groups(drawn))
    try:
        sure = settling.certainty_of(run, line)
    except (ScoringError, KeyError, ValueError):  # damaged inputs: the checks of the list say so
        sure = None
    decided = queries.borderline_decisions(db(), interview_list=drawn)
    return zone_view.view_of(settlement, line, run_results(run.results), sure, decided, seed)


def _form(
    drawn: InterviewList, zone: Zone, decision: ZoneDecision | None, settlement: Settlement
) -> RationaleForm:
    """The form as sent, or as it was decided, or as points have it."""
    alone = zone.undeterminable or settlement.settle != settling.DISCUSS  # a rationale, and points decide
    kind = RationaleForm if alone else zone_form([r.code for r in zone.rows], zone.by_points)
    if request.method == "POST":
        return kind(request.form, say=_)
    values: dict[str, Any] = {"seen": drawn.content_sha256}
    if decision is not None:
        values["rationale"] = decision.rationale
        for row in [] if alone else zone.rows:
            values |= {f"side_{row.code}": "above" if row.now else "below", f"reason_{row.code}": row.reason}
    return kind(data=values, say=_)


def _leaves_nobody(found: Intake, drawn: InterviewList) -> bool:
    """Whether nobody could confirm the list if the reader settled its zone."""
    people = release.staff(db(), region_id=found.region_id)
    done = [(drawn.created_by_id, ""), (actor().account_id, "")]
    return not release_view.approval(people, reader=None, done=done).others


def _third(found: Intake, run: RankingRun, settlement: Settlement) -> dict[str, Any]:
    """Where the third assessments stand: whether they are asked for, who lacks one, and who waits."""
    return {
        "asked": settlement.third_asked or assessments.third_asked(db(), intake=found, stage=run.stage),
        "lacking": assessments.fewer_than(
            db(), intake=found, stage=run.stage, codes=settlement.codes, number=NUMBER
        ),
        "waiting": assessments.third_waiting(db(), intake=found, stage=run.stage),
    }


@blueprint.post(ADDRESS)
def decide(region: str, intake: str, version: int) -> Any:
    """Write what the group has decided, and draw the draft anew."""
    found = intake_here()
    drawn, run, settlement = _zone(found, version)
    zone = _view(drawn, run, settlement, None)
    form = _form(drawn, zone, None, settlement)
    if not form.validate():
        return _show(found, version, form, 422)
    try:
        with transaction(db()):
            drawn = queries.by_version(db(), intake=found, version=version)
            _refuse_unseen(drawn, form)
            decide_zone(
                db(),
                interview_list=drawn,
                above=[row.code for row in zone.rows if row.by_points and row.code in settlement.codes]
                if settlement.third_missing
                else form.above(),
                reasons=form.reasons(),
                rationale=form.rationale.data or "",
                actor=actor(),
                now=clock.now(),
                minimum=settings().suppress_below,
            )
    except Refusal as refusal:
        if isinstance(refusal, NotFound):
            raise
        problem = None if _beside_its_field(form, refusal) else refusal.message
        return _show(intake_here(), version, form, refusal.status, problem)
    flash(_("The borderline zone is settled. Another coordinator confirms the list."))
    return redirect(url_for("interview.show", region=region, intake=intake, version=version), 303)


def _refuse_unseen(drawn: InterviewList, form: RationaleForm) -> None:
    if drawn.status is ListStatus.DRAFT and form.seen.data != drawn.content_sha256:
        form.seen.data = drawn.content_sha256
        raise Conflict(
            _(
                "Somebody has drawn the draft anew or settled its zone since you opened this page. What you wrote is"
                " still here; look at the list, and save again if it shall replace what is there."
            )
        )


def _beside_its_field(form: RationaleForm, refusal: Refusal) -> bool:
    """Put a refusal beside the field that it names; whether there is one."""
    field = refusal.field if isinstance(refusal, Invalid) else None
    if field == "rationale":
        form.rationale.errors = [str(refusal)]
        return True
    if field in ("above", "reasons") and isinstance(form, ZoneForm):
        form.choice_error = str(refusal)
        return True
    return False


@blueprint.post(f"{ADDRESS}/third")
def third(region: str, intake: str, version: int) -> Any:
    """Ask for a third assessment of those in the zone; the draft is discarded."""
    found = intake_here()
    try:
        with transaction(db()):
            drawn = queries.by_version(db(), intake=found, version=version)
            given = ask_third(db(), interview_list=drawn, actor=actor(), now=clock.now())
    except Refusal as refusal:
        if isinstance(refusal, NotFound):
            raise
        return _show(intake_here(), version, None, refusal.status, refusal.message)
    flash(
        ngettext(
            "A third assessment of %(num)s application is asked for, and the draft is discarded. When it is in, run the"
            " ranking again and draw the line anew.",
            "A third assessment of %(num)s applications is asked for, and the draft is discarded. When they are in, run"
            " the ranking again and draw the line anew.",
            len(given),
        )
    )
    return redirect(url_for("interview.index", region=region, intake=intake), 303)
