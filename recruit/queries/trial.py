"""Earlier intakes that a criteria profile can be tried on: the levels of their latest ranking runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, or_
from sqlmodel import Session, col, select

from recruit.models import Assignment, AssignmentStatus, Intake, Posts, RankingRun


@dataclass(frozen=True)
class Earlier:
    """An intake with a ranking run of the stage. ``posts``: how many it had; ``run``: the number of its latest run.

    ``own_waiting``: the reader has assessments of their own to submit in it, so its levels may not be shown.
    """

    intake: Intake
    posts: int
    run: int
    own_waiting: bool


def earlier(session: Session, *, stage: str, assessor_id: int | None) -> list[Earlier]:
    """The region's intakes that have been ranked at the stage, the latest start first. One query."""
    last = (
        select(RankingRun.intake_id, func.max(RankingRun.number).label("number"))
        .where(RankingRun.stage == stage)
        .group_by(col(RankingRun.intake_id))
        .subquery()
    )
    posts = select(func.sum(Posts.number)).where(Posts.intake_id == Intake.id).correlate(Intake)
    own = (
        select(Assignment.id)
        .where(
            Assignment.intake_id == Intake.id,
            Assignment.stage == stage,
            Assignment.assessor_id == assessor_id,
            Assignment.status == AssignmentStatus.ASSIGNED,
        )
        .correlate(Intake)
        .exists()
    )
    found = (
        select(Intake, func.coalesce(posts.scalar_subquery(), 0), last.c.number, own)
        .join(last, last.c.intake_id == Intake.id)
        .order_by(col(Intake.starts_on).desc(), col(Intake.id).desc())
    )
    return [
        Earlier(intake, int(number_of_posts), int(run), bool(waiting))
        for intake, number_of_posts, run, waiting in session.exec(found)
    ]


def inputs_of(session: Session, *, stage: str, intakes: Sequence[Earlier]) -> dict[int, str]:
    """The inputs of the latest runs of those intakes, as JSON by the intake's id. One query."""
    wanted = [
        and_(RankingRun.intake_id == each.intake.id, RankingRun.number == each.run)  # type: ignore[arg-type]
        for each in intakes
    ]
    if not wanted:
        return {}
    found = select(RankingRun.intake_id, RankingRun.inputs).where(RankingRun.stage == stage, or_(*wanted))
    return dict(session.exec(found).all())
