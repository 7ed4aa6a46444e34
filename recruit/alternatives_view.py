"""Other weights for the next profile, as auditors read them: what was found, where it was tested, what to doubt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from recruit import charts
from recruit.charts import FrontPoint, Scale
from recruit.figure_words import decimal, in_language, percent
from recruit.i18n import gettext as _
from recruit.i18n import language, ngettext
from recruit.monitoring_view import group_name
from recruit.sources_names import Names

Figures = Mapping[str, Any]


@dataclass(frozen=True)
class PointRow:
    """One set of weights: those of the profile, or one that was found. Figures are of the intakes named above them."""

    label: str
    weights: list[str]
    rates: str
    train_impact: str
    train_agreement: str
    holdout_rates: str
    holdout_impact: str
    holdout_agreement: str
    caveats: list[str]
    present: bool = False


@dataclass(frozen=True)
class GroupView:
    """What was searched for one group."""

    name: str
    heading: str
    yardstick: str
    caveats: list[str]
    searched: str
    bounds: list[tuple[str, str]]
    criteria: list[str]
    rows: list[PointRow]
    plot: Markup | None


@dataclass(frozen=True)
class AlternativesView:
    """What was searched for one attribute. `reason`: why nothing was."""

    groups: list[GroupView]
    reasons: list[tuple[str, str]]
    reason: str | None = None


def view_of(part: Figures, key: str, names: Names, titles: Mapping[str, str]) -> AlternativesView:
    """The groups of one attribute that were searched for, and the others with why not."""
    figures = part if "reason" in part else part.get(key) or {}
    if "groups" not in figures:
        told = figures.get("reason")
        return AlternativesView([], [], told[language()] if told else _("Nothing was searched."))
    reasons = [
        (group_name(key, group), _not_searched(code)) for group, code in figures["not_searched"].items()
    ]
    reasons += [
        (group_name(key, group), row["reason"][language()])
        for group, row in figures["groups"].items()
        if set(row) == {"reason"}
    ]
    return AlternativesView(
        [
            _group(key, group, row, names, titles)
            for group, row in figures["groups"].items()
            if "present" in row
        ],
        reasons,
    )


def _not_searched(code: str) -> str:
    return {
        "too_small": _("too few, or too few others: what is gained for few is luck"),
        "not_below": _("not called more seldom than the others"),
    }.get(code, code)


def _group(key: str, group: str, row: Figures, names: Names, titles: Mapping[str, str]) -> GroupView:
    criteria = list(row["present"]["weights"])
    held = [point for point in row["points"] if not point["caveats"]]
    return GroupView(
        name=group_name(key, group),
        heading=_heading(row, held),
        yardstick=_yardstick(row["yardstick"]),
        caveats=[said for code in row["caveats"] if (said := _caveat(code))],
        searched=_searched(row, titles),
        bounds=[(_name(each, names), _bound(row["bounds"][each])) for each in criteria],
        criteria=[_name(each, names) for each in criteria],
        rows=[_row(_("As now"), row["present"], present=True)]
        + [_row(str(number), point) for number, point in enumerate(row["points"], 1)],
        plot=_plot(row) if row["points"] else None,
    )


def _heading(row: Figures, held: Sequence[Figures]) -> str:
    count = len(row["points"])
    if not count:
        return _("No weights within the bounds had less adverse impact at the same agreement.")
    if not held:
        return ngettext(
            "%(num)s set of weights did better where it was searched, but not where it was tested.",
            "%(num)s sets of weights did better where they were searched, but none where they were tested.",
            count,
        )
    return ngettext(
        "%(held)s of %(num)s set of weights that did better where it was searched also did where it was tested.",
        "%(held)s of %(num)s sets of weights that did better where they were searched also did where they were tested.",
        count,
        held=len(held),
    )


def _yardstick(code: str) -> str:
    if code == "outcomes":
        return _(
            "Yardstick: outcomes. Agreement is how well the points go with who had reached the goals a year later"
            " (Spearman's ρ), of those who started."
        )
    return _(
        "Yardstick: the order by the present weights, since no outcomes are known yet. It says how little the order"
        " changes, not whether the order is right."
    )


def _caveat(code: str) -> str:
    return {
        "few_outcomes": _("Outcomes are known of fewer than 30 on one side of the split."),
        "gain_lost_on_holdout": _("the gain is lost where it was tested"),
        "agreement_lost_on_holdout": _("the agreement is lost where it was tested"),
        "not_measured_on_holdout": _("could not be measured where it was tested"),
    }.get(code, "")


def _searched(row: Figures, titles: Mapping[str, str]) -> str:
    return _(
        "Searched in %(train)s, tested in %(holdout)s, which the search never saw. %(tried)s sets of weights were"
        " tried, seed %(seed)s.",
        train=_listed(row["train"], titles),
        holdout=_listed(row["holdout"], titles),
        tried=row["tried"],
        seed=row["seed"],
    )


def _listed(slugs: Sequence[str], titles: Mapping[str, str]) -> str:
    return ", ".join(titles.get(slug, slug) for slug in slugs)


def _name(key: str, names: Names) -> str:
    return in_language(names.criteria.get(key, (key, key)), language())


def _weight(value: float) -> str:
    return decimal(value, language(), 1)


def _bound(pair: Sequence[float]) -> str:
    return f"{_weight(pair[0])}–{_weight(pair[1])}"


def _row(label: str, point: Figures, present: bool = False) -> PointRow:
    train, holdout = point["train"], point["holdout"]
    return PointRow(
        label=label,
        weights=[_weight(each) for each in point["weights"].values()],
        rates=_rates(train),
        train_impact=percent(train["impact"], language()),
        train_agreement=decimal(train["agreement"], language()),
        holdout_rates=_rates(holdout),
        holdout_impact=percent(holdout["impact"], language()),
        holdout_agreement=decimal(holdout["agreement"], language()),
        caveats=[_caveat(code) for code in point["caveats"]],
        present=present,
    )


def _rates(half: Figures) -> str:
    own, rest = half["rates"]
    return _(
        "%(own)s of %(n)s against %(rest)s of %(others)s",
        own=percent(own, language()),
        n=half["n"][0],
        rest=percent(rest, language()),
        others=half["n"][1],
    )


def _spot(half: Figures) -> tuple[float, float] | None:
    if half["impact"] is None or half["agreement"] is None:
        return None
    return half["agreement"], half["impact"]


def _label(number: int, of: int) -> str:
    """Numbers of a few points; of many only the first and the last, which would lie on each other else."""
    return str(number) if of <= 3 or number in (1, of) else ""


def _plot(row: Figures) -> Markup:
    points = [
        FrontPoint(_("now"), _spot(row["present"]["train"]), _spot(row["present"]["holdout"]), "present")
    ]
    points += [
        FrontPoint(
            _label(number, len(row["points"])),
            _spot(each["train"]),
            _spot(each["holdout"]),
            "lost" if each["caveats"] else "tested",
        )
        for number, each in enumerate(row["points"], 1)
    ]
    spots = [spot for point in points for spot in (point.found, point.tested) if spot]
    least = min((x for x, _y in spots), default=0.0)
    most = max((y for _x, y in spots), default=1.0)
    low, high = min(max(-1.0, int((least - 0.05) * 10) / 10), 0.9), min(1.0, int(most * 10 + 1) / 10)
    every = 1 if low >= 0.5 else 2 if low >= 0 else 4
    steps = [at / 10 for at in range(round(low * 10), 11, every)]
    return charts.front_plot(
        points,
        title=_(
            "Adverse impact and agreement of each set of weights, where it was searched and where it was tested"
        ),
        x=Scale(low, 1.0, [(at, decimal(at, language())) for at in steps]),
        y=Scale(0.0, high, [(high * i / 4, percent(high * i / 4, language())) for i in range(5)]),
        x_label=_("Agreement with the yardstick: further right is better"),
        y_label=_("Adverse impact: lower is better"),
    )
