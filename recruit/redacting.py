"""What is found in a document of an applicant, and what of it a person chooses to strike. Neither web nor database."""

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from recruit.documents.sandbox import PageText, read
from recruit.errors import Conflict, Invalid
from recruit.i18n import lazy_gettext as _
from recruit.models import Application, ExperiencePeriod, Referee
from recruit.striking import fold
from recruit.traces import KINDS, Finder, Person

LONGEST_WORDS = 2000
SWEDEN = "SE"


@dataclass(frozen=True)
class Finding:
    """The same words of the same kind, wherever they stand. `pages` are counted from 1."""

    key: str
    kind: str
    why: str
    words: str
    times: int
    pages: tuple[int, ...]


@dataclass(frozen=True)
class Look:
    """A document looked through: its pages, what was found, and where (page, start, end) by a finding's key."""

    pages: tuple[PageText, ...]
    findings: tuple[Finding, ...]
    places: dict[str, tuple[tuple[int, int, int], ...]]
    images: dict[str, tuple[int, int]]

    @property
    def unread(self) -> tuple[int, ...]:
        """Pages, from 1, on which there is no text to search, or where a picture covers most of the page."""
        return tuple(
            number for number, page in enumerate(self.pages, 1) if page.filled or not page.text.strip()
        )

    @property
    def digest(self) -> str:
        """Tells whether the same was found as when a form was shown."""
        return hashlib.sha256("\n".join(each.key for each in self.findings).encode()).hexdigest()[:20]


@dataclass(frozen=True)
class Chosen:
    """What a person decided: pages' strikes as `documents.sandbox.burn` takes them, and counts by kind."""

    strikes: dict[int, dict[str, Any]]
    struck: dict[str, int]
    let_stand: dict[str, int]


def person_of(
    application: Application, periods: Iterable[ExperiencePeriod], referees: Iterable[Referee]
) -> Person:
    """What the application tells of its applicant."""
    names = (application.given_name, application.family_name, application.native_name)
    abroad = [each.employer for each in periods if each.country != SWEDEN]
    return Person(
        names=tuple(each for each in names if each),
        others=tuple(each.name for each in referees),
        school=application.institution or "",
        places=tuple(each for each in (application.city, *abroad) if each),
        graduation_year=application.graduation_year,
    )


def look(content: bytes, person: Person) -> Look:
    """Read a document and search every page. Raises Invalid for one that cannot be read."""
    return looked(read(content), person)


def looked(pages: Sequence[PageText], person: Person) -> Look:
    """Search pages that have been read."""
    find = Finder(person)
    found: dict[str, list[tuple[int, int, int]]] = {}
    told: dict[str, tuple[str, str, str]] = {}
    for number, page in enumerate(pages):
        for trace in find(page.text):
            words = " ".join(page.text[trace.start : trace.end].split())
            key = _key(trace.kind, fold(words))
            told.setdefault(key, (trace.kind, trace.why, words))
            found.setdefault(key, []).append((number, trace.start, trace.end))
    images: dict[str, tuple[int, int]] = {}
    for number, page in enumerate(pages):
        for image in range(0 if page.filled else page.images):
            key = f"photo-{number + 1}-{image + 1}"
            images[key] = (number, image)
            told[key] = ("photo", "image", "")
    findings = [
        Finding(
            key,
            kind,
            why,
            words,
            len(found.get(key, [0])),
            tuple(sorted({place[0] + 1 for place in found.get(key, [])} or {images[key][0] + 1})),
        )
        for key, (kind, why, words) in told.items()
    ]
    findings.sort(key=lambda each: (KINDS.index(each.kind), each.pages[0], each.words, each.key))
    return Look(tuple(pages), tuple(findings), {key: tuple(each) for key, each in found.items()}, images)


def _key(kind: str, words: str) -> str:
    return f"{kind}-{hashlib.sha256(words.encode()).hexdigest()[:12]}"


def choose(
    seen: Look, *, digest: str, ticked: Collection[str], words: str = "", whole: Collection[int] = ()
) -> Chosen:
    """What to strike: the ticked findings, further words wherever they stand, and whole pages (from 1).

    Raises Conflict when something else is found than was shown, Invalid when further words stand nowhere.
    """
    if digest != seen.digest:
        raise Conflict(
            _("Something else is found in the document than when you opened the page. Look again.")
        )
    strikes: dict[int, dict[str, Any]] = {}

    def page(number: int) -> dict[str, Any]:
        return strikes.setdefault(number, {"spans": [], "images": [], "whole": False})

    for key in ticked:
        for number, start, end in seen.places.get(key, ()):
            page(number)["spans"].append([start, end])
        if key in seen.images:
            number, image = seen.images[key]
            page(number)["images"].append(image)
    own = 0
    for number, start, end in _own(seen, words):
        page(number)["spans"].append([start, end])
        own += 1
    for each in whole:
        if 1 <= each <= len(seen.pages):
            page(each - 1)["whole"] = True
    struck, stood = Counter[str](), Counter[str]()
    for finding in seen.findings:
        (struck if finding.key in ticked else stood)[finding.kind] += finding.times
    if own:
        struck["own_words"] = own
    if whole:
        struck["pages"] = len(set(whole))
    return Chosen(strikes, dict(struck), dict(stood))


def own_words(text: str) -> list[str]:
    """Words that a person adds, one phrase a line."""
    return [line.strip() for line in text[:LONGEST_WORDS].splitlines() if line.strip()]


def _own(seen: Look, text: str) -> list[tuple[int, int, int]]:
    places = []
    for phrase in own_words(text):
        pattern = re.compile(r"\s+".join(re.escape(word) for word in fold(phrase).split()))
        found = [
            (number, each.start(), each.end())
            for number, page in enumerate(seen.pages)
            for each in pattern.finditer(fold(page.text))
        ]
        if not found:
            raise Invalid(
                _(
                    "“%(words)s” is not in the text of the document. Leave out the page, or redact the document by"
                    " hand.",
                    words=phrase,
                ),
                field="words",
            )
        places += found
    return places
