"""The record of one region as it was written: its entries, the values beside them, and what was disposed of."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sqlmodel import Session, col, select

from recruit.models import RecordEntry, RecordValue
from recruit.services.record import GENESIS, entry_hash, value_digest

DISPOSED = "record.values_disposed"


@dataclass(frozen=True)
class Finding:
    """One thing that does not match. `kind` is chain, value, run, list, seed, decision, release,
    publication or signature; `what` names it."""

    kind: str
    what: str
    message: str


@dataclass(frozen=True)
class Disposed:
    """Values that a disposal deleted: of which entry, how many, when."""

    number: int
    action: str
    values: int
    at: datetime

    @property
    def subject(self) -> str:
        """The entry as the command names it."""
        return f"entry {self.number} ({self.action})"


class Chain:
    """A region's entries in order, and what they recorded as far as it is still there."""

    def __init__(self, session: Session, region_id: int) -> None:
        chosen = select(RecordEntry).where(RecordEntry.region_id == region_id)
        self.entries = list(session.exec(chosen.order_by(col(RecordEntry.number))))
        self._kept: dict[int, dict[str, RecordValue]] = {}
        for value in session.exec(select(RecordValue).where(RecordValue.region_id == region_id)):
            self._kept.setdefault(value.entry_id, {})[value.field] = value

    def values(self, entry: RecordEntry) -> dict[str, RecordValue]:
        """The values kept beside an entry, by field."""
        return self._kept.get(entry.id or 0, {})

    def said(self, entry: RecordEntry, field: str) -> str | None:
        """The new value that an entry recorded of a field; None when it recorded none or it is gone."""
        value = self.values(entry).get(field)
        return value.new if value is not None else None

    def about(self, action: str) -> dict[int, list[RecordEntry]]:
        """The entries of an action by the id of their subject, in order."""
        found: dict[int, list[RecordEntry]] = {}
        for entry in self.entries:
            if entry.action == action:
                found.setdefault(entry.subject_id, []).append(entry)
        return found

    @cached_property
    def disposals(self) -> dict[int, RecordEntry]:
        """Number of an entry whose values were disposed of -> the entry of the disposal."""
        return {
            number: disposal
            for disposal in self.entries
            if disposal.action == DISPOSED
            for number in json.loads(self.said(disposal, "entries") or "[]")
        }

    def check_entries(self) -> Iterator[Finding]:
        """Every entry against its hash and the entry before it."""
        previous = GENESIS
        for expected, entry in enumerate(self.entries, start=1):
            what = f"entry {entry.number}"
            if entry.number != expected:
                message = f"number {expected} is missing: the entry after it is numbered {entry.number}"
                yield Finding("chain", what, message)
                return
            if entry.previous_hash != previous:
                yield Finding("chain", what, "does not build on the entry before it")
            if entry_hash(entry) != entry.hash:
                yield Finding("chain", what, "its content does not match its hash")
            previous = entry.hash

    def check_values(self) -> Iterator[Finding]:
        """Every value against its digest; a missing one must have been disposed of."""
        for entry in self.entries:
            values, digests = self.values(entry), json.loads(entry.digests)
            for name, digest in digests.items():
                found, what = values.get(name), f"entry {entry.number}, {name}"
                if found is None and entry.number not in self.disposals:
                    yield Finding("value", what, "the value is missing and no disposal names it")
                if found is not None and value_digest(found.salt, found.old, found.new) != digest:
                    yield Finding("value", what, "the value does not match its digest in the chain")
            for name in values.keys() - digests.keys():
                yield Finding("value", f"entry {entry.number}, {name}", "the chain knows of no such value")

    def disposed(self) -> Iterator[Disposed]:
        """What disposals have deleted, by entry."""
        for entry in self.entries:
            disposal = self.disposals.get(entry.number)
            gone = json.loads(entry.digests).keys() - self.values(entry).keys()
            if disposal is not None and gone:
                yield Disposed(entry.number, entry.action, len(gone), disposal.at)
