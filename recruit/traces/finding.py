"""All traces in a text, each with its kind and why it was taken for one. The same text and person, the same traces."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from recruit.striking import Known, fold, is_meant
from recruit.traces import lexicon, patterns, spelling
from recruit.traces.patterns import Span
from recruit.traces.person import KINDS, Person

_INITIAL_BEFORE = re.compile(r"(?:(?<!\w)[^\W\d_]\.[ -]?){1,3}$")
_INITIAL_AFTER = re.compile(r",?\s(?:[^\W\d_]\.[ -]?){1,3}")


@dataclass(frozen=True)
class Trace:
    """What was found: where in the text (in NFC), of which of `KINDS`, and a code for why."""

    start: int
    end: int
    kind: str
    why: str


class Finder:
    """Finds traces of one person. Building it costs more than using it: keep it for all texts of the person."""

    def __init__(self, person: Person) -> None:
        self.person = person
        own, others = _words(person.names), _words(person.others)
        self._names = {fold(word): "name" for word in own} | {
            fold(word): "referee" for word in others if fold(word) not in {fold(each) for each in own}
        }
        self._close: dict[str, str] = {}
        self._wide: dict[str, str] = {}
        self._skeletons: dict[str, bool] = {}
        for word in own:
            if len(word) >= 3:
                self._close |= dict.fromkeys(spelling.close(word), "spelling")
            if len(word) >= 5:
                self._wide |= dict.fromkeys(spelling.wide(word), "spelling")
            if bones := spelling.skeleton(word):
                self._skeletons[bones] = not spelling.is_latin(word)
        initials = [fold(name)[:1] for name in person.names[:2] if name]
        pair = r"\.?[ -]?".join(map(re.escape, initials))
        self._initials = re.compile(rf"(?<!\w){pair}\.(?!\w)") if len(initials) == 2 else re.compile(r"(?!)")
        self._unspaced = [
            name
            for name in person.names
            if re.search("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]", name)
        ]
        self._school, self._places = _phrases(person)

    def __call__(self, text: str | None) -> tuple[Trace, ...]:
        """Traces in the order of the text, none overlapping: of two that do, the longer stays."""
        text = unicodedata.normalize("NFC", text or "")
        if not text.strip():
            return ()
        folded = fold(text)
        words = [(found.group(), *found.span()) for found in spelling.WORD.finditer(text)]
        spans = [*self._named(text, folded, words), *_places(text, words)]
        spans += [
            (*found.span(), "school", "own_school")
            for found in self._school.finditer(folded)
            if is_meant(text, *found.span())
        ]
        spans += [(*found.span(), "place", "own_place") for found in self._places.finditer(folded)]
        for each in (
            patterns.personal_numbers,
            patterns.sexes,
            patterns.contacts,
            patterns.labelled,
            patterns.schools,
        ):
            spans += each(text)
        spans += patterns.ages(text, self.person.graduation_year)
        return _apart(spans)

    def _named(self, text: str, folded: str, words: list[tuple[str, int, int]]) -> Iterator[Span]:
        seen: dict[str, str | None] = {}
        for word, start, end in words:
            if word not in seen:
                seen[word] = self._why(word)
            why = seen[word] if seen[word] and is_meant(text, start, end) else None
            if why:
                yield *_with_initials(text, start, end), "name", why
        for found in self._initials.finditer(folded):
            if text[found.start()].isupper():
                yield *found.span(), "name", "initials"
        for name in self._unspaced:
            for each in re.finditer(
                "|".join(sorted({re.escape(name), *map(re.escape, name.split())}, key=len, reverse=True)),
                text,
            ):
                yield *each.span(), "name", "name"

    def _why(self, word: str) -> str | None:
        if word[0].islower() and not "\u10d0" <= word[0] <= "\u10ff":
            return None  # a name has its capital; Georgian, which counts as small letters, has none
        for form in _stems(word):
            plain = fold(form)
            if plain in self._names and (len(plain) > 2 or form == word):
                return self._names[plain]
        for form in _stems(word):
            if len(form) >= 3 and not self._close.keys().isdisjoint(spelling.close(form)):
                return "spelling"
            if len(form) >= 5 and not self._wide.keys().isdisjoint(spelling.wide(form)):
                return "spelling"
        bones = spelling.skeleton(word) if self._skeletons else ""
        if bones in self._skeletons:
            latin = spelling.is_latin(word)
            if latin != (not self._skeletons[bones]) and (not latin or len(bones) >= 3):
                return "spelling"
        return None


def _words(names: tuple[str, ...]) -> list[str]:
    return [word for name in names for word in spelling.WORD.findall(unicodedata.normalize("NFC", name))]


def _stems(word: str) -> tuple[str, ...]:
    stems = [word]
    if word.endswith("s") and len(word) > 3:
        stems.append(word[:-1])
    if len(word) > 5 and word[:2].lower() in ("al", "el", "ul"):  # Elhaddad, Al-Haddad and Haddad
        stems.append(word[2:])
    return tuple(stems)


def _with_initials(text: str, start: int, end: int) -> tuple[int, int]:
    if before := _INITIAL_BEFORE.search(text, max(0, start - 12), start):
        start = before.start()
    elif (after := _INITIAL_AFTER.match(text, end)) and after.group().strip(", ")[0].isupper():
        end = after.start() + len(after.group().rstrip())
    return start, end


def _phrases(person: Person) -> tuple[re.Pattern[str], re.Pattern[str]]:
    known = Known()
    known.school(person.school)
    school = [*map(re.escape, known.plain), *known.stems]
    places = [
        re.escape(fold(unicodedata.normalize("NFC", each).strip()))
        for each in person.places
        if len(each.strip()) >= 3
    ]
    return _whole(school), _whole(places)


def _whole(each: list[str]) -> re.Pattern[str]:
    joined = "|".join(sorted(each, key=lambda one: (-len(one), one)))
    return re.compile(rf"(?<!\w)(?:{joined})(?:[’']?s)?(?!\w)" if joined else r"(?!)")


def _places(text: str, words: list[tuple[str, int, int]]) -> Iterator[Span]:
    """Countries, nationalities, languages and cities."""
    table = lexicon.entries()
    plain = [fold(word) for word, _start, _end in words]
    at = 0
    while at < len(words):
        found = _longest(table, words, plain, at)
        if found is None:
            at += 1
            continue
        length, why = found
        yield words[at][1], words[at + length - 1][2], "place", why
        at += length


def _longest(
    table: lexicon.Entries, words: list[tuple[str, int, int]], plain: list[str], at: int
) -> tuple[int, str] | None:
    for first in (plain[at], plain[at].removesuffix("s")):
        for phrase, why, capital in table.get(first, ()):
            here = plain[at : at + len(phrase)]
            if len(here) < len(phrase) or (capital and not words[at][0][0].isupper()):
                continue
            here[-1] = phrase[-1] if here[-1] in (phrase[-1], phrase[-1] + "s") else here[-1]
            here[0] = first
            if tuple(here) == phrase:
                return len(phrase), why
    return None


def _apart(spans: list[Span]) -> tuple[Trace, ...]:
    """The longest of those that overlap; of equals the kind that is named first. Kinds that touch stay apart."""
    kept: list[Span] = []
    taken = bytearray(max((end for _start, end, _kind, _why in spans), default=0))
    for span in sorted(
        spans, key=lambda each: (-(each[1] - each[0]), each[0], KINDS.index(each[2]), each[3])
    ):
        start, end = span[:2]
        if start < end and not any(taken[start:end]):
            taken[start:end] = b"\x01" * (end - start)
            kept.append(span)
        elif start < end and not all(taken[start:end]):  # what sticks out of a longer one is a trace as well
            for piece in re.finditer(rb"\x00+", bytes(taken[start:end])):
                kept.append((start + piece.start(), start + piece.end(), span[2], span[3]))
            taken[start:end] = b"\x01" * (end - start)
    return tuple(Trace(*each) for each in sorted(kept))
