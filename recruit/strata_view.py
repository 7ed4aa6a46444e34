"""A gap as a whole and within strata, as people read it: the sentences first, then the parts, then every stratum."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from recruit import display, monitoring_view, strata_charts, strata_words
from recruit.frames import ATTRIBUTES
from recruit.i18n import gettext as _
from recruit.i18n import language, ngettext
from recruit.monitoring_missing import MissingView, missing_of
from recruit.strata_compared import PATTERNS, Compared, compared
from recruit.strata_words import KINDS

#: With more groups than these only those whose gap is spoken of are drawn; the rest are in the table.
DRAWN_GROUPS = 5
_BADGES = {"vanishes": "spruce", "absent": "", "unclear": ""}


@dataclass(frozen=True)
class ComparisonView:
    """One group against another or all others: what becomes of the gap, in words and figures.

    `verdict`: the monitor's own, on the pooled gap of this intake; None where the strata pool several intakes.
    """

    heading: str
    pattern: str
    word: str
    badge: str
    verdict: str | None
    found: Compared
    kind: str
    alpha: float

    @property
    def row(self) -> Mapping[str, Any]:
        """The figures of the comparison."""
        return self.found.row

    @property
    def sentences(self) -> list[str]:
        """What a lay reader should know; most comparisons are in the table alone and never asked."""
        return strata_words.sentences(self.found, self.kind, language(), self.alpha)

    @property
    def notable(self) -> bool:
        """Whether there is a gap, in all or within."""
        return self.pattern != "absent"


@dataclass(frozen=True)
class AttributeView:
    """One attribute at one stage: its comparisons, the parts of each gap, and the rates in every stratum.

    `shown`: the comparisons whose words and parts stand on the page, the rest are in the table. `empty` says why
    nothing of it can be compared, or is blank.
    """

    name: str
    title: str
    empty: str
    comparisons: list[ComparisonView]
    shown: list[ComparisonView]
    hints: list[str]
    parts: Markup | None
    panels: Markup | None
    strata: list[dict[str, Any]]
    groups: list[str]
    missing: MissingView | None


@dataclass(frozen=True)
class Finding:
    """A comparison that the page begins with, and where on which stage's page it stands."""

    view: ComparisonView
    heading: str
    stage: str
    anchor: str


class Strata:
    """All comparisons over one kind of strata, by attribute and stage.

    `figures`: {attribute: {stage: figures of the strata}}. `funnel`: the figures of this intake, which verdicts and the
    missing are taken from; strata that are intakes hold other people too and have neither. `titles`: what intakes are
    called, by slug.
    """

    def __init__(
        self,
        kind: str,
        figures: Mapping[str, Any],
        funnel: Mapping[str, Any] | None,
        alpha: float,
        titles: Mapping[str, str],
    ) -> None:
        self.titles = titles
        self.kind, self.figures, self.alpha = kind, figures, alpha
        self.funnel = None if kind == "intake" else funnel
        self.names = [name for name in ATTRIBUTES if name in figures]
        self.views = {
            (name, key): self._comparisons(name, key, part)
            for name in self.names
            for key, part in figures[name].items()
            if key != "reason"
        }

    @property
    def stages(self) -> list[str]:
        """The stages in their order."""
        return list(dict.fromkeys(key for _name, key in self.views))

    def lead(self) -> str:
        """How many comparisons there are, and what becomes of the gaps."""
        views = [view for each in self.views.values() for view in each]
        if not views:
            return _("There is nothing to compare within these strata.")
        count = Counter(view.pattern for view in views)
        if set(count) == {"absent"}:
            return ngettext(
                "The %(num)s comparison, in all and within %(strata)s, shows no sure gap.",
                "None of %(num)s comparisons, in all and within %(strata)s, shows a sure gap.",
                len(views),
                strata=strata_words.kind_plural(self.kind, language()),
            )
        text = ngettext(
            "%(num)s comparison, in all and within %(strata)s.",
            "%(num)s comparisons, in all and within %(strata)s.",
            len(views),
            strata=strata_words.kind_plural(self.kind, language()),
        )
        parts = [
            f"{_lower(strata_words.pattern_word(pattern, language()))} ({count[pattern]})"
            for pattern in PATTERNS
            if count[pattern]
        ]
        return text + " " + _("What becomes of the gap: %(parts)s.", parts=", ".join(parts))

    def findings(self) -> list[Finding]:
        """Every gap, as a whole or within, the gravest first."""
        found = [
            Finding(
                view, f"{view.heading}, {_lower(monitoring_view.stage_name(key))}", key, f"attribute-{name}"
            )
            for (name, key), views in self.views.items()
            for view in views
            if view.notable
        ]
        return sorted(found, key=lambda each: (_grave(each.view), PATTERNS.index(each.view.pattern)))

    def attributes(self, stage: str) -> list[AttributeView]:
        """Every attribute at one stage."""
        return [self._attribute(name, stage) for name in self.names]

    def _attribute(self, name: str, stage: str) -> AttributeView:
        part, views = self.figures[name].get(stage) or {}, self.views.get((name, stage), [])
        shown = views if len(views) <= DRAWN_GROUPS else [view for view in views if view.notable]
        groups = _groups(part)
        drawn = groups if len(groups) <= DRAWN_GROUPS else [view.found.group for view in shown]
        strata = strata_charts.every_stratum(self.kind, part, self.titles) if views else []
        own = self._own(name, stage)
        missing = missing_of(name, own) if own is not None else None
        split = [view.found for view in shown if view.found.comparable]
        return AttributeView(
            name=name,
            title=monitoring_view.attribute_name(name),
            empty=self._empty(name, views),
            comparisons=views,
            shown=shown,
            hints=_hints(self.kind, part, len(views) - len(shown), len(strata)) if views else [],
            parts=strata_charts.parts(name, stage, split) if split else None,
            panels=strata_charts.panels(self.kind, name, part, drawn, self.titles) if views else None,
            strata=strata,
            groups=[monitoring_view.group_name(name, group) for group in groups],
            missing=missing if missing and missing.n else None,
        )

    def _empty(self, name: str, views: Sequence[ComparisonView]) -> str:
        if set(self.figures[name]) == {"reason"}:
            return str(self.figures[name]["reason"][language()])
        if self.kind == name:
            return _("Each stratum is a group of its own here, so that nothing can be compared within.")
        return "" if views else _("There are no two groups to compare.")

    def _own(self, name: str, stage: str) -> Mapping[str, Any] | None:
        attributes: Mapping[str, Any] = (self.funnel or {}).get("attributes", {})
        found: Mapping[str, Any] | None = attributes.get(name, {}).get("stages", {}).get(stage)
        return found

    def _comparisons(self, name: str, stage: str, part: Mapping[str, Any]) -> list[ComparisonView]:
        if self.kind == name:
            return []
        groups = (self._own(name, stage) or {}).get("groups", {})
        return [
            ComparisonView(
                heading=strata_words.heading(found, language()),
                pattern=found.pattern,
                word=strata_words.pattern_word(found.pattern, language()),
                badge=_BADGES.get(found.pattern, "ochre"),
                verdict=groups.get(found.group, {}).get("verdict"),
                found=found,
                kind=self.kind,
                alpha=self.alpha,
            )
            for found in compared(name, part)
        ]


def kinds(section: Mapping[str, Any]) -> list[str]:
    """The kinds of strata that there are figures or a reason for."""
    return [kind for kind in KINDS if kind in section]


def _grave(view: ComparisonView) -> int:
    """An alarm first, then a gap that many comparisons do not explain away, then the rest."""
    adjusted = view.row.get("adjusted_p")
    chance = adjusted is not None and adjusted > 0.05 and view.pattern not in ("vanishes", "unclear")
    return 0 if view.verdict == "alarm" else 2 if chance else 1


def _groups(part: Mapping[str, Any]) -> list[str]:
    tables = part.get("tables") or []
    return list(tables[0]["groups"]) if tables else []


def _several(part: Mapping[str, Any]) -> str:
    """The one test of all groups at once, where there are more than two."""
    if not part.get("groups") or part.get("cmh_p") is None:
        return ""
    return _(
        "All groups at once: χ² %(chi)s with %(df)s degrees of freedom, p %(p)s.",
        chi=display.number(part["cmh"], 2),
        df=part["cmh_df"],
        p=monitoring_view.p_value(part["cmh_p"]),
    )


def _left_out(kind: str, part: Mapping[str, Any]) -> str:
    n = part["without_stratum"]["n"]
    if not n:
        return ""
    return ngettext(
        "%(num)s person without a %(kind)s is left out.",
        "%(num)s people without a %(kind)s are left out.",
        n,
        kind=strata_words.kind_name(kind, language()),
    )


def _hints(kind: str, part: Mapping[str, Any], folded: int, strata: int) -> list[str]:
    """What else the reader should know: the test of all groups, what is in the table only, who is left out."""
    said = [_several(part), _left_out(kind, part)]
    if strata == 1:
        said.insert(0, _("There is a single stratum, so that within it is the same as in all."))
    if folded:
        said.append(
            ngettext(
                "%(num)s group without a sure gap is in the table only.",
                "%(num)s groups without a sure gap are in the table only.",
                folded,
            )
        )
    if strata > strata_charts.PANELS:
        said.append(
            ngettext(
                "%(num)s small stratum is in the table only.",
                "%(num)s small strata are in the table only.",
                strata - strata_charts.PANELS,
            )
        )
    return [sentence for sentence in said if sentence]


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
