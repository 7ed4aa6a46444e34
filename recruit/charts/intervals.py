"""A point and its interval per group, in a table that also holds the figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from recruit.charts.drawing import position
from recruit.display import percent

Verdict = Literal["alarm", "watch", "no_conclusion", "no_concern"]
Ticks = Sequence[tuple[float, str]]

_ROW = 26  # px, height of one row of marks
_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
_ROW_CLASS = {"alarm": "is-alarm", "watch": "is-watch", "no_conclusion": "is-open", "no_concern": ""}
_SHAPES = {
    "alarm": Markup('<path class="m-diamond" d="M0-8 8 0 0 8-8 0z"/>'),
    "watch": Markup('<path class="m-triangle" d="M0-7.5 8 6.5H-8z"/>'),
    "no_conclusion": Markup('<circle class="m-open" r="4.5"/>'),
    "no_concern": Markup('<circle class="m-dot" r="5"/>'),
}


@dataclass(frozen=True)
class IntervalRow:
    """One group in an interval plot.

    `rate`, `low`, `high` lie on the axis of the plot (a share 0–1, or a difference -1–1); None where a figure
    is suppressed or undefined, and then nothing is drawn. `figures` stands beside ("9 of 36"), `words` after
    the marks. A row with `heading=True` is a sub-heading and has only a label. `beside` is a second figure on the
    axis, drawn as a small cross, and `reference` one that the row is held against, drawn as an upright line.
    `ground` is where chance alone would have the point, drawn behind it.
    """

    label: str
    rate: float | None = None
    low: float | None = None
    high: float | None = None
    figures: str = ""
    verdict: Verdict = "no_concern"
    words: str = ""
    heading: bool = False
    beside: float | None = None
    reference: float | None = None
    ground: tuple[float, float] | None = None


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
    ticks: Ticks | None = None,
    zero: float | None = None,
) -> Markup:
    """A table with a point and its interval per group on a shared axis.

    Solid where something can be said; an open point on a dashed line when not; a diamond is an alarm, a
    triangle a watch. The figures stand beside as text, so the plot is also their table. `title` names the
    table for a screen reader, `description` is shown above, `zero` is the tick drawn as the zero line. Without `ticks`
    the axis is one of shares.
    """
    ticks = ticks or [(share, percent(share)) for share in _SHARES]
    body = Markup().join(_row(row, axis, ticks, zero) for row in rows)
    caption = Markup("<figcaption>{}</figcaption>").format(description) if description else Markup()
    return Markup(
        '<figure class="plot">{}<table class="plot-rows plot-rows--wide" aria-label="{}"><thead><tr>'
        '<th scope="col">{}</th><th scope="col" class="plot-n">{}</th>'
        '<th scope="col" class="plot-marks"><span class="visually-hidden">{}</span>{}</th>'
        '<td class="plot-words">{}</td></tr></thead><tbody>{}</tbody></table></figure>'
    ).format(caption, title, group_label, figures_label, marks_label, _scale(ticks, axis), words_label, body)


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
    """An interval plot of differences between shares (-1–1), drawn from -limit to +limit around "equal"."""
    step = 0.2 if limit > 0.3 else 0.1
    count = int(limit / step + 1e-9)
    ticks = [(i * step, _signed(i * step * 100) if i else equal_label) for i in range(-count, count + 1)]
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


def _signed(value: float) -> str:
    return f"{'+' if value > 0 else '−'}{abs(value):.0f}"


def _row(row: IntervalRow, axis: tuple[float, float], ticks: Ticks, zero: float | None) -> Markup:
    if row.heading:
        return Markup('<tr class="plot-group"><th scope="rowgroup" colspan="4">{}</th></tr>').format(
            row.label
        )
    return Markup(
        '<tr class="{}"><th scope="row"><bdi>{}</bdi></th><td class="plot-n">{}</td><td class="plot-marks">'
        '<svg width="100%" height="{}" aria-hidden="true">{}{}</svg></td><td class="plot-words">{}</td></tr>'
    ).format(
        _ROW_CLASS[row.verdict],
        row.label,
        row.figures,
        _ROW,
        _grid(ticks, axis, zero),
        _marks(row, axis),
        row.words,
    )


def _scale(ticks: Ticks, axis: tuple[float, float]) -> Markup:
    """The words of the axis; every second one, counted from the middle, gives way in a narrow column."""
    middle = len(ticks) // 2
    words = Markup().join(
        Markup('<text class="c-text{}" x="{}" y="14" text-anchor="middle">{}</text>').format(
            " tick--minor" if (place - middle) % 2 else "", position(at, *axis), label
        )
        for place, (at, label) in enumerate(ticks)
    )
    return Markup(
        '<div class="plot-scale plot-axis"><svg width="100%" height="20" aria-hidden="true">{}</svg></div>'
    ).format(words)


def _grid(ticks: Ticks, axis: tuple[float, float], zero: float | None) -> Markup:
    return Markup().join(
        Markup('<line class="{0}" x1="{1}" x2="{1}" y1="0" y2="{2}"/>').format(
            "c-zero" if at == zero else "c-grid", position(at, *axis), _ROW
        )
        for at, _ in ticks
    )


def _marks(row: IntervalRow, axis: tuple[float, float]) -> Markup:
    marks, middle = _ground(row, axis), _ROW // 2
    if row.reference is not None:
        marks += Markup('<line class="m-reference" x1="{0}" x2="{0}" y1="0" y2="{1}"/>').format(
            position(row.reference, *axis), _ROW
        )
    if row.low is not None and row.high is not None:
        kind = "m-dashed" if row.verdict == "no_conclusion" else "m-line"
        marks += Markup('<line class="{0}" x1="{1}" x2="{2}" y1="{3}" y2="{3}"/>').format(
            kind, position(row.low, *axis), position(row.high, *axis), middle
        )
    if row.rate is not None:
        marks += Markup('<svg x="{}" y="{}" overflow="visible">{}</svg>').format(
            position(row.rate, *axis), middle, _SHAPES[row.verdict]
        )
    if row.beside is not None:
        marks += Markup(
            '<svg x="{}" y="{}" overflow="visible"><path class="m-cross" d="M-4-4 4 4M-4 4 4-4"/></svg>'
        ).format(position(row.beside, *axis), middle)
    return marks


def _ground(row: IntervalRow, axis: tuple[float, float]) -> Markup:
    if row.ground is None:
        return Markup()
    return Markup('<line class="m-ground" x1="{0}" x2="{1}" y1="{2}" y2="{2}"/>').format(
        *(position(end, *axis) for end in row.ground), _ROW // 2
    )
