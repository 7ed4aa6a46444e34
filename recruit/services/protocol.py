"""What the minutes of a meeting say beside the group's own words: figures, decisions with their reasons, by code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from recruit.models import EntryKind, Intake, InterviewList, ListStatus, Meeting, RankingRun
from recruit.queries import disagreement_decisions as decided_on
from recruit.queries import interview as lists
from recruit.queries import meeting as queries
from recruit.queries import naming, standing
from recruit.queries import ranking as rankings
from recruit.services import settling
from recruit.services.lines import line_groups, line_on


def subject(session: Session, *, intake: Intake) -> tuple[RankingRun | None, InterviewList | None]:
    """What a meeting is about: the newest list, draft or confirmed, with its run; without one the newest run."""
    drawn = lists.draft_of(session, intake=intake) or lists.latest_confirmed(session, intake=intake)
    if drawn is None:
        return rankings.latest_run(session, intake=intake, stage="screening"), None
    return lists.run_of(session, interview_list=drawn), drawn


def content(session: Session, *, intake: Intake, meeting: Meeting) -> dict[str, Any]:
    """The minutes as JSON-ready data. Codes of applications and names of the group; no name of an applicant."""
    counts = standing.of(session, intake)
    run, drawn = subject(session, intake=intake)
    tally = decided_on.tally(session, intake=intake, stage="screening")
    return {
        "number": meeting.number,
        "held_on": meeting.held_on.isoformat(),
        "members": list(queries.attending(session, meeting=meeting).values()),
        "guests": meeting.guests,
        "notes": meeting.notes,
        "counts": {
            "submitted": counts.submitted,
            "withdrawn": counts.withdrawn,
            "eligible": counts.eligible,
            "conditional": counts.conditional,
            "assessed": counts.assessed,
            "posts": counts.posts,
        },
        "disagreements": {
            "discussions": tally.discussions,
            "thirds": tally.thirds,
            "left": tally.left,
            "up": tally.up,
            "down": tally.down,
        },
        "run": _run(run),
        "list": _list(session, run, drawn),
    }


def shown(session: Session, *, intake: Intake, meeting: Meeting, closed: Mapping[str, Any]) -> dict[str, Any]:
    """The closed minutes with the group as the reader sees it: the text itself names its members."""
    told = {**closed, "members": list(queries.attending(session, meeting=meeting).values())}
    if closed["list"]:
        drawn = lists.by_version(session, intake=intake, version=closed["list"]["version"])
        told["list"] = {**closed["list"], **_who(session, drawn)}
    return told


def _who(session: Session, drawn: InterviewList) -> dict[str, str]:
    people = naming.names(session, ids=[drawn.created_by_id, drawn.confirmed_by_id])
    return {
        "drawn_by": people.get(drawn.created_by_id, ""),
        "confirmed_by": people.get(drawn.confirmed_by_id or 0, ""),
    }


def _run(run: RankingRun | None) -> dict[str, Any] | None:
    if run is None:
        return None
    return {
        "number": run.number,
        "made_at": run.created_at.isoformat(),
        "results_sha256": run.results_sha256,
    }


def _list(session: Session, run: RankingRun | None, drawn: InterviewList | None) -> dict[str, Any] | None:
    if drawn is None or run is None:
        return None
    entries = lists.entries(session, interview_list=drawn)
    called = [each.mask_code for each in entries if each.kind is EntryKind.CALLED]
    return {
        "version": drawn.version,
        "confirmed": drawn.status is ListStatus.CONFIRMED,
        "confirmed_at": drawn.confirmed_at.isoformat() if drawn.confirmed_at else None,
        **_who(session, drawn),
        "content_sha256": drawn.content_sha256,
        "called": len(called),
        "reserves": len(entries) - len(called),
        "conditional": sum(each.conditional for each in entries),
        "zone": _zone(session, run, drawn),
    }


def _zone(session: Session, run: RankingRun, drawn: InterviewList) -> dict[str, Any] | None:
    settlement = settling.settlement_of(drawn)
    if settlement is None:
        return None
    decision = lists.zone_decision(session, interview_list=drawn)
    line = line_on(session, run=run, groups=line_groups(drawn))
    by_points, now = set(line.called(line.ranked)), set(line.called(settlement.on(line.ranked)))
    given = {each.mask_code: each for each in lists.borderline_decisions(session, interview_list=drawn)}
    places = {code: place for place, code in enumerate(line.ranked, 1)}
    rows = []
    for code in settlement.codes:
        told = given.get(code)
        kind = told.reason_code.value if told and told.reason_code else None
        rows.append(
            {
                "application": code,
                "place": places[code],
                "by_points": code in by_points,
                "above": code in now,
                "kind": kind,
                "reason": told.reason if told else "",
            }
        )
    return {
        "settle": settlement.settle,
        "undeterminable": settlement.undeterminable,
        "rows": rows,
        "kind": decision.reason_code.value if decision and decision.reason_code else None,
        "rationale": decision.rationale if decision else "",
    }
