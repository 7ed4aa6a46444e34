"""Checking the record: the chain of hashes, the values beside it, and every ranking run from its stored inputs."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, col, select

from recruit.models import InterviewList, ListStatus, RankingRun, RecordEntry, RecordValue
from recruit.services import interview, ranking
from recruit.services.record import GENESIS, entry_hash, value_digest

DISPOSED = "record.values_disposed"


@dataclass(frozen=True)
class Finding:
    """One thing that does not match. `kind` is chain, value, run or list; `what` names it."""

    kind: str
    what: str
    message: str


@dataclass(frozen=True)
class Disposed:
    """Values that a disposal deleted: how many, of which subject, when."""

    subject: str
    values: int
    at: datetime


@dataclass
class Report:
    """What a check of one region found."""

    entries: int = 0
    runs: int = 0
    lists: int = 0
    head: str = GENESIS
    disposed: list[Disposed] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether everything matches."""
        return not self.findings


def verify(session: Session, *, region_id: int) -> Report:
    """Check one region's record and runs. Changes nothing."""
    report = Report()
    entries = list(
        session.exec(
            select(RecordEntry).where(RecordEntry.region_id == region_id).order_by(col(RecordEntry.number))
        )
    )
    report.entries = len(entries)
    report.head = entries[-1].hash if entries else GENESIS
    report.findings += _check_chain(entries)
    report.findings += _check_values(session, region_id, entries, report)
    runs = session.exec(
        select(RankingRun).where(RankingRun.region_id == region_id).order_by(col(RankingRun.id))
    )
    for run in runs:
        report.runs += 1
        report.findings += _check_run(run)
    report.findings += _check_lists(session, region_id, {entry.hash for entry in entries}, report)
    return report


def _check_chain(entries: list[RecordEntry]) -> Iterator[Finding]:
    previous = GENESIS
    for expected, entry in enumerate(entries, start=1):
        what = f"entry {entry.number}"
        if entry.number != expected:
            yield Finding(
                "chain", what, f"number {expected} is missing: the entry after it is numbered {entry.number}"
            )
            return
        if entry.previous_hash != previous:
            yield Finding("chain", what, "does not build on the entry before it")
        if entry_hash(entry) != entry.hash:
            yield Finding("chain", what, "its content does not match its hash")
        previous = entry.hash


def _check_values(
    session: Session, region_id: int, entries: list[RecordEntry], report: Report
) -> Iterator[Finding]:
    kept: dict[int, dict[str, RecordValue]] = {}
    for value in session.exec(select(RecordValue).where(RecordValue.region_id == region_id)):
        kept.setdefault(value.entry_id, {})[value.field] = value
    disposed_of = {
        number: disposal
        for disposal in entries
        if disposal.action == DISPOSED
        for number in _disposed_entries(kept.get(disposal.id or 0, {}))
    }
    counts: dict[int, int] = {}
    for entry in entries:
        values = kept.get(entry.id or 0, {})
        digests: dict[str, str] = json.loads(entry.digests)
        for name, digest in digests.items():
            found = values.get(name)
            what = f"entry {entry.number}, {name}"
            if found is not None and value_digest(found.salt, found.old, found.new) != digest:
                yield Finding("value", what, "the value does not match its digest in the chain")
            if found is None and entry.number in disposed_of:
                counts[entry.number] = counts.get(entry.number, 0) + 1
            elif found is None:
                yield Finding("value", what, "the value is missing and no disposal names it")
        for name in values.keys() - digests.keys():
            yield Finding("value", f"entry {entry.number}, {name}", "the chain knows of no such value")
    by_number = {entry.number: entry for entry in entries}
    for number, count in counts.items():
        entry, disposal = by_number[number], disposed_of[number]
        report.disposed.append(Disposed(f"entry {number} ({entry.action})", count, disposal.at))


def _disposed_entries(values: dict[str, RecordValue]) -> list[int]:
    listed = values.get("entries")
    return json.loads(listed.new) if listed is not None and listed.new else []


def _check_run(run: RankingRun) -> Iterator[Finding]:
    what = f"run {run.stage} {run.number} of intake {run.intake_id}"
    if hashlib.sha256(run.inputs.encode()).hexdigest() != run.inputs_sha256:
        yield Finding("run", what, "its stored inputs do not match their hash")
    if hashlib.sha256(run.results.encode()).hexdigest() != run.results_sha256:
        yield Finding("run", what, "its stored results do not match their hash")
    try:
        again = ranking.recompute(run)
    except Exception as error:
        yield Finding("run", what, f"cannot be recomputed from its inputs: {error}")
        return
    if again != run.results.encode():
        yield Finding("run", what, "recomputing it from its inputs gives another result")


def _check_lists(session: Session, region_id: int, hashes: set[str], report: Report) -> Iterator[Finding]:
    confirmed = select(InterviewList).where(
        InterviewList.region_id == region_id, InterviewList.status == ListStatus.CONFIRMED
    )
    for found in session.exec(confirmed.order_by(InterviewList.id)):  # type: ignore[arg-type]
        report.lists += 1
        what = f"interview list {found.version} of intake {found.intake_id}"
        if found.chain_head not in hashes:
            yield Finding("list", what, "the chain head printed on it is not in the chain")
        if interview.content_digest(session, found) != found.content_sha256:
            yield Finding("list", what, "its entries do not match the checksum printed on it")
