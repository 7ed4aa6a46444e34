"""A funnel plot: the rate of every group against its size, with the limits that chance keeps to."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Literal

from markupsafe import Markup

from recruit.charts.drawing import attribute, named

_HEIGHT, _TOP, _BOTTOM = 340, 28, 40  # px: the whole, kept free above and below the field
_AXIS = 40  # px for the words of the axis of rates
_WIDTH = 1000  # units of the curves; stretched to the column
_NARROW = 270  # px: the field on a phone, where labels must not overlap either
_LETTER, _LINE = 7.5, 16  # px a letter and a line of labels take
_RATES = (0.0, 0.25, 0.5, 0.75, 1.0)
_SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000)

Zone = Literal["inside", "outside_95", "outside_99_8"]


@dataclass(frozen=True)
class ControlPoint:
    """Groups at one place: `label` their name or names, size `n` (1 or more) and rate (0–1) that they share."""

    label: str
    n: int
    rate: float
    zone: Zone = "inside"
    count: int = 1


@dataclass(frozen=True)
class ControlLimit:
    """One pair of limits: (n, low, high) for rising n."""

    ends: Sequence[tuple[int, float, float]]
    kind: Literal["inner", "outer"]


def control_plot(
    points: Sequence[ControlPoint],
    limits: Sequence[ControlLimit],
    rate: float,
    *,
    title: str,
    size_label: str,
    rate_label: str,
) -> Markup:
    """Points, the limits around the common rate as steps, and labels where there is room for them.

    Points outside are labelled first, outermost first, then the largest. The sizes stand on a square-root scale, so
    that small groups are not all in one corner. Places are per cent of the width, so that the words keep their size on
    a phone; labels are placed for the width of a phone, and only have more room on a wider page.
    """
    largest = max([point.n for point in points] + [1])
    grid, words = (Markup().join(made(share) for share in _RATES) for made in (_line, _word))
    curves = Markup().join(_curve(limit, largest) for limit in limits)
    marks = Markup().join(_mark(point, largest) for point in sorted(points, key=lambda each: -each.count))
    field = _HEIGHT - _TOP - _BOTTOM
    return Markup(
        '<figure class="plot control"><p class="hint">{rate_label}</p><div class="control-field">'
        '<svg width="{axis}" height="{height}" aria-hidden="true">{words}</svg>'
        '<svg width="100%" height="{height}" {named}>{grid}'
        '<svg y="{top}" width="100%" height="{field}" viewBox="0 0 {wide} {field}" preserveAspectRatio="none">'
        "{curves}</svg>"
        '<line class="limit-rate" x1="0" x2="100%" y1="{y}" y2="{y}"/>{marks}{labels}{sizes}</svg></div>'
        '<figcaption class="hint control-caption">{size_label}</figcaption></figure>'
    ).format(
        rate_label=rate_label,
        axis=_AXIS,
        words=words,
        height=_HEIGHT,
        named=named(title),
        grid=grid,
        top=_TOP,
        field=field,
        wide=_WIDTH,
        curves=curves,
        y=attribute(_down(rate)),
        marks=marks,
        labels=_labels(points, largest),
        sizes=_sizes(largest),
        size_label=size_label,
    )


def _across(n: float, largest: int) -> float:
    """Share of the width, with room for a mark at the right."""
    return 0.96 * sqrt(n / largest)


def _down(rate: float) -> float:
    """px from above."""
    return _TOP + (1 - rate) * (_HEIGHT - _TOP - _BOTTOM)


def _line(share: float) -> Markup:
    return Markup('<line class="c-grid" x1="0" x2="100%" y1="{0}" y2="{0}"/>').format(attribute(_down(share)))


def _word(share: float) -> Markup:
    return Markup('<text class="c-text" x="32" y="{}" text-anchor="end">{}</text>').format(
        attribute(_down(share) + 4.5), f"{share * 100:.0f}"
    )


def _sizes(largest: int) -> Markup:
    """The words of the axis of sizes: round numbers that do not stand too close."""
    words, last = Markup(), 0.0
    for n in (each for each in _SIZES if each <= largest):
        x = _across(n, largest)
        if x - last >= 0.09:
            words += Markup('<text class="c-text" x="{}%" y="{}" text-anchor="middle">{}</text>').format(
                attribute(100 * x), _HEIGHT - _BOTTOM + 22, n
            )
            last = x
    return words


def _curve(limit: ControlLimit, largest: int) -> Markup:
    """Both ends as steps: a limit holds from half a person below a size to half a person above it.

    Where it is 0 or 1 no group can be outside, and nothing is drawn.
    """
    steps = ""
    for side in (1, 2):
        drawn_to = None
        for place, end in enumerate(limit.ends):
            n, share = end[0], end[side]
            if not 0 < share < 1:
                drawn_to = None
                continue
            before = limit.ends[place - 1][0] if place else n - 1
            after = limit.ends[place + 1][0] if place + 1 < len(limit.ends) else n + 1
            y = attribute(_down(share) - _TOP)
            start, stop = (_WIDTH * _across((a + b) / 2, largest) for a, b in ((before, n), (n, after)))
            steps += f"V{y}" if drawn_to == n else f"M{attribute(start)} {y}"
            steps += f"H{attribute(min(stop, _WIDTH))}"
            drawn_to = after
    return Markup('<path class="limit limit--{}" vector-effect="non-scaling-stroke" d="{}"/>').format(
        limit.kind, steps
    )


def _mark(point: ControlPoint, largest: int) -> Markup:
    radius = attribute(min(4 + 1.3 * (sqrt(point.count) - 1), 9))
    return Markup('<svg x="{}%" y="{}" overflow="visible"><title>{}</title>{}</svg>').format(
        attribute(100 * _across(point.n, largest)),
        attribute(_down(point.rate)),
        point.label,
        _SHAPES[point.zone].format(radius),
    )


_SHAPES = {
    "inside": Markup('<circle class="m-dot" r="{}"/>'),
    "outside_95": Markup('<path class="m-triangle" d="M0-7.5 8 6.5H-8z"/>'),
    "outside_99_8": Markup('<path class="m-diamond" d="M0-8 8 0 0 8-8 0z"/>'),
}
_Box = tuple[float, float, float, float]


def _labels(points: Sequence[ControlPoint], largest: int) -> Markup:
    """Greedy: in order of importance, each at the first of a few places where nothing stands yet."""
    rank = {"outside_99_8": 0, "outside_95": 1, "inside": 2}
    order = sorted(points, key=lambda each: (rank[each.zone], -each.n, each.label))
    taken: list[_Box] = [_around(point, largest) for point in points]
    labels = Markup()
    for point in order:
        found = _place(point, largest, taken)
        if found is None:
            continue
        box, anchor, dx, dy = found
        taken.append(box)
        labels += Markup(
            '<text class="c-text control-label control-label--{}" x="{}%" y="{}" dx="{}" text-anchor="{}">{}</text>'
        ).format(
            point.zone,
            attribute(100 * _across(point.n, largest)),
            attribute(_down(point.rate) + dy),
            dx,
            anchor,
            point.label,
        )
    return labels


# The share of a label that lies before the point where it is anchored.
_BEFORE = {"start": 0.0, "middle": 0.5, "end": 1.0}


def _around(point: ControlPoint, largest: int) -> _Box:
    x, y = _across(point.n, largest) * _NARROW, _down(point.rate)
    return (x - 5, y - 5, x + 5, y + 5)


def _place(
    point: ControlPoint, largest: int, taken: Sequence[_Box]
) -> tuple[_Box, Literal["start", "end", "middle"], int, float] | None:
    """The box on a phone, how the text is anchored, and how far from the point; None where there is no room."""
    x, y = _across(point.n, largest) * _NARROW, _down(point.rate)
    wide = len(point.label) * _LETTER
    own = _around(point, largest)
    ways: tuple[tuple[Literal["start", "end", "middle"], int, float], ...] = (
        ("start", 10, 4.5),
        ("end", -10, 4.5),
        ("start", 6, -9),
        ("start", 6, 18),
        ("end", -6, -9),
        ("end", -6, 18),
        ("middle", 0, 19),
        ("middle", 0, -10),
    )
    for anchor, dx, dy in ways:
        left = x + dx - wide * _BEFORE[anchor]
        box = (left, y + dy - _LINE + 4, left + wide, y + dy + 4)
        inside = box[0] >= 0 and box[2] <= _NARROW and box[1] >= 0 and box[3] <= _HEIGHT - _BOTTOM + 8
        if inside and not any(_overlap(box, other) for other in taken if other != own):
            return box, anchor, dx, dy
    return None


def _overlap(a: _Box, b: _Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
