"""Where the assessors of an application differ: the queue of a stage, the largest differences first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sqlalchemy import case, func
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
    InterviewListEntry,
    Level,
    LevelChange,
    RankingRow,
)
from recruit.models.application import GOES_ON
from recruit.models.types import id_of
from recruit.queries import intake as intakes
from recruit.queries import ranking as rankings
from recruit.queries.assessment import THIRD, assessed_criteria
from scoring.profile import TOP_LEVEL, Profile

STAGES = ("screening", "interview")
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
    """How many disagreements wait for the coordinator: to be decided on, or being discussed."""
    found = queue(session, intake=intake, stage=stage)
    return len(found.to_handle) + len(found.discussed)


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


def queue(session: Session, *, intake: Intake, stage: str) -> Queue:
    """The differences of a stage in the order in which they matter. A fixed number of queries.

    First those that one assessor's levels alone would move across the line, then the most levels apart on a
    criterion, then the most points apart.
    """
    profile = intakes.profile_of(session, intake)
    limit = threshold(session, intake=intake, stage=stage)
    decided = _decided(session, intake, stage)
    line = _line(session, intake, stage)
    items, waiting = [], {}
    for application_id, code, rows, complete in _given(session, intake, stage, profile):
        newest = decided.get(application_id)
        if newest and third_open(newest) and len(rows) < THIRD:
            waiting[code] = newest
            continue
        if complete and len(rows) > 1:
            found = _difference(application_id, code, rows, profile, stage, line, newest, limit)
            if found is not None:
                items.append(found)
    items.sort(key=lambda each: (not each.crosses, -each.levels, -each.points, each.code))
    return Queue(items, limit, line is not None, waiting)


def third_open(decided: Disagreement) -> bool:
    """Whether a decision is a third assessment that has been asked for and not been given up."""
    return decided.way is DisagreementWay.THIRD and decided.settled_at is None


def _goes_on() -> tuple[Any, ...]:
    return (Application.status == ApplicationStatus.SUBMITTED, col(Application.eligibility).in_(GOES_ON))


_Rows = list[tuple[int | None, ...]]


def _given(
    session: Session, intake: Intake, stage: str, profile: Profile
) -> list[tuple[int, str, _Rows, bool]]:
    """(id, code, levels of each who has submitted, whether nobody is still to submit) of each application.

    The levels stand in a column for each criterion, so that one row is one assessment.
    """
    criteria = assessed_criteria(profile, stage)
    columns = [func.max(case((col(Level.criterion) == each.key, col(Level.level)))) for each in criteria]
    statement: Any = (
        select(col(Application.id), col(Application.mask_code), col(Assignment.status), *columns)
        .select_from(Assignment)
        .join(Application, col(Application.id) == col(Assignment.application_id))
        .join(Level, col(Level.assignment_id) == col(Assignment.id), isouter=True)
        .where(
            Assignment.intake_id == intake.id,
            Assignment.stage == stage,
            Assignment.status != AssignmentStatus.RECUSED,
            *_goes_on(),
        )
        .group_by(col(Assignment.id), col(Application.id), col(Application.mask_code), col(Assignment.status))
    )
    found: dict[int, tuple[str, _Rows, list[bool]]] = {}
    for application_id, code, status, *levels in session.exec(statement):
        _code, rows, missing = found.setdefault(application_id, (code, [], []))
        if status is AssignmentStatus.SUBMITTED:
            rows.append(tuple(levels))
        else:
            missing.append(True)
    return [(key, code, rows, not missing) for key, (code, rows, missing) in sorted(found.items())]


def _decided(session: Session, intake: Intake, stage: str) -> dict[int, Disagreement]:
    """The newest decision on each application."""
    found = select(Disagreement).where(Disagreement.intake_id == intake.id, Disagreement.stage == stage)
    return {each.application_id: each for each in session.exec(found.order_by(col(Disagreement.id)))}


@dataclass(frozen=True)
class _Line:
    """Points in thousandths by application, who is called, and the points on either side of the line."""

    points: Mapping[int, int]
    called: frozenset[int]
    lowest_called: int
    highest_below: int


def _line(session: Session, intake: Intake, stage: str) -> _Line | None:
    """The newest list on the newest run of the stage; None where there is none or nobody is left out."""
    run = rankings.latest_run(session, intake=intake, stage=stage)
    drawn = rankings.list_of_run(session, run=run) if run is not None else None
    if run is None or drawn is None:
        return None
    rows = select(RankingRow.application_id, RankingRow.points_milli).where(
        RankingRow.run_id == run.id, RankingRow.status == "ranked"
    )
    points = {application: value for application, value in session.exec(rows) if value is not None}
    called = frozenset(
        session.exec(
            select(InterviewListEntry.application_id).where(
                InterviewListEntry.list_id == drawn.id, InterviewListEntry.kind == EntryKind.CALLED
            )
        )
    )
    above = [value for application, value in points.items() if application in called]
    below = [value for application, value in points.items() if application not in called]
    return _Line(points, called, min(above), max(below)) if above and below else None


def _difference(
    application_id: int,
    code: str,
    rows: _Rows,
    profile: Profile,
    stage: str,
    line: _Line | None,
    newest: Disagreement | None,
    limit: int,
) -> Difference | None:
    criteria = assessed_criteria(profile, stage)
    apart = {}
    for index, each in enumerate(criteria):
        levels = [level for row in rows if (level := row[index]) is not None]
        if levels and max(levels) > min(levels):
            apart[each.key] = max(levels) - min(levels)
    if not apart and newest is None:
        return None
    weights = profile.weights_at(stage)
    totals = [_points(row, [weights.get(each.key, Fraction(0)) for each in criteria]) for row in rows]
    return Difference(
        application_id=application_id,
        code=code,
        apart=apart,
        points=max(totals) - min(totals),
        crosses=_crosses(application_id, totals, line),
        assessors=len(rows),
        decided=newest,
        to_handle=newest is None and max(apart.values(), default=0) >= limit,
    )


def _points(levels: Sequence[int | None], weights: Sequence[Fraction]) -> Fraction:
    """What an assessor's own levels give, of 100; a level that is not required may be missing."""
    return sum(
        (weight * level / TOP_LEVEL for level, weight in zip(levels, weights, strict=True) if level),
        Fraction(0),
    )


def _crosses(application_id: int, totals: Sequence[Fraction], line: _Line | None) -> str:
    if line is None or application_id not in line.points:
        return ""
    rest = Fraction(line.points[application_id], 1000) - sum(totals) / len(totals)
    if application_id in line.called:
        return "falls" if rest + min(totals) < Fraction(line.highest_below, 1000) else ""
    return "rises" if rest + max(totals) > Fraction(line.lowest_called, 1000) else ""


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
    """How often each way was chosen, and how many levels went up and down. Two queries."""
    ways = session.exec(
        select(col(Disagreement.way), col(Disagreement.settled_at)).where(
            Disagreement.intake_id == intake.id, Disagreement.stage == stage
        )
    ).all()
    changes = session.exec(
        select(LevelChange.old, LevelChange.new)
        .join(Disagreement, col(Disagreement.id) == col(LevelChange.disagreement_id))
        .where(Disagreement.intake_id == intake.id, Disagreement.stage == stage)
    ).all()
    count = [way for way, _settled in ways].count
    return Tally(
        discussions=count(DisagreementWay.DISCUSSION),
        thirds=count(DisagreementWay.THIRD),
        left=count(DisagreementWay.LEFT),
        open=sum(way is DisagreementWay.DISCUSSION and settled is None for way, settled in ways),
        up=sum(new > old for old, new in changes),
        down=sum(new < old for old, new in changes),
    )


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
