"""The items that a disclosure consists of, what in them is proposed for masking, and an item with places masked."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from recruit.disclosing import grounds
from recruit.documents.sandbox import PageText
from recruit.striking import fold

#: What a disclosure may be asked to hold, in order.
PARTS = ("answers", "attachments", "references", "assessments", "ranking", "list", "mails")
#: The monitoring answers are handed out apart from the rest, by somebody outside the recruitment group.
MONITORING = "monitoring"
MASKED = "█████"


@dataclass(frozen=True)
class Place:
    """Somewhere in an item. `start` None: the whole page, or with `page` None the whole item; `image`: a picture."""

    page: int | None = None
    start: int | None = None
    stop: int | None = None
    image: int | None = None


WHOLE = Place()


@dataclass(frozen=True)
class Proposal:
    """Words of one kind in an item, wherever they stand there. `key` names them in the form."""

    key: str
    kind: str
    words: str
    places: tuple[Place, ...]


@dataclass(frozen=True)
class Item:
    """One thing that is handed out whole, masked in places, or not at all.

    `private` is the kind for which the whole item is proposed ("" for none). Of a document, `pages` is its text
    (None when it cannot be read, `unread` says why) and `sha256` its bytes'.
    """

    key: str
    part: str
    label: str
    text: str = ""
    private: str = ""
    document: str = ""
    filename: str = ""
    media_type: str = ""
    sha256: str = ""
    pages: tuple[PageText, ...] | None = None
    unread: str = ""
    proposals: tuple[Proposal, ...] = field(default=())

    @property
    def texts(self) -> tuple[str, ...]:
        """The text of every page; a text that is no document has one."""
        if self.document:
            return tuple(page.text for page in self.pages or ())
        return (self.text,)


def digest(items: Iterable[Item]) -> str:
    """Tells whether the material is still what somebody went through."""
    told = "\0".join(f"{each.key}\1{each.sha256}\1{each.text}" for each in items)
    return hashlib.sha256(told.encode()).hexdigest()


def proposals(texts: Sequence[str], referees: Sequence[str] = ()) -> tuple[Proposal, ...]:
    """What may be secret in the pages of an item, the same words once. `referees`: contacts of theirs, in full."""
    places: dict[tuple[str, str], list[Place]] = {}
    for number, text in enumerate(texts):
        spans = [*grounds.found(text), *_named(text, referees)]
        for start, end, kind, _why in _apart(spans):
            words = " ".join(text[start:end].split())
            places.setdefault((kind, words), []).append(Place(number, start, end))
    ordered = sorted(
        places, key=lambda each: (grounds.KINDS.index(each[0]), places[each][0].page or 0, each[1])
    )
    return tuple(Proposal(_key(*each), *each, tuple(places[each])) for each in ordered)


def own_words(texts: Sequence[str], phrases: Iterable[str]) -> tuple[list[Place], list[str]]:
    """Where phrases that a person typed stand, and those that stand nowhere."""
    found: list[Place] = []
    missing: list[str] = []
    for phrase in phrases:
        pattern = re.compile(r"\s+".join(re.escape(word) for word in fold(phrase).split()))
        here = [
            Place(number, each.start(), each.end())
            for number, text in enumerate(texts)
            for each in pattern.finditer(fold(text))
        ]
        found += here
        if not here:
            missing.append(phrase)
    return found, missing


def masked(text: str, places: Iterable[Place]) -> str:
    """The text with its places masked; the same sign for long and short, which would tell how long a word was."""
    pieces, at = [], 0
    for start, stop in _joined((each.start, each.stop) for each in places if each.start is not None):
        pieces += [text[at:start], MASKED]
        at = stop
    return "".join([*pieces, text[at:]])


def strikes(places: Iterable[Place]) -> dict[int, dict[str, Any]]:
    """The places in a document as `documents.sandbox.burn` takes them."""
    found: dict[int, dict[str, Any]] = {}
    for each in places:
        page = found.setdefault(each.page or 0, {"spans": [], "images": [], "whole": False})
        if each.image is not None:
            page["images"].append(each.image)
        elif each.start is None:
            page["whole"] = True
        else:
            page["spans"].append([each.start, each.stop])
    return found


def _key(kind: str, words: str) -> str:
    return f"{kind}-{hashlib.sha256(fold(words).encode()).hexdigest()[:12]}"


def _named(text: str, referees: Sequence[str]) -> list[tuple[int, int, str, str]]:
    return [
        (found.start(), found.end(), "referee", "words")
        for words in referees
        if len(words) > 4
        for found in re.finditer(re.escape(fold(words)), fold(text))
    ]


def _apart(spans: Iterable[tuple[int, int, str, str]]) -> list[tuple[int, int, str, str]]:
    """In the order of the text; of those that overlap the longest."""
    kept: list[tuple[int, int, str, str]] = []
    for span in sorted(spans, key=lambda each: (each[0] - each[1], each[0])):
        if span[0] < span[1] and all(span[1] <= other[0] or span[0] >= other[1] for other in kept):
            kept.append(span)
    return sorted(kept)


def _joined(spans: Iterable[Any]) -> list[tuple[int, int]]:
    merged: list[list[int]] = []
    for start, stop in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], stop)
        else:
            merged.append([start, stop])
    return [(start, stop) for start, stop in merged]
