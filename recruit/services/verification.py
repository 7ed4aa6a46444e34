"""Checking the record: the chain of hashes, the values beside it, and every run and list against what it recorded."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from recruit.frames import RunResults
from recruit.models import (
    Application,
    EntryKind,
    InterviewList,
    ListStatus,
    RankingRow,
    RankingRun,
    RecordEntry,
)
from recruit.queries import interview as lists
from recruit.services import list_content, ranking
from recruit.services.chain import Chain, Disposed, Finding
from recruit.services.record import GENESIS, as_text
from recruit.services.released import check_decisions, check_publications, check_releases, check_seeds
from recruit.services.signing import check_signatures

ROW_FIELDS = ("position", "status", "place", "points_milli")


@dataclass(frozen=True)
class Unchecked:
    """Something that could not be compared with the record, since what the record held was disposed of."""

    what: str
    message: str


@dataclass
class Report:
    """What a check of one region found."""

    entries: int = 0
    runs: int = 0
    lists: int = 0
    head: str = GENESIS
    disposed: list[Disposed] = field(default_factory=list)
    unchecked: list[Unchecked] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether everything matches."""
        return not self.findings


def verify(session: Session, *, region_id: int) -> Report:
    """Check one region's record, ranking runs and interview lists. Changes nothing.

    A run or list must say what the entry of its making recorded. Rewriting it together with its own hashes is found
    as long as the record's values are kept; where they were disposed of, the report says so.
    """
    chain, report = Chain(session, region_id), Report()
    report.entries = len(chain.entries)
    report.head = chain.entries[-1].hash if chain.entries else GENESIS
    report.findings += chain.check_entries()
    report.findings += chain.check_values()
    report.disposed += chain.disposed()
    of_region = select(RankingRun).where(RankingRun.region_id == region_id)
    runs = {run.id or 0: run for run in session.exec(of_region.order_by(col(RankingRun.id)))}
    report.runs = len(runs)
    report.findings += _check_runs(session, chain, runs, report)
    report.findings += _check_lists(session, region_id, chain, runs, report)
    report.findings += check_seeds(session, region_id, chain, runs)
    report.findings += check_releases(session, region_id, chain, runs)
    report.findings += check_publications(session, region_id, chain)
    report.findings += check_decisions(session, region_id, chain)
    report.findings += check_signatures(session, region_id, chain)
    return report


def _check_runs(
    session: Session, chain: Chain, runs: Mapping[int, RankingRun], report: Report
) -> Iterator[Finding]:
    made = chain.about("ranking.run")
    for identity, run in runs.items():
        what = f"run {run.stage} {run.number} of intake {run.intake_id}"
        yield from _check_own_hashes(run, what)
        yield from _check_rows(session, run, what)
        expected = {
            "stage": run.stage,
            "number": run.number,
            "inputs_sha256": run.inputs_sha256,
            "results_sha256": run.results_sha256,
        }
        entries = made.get(identity, [])
        yield from _compare("run", what, chain, entries, expected, "its making", report)
        if entries:
            yield from _compare_maker(
                "run", what, entries[0], run.intake_id, run.created_by_id, run.created_at
            )
    for identity in made.keys() - runs.keys():
        entry = made[identity][0]
        stage, number = chain.said(entry, "stage") or "?", chain.said(entry, "number") or "?"
        what = f"run {stage} {number} of intake {entry.intake_id}"
        yield Finding("run", what, f"it is gone; entry {entry.number} recorded its making")


def _check_own_hashes(run: RankingRun, what: str) -> Iterator[Finding]:
    if hashlib.sha256(run.inputs.encode()).hexdigest() != run.inputs_sha256:
        yield Finding("run", what, "its stored inputs do not match their hash")
    if hashlib.sha256(run.results.encode()).hexdigest() != run.results_sha256:
        yield Finding("run", what, "its stored results do not match their hash")
    try:
        again = ranking.recompute(run)
        seed = json.loads(run.inputs)["seed"]
    except Exception as error:
        yield Finding("run", what, f"cannot be recomputed from its inputs: {error}")
        return
    if seed != run.seed:
        yield Finding("run", what, f"its seed is {run.seed}, but its inputs hold {seed}")
    if again != run.results.encode():
        yield Finding("run", what, "recomputing it from its inputs gives another result")


def _check_rows(session: Session, run: RankingRun, what: str) -> Iterator[Finding]:
    """The rows that pages sort and lists are drawn from must say what the stored results say."""
    try:
        results = RunResults(json.loads(run.results))
        expected = {
            row.mask_code: (position, row.status, row.place, row.points_milli)
            for position, row in enumerate(results.rows(0, len(results)), 1)
        }
    except Exception as error:
        yield Finding("run", what, f"its stored results cannot be read: {error!r}")
        return
    stored = (
        select(Application.mask_code, RankingRow)
        .join(Application, col(Application.id) == RankingRow.application_id)
        .where(RankingRow.run_id == run.id)
        .order_by(col(RankingRow.position))
    )
    present = {
        code: (row.position, row.status, row.place, row.points_milli) for code, row in session.exec(stored)
    }
    for code in sorted(expected.keys() - present.keys()):
        yield Finding("run", what, f"the row of {code} is gone; its results have one")
    for code, row in present.items():
        if code not in expected:
            yield Finding("run", what, f"there is a row of {code}, whom its results do not name")
            continue
        for name, found, right in zip(ROW_FIELDS, row, expected[code], strict=True):
            if found != right:
                yield Finding("run", what, f"the row of {code} has {name} {found}; its results have {right}")


def _compare(
    kind: str,
    what: str,
    chain: Chain,
    entries: list[RecordEntry],
    expected: Mapping[str, Any],
    event: str,
    report: Report,
) -> Iterator[Finding]:
    """What is stored against the values of the first entry that recorded it.

    A value that is missing without a disposal is a finding of its own, made where values are checked.
    """
    if not entries:
        yield Finding(kind, what, f"no entry of the record tells of {event}")
        return
    entry, *more = entries
    for again in more:
        yield Finding(
            kind, what, f"entry {again.number} tells of {event} a second time, after {entry.number}"
        )
    if entry.number in chain.disposals:
        message = f"what entry {entry.number} recorded of {event} was disposed of and cannot be compared"
        report.unchecked.append(Unchecked(what, message))
    known = json.loads(entry.digests)
    for name, value in expected.items():
        recorded, present = chain.said(entry, name), as_text(value)
        if name not in known:
            yield Finding(kind, what, f"entry {entry.number}, which tells of {event}, has no {name}")
        elif recorded is not None and recorded != present:
            yield Finding(
                kind, what, f"its {name} is {present}, but entry {entry.number} recorded {recorded}"
            )


def _compare_maker(
    kind: str, what: str, entry: RecordEntry, intake_id: int, by_id: int | None, at: datetime | None
) -> Iterator[Finding]:
    """Who did it, when and in which intake, as the row has it, against the entry itself."""
    for name, present, recorded in (
        ("intake", intake_id, entry.intake_id),
        ("account", by_id, entry.actor_id),
        ("time", at, entry.at),
    ):
        if present != recorded:
            message = f"its {name} is {as_text(present)}, but entry {entry.number} has {as_text(recorded)}"
            yield Finding(kind, what, message)


def _check_lists(
    session: Session, region_id: int, chain: Chain, runs: Mapping[int, RankingRun], report: Report
) -> Iterator[Finding]:
    drawn, confirmed = chain.about("interview.drafted"), chain.about("interview.confirmed")
    discarded = chain.about("interview.discarded")
    of_region = select(InterviewList).where(InterviewList.region_id == region_id)
    present = {each.id or 0: each for each in session.exec(of_region.order_by(col(InterviewList.id)))}
    for identity, found in present.items():
        what = f"interview list {found.version} of intake {found.intake_id}"
        run = runs.get(found.run_id)
        if run is None:
            yield Finding("list", what, "the run that it was drawn on is gone")
            continue
        yield from _check_drawing(session, found, run, what, chain, drawn.get(identity, []), report)
        yield from _check_confirmation(found, run, what, chain, confirmed.get(identity, []), report)
        for entry in discarded.get(identity, []):
            yield Finding("list", what, f"it is there, but entry {entry.number} tells that it was discarded")
    for identity in (drawn.keys() | confirmed.keys()) - present.keys():
        entry = (confirmed.get(identity) or drawn[identity])[0]
        if identity in discarded and identity not in confirmed:
            continue
        what = f"interview list {chain.said(entry, 'version') or '?'} of intake {entry.intake_id}"
        event = "confirmation" if identity in confirmed else "drawing"
        yield Finding("list", what, f"it is gone; entry {entry.number} recorded its {event}")


def _check_drawing(
    session: Session,
    found: InterviewList,
    run: RankingRun,
    what: str,
    chain: Chain,
    entries: list[RecordEntry],
    report: Report,
) -> Iterator[Finding]:
    listed = lists.entries(session, interview_list=found)
    content = list_content.content_sha256(
        run=run, line=found.line, entries=listed, settlement=found.settlement
    )
    if content != found.content_sha256:
        yield Finding("list", what, "its entries do not match the checksum printed on it")
    expected = {"version": found.version, "run": run.number, "line": found.line}
    stands: dict[str, Any] = {
        "called": sorted(each.mask_code for each in listed if each.kind is EntryKind.CALLED),
        "reserves": sorted(each.mask_code for each in listed if each.kind is EntryKind.RESERVE),
    }
    if found.settlement is not None:
        stands["settlement"] = found.settlement
    # The zone may have been decided several times; the last time is how the list stands.
    decisions = chain.about("interview.zone_decided").get(found.id or 0, [])[-1:]
    if decisions:
        yield from _compare("list", what, chain, decisions, stands, "its zone's decision", report)
    else:
        expected |= stands
    yield from _compare("list", what, chain, entries, expected, "its drawing", report)
    if entries:
        yield from _compare_maker(
            "list", what, entries[0], found.intake_id, found.created_by_id, found.created_at
        )


def _check_confirmation(
    found: InterviewList,
    run: RankingRun,
    what: str,
    chain: Chain,
    entries: list[RecordEntry],
    report: Report,
) -> Iterator[Finding]:
    if found.status is not ListStatus.CONFIRMED:
        for entry in entries:
            yield Finding("list", what, f"it is a draft, but entry {entry.number} tells of its confirmation")
        return
    report.lists += 1
    expected = {"version": found.version, "run": run.number, "content_sha256": found.content_sha256}
    yield from _compare("list", what, chain, entries, expected, "its confirmation", report)
    if not entries:
        return
    entry = entries[0]
    if found.chain_head != entry.hash:
        message = f"the chain head printed on it is {found.chain_head}, but its confirmation, entry {entry.number}, "
        yield Finding("list", what, message + f"has the hash {entry.hash}")
    yield from _compare_maker("list", what, entry, found.intake_id, found.confirmed_by_id, found.confirmed_at)
