"""Keep the figures of voluntary answers that the recruitment group sees with a list, once and for good."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from recruit.frames import VOLUNTARY
from recruit.models import Intake, InterviewList, MonitoringShowing
from recruit.queries import interview as lists
from recruit.queries import monitoring as queries

#: The smallest group whose figures the recruitment group sees, unless a setting says otherwise.
MINIMUM = 5

#: Digest of an application as it was -> the furthest stage that it reached.
Stages = Mapping[str, str]
_REACHED = {
    "applied": ("applied", "eligible", "listed", "called"),
    "eligible": ("eligible", "listed", "called"),
    "listed": ("listed", "called"),
    "called": ("called",),
}


def keep(
    session: Session, *, intake: Intake, drawn: InterviewList, minimum: int, now: datetime
) -> MonitoringShowing | None:
    """Keep the figures of sex and age for a list that has just been drawn; None where the group may see none.

    A later list's are kept only if, beside everything shown before, they tell of nobody new or of at least
    `minimum` persons together. Where only the reserves stand in the way, these are left out. The sets of all
    showings are tested together, since three of them can single out a person whom no two do.
    """
    people = queries.applied(session, intake=intake)
    if not queries.is_settled(people, intake, now):
        return None
    assert intake.id is not None
    called, reserves = lists.ids_by_kind(session, interview_list=drawn)
    before = [
        (json.loads(each.stages), json.loads(each.figures)) for each in showings(session, intake=intake)
    ]
    for listed in (called | reserves, None):
        stages = _stages(people, called, listed or set())
        if singles_out(stages, [earlier for earlier, _figures in before], minimum):
            continue
        found = queries.audit(people, called=called, listed=listed, minimum=minimum, by=VOLUNTARY)
        figures = found["attributes"]
        if not all(_agree((stages, figures), each) for each in before):
            continue
        kept = MonitoringShowing(
            region_id=intake.region_id,
            intake_id=intake.id,
            list_id=drawn.id,
            minimum=minimum,
            stages=json.dumps(stages, sort_keys=True),
            # Groups stand in an order of their own, which sorted keys would lose.
            figures=json.dumps(figures, ensure_ascii=False, allow_nan=False),
            shown_at=now,
        )
        session.add(kept)
        session.flush()
        return kept
    return None


def keep_anew(
    session: Session, *, intake: Intake, drawn: InterviewList, minimum: int, now: datetime
) -> MonitoringShowing | None:
    """Keep the figures for a draft that has been drawn anew. What was shown with it before stays counted as shown."""
    for before in session.exec(select(MonitoringShowing).where(MonitoringShowing.list_id == drawn.id)):
        before.list_id = None
        session.add(before)
    session.flush()
    return keep(session, intake=intake, drawn=drawn, minimum=minimum, now=now)


def showings(session: Session, *, intake: Intake) -> list[MonitoringShowing]:
    """Everything of an intake's voluntary answers that the group has been shown, in order."""
    found = select(MonitoringShowing).where(MonitoringShowing.intake_id == intake.id)
    return list(session.exec(found.order_by(col(MonitoringShowing.id))))


def _stages(people: queries.Applied, called: set[int], listed: set[int]) -> dict[str, str]:
    def furthest(application_id: int, eligible: bool) -> str:
        if not eligible:
            return "applied"
        if application_id in called:
            return "called"
        return "listed" if application_id in listed else "eligible"

    return {
        version: furthest(row.application_id, row.eligible)
        for version, row in zip(people.versions, people.rows, strict=True)
    }


def singles_out(now: Stages, earlier: Sequence[Stages], minimum: int) -> bool:
    """Whether new sets, laid over all earlier ones, part off fewer than `minimum` persons.

    Everybody is put with those who reached the same stages in every showing. A small such group is let through
    only where it was one before and its stage is the same in all: then nothing new is told of it. What a first
    showing tells of small groups is for suppression.
    """
    if not earlier:
        return False
    everybody = set(now).union(*earlier)
    past = {person: tuple(stages.get(person, "") for stages in earlier) for person in everybody}
    before = Counter(past.values())
    together = Counter((past[person], now.get(person, "")) for person in everybody)
    return any(
        size < minimum and not (set(old) == {stage} and size == before[old])
        for (old, stage), size in together.items()
    )


def _agree(one: tuple[Stages, Mapping[str, Any]], other: tuple[Stages, Mapping[str, Any]]) -> bool:
    """Whether, where both speak of the same persons, both hide the same counts.

    Else what the one hides could be read in the other, and with it what it was hidden for.
    """
    mine, theirs = _counts(*one), _counts(*other)
    return all(mine[persons] == theirs[persons] for persons in mine.keys() & theirs.keys())


def _counts(stages: Stages, figures: Mapping[str, Any]) -> dict[frozenset[str], dict[tuple[str, str], int]]:
    """Each set of persons that figures speak of, with the counts that are shown of it."""
    found: dict[frozenset[str], dict[tuple[str, str], int]] = {}
    for reached in next(iter(figures.values()))["stages"]:
        source = "applied" if reached == "eligible" else "eligible"
        for population, cell in ((source, "n"), (reached, "selected")):
            persons = frozenset(who for who, stage in stages.items() if stage in _REACHED[population])
            found.setdefault(persons, {}).update(
                ((name, group), row[cell])
                for name, attribute in figures.items()
                for group, row in attribute["stages"][reached]["groups"].items()
                if row[cell] is not None
            )
    return found
