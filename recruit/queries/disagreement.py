"""Where the assessors of an application differ: the queue of a stage, the largest differences first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sqlalchemy import select as select_columns  # the one of sqlmodel takes at most four columns
from sqlmodel import Session, col, select

from recruit.models import (
    Disagreement,
    DisagreementThreshold,
    DisagreementWay,
    Intake,
)
from recruit.queries.disagreement_rows import USUAL_THRESHOLD, ground_of, levels_apart
from recruit.queries.unchanged import kept

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


def threshold(session: Session, *, intake: Intake, stage: str) -> int:
    """From how many levels apart a disagreement of the stage is to be dealt with."""
    found = select(DisagreementThreshold.levels).where(
        DisagreementThreshold.intake_id == intake.id, DisagreementThreshold.stage == stage
    )
    return session.exec(found).first() or USUAL_THRESHOLD


@dataclass(frozen=True)
class HowMany:
    """How many wait for the coordinator's decision, are being discussed, and wait for a third assessment."""

    to_handle: int
    discussed: int
    waiting: int

    @property
    def open(self) -> int:
        """How many wait for the coordinator: to be decided on, or being discussed."""
        return self.to_handle + self.discussed


def how_many(session: Session, *, intake: Intake, stage: str) -> HowMany:
    """Counts of what is not dealt with. Two queries; none while the record has no new entry."""
    rows = _everything(session, intake, stage).rows
    return HowMany(
        to_handle=sum(row.part == "to_handle" for row in rows),
        discussed=sum(row.part == "open" and not row.waiting for row in rows),
        waiting=sum(bool(row.waiting) for row in rows),
    )


def counts(session: Session, *, intake: Intake, stage: str) -> dict[str, int]:
    """How many stand in each part of the queue. Queries as `how_many`."""
    return dict.fromkeys(PARTS, 0) | Counter(row.part for row in _everything(session, intake, stage).rows)


def queue(
    session: Session, *, intake: Intake, stage: str, part: str = "", size: int | None = None, page: int = 1
) -> Queue:
    """The differences of a stage, of one `part` if one is named, in the order in which they matter; `size` of them.
    Two queries for those shown, beside those of `how_many`: how far they are apart, and what was decided.

    By part; then first those that one assessor's levels alone would move across the line, then the most levels apart
    on a criterion, then the most points apart.
    """
    found = _everything(session, intake, stage)
    rows = [row for row in found.rows if not part or row.part == part]
    if size is not None:
        rows = rows[(page - 1) * size : page * size]
    only = [] if size is None else [row.application for row in rows]
    apart = levels_apart(session, intake, found.keys, stage, only)
    decided = _decided(session, [row.newest for row in rows if row.newest is not None])
    items = [
        Difference(
            application_id=row.application,
            code=row.code,
            apart=apart.get(row.application, {}),
            points=Fraction(int(row.high - row.low), found.scale),
            crosses=row.crosses,
            assessors=int(row.assessors),
            decided=decided.get(row.newest),
            to_handle=row.part == "to_handle",
        )
        for row in rows
        if not row.waiting
    ]
    waiting = {row.code: decided[row.newest] for row in rows if row.waiting}
    return Queue(items, found.threshold, found.line, waiting)


@dataclass(frozen=True)
class _Everything:
    """All rows of a stage in the order in which they matter; the rest as in `Ground`."""

    rows: Sequence[Any]
    keys: Sequence[str]
    scale: int
    threshold: int
    line: bool


def _everything(session: Session, intake: Intake, stage: str) -> _Everything:
    return kept(session, lambda: _read(session, intake, stage), "differences", intake.id, stage)


def _read(session: Session, intake: Intake, stage: str) -> _Everything:
    ground = ground_of(session, intake, stage)
    each = ground.rows.c
    ordered = select_columns(*each).order_by(
        *(each.part != name for name in PARTS),
        each.waiting,
        each.crosses == "",
        each.levels.desc(),
        (each.high - each.low).desc(),
        each.code,
    )
    rows = session.execute(ordered).all()
    return _Everything(rows, ground.keys, ground.scale, ground.threshold, ground.line)


def _decided(session: Session, ids: Collection[int]) -> dict[int | None, Disagreement]:
    if not ids:
        return {}
    return {each.id: each for each in session.exec(select(Disagreement).where(col(Disagreement.id).in_(ids)))}
