"""What the queue of disagreements is read from: statements by which the database itself finds and sorts them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

from sqlalchemy import and_, case, false, func, literal, or_
from sqlalchemy import select as select_columns  # the one of sqlmodel takes at most four columns
from sqlmodel import Session, col, select

from recruit.models import (
    Application,
    ApplicationStatus,
    Assignment,
    AssignmentStatus,
    Disagreement,
    DisagreementThreshold,
    DisagreementWay,
    EntryKind,
    Intake,
    InterviewList,
    InterviewListEntry,
    Level,
    RankingRow,
    RankingRun,
)
from recruit.models.application import GOES_ON
from recruit.queries import intake as intakes
from recruit.queries.assessment import THIRD, assessed_criteria
from scoring.profile import TOP_LEVEL

#: From so many levels apart on a criterion a disagreement is to be dealt with, unless the coordinator says otherwise.
USUAL_THRESHOLD = 2


def goes_on() -> tuple[Any, ...]:
    return (Application.status == ApplicationStatus.SUBMITTED, col(Application.eligibility).in_(GOES_ON))


@dataclass(frozen=True)
class Ground:
    """What the queue of a stage is read from: a row for each application whose assessors differ, or for which a third
    assessment is waited for. Totals are whole numbers, `scale` times as large as the points.
    """

    rows: Any
    keys: Sequence[str]
    scale: int
    threshold: int
    line: bool


def ground_of(session: Session, intake: Intake, stage: str) -> Ground:
    """One query, for the threshold and the line; the rows are read by the statement that they are put into."""
    profile = intakes.profile_of(session, intake)
    keys = [each.key for each in assessed_criteria(profile, stage)]
    weights = {key: profile.weights_at(stage).get(key, Fraction(0)) for key in keys}
    common = lcm(*(weight.denominator for weight in weights.values()))
    limit, line = _limit_and_line(session, intake, stage)
    scale = common * TOP_LEVEL
    whole = {key: int(weight * common) for key, weight in weights.items()}
    rows = _rows(intake, stage, whole, _crosses(line, scale) if line else None, limit)
    return Ground(rows, keys, scale, limit, line is not None)


@dataclass(frozen=True)
class _Line:
    """The newest list on the newest run of a stage, and the points in thousandths on either side of the line."""

    run_id: int
    list_id: int
    lowest_called: int
    highest_below: int


def _limit_and_line(session: Session, intake: Intake, stage: str) -> tuple[int, _Line | None]:
    """The threshold; and the line, None where none is drawn on the newest run, or nobody is left out."""
    newest = (
        select(RankingRun.id)
        .where(RankingRun.intake_id == intake.id, RankingRun.stage == stage)
        .order_by(col(RankingRun.number).desc())
        .limit(1)
        .scalar_subquery()
    )
    drawn = (
        select(InterviewList.id)
        .where(InterviewList.run_id == newest)
        .order_by(col(InterviewList.version).desc())
        .limit(1)
        .scalar_subquery()
    )
    limit = (
        select(DisagreementThreshold.levels)
        .where(DisagreementThreshold.intake_id == intake.id, DisagreementThreshold.stage == stage)
        .scalar_subquery()
    )
    called = (
        select(InterviewListEntry.id)
        .where(
            InterviewListEntry.list_id == drawn,
            InterviewListEntry.kind == EntryKind.CALLED,
            InterviewListEntry.application_id == RankingRow.application_id,
        )
        .correlate(RankingRow)
        .exists()
    )
    sides = (
        select(
            func.min(case((called, col(RankingRow.points_milli)))).label("lowest"),
            func.max(case((~called, col(RankingRow.points_milli)))).label("highest"),
        )
        .where(RankingRow.run_id == newest, RankingRow.status == "ranked")
        .subquery()
    )
    levels, *values = session.execute(select_columns(limit, newest, drawn, *sides.c)).one()
    return levels or USUAL_THRESHOLD, None if None in values else _Line(*values)


def _rows(intake: Intake, stage: str, whole: Mapping[str, int], crosses: Any, limit: int) -> Any:
    """An application each: its part, how far apart its assessors' levels and totals are, and its newest decision."""
    totals, spread = _totals(intake, stage, whole), _spread(intake, stage, list(whole))
    decided = (
        select(
            col(Disagreement.application_id).label("application"), func.max(Disagreement.id).label("newest")
        )
        .where(Disagreement.intake_id == intake.id, Disagreement.stage == stage)
        .group_by(col(Disagreement.application_id))
        .subquery()
    )
    levels = func.coalesce(spread.c.levels, 0)
    unsettled = col(Disagreement.id).is_not(None) & col(Disagreement.settled_at).is_(None)
    asked = unsettled & (col(Disagreement.way) == DisagreementWay.THIRD)
    waiting = func.coalesce(asked & (totals.c.assessors - totals.c.missing < THIRD), false())
    part = case(
        (waiting, "open"),
        (col(Disagreement.id).is_(None), case((levels >= limit, "to_handle"), else_="may_be_left")),
        (unsettled & (col(Disagreement.way) == DisagreementWay.DISCUSSION), "open"),
        else_="settled",
    )
    found = (
        select_columns(
            col(Application.id).label("application"),
            col(Application.mask_code).label("code"),
            totals.c.assessors,
            totals.c.low,
            totals.c.high,
            levels.label("levels"),
            col(Disagreement.id).label("newest"),
            waiting.label("waiting"),
            part.label("part"),
            (literal("") if crosses is None else crosses(totals)).label("crosses"),
        )
        .join(totals, totals.c.application == col(Application.id))
        .outerjoin(spread, spread.c.application == col(Application.id))
        .outerjoin(decided, decided.c.application == col(Application.id))
        .outerjoin(Disagreement, col(Disagreement.id) == decided.c.newest)
        .where(
            col(Application.intake_id) == intake.id,
            *goes_on(),
            or_(
                waiting,
                and_(
                    totals.c.missing == 0,
                    totals.c.assessors > 1,
                    or_(levels > 0, col(Disagreement.id).is_not(None)),
                ),
            ),
        )
    )
    return found.subquery()


def _standing(intake: Intake, stage: str) -> tuple[Any, ...]:
    return (
        Assignment.intake_id == intake.id,
        Assignment.stage == stage,
        col(Assignment.status) != AssignmentStatus.RECUSED,
    )


def _totals(intake: Intake, stage: str, whole: Mapping[str, int]) -> Any:
    """Of each application: how many assess it, how many of them have not submitted, and their totals."""
    points = case(
        *((col(Level.criterion) == key, col(Level.level) * weight) for key, weight in whole.items()), else_=0
    )
    given = (
        select(
            col(Assignment.application_id).label("application"),
            case((col(Assignment.status) == AssignmentStatus.SUBMITTED, 0), else_=1).label("missing"),
            func.coalesce(func.sum(points), 0).label("total"),
        )
        .join(Level, col(Level.assignment_id) == col(Assignment.id), isouter=True)
        .where(*_standing(intake, stage))
        .group_by(col(Assignment.id), col(Assignment.application_id), col(Assignment.status))
        .subquery()
    )
    return (
        select_columns(
            given.c.application,
            func.count().label("assessors"),
            func.sum(given.c.missing).label("missing"),
            func.min(given.c.total).label("low"),
            func.max(given.c.total).label("high"),
            func.sum(given.c.total).label("all"),
        )
        .group_by(given.c.application)
        .subquery()
    )


def _by_criterion(intake: Intake, stage: str, keys: Collection[str]) -> Any:
    """How many levels lie between the lowest and the highest, by application and criterion."""
    return (
        select(
            col(Assignment.application_id).label("application"),
            col(Level.criterion).label("criterion"),
            (func.max(Level.level) - func.min(Level.level)).label("apart"),
        )
        .join(Level, col(Level.assignment_id) == col(Assignment.id))
        .where(*_standing(intake, stage), col(Level.criterion).in_(keys))
        .group_by(col(Assignment.application_id), col(Level.criterion))
    )


def _spread(intake: Intake, stage: str, keys: Collection[str]) -> Any:
    each = _by_criterion(intake, stage, keys).subquery()
    return (
        select(each.c.application, func.max(each.c.apart).label("levels"))
        .group_by(each.c.application)
        .subquery()
    )


def levels_apart(
    session: Session, intake: Intake, keys: Sequence[str], stage: str, only: Collection[int]
) -> dict[int, dict[str, int]]:
    """Application -> criterion -> levels apart, in the order of the profile; of all where `only` names none."""
    wanted = _by_criterion(intake, stage, keys)
    if only:
        wanted = wanted.where(col(Assignment.application_id).in_(only))
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for application, criterion, apart in session.exec(wanted):
        if apart:
            found[application][criterion] = apart
    return {key: {each: apart[each] for each in keys if each in apart} for key, apart in found.items()}


def _crosses(line: _Line, scale: int) -> Callable[[Any], Any]:
    """Whether one assessor's levels alone would move an application across the line.

    Its points less the mean of its assessors' totals is what does not come from them; all in whole numbers.
    """
    points = (
        select(RankingRow.points_milli)
        .where(
            RankingRow.run_id == line.run_id,
            RankingRow.status == "ranked",
            RankingRow.application_id == Application.id,
        )
        .correlate(Application)
        .scalar_subquery()
    )
    called = (
        select(InterviewListEntry.id)
        .where(
            InterviewListEntry.list_id == line.list_id,
            InterviewListEntry.kind == EntryKind.CALLED,
            InterviewListEntry.application_id == Application.id,
        )
        .correlate(Application)
        .exists()
    )

    def crosses(totals: Any) -> Any:
        number, mean = totals.c.assessors, totals.c.all
        falls = (points - line.highest_below) * number * scale < 1000 * (mean - number * totals.c.low)
        rises = (points - line.lowest_called) * number * scale > 1000 * (mean - number * totals.c.high)
        return case((called & falls, "falls"), (~called & rises, "rises"), else_="")

    return crosses
