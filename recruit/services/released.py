"""Checking what surrounds runs and lists: seeds, decisions on the borderline zone, releases and publishing."""

import hashlib
import json
from collections.abc import Iterator, Mapping

from sqlmodel import Session, col, select

from recruit.models import (
    BorderlineDecision,
    InterviewList,
    ListPublication,
    LotSeed,
    RankingRelease,
    RankingRun,
    RecordEntry,
    ZoneDecision,
    ZoneReason,
)
from recruit.services.chain import Chain, Finding
from recruit.services.record import as_text


def _differs(chain: Chain, entry: RecordEntry, field: str, present: object) -> str | None:
    """What the entry recorded of a field, where it is kept and is not what is there."""
    recorded = chain.said(entry, field)
    return recorded if recorded is not None and recorded != as_text(present) else None


def check_seeds(
    session: Session, region_id: int, chain: Chain, runs: Mapping[int, RankingRun]
) -> Iterator[Finding]:
    """Every seed against its commitment, the record's entries of opening and revealing, and the runs made with it."""
    opened, revealed = chain.about("intake.opened"), chain.about("lot.revealed")
    rows = list(session.exec(select(LotSeed).where(LotSeed.region_id == region_id).order_by(col(LotSeed.id))))
    for row in rows:
        what = f"seed of {row.stage} of intake {row.intake_id}"
        if hashlib.sha256(row.seed.encode()).hexdigest() != row.commitment:
            yield Finding("seed", what, "it does not match the commitment that was published at opening")
        for entry in opened.get(row.intake_id, []):
            for field, present in ((f"commitment_{row.stage}", row.commitment), ("seed", row.seed)):
                said = _differs(chain, entry, field, present)
                if said is not None:
                    name = "commitment" if field != "seed" else field
                    yield Finding(
                        "seed", what, f"its {name} is {present}, but entry {entry.number} recorded {said}"
                    )
        entries = revealed.get(row.id or 0, [])
        for entry in entries:
            said = _differs(chain, entry, "seed", row.seed)
            if said is not None:
                yield Finding("seed", what, f"entry {entry.number} revealed {said}, but it is {row.seed}")
            if row.revealed_at is None:
                yield Finding("seed", what, f"it is hidden, but entry {entry.number} revealed it")
        # Seeds from before there were commitments were public from the opening on.
        if row.revealed_at is not None and not entries and row.revealed_at != row.committed_at:
            yield Finding("seed", what, "it is shown, but no entry of the record tells of its revealing")
    committed = {(row.intake_id, row.stage): row.seed for row in rows}
    for run in runs.values():
        what = f"run {run.stage} {run.number} of intake {run.intake_id}"
        try:
            inputs = json.loads(run.inputs)
            stage, used = inputs["stage"], inputs["seed"]
        except (ValueError, KeyError, TypeError):
            continue  # found where runs are checked
        if committed.get((run.intake_id, stage)) != used:
            yield Finding("run", what, "its seed is not the one that was committed to at opening")


def check_releases(
    session: Session, region_id: int, chain: Chain, runs: Mapping[int, RankingRun]
) -> Iterator[Finding]:
    """Every released ranking against the record's entry, and the other way round."""
    told = chain.about("ranking.released")
    rows = {
        row.run_id: row
        for row in session.exec(select(RankingRelease).where(RankingRelease.region_id == region_id))
    }
    for run_id in sorted(rows.keys() | told.keys()):
        run, row, entries = runs.get(run_id), rows.get(run_id), told.get(run_id, [])
        if run is None:
            continue  # found where runs are checked
        what = f"release of run {run.stage} {run.number} of intake {run.intake_id}"
        if row is None:
            yield Finding("release", what, f"it is gone; entry {entries[0].number} recorded it")
            continue
        if not entries:
            yield Finding("release", what, "no entry of the record tells of it")
            continue
        entry = entries[0]
        if row.chain_head != entry.hash:
            yield Finding(
                "release",
                what,
                f"its chain head is {row.chain_head}, but entry {entry.number} has {entry.hash}",
            )
        if _differs(chain, entry, "results_sha256", run.results_sha256) is not None:
            yield Finding("release", what, f"entry {entry.number} released another result than the run's")
        yield from _by_whom(entry, "release", what, row.released_by_id, row.released_at)
        if row.released_by_id == run.created_by_id:
            yield Finding("release", what, "the run was made and released by the same account")


def check_publications(session: Session, region_id: int, chain: Chain) -> Iterator[Finding]:
    """Every published list against the record's entry, and the other way round."""
    told = chain.about("interview.published")
    lists = _lists(session, region_id)
    rows = {
        row.list_id: row
        for row in session.exec(select(ListPublication).where(ListPublication.region_id == region_id))
    }
    for list_id in sorted(rows.keys() | told.keys()):
        found, row, entries = lists.get(list_id), rows.get(list_id), told.get(list_id, [])
        if found is None:
            continue  # found where lists are checked
        what = f"publishing of interview list {found.version} of intake {found.intake_id}"
        if row is None:
            yield Finding("publication", what, f"it is gone; entry {entries[0].number} recorded it")
        elif not entries:
            yield Finding("publication", what, "no entry of the record tells of it")
        else:
            yield from _by_whom(entries[0], "publication", what, row.published_by_id, row.published_at)
            if _differs(chain, entries[0], "content_sha256", found.content_sha256) is not None:
                yield Finding("publication", what, f"entry {entries[0].number} published another list")


def check_decisions(session: Session, region_id: int, chain: Chain) -> Iterator[Finding]:
    """Every decision on a borderline zone against the last one that the record tells of, and two persons per list."""
    told, given = chain.about("interview.zone_decided"), chain.about("interview.zone_reason")
    rows = {
        row.list_id: row
        for row in session.exec(select(ZoneDecision).where(ZoneDecision.region_id == region_id))
    }
    for list_id, found in _lists(session, region_id).items():
        row, entries = rows.get(list_id), told.get(list_id, [])
        what = f"borderline zone of interview list {found.version} of intake {found.intake_id}"
        if found.settlement is not None and found.confirmed_by_id is not None:
            by = {found.created_by_id, row.decided_by_id if row else None}
            if found.confirmed_by_id in by:
                yield Finding("list", what, "the list was confirmed by one who drew it or settled its zone")
        if row is None and not entries:
            continue
        if row is None:
            yield Finding("decision", what, f"its decision is gone; entry {entries[-1].number} recorded it")
            continue
        if not entries:
            yield Finding("decision", what, "no entry of the record tells of its decision")
            continue
        entry = entries[-1]
        if _differs(chain, entry, "reason", row.rationale) is not None:
            yield Finding("decision", what, f"entry {entry.number} recorded another rationale")
        if _tells_otherwise(chain, entry, row.reason_code):
            yield Finding("decision", what, f"entry {entry.number} recorded another kind of reason")
        yield from _by_whom(entry, "decision", what, row.decided_by_id, row.decided_at)
        since = [each for each in given.get(list_id, []) if each.number > entry.number]
        yield from _check_each(session, list_id, what, chain, entry, since)


def _check_each(
    session: Session, list_id: int, what: str, chain: Chain, entry: RecordEntry, given: list[RecordEntry]
) -> Iterator[Finding]:
    decisions = list(
        session.exec(
            select(BorderlineDecision)
            .where(BorderlineDecision.list_id == list_id)
            .order_by(col(BorderlineDecision.application_id))
        )
    )
    reasons = {each.application_id: each for each in given}
    above = chain.said(entry, "above")
    if above is not None and len(json.loads(above)) != sum(each.above for each in decisions):
        yield Finding("decision", what, f"entry {entry.number} recorded another number above the line")
    for each in decisions:
        recorded = reasons.pop(each.application_id, None)
        name = f"{what}, application {each.application_id}"
        if recorded is None:
            if each.reason:
                yield Finding("decision", name, "no entry of the record tells of its reason")
            continue
        for field, present in (("reason", each.reason), ("above", each.above)):
            if _differs(chain, recorded, field, present) is not None:
                yield Finding("decision", name, f"entry {recorded.number} recorded another {field}")
        if _tells_otherwise(chain, recorded, each.reason_code):
            yield Finding("decision", name, f"entry {recorded.number} recorded another kind of reason")
    for application_id, recorded in reasons.items():
        yield Finding(
            "decision",
            f"{what}, application {application_id}",
            f"it is gone; entry {recorded.number} recorded it",
        )


def _tells_otherwise(chain: Chain, entry: RecordEntry, code: ZoneReason | None) -> bool:
    """Whether an entry has another code of a reason; entries from before there were codes have none to compare."""
    if "reason_code" not in json.loads(entry.digests):
        return code is not None
    return _differs(chain, entry, "reason_code", code) is not None


def _lists(session: Session, region_id: int) -> dict[int, InterviewList]:
    of_region = select(InterviewList).where(InterviewList.region_id == region_id)
    return {each.id or 0: each for each in session.exec(of_region.order_by(col(InterviewList.id)))}


def _by_whom(entry: RecordEntry, kind: str, what: str, by_id: int, at: object) -> Iterator[Finding]:
    for name, present, recorded in (("account", by_id, entry.actor_id), ("time", at, entry.at)):
        if present != recorded:
            yield Finding(
                kind,
                what,
                f"its {name} is {as_text(present)}, but entry {entry.number} has {as_text(recorded)}",
            )
