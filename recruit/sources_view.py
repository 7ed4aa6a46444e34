"""Where a gap comes from, as auditors read it: for one attribute the gravest of each source, then one group in full."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from recruit import sources_bars, sources_intervals, sources_names, sources_words
from recruit.frames import ATTRIBUTES
from recruit.i18n import gettext as _
from recruit.i18n import language, ngettext
from recruit.monitoring_view import attribute_name, group_name
from recruit.sources_figures import SOURCES, VERDICTS, Cell, cells, gravest, groups_of, part_of, worst
from recruit.sources_names import Names
from recruit.sources_shown import Shown

_SHOWN: dict[str, Callable[[Sequence[Cell], Names], Shown]] = {
    "stage": sources_bars.stage,
    "requirement": sources_intervals.requirement,
    "override": sources_bars.override,
    "criterion": sources_bars.criterion,
    "item_bias": sources_intervals.item_bias,
    "assessor": sources_intervals.assessor,
    "zone": sources_bars.override,
}


@dataclass(frozen=True)
class Choice:
    """An attribute or a group to choose, and the gravest verdict there."""

    key: str
    name: str
    verdict: str


@dataclass(frozen=True)
class Finding:
    """The gravest of one source over all groups of the attribute. `group` is None where there is no figure."""

    verdict: str
    heading: str
    words: str
    figures: str
    group: str | None


@dataclass(frozen=True)
class Card:
    """One source for one group. `shown` is None where there are no figures: `words` says why."""

    source: str
    title: str
    verdict: str | None
    words: str
    shown: Shown | None


@dataclass(frozen=True)
class SourcesView:
    """Everything that the page shows. `group` is None where no source has figures of this attribute."""

    attribute: Choice
    group: Choice | None
    lead: str
    findings: list[Finding]
    attributes: list[Choice]
    groups: list[Choice]
    cards: list[Card]
    missing: int


def view_of(
    sources: Mapping[str, Any], names: Names, attribute: str | None = None, group: str | None = None
) -> SourcesView | None:
    """The page for an attribute and a group of it, the gravest of each where none is asked for.

    None for an attribute or a group that the figures do not have.
    """
    every = cells(sources)
    of_all = gravest(every)
    name = attribute or (of_all.attribute if of_all else ATTRIBUTES[0])
    if name not in ATTRIBUTES:
        return None
    own = [cell for cell in every if cell.attribute == name]
    groups = groups_of(sources, name)
    first = gravest(own)
    picked = group or (first.group if first else None)
    if picked is not None and picked not in groups:
        return None
    of_group = [cell for cell in own if cell.group == picked]
    return SourcesView(
        attribute=_choice(name, attribute_name(name), own),
        group=None if picked is None else _choice(picked, group_name(name, picked), of_group),
        lead=_lead(first, names),
        findings=_findings(sources, name, own, names),
        attributes=[
            _choice(each, attribute_name(each), [cell for cell in every if cell.attribute == each])
            for each in ATTRIBUTES
        ],
        groups=[
            _choice(each, group_name(name, each), [cell for cell in own if cell.group == each])
            for each in groups
        ],
        cards=[
            _card(
                source,
                part_of(sources, source, name),
                [cell for cell in of_group if cell.source == source],
                names,
            )
            for source in SOURCES
        ],
        missing=_missing(sources, name),
    )


def _choice(key: str, name: str, found: Sequence[Cell]) -> Choice:
    return Choice(key, name, worst(cell.verdict for cell in found))


def _lead(first: Cell | None, names: Names) -> str:
    """The gravest finding of the attribute."""
    if first is None:
        return ""
    told = sources_words.sentence(first, names, language())
    return f"{attribute_name(first.attribute)}, {sources_names.heading(first, language())}. {told}"


def _findings(sources: Mapping[str, Any], attribute: str, own: Sequence[Cell], names: Names) -> list[Finding]:
    """The gravest first; a source without figures last, with why it has none."""
    found = []
    for source in SOURCES:
        of_source = [cell for cell in own if cell.source == source]
        cell = gravest(of_source)
        if cell is None:
            why = _why(part_of(sources, source, attribute))
            found.append(
                Finding("no_conclusion", sources_names.source_name(source, language()), why, "", None)
            )
            continue
        found.append(
            Finding(
                verdict=worst(each.verdict for each in of_source),
                heading=sources_names.heading(cell, language()),
                words=sources_words.sentence(cell, names, language()),
                figures=f"{sources_words.figures(cell, language())} {_counted(of_source)}",
                group=cell.group,
            )
        )
    return sorted(found, key=lambda each: (VERDICTS.index(each.verdict), each.group is None))


def _counted(found: Sequence[Cell]) -> str:
    """How many comparisons the finding stands for, and for how many of them nothing can be said."""
    silent = sum(cell.verdict == "no_conclusion" for cell in found)
    text = ngettext("%(num)s comparison", "%(num)s comparisons", len(found))
    if not silent:
        return f"{text}."
    rest = ngettext(
        "no conclusion possible for %(num)s of them", "no conclusion possible for %(num)s of them", silent
    )
    return f"{text}, {rest}."


def _why(part: Mapping[str, Any]) -> str:
    told = part.get("reason")
    if isinstance(told, Mapping):
        return str(told[language()])
    return _("There are no two groups to compare.")


def _card(source: str, part: Mapping[str, Any], found: Sequence[Cell], names: Names) -> Card:
    title = sources_names.card_title(source, language())
    cell = gravest(found)
    if cell is None:
        return Card(source, title, None, _why(part), None)
    return Card(
        source,
        title,
        worst(each.verdict for each in found),
        sources_words.sentence(cell, names, language()),
        _SHOWN[source](found, names),
    )


def _missing(sources: Mapping[str, Any], attribute: str) -> int:
    """How many applicants did not answer, and so are in no group."""
    counts = [part_of(sources, source, attribute).get("missing", 0) for source in ("stage", "requirement")]
    return max(counts)
