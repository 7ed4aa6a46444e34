"""What an interview list says, and how it is held: its entries, its checksum, the locks on it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlmodel import Session, select

from recruit.errors import Conflict
from recruit.i18n import lazy_gettext as _
from recruit.models import (
    Account,
    EntryKind,
    InterviewList,
    InterviewListEntry,
    ListStatus,
    RankingRun,
)
from recruit.queries import interview as queries
from recruit.queries import ranking as rankings
from recruit.services.lines import Drawn
from recruit.services.record import canonical, sha256


def hold(session: Session, interview_list: InterviewList) -> InterviewList:
    """Hold a list, as it is now. Raises Conflict when somebody has discarded it."""
    found = session.exec(
        select(InterviewList)
        .where(InterviewList.id == interview_list.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if found is None:
        raise Conflict(_("The draft has been discarded in the meantime."))
    return found


def hold_draft(session: Session, interview_list: InterviewList) -> InterviewList:
    """Hold a list as `hold`. Raises Conflict, naming who, when it has been confirmed."""
    found = hold(session, interview_list)
    if found.status is not ListStatus.DRAFT:
        name = session.exec(select(Account.name).where(Account.id == found.confirmed_by_id)).first()
        raise Conflict(
            _(
                "Version %(version)s was already confirmed by %(name)s and is locked. A change is a new version.",
                version=found.version,
                name=name or "–",
            )
        )
    return found


def codes_of(entries: Iterable[Any], kind: EntryKind) -> list[str]:
    """The sorted mask codes of a list's entries of one kind."""
    return sorted(each.mask_code for each in entries if each.kind is kind)


def write_entries(
    session: Session, interview_list: InterviewList, run: RankingRun, entries: Sequence[Drawn]
) -> None:
    """Add the rows of a list."""
    assert interview_list.id is not None
    ids = dict(rankings.ranked_applications(session, run=run))
    session.add_all(
        InterviewListEntry(
            region_id=interview_list.region_id,
            list_id=interview_list.id,
            application_id=ids[entry.mask_code],
            kind=entry.kind,
            group_name=entry.group_name,
            position=entry.position,
            conditional=entry.conditional,
        )
        for entry in entries
    )
    session.flush()


def content_sha256(*, run: RankingRun, line: str, entries: Iterable[Any], settlement: str | None) -> str:
    """SHA-256 over what a list says: the run's inputs and results, the line, every entry by mask code, the settlement.

    A list from before there were borderline zones has no settlement, and its checksum is what it was.
    """
    rows = sorted(
        [entry.group_name, entry.kind.value, entry.position, entry.mask_code, entry.conditional]
        for entry in entries
    )
    content: dict[str, Any] = {
        "inputs": run.inputs_sha256,
        "results": run.results_sha256,
        "line": json.loads(line),
        "entries": rows,
    }
    if settlement is not None:
        content["settlement"] = json.loads(settlement)
    return sha256(canonical(content))


def content_digest(session: Session, interview_list: InterviewList) -> str:
    """The checksum that a list's rows and run give now; equal to its `content_sha256` if all is well."""
    run = queries.run_of(session, interview_list=interview_list)
    entries = queries.entries(session, interview_list=interview_list)
    return content_sha256(
        run=run, line=interview_list.line, entries=entries, settlement=interview_list.settlement
    )
