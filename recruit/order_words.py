"""How the groups lie in an order, in one sentence per figure by fixed rules, in Swedish and English.

The figures are those of `scoring.parity`. The language is passed in, so that a file or a report may use the sentences
without a request.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recruit import monitoring_words
from recruit.figure_words import Pair, decimal, in_language, p_value, percent
from recruit.sources_figures import VERDICTS, worst

Figures = Mapping[str, Any]

_ENDINGS: dict[str, Pair] = {
    "alarm": (
        "så ligger de sällan i en slumpmässig ordning, även när man räknar in hur många grupper som jämförs",
        "a random order seldom has them like that, even allowing for how many groups are compared",
    ),
    "watch": (
        "så ligger de sällan i en slumpmässig ordning, men det är inte tydligt nog för ett larm",
        "a random order seldom has them like that, but that is not clear enough for an alarm",
    ),
    "no_concern": (
        "så ligger de ofta i en slumpmässig ordning också",
        "a random order often has them like that too",
    ),
    "no_conclusion": (
        "så få att ingenting hade synts ens om de hade legat sist, vilket inte betyder att allt är bra",
        "so few that nothing would show even if they stood last, which does not mean that all is well",
    ),
}

#: No re-ranking: shown on the page and in the report.
NO_RERANKING: Pair = (
    "Siffrorna beskriver en ordning som redan är gjord. Ingenstans i systemet ordnas någon om efter grupp: "
    "rangordningen får aldrig veta vilken grupp en person hör till, och ingen funktion kan flytta en grupp uppåt "
    "eller nedåt.",
    "These figures describe an order that has been made. Nowhere in the system is anybody re-ranked by group: the "
    "ranking never learns which group a person belongs to, and no function can move a group up or down.",
)


def verdict_of(figures: Figures) -> str:
    """The verdict of an attribute: the worst of its order as a whole, exposures and tops."""
    groups = figures["groups"].values()
    rest = [each[kind]["verdict"] for each in groups for kind in ("exposure", "top")]
    return worst([figures["ndkl"]["verdict"], *rest])


def group_verdict(group: Figures) -> str:
    """The verdict of one group in the order."""
    return worst([group["exposure"]["verdict"], group["top"]["verdict"]])


def gravest_first(groups: Figures) -> list[str]:
    """The groups by verdict, then by the smallest p, then the largest first."""

    def rank(name: str) -> tuple[int, float, int]:
        row = groups[name]
        p = [row[kind]["p"] for kind in ("exposure", "top") if row[kind]["p"] is not None]
        return VERDICTS.index(group_verdict(row)), min(p, default=1.0), -row["n"]

    return sorted(groups, key=rank)


def finding(attribute: str, figures: Figures, language: str) -> str:
    """The sentence on an attribute: the order as a whole, and the group that stands out most."""
    groups = figures["groups"]
    if len(groups) < 2:
        return in_language(
            (
                "Det finns inte två grupper i ordningen att jämföra.",
                "There are no two groups in the order to compare.",
            ),
            language,
        )
    first = gravest_first(groups)[0]
    name = monitoring_words.group_name(attribute, first, language)
    return f"{divergence(figures, language)} {name}: {placed(groups[first], language)}"


def divergence(figures: Figures, language: str) -> str:
    """NDKL beside random orders."""
    found = figures["ndkl"]
    if found["p"] is None:
        return ""
    words: dict[str, Pair] = {
        "alarm": (
            "Grupperna är ojämnare blandade i ordningen än slumpen brukar ge",
            "The groups are mixed less evenly over the order than chance usually gives",
        ),
        "no_concern": (
            "Grupperna är blandade i ordningen ungefär som slumpen brukar ge",
            "The groups are mixed over the order much as chance usually has it",
        ),
        "no_conclusion": (
            "Om grupperna är jämnt blandade i ordningen går inte att säga",
            "Whether the groups are evenly mixed over the order cannot be told",
        ),
    }
    pair = words.get(found["verdict"], words["alarm"])
    return in_language(pair, language) + f" ({ndkl_figures(figures, language)})."


def ndkl_figures(figures: Figures, language: str) -> str:
    """NDKL, what random orders of the same people have, and the p."""
    found = figures["ndkl"]
    low, high = found["null_interval"]
    words = (
        "NDKL {value}, i slumpordningar {low} till {high}, p\N{NO-BREAK SPACE}{p}",
        "NDKL {value}, random orders {low} to {high}, p\N{NO-BREAK SPACE}{p}",
    )
    return in_language(words, language).format(
        value=decimal(found["value"], language),
        low=decimal(low, language),
        high=decimal(high, language),
        p=p_value(found["p"], language),
    )


def placed(group: Figures, language: str) -> str:
    """How one group lies: its exposure, and the first top that holds too few of it. Begins without a capital."""
    ratio, top = group["exposure"]["ratio"], group["top"]
    if ratio is None:
        return in_language(
            ("det finns inga andra att jämföra med.", "there is nobody to compare with."), language
        )
    words = (
        "de {n} har platser värda {ratio} av alla andras",
        "the {n} have places worth {ratio} of those of all others",
    )
    said = in_language(words, language).format(n=group["n"], ratio=percent(ratio, language))
    if top["first_below"] is not None and top["verdict"] in ("alarm", "watch"):
        words = (
            ", och av de {k} första är {held} av dem, mot minst {needed} i nästan alla slumpordningar",
            ", and of the first {k}, {held} are of them, against at least {needed} in nearly all random orders",
        )
        said += in_language(words, language).format(
            k=top["first_below"], held=top["held"], needed=top["needed"]
        )
    return f"{said}: {in_language(_ENDINGS[group_verdict(group)], language)}."


def figures_beside(figures: Figures, language: str) -> str:
    """How many stand in the order, how many of them without a group, and for how many groups nothing can be said."""
    groups = figures["groups"].values()
    silent = sum(group_verdict(each) == "no_conclusion" for each in groups)
    parts = [in_language(("{n} i ordningen.", "{n} in the order."), language).format(n=figures["n"])]
    if figures["missing"]:
        words = ("{n} utan svar räknas inte med.", "{n} without an answer are left out.")
        parts.append(in_language(words, language).format(n=figures["missing"]))
    if silent:
        words = (
            "Ingen slutsats möjlig för {silent} av {groups} grupper.",
            "No conclusion possible for {silent} of {groups} groups.",
        )
        parts.append(in_language(words, language).format(silent=silent, groups=len(figures["groups"])))
    return " ".join(parts)
