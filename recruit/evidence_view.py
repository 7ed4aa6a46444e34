"""The evidence over intakes as auditors read it: findings per attribute, then one attribute with its curve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Any

from markupsafe import Markup

from recruit import charts, evidence_words
from recruit.charts import Curve, Scale
from recruit.figure_words import decimal, percent
from recruit.frames import ATTRIBUTES
from recruit.i18n import gettext as _
from recruit.i18n import language
from recruit.monitoring_view import attribute_name, group_name

Figures = Mapping[str, Any]
#: What is counted as selected, in the order of the choices.
OUTCOMES = ("called", "eligible")
_GRAVEST = ("alarm", "no_concern", "no_conclusion")
_GROUPS_DRAWN = 4


@dataclass(frozen=True)
class AttributeFinding:
    """One attribute: its verdict, its sentence and what it rests on."""

    key: str
    name: str
    verdict: str
    words: str
    figures: str


@dataclass(frozen=True)
class IntakeRow:
    """One intake of the table, oldest first: counts, who is left out, and the evidence after it."""

    name: str
    of: str
    missing: int
    evidence: str
    maximum: str
    alarm: bool


@dataclass(frozen=True)
class GroupRow:
    """One group: its counts over all intakes, what its own bets have made, and how much of the evidence it holds."""

    name: str
    of: str
    made: str
    share: str
    flagged: bool


@dataclass(frozen=True)
class EvidenceView:
    """Everything that the page shows of one attribute."""

    key: str
    name: str
    plot: Markup
    undrawn: int
    intakes: list[IntakeRow]
    groups: list[GroupRow]
    only_one: bool


def findings(part: Figures) -> list[AttributeFinding]:
    """One per attribute, the gravest first."""
    found = [_finding(key, part[key]) for key in ATTRIBUTES if key in part]
    return sorted(found, key=lambda each: _GRAVEST.index(each.verdict))


def _finding(key: str, figures: Figures) -> AttributeFinding:
    if "e_values" not in figures:
        return AttributeFinding(key, attribute_name(key), "no_conclusion", figures["reason"][language()], "")
    return AttributeFinding(
        key,
        attribute_name(key),
        figures["verdict"],
        evidence_words.sentence(key, figures, language()),
        evidence_words.counts(figures, language()),
    )


def view_of(part: Figures, key: str, titles: Mapping[str, str]) -> EvidenceView | None:
    """One attribute in full; None where there is nothing. `titles`: what each intake is called, by slug."""
    figures = part.get(key) or {}
    values: Sequence[Figures] = figures.get("e_values") or ()
    if not values:
        return None
    groups = list(values[-1]["groups"])
    drawn = _drawn(groups, figures)
    return EvidenceView(
        key=key,
        name=attribute_name(key),
        plot=_plot(key, figures, drawn, titles),
        undrawn=len(groups) - len(drawn),
        intakes=[_intake(each, figures, titles) for each in values],
        groups=[_group(key, name, figures) for name in _by_evidence(groups, figures)],
        only_one=len(values) == 1,
    )


def _by_evidence(groups: Sequence[str], figures: Figures) -> list[str]:
    return sorted(groups, key=lambda name: -figures["carried"][name])


def _drawn(groups: Sequence[str], figures: Figures) -> list[str]:
    """All of a few groups, else those that stand out and those that hold most of the evidence."""
    ordered = sorted(_by_evidence(groups, figures), key=lambda name: name not in figures["flagged"])
    kept = ordered[: max(_GROUPS_DRAWN, min(len(figures["flagged"]), charts.MOST_LINES))]
    return [name for name in groups if name in kept]


def _plot(key: str, figures: Figures, drawn: Sequence[str], titles: Mapping[str, str]) -> Markup:
    values, line = figures["e_values"], figures["alarm_line"]
    whole = [(0.0, 1.0), *((t + 1.0, 10.0 ** min(each["log10_e"], 300.0)) for t, each in enumerate(values))]
    curves = [Curve(_("All groups together"), whole)]
    for tone, name in enumerate(drawn, 1):
        made = [each["groups"][name]["product"] for each in values]
        points = [(0.0, 1.0), *((t + 1.0, e) for t, e in enumerate(made) if e is not None)]
        curves.append(Curve(group_name(key, name), points, _tone(tone)))
    shown = [y for curve in curves for _x, y in curve.points]
    low, high = _powers(min(shown), max(*shown, line * 2))
    return charts.curve_plot(
        curves,
        title=_(
            "%(attribute)s: what bets against “no gap” have made out of 1, after each intake",
            attribute=attribute_name(key),
        ),
        x=Scale(0, len(values), _ticks([titles.get(each["intake"], each["intake"]) for each in values])),
        y=Scale(10.0**low, 10.0**high, [(10.0**p, _power(p)) for p in _some(low, high)], log=True),
        x_label=_("After each intake, in the order of time. Each step upwards is ten times as much."),
        dots=True,
        limit=(line, _("Alarm at %(line)s", line=f"{line:g}")),
    )


def _tone(place: int) -> Any:
    return min(place, charts.MOST_LINES)


def _powers(least: float, most: float) -> tuple[int, int]:
    return max(floor(log10(max(least, 1e-12))), -6), min(max(ceil(log10(most)), 2), 12)


def _some(low: int, high: int) -> range:
    return range(low, high + 1, 1 if high - low <= 6 else 3)


def _power(power: int) -> str:
    if power >= 4:
        return f"10^{power}"
    return decimal(10.0**power, language(), max(0, -power))


def _ticks(titles: Sequence[str]) -> list[tuple[float, str]]:
    """Where the bets begin, and so many of the intakes that their names have room, the last among them."""
    count = len(titles)
    if count > 3:
        every = ceil(count / 8)
        return [(0, "0"), *((t, str(t)) for t in range(1, count + 1) if (count - t) % every == 0)]
    return [(0.0, _("Before")), *((float(t), title) for t, title in enumerate(titles, 1))]


def _intake(entry: Figures, figures: Figures, titles: Mapping[str, str]) -> IntakeRow:
    maximum = entry["maximum"]
    return IntakeRow(
        name=titles.get(entry["intake"], entry["intake"]),
        of=_of(entry),
        missing=entry["missing"],
        evidence=evidence_words.money(entry, language()),
        maximum="–" if maximum is None else evidence_words.amount(maximum, 0, language()),
        alarm=figures["alarm_at"] == entry["intake"],
    )


def _group(key: str, name: str, figures: Figures) -> GroupRow:
    values = figures["e_values"]
    product = values[-1]["groups"][name]["product"]
    counts = {
        field: sum(each["groups"][name].get(field, 0) for each in values) for field in ("n", "selected")
    }
    return GroupRow(
        name=group_name(key, name),
        of=_of(counts),
        made=_("very much") if product is None else evidence_words.amount(product, 0, language()),
        share=percent(figures["carried"][name], language()),
        flagged=name in figures["flagged"],
    )


def _of(counts: Figures) -> str:
    if "n" not in counts:
        return "–"
    return _("%(selected)s of %(n)s", selected=counts["selected"], n=counts["n"])
