"""The bar as auditors read it: who was turned away beside vacant posts, and what another bar would have done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from recruit import charts, display
from recruit.charts import Curve, IntervalRow, Scale
from recruit.figure_words import decimal, in_language, p_value, percent
from recruit.i18n import language
from recruit.monitoring_view import group_name
from recruit.sources_names import Names
from recruit.sources_shown import Table

Figures = Mapping[str, Any]
#: How far later starts are looked at, as `scoring.bar.start_later` does.
WEEKS = 26
_GROUPS_DRAWN = 5


@dataclass(frozen=True)
class PartView:
    """One question about the bar: the answer in words, its plots, and the same figures in a table."""

    words: str
    plot: Markup | None = None
    table: Table | None = None
    notes: tuple[str, ...] = ()


def _reason(part: Figures, key: str) -> str | None:
    """Why there are no figures of an attribute, or None."""
    found = part if "reason" in part else part.get(key) or {}
    told = found.get("reason")
    if told:
        return str(told[language()])
    return None if found else _("There are no figures.")


def _missing(n: int) -> tuple[str, ...]:
    if not n:
        return ()
    return (
        ngettext(
            "%(num)s did not answer: counted in all, in no group.",
            "%(num)s did not answer: counted in all, in no group.",
            n,
        ),
    )


# Qualified, but no offer


def rejected(part: Figures, key: str) -> PartView:
    """Those above the threshold without an offer, beside the posts left vacant."""
    reason = _reason(part, key)
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
    rows = {name: row for name, row in figures["groups"].items() if row["n"]}
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
    return PartView(
        words, plot if shares else None, _rejected_table(key, figures), _missing(figures["missing"])
    )


def sites(part: Figures, key: str) -> list[tuple[str, int, int, int]]:
    """(site, posts, filled, vacant); one row of all where it is not known which post somebody took."""
    figures = {} if "reason" in part else part.get(key) or {}
    return [
        (_("All sites") if site == "all" else site, row["posts"], row["filled"], row["vacant"])
        for site, row in (figures.get("sites") or {}).items()
    ]


def _verdict_words(row: Figures) -> str:
    if row["verdict"] in ("alarm", "watch"):
        return _("p %(p)s", p=p_value(row["adjusted_p"], language()))
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
                percent(row["rate"]),
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
    reason = _reason(part, key)
    if reason:
        return PartView(reason)
    figures = part[key]
    tried: Sequence[Figures] = figures["thresholds"]
    own = figures.get("threshold")
    names = _drawn(tried[0]["groups"])
    curves = [
        Curve(
            group_name(key, name),
            [(each["threshold"], each["groups"][name]["rate"]) for each in tried],
            _tone(place),
        )
        for place, name in enumerate(names, 1)
    ]
    low, high = tried[0]["threshold"], tried[-1]["threshold"]
    plot = charts.curve_plot(
        curves,
        title=_("Share of each group that would be at or above each threshold"),
        x=Scale(low, max(high, low + 1), [(each["threshold"], _points(each["threshold"])) for each in tried]),
        y=Scale(0.0, 1.0, [(share, percent(share)) for share in (0.0, 0.25, 0.5, 0.75, 1.0)]),
        x_label=_("Threshold in points. Figures are at the dots; between them they were not computed."),
        dots=True,
        upright=(own, _("now")) if own is not None else None,
    )
    folded = len(tried[0]["groups"]) - len(names)
    notes = (*_folded(folded), *_missing(figures["missing"]))
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
        gravest = min((cell["verdict"] for cell in cells), key=_GRAVEST.index)
        rows.append(
            (
                gravest,
                [
                    group_name(key, name),
                    str(cells[0]["n"]),
                    *(f"{cell['passed']} ({percent(cell['rate'])})" for cell in cells),
                ],
            )
        )
    heads = [_("Group"), _("n"), *(_points(each["threshold"]) for each in tried)]
    return Table(_("At or above each threshold, by group"), heads, rows)


_GRAVEST = ("alarm", "watch", "no_concern", "no_conclusion")


def _drawn(groups: Mapping[str, Figures]) -> list[str]:
    """The largest groups with somebody in them, in the order of the figures."""
    largest = sorted((name for name in groups if groups[name]["n"]), key=lambda name: -groups[name]["n"])
    return [name for name in groups if name in largest[:_GROUPS_DRAWN]]


def _folded(count: int) -> tuple[str, ...]:
    if not count:
        return ()
    return (
        ngettext(
            "%(num)s smaller group is in the table only.",
            "%(num)s smaller groups are in the table only.",
            count,
        ),
    )


def _tone(place: int) -> Any:
    return min(place, charts.MOST_LINES)


# Without each requirement


def requirements(part: Figures, key: str, names: Names) -> PartView:
    """How many more of each group would be eligible without each requirement."""
    reason = _reason(part, key)
    if reason:
        return PartView(reason)
    groups: Mapping[str, Figures] = part[key]["groups"]
    keys = list(next(iter(groups.values()))["requirements"]) if groups else []
    gained = {
        each: sum(row["requirements"][each]["eligible_without"] - row["eligible"] for row in groups.values())
        for each in keys
    }
    some = sorted((each for each in keys if gained[each] > 0), key=lambda each: -gained[each])
    none = [_requirement(each, names) for each in keys if gained[each] <= 0]
    notes = _missing(part[key]["missing"])
    if none:
        notes = (
            _("Without any of these nobody more would be eligible: %(names)s.", names=", ".join(none)),
            *notes,
        )
    if not some:
        return PartView(_("Without any single requirement, nobody more would be eligible."), notes=notes)
    first = some[0]
    words = _(
        "Without %(requirement)s, %(gained)s more would be eligible than the %(now)s who are: more than without any"
        " other.",
        requirement=_requirement(first, names),
        gained=gained[first],
        now=sum(row["eligible"] for row in groups.values()),
    )
    drawn = _drawn(groups)
    plot = charts.interval_plot(
        [row for each in some for row in _requirement_rows(key, each, groups, drawn, names)],
        title=_("Share that is eligible, and share that would be without the requirement"),
        group_label=_("Group"),
        figures_label=_("Eligible"),
        marks_label=_("Upright line: as it is. Point: without the requirement"),
        words_label=_("Gained"),
    )
    notes = (*_folded(len(groups) - len(drawn)), *notes)
    return PartView(words, plot, _requirements_table(key, keys, groups, names), notes)


def _requirement(key: str, names: Names) -> str:
    name = in_language(names.requirements.get(key, (key, key)), language())
    return name if name.startswith(key) else f"{key} {name}"


def _requirement_rows(
    key: str, requirement: str, groups: Mapping[str, Figures], drawn: Sequence[str], names: Names
) -> list[IntervalRow]:
    rows = [IntervalRow(label=_requirement(requirement, names), heading=True)]
    for name in drawn:
        row, part = groups[name], groups[name]["requirements"][requirement]
        gained = part["eligible_without"] - row["eligible"]
        rows.append(
            IntervalRow(
                label=group_name(key, name),
                rate=part["eligible_rate_without"],
                reference=row["eligible_rate"],
                figures=_("%(selected)s of %(n)s", selected=row["eligible"], n=row["n"]),
                words=f"+{gained}" if gained else "0",
            )
        )
    return rows


def _requirements_table(key: str, keys: Sequence[str], groups: Mapping[str, Figures], names: Names) -> Table:
    rows = []
    for name, row in groups.items():
        parts = row["requirements"]
        gravest = min((parts[each]["verdict"] for each in keys), key=_GRAVEST.index)
        rows.append(
            (
                gravest,
                [
                    group_name(key, name),
                    str(row["n"]),
                    str(row["eligible"]),
                    *(str(parts[each]["eligible_without"]) for each in keys),
                ],
            )
        )
    heads = [
        _("Group"),
        _("n"),
        _("Eligible"),
        *(_("without %(requirement)s", requirement=each) for each in keys),
    ]
    return Table(_("Eligible without each requirement, by group"), heads, rows)


# A later start


def later_start(part: Figures, key: str) -> PartView:
    """How many applicants a start some weeks later would gain."""
    reason = _reason(part, key)
    if reason:
        return PartView(reason)
    figures = part[key]
    weeks: Sequence[Figures] = figures["weeks"]
    if not weeks:
        return PartView(
            _(
                "Nobody would be gained by a start up to %(weeks)s weeks later: nobody who meets all else expected the"
                " licence by then.",
                weeks=WEEKS,
            )
        )
    last = weeks[-1]
    words = ngettext(
        "A start %(weeks)s weeks later, on %(day)s, would gain %(num)s applicant whose licence was expected by then.",
        "A start %(weeks)s weeks later, on %(day)s, would gain %(num)s applicants whose licence was expected by then.",
        last["gained"],
        weeks=last["weeks"],
        day=_day(last["start"]),
    )
    named = [name for name in last["groups"] if last["groups"][name]]
    drawn = sorted(named, key=lambda name: -last["groups"][name])[:_GROUPS_DRAWN]
    curves = [Curve(_("All applicants"), _steps(weeks, None))]
    curves += [
        Curve(group_name(key, name), _steps(weeks, name), _tone(place)) for place, name in enumerate(drawn, 1)
    ]
    most = max(4, last["gained"])
    every = -(-most // 4)
    plot = charts.curve_plot(
        curves,
        title=_("Applicants gained by a start so many weeks later"),
        x=Scale(0, WEEKS, [(at, str(at)) for at in (0, 4, 8, 12, 16, 20, 26)]),
        y=Scale(0, every * 4, [(every * i, str(every * i)) for i in range(5)]),
        x_label=_(
            "Weeks later than the start as it is, %(day)s",
            day=_day(figures["start"]),
        ),
        stepped=True,
    )
    return PartView(words, plot, _weeks_table(key, weeks, named), _folded(len(named) - len(drawn)))


def _day(iso: str) -> str:
    return display.day(date.fromisoformat(iso))


def _steps(weeks: Sequence[Figures], name: str | None) -> list[tuple[float, float]]:
    points = [(0.0, 0.0)]
    points += [
        (float(each["weeks"]), float(each["gained"] if name is None else each["groups"][name]))
        for each in weeks
    ]
    return [*points, (float(WEEKS), points[-1][1])]


def _weeks_table(key: str, weeks: Sequence[Figures], named: Sequence[str]) -> Table:
    rows = [
        (
            "",
            [
                str(each["weeks"]),
                _day(each["start"]),
                str(each["gained"]),
                *(str(each["groups"][name]) for name in named),
                str(each["missing"]),
            ],
        )
        for each in weeks
    ]
    heads = [
        _("Weeks"),
        _("Start"),
        _("Gained"),
        *(group_name(key, name) for name in named),
        _("Not answered"),
    ]
    return Table(_("Gained by a later start"), heads, rows)
