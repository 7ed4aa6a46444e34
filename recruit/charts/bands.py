"""The order with its bands: for every place, the places that are also possible."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Literal

from markupsafe import Markup

from recruit.charts.drawing import attribute, named

Kind = Literal["in", "zone", "out"]

_HEIGHT = 260  # px
_MARGIN = 12  # px above the first and below the last place
_WIDTH = 1000  # units that the places share; stretched to the column
_ROW_HEIGHT = 16  # px of the band in a row of a table
_KINDS: tuple[Kind, ...] = ("in", "zone", "out")


@dataclass(frozen=True)
class Band:
    """One application: its place, the lowest and highest place that are possible, and where it stands.

    ``low`` and ``high`` count from 1 like the place, low ≤ place ≤ high; None where nothing can be said. ``last``:
    the last of several places in a row that the band stands for together; None where it is one.
    """

    place: int
    low: int | None
    high: int | None
    kind: Kind
    last: int | None = None


def band_plot(
    bands: Sequence[Band],
    *,
    title: str,
    count: int | None = None,
    line_at: int | None = None,
    line_label: str = "",
    captions: tuple[str, str, str] = ("", "", ""),
) -> Markup:
    """All places in their order, each with its band, the borderline zone as a ground and the line.

    ``bands`` in order of place. ``count``: how many places there are, where that is not one for each band.
    ``line_at``: how many are above the line. ``captions``: words below for those surely above it, those in the zone
    and the rest.
    """
    count = max(len(bands) if count is None else count, 1)
    scale = _scale(count)
    line = _line(100 * min(line_at, count) / count, line_label) if line_at is not None else Markup()
    return Markup(
        '<figure class="plot bands"><svg width="40" height="{h}" aria-hidden="true">{axis}</svg>'
        '<svg width="100%" height="{h}" {named}>{grid}<svg width="100%" height="{h}" viewBox="0 0 {w} {h}"'
        ' preserveAspectRatio="none">{marks}</svg>{line}</svg><figcaption class="order-caption">'
        '<span class="band-in">{left}</span><span class="band-zone">{middle}</span><span>{right}</span>'
        "</figcaption></figure>"
    ).format(
        h=_HEIGHT,
        w=_WIDTH,
        axis=scale[1],
        grid=scale[0],
        named=named(title),
        marks=_marks(tuple(bands), count),
        line=line,
        left=captions[0],
        middle=captions[1],
        right=captions[2],
    )


def band_row(band: Band, count: int, *, line_at: int | None = None, label: str = "") -> Markup:
    """The band of one application along the places 1 to ``count``, for a row of a table."""
    low, high = band.low or band.place, band.high or band.place
    middle = attribute(_ROW_HEIGHT / 2)
    line = stroke = ""
    if line_at is not None:
        x = attribute(100 * min(line_at, count) / count)
        line = f'<line class="c-the-line" x1="{x}%" x2="{x}%" y1="0" y2="100%"/>'
    if band.low is not None:
        left, right = attribute(100 * (low - 1) / count), attribute(100 * high / count)
        stroke = (
            f'<line class="band band--{band.kind}" x1="{left}%" x2="{right}%" y1="{middle}" y2="{middle}"/>'
        )
    dot = attribute(100 * (band.place - 0.5) / count)
    # Hundreds of rows have one: written at once, of numbers and kinds alone and a name that is escaped.
    return Markup(  # noqa: S704
        f'<svg class="band-row" width="100%" height="{_ROW_HEIGHT}" {named(label)}>{line}{stroke}'
        f'<circle class="band-dot band-dot--{band.kind}" cx="{dot}%" cy="{middle}" r="4"/></svg>'
    )


@lru_cache(maxsize=16)
def _marks(bands: tuple[Band, ...], count: int) -> Markup:
    """The grounds, bands and dots; the same bands are looked at again and again."""
    grounds = Markup().join(_ground(run, count) for run in _zones(bands))
    return grounds + Markup().join(_strokes(bands, kind, count) for kind in _KINDS)


def _middle(band: Band) -> float:
    return band.place if band.last is None else (band.place + band.last) / 2


def _across(place: float, count: int) -> float:
    return _WIDTH * (place - 0.5) / count


def _down(place: float, count: int) -> float:
    return _MARGIN + (_HEIGHT - 2 * _MARGIN) * (place - 0.5) / count


def _zones(bands: Sequence[Band]) -> list[tuple[int, int]]:
    """First and last place of every unbroken run of the zone."""
    runs = []
    for kind, run in groupby(bands, key=lambda band: band.kind):
        if kind == "zone":
            zone = list(run)
            runs.append((zone[0].place, zone[-1].last or zone[-1].place))
    return runs


def _ground(run: tuple[int, int], count: int) -> Markup:
    left, right = _WIDTH * (run[0] - 1) / count, _WIDTH * run[1] / count
    return Markup('<rect class="band-ground" x="{}" y="0" width="{}" height="{}"/>').format(
        attribute(left), attribute(right - left), _HEIGHT
    )


def _strokes(bands: Sequence[Band], kind: Kind, count: int) -> Markup:
    """All bands and dots of a kind as two paths: thousands of them are still two elements."""
    own = [band for band in bands if band.kind == kind]
    if not own:
        return Markup()
    strokes = "".join(
        f"M{attribute(_across(_middle(band), count))} {attribute(_down(band.low, count))}"
        f"V{attribute(_down(band.high, count))}"
        for band in own
        if band.low is not None and band.high is not None
    )
    dots = "".join(
        f"M{attribute(_across(_middle(band), count))} {attribute(_down(_middle(band), count))}h0"
        for band in own
    )
    size = "" if count <= 120 else " bands--small" if count <= 600 else " bands--tiny"
    return Markup(
        '<path class="band band--{0}{1}" vector-effect="non-scaling-stroke" d="{2}"/>'
        '<path class="band-dots band-dots--{0}{1}" vector-effect="non-scaling-stroke" d="{3}"/>'
    ).format(kind, size, strokes, dots)


def _scale(count: int) -> tuple[Markup, Markup]:
    """Lines and figures at place 1, at round places between, and at the last."""
    step = next((step for step in (1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000) if count / step <= 5), 2000)
    places = [1, *(place for place in range(step, count, step) if 1 < place <= count - step / 2), count]
    grid, axis = Markup(), Markup()
    for place in dict.fromkeys(places):
        y = _down(place, count)
        grid += Markup('<line class="c-grid" x1="0" x2="100%" y1="{0}" y2="{0}"/>').format(attribute(y))
        axis += Markup('<text class="c-text" x="32" y="{}" text-anchor="end">{}</text>').format(
            attribute(y + 4.5), place
        )
    return grid, axis


def _line(share: float, label: str) -> Markup:
    x = attribute(share)
    side = Markup('dx="-8" text-anchor="end"') if share > 60 else Markup('dx="8"')
    return Markup(
        '<line class="c-the-line" x1="{0}%" x2="{0}%" y1="0" y2="{1}"/>'
        '<text class="c-text--alarm" x="{0}%" {2} y="16">{3}</text>'
    ).format(x, _HEIGHT, side, label)
