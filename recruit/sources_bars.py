"""The parts of a gap as bars, for one group: by stage, by criterion, and what free choices moved."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from markupsafe import Markup

from recruit import charts
from recruit.charts import SignedRow
from recruit.figure_words import between, decimal, percent, points, signed
from recruit.i18n import gettext as _
from recruit.i18n import language
from recruit.sources_figures import Cell
from recruit.sources_names import Names
from recruit.sources_shown import Shown, Table, count_of, name_of, percentage, tested


def stage(cells: Sequence[Cell], names: Names) -> Shown:
    """The parts of the gap in the rate from application to the last stage."""

    def show(value: float | None) -> str:
        return points(value, language())

    title = _("Percentage points of the gap, by stage")
    rows = [
        (
            cell.verdict,
            [
                name_of(cell, names),
                count_of(cell.row["reached"], cell.row["n"]),
                count_of(cell.row["others_reached"], cell.row["others_n"]),
                percentage(cell.row["interval"]),
                show(cell.size),
                *tested(cell),
            ],
        )
        for cell in cells
    ]
    heads = [
        _("Stage"),
        _("The group"),
        _("All others"),
        _("Difference there, 95 per cent interval"),
        _("Part of the gap"),
        _("Fisher p"),
        _("Adjusted p"),
    ]
    return Shown(
        title,
        _bars(cells, names, cells[0].whole["gap"], title, _("Stage"), show),
        Table(title, heads, rows),
    )


def criterion(cells: Sequence[Cell], names: Names) -> Shown:
    """The parts of the gap in mean points."""

    def show(value: float | None) -> str:
        return signed(value, language(), 1)

    title = _("Points of the gap, by criterion")
    rows = [
        (
            cell.verdict,
            [
                name_of(cell, names),
                decimal(cell.row["weight"], language(), 1),
                decimal(cell.row["mean"], language()),
                decimal(cell.row["others_mean"], language()),
                show(cell.size),
                between(cell.row["interval"], language(), 1),
                *tested(cell),
            ],
        )
        for cell in cells
    ]
    heads = [
        _("Criterion"),
        _("Weight"),
        _("Mean level, the group"),
        _("Mean level, all others"),
        _("Part of the gap"),
        _("95 per cent interval"),
        _("p"),
        _("Adjusted p"),
    ]
    return Shown(
        title,
        _bars(cells, names, cells[0].whole["gap"], title, _("Criterion"), show),
        Table(title, heads, rows),
    )


def override(cells: Sequence[Cell], names: Names) -> Shown:
    """The gap as proposed, what decisions moved, and the gap as decided."""
    whole = cells[0].whole
    before, moved = whole["proposed_gap"], whole["moved"]
    after = None if before is None or moved is None else before + moved
    title = _("Percentage points of the gap, proposed and decided")
    bars = [
        SignedRow(_("As proposed"), before, points(before, language())),
        SignedRow(_("Moved by decisions"), moved, points(moved, language())),
        SignedRow(_("As decided"), after, points(after, language()), kind="whole"),
    ]
    rows = [
        (
            cell.verdict,
            [
                name_of(cell, names),
                count_of(cell.row["count"], cell.row["n"]),
                "–"
                if not cell.row["interval"]
                else f"{percent(cell.row['interval'][0], language())}–{percent(cell.row['interval'][1], language())}",
                points(cell.size, language()),
                *tested(cell),
            ],
        )
        for cell in cells
    ]
    heads = [
        _("Free choice"),
        _("The group"),
        _("95 per cent interval"),
        _("Difference from all others"),
        _("Fisher p"),
        _("Adjusted p"),
    ]
    plot = charts.signed_bars(bars, title=title, group_label=_("Gap"), figures_label=_("Percentage points"))
    return Shown(title, plot, Table(title, heads, rows))


def _bars(
    cells: Sequence[Cell],
    names: Names,
    whole: float | None,
    title: str,
    label: str,
    show: Callable[[float | None], str],
) -> Markup:
    rows = [
        SignedRow(name_of(cell, names), cell.size, show(cell.size), verdict=cell.verdict)  # type: ignore[arg-type]
        for cell in cells
    ]
    rows.append(SignedRow(_("The whole gap"), whole, show(whole), kind="whole"))
    return charts.signed_bars(rows, title=title, group_label=label, figures_label=_("Part of the gap"))
