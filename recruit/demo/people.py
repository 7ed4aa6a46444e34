"""Invented applicants, drawn from one seed: the same seed gives the same people.

Shares follow published figures where there are any: countries, licence routes, age, sex, experience. `ability` is what
the assessors try to see; it depends on nothing else about the person.
"""

import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from recruit.demo.names import EU_EEA, NAMES, SHARES, SWEDISH, UNIVERSITIES
from recruit.models import (
    AgeBand,
    ClinicalArea,
    LanguageEvidence,
    LicenceRoute,
    LicenceStatus,
    Sex,
    WorkPermit,
)

SWEDES_AMONG_EU = 0.4  # Swedish citizens who studied abroad
NO_ANSWER = 0.06  # who leave the voluntary monitoring questions


@dataclass(frozen=True)
class Period:
    """One period of clinical work."""

    employer: str
    country: str
    area: ClinicalArea
    starts_on: date
    ends_on: date | None
    fte_percent: int
    supervised: bool


@dataclass(frozen=True)
class Person:
    """One invented applicant."""

    number: int
    given_name: str
    family_name: str
    native_name: str | None
    language: str
    country: str
    institution: str
    graduation_year: int
    sex: Sex | None
    age_band: AgeBand | None
    licence: LicenceStatus
    licence_on: date | None
    licence_route: LicenceRoute
    swedish_at: bool
    language_evidence: LanguageEvidence
    work_permit: WorkPermit
    result_on: date
    """When a language test or a permit that is expected will be there."""
    periods: tuple[Period, ...]
    ability: float
    forgets_diploma: bool
    one_referee: bool
    claims_credit: bool

    @property
    def email(self) -> str:
        """An address that can reach nobody."""
        return f"applicant{self.number:03d}@example.org"

    @property
    def from_eu_eea(self) -> bool:
        """Whether the country of education is in the EU or EEA."""
        return self.country in EU_EEA


def draw_countries(count: int, *, seed: str) -> list[str]:
    """Countries of education by their shares. The rare ones take turns, so that as many as possible occur."""
    chance = random.Random(seed)  # noqa: S311 (invented people, no secrets)
    rare = [code for code, share in SHARES.items() if share < 2]
    chance.shuffle(rare)
    drawn = chance.choices(list(SHARES), weights=list(SHARES.values()), k=count)
    turns = itertools.cycle(rare)
    return [next(turns) if SHARES[code] < 2 else code for code in drawn]


def draw_people(countries: Sequence[str], *, seed: str, first_number: int, starts_on: date) -> list[Person]:
    """One person for each country of education, who applies for posts that begin on `starts_on`."""
    chance = random.Random(seed)  # noqa: S311
    return [
        _draw(chance, number, country, starts_on)
        for number, country in enumerate(countries, start=first_number)
    ]


def _draw(chance: random.Random, number: int, country: str, starts_on: date) -> Person:
    woman = chance.random() < 0.53
    age = min(45, max(25, round(chance.lognormvariate(3.38, 0.14))))
    eu = country in EU_EEA
    swede = eu and chance.random() < SWEDES_AMONG_EU
    given, family, native = _name(chance, country, woman, swede)
    licence = chance.choices(list(LicenceStatus), weights=[75, 15, 10])[0]
    licence_on = _licence_on(chance, licence, starts_on)
    route = _route(chance, eu)
    periods = _periods(chance, country, starts_on)
    return Person(
        number=number,
        given_name=given,
        family_name=family,
        native_name=native,
        language="sv" if swede or chance.random() < 0.55 else "en",
        country=country,
        institution=UNIVERSITIES.get(country, "Medical University"),
        graduation_year=_graduation_year(licence, licence_on, periods, starts_on),
        sex=None if chance.random() < NO_ANSWER else Sex.FEMALE if woman else Sex.MALE,
        age_band=None if chance.random() < NO_ANSWER else _band(age),
        licence=licence,
        licence_on=licence_on,
        licence_route=route,
        swedish_at=route is LicenceRoute.COMPLEMENTARY_PROGRAMME and chance.random() < 0.7,
        language_evidence=_language(chance, swede, country),
        work_permit=WorkPermit.NOT_NEEDED
        if eu
        else chance.choices(list(WorkPermit), weights=[45, 40, 12, 3])[0],
        result_on=starts_on - timedelta(days=chance.randint(-15, 70)),
        periods=periods,
        ability=chance.gauss(0, 1),
        forgets_diploma=chance.random() < 0.14,
        one_referee=chance.random() < 0.1,
        claims_credit=chance.random() < 0.15,
    )


def _name(chance: random.Random, country: str, woman: bool, swede: bool) -> tuple[str, str, str | None]:
    women, men, families = SWEDISH if swede else NAMES[country]
    given = chance.choice((women if woman else men).split())
    family = chance.choice(families.split())
    latin_given, _, native_given = given.partition("/")
    latin_family, _, native_family = family.partition("/")
    if not native_given or not native_family:
        return latin_given, latin_family, None
    family_first = country == "CN"
    native = f"{native_family}{native_given}" if family_first else f"{native_given} {native_family}"
    return latin_given, latin_family, native


def _band(age: int) -> AgeBand:
    if age < 30:
        return AgeBand.UNDER_30
    if age < 35:
        return AgeBand.FROM_30_TO_34
    return AgeBand.FROM_35_TO_39 if age < 40 else AgeBand.FROM_40


def _route(chance: random.Random, eu: bool) -> LicenceRoute:
    if eu:
        return LicenceRoute.EU_RECOGNITION
    third = (LicenceRoute.PROFICIENCY_TEST, LicenceRoute.COMPLEMENTARY_PROGRAMME)
    return chance.choices(third, weights=[85, 15])[0]


def _licence_on(chance: random.Random, licence: LicenceStatus, starts_on: date) -> date | None:
    if licence is LicenceStatus.HELD:
        return starts_on - timedelta(days=chance.randint(120, 1500))
    if licence is LicenceStatus.EXPECTED:
        return starts_on + timedelta(days=chance.randint(-110, 25))
    return None


def _graduation_year(
    licence: LicenceStatus, licence_on: date | None, periods: tuple[Period, ...], starts_on: date
) -> int:
    """A year before everything that takes a degree."""
    years = [period.starts_on.year for period in periods] + [starts_on.year - 1]
    if licence is LicenceStatus.HELD and licence_on is not None:
        years.append(licence_on.year)
    return min(years)


def _language(chance: random.Random, swede: bool, country: str) -> LanguageEvidence:
    if swede:
        return LanguageEvidence.EDUCATION_IN_SWEDISH
    if country in ("DK", "NO"):
        return LanguageEvidence.NORDIC
    kinds = (
        LanguageEvidence.CERTIFICATE,
        LanguageEvidence.WORK_IN_SWEDISH,
        LanguageEvidence.EXPECTED,
        LanguageEvidence.NONE,
    )
    return chance.choices(kinds, weights=[62, 20, 12, 6])[0]


def _periods(chance: random.Random, country: str, starts_on: date) -> tuple[Period, ...]:
    areas = [area for area in ClinicalArea if area is not ClinicalArea.OTHER]
    found = []
    swedish = chance.choices(
        (0, chance.randint(1, 6), chance.randint(7, 12), chance.randint(13, 24)), [25, 40, 20, 15]
    )[0]
    end = starts_on - timedelta(days=chance.randint(100, 200))
    while swedish > 0:
        months = min(swedish, chance.randint(1, 9))
        found.append(_period(chance, "SE", chance.choice(areas), end, months))
        end = found[-1].starts_on - timedelta(days=chance.randint(1, 60))
        swedish -= months
    if country != "SE" and chance.random() < 0.6:
        for _ in range(chance.randint(1, 3)):
            found.append(_period(chance, country, chance.choice(areas), end, chance.randint(2, 14)))
            end = found[-1].starts_on - timedelta(days=chance.randint(5, 150))
    return tuple(found)


def _period(chance: random.Random, country: str, area: ClinicalArea, end: date, months: int) -> Period:
    town = (
        chance.choice(("Lindfors", "Åsnäs", "Hamra", "Vallby")) if country == "SE" else "University Hospital"
    )
    return Period(
        employer=f"{town} sjukhus" if country == "SE" else town,
        country=country,
        area=area,
        starts_on=end - timedelta(days=round(30.4 * months)),
        ends_on=end,
        fte_percent=chance.choice((100, 100, 100, 100, 80, 75, 50)),
        supervised=chance.random() < 0.45,
    )
