"""The order of a ranking as points by place, with the line."""

from collections.abc import Sequence

from markupsafe import Markup

from recruit.charts.drawing import attribute, named

_HEIGHT = 240  # px
_MARGIN = 10  # px above the highest and below the lowest total
_WIDTH = 1000  # units that the places share; stretched to the column


def order_plot(
    totals: Sequence[float],
    *,
    title: str,
    caption: tuple[str, str, str] = ("", "", ""),
    line_at: int | None = None,
    line_label: str = "",
    reserve_at: int | None = None,
    reserve_label: str = "",
    threshold: float | None = None,
    threshold_label: str = "",
    highest: float = 100.0,
) -> Markup:
    """Points by place in the order, best first, with the line, the end of the reserves and the threshold.

    `totals` are points 0–highest in the order of the ranking; `line_at` = how many are called, `reserve_at` =
    called and reserves together, both 0–len(totals); None draws none. `caption`: words below, left to right.
    """
    count = max(len(totals), 1)
    grid, axis = _scale(highest)
    marks = Markup()
    if threshold is not None:
        marks += _threshold(_down(threshold, highest), threshold_label)
    if reserve_at is not None and reserve_at != line_at:
        # The line's label stands after it where there is no room before: then the reserves' line begins below it.
        after = line_at is not None and not _has_room_before(100 * line_at / count)
        share = 100 * reserve_at / count
        marks += _upright("c-reserve", share, reserve_label, "c-text", before=False, top=22 if after else 0)
    if line_at is not None:
        marks += _upright("c-the-line", 100 * line_at / count, line_label, "c-text--alarm", before=True)
    return Markup(
        '<figure class="plot order"><svg width="40" height="{h}" aria-hidden="true">{axis}</svg>'
        '<svg width="100%" height="{h}" {named}>{grid}<svg width="100%" height="{h}" viewBox="0 0 {w} {h}"'
        ' preserveAspectRatio="none">{dots}</svg>{marks}</svg><figcaption class="order-caption">'
        "<span>{left}</span><span>{middle}</span><span>{right}</span></figcaption></figure>"
    ).format(
        h=_HEIGHT,
        w=_WIDTH,
        axis=axis,
        named=named(title),
        grid=grid,
        dots=_all_dots(totals, highest, line_at, reserve_at),
        marks=marks,
        left=caption[0],
        middle=caption[1],
        right=caption[2],
    )


def _down(points: float, highest: float) -> float:
    return _MARGIN + (_HEIGHT - 2 * _MARGIN) * (1 - points / highest)


def _scale(highest: float) -> tuple[Markup, Markup]:
    """Grid lines and their figures, in whole numbers where they can be."""
    parts = next((n for n in (4, 3, 5) if highest % n == 0), 4)
    grid, axis = Markup(), Markup()
    for points in (highest * i / parts for i in range(parts + 1)):
        y = _down(points, highest)
        grid += Markup('<line class="c-grid" x1="0" x2="100%" y1="{0}" y2="{0}"/>').format(attribute(y))
        axis += Markup('<text class="c-text" x="32" y="{}" text-anchor="end">{}</text>').format(
            attribute(y + 4.5), attribute(points)
        )
    return grid, axis


def _all_dots(totals: Sequence[float], highest: float, line_at: int | None, reserve_at: int | None) -> Markup:
    count = max(len(totals), 1)
    inside = len(totals) if line_at is None else line_at
    spare = inside if reserve_at is None else max(reserve_at, inside)
    spots = [(_WIDTH * (place + 0.5) / count, _down(total, highest)) for place, total in enumerate(totals)]
    size = "" if count <= 120 else " dots--small" if count <= 600 else " dots--tiny"
    kinds = (("in", spots[:inside]), ("reserve", spots[inside:spare]), ("out", spots[spare:]))
    return Markup().join(_dots(part, kind + size) for kind, part in kinds if part)


def _dots(spots: Sequence[tuple[float, float]], kind: str) -> Markup:
    # A path of zero-length strokes with round ends: thousands of points are one element and stay round.
    path = "".join(f"M{attribute(x)} {attribute(y)}h0" for x, y in spots)
    return Markup('<path class="dots dots--{}" vector-effect="non-scaling-stroke" d="{}"/>').format(
        kind, path
    )


def _threshold(y: float, label: str) -> Markup:
    return Markup(
        '<line class="c-threshold" x1="0" x2="100%" y1="{0}" y2="{0}"/>'
        '<text class="c-text" x="4" y="{1}">{2}</text>'
    ).format(attribute(y), attribute(y + 17), label)


def _has_room_before(share: float) -> bool:
    return share > 30


def _upright(kind: str, share: float, label: str, text: str, *, before: bool, top: int = 0) -> Markup:
    """A line between two places, its label before or after it as wished, unless there is no room."""
    x = attribute(min(max(share, 0.0), 100.0))
    left = _has_room_before(share) if before else share > 85
    side = Markup('dx="-8" text-anchor="end"') if left else Markup('dx="8"')
    return Markup(
        '<line class="{0}" x1="{1}%" x2="{1}%" y1="{7}" y2="{2}"/>'
        '<text class="{3}" x="{1}%" {4} y="{5}">{6}</text>'
    ).format(kind, x, _HEIGHT, text, side, 16 if before else 34, label, top)
