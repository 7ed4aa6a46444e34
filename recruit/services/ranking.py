"""Ranking: freeze the inputs, compute, keep the results. A run is never edited."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlmodel import Session

import recruit
import scoring
from recruit.actor import Actor
from recruit.errors import Conflict, Invalid
from recruit.frames import outcomes, rank_inputs
from recruit.i18n import lazy_gettext as _
from recruit.models import Intake, IntakeStatus, RankingRelease, RankingRow, RankingRun
from recruit.models.types import id_of
from recruit.queries import disagreement_decisions as decided_on
from recruit.queries import intake as intakes
from recruit.queries import ranking as queries
from recruit.queries.assigning import per_application
from recruit.services import gate, lots, record
from recruit.services.holding import hold_intake
from recruit.services.record import canonical, sha256
from scoring.errors import ScoringError

if TYPE_CHECKING:
    from scoring.ranking import Ranking

STAGES = ("screening", "interview")


def code_version() -> str:
    """The version of the code that computes a run, as it is stored with it."""
    return f"recruit {recruit.__version__}, scoring {scoring.__version__}"


def run(
    session: Session, *, intake: Intake, stage: str = "screening", actor: Actor, now: datetime
) -> RankingRun:
    """Rank the applications of a stage as they stand, and keep inputs and results for good.

    When the newest run of the stage has the same inputs and was made by the same code, that run is the answer.

    Raises Conflict while applications are taken in, eligibility is undecided or assessors still discuss an application,
    and when there is nobody to rank; Invalid for an unknown stage.
    """
    if stage not in STAGES:
        raise Invalid(_("The stage must be screening or interview."), field="stage")
    # One run at a time per intake, so that numbers follow each other.
    hold_intake(session, intake.id)
    _refuse_too_early(session, intake, now)
    refuse_discussed(session, intake=intake, stage=stage)
    inputs = queries.inputs(session, intake=intake, stage=stage)
    if not inputs["applications"]:
        raise _nobody(stage)
    frozen = canonical(inputs)
    last = queries.latest_run(session, intake=intake, stage=stage)
    if last and (last.inputs_sha256, last.code_version) == (sha256(frozen), code_version()):
        return last
    ranking = _ranked(inputs)
    results = ranking.canonical().decode()
    made = RankingRun(
        region_id=intake.region_id,
        intake_id=id_of(intake),
        profile_id=intake.profile_id,
        stage=stage,
        number=1 + (last.number if last else 0),
        seed=inputs["seed"],
        code_version=code_version(),
        inputs=frozen,
        inputs_sha256=sha256(frozen),
        results=results,
        results_sha256=sha256(results),
        created_at=now,
        created_by_id=actor.person(),
    )
    session.add(made)
    session.flush()
    _write_rows(session, intake, made, inputs, ranking)
    record.write(
        session,
        region_id=intake.region_id,
        intake_id=intake.id,
        actor=actor,
        now=now,
        action="ranking.run",
        subject=("ranking_run", id_of(made)),
        changes={
            "stage": (None, stage),
            "number": (None, made.number),
            "applications": (None, len(inputs["applications"])),
            "inputs_sha256": (None, made.inputs_sha256),
            "results_sha256": (None, made.results_sha256),
        },
    )
    return made


def _nobody(stage: str) -> Conflict:
    return Conflict(
        _("There is nobody to rank: no submitted application has been decided eligible.")
        if stage == "screening"
        else _("There is nobody to rank after the interviews: confirm an interview list first.")
    )


def _ranked(inputs: dict[str, Any]) -> Ranking:
    try:
        return rank_inputs(inputs)
    except ScoringError as error:
        raise Conflict(_("The ranking could not be computed: %(reason)s", reason=str(error))) from error


def _write_rows(
    session: Session, intake: Intake, made: RankingRun, inputs: dict[str, Any], ranking: Ranking
) -> None:
    """The places of a run, as rows for the pages."""
    ids = queries.ids_of(session, intake=intake, mask_codes=inputs["applications"])
    session.add_all(
        RankingRow(
            region_id=intake.region_id,
            run_id=id_of(made),
            application_id=ids[each.mask_code],
            position=each.position,
            status=each.status,
            place=each.place,
            points_milli=each.points_milli,
        )
        for each in outcomes(ranking)
    )


def release(session: Session, *, run: RankingRun, actor: Actor, now: datetime) -> RankingRelease:
    """Release a ranking of the interview stage: a second coordinator has looked at it and stands for it.

    It reveals the seed of the interview's lot. Raises Invalid for a run of the screening, whose list is what is
    confirmed; NotAllowed for the one who made the run; Conflict when it is released already, no longer current, not
    the newest, while assessments remain or are discussed, and for what the checks find.
    """
    if run.stage != "interview":
        raise Invalid(
            _("A ranking of the screening is not released; the interview list that is drawn on it is.")
        )
    assert run.id is not None
    intake = hold_intake(session, run.intake_id)
    if queries.release_of(session, run=run) is not None:
        raise Conflict(_("Run %(number)s is released already.", number=run.number))
    gate.refuse_same_person(
        session,
        region_id=run.region_id,
        actor=actor,
        before=[
            (
                run.created_by_id,
                lambda name: _(
                    "%(name)s made run %(number)s. A ranking is released by another coordinator than the one who made"
                    " it: ask one to look at it.",
                    name=name,
                    number=run.number,
                ),
            )
        ],
    )
    newest = queries.latest_run(session, intake=intake, stage=run.stage)
    if newest is None or newest.id != run.id or not is_current(session, intake=intake, run=run):
        raise Conflict(
            _(
                "Something has changed since run %(number)s was made, so its order may no longer hold. Run the ranking"
                " again and release the new run.",
                number=run.number,
            )
        )
    refuse_unsubmitted(session, intake=intake, run=run)
    refuse_discussed(session, intake=intake, stage=run.stage)
    gate.refuse_failed(gate.check_run(session, intake=intake, run=run))
    entry = record.write(
        session,
        region_id=run.region_id,
        intake_id=run.intake_id,
        actor=actor,
        now=now,
        action="ranking.released",
        subject=("ranking_run", run.id),
        changes={
            "stage": (None, run.stage),
            "number": (None, run.number),
            "results_sha256": (None, run.results_sha256),
        },
    )
    made = RankingRelease(
        region_id=run.region_id,
        run_id=run.id,
        released_at=now,
        released_by_id=actor.person(),
        chain_head=entry.hash,
    )
    session.add(made)
    session.flush()
    lots.reveal(session, intake=intake, stage=run.stage, actor=actor, now=now)
    return made


def refuse_stale(session: Session, *, intake: Intake, run: RankingRun) -> None:
    """Raise Conflict when a run's inputs are no longer those of now, so that no line can be drawn on it."""
    if not is_current(session, intake=intake, run=run):
        raise Conflict(
            _(
                "Something has changed since run %(number)s was made, so its order may no longer hold."
                " Run the ranking again and draw the line on the new run.",
                number=run.number,
            )
        )


def refuse_unsubmitted(session: Session, *, intake: Intake, run: RankingRun) -> None:
    """Raise Conflict, naming the applications, while assessments of the run's stage remain."""
    waiting = queries.unsubmitted(session, intake=intake, stage=run.stage)
    if waiting:
        shown = ", ".join(waiting[:10]) + (" …" if len(waiting) > 10 else "")
        raise Conflict(
            _(
                "%(number)s applications do not have %(needed)s submitted assessments each: %(codes)s."
                " Where an assessor is missing, assign again; wait until all have submitted, and run the ranking"
                " again.",
                number=len(waiting),
                needed=per_application(session, intake=intake, stage=run.stage),
                codes=shown,
            )
        )


def refuse_discussed(session: Session, *, intake: Intake, stage: str) -> None:
    """Raise Conflict, naming the applications, while any of them is being discussed: its levels may still change."""
    codes = decided_on.discussed(session, intake=intake, stage=stage)
    if codes:
        shown = ", ".join(codes[:10]) + (" …" if len(codes) > 10 else "")
        raise Conflict(
            _(
                "The assessors still discuss %(codes)s, and their levels may change. Settle it first, under Assessment,"
                " Disagreements.",
                codes=shown,
            )
        )


def _refuse_too_early(session: Session, intake: Intake, now: datetime) -> None:
    if intake.status is IntakeStatus.DRAFT or now < intake.opens_at:
        raise Conflict(_("The intake has not opened yet; there is nothing to rank."))
    if intakes.accepts(intake, now):
        raise Conflict(_("The intake still takes applications. Rank when it has closed."))
    waiting = queries.undecided(session, intake=intake)
    if waiting:
        raise Conflict(
            _(
                "%(number)s applications have no decision on eligibility yet. Decide them first.",
                number=waiting,
            )
        )


def recompute(run: RankingRun) -> bytes:
    """The results computed anew from the run's stored inputs: equal to its `results` if all is well.

    Pure: reads nothing but the run. Raises ScoringError, KeyError or ValueError when the inputs are damaged.
    """
    return rank_inputs(json.loads(run.inputs)).canonical()


def is_current(session: Session, *, intake: Intake, run: RankingRun) -> bool:
    """Whether a run made now would have the same inputs."""
    return sha256(canonical(queries.inputs(session, intake=intake, stage=run.stage))) == run.inputs_sha256
