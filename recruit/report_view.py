"""The report as people read it in three minutes: verdicts, three plots, what to look at; then all tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from recruit import charts, monitoring_view, sources_view
from recruit.charts import IntervalRow
from recruit.frames import ATTRIBUTES
from recruit.i18n import gettext as _
from recruit.i18n import language
from recruit.monitoring_view import attribute_name, group_name, p_value, reached, stage_name
from recruit.queries.report import Basis
from recruit.report.actions import SHOWN, Action, actions
from recruit.report.active_measures import GROUNDS, INTRODUCTION, STEPS
from recruit.report.local_law import NOTE, local_law
from recruit.sources_figures import VERDICTS
from recruit.sources_names import Names

Figures = Mapping[str, Any]
#: The verdict of each level of an action, for its sign.
LEVELS = {"alarm": "alarm", "watch": "watch"}


@dataclass(frozen=True)
class Plot:
    """One of the three plots. `figure` is None where there is none: `words` says why."""

    title: str
    words: str
    figure: Markup | None


@dataclass(frozen=True)
class Table:
    """One Local Law 144 table of a `kind`, "selection", "scoring" or "combination".

    (category, n, selected, rate, ratio) in its rows, and how many are of no category.
    """

    title: str
    rows: list[dict[str, Any]]
    unknown: int | None
    kind: str


@dataclass(frozen=True)
class ReportView:
    """Everything that the page shows. `findings` is empty where there are no figures."""

    full: bool
    lead: str
    headline: str
    findings: list[monitoring_view.Finding]
    plots: list[Plot]
    actions: list[Action]
    more_actions: list[Action]
    attributes: list[monitoring_view.AttributeView]
    local_law: list[Table]
    outcome: str
    law_note: str
    introduction: str
    grounds: str
    steps: list[dict[str, str]]
    comments: list[tuple[str, str]]


def view_of(basis: Basis, names: Names, *, full: bool) -> ReportView:
    """The report in full, or as it leaves the house."""
    whole = basis.figures if full else None
    funnel = whole["funnel"] if whole is not None else basis.published["figures"]
    if funnel is not None and "attributes" not in funnel:
        funnel = None
    found = actions(funnel, whole, names) if funnel else []
    law = local_law(funnel) if funnel else None
    return ReportView(
        full=full,
        lead=_lead(funnel) if funnel else "",
        headline=_headline(funnel) if funnel else "",
        findings=monitoring_view.findings(funnel) if funnel else [],
        plots=_plots(funnel, whole, names) if funnel else [],
        actions=found[:SHOWN],
        more_actions=found[SHOWN:],
        attributes=monitoring_view.attributes(funnel) if funnel else [],
        local_law=_local_law(law) if law else [],
        outcome=reached(law["outcome"]) if law else "",
        law_note=_said(NOTE),
        introduction=_said(INTRODUCTION),
        grounds=_said(GROUNDS),
        steps=[
            {
                "section": step.section,
                "title": _said(step.title),
                "covers": _said(step.covers),
                "employer": _said(step.employer),
            }
            for step in STEPS
        ],
        comments=_comments(basis),
    )


def _said(pair: tuple[str, str]) -> str:
    return pair[0 if language() == "sv" else 1]


def _comments(basis: Basis) -> list[tuple[str, str]]:
    """(What it is about, what the auditor wrote), the conclusion first."""
    found = basis.comments
    heads = {"overall": _("Overall")} | {name: attribute_name(name) for name in ATTRIBUTES}
    return [(words, found[key]) for key, words in heads.items() if key in found]


def _lead(funnel: Figures) -> str:
    parts = [_("%(number)s applied", number=funnel["n"])] if funnel["n"] is not None else []
    parts += [
        f"{stage['selected']} {reached(stage['key'])}"
        for stage in funnel["stages"]
        if stage["selected"] is not None
    ]
    return ", ".join(parts)


def _headline(funnel: Figures) -> str:
    """The whole report in a sentence or two: what stands out, and that some groups are too small to tell."""
    found = {
        verdict: [
            attribute_name(name)
            for name in ATTRIBUTES
            if funnel["attributes"].get(name, {}).get("verdict") == verdict
        ]
        for verdict in ("alarm", "watch", "no_conclusion")
    }
    said = [
        _("Alarm: %(names)s.", names=", ".join(found["alarm"])) if found["alarm"] else _("No alarm."),
        _("To watch: %(names)s.", names=", ".join(found["watch"])) if found["watch"] else "",
    ]
    if found["no_conclusion"]:
        said.append(_("No conclusion possible: %(names)s.", names=", ".join(found["no_conclusion"])))
    elif _some_too_small(funnel):
        said.append(_("Some groups are too small for any conclusion, which does not mean that all is well."))
    return " ".join(each for each in said if each)


def _some_too_small(funnel: Figures) -> bool:
    return any(
        group["verdict"] in ("no_conclusion", None)
        for attribute in funnel["attributes"].values()
        for stage in attribute["stages"].values()
        for group in stage["groups"].values()
    )


def _plots(funnel: Figures, whole: Figures | None, names: Names) -> list[Plot]:
    return [_how_far(funnel), _differences(funnel), _source(whole, names)]


def _how_far(funnel: Figures) -> Plot:
    """Of all who applied, at the stage that matters most: called, or as far as it has gone."""
    stages = [stage for stage in funnel["stages"] if stage["key"] == "called"] or [funnel["stages"][-1]]
    figure = monitoring_view.rates({**funnel, "stages": stages})[0].plot
    words = _("Share of each group's applicants, with its 95 per cent interval (Wilson).")
    return Plot(f"{_('How far each group came')}: {reached(stages[0]['key'])}", words, figure)


def _differences(funnel: Figures) -> Plot:
    """Every group against all others at the stage with the gravest verdict; countries only where they stand out."""
    key = _gravest_stage(funnel)
    rows: list[IntervalRow] = []
    for name in ATTRIBUTES:
        part = funnel["attributes"].get(name, {}).get("stages", {}).get(key)
        if part is None:
            continue
        own = [
            _difference(name, group, row)
            for group, row in part["groups"].items()
            if row["difference"] is not None and (name != "country" or row["verdict"] in ("alarm", "watch"))
        ]
        if own:
            rows += [IntervalRow(label=attribute_name(name), heading=True), *own]
    title = f"{_('Difference from all others')}: {stage_name(key)[:1].lower()}{stage_name(key)[1:]}"
    words = _("Percentage points. Where the line crosses “equal” the difference may be zero.")
    if not rows:
        return Plot(title, _("No group's difference can be shown."), None)
    figure = charts.difference_plot(
        rows,
        title=title,
        group_label=_("Group"),
        figures_label=_("Went on"),
        marks_label=_("Difference from all others, percentage points, with its 95 per cent interval"),
        equal_label=_("equal"),
    )
    return Plot(title, words, figure)


def _gravest_stage(funnel: Figures) -> str:
    """The stage with the gravest verdict of any attribute, the first of several alike."""
    keys = [stage["key"] for stage in funnel["stages"]]

    def gravity(key: str) -> int:
        parts = [attribute["stages"].get(key) for attribute in funnel["attributes"].values()]
        return min((VERDICTS.index(part["verdict"]) for part in parts if part), default=len(VERDICTS))

    return min(keys, key=gravity)


def _difference(attribute: str, group: str, row: Figures) -> IntervalRow:
    low, high = row["difference_interval"] or (None, None)
    alarm = row["verdict"] == "alarm" and row["adjusted_p"] is not None
    return IntervalRow(
        label=group_name(attribute, group),
        rate=row["difference"],
        low=low,
        high=high,
        figures=_("%(selected)s of %(n)s", selected=row["selected"], n=row["n"]),
        verdict=row["verdict"] or "no_conclusion",
        words=_("Alarm, p %(p)s", p=p_value(row["adjusted_p"])) if alarm else "",
    )


def _source(whole: Figures | None, names: Names) -> Plot:
    """The gravest gap by its gravest source, by stage where no source stands out."""
    title = _("Where the gap arises")
    if whole is None:
        return Plot(title, _("Sources rest on small counts, and are for the audit alone."), None)
    sources = whole["sources"]
    if set(sources) == {"reason"}:
        return Plot(title, sources["reason"][language()], None)
    view = sources_view.view_of(sources, names)
    cards = [card for card in (view.cards if view else []) if card.shown is not None]
    if view is None or view.group is None or not cards:
        return Plot(title, _("There are no two groups to compare."), None)
    card = min(
        cards,
        key=lambda each: (
            each.verdict not in ("alarm", "watch"),
            VERDICTS.index(each.verdict or "no_concern"),
        ),
    )
    assert card.shown is not None
    figure = Markup('<p class="hint">{}: {}</p>{}').format(card.title, card.shown.unit, card.shown.plot)
    return Plot(f"{title}: {view.attribute.name}, {view.group.name}", card.words, figure)


def _local_law(law: Figures) -> list[Table]:
    """Selection by attribute, then scores, then combinations; countries too, for no category is left out."""
    tables = []
    for kind in ("selection", "scoring"):
        for name, both in law["attributes"].items():
            if both[kind]:
                title = attribute_name(name)
                tables.append(_law_table(title, name, both[kind], kind))
    for name, table in law.get("intersections", {}).items():
        title = " × ".join(attribute_name(part) for part in name.split(" × "))
        tables.append(_law_table(title, name, table, "combination"))
    return tables


def _law_table(title: str, attribute: str, table: Figures, kind: str) -> Table:
    names = attribute.split(" × ")

    def category(text: str) -> str:
        parts = text.split(" × ")
        return " × ".join(group_name(name, part) for name, part in zip(names, parts, strict=True))

    rows = [row | {"category": category(row["category"])} for row in table["rows"]]
    return Table(title, rows, table["unknown"], kind)
