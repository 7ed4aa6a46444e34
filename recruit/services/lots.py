"""The seeds of the lots: drawn and committed to at opening, revealed once what they decide is decided."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from recruit.actor import Actor
from recruit.models import Intake, LotSeed
from recruit.queries import lots as queries
from recruit.services import record
from scoring.criteria import STAGES


def commit_to(
    session: Session, *, intake: Intake, now: datetime, seeds: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Draw and keep a seed for the lot of each stage; returns the commitments by stage, which may be published.

    `seeds` gives some of them beforehand, for an invented region that shall be the same every time.
    """
    from scoring.lot import commitment, new_seed

    assert intake.id is not None
    given = seeds or {}
    made: dict[str, str] = {}
    for stage in STAGES:
        seed = given.get(stage) or new_seed()
        made[stage] = commitment(seed)
        session.add(
            LotSeed(
                region_id=intake.region_id,
                intake_id=intake.id,
                stage=stage,
                seed=seed,
                commitment=made[stage],
                committed_at=now,
            )
        )
    session.flush()
    return made


def reveal(session: Session, *, intake: Intake, stage: str, actor: Actor, now: datetime) -> None:
    """Make the seed of a stage public, with an entry in the record. Does nothing when it is public already."""
    assert intake.id is not None
    row = queries.row_of(session, intake_id=intake.id, stage=stage)
    if row is None or row.revealed_at is not None:
        return
    assert row.id is not None
    row.revealed_at = now
    session.add(row)
    session.flush()
    record.write(
        session,
        region_id=intake.region_id,
        intake_id=intake.id,
        actor=actor,
        now=now,
        action="lot.revealed",
        subject=("lot_seed", row.id),
        changes={"stage": (None, stage), "seed": (None, row.seed), "commitment": (None, row.commitment)},
    )
