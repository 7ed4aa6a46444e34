"""The monitoring report: figures of an audit as a page that stands on its own."""

import math
from dataclasses import dataclass
from typing import Any

from recruit.tables.pages import render
from recruit.tables.words import figure, p_value, percent, words

WIDTH = 300
MARGIN = 14


@dataclass(frozen=True)
class Scale:
    """From a difference of rates (-1 to 1) to a coordinate of the plot; symmetric around "equal"."""

    end: int
    """Percentage points at either end of the axis."""

    def x(self, difference: float) -> float:
        half = WIDTH / 2 - MARGIN
        bounded = max(-1.0, min(1.0, difference * 100 / self.end))
        return round(WIDTH / 2 + half * bounded, 1)

    def ticks(self) -> list[tuple[float, str]]:
        """Coordinates and labels, without the one for equal."""
        steps = (-self.end, -self.end // 2, self.end // 2, self.end)
        return [(self.x(step / 100), f"{step:+d}".replace("-", "−")) for step in steps]


def report_html(audit: dict[str, Any], *, language: str, title: str, facts: list[tuple[str, str]]) -> str:
    """An HTML page of the figures that `Audit.to_dict` gives, with nothing to load from elsewhere.

    `title` stands above the heading (what was audited), `facts` below the figures (profile, seed, files).
    """
    t = words(language)
    attributes = [_attribute(name, figures, language) for name, figures in audit["attributes"].items()]
    return render(
        "audit.html",
        t=t,
        language=language,
        title=title,
        counts=_counts(audit, language),
        attributes=attributes,
        facts=facts,
    )


def _counts(audit: dict[str, Any], language: str) -> str:
    t = words(language)
    reached = audit.get("stages") or [{"key": "selected", "selected": audit["selected"]}]
    parts = [t.applied_n.format(n=audit["n"])] if "stages" in audit else [f"n = {audit['n']}"]
    parts += [getattr(t, f"reached_{stage['key']}").format(n=stage["selected"]) for stage in reached]
    return ", ".join(parts) + "."


def _attribute(name: str, figures: dict[str, Any], language: str) -> dict[str, Any]:
    t = words(language)
    staged = figures.get("stages") or {"selected": figures}
    scale = Scale(_axis_end(staged))
    stages = [
        {
            "title": getattr(t, f"stage_{key}"),
            "groups": [
                _group(group, row, stage["missing"]["bounds"].get(group), scale, language)
                for group, row in stage["groups"].items()
            ],
            "missing": {
                "n": stage["missing"]["n"],
                "of": f"{stage['missing']['selected']} {t.of} {stage['missing']['n']}",
                "rate": percent(stage["missing"]["rate"], language),
            },
        }
        for key, stage in staged.items()
    ]
    notable = [
        {"group": group["name"], "verdict": group["verdict"], "reason": group["reason"]}
        for stage in stages
        for group in stage["groups"]
        if group["verdict"] in ("alarm", "watch")
    ]
    return {
        "name": name,
        "verdict": figures["verdict"],
        "summary": figures["summary"][language],
        "notable": notable,
        "stages": stages,
        "ticks": scale.ticks(),
    }


def _axis_end(stages: dict[str, Any]) -> int:
    """Percentage points at the ends: the widest interval, up to the next 20. Groups too small do not widen
    it."""
    widest = 0.2
    for stage in stages.values():
        for row in stage["groups"].values():
            widest = max(widest, abs(row["difference"] or 0))
            if row["difference_interval"] and row["verdict"] != "no_conclusion":
                widest = max(widest, *(abs(end) for end in row["difference_interval"]))
    return min(100, math.ceil(widest * 5) * 20)


def _group(
    name: str, row: dict[str, Any], bounds: dict[str, Any] | None, scale: Scale, language: str
) -> dict[str, Any]:
    t = words(language)

    def pair(interval: list[float] | None) -> str:
        return "–" if interval is None else " … ".join(percent(end, language) for end in interval)

    plot = None
    if row["difference"] is not None and row["difference_interval"] is not None:
        low, high = row["difference_interval"]
        plot = {"x": scale.x(row["difference"]), "low": scale.x(low), "high": scale.x(high)}
    return {
        "name": name,
        "of": f"{row['selected']} {t.of} {row['n']}",
        "rate": percent(row["rate"], language),
        "interval": pair(row["interval"]),
        "difference": _signed(row["difference"]),
        "difference_interval": " … ".join(map(_signed, row["difference_interval"] or [None])),
        "impact_ratio": figure(row["impact_ratio"], language),
        "below_four_fifths": row["below_four_fifths"],
        "odds_ratio": _odds(row["odds_ratio"], language),
        "fisher_p": p_value(row["fisher_p"], language),
        "midp": p_value(row["midp"], language),
        "adjusted_p": p_value(row["adjusted_p"], language),
        "bounds": pair(bounds["rate"]) if bounds else "–",
        "verdict": row["verdict"],
        "reason": row["reason"][language],
        "plot": plot,
    }


def _signed(difference: float | None) -> str:
    """A difference of rates in whole percentage points, with its sign; a dash where there is none."""
    if difference is None:
        return "–"
    points = round(difference * 100)
    return f"{points:+d}".replace("-", "−") if points else "0"


def _odds(value: float | None, language: str) -> str:
    return "∞" if value is not None and math.isinf(value) else figure(value, language)
