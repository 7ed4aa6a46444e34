"""Where the assessors of an application differ: the queue of a stage, the largest differences first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import func, true
from sqlalchemy import select as select_columns  # the one of sqlmodel takes at most four columns
from sqlmodel import Session, col, select

from recruit.models import (
    Disagreement,
    DisagreementThreshold,
    DisagreementWay,
    Intake,
)
from recruit.queries.disagreement_rows import USUAL_THRESHOLD, ground_of, levels_apart

STAGES = ("screening", "interview")
#: The parts of the queue in their order: to be dealt with, open, dealt with, and those that may be left.
PARTS = ("to_handle", "open", "settled", "may_be_left")


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
    found = ground_of(session, intake, stage)
    waits = found.rows.c.part.in_(("to_handle", "open")) & ~found.rows.c.waiting
    return int(session.exec(select(func.count()).select_from(found.rows).where(waits)).one())


def counts(session: Session, *, intake: Intake, stage: str) -> dict[str, int]:
    """How many stand in each part of the queue. Two queries."""
    found = ground_of(session, intake, stage)
    told = session.exec(select(found.rows.c.part, func.count()).group_by(found.rows.c.part))
    return dict.fromkeys(PARTS, 0) | {part: int(number) for part, number in told}


def queue(
    session: Session, *, intake: Intake, stage: str, part: str = "", size: int | None = None, page: int = 1
) -> Queue:
    """The differences of a stage, of one `part` if one is named, in the order in which they matter; `size` of them.
    Three queries: how far they are apart is told by the database, which sorts them too.

    By part; then first those that one assessor's levels alone would move across the line, then the most levels apart
    on a criterion, then the most points apart.
    """
    ground = ground_of(session, intake, stage)
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
    apart = levels_apart(session, ground, stage, [] if size is None else [row.application for row in rows])
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
