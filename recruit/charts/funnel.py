"""The way from begun applications to posts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from recruit.charts.drawing import attribute

_WIDEST = 92.0  # per cent of the column that the largest count takes
_NARROWEST = 0.8


@dataclass(frozen=True)
class FunnelRow:
    """One stage: `count` people (0 or more), of whom `inner` (0–count) are done; planned ones are hatched."""

    label: str
    count: int
    note: str = ""
    inner: int | None = None
    planned: bool = False
    tone: Literal[1, 2] = 1


def funnel(rows: Sequence[FunnelRow], *, title: str) -> Markup:
    """One bar per stage, as wide as its count against the largest; the notes are text, so that they wrap."""
    largest = max((row.count for row in rows), default=0) or 1
    items = Markup().join(_stage(row, index, row.count / largest) for index, row in enumerate(rows))
    return Markup('<ol class="funnel plot" aria-label="{}">{}</ol>').format(title, items)


def _stage(row: FunnelRow, index: int, share: float) -> Markup:
    width = max(_WIDEST * share, _NARROWEST)
    return Markup(
        '<li><span class="funnel-label">{}</span><span class="funnel-figure">{}</span>'
        '<span class="funnel-bar">{}{}</span></li>'
    ).format(row.label, row.count, _bar(row, width, f"funnel-hatch-{index}"), _note(row, width))


def _note(row: FunnelRow, width: float) -> Markup:
    """The note beside the bar, or on it where the bar is wide enough to hold it on one line."""
    if not row.note:
        return Markup()
    inside = width >= 55 and len(row.note) < width * 0.85 and not row.planned and row.inner is None
    return Markup('<span class="funnel-note{}">{}</span>').format(
        f" funnel-note--inside-{row.tone}" if inside else "", row.note
    )


def _bar(row: FunnelRow, width: float, hatch: str) -> Markup:
    if row.planned:
        parts = Markup(
            '<defs><pattern id="{0}" width="8" height="8" patternUnits="userSpaceOnUse"'
            ' patternTransform="rotate(45)"><line class="hatch-line" x1="0" y1="0" x2="0" y2="8"/>'
            "</pattern></defs>"
            '<rect class="c-planned" x="1" y="1" width="99%" height="30" rx="4" fill="url(#{0})"/>'
        ).format(hatch)
    elif row.inner is not None and row.count:
        parts = Markup(
            '<rect class="c-rest" x="0.5" y="0.5" width="99.5%" height="31" rx="4"/>'
            '<rect class="c-{}" width="{}%" height="32" rx="4"/>'
        ).format(row.tone, attribute(100 * min(row.inner, row.count) / row.count))
    elif row.count:
        parts = Markup('<rect class="c-{}" width="100%" height="32" rx="4"/>').format(row.tone)
    else:
        parts = Markup()
    return Markup('<svg width="{}%" height="32" aria-hidden="true">{}</svg>').format(attribute(width), parts)
