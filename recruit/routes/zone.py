"""Pages of the borderline zone of an interview list: who is in it, by code alone, and settling it."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from forms.zone import RationaleForm
from recruit import clock, release_view, zone_view
from recruit.database import transaction
from recruit.errors import NotFound, Refusal
from recruit.i18n import gettext as _
from recruit.i18n import ngettext
from recruit.models import Intake, InterviewList, ListStatus, RankingRun, Role
from recruit.queries import assessment as assessments
from recruit.queries import interview as queries
from recruit.queries import lots, naming, release
from recruit.request import actor, db, roles
from recruit.routes.monitoring_shared import intake_here
from recruit.routes.zone_shared import beside_its_field, form_of, view, zone_of
from recruit.routes.zone_shared import decide as write_decision
from recruit.services import ranking, settling
from recruit.services.settling import Settlement
from recruit.services.third import NUMBER, ask_third

blueprint = Blueprint("zone", __name__)
ADDRESS = "/g/<region>/<intake>/interview-list/<int:version>/zone"


@blueprint.get(ADDRESS)
def show(region: str, intake: str, version: int) -> Any:
    """The zone of one version; for a draft, what the profile lets the group do about it."""
    return _show(intake_here(), version)


def _show(
    found: Intake, version: int, form: RationaleForm | None = None, status: int = 200, problem: Any = None
) -> Any:
    drawn, run, settlement = zone_of(found, version)
    decision = queries.zone_decision(db(), interview_list=drawn)
    lot = lots.of_stage(db(), intake_id=found.id or 0, stage=run.stage)
    zone = view(drawn, run, settlement, lot.seed if lot else None)
    is_draft = drawn.status is ListStatus.DRAFT
    may = is_draft and Role.COORDINATOR in roles()
    partial = (
        release.partial_in(db(), intake=found, mask_codes=settlement.codes, account_id=actor().account_id)
        if may
        else []
    )
    if form is None and may and not partial and settlement.of_the_group:
        form = form_of(drawn, zone, decision, settlement)
    return (
        render_template(
            "interview/zone.html",
            intake=found,
            list=drawn,
            run=run,
            zone=zone,
            settlement=settlement,
            how=zone_view.how(settlement.settle),
            kind_words=zone_view.kind_words,
            decision=decision,
            people=naming.names(
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
    drawn, run, settlement = zone_of(found, version)
    zone = view(drawn, run, settlement, None)
    form = form_of(drawn, zone, None, settlement)
    if not form.validate():
        return _show(found, version, form, 422)
    try:
        write_decision(found, version, zone, settlement, form)
    except Refusal as refusal:
        if isinstance(refusal, NotFound):
            raise
        problem = None if beside_its_field(form, refusal) else refusal.message
        return _show(intake_here(), version, form, refusal.status, problem)
    flash(_("The borderline zone is settled. Another coordinator confirms the list."))
    return redirect(url_for("interview.show", region=region, intake=intake, version=version), 303)


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
