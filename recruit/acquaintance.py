"""Signs that an assessor may know an applicant: questions for the coordinator, never answers. Pure.

The town where an applicant lives is no sign: most of a region's applicants live in its few towns.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from recruit.striking import fold
from recruit.traces import spelling

#: Why a pair was found, in the order of weight.
REFEREE, REFEREE_WORKPLACE, EMPLOYER, SURNAME = "referee", "referee_workplace", "employer", "surname"
KINDS = (REFEREE, REFEREE_WORKPLACE, EMPLOYER, SURNAME)

_HOSPITAL = re.compile(r"^(?:universitets|läns|när|central)?(?:sjukhus|lasarett)(?:et)?s?$|^hospitals?$")
_CARE_CENTRE = re.compile(r"^(?:vårdcentral|hälsocentral|läkarmottagning|läkarhus)(?:en|et)?s?$")
_LITTLE = frozenset(re.findall(r"\w+", "i och vid på för av ab the of and at in region regionen avd klinik"))
#: Words that any workplace may have: a name of these alone says nothing.
_COMMON = frozenset(
    re.findall(
        r"\w+",
        "sjukhus hälsocentral avdelning avdelningen kliniken medicinkliniken medicin kirurgi kirurgkliniken ortopedi"
        " akuten akutmottagning akutmottagningen akutkliniken psykiatri psykiatriska primärvård primärvården privat"
        " läkare clinic centre center department emergency medicine surgery norra södra östra västra",
    )
)


@dataclass(frozen=True)
class Assessor:
    """An assessor as the search sees them."""

    account_id: int
    name: str
    email: str
    workplace: str


@dataclass(frozen=True)
class Named:
    """A referee as the applicant named them."""

    name: str
    email: str
    workplace: str


@dataclass(frozen=True)
class Applicant:
    """An applicant with all that is compared."""

    application_id: int
    account_id: int
    family_names: tuple[str, ...]
    employers: tuple[str, ...]
    referees: tuple[Named, ...]


def find(
    applicants: Iterable[Applicant], assessors: Iterable[Assessor]
) -> dict[tuple[int, int], tuple[str, ...]]:
    """(application, assessor) -> why the two may know each other, for every pair with a sign; never oneself."""
    people = _People(tuple(assessors))
    found = {}
    for applicant in applicants:
        for who, kinds in people.signs(applicant).items():
            if who != applicant.account_id:
                found[applicant.application_id, who] = tuple(kind for kind in KINDS if kind in kinds)
    return found


def same_workplace(one: str, other: str) -> bool:
    """Whether two names are of one workplace: all distinct words of one stand in the other."""
    first, second = workplace_words(one), workplace_words(other)
    return bool(first and second) and (first <= second or second <= first) and _says_something(first & second)


@lru_cache(maxsize=20_000)
def workplace_words(name: str) -> frozenset[str]:
    """The words of a workplace's name that tell it from others, in one spelling; empty when there is none such."""
    words = re.findall(r"\w+", name.casefold())
    plain = {_word(each) for each in words if each not in _LITTLE}
    return frozenset(plain) if _says_something(plain) else frozenset()


def _word(word: str) -> str:
    if _HOSPITAL.match(word):
        return "sjukhus"
    if _CARE_CENTRE.match(word):
        return "hälsocentral"
    return fold(word).removesuffix("s") if len(word) > 3 and word not in _COMMON else word


def _says_something(words: Iterable[str]) -> bool:
    return any(word not in _COMMON and len(word) > 1 for word in words)


def same_person(one: str, other: str) -> bool:
    """Whether two full names, in whatever order and script, can be of one person: two words of each meet, and all
    words of the shorter.
    """
    first, second = _name_keys(one), _name_keys(other)
    shorter, longer = sorted((first, second), key=len)
    return len(shorter) >= 2 and all(any(word & every for every in longer) for word in shorter)


def _one_form(keys: frozenset[str]) -> frozenset[str]:
    """Women's and men's forms of one Slavic surname meet: Zielińska and Zieliński, Petrova and Petrov."""
    return frozenset(re.sub(r"sk(?:a|aia)$", "ski", re.sub(r"(ov|ev)a$", r"\1", key)) for key in keys)


@lru_cache(maxsize=20_000)
def _name_keys(name: str) -> tuple[frozenset[str], ...]:
    return tuple(key for word in spelling.WORD.findall(name) if (key := _one_form(spelling.close(word))))


def _surname_keys(name: str, bones: bool = True) -> set[str]:
    """Keys under which the spellings of one surname meet. Scripts without vowels are compared by their consonants,
    marked ~; with `bones` so are the others, marked =.
    """
    keys: set[str] = set()
    for word in spelling.WORD.findall(name):
        close = {key for key in _one_form(spelling.close(word)) if len(key) > 1}
        keys |= close
        if (bones or not close) and len(found := spelling.skeleton(word)) >= 3:
            keys.add(("=" if close else "~") + found)
    return keys


class _People:
    """The assessors, ready to be looked up by what an applicant tells."""

    def __init__(self, assessors: tuple[Assessor, ...]) -> None:
        self.by_email = {each.email.strip().casefold(): each.account_id for each in assessors if each.email}
        self.by_surname: dict[str, set[int]] = {}
        for each in assessors:
            words = spelling.WORD.findall(each.name)
            for key in _surname_keys(words[-1]) if len(words) > 1 else ():
                self.by_surname.setdefault(key, set()).add(each.account_id)
        self.some_without_vowels = any(key.startswith("~") for key in self.by_surname)
        self.by_place_word: dict[str, set[str]] = {}
        self.workplaces: dict[str, set[int]] = {}
        for each in assessors:
            if each.workplace.strip():
                self.workplaces.setdefault(each.workplace, set()).add(each.account_id)
                for word in workplace_words(each.workplace) - _COMMON:
                    self.by_place_word.setdefault(word, set()).add(each.workplace)
        self.by_word: dict[str, set[Assessor]] = {}
        for each in assessors:
            for key in frozenset().union(*_name_keys(each.name)):
                self.by_word.setdefault(key, set()).add(each)
        self._at: dict[str, frozenset[int]] = {}
        self._called: dict[str, frozenset[int]] = {}

    def signs(self, applicant: Applicant) -> Mapping[int, set[str]]:
        """Assessor -> what points to them."""
        found: dict[int, set[str]] = {}
        for who, kind in self._signs(applicant):
            found.setdefault(who, set()).add(kind)
        return found

    def _signs(self, applicant: Applicant) -> Iterator[tuple[int, str]]:
        for referee in applicant.referees:
            email = self.by_email.get(referee.email.strip().casefold())
            if email is not None:
                yield email, REFEREE
            yield from ((who, REFEREE) for who in self._of_name(referee.name))
            yield from ((who, REFEREE_WORKPLACE) for who in self._at_place(referee.workplace))
        for employer in applicant.employers:
            yield from ((who, EMPLOYER) for who in self._at_place(employer))
        for name in applicant.family_names:
            yield from ((who, SURNAME) for who in self._of_surname(name))

    def _of_name(self, name: str) -> frozenset[int]:
        if name not in self._called:
            keys = frozenset().union(*_name_keys(name))
            near = set().union(*(self.by_word.get(key, ()) for key in keys))
            self._called[name] = frozenset(each.account_id for each in near if same_person(each.name, name))
        return self._called[name]

    def _at_place(self, place: str) -> frozenset[int]:
        if place not in self._at:
            near = set().union(*(self.by_place_word.get(word, ()) for word in workplace_words(place)))
            same = (name for name in near if same_workplace(name, place))
            self._at[place] = frozenset(who for name in same for who in self.workplaces[name])
        return self._at[place]

    def _of_surname(self, name: str) -> set[int]:
        found: set[int] = set()
        for key in _surname_keys(name, self.some_without_vowels):
            if not key.startswith("="):
                found |= self.by_surname.get(key, set())
            if key[0] in "~=":  # consonants with consonants, where one of the two scripts has no vowels
                found |= self.by_surname.get(("=" if key[0] == "~" else "~") + key[1:], set())
        return found
