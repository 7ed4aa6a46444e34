"""What the evidence over intakes says, in sentences by fixed rules, in Swedish and English.

The language is passed in, so that a file or a report may use the sentences without a request.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from recruit.figure_words import Pair, decimal, in_language
from recruit.monitoring_words import group_name

Figures = Mapping[str, Any]

#: Above this the figure itself says nothing more; its power of ten does.
_MOST_WRITTEN = 10_000


def money(entry: Figures, language: str) -> str:
    """What bets have made out of 1, as short as it can be said. `entry`: one of `e_values`."""
    return amount(entry["e"], entry["log10_e"], language)


def amount(e: float | None, log10_e: float, language: str) -> str:
    """An e-value as short as it can be said: whole from 100, and from 10,000 as a power of ten."""
    if e is None or e >= _MOST_WRITTEN:
        return f"10^{log10_e:.0f}"
    return decimal(e, language, 0 if e >= 100 else 1 if e >= 10 else 2)


def sentence(attribute: str, figures: Figures, language: str) -> str:
    """The evidence of one attribute, as a lay reader should hear it."""
    said = [_made(figures, language)]
    if figures["flagged"]:
        said.append(_flagged(attribute, figures["flagged"], language))
    return " ".join(said)


def _made(figures: Figures, language: str) -> str:
    values: Sequence[Figures] = figures["e_values"]
    last, line = values[-1], f"{figures['alarm_line']:g}"
    if not any(part["informative"] for each in values for part in each["groups"].values()):
        pair: Pair = (
            "I ingen omgång kunde något skilja sig, så inget vad har kunnat läggas: 1 är fortfarande 1.",
            "In no intake could anything differ, so no bet could be made: 1 is still 1.",
        )
        return in_language(pair, language)
    pair = (
        "Bevisvärdet började på 1 och är {now}; larm vid {line}.",
        "The evidence began at 1 and is {now}; alarm at {line}.",
    )
    said = in_language(pair, language).format(now=money(last, language), line=line)
    if figures["alarm"] and (last["e"] or 0) < figures["alarm_line"] and last["e"] is not None:
        more: Pair = (
            " Larmet kom tidigare och tas inte tillbaka.",
            " The alarm came earlier and is not taken back.",
        )
        said += in_language(more, language)
    elif figures["verdict"] == "no_conclusion":
        more = (
            " Så få är med att inte ens det mest ojämna utfallet hade gett larm.",
            " So few are in it that not even the most uneven outcome would have raised an alarm.",
        )
        said += in_language(more, language)
    elif last["e"] is not None and last["e"] < 1 and not figures["alarm"]:
        more = (
            " Det talar hittills inte för någon skillnad.",
            " So far it does not speak for a gap.",
        )
        said += in_language(more, language)
    return said


def _flagged(attribute: str, groups: Sequence[str], language: str) -> str:
    names = ", ".join(group_name(attribute, group, language) for group in groups)
    pair: Pair = ("Sticker ut för sig: {names}.", "Stands out by itself: {names}.")
    return in_language(pair, language).format(names=names)


def counts(figures: Figures, language: str) -> str:
    """How many intakes and people the evidence rests on, and how many are in no group."""
    values: Sequence[Figures] = figures["e_values"]
    n = sum(each.get("n", 0) for each in values)
    missing = sum(each["missing"] for each in values)
    one: Pair = ("1 omgång", "1 intake")
    many: Pair = ("{k} omgångar", "{k} intakes")
    said = in_language(one if len(values) == 1 else many, language).format(k=len(values))
    people: Pair = (", n = {n}.", ", n = {n}.")
    said += in_language(people, language).format(n=n)
    if missing:
        left: Pair = (" {missing} har inte svarat.", " {missing} did not answer.")
        said += in_language(left, language).format(missing=missing)
    return said
