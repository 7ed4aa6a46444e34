"""Figures that follow from what the record tells: computed once, and kept until the next entry.

Every decision and every change of what was submitted writes an entry to the region's chain in the same transaction
(`tests/recruit/test_unchanged.py` holds that). The hash of the newest entry therefore names a state of the region,
in every process alike, and what was counted under it need not be counted again.
"""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from sqlmodel import Session

from recruit.keeping import Latest

Value = TypeVar("Value")

_HEAD = "head of the record"
_KEPT: Latest[tuple[Hashable, ...], Any] = Latest(512)


def reads_at(session: Session, head: str | None) -> None:
    """What this session reads belongs to that head of the region's chain. Only for sessions that change nothing."""
    session.info[_HEAD] = head


def kept(session: Session, make: Callable[[], Value], *what: Hashable) -> Value:
    """The value of `make`, or the one made before under the same head of the record for the same `what`.

    `what` says everything else that the value follows from: the figure's name, the intake, the day. The value is shared
    between threads and must not be altered, and no row of the database may be in it. A session that was told no head
    computes anew.
    """
    head = session.info.get(_HEAD)
    if head is None:
        return make()
    found: Value = _KEPT.get((head, *what), make)
    return found
