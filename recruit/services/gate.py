"""The release gate: a second person, and checks that a ranking or a list must pass before anything rests on it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from sqlmodel import Session, select

from recruit.actor import Actor
from recruit.errors import Conflict, NotAllowed
from recruit.frames import RunResults, ranking_findings
from recruit.i18n import lazy_gettext as _
from recruit.models import Account, EntryKind, Intake, InterviewList, Membership, RankingRun, Role
from recruit.queries import interview as lists
from recruit.queries import ranking as rankings
from recruit.services import settling
from recruit.services.lines import Line, line_groups, line_on
from scoring.errors import ScoringError

if TYPE_CHECKING:
    from recruit.frames import RunCertainty
    from recruit.services.settling import Settlement
    from scoring.checks import Finding
    from scoring.lists import Entry

#: How far a probability may lie from the one computed anew: another machine or release of NumPy may draw otherwise.
P_TOLERANCE = 0.005

#: What each check says when it has found something wrong. Codes of `scoring.checks`, and this module's own.
SENTENCES: dict[str, Any] = {
    "stored": _("The stored result is not what the run's inputs give."),
    "unusable": _("The run's inputs can no longer be ranked."),
    "kept_rows": _("The places kept for the pages are not those of the result."),
    "profile": _("The ranking was not made with the intake's locked criteria profile."),
    "columns": _("The levels lack a column."),
    "rows": _("There are levels without an application or an assessor, or of a criterion that the profile lacks."),
    "levels_in_range": _("There are levels outside 0 to 4."),
    "levels_once": _("An assessor has more than one level for the same application and criterion."),
    "no_rank": _("A column of levels is a ranking, 1 to n, and no levels."),
    "nobody_lost": _("Applications that should be in the ranking are not."),
    "nobody_unknown": _("The ranking has applications that should not be in it."),
    "nobody_doubled": _("An application is in the ranking more than once."),
    "adjustments": _("The assessors' severities are not those that the levels give."),
    "levels": _("Combined levels are not those that the assessors' levels give."),
    "contributions": _("Points of criteria are not those that the levels give."),
    "totals": _("Totals are not the sums of their parts."),
    "points": _("Points as they are shown are not the totals."),
    "statuses": _("Applications have a place that they should not have, or lack one that they should have."),
    "places": _("Places do not go from 1 to the last without a gap."),
    "order": _("The order is not that of totals, tie criteria and lot."),
    "decided_by": _("What decided a place is not what is said to have decided it."),
    "order_once": _("An application is more than once in the order that the list is drawn from."),
    "listed_once": _("An application is on the list more than once."),
    "listed_known": _("The list has applications without a place in the ranking."),
    "called": _("Those called are not those whom the line gives."),
    "reserves": _("The reserves are not those whom the line gives."),
    "zone": _("The borderline zone is not the one that the levels give."),
    "settled": _("Settling the borderline zone has moved applications that are not in it."),
    "content": _("The list is not what its checksum was made from."),
}  # fmt: skip


def failed(findings: Iterable[Finding]) -> list[Finding]:
    """The blocking findings that are not ok."""
    return [each for each in findings if each.blocking and not each.ok]


def sentence(finding: Finding) -> Any:
    """What a finding says, for people; a lazy translation with up to three of the examples."""
    words = SENTENCES.get(finding.code, finding.code)
    examples = [_example(each) for each in finding.detail.get("examples", ())][:3]
    if not examples:
        return words
    return _("%(words)s First: %(examples)s.", words=words, examples=", ".join(examples))


def _example(found: Any) -> str:
    if isinstance(found, dict):
        named = found.get("application") or found.get("lacks") or found.get("has")
        return _example(named) if named else ", ".join(f"{name} {value}" for name, value in found.items())
    return str(found[0]) if isinstance(found, list | tuple) and found else str(found)


def refuse_failed(findings: Sequence[Finding]) -> None:
    """Raise Conflict with a sentence for each blocking finding that is not ok."""
    wrong = failed(findings)
    if wrong:
        said = " ".join(str(sentence(each)) for each in wrong)
        raise Conflict(
            _(
                "The checks before release have found something wrong, so nothing is released. %(findings)s",
                findings=said,
            )
        )


def check_run(session: Session, *, intake: Intake, run: RankingRun) -> tuple[Finding, ...]:
    """All checks of a run: against its own inputs, and against levels and applications as they are now."""
    from scoring.findings import Finding, finding

    sources = rankings.inputs(session, intake=intake, stage=run.stage)
    try:
        found = ranking_findings(json.loads(run.inputs), run.results, sources)
    except (ScoringError, KeyError, ValueError) as error:
        return (Finding("unusable", False, True, {"reason": str(error)}),)
    results = RunResults(json.loads(run.results))
    said = [(each.mask_code, each.status, each.place) for each in results.rows(0, len(results))]
    kept = [
        (each.mask_code, each.status, each.place)
        for each in rankings.rows(session, run=run, size=len(said) + 1)
    ]
    return (*found, finding("kept_rows", len(said), [code for code, *_rest in set(said) ^ set(kept)]))


def check_list(session: Session, *, interview_list: InterviewList, run: RankingRun) -> tuple[Finding, ...]:
    """All checks of a list: entries as the line and the settlement give them, the zone as the levels give it."""
    from scoring.checks import check_list as of_entries
    from scoring.lists import Entry

    line = line_on(session, run=run, groups=line_groups(interview_list))
    settlement = settling.settlement_of(interview_list)
    order = settlement.on(line.ranked) if settlement else list(line.ranked)
    entries = [
        Entry(
            each.mask_code,
            "called" if each.kind is EntryKind.CALLED else "reserve",
            each.group_name or None,
            each.position,
        )
        for each in lists.entries(session, interview_list=interview_list)
    ]
    if line.wishes is None:
        found = of_entries(entries, order, line.groups[0].places, line.groups[0].reserves)
    else:
        places = {group.name: group.places for group in line.groups}
        reserves = {group.name: group.reserves for group in line.groups}
        found = of_entries(entries, line.ranked, places, reserves, line.wishes)
        if settlement is not None and list(settlement.order) != settlement.codes:
            # By points the check draws the line itself; after settling, entries are compared with the settled line,
            # and those outside the zone with the line by points.
            settled = _as_settled(entries, line.draw(order).entries)
            found = (*(each for each in found if each.code not in ("called", "reserves")), *settled)
    return (*found, *_check_settlement(session, interview_list, run, line, entries))


def _as_settled(entries: Sequence[Entry], drawn: Sequence[Entry]) -> list[Finding]:
    from scoring.findings import finding

    found = []
    for code, kind in (("called", "called"), ("reserves", "reserve")):
        asked = {each for each in drawn if each.kind == kind}
        there = {each for each in entries if each.kind == kind}
        wrong = sorted(each.application for each in asked ^ there)
        found.append(finding(code, len(asked), list(dict.fromkeys(wrong))))
    return found


def _check_settlement(
    session: Session, interview_list: InterviewList, run: RankingRun, line: Line, entries: Sequence[Entry]
) -> list[Finding]:
    from scoring.findings import finding

    settlement = settling.settlement_of(interview_list)
    if settlement is None:
        return []
    intake = session.exec(select(Intake).where(Intake.id == interview_list.intake_id)).one()
    again = settling.settle(session, intake=intake, run=run, line=line)
    sure = settling.certainty_of(run, line)
    zone = [] if _same_zone(settlement, again, sure) else settlement.codes or again.codes or ["–"]
    moved = _moved_outside(line, settlement.codes, entries)
    if settlement.settle == settling.LOT:
        kept = settling.by_lot(line.ranked, settlement.codes, run.seed)
        moved += list(settlement.order) if settlement.order != kept else []
    if Counter(settlement.order) != Counter(settlement.codes):
        moved += list(settlement.order)
    return [finding("zone", len(again.zone), zone), finding("settled", len(settlement.order), moved)]


def _same_zone(there: Settlement, again: Settlement, sure: RunCertainty) -> bool:
    """Whether a zone is that of the levels.

    Probabilities may differ by a little, since draws at an edge fall differently on other processors; but who is in
    the zone must follow from them. What was decided, and what has been asked for since, the levels do not give.
    """
    rule = ("settle", "low", "high", "k", "undeterminable", "caveats")
    if any(getattr(there, name) != getattr(again, name) for name in rule):
        return False
    now = {row.mask_code: row.p for row in sure.rows if row.p is not None}
    kept = {each.application: each.p for each in there.zone}
    if there.codes != [row.mask_code for row in sure.rows if row.mask_code in kept]:
        return False  # somebody without a place or twice, or not in the order of points
    low, high = float(there.low), float(there.high)
    near = all(code in now and abs(now[code] - p) <= P_TOLERANCE for code, p in kept.items())
    inside = all(low <= p <= high for p in kept.values())
    # Of those left out no probability is kept: there must be one near today's that lies outside.
    left_out = (p for code, p in now.items() if code not in kept)
    outside = there.undeterminable or all(p - P_TOLERANCE < low or p + P_TOLERANCE > high for p in left_out)
    return near and inside and outside


def _moved_outside(line: Line, zone: Sequence[str], entries: Sequence[Entry]) -> list[str]:
    """Who is not in the zone, and is called or in reserve otherwise than by points, or in another group."""
    inside = set(zone)

    def outcome(of: Iterable[Entry]) -> set[tuple[str, str, str | None]]:
        return {(each.application, each.kind, each.group) for each in of if each.application not in inside}

    wrong = outcome(line.draw(line.ranked).entries) ^ outcome(entries)
    return sorted({application for application, _kind, _group in wrong})


def refuse_same_person(
    session: Session, *, region_id: int, actor: Actor, before: Sequence[tuple[int | None, Any]]
) -> None:
    """Refuse somebody who is no coordinator, or who has done one of the earlier steps.

    `before` are the accounts that did them, each with the sentence that tells so when it is the same person (it may
    use %(name)s). Raises NotAllowed.
    """
    coordinator = select(Membership.id).where(
        Membership.region_id == region_id,
        Membership.account_id == actor.account_id,
        Membership.role == Role.COORDINATOR,
    )
    if actor.account_id is None or session.exec(coordinator).first() is None:
        raise NotAllowed(_("Only a coordinator of the region can do this."))
    for account_id, words in before:
        if account_id == actor.account_id:
            name = session.exec(select(Account.name).where(Account.id == account_id)).first()
            raise NotAllowed(words(name or "–"))
