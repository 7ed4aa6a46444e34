"""Thirty small countries as people read them: what could be seen at all, the funnel plot, the shrunken rates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from recruit import charts, countries_words, display, monitoring_view
from recruit.charts import ControlLimit, ControlPoint, IntervalRow
from recruit.charts.control import Zone
from recruit.i18n import gettext as _
from recruit.i18n import ngettext

#: Sizes up to which the limits are drawn person by person; beyond, at so many sizes in all.
DRAWN_SIZES = 240
ATTRIBUTE = "country"


@dataclass(frozen=True)
class Row:
    """One country at one stage: its figures with its name, its zone in the funnel plot, and what it could show."""

    code: str
    name: str
    n: int
    selected: int
    of: str
    figures: Mapping[str, Any]
    zone: Zone
    pool: str
    could_show: str

    @property
    def rate(self) -> float | None:
        """Its own rate, None where nobody came to the stage."""
        rate: float | None = self.figures["rate"]
        return rate


@dataclass(frozen=True)
class CountriesView:
    """One stage of all countries. `rows` by the shrunken rate within each pool, the lowest first."""

    key: str
    title: str
    lead: str
    sentences: list[str]
    rows: list[Row]
    empty_words: str
    rate: float | None
    outside: str
    plot: Markup | None
    shrunken: Markup | None


def rows_of(stage: Mapping[str, Any]) -> list[Row]:
    """The countries with somebody at the stage, by pool, and within it by shrunken rate, the lowest first."""
    rows = [_row(code, figures) for code, figures in stage["groups"].items() if figures["n"]]
    return sorted(rows, key=lambda row: (row.pool, row.figures["shrunk_rate"] or 0.0, row.name))


def _row(code: str, figures: Mapping[str, Any]) -> Row:
    return Row(
        code=code,
        name=monitoring_view.group_name(ATTRIBUTE, code),
        n=figures["n"],
        selected=figures["selected"],
        of=_("%(selected)s of %(n)s", selected=figures["selected"], n=figures["n"]),
        figures=figures,
        zone=_zone(figures),
        pool=countries_words.pool_name(figures),
        could_show=countries_words.could_show(figures),
    )


def _zone(figures: Mapping[str, Any]) -> Zone:
    """Where the rate lies: strictly outside a limit counts as outside."""
    rate = figures["rate"]
    zones: tuple[tuple[str, Zone], ...] = (("99.8", "outside_99_8"), ("95", "outside_95"))
    for name, zone in zones:
        ends = figures["funnel"][name]
        if ends is not None and not ends[0] <= rate <= ends[1]:
            return zone
    return "inside"


def gravest_stage(stages: Mapping[str, Mapping[str, Any]]) -> str | None:
    """The stage to begin with: the first with an alarm, else with something to watch, else the first of all."""
    for verdict in ("alarm", "watch"):
        for key, stage in stages.items():
            if any(row["verdict"] == verdict for row in stage["groups"].values()):
                return key
    return next(iter(stages), None)


def view_of(key: str, stage: Mapping[str, Any]) -> CountriesView:
    """Everything about one stage, from the stored figures of the attribute "country"."""
    rows = rows_of(stage)
    persons, selected = sum(row.n for row in rows), sum(row.selected for row in rows)
    rate = selected / persons if persons else None
    empty = [
        monitoring_view.group_name(ATTRIBUTE, code)
        for code, figures in stage["groups"].items()
        if not figures["n"]
    ]
    return CountriesView(
        key=key,
        title=monitoring_view.stage_name(key),
        lead=countries_words.lead(rows, persons),
        sentences=countries_words.could_be_seen(rows),
        rows=rows,
        empty_words=_nobody(empty),
        rate=rate,
        outside=countries_words.outside(rows),
        plot=_funnel(key, rows, rate) if rate is not None else None,
        shrunken=_shrunken(key, rows) if rows else None,
    )


def _nobody(names: Sequence[str]) -> str:
    if not names:
        return ""
    return ngettext(
        "From %(num)s country nobody came to this step: %(names)s.",
        "From %(num)s countries nobody came to this step: %(names)s.",
        len(names),
        names=", ".join(sorted(names)),
    )


def _funnel(key: str, rows: Sequence[Row], rate: float) -> Markup:
    """Every country's rate against its size; countries at the same place are one larger point."""
    places: dict[tuple[int, int], list[Row]] = defaultdict(list)
    for row in rows:
        places[row.n, row.selected].append(row)
    points = [
        ControlPoint(
            label=together[0].name
            if len(together) == 1
            else ngettext("%(num)s country", "%(num)s countries", len(together)),
            n=n,
            rate=selected / n,
            zone=together[0].zone,
            count=len(together),
        )
        for (n, selected), together in places.items()
    ]
    largest = max(row.n for row in rows)
    return charts.control_plot(
        points,
        [
            ControlLimit(_limits(largest, rate, 0.998), "outer"),
            ControlLimit(_limits(largest, rate, 0.95), "inner"),
        ],
        rate,
        title=_(
            "Rate against size for %(number)s countries; the same figures are in the table below",
            number=len(rows),
        )
        + f": {monitoring_view.stage_name(key)}",
        size_label=_("How many from the country came to this step →"),
        rate_label=_("Per cent who went on"),
    )


def _limits(largest: int, rate: float, confidence: float) -> list[tuple[int, float, float]]:
    """The control limits at every size, or at sizes spread evenly along the axis where there are very many."""
    from scoring.detectable import funnel_limits

    sizes = (
        list(range(1, largest + 1))
        if largest <= DRAWN_SIZES
        else sorted({max(1, round(largest * (i / DRAWN_SIZES) ** 2)) for i in range(1, DRAWN_SIZES + 1)})
    )
    low, high = funnel_limits(sizes, rate, confidence)
    return list(zip(sizes, low.tolist(), high.tolist(), strict=True))


def _shrunken(key: str, rows: Sequence[Row]) -> Markup:
    """The shrunken rate with its interval, the pool's rate as a line, the country's own rate as a cross."""
    shown: list[IntervalRow] = []
    pool = None
    for row in rows:
        if row.pool != pool:
            pool = row.pool
            towards = display.percent(row.figures["shrunk_towards"])
            shown.append(IntervalRow(_("%(pool)s: %(rate)s", pool=pool, rate=towards), heading=True))
        low, high = row.figures["shrunk_interval"] or (None, None)
        shown.append(
            IntervalRow(
                label=row.name,
                rate=row.figures["shrunk_rate"],
                low=low,
                high=high,
                figures=_with_shrunken(row),
                verdict=row.figures["verdict"],
                words=_words(row),
                beside=row.rate,
                reference=row.figures["shrunk_towards"],
            )
        )
    return charts.interval_plot(
        shown,
        title=_("Shrunken rates") + f": {monitoring_view.stage_name(key)}",
        group_label=_("Country of education"),
        figures_label=_("Went on → shrunken"),
        marks_label=_(
            "Shrunken rate with its 95 per cent interval, own rate as a cross, the pool's rate as a line"
        ),
    )


def _with_shrunken(row: Row) -> str:
    shrunk = display.percent(row.figures["shrunk_rate"])
    return f"{row.of} → {shrunk}"


def _words(row: Row) -> str:
    return {"alarm": _("Alarm"), "watch": _("Watch")}.get(row.figures["verdict"], "")
