"""The dates of advertised intakes as an iCalendar (RFC 5545): to add to a calendar, or to subscribe to."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from icalendar import Alarm, Calendar, Event

from recruit.i18n import gettext as _
from recruit.i18n import language
from recruit.models import Intake, Region

REMINDER = timedelta(days=3)


def calendar(intakes: Iterable[tuple[Intake, Region, str]], *, base_url: str, name: str) -> bytes:
    """A calendar of the intakes (each with its region and the address of its advertisement), in the reader's language.

    The same intakes give the same bytes. An event keeps its identity when its time changes: a calendar moves it.
    """
    made = Calendar()
    made.add("prodid", "-//Basic service for doctors//recruit//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", name)
    made.add("refresh-interval", timedelta(hours=6), parameters={"value": "DURATION"})
    host = urlsplit(base_url).hostname or "localhost"
    for intake, region, url in intakes:
        for event in _events(intake, region, url, host):
            made.add_component(event)
    return made.to_ical()


def _events(intake: Intake, region: Region, url: str, host: str) -> list[Event]:
    title = f"{intake.title_sv if language() == 'sv' else intake.title_en}, {region.name}"
    closing = _moment(
        intake, "closes", intake.closes_at, _("Last day to apply: %(title)s", title=title), url, host
    )
    closing.add_component(_reminder(title))
    found = [
        _moment(
            intake, "opens", intake.opens_at, _("Opens for applications: %(title)s", title=title), url, host
        ),
        closing,
    ]
    if intake.interviews_from:
        until = intake.interviews_until or intake.interviews_from
        found.append(
            _days(
                intake,
                "interviews",
                intake.interviews_from,
                until,
                _("Interviews: %(title)s", title=title),
                url,
                host,
            )
        )
    found.append(
        _days(
            intake, "start", intake.starts_on, intake.starts_on, _("Start: %(title)s", title=title), url, host
        )
    )
    return found


def _moment(intake: Intake, kind: str, at: datetime, summary: str, url: str, host: str) -> Event:
    event = _event(intake, kind, summary, url, host)
    event.add("dtstart", at)
    event.add("dtend", at)
    return event


def _days(intake: Intake, kind: str, first: date, last: date, summary: str, url: str, host: str) -> Event:
    event = _event(intake, kind, summary, url, host)
    event.add("dtstart", first)
    event.add("dtend", last + timedelta(days=1))  # the end of a day-long event is the day after
    return event


def _event(intake: Intake, kind: str, summary: str, url: str, host: str) -> Event:
    event = Event()
    event.add("uid", f"intake-{intake.id}-{kind}@{host}")
    event.add("dtstamp", intake.opened_at or intake.created_at)
    event.add("summary", summary)
    event.add("url", url)
    event.add("description", url)
    event.add("transp", "TRANSPARENT")
    return event


def _reminder(title: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", -REMINDER)
    alarm.add("description", _("Three days left to apply: %(title)s", title=title))
    return alarm
