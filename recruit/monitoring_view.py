"""The monitor's figures as people read them: the verdict in words first, then plots, then a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from recruit import charts, display, monitoring_words
from recruit.charts import IntervalRow
from recruit.frames import ATTRIBUTES
from recruit.i18n import gettext as _
from recruit.i18n import language, ngettext

ORDER = ("alarm", "watch", "no_concern", "no_conclusion")
#: Groups of countries smaller than this are folded in the plots; the table has them all.
PLOTTED_FROM = 5


def attribute_name(name: str) -> str:
    """An attribute of the monitoring in the reader's language."""
    return monitoring_words.attribute_name(name, language())


def group_name(attribute: str, group: str) -> str:
    """A group of an attribute in the reader's language."""
    return monitoring_words.group_name(attribute, group, language())


def stage_name(key: str) -> str:
    """A stage as what it is a share of and what was reached, in the reader's language."""
    return monitoring_words.stage_name(key, language())


def reached(key: str) -> str:
    """What reaching a stage is called in the reader's language."""
    return monitoring_words.reached(key, language())


@dataclass(frozen=True)
class Finding:
    """A verdict with its sentence and the figures beside."""

    verdict: str
    heading: str
    words: str
    figures: str


@dataclass(frozen=True)
class StageView:
    """One stage of one attribute: a plot of the gap and the rows of the table."""

    key: str
    title: str
    plot: Markup | None
    folded: str
    rows: list[dict[str, Any]]
    missing: dict[str, Any]
    first: bool


@dataclass(frozen=True)
class AttributeView:
    """One attribute: its verdict and its stages."""

    name: str
    title: str
    verdict: str
    summary: str
    stages: list[StageView]


#: The stages that say most: what the requirements did, and what the whole selection did.
_FIRST = ("eligible", "called")


def shown_first(keys: Sequence[str]) -> list[str]:
    """The stages shown at once; all others are folded where there are many, for eight of each are too much to read."""
    return [key for key in keys if key in _FIRST] or list(keys[-1:])


def attributes(figures: Mapping[str, Any]) -> list[AttributeView]:
    """Every attribute, in the order in which they are shown."""
    return [
        AttributeView(
            name=name,
            title=attribute_name(name),
            verdict=found["verdict"],
            summary=found["summary"][language()],
            stages=[
                _stage(name, key, stage, shown_first(list(found["stages"])))
                for key, stage in found["stages"].items()
            ],
        )
        for name, found in _present(figures)
    ]


def _present(figures: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Name and figures of the attributes that this reader sees, in the order in which they are shown."""
    found = figures["attributes"]
    return [(name, found[name]) for name in ATTRIBUTES if name in found]


def findings(figures: Mapping[str, Any]) -> list[Finding]:
    """One sentence or more per attribute, the gravest first."""
    found = [_finding(name, attribute) for name, attribute in _present(figures)]
    return sorted(found, key=lambda each: ORDER.index(each.verdict))


def _finding(name: str, attribute: Mapping[str, Any]) -> Finding:
    notable = _notable(attribute)
    sentences = [attribute["summary"][language()]]
    sentences += [
        f"{group_name(name, group)}, {_lower(stage_name(key))}: {row['reason'][language()]}"
        for key, group, row in notable[:3]
    ]
    return Finding(
        verdict=attribute["verdict"],
        heading=attribute_name(name),
        words=" ".join(sentences),
        figures=_beside(notable, attribute),
    )


def _notable(attribute: Mapping[str, Any]) -> list[tuple[str, str, Any]]:
    """(stage, group, figures) that an alarm or a watch is about, the gravest first.

    Where some did worse than others, those who did better follow from it and are left out.
    """
    found = [
        (key, group, row)
        for verdict in ("alarm", "watch")
        for key, stage in attribute["stages"].items()
        for group, row in stage["groups"].items()
        if row["verdict"] == verdict
    ]
    worse = [each for each in found if (each[2]["difference"] or 0) < 0]
    return worse or found


def _beside(notable: list[tuple[str, str, Any]], attribute: Mapping[str, Any]) -> str:
    parts = [_gap(row) for _key, _group, row in notable[:2]]
    missing = next(iter(attribute["stages"].values()))["missing"] if attribute["stages"] else {}
    if missing.get("n"):
        parts.append(ngettext("%(num)s has not answered.", "%(num)s have not answered.", missing["n"]))
    return " ".join(part for part in parts if part)


def _gap(row: Mapping[str, Any]) -> str:
    if row.get("difference") is None:
        return ""
    text = _(
        "Gap %(gap)s percentage points (%(low)s to %(high)s).",
        gap=signed(row["difference"]),
        low=signed(row["difference_interval"][0]),
        high=signed(row["difference_interval"][1]),
    )
    if row["adjusted_p"] is not None:
        text += " " + _(
            "p %(p)s, adjusted %(adjusted)s.", p=p_value(row["fisher_p"]), adjusted=p_value(row["adjusted_p"])
        )
    return text


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def signed(share: float | None) -> str:
    """A difference of shares in whole percentage points with its sign; a dash where there is none."""
    if share is None:
        return "–"
    points = round(share * 100)
    return f"{points:+d}".replace("-", "−") if points else "0"


def p_value(p: float | None) -> str:
    """A p-value with three decimals in the language's marks."""
    if p is None:
        return "–"
    return _("below %(least)s", least=display.number(0.001, 3)) if p < 0.0005 else display.number(p, 3)


def _stage(attribute: str, key: str, stage: Mapping[str, Any], first: Sequence[str]) -> StageView:
    rows = [_row(attribute, group, row, stage["missing"]) for group, row in stage["groups"].items()]
    plotted = [row for row in rows if not row["suppressed"] and not folds(attribute, row)]
    hidden = sum(row["suppressed"] for row in rows)
    small = len(rows) - len(plotted) - hidden
    return StageView(
        key=key,
        title=stage_name(key),
        plot=_plot(attribute, key, plotted) if plotted else None,
        folded=_left_out(hidden, small),
        rows=rows,
        missing=_missing(stage["missing"]),
        first=key in first or any(row["verdict"] in ("alarm", "watch") for row in rows),
    )


def _left_out(hidden: int, small: int) -> str:
    """Which groups are not drawn and why."""
    parts = []
    if hidden:
        parts.append(ngettext("%(num)s group is not shown.", "%(num)s groups are not shown.", hidden))
    if small:
        parts.append(folded_countries(small))
    return " ".join(parts)


def folded_countries(number: int) -> str:
    """How many small countries are in the table only."""
    return ngettext(
        "%(num)s country with fewer than five is in the table only.",
        "%(num)s countries with fewer than five each are in the table only.",
        number,
    )


def folds(attribute: str, row: Mapping[str, Any]) -> bool:
    """Whether a group is in the table only: a small country with nothing to say of it."""
    return (
        attribute == "country"
        and (row["n"] is None or row["n"] < PLOTTED_FROM)
        and row["verdict"] not in ("alarm", "watch")
    )


def _row(attribute: str, group: str, row: Mapping[str, Any], missing: Mapping[str, Any]) -> dict[str, Any]:
    bounds = (missing.get("bounds") or {}).get(group)
    applied = row.get("of_applied") or {}
    return {
        **row,
        "name": group_name(attribute, group),
        "suppressed": bool(row.get("suppressed")),
        "of": _of(row["selected"], row["n"]),
        "words": row["reason"][language()] if row.get("reason") else "",
        "bounds": bounds["rate"] if bounds and missing.get("n") else None,
        "applied_of": _of(applied.get("selected"), applied.get("n")),
        "applied_rate": applied.get("rate"),
        "applied_interval": applied.get("interval"),
    }


def _missing(row: Mapping[str, Any]) -> dict[str, Any]:
    applied = row.get("of_applied") or {}
    return {
        "n": row["n"],
        "suppressed": bool(row.get("suppressed")),
        "of": _of(row["selected"], row["n"]),
        "rate": row["rate"],
        "applied_of": _of(applied.get("selected"), applied.get("n")),
        "applied_rate": applied.get("rate"),
    }


def _of(selected: int | None, n: int | None) -> str:
    if selected is None or n is None:
        return "–"
    return _("%(selected)s of %(n)s", selected=selected, n=n)


def verdict_beside(row: Mapping[str, Any]) -> str:
    """The few words beside a group's marks; none where there is no concern."""
    if row["verdict"] == "alarm":
        return (
            _("Alarm, p %(p)s", p=p_value(row["adjusted_p"])) if row["adjusted_p"] is not None else _("Alarm")
        )
    if row["verdict"] == "watch":
        return _("Watch")
    return _("no conclusion possible") if row["verdict"] == "no_conclusion" else ""


def _plot(attribute: str, key: str, rows: list[dict[str, Any]]) -> Markup:
    shown = [
        IntervalRow(
            label=row["name"],
            rate=row["difference"],
            low=row["difference_interval"][0] if row["difference_interval"] else None,
            high=row["difference_interval"][1] if row["difference_interval"] else None,
            figures=row["of"],
            verdict=row["verdict"] or "no_conclusion",
            words=verdict_beside(row),
        )
        for row in rows
    ]
    return charts.difference_plot(
        shown,
        title=f"{attribute_name(attribute)}: {stage_name(key)}",
        group_label=_("Group"),
        figures_label=_("Went on"),
        marks_label=_("Difference from all others, percentage points, with its 95 per cent interval"),
        equal_label=_("equal"),
        limit=0.6,
    )


@dataclass(frozen=True)
class RatesView:
    """How far each group came at one stage. `first`: among those shown before the others are unfolded."""

    title: str
    plot: Markup
    first: bool


def rates(figures: Mapping[str, Any]) -> list[RatesView]:
    """How far each group came, of its applicants, with Wilson's interval: a plot per stage; no countries."""
    plots = []
    first = shown_first([stage["key"] for stage in figures["stages"]])
    for stage in figures["stages"]:
        key = stage["key"]
        rows = []
        for name, attribute in _present(figures):
            if name == "country" or key not in attribute["stages"]:
                continue
            part = attribute["stages"][key]["groups"]
            rows.append(IntervalRow(label=attribute_name(name), heading=True))
            rows += [_rate_row(name, group, row) for group, row in part.items()]
        plots.append(
            RatesView(
                _("Of all who applied: %(reached)s", reached=reached(key)),
                charts.interval_plot(
                    rows,
                    title=_("Share of all who applied that became %(reached)s", reached=reached(key)),
                    group_label=_("Group"),
                    figures_label=_("Of all who applied"),
                    marks_label=_("Rate with its 95 per cent interval"),
                ),
                key in first,
            )
        )
    return plots


def _rate_row(attribute: str, group: str, row: Mapping[str, Any]) -> IntervalRow:
    share: Mapping[str, Any] = row["of_applied"]
    interval = share["interval"] or (None, None)
    verdict: Any = row["verdict"] or "no_conclusion"
    return IntervalRow(
        label=group_name(attribute, group),
        rate=share["rate"],
        low=interval[0],
        high=interval[1],
        figures=_of(share["selected"], share["n"])
        if share["rate"] is not None or not row.get("suppressed")
        else _("not shown"),
        verdict=verdict if verdict in ("alarm", "watch") or not row.get("suppressed") else "no_conclusion",
        words=display.percent(share["rate"]) if share["rate"] is not None else "",
    )


@dataclass(frozen=True)
class LineVerdict:
    """What the monitor says of one attribute for one line: a few words and the groups' figures."""

    title: str
    verdict: str
    summary: str
    rows: list[tuple[str, str, str]]


def beside_line(figures: Mapping[str, Any]) -> list[LineVerdict]:
    """For the column beside a line: each attribute's verdict, and figures of those called where allowed."""
    shown = []
    for name, attribute in _present(figures):
        stage = attribute["stages"].get("called")
        if stage is None:
            continue
        rows = [
            (group_name(name, group), _of(row["selected"], row["n"]), display.percent(row["rate"]))
            for group, row in stage["groups"].items()
            if row["n"] and row["selected"] is not None
        ]
        shown.append(
            LineVerdict(
                title=attribute_name(name),
                verdict=stage["verdict"],
                summary=stage["summary"][language()],
                rows=rows if name != "country" else [],
            )
        )
    return shown
