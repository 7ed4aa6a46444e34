"""What became of those on the list: their outcomes, where each stands, and how far each has come."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import select as select_columns  # the one of sqlmodel takes at most four columns
from sqlmodel import Session, col, select

from recruit.errors import NotFound
from recruit.i18n import lazy_gettext as _
from recruit.models import (
    Account,
    Application,
    ApplicationStatus,
    EntryKind,
    Intake,
    InterviewList,
    InterviewListEntry,
    Outcome,
    OutcomeKind,
    OutcomeReason,
    RankingRow,
)
from recruit.models.application import GOES_ON
from recruit.queries import interview as lists
from recruit.queries.among import among
from recruit.queries.naming import called

#: The steps in their order; who reached one has reached those before it, also where nobody wrote them down.
CHAIN = (
    OutcomeKind.CALLED,
    OutcomeKind.INTERVIEWED,
    OutcomeKind.OFFERED,
    OutcomeKind.ACCEPTED,
    OutcomeKind.STARTED,
    OutcomeKind.GOALS_REACHED,
)
#: How long after the start it is asked who has reached the goals.
YEAR = timedelta(days=365)
#: Those that end the way, and have a reason.
ENDS = (OutcomeKind.DECLINED, OutcomeKind.DROPPED_OUT)


@dataclass(frozen=True)
class Happened:
    """One outcome, with who set it and when."""

    kind: OutcomeKind
    on: date
    reason: OutcomeReason | None
    note: str
    set_at: datetime
    set_by: str


@dataclass(frozen=True)
class Candidate:
    """Somebody on the newest confirmed list, or with an outcome. `kind`, `group_name` and `position` are the list's.

    They are None, "" and None for somebody who has an outcome from an earlier version of the list.
    """

    application_id: int
    mask_code: str
    name: str
    withdrawn: bool
    eligible: bool
    kind: EntryKind | None
    group_name: str
    position: int | None
    outcomes: tuple[Happened, ...] = field(default=())

    @property
    def state(self) -> OutcomeKind | None:
        """Where the person stands now; None before anything has happened."""
        return state_of(each.kind for each in self.outcomes)

    @property
    def since(self) -> date | None:
        """Since when the person stands there."""
        return next((each.on for each in self.outcomes if each.kind is self.state), None)


def state_of(kinds: Iterable[OutcomeKind]) -> OutcomeKind | None:
    """The kind that says where somebody stands: what ended the way, else the furthest step."""
    have = set(kinds)
    order = (OutcomeKind.DROPPED_OUT, OutcomeKind.DECLINED, *reversed(CHAIN))
    return next((kind for kind in order if kind in have), None)


def candidates(session: Session, *, intake: Intake) -> list[Candidate]:
    """Everybody on the newest confirmed list and everybody with an outcome, called before reserves. Three queries."""
    newest = lists.latest_confirmed(session, intake=intake)
    if newest is None:
        return []
    happened = _outcomes(session, intake)
    entries = _entries(session, newest)
    wanted = select_columns(
        col(Application.id),
        col(Application.mask_code),
        col(Application.given_name),
        col(Application.family_name),
        col(Application.status),
        col(Application.eligibility),
    ).where(col(Application.id).in_(among(entries.keys() | happened.keys())))
    found = [_candidate(each, entries, happened) for each in session.execute(wanted)]
    rank = {EntryKind.CALLED: 0, EntryKind.RESERVE: 1, None: 2}
    return sorted(found, key=lambda c: (rank[c.kind], c.group_name, c.position or 0, c.mask_code))


class _Entry(NamedTuple):
    """A place on the list."""

    kind: EntryKind
    group_name: str
    position: int | None


def _entries(session: Session, newest: InterviewList) -> dict[int, _Entry]:
    told = select_columns(
        col(InterviewListEntry.application_id),
        col(InterviewListEntry.kind),
        col(InterviewListEntry.group_name),
        col(InterviewListEntry.position),
    ).where(col(InterviewListEntry.list_id) == newest.id)
    return {application_id: _Entry(*entry) for application_id, *entry in session.execute(told)}


def _outcomes(session: Session, intake: Intake) -> dict[int, list[Happened]]:
    rows = session.exec(
        select(Outcome, called(session))
        .join(Account, col(Account.id) == Outcome.set_by_id)
        .where(Outcome.intake_id == intake.id)
        .order_by(col(Outcome.happened_on))
    )
    order = list(OutcomeKind)
    grouped: dict[int, list[Happened]] = defaultdict(list)
    for row, name in rows:
        grouped[row.application_id].append(
            Happened(row.kind, row.happened_on, row.reason, row.note, row.set_at, name)
        )
    return {key: sorted(each, key=lambda h: (h.on, order.index(h.kind))) for key, each in grouped.items()}


def _candidate(
    application: Any,
    entries: Mapping[int, _Entry],
    happened: Mapping[int, list[Happened]],
) -> Candidate:
    entry = entries.get(application.id)
    return Candidate(
        application_id=application.id,
        mask_code=application.mask_code,
        name=f"{application.given_name or ''} {application.family_name or ''}".strip(),
        withdrawn=application.status is ApplicationStatus.WITHDRAWN,
        eligible=application.eligibility in GOES_ON,
        kind=entry.kind if entry else None,
        group_name=entry.group_name if entry else "",
        position=entry.position if entry else None,
        outcomes=tuple(happened.get(application.id, ())),
    )


def candidate(session: Session, *, intake: Intake, code: str) -> Candidate:
    """One of `candidates`, by mask code. Raises NotFound."""
    wanted = code.strip().upper()
    found = next((each for each in candidates(session, intake=intake) if each.mask_code == wanted), None)
    if found is None:
        raise NotFound(_("Nobody on the interview list has this code."))
    return found


@dataclass(frozen=True)
class Dated:
    """What happened to somebody, each kind with its day; `goals_asked`: when goals were last entered in the intake."""

    kinds: Mapping[OutcomeKind, date]
    goals_asked: date | None

    @property
    def goals(self) -> bool | None:
        """Whether somebody who started has reached the goals a year later; None while that cannot be told.

        Not reached is who dropped out after starting, and who has not when goals were entered for others of the intake
        a year or more after this start.
        """
        if OutcomeKind.GOALS_REACHED in self.kinds:
            return True
        started = self.kinds.get(OutcomeKind.STARTED)
        if started is None:
            return None
        asked = self.goals_asked is not None and self.goals_asked - started >= YEAR
        return False if asked or OutcomeKind.DROPPED_OUT in self.kinds else None


def dated(session: Session, *, intake_ids: Collection[int]) -> dict[int, Dated]:
    """Everything that happened in some intakes, by application. One query."""
    rows = session.exec(
        select(  # type: ignore[call-overload]
            Outcome.intake_id, Outcome.application_id, Outcome.kind, Outcome.happened_on, Outcome.set_at
        ).where(col(Outcome.intake_id).in_(intake_ids))
    ).all()
    asked: dict[int, date] = {}
    kinds: dict[tuple[int, int], dict[OutcomeKind, date]] = defaultdict(dict)
    for intake_id, application_id, kind, on, set_at in rows:
        kinds[intake_id, application_id][kind] = on
        if kind is OutcomeKind.GOALS_REACHED:
            asked[intake_id] = max(set_at.date(), asked.get(intake_id, set_at.date()))
    return {
        application_id: Dated(each, asked.get(intake_id))
        for (intake_id, application_id), each in kinds.items()
    }


def reached(session: Session, *, intake: Intake) -> dict[str, set[int]]:
    """Ids of applications that have come to each step of the chain, or beyond it; steps that nobody has are left out.

    Where an intake holds no interviews, or writes none down, that step is left out too, not counted as passed.
    Who declined had an offer; who dropped out is counted as far as they came. Goals reached are a step once that can be
    told of everybody who started.
    """
    happened = dated(session, intake_ids=[intake.id or 0])
    have: dict[OutcomeKind, set[int]] = defaultdict(set)
    for application_id, each in happened.items():
        for kind in each.kinds:
            have[kind].add(application_id)
    open_ = any(each.goals is None for each in happened.values() if OutcomeKind.STARTED in each.kinds)
    found: dict[str, set[int]] = {}
    beyond: set[int] = set()
    for kind in reversed(CHAIN):
        beyond |= have[kind]
        if have[kind] and not (kind is OutcomeKind.GOALS_REACHED and open_):
            found[kind.value] = set(beyond)
    return {kind.value: found[kind.value] for kind in CHAIN if kind.value in found}


def screened(session: Session, *, run_id: int) -> set[int]:
    """Ids of the applications with a place in a run: they reached its threshold."""
    rows = select(RankingRow.application_id).where(RankingRow.run_id == run_id, RankingRow.status == "ranked")
    return set(session.exec(rows))
