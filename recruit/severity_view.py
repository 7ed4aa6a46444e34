"""How strict each assessor is, as a plot and in words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from recruit import charts, display
from recruit.charts import IntervalRow
from recruit.i18n import gettext as _
from scoring.profile import TOP_LEVEL

if TYPE_CHECKING:
    from scoring.severity import Severity


def plot(found: Severity) -> Markup:
    """Each assessor's severity with its interval, the strictest first, by groups that share applications."""
    records = found.records()
    ends = [abs(each[name]) for each in records for name in ("low", "high") if each[name] is not None]
    limit = max(math.ceil(min(max(ends, default=0.5), float(TOP_LEVEL)) * 2) / 2, 0.5)
    step = 0.25 if limit <= 0.5 else 0.5 if limit <= 1.5 else 1.0
    count = int(limit / step)
    ticks = [
        (at * step, signed(at * step, 2 if step == 0.25 else 1) if at else _("as the others"))
        for at in range(-count, count + 1)
    ]
    marks: list[IntervalRow] = []
    panels = {each["panel"] for each in records}
    for panel in sorted(panels):
        if len(panels) > 1:
            marks.append(IntervalRow(label=_("Group %(number)s", number=panel + 1), heading=True))
        own = [each for each in records if each["panel"] == panel]
        marks += [_mark(each) for each in sorted(own, key=lambda each: -(each["severity"] or 0))]
    return charts.interval_plot(
        marks,
        title=_("How strict each assessor is, in levels"),
        group_label=_("Assessor"),
        figures_label=_("Applications"),
        marks_label=_("Levels lower than colleagues on the same application, with its 95 per cent interval"),
        axis=(-limit, limit),
        ticks=ticks,
        zero=0,
    )


def _mark(each: dict[str, Any]) -> IntervalRow:
    if not each["identifiable"]:
        words = {
            "no_shared_application": _("cannot be told: shares no application with anybody"),
            "too_few_levels": _("cannot be told: too few shared applications"),
            "no_spread": _("cannot be told: all levels are the same"),
        }[each["reason"]]
        return IntervalRow(each["assessor"], figures=str(each["n"]), verdict="no_conclusion", words=words)
    apart = each["low"] > 0 or each["high"] < 0
    word = (_("stricter") if each["severity"] > 0 else _("more lenient")) if apart else ""
    figure = signed(each["severity"])
    return IntervalRow(
        label=each["assessor"],
        rate=each["severity"],
        low=each["low"],
        high=each["high"],
        figures=str(each["n"]),
        verdict="watch" if apart else "no_concern",
        words=f"{figure}, {word}" if word else figure,
    )


def signed(value: float | None, decimals: int = 2) -> str:
    """Levels with their sign and a true minus sign; no sign for what is shown as zero."""
    if value is None or value != value:
        return "–"
    text = display.number(abs(round(value, decimals)), decimals)
    rounded = round(value, decimals)
    return f"+{text}" if rounded > 0 else f"−{text}" if rounded < 0 else text


def words(found: Severity) -> list[str]:
    """How the plot is read."""
    count = len(found.table)
    said = [
        _(
            "To the right: stricter, lower levels than colleagues on the same applications. Applications differ, so"
            " only those that two have seen can tell a strict assessor from a weak application."
        )
    ]
    if count > 1:
        said.append(
            _(
                "Each interval is for one assessor alone: of twenty, about one misses zero by chance. None of this"
                " changes a place."
            )
        )
    return said


def text(each: dict[str, Any] | None) -> str:
    """One assessor's severity with its interval; an en dash for none."""
    if each is None:
        return "–"
    if not each["identifiable"]:
        return _("cannot be told")
    between = _("%(low)s to %(high)s", low=signed(each["low"]), high=signed(each["high"]))
    return f"{signed(each['severity'])} ({between})"
