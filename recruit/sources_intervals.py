"""Differences of one group with their intervals: by requirement, by assessor, and bias of single criteria."""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup

from recruit import charts
from recruit.charts import IntervalRow
from recruit.figure_words import between, points, signed
from recruit.i18n import gettext as _
from recruit.i18n import language, ngettext
from recruit.sources_figures import Cell
from recruit.sources_names import Names, reason
from recruit.sources_shown import Shown, Table, count_of, name_of, percentage, tested
from recruit.sources_words import spread


def requirement(cells: Sequence[Cell], names: Names) -> Shown:
    """The share that got a no to each requirement, beside that of all others."""
    title = _("Share that got a no, with its 95 per cent interval. The upright line is all others.")
    rows = [
        (
            cell.verdict,
            [
                name_of(cell, names)
                if cell.row["mandatory"]
                else _("%(name)s (stops nobody)", name=name_of(cell, names)),
                count_of(cell.row["no"], cell.row["answered"]),
                count_of(cell.row["others_no"], cell.row["others_answered"]),
                points(cell.size, language()),
                percentage(cell.row["difference_interval"]),
                str(cell.row["only_this"]),
                count_of(cell.row["eligible_without"], cell.whole["n"]),
                *tested(cell),
            ],
        )
        for cell in cells
    ]
    heads = [
        _("Requirement"),
        _("No, the group"),
        _("No, all others"),
        _("Difference"),
        _("95 per cent interval"),
        _("Fail this alone"),
        _("Eligible without it"),
        _("Fisher p"),
        _("Adjusted p"),
    ]
    marks = [
        IntervalRow(
            label=name_of(cell, names),
            rate=cell.row["rate"],
            low=cell.row["interval"][0] if cell.row["interval"] else None,
            high=cell.row["interval"][1] if cell.row["interval"] else None,
            figures=count_of(cell.row["no"], cell.row["answered"]),
            verdict=cell.verdict,  # type: ignore[arg-type]
            reference=cell.row["others_no"] / cell.row["others_answered"]
            if cell.row["others_answered"]
            else None,
        )
        for cell in cells
    ]
    plot = charts.interval_plot(
        marks,
        title=title,
        group_label=_("Requirement"),
        figures_label=_("No"),
        marks_label=title,
    )
    eligible, n, undecided = (cells[0].whole[key] for key in ("eligible", "n", "undecided"))
    notes = [_("%(eligible)s of the group's %(n)s are eligible.", eligible=eligible, n=n)]
    if undecided:
        notes.append(
            ngettext("%(num)s is not decided in full.", "%(num)s are not decided in full.", undecided)
        )
    return Shown(title, plot, Table(title, heads, rows), notes)


def item_bias(cells: Sequence[Cell], names: Names) -> Shown:
    """Differences in level between people who are alike on the criteria as a whole."""
    title = _("Levels lower or higher than equally able others, with the 95 per cent interval")
    rows, marks = [], []
    for cell in cells:
        row, ends = cell.row, spread(cell.row)
        letter, by_test = (row[key] or "–" for key in ("ets_class", "ets_class_tested"))
        rows.append(
            (
                cell.verdict,
                [
                    name_of(cell, names),
                    count_of(row["used"], row["n"] + row["others"]),
                    signed(row["smd"], language()),
                    between(ends, language()),
                    signed(row["delta"], language()),
                    letter,
                    by_test,
                    *tested(cell),
                    ", ".join(_anchors(row["anchors"], names)),
                ],
            )
        )
        marks.append(_level_mark(cell, names, row["smd"], ends, str(row["used"]), _class_word(cell)))
    heads = [
        _("Criterion"),
        _("Could be compared"),
        _("Difference in levels"),
        _("95 per cent interval"),
        _("Δ"),
        _("Class by size"),
        _("Class, tested"),
        _("p"),
        _("Adjusted p"),
        _("Matched on this and"),
    ]
    return Shown(
        title,
        _level_plot(marks, title, _("Criterion"), _("Compared")),
        Table(title, heads, rows, frozenset({0, 9})),
        _purified(cells, names),
    )


def _anchors(keys: Sequence[str], names: Names) -> list[str]:
    """The criteria that people were matched on."""
    known = names.criteria
    return [known[key][0 if language() == "sv" else 1] if key in known else key for key in keys]


def _class_word(cell: Cell) -> str:
    letter = cell.row["ets_class"]
    if letter is None:
        return ""
    return f"Δ\N{NO-BREAK SPACE}{signed(cell.row['delta'], language(), 1)}, {letter}"


def _purified(cells: Sequence[Cell], names: Names) -> list[str]:
    """Which criteria were taken out of the match: those that are no anchor of any other."""
    out = [
        name_of(cell, names)
        for cell in cells
        if len(cells) > 1
        and all(cell.item not in other.row["anchors"] for other in cells if other is not cell)
    ]
    if not out:
        return []
    return [_("Taken out of the match, since it stands out: %(names)s.", names=", ".join(out))]


def assessor(cells: Sequence[Cell], names: Names) -> Shown:
    """Each assessor's gap between the group and the others, less that of the other assessors."""
    title = _("Levels lower or higher to the group than the other assessors, with the 95 per cent interval")
    rows, marks = [], []
    for cell in cells:
        row = cell.row
        why = reason(row["reason"], language()) if row["reason"] else ""
        rows.append(
            (
                cell.verdict,
                [
                    name_of(cell, names),
                    str(row["n"]),
                    str(row["others_n"]),
                    signed(row["effect"], language()),
                    between(row["interval"], language()),
                    *tested(cell),
                    why,
                ],
            )
        )
        beside = _("%(n)s + %(others)s", n=row["n"], others=row["others_n"])
        marks.append(
            _level_mark(cell, names, row["effect"], row["interval"], beside, _("no figure") if why else "")
        )
    heads = [
        _("Assessor"),
        _("Of the group"),
        _("Of all others"),
        _("Difference in levels"),
        _("95 per cent interval"),
        _("p"),
        _("Adjusted p"),
        _("Why there is no figure"),
    ]
    return Shown(
        title,
        _level_plot(marks, title, _("Assessor"), _("Group + others")),
        Table(title, heads, rows, frozenset({0, 7})),
        [_("“Group + others” is how many of each the assessor assessed."), *_unfigured(cells, names)],
    )


def _unfigured(cells: Sequence[Cell], names: Names) -> list[str]:
    """Why there is no figure, once for each reason, with whom it is true of."""
    found: dict[str, list[str]] = {}
    for cell in cells:
        if cell.row["reason"]:
            found.setdefault(cell.row["reason"], []).append(name_of(cell, names))
    return [
        _("No figure for %(names)s: %(reason)s.", names=", ".join(who), reason=reason(code, language()))
        for code, who in found.items()
    ]


def _level_mark(
    cell: Cell,
    names: Names,
    value: float | None,
    ends: Sequence[float | None] | None,
    figures: str,
    words: str,
) -> IntervalRow:
    return IntervalRow(
        label=name_of(cell, names),
        rate=value,
        low=ends[0] if ends else None,
        high=ends[1] if ends else None,
        figures=figures,
        verdict=cell.verdict,  # type: ignore[arg-type]
        words=words or ("" if value is None else signed(value, language())),
    )


def _level_plot(marks: list[IntervalRow], title: str, label: str, figures_label: str) -> Markup:
    """Differences in levels around zero; what lies beyond two levels is drawn at the end."""
    ends = [abs(end) for mark in marks for end in (mark.low, mark.high, mark.rate) if end is not None]
    limit = min(max(math.ceil(max(ends, default=1.0)), 1), 2)
    ticks = [(at, signed(at, language(), 0) if at else _("equal")) for at in range(-limit, limit + 1)]
    return charts.interval_plot(
        marks,
        title=title,
        group_label=label,
        figures_label=figures_label,
        marks_label=title,
        axis=(-limit, limit),
        ticks=ticks,
        zero=0,
    )
