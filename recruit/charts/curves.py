"""Lines over an axis: what builds up over intakes, weeks or thresholds, one line per group."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10
from typing import Literal

from markupsafe import Markup

from recruit.charts.drawing import attribute, named

_HEIGHT = 240  # px
_MARGIN = 14  # px above the highest and below the lowest figure
_WIDTH = 1000  # units that the axis shares; stretched to the column
#: More lines than this cannot be told apart.
MOST_LINES = 5

LineKind = Literal["whole", 1, 2, 3, 4, 5]


@dataclass(frozen=True)
class Scale:
    """An axis from `low` to `high` with words at some of its figures; `log`: by powers of ten, and `low` over 0."""

    low: float
    high: float
    ticks: Sequence[tuple[float, str]]
    log: bool = False

    def share(self, value: float) -> float:
        """Where a figure lies, from 0 to 1; what lies outside is drawn at the end."""
        kept = min(max(value, self.low), self.high)
        if self.log:
            return log10(kept / self.low) / log10(self.high / self.low)
        return (kept - self.low) / (self.high - self.low)


@dataclass(frozen=True)
class Curve:
    """One line: figures (x, y) in the order of x. "whole" is that of everybody, 1–5 tell groups apart."""

    label: str
    points: Sequence[tuple[float, float]]
    kind: LineKind = "whole"


def curve_plot(
    curves: Sequence[Curve],
    *,
    title: str,
    x: Scale,
    y: Scale,
    x_label: str,
    stepped: bool = False,
    dots: bool = False,
    limit: tuple[float, str] | None = None,
    upright: tuple[float, str] | None = None,
) -> Markup:
    """Lines with a key above and the axis below. The figures must stand beside in a table.

    `stepped`: level until the next figure. `dots`: a dot where a figure is. `limit`: the y of an alarm line with its
    words. `upright`: the x of a line across, such as what applies now.
    """
    # Thin lines on top: those of two groups alone lie on that of both.
    ordered = sorted(curves, key=lambda each: each.kind != "whole")
    marks = Markup().join(_line(each, x, y, stepped, dots) for each in ordered)
    return Markup(
        '<figure class="plot curves">{key}<div class="order"><svg width="44" height="{h}" aria-hidden="true">'
        '{axis}</svg><svg width="100%" height="{h}" {named}>{grid}<svg width="100%" height="{h}"'
        ' viewBox="0 0 {w} {h}" preserveAspectRatio="none">{marks}</svg>{limit}{upright}</svg></div>'
        '<div class="curve-axis"><svg width="100%" height="20" aria-hidden="true">{below}</svg></div>'
        '<p class="curve-label">{label}</p></figure>'
    ).format(
        key=_key(curves),
        h=_HEIGHT,
        w=_WIDTH,
        axis=_words_left(y),
        named=named(title),
        grid=_grid(y),
        marks=marks,
        limit=_limit(limit, y) if limit else Markup(),
        upright=_upright(upright, x) if upright else Markup(),
        below=_words_below(x),
        label=x_label,
    )


def _down(value: float, y: Scale) -> float:
    return _MARGIN + (_HEIGHT - 2 * _MARGIN) * (1 - y.share(value))


def _across(value: float, x: Scale) -> float:
    return 2 + 96 * x.share(value)  # per cent


def _line(curve: Curve, x: Scale, y: Scale, stepped: bool, dots: bool) -> Markup:
    spots = [(_across(a, x) * _WIDTH / 100, _down(b, y)) for a, b in curve.points]
    if not spots:
        return Markup()
    path = f"M{attribute(spots[0][0])} {attribute(spots[0][1])}"
    for right, down in spots[1:]:
        path += (
            f"H{attribute(right)}V{attribute(down)}" if stepped else f"L{attribute(right)} {attribute(down)}"
        )
    drawn = Markup('<path class="curve curve--{}" vector-effect="non-scaling-stroke" d="{}"/>').format(
        curve.kind, path
    )
    if dots:
        # Zero-length strokes with round ends stay round however the picture is stretched.
        each = "".join(f"M{attribute(right)} {attribute(down)}h0" for right, down in spots)
        drawn += Markup(
            '<path class="curve-dots curve-dots--{}" vector-effect="non-scaling-stroke" d="{}"/>'
        ).format(curve.kind, each)
    return drawn


def _grid(y: Scale) -> Markup:
    return Markup().join(
        Markup('<line class="c-grid" x1="0" x2="100%" y1="{0}" y2="{0}"/>').format(attribute(_down(at, y)))
        for at, _ in y.ticks
    )


def _words_left(y: Scale) -> Markup:
    return Markup().join(
        Markup('<text class="c-text" x="38" y="{}" text-anchor="end">{}</text>').format(
            attribute(_down(at, y) + 4.5), words
        )
        for at, words in y.ticks
    )


def _words_below(x: Scale) -> Markup:
    """Every second word, counted from the last, gives way in a narrow column."""
    last = len(x.ticks) - 1
    return Markup().join(
        Markup('<text class="c-text{}" x="{}%" y="14" text-anchor="{}">{}</text>').format(
            " tick--minor" if (last - place) % 2 else "",
            attribute(_across(at, x)),
            "start" if x.share(at) < 0.05 else "end" if x.share(at) > 0.95 else "middle",
            words,
        )
        for place, (at, words) in enumerate(x.ticks)
    )


def _limit(limit: tuple[float, str], y: Scale) -> Markup:
    down = _down(limit[0], y)
    return Markup(
        '<line class="c-the-line" x1="0" x2="100%" y1="{0}" y2="{0}"/>'
        '<text class="c-text--alarm curve-words" x="4" y="{1}">{2}</text>'
    ).format(attribute(down), attribute(down - 7), limit[1])


def _upright(upright: tuple[float, str], x: Scale) -> Markup:
    share = _across(upright[0], x)
    side = Markup('dx="-6" text-anchor="end"') if share > 60 else Markup('dx="6"')
    return Markup(
        '<line class="c-threshold" x1="{0}%" x2="{0}%" y1="0" y2="{1}"/>'
        '<text class="c-text curve-words" x="{0}%" {2} y="12">{3}</text>'
    ).format(attribute(share), _HEIGHT, side, upright[1])


def _key(curves: Sequence[Curve]) -> Markup:
    if len(curves) < 2:
        return Markup()
    lines = Markup().join(
        Markup(
            '<li><svg width="28" height="12" aria-hidden="true"><path class="curve curve--{}" d="M0 6H28"/></svg>'
            "{}</li>"
        ).format(each.kind, each.label)
        for each in curves
    )
    return Markup('<ul class="curve-key">{}</ul>').format(lines)
