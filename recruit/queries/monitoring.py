"""How the selection fell out between groups. The only reader of the monitoring answers."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from recruit.frames import ATTRIBUTES, VOLUNTARY, Monitored, monitoring_table
from recruit.models import (
    Application,
    ApplicationStatus,
    Eligibility,
    Intake,
    InterviewList,
    MonitoringAnswer,
    RecordEntry,
    RecordValue,
)
from recruit.queries import intake as intakes

GOES_ON = (Eligibility.ELIGIBLE, Eligibility.CONDITIONAL)


@dataclass(frozen=True)
class Applied:
    """Everybody who applied to an intake, and what is still open."""

    rows: tuple[Monitored, ...]
    withdrawn: int
    undecided: int

    @property
    def decided(self) -> int:
        """How many applications have a decision on eligibility."""
        return len(self.rows) - self.undecided


def applied(session: Session, *, intake: Intake) -> Applied:
    """Everybody who has submitted an application, also those who withdrew it later; drafts have not applied.

    Someone who withdrew before a decision did not become eligible; after it, the decision counts.
    """
    found = (
        select(  # type: ignore[call-overload,misc]
            Application.id,
            Application.status,
            Application.eligibility,
            Application.education_country,
            Application.licence_route,
            MonitoringAnswer.sex,
            MonitoringAnswer.age_band,
        )
        .join(MonitoringAnswer, col(MonitoringAnswer.application_id) == Application.id, isouter=True)
        .where(Application.intake_id == intake.id, col(Application.submitted_at).is_not(None))
        .order_by(col(Application.id))
    )
    rows = list(session.exec(found))
    return Applied(
        rows=tuple(
            Monitored(
                application_id=row[0] or 0,
                eligible=row[2] in GOES_ON,
                country=row[3],
                licence_route=row[4],
                sex=row[5],
                age_band=row[6],
            )
            for row in rows
        ),
        withdrawn=sum(row[1] is ApplicationStatus.WITHDRAWN for row in rows),
        undecided=sum(
            row[2] is Eligibility.PENDING and row[1] is ApplicationStatus.SUBMITTED for row in rows
        ),
    )


def figures(
    session: Session,
    *,
    intake: Intake,
    called: Collection[int] | None,
    listed: Collection[int] | None = None,
    minimum: int | None = None,
) -> dict[str, Any]:
    """The monitor's figures, JSON-ready, as `scoring.monitoring.Audit.to_dict` gives them.

    `called` and `listed` are ids of applications: above the line, and called or in reserve; None leaves the
    stage out. Each is a share of the eligible. With `minimum`, smaller cells are suppressed (for the group).
    """
    return audit(applied(session, intake=intake), called=called, listed=listed, minimum=minimum)


def audit(
    people: Applied,
    *,
    called: Collection[int] | None,
    listed: Collection[int] | None = None,
    minimum: int | None = None,
) -> dict[str, Any]:
    """The same from rows that have been read; each stage also has the verdict and summary of its groups."""
    from scoring.monitoring import Stage, audit_stages
    from scoring.verdicts import summary, worst

    stages = [Stage("eligible", "eligible")]
    if called is not None:
        stages.append(Stage("called", "called", "eligible"))
    if listed is not None:
        stages.append(Stage("listed", "listed", "eligible"))
    table = monitoring_table(people.rows, called=called or (), listed=listed or ())
    found = audit_stages(table, ATTRIBUTES, stages).to_dict()
    for attribute in found["attributes"].values():
        for part in attribute["stages"].values():
            verdicts = [group["verdict"] for group in part["groups"].values()]
            part["verdict"], part["summary"] = worst(verdicts), summary(verdicts)
    found["withdrawn"] = people.withdrawn
    found["undecided"] = people.undecided
    return found if minimum is None else _suppressed(found, minimum)


def _suppressed(found: Mapping[str, Any], minimum: int) -> dict[str, Any]:
    """Suppressed for the group, so that the figures of those called are kept where there is a choice.

    Few in reserve are the difference between called and listed: shown together, most of both would have to be
    hidden. Then those listed are left out whole, which leaves nothing to subtract.
    """
    from scoring.suppression import suppress

    whole = suppress(found, minimum)
    if {"called", "listed"} - {stage["key"] for stage in found["stages"]}:
        return whole
    without = deepcopy(dict(found))
    without["stages"] = [stage for stage in found["stages"] if stage["key"] != "listed"]
    for attribute in without["attributes"].values():
        del attribute["stages"]["listed"]
    shorter = suppress(without, minimum)
    if _shown(shorter) <= _shown(whole):
        return whole
    shorter["stages"] = found["stages"]
    for name, attribute in found["attributes"].items():
        hidden = deepcopy(attribute["stages"]["listed"])
        _hide(hidden)
        shorter["attributes"][name]["stages"]["listed"] = hidden
        _forget_family(shorter["attributes"][name])
    return shorter


def _shown(figures: Mapping[str, Any]) -> int:
    """How many groups' figures of those called are shown."""
    stages = (attribute["stages"]["called"] for attribute in figures["attributes"].values())
    return sum(not group["suppressed"] for stage in stages for group in stage["groups"].values())


def _forget_family(attribute: dict[str, Any]) -> None:
    """The adjustment rests on hidden groups as well."""
    attribute["comparisons"] = None
    for stage in attribute["stages"].values():
        for group in stage["groups"].values():
            group["adjusted_p"] = None


def _hide(stage: dict[str, Any]) -> None:
    """Leave out every figure of a stage of an attribute; its verdict and summary remain."""
    from scoring.suppression import HIDDEN_REASON

    for part in (*stage["groups"].values(), stage["missing"]):
        share = part.get("of_applied")
        for cells in (part, share) if share else (part,):
            cells.update({each: None for each in cells if each not in ("of_applied", "suppressed")})
            cells["suppressed"] = True
        if "reason" in part:
            part["reason"] = dict(HIDDEN_REASON)


@dataclass(frozen=True)
class Reader:
    """Who reads. `inside`: of the recruitment group, who could recognise people; `minimum` is for them."""

    inside: bool
    minimum: int


#: Why figures are not shown: applications are still coming in, or eligibility is still being decided.
OPEN, UNDECIDED = "open", "undecided"


@dataclass(frozen=True)
class Seen:
    """What a reader may see. `figures` is None when `withheld` says why.

    `veiled`: the line's figures of voluntary answers are left out.
    """

    figures: dict[str, Any] | None
    withheld: str | None = None
    veiled: bool = False


def for_reader(
    session: Session,
    *,
    intake: Intake,
    reader: Reader,
    now: datetime,
    called: Collection[int] | None,
    listed: Collection[int] | None = None,
    drawn: InterviewList | None = None,
) -> Seen:
    """The figures as this reader may see them.

    An auditor sees all of them at any time. To the group they are suppressed, and shown only where two looks
    cannot be compared to learn one person's answer: not while applications come in or eligibility is being
    decided, and, for the voluntary answers, neither for a line that is only tried (`drawn` None) nor for a
    list that differs by fewer than `minimum` persons from a line that was drawn before it.
    """
    people = applied(session, intake=intake)
    if not reader.inside:
        return Seen(audit(people, called=called, listed=listed))
    if intakes.accepts(intake, now) or not intakes.is_over(intake, now):
        return Seen(None, withheld=OPEN)
    if people.undecided:
        return Seen(None, withheld=UNDECIDED)
    figures = audit(people, called=called, listed=listed, minimum=reader.minimum)
    if called is None:
        return Seen(figures)
    if drawn is not None and not _too_close(session, intake, drawn, reader.minimum):
        return Seen(figures)
    return Seen(veil(figures), veiled=True)


def veil(figures: Mapping[str, Any]) -> dict[str, Any]:
    """A copy without the figures of voluntary answers at the stages that a line decides; verdicts remain."""
    veiled = deepcopy(dict(figures))
    for name in VOLUNTARY:
        for key in ("called", "listed"):
            if key in veiled["attributes"][name]["stages"]:
                _hide(veiled["attributes"][name]["stages"][key])
    return veiled


def _too_close(session: Session, intake: Intake, drawn: InterviewList, minimum: int) -> bool:
    """Whether a line drawn before has almost the same persons, so that the difference would tell of them."""
    lines = _lines(session, intake)
    own = max((number for number, list_id, _sets in lines if list_id == drawn.id), default=None)
    if own is None:
        return False
    mine = next(sets for number, _list_id, sets in lines if number == own)
    earlier = [each for number, _list_id, sets in lines if number < own for each in sets]
    return any(0 < len(one ^ other) < minimum for one in mine for other in earlier)


def _lines(session: Session, intake: Intake) -> list[tuple[int, int, tuple[frozenset[str], frozenset[str]]]]:
    """(entry number, list id, (called, listed) by mask code) of every line ever drawn, by the record."""
    found = (
        select(RecordEntry.number, RecordEntry.subject_id, RecordValue.field, RecordValue.new)
        .join(RecordValue, col(RecordValue.entry_id) == RecordEntry.id)
        .where(
            RecordEntry.intake_id == intake.id,
            RecordEntry.action == "interview.drafted",
            col(RecordValue.field).in_(("called", "reserves")),
        )
        .order_by(col(RecordEntry.number))
    )
    by_entry: dict[tuple[int, int], dict[str, list[str]]] = {}
    for number, list_id, field, text in session.exec(found):
        by_entry.setdefault((number, list_id), {})[field] = json.loads(text or "[]")
    return [
        (number, list_id, (frozenset(codes.get("called", ())), frozenset().union(*codes.values())))
        for (number, list_id), codes in by_entry.items()
    ]
