"""Who is let in, as auditors read it: what each requirement costs, and what a later start would gain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from recruit import charts, display
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
from recruit.figure_words import in_language
from recruit.i18n import gettext as _
from recruit.i18n import language, ngettext
from recruit.monitoring_view import group_name
from recruit.sources_names import Names
from recruit.sources_shown import Table

#: How far later starts are looked at, as `scoring.bar.start_later` does.
WEEKS = 26
_GROUPS_DRAWN = 5


# Without each requirement


def requirements(part: Figures, key: str, names: Names) -> PartView:
    """How many more of each group would be eligible without each requirement."""
    reason = reason_of(part, key)
    if reason:
        return PartView(reason)
    groups: Mapping[str, Figures] = part[key]["groups"]
    keys = list(next(iter(groups.values()))["requirements"]) if groups else []
    now, gained = _of_everybody(part, keys)
    some = sorted((each for each in keys if gained[each] > 0), key=lambda each: -gained[each])
    none = [_requirement(each, names) for each in keys if gained[each] <= 0]
    notes = missing_note(part[key]["missing"])
    if none:
        notes = (
            _("Without any of these nobody more would be eligible: %(names)s.", names=", ".join(none)),
            *notes,
        )
    if not some:
        return PartView(_("Without any single requirement, nobody more would be eligible."), notes=notes)
    first = some[0]
    words = _(
        "Without %(requirement)s, %(gained)s more would be eligible than the %(now)s who are.",
        requirement=_requirement(first, names),
        gained=gained[first],
        now=now,
    )
    if all(gained[each] < gained[first] for each in keys if each != first):
        words += " " + _("No other requirement by itself shuts out as many.")
    drawn = drawn_of(groups)
    plot = charts.interval_plot(
        [row for each in some for row in _requirement_rows(key, each, groups, drawn, names)],
        title=_("Share that is eligible, and share that would be without the requirement"),
        group_label=_("Group"),
        figures_label=_("Eligible"),
        marks_label=_("Upright line: as it is. Point: without the requirement"),
        words_label=_("Gained"),
    )
    notes = (*folded_note(len(groups) - len(drawn)), *notes)
    return PartView(words, plot, _requirements_table(key, keys, groups, names), notes)


def _of_everybody(part: Figures, keys: Sequence[str]) -> tuple[int, dict[str, int]]:
    """How many are eligible, and how many more would be without each requirement.

    Groups leave out those who did not answer, so it is counted by the attribute that the fewest did not answer: what
    follows from the application itself is known of everybody.
    """
    figures = min((each for each in part.values() if each.get("groups")), key=lambda each: each["missing"])
    rows = figures["groups"].values()
    now = sum(row["eligible"] for row in rows)
    return now, {key: sum(row["requirements"][key]["eligible_without"] for row in rows) - now for key in keys}


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
        gravest = min((parts[each]["verdict"] for each in keys), key=GRAVEST.index)
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
    reason = reason_of(part, key)
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
        Curve(group_name(key, name), _steps(weeks, name), tone_of(place))
        for place, name in enumerate(drawn, 1)
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
    return PartView(words, plot, _weeks_table(key, weeks, named), folded_note(len(named) - len(drawn)))


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
