"""What to look at: a short list by fixed rules from the findings, each with the page of its figures.

An action says where to look and what to ask. It never says what is wrong, and nothing is done by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from recruit import monitoring_words, order_words, strata_words
from recruit.figure_words import Pair
from recruit.frames import ATTRIBUTES, VOLUNTARY
from recruit.sources_figures import SOURCES, Cell, cells, gravest, worst
from recruit.sources_names import Names, item_name

Figures = Mapping[str, Any]
#: So many are shown on the first page; three minutes are no more.
SHOWN = 6
#: With a larger share of answers missing, the first thing to ask is why.
MANY_MISSING = Fraction(1, 5)
_LANGUAGES = ("sv", "en")
_GRAVITY = ("alarm", "watch", "ask", "follow")


@dataclass(frozen=True)
class Action:
    """One thing to look at. `rule`: which rule gave it; `level`: alarm, watch, ask or follow; `page`: the "
    "figures'."""

    rule: str
    level: str
    page: str
    words: dict[str, str]
    query: dict[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """For the JSON."""
        return {"rule": self.rule, "level": self.level, "page": self.page, "words": self.words}


def actions(funnel: Figures, whole: Figures | None = None, names: Names | None = None) -> list[Action]:
    """All actions, the gravest first. `whole`: all sections, for the auditor; without it the funnel's alone.

    A suppressed funnel gives what its published verdicts give, and nothing of hidden groups.
    """
    found = [*_gaps(funnel, sources=whole is not None), *_missing(funnel)]
    if whole is not None:
        found += [
            *_sources(_section(whole, "sources"), names or Names({}, {})),
            *_strata(_section(whole, "stratified_by"), whole["alpha"]),
            *_order(_section(whole, "order")),
            *_over_time(_section(whole, "over_time")),
            *_proxies(_section(whole, "proxies")),
            *_bar(_section(whole, "bar")),
        ]
    return sorted(found, key=lambda each: _GRAVITY.index(each.level))


def _section(whole: Figures, name: str) -> Figures:
    found: Figures = whole.get(name) or {}
    return {} if set(found) == {"reason"} else found


def _parts(section: Figures) -> Iterator[tuple[str, Figures]]:
    """Attributes of a section, or of a part of one, that have figures."""
    for name in ATTRIBUTES:
        part = section.get(name)
        if isinstance(part, Mapping) and set(part) != {"reason"}:
            yield name, part


def _said(pair: Pair, **values: Pair | str | int) -> dict[str, str]:
    """The sentence in both languages; a value may be a pair too."""
    return {
        language: pair[i].format(**{k: v[i] if isinstance(v, tuple) else v for k, v in values.items()})
        for i, language in enumerate(_LANGUAGES)
    }


def _pair(name: Any, *arguments: Any) -> Pair:
    return name(*arguments, "sv"), name(*arguments, "en")


def _lower(pair: Pair) -> Pair:
    return pair[0][:1].lower() + pair[0][1:], pair[1][:1].lower() + pair[1][1:]


def _attribute(name: str) -> Pair:
    return _lower(_pair(monitoring_words.attribute_name, name))


def _gaps(funnel: Figures, *, sources: bool) -> Iterator[Action]:
    """Per attribute: the gap that an alarm or a watch is about, or that nothing can be said."""
    for name, attribute in _parts(funnel["attributes"]):
        verdict = attribute["verdict"]
        if verdict in ("alarm", "watch"):
            yield _gap(name, attribute, verdict, sources)
        elif verdict == "no_conclusion":
            yield Action(
                "too_few",
                "follow",
                "over_time" if sources else "show",
                _said(
                    (
                        "Följ {attribute} över flera omgångar: i denna är grupperna för små för att något ska "
                        "synas.",
                        "Follow {attribute} over several intakes: in this one the groups are too small for "
                        "anything to show.",
                    ),
                    attribute=_attribute(name),
                ),
            )


_WAYS: dict[int | None, Pair] = {
    -1: (
        "{attribute}, {group}: går mer sällan vidare än andra i steget ”{stage}”. {ask}",
        "{attribute}, {group}: go on less often than others at the stage “{stage}”. {ask}",
    ),
    1: (
        "{attribute}, {group}: går oftare vidare än andra i steget ”{stage}”. {ask}",
        "{attribute}, {group}: go on more often than others at the stage “{stage}”. {ask}",
    ),
    None: (
        "{attribute}, {group}: utfallet skiljer sig från övrigas i steget ”{stage}”. {ask}",
        "{attribute}, {group}: the outcome differs from that of all others at the stage “{stage}”. {ask}",
    ),
}


def _way(row: Figures) -> int | None:
    """-1 for fewer than all others, 1 for more; None where the difference is hidden: then nothing says which."""
    return None if row["difference"] is None else -1 if row["difference"] < 0 else 1


def _gap(name: str, attribute: Figures, verdict: str, sources: bool) -> Action:
    cell = next(
        (
            (stage, group, row)
            for wanted in (-1, 1)
            for stage, part in attribute["stages"].items()
            for group, row in part["groups"].items()
            if row["verdict"] == verdict and (row["difference"] or wanted) * wanted > 0
        ),
        None,
    )
    ask: Pair = (
        (
            "Ta reda på varifrån det kommer innan något beslutas på det.",
            "Find out where it comes from before anything is decided on it.",
        )
        if verdict == "alarm"
        else (
            "Följ det i nästa omgång; en sådan skillnad väntas då och då.",
            "Follow it in the next intake; such a gap is expected now and then.",
        )
    )
    page = "sources" if sources else "show"
    if cell is None:
        words = _said(
            (
                "Utfallet skiljer sig mellan grupper: {attribute}. {ask}",
                "The outcome differs between groups: {attribute}. {ask}",
            ),
            attribute=_attribute(name),
            ask=ask,
        )
        return Action(f"gap_{verdict}", verdict, page, words, {"by": name} if sources else {})
    stage, group, row = cell
    words = _said(
        _WAYS[_way(row)],
        attribute=_pair(monitoring_words.attribute_name, name),
        group=_pair(monitoring_words.group_inside, name, group),
        stage=_lower(_pair(monitoring_words.stage_name, stage)),
        ask=ask,
    )
    return Action(f"gap_{verdict}", verdict, page, words, {"by": name, "group": group} if sources else {})


def _missing(funnel: Figures) -> Iterator[Action]:
    for name, attribute in _parts(funnel["attributes"]):
        stages = list(attribute["stages"].values())
        if name not in VOLUNTARY or not stages or not funnel.get("n"):
            continue
        unanswered = (stages[0]["missing"].get("of_applied") or stages[0]["missing"])["n"]
        if unanswered is not None and Fraction(unanswered, funnel["n"]) > MANY_MISSING:
            yield Action(
                "many_missing",
                "ask",
                "show",
                _said(
                    (
                        "Fråga varför {count} av {n} inte har svarat på {attribute}: så många kan vända en "
                        "slutsats.",
                        "Ask why {count} of {n} did not answer on {attribute}: so many could turn a conclusion.",
                    ),
                    count=unanswered,
                    n=funnel["n"],
                    attribute=_attribute(name),
                ),
            )


_LOOK: dict[str, Pair] = {
    "requirement": (
        "Pröva om kravet behövs i den form det har: {item} ({group}).",
        "Ask whether the requirement is needed as it is: {item} ({group}).",
    ),
    "override": (
        "Låt två personer gå igenom besluten om behörighet som avvek från reglerna ({group}).",
        "Have two people go through the decisions on eligibility that differed from the rules ({group}).",
    ),
    "criterion": (
        "Se vad som skiljer i bedömningsgrunden {item} ({group}).",
        "See what differs in the criterion {item} ({group}).",
    ),
    "item_bias": (
        "Läs om nivåbeskrivningarna för {item}: lika förmåga får olika nivå ({group}).",
        "Read the anchors of the criterion {item} again: equal ability gets different levels ({group}).",
    ),
    "assessor": (
        "Gå igenom och kalibrera bedömningarna tillsammans: {item} ({group}).",
        "Go through the assessments together and calibrate: {item} ({group}).",
    ),
    "zone": (
        "Läs skälen till flyttarna i gränszonen igen ({group}).",
        "Read the reasons for the moves in the borderline zone again ({group}).",
    ),
}  # fmt: skip


def _sources(sources: Figures, names: Names) -> Iterator[Action]:
    """The gravest alarm of each source; stages are what the gaps themselves say."""
    every = cells(sources) if sources else []
    for source in SOURCES:
        cell = gravest(each for each in every if each.source == source and each.verdict == "alarm")
        if cell is not None and source in _LOOK:
            yield Action(
                f"source_{source}",
                "alarm",
                "sources",
                _said(_LOOK[source], item=_item(cell, names), group=_group(cell)),
                {"by": cell.attribute, "group": cell.group},
            )


def _item(cell: Cell, names: Names) -> Pair:
    return item_name(cell, names, "sv"), item_name(cell, names, "en")


def _group(cell: Cell) -> Pair:
    return _pair(monitoring_words.group_inside, cell.attribute, cell.group)


_TURNS: dict[str, Pair] = {
    "vanishes": ("försvinner det", "it vanishes"),
    "turns": ("vänder det", "it turns"),
    "appears": (
        "uppträder en skillnad som inte syns i helheten",
        "a gap appears that does not show in the whole",
    ),
}


def _strata(stratified: Figures, alpha: float) -> Iterator[Action]:
    """One for each kind of stratum and attribute in which a gap is another than in the whole.

    A gap within strata that the number of groups compared may explain is not told of: of thirty countries there is
    nearly always one.
    """
    for kind, section in stratified.items():
        for name, stages in _parts(section):
            patterns = {
                compared["pattern"]
                for stage in stages.values()
                for compared in (stage.get("groups") or {"": stage}).values()
                if isinstance(compared, Mapping) and "pattern" in compared
                if compared["pattern"] == "vanishes" or (compared.get("adjusted_p") or 0.0) <= alpha
            }
            pattern = next((each for each in ("turns", "appears", "vanishes") if each in patterns), None)
            if pattern is not None:
                yield Action(
                    f"strata_{pattern}",
                    "watch",
                    "strata",
                    _said(
                        (
                            "Läs skillnaden ({attribute}) inom {within}: där {what}.",
                            "Read the gap ({attribute}) within {within}: there {what}.",
                        ),
                        attribute=_attribute(name),
                        within=_pair(strata_words.kind_plural, kind),
                        what=_TURNS[pattern],
                    ),
                    {"by": kind},
                )


def _order(order: Figures) -> Iterator[Action]:
    for name, part in _parts(order):
        if "ndkl" in part and order_words.verdict_of(part) == "alarm":
            yield Action(
                "order_alarm",
                "alarm",
                "order",
                _said(
                    (
                        "Se hur grupperna ligger i ordningen ({attribute}).",
                        "See how the groups lie in the order ({attribute}).",
                    ),
                    attribute=_attribute(name),
                ),
                {"by": name},
            )


def _over_time(over_time: Figures) -> Iterator[Action]:
    alarmed = {name for section in over_time.values() for name, part in _parts(section) if part.get("alarm")}
    for name in ATTRIBUTES:
        if name in alarmed:
            yield Action(
                "over_time_alarm",
                "alarm",
                "over_time",
                _said(
                    (
                        "Beläggen för en skillnad ({attribute}) har samlats över omgångarna: se när och för vem.",
                        "The evidence for a gap ({attribute}) has built up over the intakes: see when and for "
                        "whom.",
                    ),
                    attribute=_attribute(name),
                ),
            )


def _proxies(proxies: Figures) -> Iterator[Action]:
    for name, part in _parts(proxies):
        if worst(row["verdict"] for row in part.get("groups", {}).values()) == "alarm":
            yield Action(
                "proxies_alarm",
                "watch",
                "proxies",
                _said(
                    (
                        "Bedömningsgrunderna skiljer grupper åt ({attribute}): fråga om det hör till arbetet.",
                        "The criteria tell groups apart ({attribute}): ask whether that belongs to the job.",
                    ),
                    attribute=_attribute(name),
                ),
                {"by": name},
            )


def _bar(bar: Figures) -> Iterator[Action]:
    part = next((part for _name, part in _parts(_section(bar, "rejected"))), None)
    if part and part.get("vacant") and part.get("without_offer"):
        yield Action(
            "vacant",
            "ask",
            "bar",
            _said(
                (
                    "Fråga varför {vacant} av {posts} platser är tomma medan {without} över gränsen inte har "
                    "fått något erbjudande.",
                    "Ask why {vacant} of {posts} posts are vacant while {without} above the threshold got no "
                    "offer.",
                ),
                vacant=part["vacant"],
                posts=part["posts"],
                without=part["without_offer"],
            ),
        )
