"""What the pages of a zone share, also those of the meeting: the zone of a list, its form, and settling it."""

from typing import Any

from flask import request

from forms.zone import RationaleForm, ZoneForm, zone_form
from recruit import clock, zone_view
from recruit.database import transaction
from recruit.errors import Conflict, Invalid, NotFound, Refusal
from recruit.frames import run_results
from recruit.i18n import gettext as _
from recruit.models import Intake, InterviewList, ListStatus, RankingRun, ZoneDecision, ZoneReason
from recruit.queries import interview as queries
from recruit.request import actor, db, settings
from recruit.routes.ranking_shared import own_levels_first
from recruit.services import settling
from recruit.services.lines import line_groups, line_on
from recruit.services.settling import Settlement
from recruit.services.zone import decide_zone
from recruit.zone_view import Zone
from scoring.errors import ScoringError


def zone_of(found: Intake, version: int) -> tuple[InterviewList, RankingRun, Settlement]:
    """A list with its run and zone. Raises Conflict as `own_levels_first`, NotFound without a list or a zone."""
    drawn = queries.by_version(db(), intake=found, version=version)
    run = queries.run_of(db(), interview_list=drawn)
    if drawn.status is ListStatus.DRAFT:
        own_levels_first(found, run.stage)
    settlement = settling.settlement_of(drawn)
    if settlement is None:
        raise NotFound(_("This list was drawn before there were borderline zones."))
    return drawn, run, settlement


def view(drawn: InterviewList, run: RankingRun, settlement: Settlement, seed: str | None) -> Zone:
    """The zone as people read it; `seed` once it is revealed."""
    line = line_on(db(), run=run, groups=line_groups(drawn))
    try:
        sure = settling.certainty_of(run, line)
    except (ScoringError, KeyError, ValueError):  # damaged inputs: the checks of the list say so
        sure = None
    decided = queries.borderline_decisions(db(), interview_list=drawn)
    return zone_view.view_of(settlement, line, run_results(run), sure, decided, seed)


def form_of(
    drawn: InterviewList, zone: Zone, decision: ZoneDecision | None, settlement: Settlement
) -> RationaleForm:
    """The form as sent, or as it was decided, or as points have it."""
    alone = zone.undeterminable or settlement.settle != settling.DISCUSS  # a rationale, and points decide
    kind = RationaleForm if alone else zone_form([r.code for r in zone.rows], zone.by_points)
    if request.method == "POST":
        return kind(request.form, say=_)
    values: dict[str, Any] = {"seen": drawn.content_sha256}
    if decision is not None:
        values |= {"rationale": decision.rationale, "kind": _value(decision.reason_code)}
        for row in [] if alone else zone.rows:
            values |= {
                f"side_{row.code}": "above" if row.now else "below",
                f"reason_{row.code}": row.reason,
                f"kind_{row.code}": _value(row.code_of_reason),
            }
    return kind(data=values, say=_)


def _value(code: ZoneReason | None) -> str | None:
    return code.value if code is not None else None


def decide(found: Intake, version: int, zone: Zone, settlement: Settlement, form: RationaleForm) -> None:
    """Write what the group has decided, in one transaction. Raises as `decide_zone`; Conflict for an unseen draft."""
    with transaction(db()):
        drawn = queries.by_version(db(), intake=found, version=version)
        refuse_unseen(drawn, form)
        decide_zone(
            db(),
            interview_list=drawn,
            above=[row.code for row in zone.rows if row.by_points and row.code in settlement.codes]
            if settlement.third_missing
            else form.above(),
            reasons=form.reasons(),
            rationale=form.rationale.data or "",
            codes={code: ZoneReason(kind) for code, kind in form.kinds().items()},
            code=ZoneReason(form.kind.data),
            actor=actor(),
            now=clock.now(),
            minimum=settings().suppress_below,
        )


def refuse_unseen(drawn: InterviewList, form: RationaleForm) -> None:
    """Raise Conflict when the draft is not the one that the form was filled in on; the form then knows the new one."""
    if drawn.status is ListStatus.DRAFT and form.seen.data != drawn.content_sha256:
        form.seen.data = drawn.content_sha256
        raise Conflict(
            _(
                "Somebody has drawn the draft anew or settled its zone since you opened this page. What you wrote is"
                " still here; look at the list, and save again if it shall replace what is there."
            )
        )


def beside_its_field(form: RationaleForm, refusal: Refusal) -> bool:
    """Put a refusal beside the field that it names; whether there is one."""
    field = refusal.field if isinstance(refusal, Invalid) else None
    if field == "rationale":
        form.rationale.errors = [str(refusal)]
        return True
    if field and field.startswith("reason_") and field in form:
        form[field].errors = [str(refusal)]
        return True
    if field in ("above", "reasons", "codes") and isinstance(form, ZoneForm):
        form.choice_error = str(refusal)
        return True
    return False
