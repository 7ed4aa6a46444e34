"""The share of a group in every top of an order, in the band that random orders keep to."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from recruit.charts.drawing import attribute, named
from recruit.display import percent

_HEIGHT = 180  # px
_MARGIN = 8  # px above 100 % and below 0 %
_WIDTH = 1000  # units that the places share; stretched to the column


@dataclass(frozen=True)
class Top:
    """The first `k` of an order: how many of the group are among them, and what random orders have there.

    `low` to `high`: 95 per cent of random orders. `needed`: fewer than that is what an alarm or a watch is about.
    """

    k: int
    held: int
    low: int
    high: int
    needed: int


def top_curve(
    tops: Sequence[Top],
    *,
    title: str,
    share: float,
    captions: tuple[str, str],
    short_at: int | None = None,
    short_label: str = "",
) -> Markup:
    """Per cent of the first k that are of the group, for every k, from left to right.

    The ground is where 95 per cent of random orders lie, the dashed line the limit that they seldom fall below
    anywhere, the level line `share`, the group's share of all. `short_at`: the first k below the limit. `captions`:
    words below, left and right.
    """
    last = max((top.k for top in tops), default=1)
    marks = Markup().join(
        [
            _ground(tops, last),
            _path("top-limit", [(top.k, top.needed / top.k) for top in tops if top.needed], last),
            _path("top-line", [(top.k, top.held / top.k) for top in tops], last),
        ]
    )
    level = Markup('<line class="c-zero" x1="0" x2="100%" y1="{0}" y2="{0}"/>').format(
        attribute(_down(share))
    )
    grid, axis = _scale()
    return Markup(
        '<figure class="plot order top-curve"><svg width="44" height="{h}" aria-hidden="true">{axis}</svg>'
        '<svg width="100%" height="{h}" {named}>{grid}<svg width="100%" height="{h}" viewBox="0 0 {w} {h}"'
        ' preserveAspectRatio="none">{marks}</svg>{level}{short}</svg><figcaption class="order-caption">'
        "<span>{left}</span><span>{right}</span></figcaption></figure>"
    ).format(
        h=_HEIGHT,
        w=_WIDTH,
        axis=axis,
        named=named(title),
        grid=grid,
        marks=marks,
        level=level,
        short=_short(short_at, last, short_label) if short_at is not None else Markup(),
        left=captions[0],
        right=captions[1],
    )


def _across(k: int, last: int) -> float:
    return _WIDTH * (k - 0.5) / last


def _down(share: float) -> float:
    return _MARGIN + (_HEIGHT - 2 * _MARGIN) * (1 - share)


def _points(pairs: Sequence[tuple[int, float]], last: int) -> str:
    return "L".join(f"{attribute(_across(k, last))} {attribute(_down(share))}" for k, share in pairs)


def _path(kind: str, pairs: Sequence[tuple[int, float]], last: int) -> Markup:
    if not pairs:
        return Markup()
    return Markup('<path class="{}" vector-effect="non-scaling-stroke" d="M{}"/>').format(
        kind, _points(pairs, last)
    )


def _ground(tops: Sequence[Top], last: int) -> Markup:
    if not tops:
        return Markup()
    there = [(top.k, top.high / top.k) for top in tops]
    back = [(top.k, top.low / top.k) for top in reversed(tops)]
    return Markup('<path class="top-ground" d="M{}Z"/>').format(_points([*there, *back], last))


def _scale() -> tuple[Markup, Markup]:
    grid, axis = Markup(), Markup()
    for share in (0, 0.5, 1):
        y = _down(share)
        grid += Markup('<line class="c-grid" x1="0" x2="100%" y1="{0}" y2="{0}"/>').format(attribute(y))
        axis += Markup('<text class="c-text" x="40" y="{}" text-anchor="end">{}</text>').format(
            attribute(y + 4.5), percent(share)
        )
    return grid, axis


def _short(k: int, last: int, label: str) -> Markup:
    x = 100 * (k - 0.5) / last
    side = Markup('dx="-8" text-anchor="end"') if x > 60 else Markup('dx="8"')
    return Markup(
        '<line class="top-short" x1="{0}%" x2="{0}%" y1="0" y2="{1}"/>'
        '<text class="c-text" x="{0}%" {2} y="14">{3}</text>'
    ).format(attribute(x), _HEIGHT, side, label)
