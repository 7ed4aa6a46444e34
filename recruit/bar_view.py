"""The bar as auditors read it: who was turned away beside vacant posts, and what another threshold would have done."""

from __future__ import annotations

from collections.abc import Sequence

from recruit import charts
from recruit.bar_parts import (
    GRAVEST,
    Figures,
    PartView,
    drawn_of,
    folded_note,
    missing_note,
    reason_of,
    tone_of,
)
from recruit.charts import Curve, IntervalRow, Scale
from recruit.figure_words import decimal, p_value, percent
from recruit.i18n import gettext as _
from recruit.i18n import language
from recruit.monitoring_view import folds, group_name
from recruit.sources_shown import Table

# Qualified, but no offer


def rejected(part: Figures, key: str) -> PartView:
    """Those above the threshold without an offer, beside the posts left vacant."""
    reason = reason_of(part, key)
    if reason:
        return PartView(reason)
    figures = part[key]
    words = _(
        "%(without)s of the %(qualified)s above the threshold got no offer, and %(vacant)s of %(posts)s posts are"
        " vacant.",
        without=figures["without_offer"],
        qualified=figures["qualified"],
        vacant=figures["vacant"],
        posts=figures["posts"],
    )
    there = {name: row for name, row in figures["groups"].items() if row["n"]}
    rows = {name: row for name, row in there.items() if not folds(key, row)}
    shares = [
        IntervalRow(
            label=group_name(key, name),
            rate=1 - row["rate"],
            low=1 - row["interval"][1],
            high=1 - row["interval"][0],
            figures=_("%(selected)s of %(n)s", selected=row["without_offer"], n=row["n"]),
            verdict=row["verdict"],
            words=_verdict_words(row),
        )
        for name, row in rows.items()
    ]
    plot = charts.interval_plot(
        shares,
        title=_("Share of those above the threshold who got no offer"),
        group_label=_("Group"),
        figures_label=_("No offer"),
        marks_label=_("Share without an offer, with its 95 per cent interval"),
    )
    notes = (*folded_note(len(there) - len(rows)), *missing_note(figures["missing"]))
    return PartView(words, plot if shares else None, _rejected_table(key, figures), notes)


def sites(part: Figures, key: str) -> list[tuple[str, int, int, int]]:
    """(site, posts, filled, vacant); one row of all where it is not known which post somebody took."""
    figures = {} if "reason" in part else part.get(key) or {}
    return [
        (_("All sites") if site == "all" else site, row["posts"], row["filled"], row["vacant"])
        for site, row in (figures.get("sites") or {}).items()
    ]


def _verdict_words(row: Figures) -> str:
    if row["verdict"] == "alarm":
        return _("Alarm, p %(p)s", p=p_value(row["adjusted_p"], language()))
    if row["verdict"] == "watch":
        return _("Watch")
    return _("no conclusion possible") if row["verdict"] == "no_conclusion" else ""


def _rejected_table(key: str, figures: Figures) -> Table:
    rows = [
        (
            row["verdict"],
            [
                group_name(key, name),
                str(row["n"]),
                str(row["passed"]),
                str(row["without_offer"]),
                percent(row["rate"], language()),
                p_value(row["p"], language()),
                p_value(row["adjusted_p"], language()),
            ],
        )
        for name, row in figures["groups"].items()
    ]
    heads = [
        _("Group"),
        _("Qualified"),
        _("Offered"),
        _("No offer"),
        _("Rate of offers"),
        "p",
        _("Adjusted p"),
    ]
    return Table(_("Qualified but rejected, by group"), heads, rows)


# Other thresholds


def threshold(part: Figures, key: str) -> PartView:
    """How many of each group would be above other thresholds."""
    reason = reason_of(part, key)
    if reason:
        return PartView(reason)
    figures = part[key]
    tried: Sequence[Figures] = figures["thresholds"]
    own = figures.get("threshold")
    names = drawn_of(tried[0]["groups"])
    curves = [
        Curve(
            group_name(key, name),
            [(each["threshold"], each["groups"][name]["rate"]) for each in tried],
            tone_of(place),
        )
        for place, name in enumerate(names, 1)
    ]
    low, high = tried[0]["threshold"], tried[-1]["threshold"]
    plot = charts.curve_plot(
        curves,
        title=_("Share of each group that would be at or above each threshold"),
        x=Scale(low, max(high, low + 1), [(each["threshold"], _points(each["threshold"])) for each in tried]),
        y=Scale(0.0, 1.0, [(share, percent(share, language())) for share in (0.0, 0.25, 0.5, 0.75, 1.0)]),
        x_label=_("Threshold in points. Figures are at the dots; between them they were not computed."),
        dots=True,
        upright=(own, _("now")) if own is not None else None,
    )
    folded = len(tried[0]["groups"]) - len(names)
    notes = (*folded_note(folded), *missing_note(figures["missing"]))
    return PartView(_threshold_words(tried, own), plot, _threshold_table(key, tried), notes)


def _points(value: float) -> str:
    return decimal(value, language(), 0 if value == int(value) else 1)


def _threshold_words(tried: Sequence[Figures], own: float | None) -> str:
    now = next((each for each in tried if each["threshold"] == own), None)
    lower = tried[0]
    if now is None or lower is now:
        return _(
            "%(above)s would be at or above %(threshold)s points.",
            above=lower["above"],
            threshold=_points(lower["threshold"]),
        )
    return _(
        "At %(now)s points %(above)s are at or above the threshold; at %(lower)s it would be %(more)s.",
        now=_points(now["threshold"]),
        above=now["above"],
        lower=_points(lower["threshold"]),
        more=lower["above"],
    )


def _threshold_table(key: str, tried: Sequence[Figures]) -> Table:
    rows = []
    for name in tried[0]["groups"]:
        cells = [each["groups"][name] for each in tried]
        gravest = min((cell["verdict"] for cell in cells), key=GRAVEST.index)
        rows.append(
            (
                gravest,
                [
                    group_name(key, name),
                    str(cells[0]["n"]),
                    *(f"{cell['passed']} ({percent(cell['rate'], language())})" for cell in cells),
                ],
            )
        )
    heads = [_("Group"), _("n"), *(_points(each["threshold"]) for each in tried)]
    return Table(_("At or above each threshold, by group"), heads, rows)
