"""Ranking: freeze the inputs, compute, keep the results. A run is never edited."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from sqlmodel import Session, select

import recruit
import scoring
from recruit.actor import Actor
from recruit.errors import Conflict, Invalid
from recruit.frames import outcomes, rank_inputs
from recruit.i18n import lazy_gettext as _
from recruit.models import Intake, IntakeStatus, RankingRow, RankingRun
from recruit.queries import intake as intakes
from recruit.queries import ranking as queries
from recruit.services import record
from recruit.services.record import canonical
from scoring.errors import ScoringError

STAGES = ("screening", "interview")


def code_version() -> str:
    """The version of the code that computes a run, as it is stored with it."""
    return f"recruit {recruit.__version__}, scoring {scoring.__version__}"


def person(actor: Actor) -> int:
    """The account of whoever decides. Raises Invalid for the system itself: a person must answer for it."""
    if actor.account_id is None:
        raise Invalid(_("This must be done by a person with an account."))
    return actor.account_id


def sha256(text: str | bytes) -> str:
    """SHA-256 of a text (UTF-8) or bytes, in hexadecimal."""
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()


def run(
    session: Session, *, intake: Intake, stage: str = "screening", actor: Actor, now: datetime
) -> RankingRun:
    """Rank the applications of a stage as they stand, and keep inputs and results for good.

    When the newest run of the stage has the same inputs and was made by the same code, that run is the answer.

    Raises Conflict while applications are taken in or eligibility is undecided, and when there is nobody to
    rank; Invalid for an unknown stage.
    """
    if stage not in STAGES:
        raise Invalid(_("The stage must be screening or interview."), field="stage")
    # One run at a time per intake, so that numbers follow each other. The key stays shared for the record's entries.
    session.exec(select(Intake.id).where(Intake.id == intake.id).with_for_update(key_share=True)).one()
    _refuse_too_early(session, intake, now)
    inputs = queries.inputs(session, intake=intake, stage=stage)
    if not inputs["applications"]:
        raise Conflict(
            _("There is nobody to rank: no submitted application has been decided eligible.")
            if stage == "screening"
            else _("There is nobody to rank after the interviews: confirm an interview list first.")
        )
    frozen = canonical(inputs)
    last = queries.latest_run(session, intake=intake, stage=stage)
    if last and (last.inputs_sha256, last.code_version) == (sha256(frozen), code_version()):
        return last
    try:
        ranking = rank_inputs(inputs)
    except ScoringError as error:
        raise Conflict(_("The ranking could not be computed: %(reason)s", reason=str(error))) from error
    results = ranking.canonical().decode()
    assert intake.id is not None
    made = RankingRun(
        region_id=intake.region_id,
        intake_id=intake.id,
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
        created_by_id=person(actor),
    )
    session.add(made)
    session.flush()
    assert made.id is not None
    ids = queries.ids_of(session, intake=intake, mask_codes=inputs["applications"])
    session.add_all(
        RankingRow(
            region_id=intake.region_id,
            run_id=made.id,
            application_id=ids[each.mask_code],
            position=each.position,
            status=each.status,
            place=each.place,
            points_milli=each.points_milli,
        )
        for each in outcomes(ranking)
    )
    record.write(
        session,
        region_id=intake.region_id,
        intake_id=intake.id,
        actor=actor,
        now=now,
        action="ranking.run",
        subject=("ranking_run", made.id),
        changes={
            "stage": (None, stage),
            "number": (None, made.number),
            "applications": (None, len(inputs["applications"])),
            "inputs_sha256": (None, made.inputs_sha256),
            "results_sha256": (None, made.results_sha256),
        },
    )
    return made


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
