"""A field of points with two figures each: what was found beside what it became where it was tested."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from recruit.charts.curves import Scale
from recruit.charts.drawing import attribute, named

_HEIGHT = 260  # px
_MARGIN = 16
_SHAPES = {
    "found": Markup('<circle class="m-open" r="4.5"/>'),
    "tested": Markup('<circle class="m-dot" r="5"/>'),
    "lost": Markup('<path class="m-triangle" d="M0-7.5 8 6.5H-8z"/>'),
    "present": Markup('<path class="c-ink" d="M-6-6H6V6H-6z"/>'),
}


@dataclass(frozen=True)
class FrontPoint:
    """(x, y) where it was searched and where it was tested; None where a figure could not be computed."""

    label: str
    found: tuple[float, float] | None
    tested: tuple[float, float] | None
    kind: Literal["tested", "lost", "present"]


def front_plot(
    points: Sequence[FrontPoint], *, title: str, x: Scale, y: Scale, x_label: str, y_label: str
) -> Markup:
    """Each point where it was found, open, and where it was tested, solid, with a line from one to the other."""
    marks = Markup().join(_marks(each, x, y) for each in points)
    grid = Markup().join(
        Markup('<line class="c-grid" x1="0" x2="100%" y1="{0}" y2="{0}"/>').format(attribute(_down(at, y)))
        for at, _ in y.ticks
    )
    left = Markup().join(
        Markup('<text class="c-text" x="38" y="{}" text-anchor="end">{}</text>').format(
            attribute(_down(at, y) + 4.5), words
        )
        for at, words in y.ticks
    )
    below = Markup().join(
        Markup('<text class="c-text" x="{}%" y="14" text-anchor="middle">{}</text>').format(
            _across(at, x), words
        )
        for at, words in x.ticks
    )
    return Markup(
        '<figure class="plot curves"><p class="curve-label">{y_label}</p><div class="order">'
        '<svg width="44" height="{h}" aria-hidden="true">{left}</svg>'
        '<svg width="100%" height="{h}" {named}>{grid}{marks}</svg></div><div class="curve-axis">'
        '<svg width="100%" height="20" aria-hidden="true">{below}</svg></div>'
        '<p class="curve-label">{x_label}</p></figure>'
    ).format(
        h=_HEIGHT,
        left=left,
        named=named(title),
        grid=grid,
        marks=marks,
        below=below,
        x_label=x_label,
        y_label=y_label,
    )


def _down(value: float, y: Scale) -> float:
    return _MARGIN + (_HEIGHT - 2 * _MARGIN) * (1 - y.share(value))


def _across(value: float, x: Scale) -> str:
    return attribute(4 + 92 * x.share(value))


def _marks(point: FrontPoint, x: Scale, y: Scale) -> Markup:
    marks = Markup()
    if point.found and point.tested:
        marks += Markup('<line class="m-dashed" x1="{}%" x2="{}%" y1="{}" y2="{}"/>').format(
            _across(point.found[0], x),
            _across(point.tested[0], x),
            attribute(_down(point.found[1], y)),
            attribute(_down(point.tested[1], y)),
        )
    for spot, shape in ((point.found, "found"), (point.tested, point.kind)):
        if spot is not None:
            marks += Markup('<svg x="{}%" y="{}" overflow="visible">{}{}</svg>').format(
                _across(spot[0], x), attribute(_down(spot[1], y)), _SHAPES[shape], _label(point, shape)
            )
    return marks


def _label(point: FrontPoint, shape: str) -> Markup:
    if shape == "found":
        return Markup()
    return Markup('<text class="c-text curve-words" x="10" y="-6">{}</text>').format(point.label)
