"""The monitoring report: figures of an audit as a page that stands on its own."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from recruit.tables.audit.part import Writer
from recruit.tables.audit.parts import of_attribute, of_stage
from recruit.tables.pages import render
from recruit.tables.words import figure, p_value, percent, signed_points, words

HIDDEN = "hidden"
"""Instead of a verdict that may not be shown: neutral, never as if there were no concern."""
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


@dataclass(frozen=True)
class Labels:
    """What attributes, groups and stages are called in the report's language."""

    attribute: Callable[[str], str]
    group: Callable[[str, str], str]
    """(attribute, group) to its name."""
    stage: Callable[[str], str]
    """A stage's key to a heading: what it is a share of and what was reached."""
    reached: Callable[[str], str]
    """A stage's key to what those who reached it are, after their number."""


def _as_written(language: str) -> Labels:
    """Attributes and groups as the spreadsheet writes them."""
    t = words(language)
    return Labels(
        attribute=lambda name: name,
        group=lambda _attribute, name: name,
        stage=lambda key: str(getattr(t, f"stage_{key}")),
        reached=lambda key: str(getattr(t, f"reached_{key}")),
    )


def report_html(
    audit: dict[str, Any],
    *,
    language: str,
    title: str,
    facts: list[tuple[str, str]],
    labels: Labels | None = None,
    notes: Sequence[str] = (),
) -> str:
    """An HTML page of the figures of `Audit.to_dict` or `suppress`, with nothing to load from elsewhere.

    `title` stands above the heading (what was audited), `notes` below it as sentences, `facts` below the
    figures (profile, seed, files). Without `labels`, names stand as they are. A hidden figure is a dash, and
    a group whose verdict is hidden gets none.
    """
    t, labels = words(language), labels or _as_written(language)
    attributes = [
        _attribute(name, figures, labels, language)
        for part in ("attributes", "intersections")
        for name, figures in audit.get(part, {}).items()
    ]
    return render(
        "audit.html",
        t=t,
        language=language,
        title=title,
        counts=_counts(audit, labels, language),
        notes=notes,
        attributes=attributes,
        suppressed="suppressed" in audit,
        facts=facts,
    )


def _counts(audit: dict[str, Any], labels: Labels, language: str) -> str:
    """How many applied and how far they came; numbers that are hidden are left out."""
    t = words(language)
    reached = audit.get("stages") or [{"key": "selected", "selected": audit["selected"]}]
    parts = []
    if audit["n"] is not None:
        parts.append(t.applied_n.format(n=audit["n"]) if "stages" in audit else f"n = {audit['n']}")
    parts += [
        f"{stage['selected']} {labels.reached(stage['key'])}"
        for stage in reached
        if stage["selected"] is not None
    ]
    return ", ".join(parts) + "." if parts else ""


def _attribute(name: str, figures: dict[str, Any], labels: Labels, language: str) -> dict[str, Any]:
    staged = figures.get("stages", {"selected": figures})
    scale = Scale(_axis_end(staged))
    w = Writer(language, lambda group: labels.group(name, group))
    stages: list[dict[str, Any]] = [
        {
            "title": labels.stage(key),
            "groups": [
                _group(labels.group(name, group), row, _bounds(stage, group), scale, language)
                for group, row in stage["groups"].items()
            ],
            "missing": _missing(stage["missing"], language),
            "parts": list(of_stage(stage, w)),
        }
        for key, stage in staged.items()
    ]
    notable = [
        {"group": group["name"], "stage": stage["title"], "reason": group["reason"]}
        for stage in stages
        for group in stage["groups"]
        if group["verdict"] in ("alarm", "watch")
    ]
    parts = list(of_attribute(figures, w))
    notable += [{"group": part.title, "stage": "", "reason": part.said} for part in parts if part.notable]
    return {
        "name": labels.attribute(name),
        "verdict": figures["verdict"] or HIDDEN,
        "summary": figures["summary"][language],
        "notable": notable,
        "several_stages": len(stages) > 1,
        "stages": stages,
        "parts": parts,
        "ticks": scale.ticks(),
    }


def _bounds(stage: dict[str, Any], group: str) -> dict[str, Any] | None:
    """A group's bounds, had the missing been known; None where they are hidden."""
    found: dict[str, Any] | None = (stage["missing"]["bounds"] or {}).get(group)
    return found


def _missing(row: dict[str, Any], language: str) -> dict[str, Any]:
    return {
        "shown": bool(row["n"]) or row["n"] is None,
        "of": _of(row, language),
        "rate": percent(row["rate"], language),
    }


def _of(row: dict[str, Any], language: str) -> str:
    """How many of how many; a dash where either is hidden."""
    if row["selected"] is None or row["n"] is None:
        return "–"
    return f"{row['selected']} {words(language).of} {row['n']}"


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
    def pair(interval: list[float] | None) -> str:
        return "–" if interval is None else " … ".join(percent(end, language) for end in interval)

    plot = None
    if row["difference"] is not None and row["difference_interval"] is not None:
        low, high = row["difference_interval"]
        plot = {"x": scale.x(row["difference"]), "low": scale.x(low), "high": scale.x(high)}
    return {
        "name": name,
        "of": _of(row, language),
        "rate": percent(row["rate"], language),
        "interval": pair(row["interval"]),
        "difference": signed_points(row["difference"]),
        "difference_interval": " … ".join(map(signed_points, row["difference_interval"] or [None])),
        "impact_ratio": figure(row["impact_ratio"], language),
        "below_four_fifths": row["below_four_fifths"],
        "odds_ratio": _odds(row["odds_ratio"], language),
        "fisher_p": p_value(row["fisher_p"], language),
        "midp": p_value(row["midp"], language),
        "adjusted_p": p_value(row["adjusted_p"], language),
        "bounds": pair(bounds["rate"]) if bounds else "–",
        "verdict": row["verdict"] or HIDDEN,
        "reason": row["reason"][language],
        "plot": plot,
    }


def _odds(value: float | None, language: str) -> str:
    return "∞" if value is not None and math.isinf(value) else figure(value, language)
