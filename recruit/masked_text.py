"""Free text as the coordinator checks it: what assessors do not see, and what else may give the applicant away."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from recruit.striking import Striker, fold
from recruit.traces import Finder, Trace


@dataclass(frozen=True)
class Part:
    """A piece of a text. `state`: "kept", "struck", or "found", which assessors see unless it is struck too."""

    text: str
    state: str


@dataclass(frozen=True)
class Left:
    """Words that were found and are not struck by themselves."""

    words: str
    kind: str
    why: str


def parts(text: str | None, hide: Striker, find: Finder, *, pronouns: bool = False) -> tuple[Part, ...]:
    """The text in pieces, each letter in one of them."""
    text = unicodedata.normalize("NFC", text or "")
    states = ["kept"] * len(text)
    for trace in find(text):
        states[trace.start : trace.end] = ["found"] * (trace.end - trace.start)
    for start, end in hide.spans(text, pronouns=pronouns):
        states[start:end] = ["struck"] * (end - start)
    found: list[Part] = []
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or states[at] != states[start]:
            found.append(Part(text[start:at], states[start]))
            start = at
    return tuple(found)


def left(texts: Iterable[tuple[str | None, bool]], floor: Striker, find: Finder) -> tuple[Left, ...]:
    """What is found in texts (with whether pronouns are struck) and not struck by the floor, once for each wording."""
    seen: dict[str, Left] = {}
    for text, pronouns in texts:
        plain = unicodedata.normalize("NFC", text or "")
        struck = floor.spans(plain, pronouns=pronouns)
        for trace in find(plain):
            if not _within(trace, struck):
                words = " ".join(plain[trace.start : trace.end].split())
                seen.setdefault(fold(words), Left(words, trace.kind, trace.why))
    return tuple(seen.values())


def _within(trace: Trace, spans: Iterable[tuple[int, int]]) -> bool:
    covered = {at for start, end in spans for at in range(start, end)}
    return all(at in covered for at in range(trace.start, trace.end))
