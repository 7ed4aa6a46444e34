"""Time: kept in UTC, shown in Stockholm."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

STOCKHOLM = ZoneInfo("Europe/Stockholm")


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def in_stockholm(moment: datetime) -> datetime:
    """The same moment on Swedish clocks."""
    return moment.astimezone(STOCKHOLM)


def stockholm(day: date, at: time) -> datetime:
    """A wall-clock time in Sweden in UTC. A time skipped or doubled by summer time takes the earlier offset."""
    return datetime.combine(day, at, tzinfo=STOCKHOLM).astimezone(UTC)
