"""Small multiples: the same few rates in every stratum, one panel each, on one axis."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from recruit.charts.drawing import position
from recruit.display import percent

_ROW = 22  # px, height of one row of marks
_GRID = (0.0, 0.5, 1.0)


@dataclass(frozen=True)
class PanelRow:
    """One group in a panel: its rate and interval, shares 0–1, None where it has nobody; `figures` stands beside."""

    label: str
    rate: float | None
    low: float | None
    high: float | None
    figures: str


@dataclass(frozen=True)
class Panel:
    """One stratum: its name, how many are in it ("n = 40"), and its groups in the order of all panels."""

    heading: str
    size: str
    rows: Sequence[PanelRow]


def rate_panels(panels: Sequence[Panel], *, title: str, group_label: str, figures_label: str) -> Markup:
    """A panel per stratum, as many side by side as there is room for; each is a small table with its marks.

    The axis goes from 0 to 100 % in every panel, so that they can be compared at a glance.
    """
    return Markup('<figure class="plot"><ul class="panels" aria-label="{}">{}</ul></figure>').format(
        title, Markup().join(_panel(panel, group_label, figures_label) for panel in panels)
    )


def _panel(panel: Panel, group_label: str, figures_label: str) -> Markup:
    return Markup(
        '<li><p class="panel-head"><strong><bdi>{0}</bdi></strong> <span class="hint nowrap">{1}</span></p>'
        '<table class="plot-rows panel-rows" aria-label="{0}, {1}"><thead class="visually-hidden"><tr>'
        '<th scope="col">{2}</th><td></td><th scope="col">{3}</th></tr></thead><tbody>{4}</tbody></table>{5}</li>'
    ).format(
        panel.heading,
        panel.size,
        group_label,
        figures_label,
        Markup().join(_row(row) for row in panel.rows),
        _axis(),
    )


def _row(row: PanelRow) -> Markup:
    return Markup(
        '<tr><th scope="row"><bdi>{}</bdi></th><td class="plot-marks"><svg width="100%" height="{}" '
        'aria-hidden="true">{}{}</svg></td><td class="plot-n">{}</td></tr>'
    ).format(row.label, _ROW, _GRID_LINES, _marks(row), row.figures)


def _marks(row: PanelRow) -> Markup:
    marks, middle = Markup(), _ROW // 2
    if row.low is not None and row.high is not None:
        marks += Markup('<line class="m-line" x1="{0}" x2="{1}" y1="{2}" y2="{2}"/>').format(
            position(row.low, 0, 1), position(row.high, 0, 1), middle
        )
    if row.rate is not None:
        marks += Markup('<circle class="m-dot" cx="{}" cy="{}" r="4.5"/>').format(
            position(row.rate, 0, 1), middle
        )
    return marks


_GRID_LINES = Markup().join(
    Markup('<line class="c-grid" x1="{0}" x2="{0}" y1="0" y2="{1}"/>').format(position(at, 0, 1), _ROW)
    for at in _GRID
)


def _axis() -> Markup:
    return Markup(
        '<div class="panel-axis" aria-hidden="true"><span>0</span><span>50</span><span>{}</span></div>'
    ).format(percent(1))
