"""The line of time that an applicant sees over the own periods of work: its picture, and the same in words."""

from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from recruit.charts import PeriodRow, period_plot
from recruit.display import day
from recruit.frames import counted_until
from recruit.i18n import gettext as _
from recruit.i18n import ngettext
from recruit.queries.application import Dossier
from recruit.routes.application_words import bdi
from recruit.timeline import Stretch, Timeline, timeline

_MOST_TICKS = 6


@dataclass(frozen=True)
class TimelineRow:
    """A line of the table: from when to when, and what it is."""

    first: str
    last: str
    what: Markup | str


@dataclass(frozen=True)
class TimelineView:
    """What the page shows. `summary`: how many gaps and overlaps."""

    plot: Markup
    summary: str
    rows: tuple[TimelineRow, ...]


def timeline_of(dossier: Dossier) -> TimelineView | None:
    """The applicant's own line of time; None without any period."""
    found = timeline(dossier.periods, counted_until(dossier.intake))
    if found is None:
        return None
    return TimelineView(_plot(found), _summary(found), tuple(_rows(found)))


def _plot(found: Timeline) -> Markup:
    rows = [PeriodRow(bdi(each.employers[0]), "period", [(each.first, each.last)]) for each in found.periods]
    if found.gaps:
        rows.append(PeriodRow(_("Between periods"), "gap", [(each.first, each.last) for each in found.gaps]))
    if found.overlaps:
        overlaps = [(each.first, each.last) for each in found.overlaps]
        rows.append(PeriodRow(_("At the same time"), "overlap", overlaps))
    return period_plot(rows, first=found.first, last=found.last, ticks=_ticks(found))


def _ticks(found: Timeline) -> list[tuple[date, str]]:
    """The beginnings of years, at most six of them; the two ends where no two years begin."""
    years = list(range(found.first.year + (found.first > date(found.first.year, 1, 1)), found.last.year + 1))
    if len(years) < 2:
        return [(found.first, day(found.first, "short_year")), (found.last, day(found.last, "short_year"))]
    step = -(-len(years) // _MOST_TICKS)
    return [(date(year, 1, 1), str(year)) for year in years[::step]]


def _summary(found: Timeline) -> str:
    if not found.gaps and not found.overlaps:
        return _(
            "Your periods follow each other without a gap of two weeks or more, and none overlaps another."
        )
    parts = []
    if found.gaps:
        parts.append(
            ngettext(
                "There is %(num)s gap of two weeks or more.",
                "There are %(num)s gaps of two weeks or more.",
                len(found.gaps),
            )
        )
    if found.overlaps:
        parts.append(
            ngettext(
                "Periods overlap at %(num)s time; the same day counts once.",
                "Periods overlap at %(num)s times; the same day counts once.",
                len(found.overlaps),
            )
        )
    return " ".join(parts)


def _rows(found: Timeline) -> list[TimelineRow]:
    marked = [*found.periods, *found.gaps, *found.overlaps]
    ordered = sorted(marked, key=lambda each: (each.first, each.last, len(each.employers)))
    return [
        TimelineRow(day(each.first), _("still there") if each.ongoing else day(each.last), _what(each))
        for each in ordered
    ]


def _what(each: Stretch) -> Markup | str:
    if not each.employers:
        return ngettext("Gap of %(num)s day", "Gap of %(num)s days", each.days)
    names = Markup(", ").join(bdi(name) for name in each.employers)
    if len(each.employers) == 1:
        return names
    return Markup("{}: {}").format(_("At the same time"), names)
