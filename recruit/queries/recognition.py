"""Whether the masking held, as the assessors said with their assessments, and the order with and without those."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlmodel import Session, col, select

from recruit.models import (
    Account,
    Application,
    Assignment,
    AssignmentStatus,
    Intake,
    InterviewList,
    RankingRun,
)
from recruit.queries.ranking import assessor_pseudonym
from recruit.run_analysis import analysis

if TYPE_CHECKING:
    from recruit.run_analysis import Reordered


@dataclass(frozen=True)
class Told:
    """Of submitted assessments: how many there are, how many were asked, and what was ticked.

    `marked`: (mask code, assessor's pseudonym) of those with a tick.
    """

    submitted: int
    asked: int
    recognised: int
    told_country: int
    marked: frozenset[tuple[str, str]]


def told(session: Session, *, intake: Intake, stage: str) -> Told:
    """What the assessors of a stage said. One query."""
    found = session.exec(
        select(Assignment.recognised, Assignment.told_country, Application.mask_code, Account.public_id)
        .join(Application, col(Application.id) == Assignment.application_id)
        .join(Account, col(Account.id) == Assignment.assessor_id)
        .where(
            Assignment.intake_id == intake.id,
            Assignment.stage == stage,
            Assignment.status == AssignmentStatus.SUBMITTED,
        )
    ).all()
    return Told(
        submitted=len(found),
        asked=sum(row[0] is not None for row in found),
        recognised=sum(bool(row[0]) for row in found),
        told_country=sum(bool(row[1]) for row in found),
        marked=frozenset((row[2], assessor_pseudonym(intake, row[3])) for row in found if row[0] or row[1]),
    )


@dataclass(frozen=True)
class Recognition:
    """What was said, and the order without the marked assessments; None where there are none to leave out."""

    told: Told
    without: Reordered | None


def compared(session: Session, *, intake: Intake, drawn: InterviewList, called: int) -> Recognition:
    """The order of a list's run with and without the assessments in which somebody was recognised. Three queries."""
    run = session.get_one(RankingRun, drawn.run_id)
    said = told(session, intake=intake, stage=run.stage)
    return Recognition(said, analysis(run).without(said.marked, k=called) if said.marked else None)
