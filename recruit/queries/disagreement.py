"""Where the assessors of an application differ: the queue of a stage, the largest differences first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

from sqlalchemy import and_, case, false, func, literal, or_, true
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
    LevelChange,
    RankingRow,
    RankingRun,
)
from recruit.models.application import GOES_ON
from recruit.models.types import id_of
from recruit.queries import intake as intakes
from recruit.queries.assessment import THIRD, assessed_criteria
from scoring.profile import TOP_LEVEL

STAGES = ("screening", "interview")
#: The parts of the queue in their order: to be dealt with, open, dealt with, and those that may be left.
PARTS = ("to_handle", "open", "settled", "may_be_left")
#: From so many levels apart on a criterion a disagreement is to be dealt with, unless the coordinator says otherwise.
USUAL_THRESHOLD = 2


@dataclass(frozen=True)
class Difference:
    """An application whose assessors differ, once all of them have submitted.

    `apart`: criterion -> how many levels lie between the lowest and the highest. `points`: how far apart its totals of
    100 would be if one or the other assessor's levels alone counted. `crosses`: "falls" or "rises" where it is called,
    or not, and one assessor's levels alone would change that; empty otherwise, also where no line is drawn.
    `decided` is the newest decision on it; `third_in` tells whether a third assessment that was asked for is there.
    """

    application_id: int
    code: str
    apart: Mapping[str, int]
    points: Fraction
    crosses: str
    assessors: int
    decided: Disagreement | None
    to_handle: bool

    @property
    def levels(self) -> int:
        """The most levels apart on any criterion."""
        return max(self.apart.values(), default=0)

    @property
    def discussed(self) -> bool:
        """Whether a discussion of it is open."""
        return bool(
            self.decided and self.decided.way is DisagreementWay.DISCUSSION and not self.decided.settled_at
        )


@dataclass(frozen=True)
class Queue:
    """All differences of a stage, the most important first. `line`: whether a line is drawn that they are held against.

    `waiting`: codes of those for whom a third assessment was asked and is not in.
    """

    items: Sequence[Difference]
    threshold: int
    line: bool
    waiting: Mapping[str, Disagreement]

    @property
    def to_handle(self) -> list[Difference]:
        """Those that the coordinator has to decide on."""
        return [each for each in self.items if each.to_handle]

    @property
    def discussed(self) -> list[Difference]:
        """Those that are being discussed."""
        return [each for each in self.items if each.discussed]


def threshold(session: Session, *, intake: Intake, stage: str) -> int:
    """From how many levels apart a disagreement of the stage is to be dealt with."""
    found = select(DisagreementThreshold.levels).where(
        DisagreementThreshold.intake_id == intake.id, DisagreementThreshold.stage == stage
    )
    return session.exec(found).first() or USUAL_THRESHOLD


def open_count(session: Session, intake: Intake, stage: str) -> int:
    """How many disagreements wait for the coordinator: to be decided on, or being discussed. Two queries."""
    found = _ground(session, intake, stage)
    waits = found.rows.c.part.in_(("to_handle", "open")) & ~found.rows.c.waiting
    return int(session.exec(select(func.count()).select_from(found.rows).where(waits)).one())


def counts(session: Session, *, intake: Intake, stage: str) -> dict[str, int]:
    """How many stand in each part of the queue. Two queries."""
    found = _ground(session, intake, stage)
    told = session.exec(select(found.rows.c.part, func.count()).group_by(found.rows.c.part))
    return dict.fromkeys(PARTS, 0) | {part: int(number) for part, number in told}


def discussed(session: Session, *, intake: Intake, stage: str) -> list[str]:
    """Codes of the applications in the running that are being discussed. One query."""
    found = (
        select(Application.mask_code)
        .join(Disagreement, col(Disagreement.application_id) == col(Application.id))
        .where(
            Disagreement.intake_id == intake.id,
            Disagreement.stage == stage,
            Disagreement.way == DisagreementWay.DISCUSSION,
            col(Disagreement.settled_at).is_(None),
            *_goes_on(),
        )
        .order_by(col(Application.mask_code))
    )
    return list(session.exec(found))


def queue(
    session: Session, *, intake: Intake, stage: str, part: str = "", size: int | None = None, page: int = 1
) -> Queue:
    """The differences of a stage, of one `part` if one is named, in the order in which they matter; `size` of them.
    Three queries: how far they are apart is told by the database, which sorts them too.

    By part; then first those that one assessor's levels alone would move across the line, then the most levels apart
    on a criterion, then the most points apart.
    """
    ground = _ground(session, intake, stage)
    each = ground.rows.c
    chosen = (
        select_columns(*each, Disagreement)
        .outerjoin(Disagreement, col(Disagreement.id) == each.newest)
        .where(each.part == part if part else true())
        .order_by(
            *(each.part != name for name in PARTS),
            each.waiting,
            each.crosses == "",
            each.levels.desc(),
            (each.high - each.low).desc(),
            each.code,
        )
        .limit(size)
        .offset((page - 1) * size if size else None)
    )
    rows = session.execute(chosen).all()
    apart = _apart(session, ground, stage, [] if size is None else [row.application for row in rows])
    items, waiting = [], {}
    for row in rows:
        decided = row[-1]
        if row.waiting:
            waiting[row.code] = decided
            continue
        items.append(
            Difference(
                application_id=row.application,
                code=row.code,
                apart=apart.get(row.application, {}),
                points=Fraction(int(row.high - row.low), ground.scale),
                crosses=row.crosses,
                assessors=int(row.assessors),
                decided=decided,
                to_handle=row.part == "to_handle",
            )
        )
    return Queue(items, ground.threshold, ground.line, waiting)


def third_open(decided: Disagreement) -> bool:
    """Whether a decision is a third assessment that has been asked for and not been given up."""
    return decided.way is DisagreementWay.THIRD and decided.settled_at is None


def _goes_on() -> tuple[Any, ...]:
    return (Application.status == ApplicationStatus.SUBMITTED, col(Application.eligibility).in_(GOES_ON))


@dataclass(frozen=True)
class _Ground:
    """What the queue of a stage is read from: a row for each application whose assessors differ, or for which a third
    assessment is waited for. Totals are whole numbers, `scale` times as large as the points.
    """

    rows: Any
    keys: Sequence[str]
    intake: Intake
    scale: int
    threshold: int
    line: bool


def _ground(session: Session, intake: Intake, stage: str) -> _Ground:
    """One query, for the threshold and the line; the rows are read by the statement that they are put into."""
    profile = intakes.profile_of(session, intake)
    keys = [each.key for each in assessed_criteria(profile, stage)]
    weights = {key: profile.weights_at(stage).get(key, Fraction(0)) for key in keys}
    common = lcm(*(weight.denominator for weight in weights.values()))
    limit, line = _limit_and_line(session, intake, stage)
    scale = common * TOP_LEVEL
    whole = {key: int(weight * common) for key, weight in weights.items()}
    rows = _rows(intake, stage, whole, _crosses(line, scale) if line else None, limit)
    return _Ground(rows, keys, intake, scale, limit, line is not None)


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
            *_goes_on(),
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


def _apart(session: Session, ground: _Ground, stage: str, only: Collection[int]) -> dict[int, dict[str, int]]:
    """Application -> criterion -> levels apart, in the order of the profile; of all where `only` names none."""
    wanted = _by_criterion(ground.intake, stage, ground.keys)
    if only:
        wanted = wanted.where(col(Assignment.application_id).in_(only))
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for application, criterion, apart in session.exec(wanted):
        if apart:
            found[application][criterion] = apart
    return {key: {each: apart[each] for each in ground.keys if each in apart} for key, apart in found.items()}


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


@dataclass(frozen=True)
class Tally:
    """What has become of a stage's disagreements, for the auditor: by way, and the levels that were changed."""

    discussions: int
    thirds: int
    left: int
    open: int
    up: int
    down: int


def tally(session: Session, *, intake: Intake, stage: str) -> Tally:
    """How often each way was chosen, and how many levels went up and down. One query."""
    of_stage: tuple[Any, ...] = (Disagreement.intake_id == intake.id, Disagreement.stage == stage)
    way = col(Disagreement.way)
    discussion = way == DisagreementWay.DISCUSSION
    ways = (discussion, way == DisagreementWay.THIRD, way == DisagreementWay.LEFT)
    unsettled = discussion & col(Disagreement.settled_at).is_(None)
    changed = (
        select(func.count(col(LevelChange.id)))
        .join(Disagreement, col(Disagreement.id) == col(LevelChange.disagreement_id))
        .where(*of_stage)
    )
    row = session.execute(
        select_columns(
            *(func.count(case((each, 1))) for each in (*ways, unsettled)),
            changed.where(LevelChange.new > LevelChange.old).correlate(None).scalar_subquery(),
            changed.where(LevelChange.new < LevelChange.old).correlate(None).scalar_subquery(),
        ).where(*of_stage)
    ).one()
    return Tally(*(int(each) for each in row))


def first_levels(session: Session, *, intake: Intake, run_at: Any) -> dict[tuple[str, str, str], int]:
    """(mask code, assessor's public id, criterion) -> the level as it was before it was changed in a discussion.

    Of the changes up to `run_at` only, so that a run says the same for good. One query.
    """
    from recruit.models import Account

    found = (
        select(Application.mask_code, Account.public_id, LevelChange.criterion, LevelChange.old)
        .select_from(LevelChange)
        .join(Assignment, col(Assignment.id) == col(LevelChange.assignment_id))
        .join(Application, col(Application.id) == col(Assignment.application_id))
        .join(Account, col(Account.id) == col(Assignment.assessor_id))
        .where(Assignment.intake_id == intake.id, col(LevelChange.changed_at) <= run_at)
        .order_by(col(LevelChange.id).desc())
    )
    # The oldest comes last, so that it is what stays.
    return {(code, public_id, criterion): old for code, public_id, criterion, old in session.exec(found)}


def decisions_on(session: Session, *, application_id: int, stage: str) -> list[Disagreement]:
    """All that was decided on an application, in order."""
    found = select(Disagreement).where(
        Disagreement.application_id == application_id, Disagreement.stage == stage
    )
    return list(session.exec(found.order_by(col(Disagreement.id))))


def number_of(session: Session, *, intake: Intake, stage: str) -> dict[int, int]:
    """Account id -> the number under which the group speaks of an assessor, as on the page of the panels."""
    from recruit.queries.assessment import assessors

    standing = select(Assignment.assessor_id).where(
        Assignment.intake_id == intake.id,
        Assignment.stage == stage,
        Assignment.status != AssignmentStatus.RECUSED,
    )
    everybody = {id_of(each) for each in assessors(session, intake.region_id)} | set(
        session.exec(standing.distinct())
    )
    return {account: number for number, account in enumerate(sorted(everybody), 1)}


def third_still_out(session: Session, *, intake: Intake, stage: str) -> list[str]:
    """Codes of those for whom a third assessment was asked since their assessors differ, and which is not in."""
    submitted = (
        select(func.count(col(Assignment.id)))
        .where(
            Assignment.application_id == Disagreement.application_id,
            Assignment.stage == stage,
            Assignment.status == AssignmentStatus.SUBMITTED,
        )
        .correlate(Disagreement)
        .scalar_subquery()
    )
    found = (
        select(Application.mask_code)
        .join(Disagreement, col(Disagreement.application_id) == col(Application.id))
        .where(
            Disagreement.intake_id == intake.id,
            Disagreement.stage == stage,
            Disagreement.way == DisagreementWay.THIRD,
            col(Disagreement.settled_at).is_(None),
            submitted < THIRD,
        )
        .order_by(col(Application.mask_code))
    )
    return list(session.exec(found))


def third_on_its_way(session: Session, *, application_id: int, stage: str) -> bool:
    """Whether somebody has the application and has not submitted."""
    found = select(Assignment.id).where(
        Assignment.application_id == application_id,
        Assignment.stage == stage,
        Assignment.status == AssignmentStatus.ASSIGNED,
    )
    return session.exec(found.limit(1)).first() is not None
