"""A gap's two parts as bars, and the rates in every stratum as small multiples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from recruit import charts, figure_words, monitoring_view, strata_words
from recruit.charts import Panel, PanelRow, SignedRow
from recruit.i18n import gettext as _
from recruit.i18n import language
from recruit.strata_compared import Compared

#: So many strata, the largest, are drawn; all are in the table.
PANELS = 12


def parts(name: str, key: str, comparisons: Sequence[Compared]) -> Markup:
    """For each comparison the whole gap and its two parts, all on one axis."""
    rows = []
    for found in comparisons:
        split = found.row["kitagawa"]
        rows.append(SignedRow(strata_words.heading(found, language()), kind="heading"))
        for label, part, kind in (
            (_("The whole gap"), "gap", "whole"),
            (_("Where they are"), "composition", "part"),
            (_("Rates within"), "rate", "part"),
        ):
            shown = figure_words.points(split[part], language())
            rows.append(SignedRow(label, split[part], shown, "whole" if kind == "whole" else "part"))
    return charts.signed_bars(
        rows,
        title=f"{monitoring_view.attribute_name(name)}: {monitoring_view.stage_name(key)}",
        group_label=_("Part of the gap"),
        figures_label=_("Percentage points"),
    )


def panels(
    kind: str, name: str, part: Mapping[str, Any], groups: Sequence[str], titles: Mapping[str, str]
) -> Markup | None:
    """A panel per stratum with these groups, and the rest of them as one; None where there is nothing to draw.

    `titles`: what intakes are called, by slug.
    The largest strata, up to `PANELS`, in the order of their names, so that a stratum has the same place everywhere.
    """
    from scoring.intervals import wilson

    tables = _with_somebody(part)
    largest = sorted(tables, key=lambda table: -_size(table))[:PANELS]
    if not groups or not tables:
        return None
    drawn = []
    for table in (each for each in tables if each in largest):
        cells = {monitoring_view.group_name(name, group): table["groups"][group] for group in groups}
        if len(cells) < len(table["groups"]):
            cells[_("The rest")] = _rest(table, groups)
        intervals = wilson(
            [cell["selected"] for cell in cells.values()], [cell["n"] for cell in cells.values()]
        )
        rows = [
            PanelRow(
                label,
                cell["rate"],
                ends[0] if ends else None,
                ends[1] if ends else None,
                _of(cell) if cell["n"] else _("nobody"),
            )
            for (label, cell), ends in zip(cells.items(), intervals, strict=True)
        ]
        heading = stratum_name(kind, table["stratum"], titles)
        drawn.append(Panel(heading, _("n = %(n)s", n=_size(table)), rows))
    return charts.rate_panels(
        drawn,
        title=_("Rates in every stratum, with their 95 per cent intervals"),
        group_label=_("Group"),
        figures_label=_("Went on"),
    )


def _rest(table: Mapping[str, Any], groups: Sequence[str]) -> dict[str, Any]:
    """The groups that are not drawn one by one, taken together."""
    cells = [cell for group, cell in table["groups"].items() if group not in groups]
    n, selected = sum(cell["n"] for cell in cells), sum(cell["selected"] for cell in cells)
    return {"n": n, "selected": selected, "rate": selected / n if n else None}


def every_stratum(kind: str, part: Mapping[str, Any], titles: Mapping[str, str]) -> list[dict[str, Any]]:
    """The rows of the table of strata: name, n, and each group's count and rate."""
    return [
        {
            "name": stratum_name(kind, table["stratum"], titles),
            "n": _size(table),
            "cells": [
                {"of": _of(cell), "rate": cell["rate"], "n": cell["n"]} for cell in table["groups"].values()
            ],
        }
        for table in _with_somebody(part)
    ]


def _with_somebody(part: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [table for table in part.get("tables") or () if _size(table)]


def _size(table: Mapping[str, Any]) -> int:
    return sum(cell["n"] for cell in table["groups"].values())


def stratum_name(kind: str, stratum: Sequence[str], titles: Mapping[str, str]) -> str:
    """What a stratum is called: a site by its own name, a route in the reader's language, an intake by its title."""
    if kind == "licence_route":
        return ", ".join(monitoring_view.group_name("licence_route", each) for each in stratum)
    return ", ".join(titles.get(each, each) if kind == "intake" else each for each in stratum)


def _of(cell: Mapping[str, Any]) -> str:
    return _("%(selected)s of %(n)s", selected=cell["selected"], n=cell["n"])
