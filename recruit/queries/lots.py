"""The seeds of the lots: what was published at opening, and the seed once it is revealed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from recruit.models import Intake, LotSeed


@dataclass(frozen=True)
class Lot:
    """One stage's lot as everybody may see it: `seed` is None until it is revealed.

    `commitment` is SHA-256 of the seed's UTF-8 bytes, published at opening.
    """

    stage: str
    commitment: str
    committed_at: datetime
    seed: str | None
    revealed_at: datetime | None


def of_intake(session: Session, *, intake: Intake) -> dict[str, Lot]:
    """The lots of an intake by stage, screening first; empty before it is opened."""
    found = select(LotSeed).where(LotSeed.intake_id == intake.id).order_by(col(LotSeed.stage).desc())
    return {row.stage: as_shown(row) for row in session.exec(found)}


def of_stage(session: Session, *, intake_id: int, stage: str) -> Lot | None:
    """The lot of one stage; None before the intake is opened."""
    row = row_of(session, intake_id=intake_id, stage=stage)
    return as_shown(row) if row is not None else None


def as_shown(row: LotSeed) -> Lot:
    """The lot of that row, without the seed until it is revealed."""
    return Lot(
        stage=row.stage,
        commitment=row.commitment,
        committed_at=row.committed_at,
        seed=row.seed if row.revealed_at is not None else None,
        revealed_at=row.revealed_at,
    )


def row_of(session: Session, *, intake_id: int, stage: str) -> LotSeed | None:
    """The row itself, with the seed whether it is revealed or not: for services alone, never for a page or a file."""
    return session.exec(select(LotSeed).where(LotSeed.intake_id == intake_id, LotSeed.stage == stage)).first()
