"""Charts drawn on the server: text as HTML, marks as SVG, colour only through classes of the stylesheet.

Every function returns `Markup` without a style attribute or a script, so that it passes a strict
Content-Security-Policy, follows dark mode and prints. Horizontal positions are percentages, so a chart fills its
column and its text keeps its size on a phone. All words shown are passed in by the caller, already translated.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from markupsafe import Markup

Verdict = Literal["alarm", "watch", "no_conclusion", "no_concern"]

_ROW = 26  # px, height of one row of marks
_EDGE = 3.0  # per cent kept free at both ends of an axis, so that a mark at the end is whole


@dataclass(frozen=True)
class IntervalRow:
    """One group in an interval plot.

    `rate`, `low`, `high` lie on the axis of the plot (a share 0–1, or a difference -1–1); None where a figure is
    suppressed or undefined, and then nothing is drawn. `figures` stands beside ("9 of 36"), `words` after the marks.
    A row with `heading=True` is a sub-heading and has only a label.
    """

    label: str
    rate: float | None = None
    low: float | None = None
    high: float | None = None
    figures: str = ""
    verdict: Verdict = "no_concern"
    words: str = ""
    heading: bool = False


@dataclass(frozen=True)
class FunnelRow:
    """One stage: `count` people (0 or more), of whom `inner` (0–count) are done; `planned` ones are hatched."""

    label: str
    count: int
    note: str = ""
    inner: int | None = None
    planned: bool = False
    tone: Literal[1, 2] = 1


@dataclass(frozen=True)
class WeightPart:
    """One criterion in a weights bar; `weight` is its points, 0–100."""

    label: str
    weight: float


@dataclass(frozen=True)
class WeightGroup:
    """The criteria of one stage; `heading` stands above its part of the bar."""

    heading: str
    parts: Sequence[WeightPart] = field(default_factory=tuple)


def _number(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")


def _percent(value: float, low: float, high: float) -> str:
    """Position on the axis low–high as a per cent of the width; values outside are drawn at the edge."""
    share = (min(max(value, low), high) - low) / (high - low)
    return _number(_EDGE + share * (100 - 2 * _EDGE)) + "%"


def _labelled(label: str) -> Markup:
    return Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')


def _axis(ticks: Sequence[tuple[float, str]], low: float, high: float) -> Markup:
    words = Markup().join(
        Markup('<text class="c-text" x="{}" y="14" text-anchor="middle">{}</text>').format(
            _percent(at, low, high), label
        )
        for at, label in ticks
    )
    return Markup('<svg width="100%" height="20" aria-hidden="true">{}</svg>').format(words)


def _grid(ticks: Sequence[tuple[float, str]], low: float, high: float, zero: float | None) -> Markup:
    lines = [
        Markup('<line class="{}" x1="{}" x2="{}" y1="0" y2="{}"/>').format(
            "c-zero" if zero is not None and at == zero else "c-grid",
            _percent(at, low, high),
            _percent(at, low, high),
            _ROW,
        )
        for at, _ in ticks
    ]
    return Markup().join(lines)


_SHAPES = {
    "alarm": Markup('<path class="m-diamond" d="M0-8 8 0 0 8-8 0z"/>'),
    "watch": Markup('<path class="m-triangle" d="M0-7.500 8 6.500H-8z"/>'),
    "no_conclusion": Markup('<circle class="m-open" r="4.500"/>'),
    "no_concern": Markup('<circle class="m-dot" r="5"/>'),
}


def _marks(row: IntervalRow, low: float, high: float) -> Markup:
    marks = Markup()
    middle = _ROW // 2
    if row.low is not None and row.high is not None:
        marks += Markup('<line class="{}" x1="{}" x2="{}" y1="{}" y2="{}"/>').format(
            "m-dashed" if row.verdict == "no_conclusion" else "m-line",
            _percent(row.low, low, high),
            _percent(row.high, low, high),
            middle,
            middle,
        )
    if row.rate is not None:
        marks += Markup('<svg x="{}" y="{}" overflow="visible">{}</svg>').format(
            _percent(row.rate, low, high), middle, _SHAPES[row.verdict]
        )
    return marks


_ROW_CLASS = {"alarm": "is-alarm", "watch": "is-watch", "no_conclusion": "is-open", "no_concern": ""}


def interval_plot(
    rows: Sequence[IntervalRow],
    *,
    title: str,
    group_label: str,
    figures_label: str,
    marks_label: str,
    words_label: str = "",
    description: str = "",
    axis: tuple[float, float] = (0.0, 1.0),
    ticks: Sequence[tuple[float, str]] = (
        (0, "0 %"),
        (0.25, "25 %"),
        (0.5, "50 %"),
        (0.75, "75 %"),
        (1, "100 %"),
    ),
    zero: float | None = None,
) -> Markup:
    """A table with a point and its interval per group on a shared axis.

    Solid where something can be said; an open point on a dashed line when not; a diamond is an alarm, a triangle a
    watch. The figures stand beside as text, so the plot is also their table. `title` names the table for a screen
    reader, `description` is shown above. `zero` is the tick drawn as the zero line.
    """
    low, high = axis
    body = Markup()
    for row in rows:
        if row.heading:
            body += Markup('<tr class="plot-group"><th scope="rowgroup" colspan="4">{}</th></tr>').format(
                row.label
            )
            continue
        body += Markup(
            '<tr class="{}"><th scope="row"><bdi>{}</bdi></th><td class="plot-n">{}</td>'
            '<td class="plot-marks"><svg width="100%" height="{}" aria-hidden="true">{}{}</svg></td>'
            '<td class="plot-words">{}</td></tr>'
        ).format(
            _ROW_CLASS[row.verdict],
            row.label,
            row.figures,
            _ROW,
            _grid(ticks, low, high, zero),
            _marks(row, low, high),
            row.words,
        )
    caption = Markup("<figcaption>{}</figcaption>").format(description) if description else Markup()
    return Markup(
        '<figure class="plot">{}<table class="plot-rows plot-rows--wide" aria-label="{}"><thead><tr><th scope="col">{}</th>'
        '<th scope="col" class="plot-n">{}</th><th scope="col" class="plot-marks">{}{}</th>'
        '<th scope="col">{}</th></tr></thead><tbody>{}</tbody></table></figure>'
    ).format(
        caption,
        title,
        group_label,
        figures_label,
        Markup('<span class="visually-hidden">{}</span>').format(marks_label),
        _axis(ticks, low, high),
        words_label,
        body,
    )


def difference_plot(
    rows: Sequence[IntervalRow],
    *,
    title: str,
    group_label: str,
    figures_label: str,
    marks_label: str,
    equal_label: str,
    words_label: str = "",
    description: str = "",
    limit: float = 0.6,
) -> Markup:
    """An interval plot of differences in share (-1–1) around the line "equal"; drawn from -limit to +limit."""
    step = 0.2 if limit > 0.3 else 0.1
    count = int(limit / step + 1e-9)
    ticks = [
        (i * step, equal_label if i == 0 else f"{'+' if i > 0 else '−'}{abs(i) * step * 100:.0f}")
        for i in range(-count, count + 1)
    ]
    return interval_plot(
        rows,
        title=title,
        group_label=group_label,
        figures_label=figures_label,
        marks_label=marks_label,
        words_label=words_label,
        description=description,
        axis=(-limit, limit),
        ticks=ticks,
        zero=0,
    )


def _hatch(identity: str) -> Markup:
    return Markup(
        '<defs><pattern id="{}" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<line class="hatch-line" x1="0" y1="0" x2="0" y2="8"/></pattern></defs>'
    ).format(identity)


def _funnel_bar(row: FunnelRow, width: float, identity: str) -> Markup:
    parts = Markup()
    if row.planned:
        parts = _hatch(identity) + Markup(
            '<rect class="c-planned" x="1" y="1" width="99%" height="30" rx="4" fill="url(#{})"/>'
        ).format(identity)
    elif row.inner is not None and row.count:
        parts = Markup(
            '<rect class="c-rest" x="0.500" y="0.500" width="99.500%" height="31" rx="4"/>'
            '<rect class="c-{}" width="{}%" height="32" rx="4"/>'
        ).format(row.tone, _number(100 * min(row.inner, row.count) / row.count))
    elif row.count:
        parts = Markup('<rect class="c-{}" width="100%" height="32" rx="4"/>').format(row.tone)
    return Markup('<svg width="{}%" height="32" aria-hidden="true">{}</svg>').format(_number(width), parts)


def funnel(rows: Sequence[FunnelRow], *, title: str) -> Markup:
    """The way from begun to posts: one bar per stage, as wide as its count against the largest, notes as text."""
    largest = max((row.count for row in rows), default=0) or 1
    items = Markup()
    for index, row in enumerate(rows):
        width = max(92 * row.count / largest, 0.8)
        inside = width >= 55 and len(row.note) < width * 0.85 and not row.planned and row.inner is None
        note = (
            Markup('<span class="funnel-note{}">{}</span>').format(
                f" funnel-note--inside-{row.tone}" if inside else "", row.note
            )
            if row.note
            else Markup()
        )
        items += Markup(
            '<li><span class="funnel-label">{}</span><span class="funnel-figure">{}</span>'
            '<span class="funnel-bar">{}{}</span></li>'
        ).format(row.label, row.count, _funnel_bar(row, width, f"funnel-hatch-{index}"), note)
    return Markup('<ol class="funnel plot" aria-label="{}">{}</ol>').format(title, items)


# Neighbours differ in lightness; a new stage takes the other hue.
_STAGE_TONES = ((1, 2), (3, 4), (5, 5))


def weights_bar(groups: Sequence[WeightGroup], *, title: str) -> Markup:
    """One bar of 100 points: every criterion as wide as its weight with its figure in it, grouped by stage.

    On a phone the labels give way to the headings below; `anchors_table` has every name. Weight 0 is not drawn.
    """
    total = sum(part.weight for group in groups for part in group.parts) or 1
    bars, start = Markup(), 0.0
    for index, group in enumerate(groups):
        tones = _STAGE_TONES[min(index, len(_STAGE_TONES) - 1)]
        bars += Markup('<text class="c-text c-text--ink weights-label" x="{}%" y="16">{}</text>').format(
            _number(start), group.heading
        )
        for place, part in enumerate(part for part in group.parts if part.weight):
            width = 100 * part.weight / total
            tone = tones[place % 2]
            bars += Markup(
                '<svg x="{}%" y="24" width="{}%" height="60">'
                '<rect class="c-{}" x="1" width="99.500%" height="36" rx="2"/>'
                '<text class="c-figure on-{}" x="50%" y="24">{}</text></svg>'
                '<svg class="weights-label plot-clip" x="{}%" y="62" width="{}%" height="24" overflow="hidden">'
                '<text class="c-text" x="2" y="15">{}</text></svg>'
            ).format(
                _number(start),
                _number(width),
                tone,
                tone,
                _number(part.weight),
                _number(start),
                _number(width),
                part.label,
            )
            start += width
    spoken = "; ".join(
        f"{group.heading}: " + ", ".join(f"{part.label} {_number(part.weight)}" for part in group.parts)
        for group in groups
    )
    below = Markup().join(Markup("<li>{}</li>").format(group.heading) for group in groups)
    return Markup(
        '<figure class="plot weights"><svg width="100%" height="86" {}>{}</svg><ul class="weights-phone" aria-hidden="true">{}</ul></figure>'
    ).format(_labelled(f"{title}. {spoken}"), bars, below)


def parts_bar(parts: Sequence[WeightPart], *, title: str) -> Markup:
    """A bar of parts that make a whole, such as the months of a programme; each with its figure and its name."""
    total = sum(part.weight for part in parts) or 1
    tones, bars, start = (5, 1, 2, 3, 4), Markup(), 0.0
    for index, part in enumerate(part for part in parts if part.weight):
        width, tone = 100 * part.weight / total, tones[index % len(tones)]
        bars += Markup(
            '<svg x="{}%" width="{}%" height="62" overflow="visible"><rect class="c-{}" x="1" width="98.500%" height="36" rx="2"/>'
            '<text class="c-figure on-{}" x="50%" y="24">{}</text><text class="c-text" x="2" y="54">{}</text></svg>'
        ).format(_number(start), _number(width), tone, tone, _number(part.weight), part.label)
        start += width
    spoken = ", ".join(f"{part.label} {_number(part.weight)}" for part in parts)
    return Markup('<figure class="plot"><svg width="100%" height="62" {}>{}</svg></figure>').format(
        _labelled(f"{title}: {spoken}"), bars
    )


def share_bar(
    value: float, maximum: float, *, tone: Literal[1, 2, 3, 4, 5] = 1, height: int = 10, label: str = ""
) -> Markup:
    """`value` of `maximum` as a small bar that fills its cell; hidden from screen readers unless it has a label."""
    share = 0.0 if maximum <= 0 else min(max(value / maximum, 0.0), 1.0)
    return Markup(
        '<svg class="bar" width="100%" height="{}" {}><rect class="c-rest" x="0.500" y="0.500" width="99%" height="{}" rx="2"/>'
        '<rect class="c-{}" width="{}%" height="{}" rx="2"/></svg>'
    ).format(height, _labelled(label), height - 1, tone, _number(100 * share), height)


def _dots(points: Sequence[tuple[float, float]], kind: str, size: str) -> Markup:
    # A path of zero-length strokes with round ends: thousands of points are one element, and stay round when stretched.
    path = "".join(f"M{_number(x)} {_number(y)}h0" for x, y in points)
    return (
        Markup('<path class="dots dots--{}{}" vector-effect="non-scaling-stroke" d="{}"/>').format(
            kind, size, path
        )
        if path
        else Markup()
    )


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

    `totals` are points 0–highest in the order of the ranking; `line_at` = how many are called, `reserve_at` = called
    and reserves together, both 0–len(totals); None draws none. `caption`: words below, left, middle and right.
    """
    height, count = 240, max(len(totals), 1)

    def across(place: float) -> float:
        return 1000 * (place + 0.5) / count

    def down(points: float) -> float:
        return 10 + (height - 20) * (1 - points / highest)

    inside = line_at if line_at is not None else len(totals)
    spare = max(reserve_at if reserve_at is not None else inside, inside)
    spots = [(across(i), down(total)) for i, total in enumerate(totals)]
    size = "" if count <= 120 else " dots--small" if count <= 600 else " dots--tiny"
    dots = (
        _dots(spots[:inside], "in", size)
        + _dots(spots[inside:spare], "reserve", size)
        + _dots(spots[spare:], "out", size)
    )
    steps = [highest * i / 4 for i in range(5)]
    grid = Markup().join(
        Markup('<line class="c-grid" x1="0" x2="100%" y1="{}" y2="{}"/>').format(
            _number(down(s)), _number(down(s))
        )
        for s in steps
    )
    axis = Markup().join(
        Markup('<text class="c-text" x="36" y="{}" text-anchor="end">{}</text>').format(
            _number(down(s) + 4.5), _number(s)
        )
        for s in steps
    )
    marks = Markup()
    if threshold is not None:
        y = _number(down(threshold))
        marks += Markup(
            '<line class="c-threshold" x1="0" x2="100%" y1="{}" y2="{}"/><text class="c-text" x="4" y="{}">{}</text>'
        ).format(y, y, _number(down(threshold) + 17), threshold_label)
    if reserve_at is not None and reserve_at != line_at:
        marks += _upright("c-reserve", reserve_at, count, height, reserve_label, "c-text", 38)
    if line_at is not None:
        marks += _upright("c-the-line", line_at, count, height, line_label, "c-text--alarm", 18)
    left, middle, right = caption
    return Markup(
        '<figure class="plot order"><svg width="40" height="{h}" aria-hidden="true">{axis}</svg>'
        '<svg width="100%" height="{h}" {named}>{grid}'
        '<svg width="100%" height="{h}" viewBox="0 0 1000 {h}" preserveAspectRatio="none">{dots}</svg>{marks}</svg>'
        '<figcaption class="order-caption"><span>{left}</span><span>{middle}</span><span>{right}</span></figcaption></figure>'
    ).format(
        h=height,
        axis=axis,
        named=_labelled(title),
        grid=grid,
        dots=dots,
        marks=marks,
        left=left,
        middle=middle,
        right=right,
    )


def _upright(kind: str, place: int, count: int, height: int, label: str, text: str, y: int) -> Markup:
    """A line between two places, its label on the side where there is room."""
    share = 100 * min(max(place / count, 0.0), 1.0)
    x = _number(share)
    side = (
        Markup('x="{}%" dx="8"').format(x)
        if share < 60
        else Markup('x="{}%" dx="-8" text-anchor="end"').format(x)
    )
    return Markup(
        '<line class="{}" x1="{}%" x2="{}%" y1="0" y2="{}"/><text class="{}" {} y="{}">{}</text>'
    ).format(kind, x, x, height, text, side, y, label)


def posts_squares(count: int, *, per_row: int = 15) -> Markup:
    """One square per post. Hidden from screen readers: the figure stands beside."""
    across = min(max(count, 0), per_row)
    down = -(-max(count, 0) // per_row) or 1
    squares = Markup().join(
        Markup('<rect class="c-1" x="{}" y="{}" width="14" height="14" rx="3"/>').format(
            20 * (i % per_row), 20 * (i // per_row)
        )
        for i in range(max(count, 0))
    )
    width, height = max(20 * across - 6, 1), 20 * down - 6
    return Markup(
        '<svg class="squares" width="{}" height="{}" viewBox="0 0 {} {}" aria-hidden="true">{}</svg>'
    ).format(width, height, width, height, squares)
