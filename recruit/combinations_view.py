"""Combinations of two attributes, those large enough compared and the others listed; and points above the median."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from recruit import charts, display, monitoring_view
from recruit.charts import IntervalRow
from recruit.frames import ATTRIBUTES
from recruit.i18n import gettext as _
from recruit.i18n import language, ngettext
from recruit.monitoring_missing import MissingView, missing_of

#: Between the names of an intersection's attributes, and of its groups.
TIMES = " × "


@dataclass(frozen=True)
class IntersectionView:
    """Two attributes crossed, at one stage: the plot of the gaps, the rows of its table, those who did not answer.

    `verdict` and `summary` are those of all stages, `notable` the sentences on every alarm and watch of any of them.
    `small`: (combination, how many applied) of those too few to be compared.
    """

    title: str
    verdict: str
    summary: str
    notable: list[str]
    smallest: int
    small: list[tuple[str, int]]
    step: str
    plot: Markup | None
    rows: list[dict[str, Any]]
    missing: MissingView | None


@dataclass(frozen=True)
class ScoringRateView:
    """One attribute's shares above the median: the plot, the rows of its table, and those who did not answer."""

    title: str
    verdict: str
    summary: str
    plot: Markup | None
    folded: str
    rows: list[dict[str, Any]]
    missing: MissingView | None


def stages(funnel: Mapping[str, Any]) -> list[str]:
    """The stages that intersections have, in their order."""
    every = (funnel.get("intersections") or {}).values()
    return list(dict.fromkeys(key for figures in every for key in figures["stages"]))


def gravest_stage(funnel: Mapping[str, Any]) -> str | None:
    """The stage to begin with: the first with an alarm, else with something to watch, else the first of all."""
    for verdict in ("alarm", "watch"):
        for key in stages(funnel):
            for figures in funnel["intersections"].values():
                if any(row["verdict"] == verdict for row in figures["stages"][key]["groups"].values()):
                    return key
    return next(iter(stages(funnel)), None)


def intersections(funnel: Mapping[str, Any], stage: str) -> list[IntersectionView]:
    """Every intersection of the stored figures at one stage, the gravest first."""
    found = [
        _intersection(name, figures, stage) for name, figures in (funnel.get("intersections") or {}).items()
    ]
    return sorted(found, key=lambda each: monitoring_view.ORDER.index(each.verdict))


def _intersection(name: str, figures: Mapping[str, Any], stage: str) -> IntersectionView:
    small, part = set(figures["too_small"]), figures["stages"][stage]
    rows = [
        row | {"name": group_name(name, group), "of": _of(row), "words": row["reason"][language()]}
        for group, row in part["groups"].items()
        if group not in small
    ]
    missing = missing_of(name, part, group_name)
    return IntersectionView(
        title=TIMES.join(monitoring_view.attribute_name(each) for each in name.split(TIMES)),
        verdict=figures["verdict"],
        summary=figures["summary"][language()],
        notable=_notable(name, figures),
        smallest=figures["smallest"],
        small=[
            (group_name(name, group), row["of_applied"]["n"])
            for group, row in part["groups"].items()
            if group in small
        ],
        step=monitoring_view.stage_name(stage),
        plot=_gaps(rows, monitoring_view.stage_name(stage)) if rows else None,
        rows=rows,
        missing=missing if missing.n else None,
    )


def _notable(name: str, figures: Mapping[str, Any]) -> list[str]:
    return [
        f"{group_name(name, group)}, {_lower(monitoring_view.stage_name(key))}: {row['reason'][language()]}"
        for verdict in ("alarm", "watch")
        for key, part in figures["stages"].items()
        for group, row in part["groups"].items()
        if row["verdict"] == verdict
    ]


def group_name(intersection: str, group: str) -> str:
    """A combination of groups in the reader's language, in the order of the intersection's attributes."""
    pairs = zip(intersection.split(TIMES), group.split(TIMES), strict=True)
    return TIMES.join(monitoring_view.group_name(attribute, each) for attribute, each in pairs)


def _gaps(rows: list[dict[str, Any]], title: str) -> Markup:
    return charts.difference_plot(
        [
            IntervalRow(
                label=row["name"],
                rate=row["difference"],
                low=row["difference_interval"][0] if row["difference_interval"] else None,
                high=row["difference_interval"][1] if row["difference_interval"] else None,
                figures=row["of"],
                verdict=row["verdict"],
                words=monitoring_view.verdict_beside(row),
            )
            for row in rows
        ],
        title=title,
        group_label=_("Combination"),
        figures_label=_("Went on"),
        marks_label=_("Difference from all others, percentage points, with its 95 per cent interval"),
        equal_label=_("equal"),
    )


def scoring_rates(funnel: Mapping[str, Any]) -> list[ScoringRateView]:
    """The attributes that have a scoring rate, the gravest first; none before there are points."""
    attributes = funnel.get("attributes") or {}
    found = [
        _scoring_rate(name, attributes[name]["scoring_rate"])
        for name in ATTRIBUTES
        if name in attributes and "groups" in (attributes[name].get("scoring_rate") or {})
    ]
    return sorted(found, key=lambda each: monitoring_view.ORDER.index(each.verdict))


def _scoring_rate(name: str, figures: Mapping[str, Any]) -> ScoringRateView:
    rows = [
        row
        | {
            "name": monitoring_view.group_name(name, group),
            "of": _of(row),
            "words": row["reason"][language()],
        }
        for group, row in figures["groups"].items()
        if row["n"]
    ]
    missing = missing_of(name, figures)
    drawn = [row for row in rows if not monitoring_view.folds(name, row)]
    return ScoringRateView(
        title=monitoring_view.attribute_name(name),
        verdict=figures["verdict"],
        summary=figures["summary"][language()],
        plot=_shares(drawn, monitoring_view.attribute_name(name)) if drawn else None,
        folded=monitoring_view.folded_countries(len(rows) - len(drawn)) if len(drawn) < len(rows) else "",
        rows=rows,
        missing=missing if missing.n else None,
    )


def _shares(rows: list[dict[str, Any]], title: str) -> Markup:
    return charts.interval_plot(
        [
            IntervalRow(
                label=row["name"],
                rate=row["rate"],
                low=row["interval"][0] if row["interval"] else None,
                high=row["interval"][1] if row["interval"] else None,
                figures=row["of"],
                verdict=row["verdict"],
                words=monitoring_view.verdict_beside(row) or display.percent(row["rate"]),
            )
            for row in rows
        ],
        title=title,
        group_label=_("Group"),
        figures_label=_("Above the median"),
        marks_label=_("Share above the median with its 95 per cent interval"),
    )


def ties(funnel: Mapping[str, Any]) -> list[str]:
    """What the median is, how many are above it, and that those who have the median itself are not."""
    for attribute in (funnel.get("attributes") or {}).values():
        figures = attribute.get("scoring_rate") or {}
        if "groups" not in figures:
            continue
        n, above = figures["n"], _above(figures)
        said = [
            _(
                "%(n)s have points. The median of all of them is %(median)s, and %(above)s of them (%(share)s) "
                "have more.",
                n=n,
                median=display.number(figures["median"], 2),
                above=above,
                share=display.percent(above / n) if n else "–",
            )
        ]
        if n and above / n < TIED_BELOW:
            said.append(
                _(
                    "That is clearly fewer than half: many have exactly the median, and count as not above it. "
                    "A group that stands there looks worse than it is."
                )
            )
        if figures["without_score"]:
            said.append(
                ngettext(
                    "%(num)s without points is left out.",
                    "%(num)s without points are left out.",
                    figures["without_score"],
                )
            )
        return said
    return []


#: With fewer than this share above the median, so many stand at it that the page says so.
TIED_BELOW = 0.45


def _above(figures: Mapping[str, Any]) -> int:
    return sum(row["selected"] for row in figures["groups"].values()) + figures["missing"]["selected"]


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _of(row: Mapping[str, Any]) -> str:
    return _("%(selected)s of %(n)s", selected=row["selected"], n=row["n"])
