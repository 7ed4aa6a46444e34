"""Periods on a line of time: a row for each, their names as text, only the bars as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from markupsafe import Markup

from recruit.charts.drawing import attribute, position

_LEAST = 0.8  # per cent of the width: a short period is still seen
_MARKS = {"period": "c-1", "gap": "period-gap", "overlap": "c-4"}


@dataclass(frozen=True)
class PeriodRow:
    """A row: its name, and the stretches of days (first, last) that it marks."""

    label: Markup | str
    kind: Literal["period", "gap", "overlap"]
    stretches: Sequence[tuple[date, date]]


def period_plot(
    rows: Sequence[PeriodRow], *, first: date, last: date, ticks: Sequence[tuple[date, str]]
) -> Markup:
    """The rows between two days, with a line and a word at each of `ticks`. It stands beside the same facts as text."""
    low, high = first.toordinal(), max(last.toordinal() + 1, first.toordinal() + 2)
    lines = Markup().join(
        Markup('<line class="c-grid" x1="{0}" x2="{0}" y1="0" y2="100%"/>').format(_at(day, low, high))
        for day, _word in ticks
    )
    body = Markup().join(
        Markup('<li><span class="period-name">{}</span><svg width="100%" height="14">{}{}</svg></li>').format(
            row.label, lines, Markup().join(_bar(row.kind, *each, low, high) for each in row.stretches)
        )
        for row in rows
    )
    words = Markup().join(
        Markup('<text class="c-text--ink" x="{}" y="15" text-anchor="{}">{}</text>').format(
            _at(day, low, high), _anchor(day, low, high), word
        )
        for day, word in ticks
    )
    return Markup(
        '<figure class="plot periods" aria-hidden="true"><ul class="list-plain">{}</ul>'
        '<svg width="100%" height="20">{}</svg></figure>'
    ).format(body, words)


def _at(day: date, low: int, high: int) -> str:
    return position(day.toordinal(), low, high)


def _anchor(day: date, low: int, high: int) -> str:
    share = (day.toordinal() - low) / (high - low)
    return "start" if share < 0.1 else "end" if share > 0.9 else "middle"


def _bar(kind: str, first: date, last: date, low: int, high: int) -> Markup:
    left = float(position(first.toordinal(), low, high)[:-1])
    right = float(position(last.toordinal() + 1, low, high)[:-1])
    return Markup('<rect class="{}" x="{}%" y="2" width="{}%" height="10" rx="2"/>').format(
        _MARKS[kind], attribute(left), attribute(max(right - left, _LEAST))
    )
