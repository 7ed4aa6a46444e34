"""The time plan as an iCalendar file, for the group's own calendars."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from icalendar import Calendar, Event

from recruit.models import PlanStep


def plan_calendar(
    dates: Mapping[PlanStep, date],
    *,
    names: Mapping[PlanStep, str],
    title: str,
    address: str,
    key: str,
    now: datetime,
) -> bytes:
    """A whole-day event for each step that has a day. `key` tells intakes apart; a step keeps its UID when it moves."""
    calendar = Calendar()
    calendar.add("prodid", "-//Recruit//Time plan//SV")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", title)
    for step in PlanStep:
        if step not in dates:
            continue
        event = Event()
        event.add("uid", f"{step.value}.{key}")
        event.add("summary", f"{names[step]} – {title}")
        event.add("dtstart", dates[step])
        event.add("dtend", dates[step] + timedelta(days=1))
        event.add("dtstamp", now)
        event.add("url", address)
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    return bytes(calendar.to_ical())
