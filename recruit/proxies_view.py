"""Whether criteria tell groups apart, as auditors read it: findings per attribute, then one attribute in full."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from recruit import charts
from recruit.charts import IntervalRow, SignedRow
from recruit.figure_words import decimal, in_language, p_value, percent, signed
from recruit.frames import ATTRIBUTES
from recruit.i18n import gettext as _
from recruit.i18n import language
from recruit.monitoring_view import attribute_name, group_name
from recruit.sources_figures import VERDICTS
from recruit.sources_names import Names
from recruit.sources_shown import Table

Figures = Mapping[str, Any]


@dataclass(frozen=True)
class AttributeFinding:
    """One attribute: its gravest verdict, a sentence, and how many were compared."""

    key: str
    name: str
    verdict: str
    words: str
    figures: str


@dataclass(frozen=True)
class Carried:
    """What the prediction of one group rests on: by how much it falls without each criterion's information."""

    name: str
    verdict: str
    words: str
    plot: Markup


@dataclass(frozen=True)
class Refused:
    """A group that is not predicted, and why."""

    name: str
    n: int
    why: str


@dataclass(frozen=True)
class ProxiesView:
    """Everything that the page shows of one attribute."""

    key: str
    name: str
    plot: Markup | None
    carried: list[Carried]
    refused: list[Refused]
    table: Table
    notes: dict[str, Any]


def _why(code: str, smallest: int) -> str:
    if code == "group_too_small":
        return _("fewer than %(smallest)s in the group", smallest=smallest)
    if code == "rest_too_small":
        return _("fewer than %(smallest)s in all other groups together", smallest=smallest)
    return _("nobody's levels differ, so there is nothing to predict from")


def findings(part: Figures) -> list[AttributeFinding]:
    """One per attribute, the gravest first."""
    found = [_finding(key, part[key]) for key in ATTRIBUTES if key in part]
    return sorted(found, key=lambda each: VERDICTS.index(each.verdict))


def _finding(key: str, figures: Figures) -> AttributeFinding:
    name = attribute_name(key)
    if "groups" not in figures:
        return AttributeFinding(key, name, "no_conclusion", figures["reason"][language()], "")
    tried = _tried(figures)
    n = _("n = %(n)s.", n=figures["n"])
    if not tried:
        words = _(
            "No group can be predicted: each has fewer than %(smallest)s, or leaves fewer than that.",
            smallest=figures["smallest"],
        )
        return AttributeFinding(key, name, "no_conclusion", words, n)
    group, row = next(iter(tried.items()))
    return AttributeFinding(key, name, row["verdict"], _sentence(key, group, row), f"{n} {_auc(row)}")


def _tried(figures: Figures) -> dict[str, Figures]:
    """The groups that are not refused, the gravest first and of these the best predicted."""
    rows = {name: row for name, row in figures["groups"].items() if row["reason"] is None}
    order = sorted(rows, key=lambda name: (VERDICTS.index(rows[name]["verdict"]), -rows[name]["auc"]))
    return {name: rows[name] for name in order}


def _sentence(key: str, group: str, row: Figures) -> str:
    """How often the right one of two people is pointed out, and whether chance does as well."""
    values = {"group": group_name(key, group), "share": percent(row["auc"], language())}
    if row["verdict"] in ("alarm", "watch"):
        return _(
            "%(group)s: of two people, one in the group and one not, the criteria point out the right one in"
            " %(share)s of cases. With groups dealt at random that would be 50%%, and seldom so much.",
            **values,
        )
    return _(
        "%(group)s: of two people, one in the group and one not, the criteria point out the right one in %(share)s of"
        " cases. That is no more than what groups dealt at random often give.",
        **values,
    )


def _auc(row: Figures) -> str:
    low, high = row["null_interval"]
    return _(
        "AUC %(auc)s; at random %(low)s to %(high)s; p %(p)s, adjusted %(adjusted)s.",
        auc=decimal(row["auc"], language()),
        low=decimal(low, language()),
        high=decimal(high, language()),
        p=p_value(row["p"], language()),
        adjusted=p_value(row["adjusted_p"], language()),
    )


def view_of(part: Figures, key: str, names: Names) -> ProxiesView | None:
    """One attribute in full; None where nothing was computed."""
    figures = part.get(key) or {}
    if "groups" not in figures:
        return None
    tried = _tried(figures)
    return ProxiesView(
        key=key,
        name=attribute_name(key),
        plot=_plot(key, tried) if tried else None,
        carried=[_carried(key, group, row, names) for group, row in tried.items()],
        refused=[
            Refused(group_name(key, group), row["n"], _why(row["reason"], figures["smallest"]))
            for group, row in figures["groups"].items()
            if row["reason"] is not None
        ],
        table=_table(key, tried),
        notes={
            name: figures[name] for name in ("n", "missing", "incomplete", "folds", "permutations", "seed")
        },
    )


def _plot(key: str, tried: Mapping[str, Figures]) -> Markup:
    rows = [
        IntervalRow(
            label=group_name(key, group),
            rate=row["auc"],
            figures=str(row["n"]),
            verdict=row["verdict"],
            words=decimal(row["auc"], language()),
            ground=(row["null_interval"][0], row["null_interval"][1]),
        )
        for group, row in tried.items()
    ]
    ends = (0.0, 0.25, 0.5, 0.75, 1.0)
    return charts.interval_plot(
        rows,
        title=_("How well the criteria predict each group, beside groups dealt at random"),
        group_label=_("Group"),
        figures_label=_("n"),
        marks_label=_("AUC: how often the right one of two people is pointed out"),
        ticks=[(at, decimal(at, language(), 2 if at % 0.5 else 1)) for at in ends],
        zero=0.5,
    )


def _carried(key: str, group: str, row: Figures, names: Names) -> Carried:
    ordered = sorted(row["importance"].items(), key=lambda each: -(each[1] or 0.0))
    longest = max((abs(value or 0.0) for _criterion, value in ordered), default=0.0)
    bars = [
        SignedRow(_criterion_name(criterion, names), value, signed(value, language()), verdict="no_concern")
        for criterion, value in ordered
    ]
    return Carried(
        name=group_name(key, group),
        verdict=row["verdict"],
        words=_auc(row),
        plot=charts.signed_bars(
            bars,
            title=_("By how much the AUC falls when a criterion is shuffled"),
            group_label=_("Criterion"),
            figures_label=_("Importance"),
            limit=max(longest, 0.1),
        ),
    )


def _criterion_name(key: str, names: Names) -> str:
    return in_language(names.criteria.get(key, (key, key)), language())


def _table(key: str, tried: Mapping[str, Figures]) -> Table:
    rows = [
        (
            row["verdict"],
            [
                group_name(key, group),
                str(row["n"]),
                str(row["others"]),
                decimal(row["auc"], language(), 3),
                "–".join(decimal(end, language(), 3) for end in row["null_interval"]),
                p_value(row["p"], language()),
                p_value(row["adjusted_p"], language()),
            ],
        )
        for group, row in tried.items()
    ]
    heads = [_("Group"), _("n"), _("All others"), "AUC", _("At random"), "p", _("Adjusted p")]
    return Table(_("How well the criteria predict each group"), heads, rows)
