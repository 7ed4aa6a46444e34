"""The time plan in words: names of the steps, a timeline, and what a date is like."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from recruit import display
from recruit.i18n import gettext as _
from recruit.i18n import ngettext
from recruit.models import PlanStep
from recruit.planning import Placed
from recruit.working_days import is_weekend, is_working


@dataclass(frozen=True)
class Shown:
    """One step of the timeline: its name, its day in words, how it stands and in words."""

    name: str
    day: str
    state: str
    words: str


def step_name(step: PlanStep) -> str:
    """What the step is called."""
    return {
        PlanStep.ADVERTISED: _("Advertisement"),
        PlanStep.CLOSES: _("Last day to apply"),
        PlanStep.COMPLETIONS_IN: _("Completions in"),
        PlanStep.ELIGIBILITY_DECIDED: _("Eligibility decided"),
        PlanStep.CALIBRATED: _("Calibration done"),
        PlanStep.ASSESSED: _("Everything assessed"),
        PlanStep.RANKING_MEETING: _("Selection meeting"),
        PlanStep.LIST_PUBLISHED: _("List published"),
        PlanStep.INTERVIEWS_FROM: _("First day of interviews"),
        PlanStep.INTERVIEWS_UNTIL: _("Last day of interviews"),
        PlanStep.OFFERS_OUT: _("Offers out"),
        PlanStep.REPLIES_IN: _("Replies in"),
        PlanStep.STARTS: _("Start"),
    }[step]


def what_day(day: date | None) -> str:
    """A word on a day when nobody is at work; empty for others."""
    if day is None or is_working(day):
        return ""
    return _("weekend") if is_weekend(day) else _("public holiday")


def apart(day: date, today: date) -> str:
    """How far off a day is, such as "in 3 days" or "2 days ago"."""
    days = (day - today).days
    if days == 0:
        return _("today")
    if days > 0:
        return ngettext("in %(num)s day", "in %(num)s days", days)
    return ngettext("%(num)s day ago", "%(num)s days ago", -days)


def timeline(steps: Sequence[Placed], today: date) -> list[Shown]:
    """Every step that has a day, as the home shows them."""
    return [_shown(each, each.on, today) for each in steps if each.on is not None]


def _shown(each: Placed, on: date, today: date) -> Shown:
    words = {"done": _("done"), "late": _("late, %(apart)s", apart=apart(on, today))}.get(
        each.state, apart(on, today)
    )
    text = display.day(on) if on.year != today.year else display.day(on, "short")
    return Shown(step_name(each.step), text, each.state, words)
