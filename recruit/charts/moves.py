"""Two orders side by side: where each application moves, and who crosses the line."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from recruit.charts.drawing import attribute, named

_STEP = 20  # px from one place to the next
_TOP = 26  # px for the headings
_GAP = 24  # px between the two places on each side of the line, for its label
_LEFT, _RIGHT = 26.0, 74.0  # per cent of the width between which the strokes run


@dataclass(frozen=True)
class Move:
    """One application: its place in the first and in the second order, None where it has none in sight.

    ``kind``: "in" and "out" cross the line, "above" and "below" stay where they are.
    """

    label: str
    before: int | None
    after: int | None
    kind: Literal["in", "out", "above", "below"]


def move_plot(
    moves: Sequence[Move],
    *,
    title: str,
    first: int,
    last: int,
    line_at: int,
    line_label: str,
    headings: tuple[str, str],
) -> Markup:
    """The places ``first`` to ``last`` of two orders, each application joined by a stroke, with the line.

    ``moves`` may hold places outside: a stroke ends where it leaves the picture.
    """
    at = _Places(first, last, line_at)
    marks = Markup().join(_stroke(move, at) for move in sorted(moves, key=_weight))
    words = Markup().join(_words(move, at) for move in moves)
    line = Markup()
    if first - 1 <= line_at <= last:
        y = attribute(at.down(line_at) + _STEP / 2 + _GAP - 3)
        line = Markup(
            '<line class="c-the-line" x1="0" x2="100%" y1="{0}" y2="{0}"/>'
            '<text class="c-text--alarm move-line" x="0" y="{0}" dy="-6">{1}</text>'
        ).format(y, line_label)
    return Markup(
        '<figure class="plot moves"><svg width="100%" height="{}" {}>'
        '<text class="c-text--ink" x="{}%" y="14" text-anchor="end">{}</text>'
        '<text class="c-text--ink" x="{}%" y="14">{}</text>{}{}{}</svg></figure>'
    ).format(attribute(at.end + 4), named(title), _LEFT, headings[0], _RIGHT, headings[1], marks, line, words)


@dataclass(frozen=True)
class _Places:
    """Where places lie: those after the line further down, to leave room for its label."""

    first: int
    last: int
    line_at: int

    def down(self, place: int) -> float:
        """The middle of a place, in px."""
        gap = _GAP if self.first - 1 <= self.line_at < place else 0
        return _TOP + _STEP * (place - self.first + 0.5) + gap

    @property
    def end(self) -> float:
        """Where the picture ends, in px."""
        gap = _GAP if self.line_at == self.last else 0
        return self.down(self.last) + _STEP / 2 + gap

    def shows(self, place: int | None) -> bool:
        """Whether a place is in the picture."""
        return place is not None and self.first <= place <= self.last


def _weight(move: Move) -> int:
    """Those that cross the line are drawn on top."""
    return move.kind in ("in", "out")


def _stroke(move: Move, at: _Places) -> Markup:
    if move.before is None or move.after is None:
        return Markup()
    left, right = at.down(move.before), at.down(move.after)
    start, end = _inside(left, right, _TOP, at.end)
    if start >= end:
        return Markup()
    across = _RIGHT - _LEFT - 2
    return Markup('<line class="move move--{}" x1="{}%" x2="{}%" y1="{}" y2="{}"/>').format(
        move.kind,
        attribute(_LEFT + 1 + across * start),
        attribute(_LEFT + 1 + across * end),
        attribute(left + (right - left) * start),
        attribute(left + (right - left) * end),
    )


def _inside(left: float, right: float, top: float, bottom: float) -> tuple[float, float]:
    """From and to which share of its way a stroke lies in the picture."""
    if left == right:
        return (0.0, 1.0) if top <= left <= bottom else (1.0, 0.0)
    shares = sorted(((top - left) / (right - left), (bottom - left) / (right - left)))
    return max(shares[0], 0.0), min(shares[1], 1.0)


def _words(move: Move, at: _Places) -> Markup:
    found = Markup()
    for place, x, anchor, text in (
        (move.before, _LEFT, "end", f"{move.label}  {move.before}"),
        (move.after, _RIGHT, "start", f"{move.after}  {move.label}"),
    ):
        if place is not None and at.shows(place):
            found += Markup(
                '<text class="c-text move-label move-label--{}" x="{}%" y="{}" dy="5" text-anchor="{}">{}</text>'
            ).format(move.kind, x, attribute(at.down(place)), anchor, text)
    return found
