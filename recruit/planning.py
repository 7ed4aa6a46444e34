"""The time plan of an intake: which steps have dates, what is proposed for them, and whether their order holds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal

from recruit import clock
from recruit.models import Intake, PlanStep
from recruit.working_days import next_working

#: Steps whose day is a column of the intake and that nobody moves in the plan: they are advertised.
FIXED = (PlanStep.ADVERTISED, PlanStep.CLOSES, PlanStep.STARTS)
#: Steps whose day is a column of the intake, by the column.
COLUMNS: Mapping[PlanStep, str] = {
    PlanStep.RANKING_MEETING: "decision_on",
    PlanStep.INTERVIEWS_FROM: "interviews_from",
    PlanStep.INTERVIEWS_UNTIL: "interviews_until",
}
#: Steps that the group plans, in order.
PLANNED = tuple(step for step in PlanStep if step not in FIXED)
#: Proposals in days after the closing day.
DAYS_AFTER_CLOSING: Mapping[PlanStep, int] = {
    PlanStep.COMPLETIONS_IN: 10,
    PlanStep.ELIGIBILITY_DECIDED: 14,
    PlanStep.CALIBRATED: 17,
    PlanStep.ASSESSED: 29,
    PlanStep.RANKING_MEETING: 32,
    PlanStep.LIST_PUBLISHED: 34,
    PlanStep.INTERVIEWS_FROM: 44,
    PlanStep.INTERVIEWS_UNTIL: 47,
    PlanStep.OFFERS_OUT: 51,
    PlanStep.REPLIES_IN: 55,
}
#: The last proposal stays so many days before the start, where there is room.
REST_BEFORE_START = 14

Dates = Mapping[PlanStep, date]
State = Literal["done", "late", "now", "to_come", "unplanned"]


@dataclass(frozen=True)
class Placed:
    """One step of a plan: its day (None: not planned) and how it stands."""

    step: PlanStep
    on: date | None
    state: State


def fixed_dates(intake: Intake) -> dict[PlanStep, date]:
    """The days that the advertisement promises, on Swedish clocks."""
    return {
        PlanStep.ADVERTISED: clock.in_stockholm(intake.opens_at).date(),
        PlanStep.CLOSES: clock.in_stockholm(intake.closes_at).date(),
        PlanStep.STARTS: intake.starts_on,
    }


def proposed(intake: Intake) -> dict[PlanStep, date]:
    """A day for every step that the group plans, counted from the closing day and moved to a working day.

    Where the start comes too soon for the usual pace, the steps lie as much closer as it takes.
    """
    closes = clock.in_stockholm(intake.closes_at).date()
    room = (intake.starts_on - closes).days - REST_BEFORE_START
    usual = max(DAYS_AFTER_CLOSING.values())
    pace = min(1.0, max(room, 1) / usual)
    return {
        step: min(next_working(closes + timedelta(days=round(days * pace))), intake.starts_on)
        for step, days in DAYS_AFTER_CLOSING.items()
    }


def moved(dates: Dates, days: int) -> dict[PlanStep, date]:
    """The same plan so many days later, each step on a working day."""
    return {step: next_working(day + timedelta(days=days)) for step, day in dates.items()}


def out_of_order(dates: Dates) -> list[tuple[PlanStep, PlanStep]]:
    """(step, the one before it) where a step lies before the one that must come first, among those that have a day."""
    planned = [(step, dates[step]) for step in PlanStep if step in dates]
    return [(step, before) for (before, first), (step, day) in pairwise(planned) if day < first]


def placed(dates: Dates, done: Iterable[PlanStep], today: date) -> list[Placed]:
    """Every step with its state. Late is a day that has passed without the step being done; now is the next one."""
    reached, found, present = set(done), [], False
    for step in PlanStep:
        on = dates.get(step)
        state: State = "to_come"
        if step in reached:
            state = "done"
        elif on is None:
            state = "unplanned"
        elif on < today:
            state = "late"
        elif not present:
            state, present = "now", True
        found.append(Placed(step, on, state))
    return found


@dataclass(frozen=True)
class Share:
    """One assessor's work: how many were assigned and submitted, and since which day."""

    assigned: int
    submitted: int
    since: date

    @property
    def left(self) -> int:
        """How many are still to be submitted."""
        return self.assigned - self.submitted


def pace(share: Share, until: date, today: date) -> int:
    """How many would be submitted by now by somebody who does the same number every day until the last."""
    length = (until - share.since).days
    if today > until or length <= 0:
        return share.assigned
    return share.assigned * max((today - share.since).days, 0) // length


def is_behind(share: Share, until: date | None, today: date) -> bool:
    """Whether somebody has more left than the time allows: two behind the pace, or any once it is over."""
    if until is None or not share.left:
        return False
    return today > until or share.submitted + 1 < pace(share, until, today)


def assessed_by(dates: Dates) -> date | None:
    """The last day for the assessments: as planned, else the day of the meeting that needs them."""
    return dates.get(PlanStep.ASSESSED) or dates.get(PlanStep.RANKING_MEETING)
