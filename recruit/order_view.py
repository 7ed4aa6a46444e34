"""How the groups lie in the order, as auditors read it: findings per attribute, then one attribute in full."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from recruit import charts, order_words
from recruit.charts import IntervalRow, Top
from recruit.figure_words import capital, decimal, in_language, p_value, percent
from recruit.frames import ATTRIBUTES
from recruit.i18n import gettext as _
from recruit.i18n import language
from recruit.monitoring_view import PLOTTED_FROM, attribute_name, group_name
from recruit.sources_figures import VERDICTS
from recruit.sources_shown import Table

Figures = Mapping[str, Any]


@dataclass(frozen=True)
class AttributeFinding:
    """One attribute of the order: its verdict and sentence."""

    key: str
    name: str
    verdict: str
    words: str
    figures: str


@dataclass(frozen=True)
class Curve:
    """One group in every top of the order."""

    group: str
    name: str
    n: int
    verdict: str
    words: str
    plot: Markup


@dataclass(frozen=True)
class OrderView:
    """Everything that the page shows of one attribute. `folded`: countries that are in the table only."""

    key: str
    name: str
    divergence: Markup
    exposure: Markup
    curves: list[Curve]
    folded: list[str]
    table: Table
    n: int
    missing: int
    ties: int
    permutations: int
    seed: int


def findings(order: Figures) -> list[AttributeFinding]:
    """One per attribute, the gravest first."""
    found = []
    for key in ATTRIBUTES:
        figures = order.get(key)
        if figures is None:
            continue
        if "groups" not in figures:
            found.append(AttributeFinding(key, attribute_name(key), "no_conclusion", _reason(figures), ""))
            continue
        found.append(
            AttributeFinding(
                key,
                attribute_name(key),
                order_words.verdict_of(figures),
                order_words.finding(key, figures, language()),
                order_words.figures_beside(figures, language()),
            )
        )
    return sorted(found, key=lambda each: VERDICTS.index(each.verdict))


def _reason(figures: Figures) -> str:
    told = figures.get("reason")
    return str(told[language()]) if isinstance(told, Mapping) else _("There are no two groups to compare.")


def view_of(order: Figures, key: str) -> OrderView | None:
    """One attribute in full; None where there are not two groups to compare."""
    figures = order.get(key) or {}
    groups: Mapping[str, Figures] = figures.get("groups") or {}
    if len(groups) < 2:
        return None
    first = order_words.gravest_first(groups)
    drawn = [name for name in first if _is_drawn(key, groups[name])]
    return OrderView(
        key=key,
        name=attribute_name(key),
        divergence=_divergence(figures),
        exposure=_exposures(key, groups, [name for name in groups if name in drawn] or list(groups)),
        curves=[_curve(key, name, figures) for name in drawn],
        folded=[group_name(key, name) for name in groups if name not in drawn],
        table=_table(key, groups),
        n=figures["n"],
        missing=figures["missing"],
        ties=figures["ties"],
        permutations=figures["permutations"],
        seed=figures["seed"],
    )


def _is_drawn(attribute: str, group: Figures) -> bool:
    """Small countries are in the table only, unless they stand out."""
    return (
        attribute != "country"
        or group["n"] >= PLOTTED_FROM
        or order_words.group_verdict(group) in ("alarm", "watch")
    )


def _divergence(figures: Figures) -> Markup:
    found = figures["ndkl"]
    low, high = found["null_interval"]
    end = max(0.2, 1.15 * max(found["value"], high))
    step = next((step for step in (0.05, 0.1, 0.2, 0.25, 0.5, 1.0) if end / step <= 6), 2.0)
    count = int(end / step)
    row = IntervalRow(
        label=_("NDKL of this order"),
        rate=found["value"],
        figures=decimal(found["value"], language()),
        verdict=found["verdict"],
        words=_("p %(p)s", p=p_value(found["p"], language())),
        ground=(low, high),
    )
    return charts.interval_plot(
        [row],
        title=_("How unevenly the groups are mixed over the order, beside random orders"),
        group_label="",
        figures_label=_("NDKL"),
        marks_label=_("NDKL: 0 is the same mix everywhere"),
        axis=(0.0, end),
        ticks=[
            (at * step, decimal(at * step, language(), 2 if step < 0.1 or step == 0.25 else 1))
            for at in range(count + 1)
        ],
    )


def _exposures(key: str, groups: Mapping[str, Figures], drawn: Sequence[str]) -> Markup:
    """Mean exposure over that of all others, as in the sentences; what random orders have is put on that scale."""
    people = sum(row["n"] for row in groups.values())
    total = sum(row["n"] * row["exposure"]["mean"] for row in groups.values())
    rows, ends = [], [1.5]
    for name in drawn:
        n, found = groups[name]["n"], groups[name]["exposure"]
        low, high = (end / ((total - n * end) / (people - n)) for end in found["null_interval"])
        ends += [found["ratio"], high]
        rows.append(
            IntervalRow(
                label=group_name(key, name),
                rate=found["ratio"],
                figures=str(n),
                verdict=found["verdict"],
                words=f"{percent(found['ratio'], language())}, p\N{NO-BREAK SPACE}{p_value(found['p'], language())}",
                ground=(low, high),
            )
        )
    end = min(max(ends), 4.0)
    step = 0.5 if end <= 2.5 else 1.0
    ticks = [(at * step, percent(at * step, language())) for at in range(int(end / step) + 1)]
    return charts.interval_plot(
        rows,
        title=_("What the group's places are worth, beside random orders"),
        group_label=_("Group"),
        figures_label=_("n"),
        marks_label=_("Mean exposure of the group, of that of all others"),
        axis=(0.0, end),
        ticks=ticks,
        zero=1.0,
    )


def _curve(key: str, name: str, figures: Figures) -> Curve:
    group = figures["groups"][name]
    curve, top = group["top"]["curve"], group["top"]
    columns = zip(figures["tops"], curve["held"], curve["low"], curve["high"], curve["needed"], strict=True)
    tops = [Top(*each) for each in columns]
    share = group["n"] / figures["n"]
    title = _(
        "%(group)s: per cent of the first places, from the first to the last", group=group_name(key, name)
    )
    short = top["first_below"] if top["verdict"] in ("alarm", "watch") else None
    return Curve(
        group=name,
        name=group_name(key, name),
        n=group["n"],
        verdict=order_words.group_verdict(group),
        words=capital(order_words.placed(group, language())),
        plot=charts.top_curve(
            tops,
            title=title,
            share=share,
            captions=(
                _("The first place"),
                _("All %(n)s: %(share)s are the group's", n=figures["n"], share=percent(share, language())),
            ),
            short_at=short,
            short_label=_("of the first %(k)s: %(held)s", k=top["first_below"], held=top["held"])
            if short
            else "",
        ),
    )


def _table(key: str, groups: Mapping[str, Figures]) -> Table:
    rows = []
    for name, group in groups.items():
        exposure, top = group["exposure"], group["top"]
        low, high = exposure["null_interval"]
        rows.append(
            (
                order_words.group_verdict(group),
                [
                    group_name(key, name),
                    str(group["n"]),
                    decimal(exposure["mean"], language(), 3),
                    f"{decimal(low, language(), 3)}–{decimal(high, language(), 3)}",
                    percent(exposure["ratio"], language()),
                    p_value(exposure["p"], language()),
                    p_value(exposure["adjusted_p"], language()),
                    _short(top),
                    p_value(top["p"], language()),
                    p_value(top["adjusted_p"], language()),
                ],
            )
        )
    heads = [
        _("Group"),
        _("n"),
        _("Mean exposure"),
        _("95 per cent of random orders"),
        _("Of that of all others"),
        _("p of exposure"),
        _("Adjusted p"),
        _("First top that holds too few"),
        _("p of the tops"),
        _("Adjusted p"),
    ]
    return Table(_("Groups in the order"), heads, rows)


def _short(top: Figures) -> str:
    if top["first_below"] is None:
        return _("none")
    return _(
        "%(held)s of %(k)s, at least %(needed)s", held=top["held"], k=top["first_below"], needed=top["needed"]
    )


def no_reranking() -> str:
    """That nothing ranks anew by group."""
    return in_language(order_words.NO_RERANKING, language())
