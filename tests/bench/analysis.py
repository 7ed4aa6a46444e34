"""The auditor's analysis as a whole: seconds for a usual intake and for a large one, and which parts take them.

Run with ``python -m tests.bench.analysis`` (or ``make bench``). The applicants are invented, with 30 countries, three
assessors' worth of levels from a seed, and the stages to the offer; nothing is read from a database.
"""

from __future__ import annotations

import random
import time
from datetime import date
from fractions import Fraction
from typing import Any

from recruit.analysis import STEPS
from recruit.audited_frames import (
    Counted,
    Person,
    Reaching,
    intakes_frame,
    people_frame,
    ranked_in,
    zone_frame,
)
from recruit.frames import Applicant, Monitored, levels_frame, rank_inputs, ranking_inputs
from recruit.invented import invented_levels
from recruit.models import AgeBand, Answer, LicenceRoute, Sex
from recruit.queries.audited import Audited
from recruit.queries.monitoring import stages_of
from recruit.services.analysis import compute
from scoring.profile import default_profile

SEED = 20261122
USUAL, LARGE = 180, 2_000
COUNTRIES = (
    *("SE", "NO", "DK", "FI", "EE", "LV", "LT", "PL", "DE", "RO", "BG", "GR", "HU", "ES", "IT"),
    *("SY", "IQ", "IR", "AF", "ER", "ET", "UA", "RU", "IN", "PK", "EG", "TR", "NG", "RS", "XK"),
)
SITES = {"Älvstads sjukhus": 10, "Lindfors sjukhus": 7, "Åsnäs närsjukhus": 5, "Hamra hälsocentral": 3}


def invented(applicants: int, seed: int = SEED) -> Audited:
    """An intake of so many applicants, three of ten ineligible, a fifth of the rest called."""
    chance = random.Random(seed)
    profile = default_profile()
    rows = invented_levels(profile, "screening", seed=seed, applicants=applicants)
    codes = sorted({row[0] for row in rows})
    groups = [_groups(chance, number) for number in range(applicants)]
    eligible = [each.application_id for each in groups if each.eligible]
    given: dict[str, list[tuple[str, str, int]]] = {}
    for code, assessor, criterion, level in rows:
        given.setdefault(code, []).append((assessor, criterion, level))
    inputs = ranking_inputs(
        profile=profile,
        stage="screening",
        seed=str(seed),
        applicants=[Applicant(codes[number], {}, given[codes[number]]) for number in eligible],
    )
    ranking = rank_inputs(inputs)
    number_of = {code: number for number, code in enumerate(codes)}
    ranked = [number_of[code] for code in ranking.ranked]
    called = frozenset(ranked[: applicants // 5])
    reached = Reaching(
        called,
        frozenset(ranked[: applicants // 4]),
        {
            "screened": frozenset(ranked),
            "interviewed": called,
            "offered": frozenset(chance.sample(sorted(called), len(called) * 2 // 3)),
        },
    )
    keys = tuple(each.key for each in profile.requirements)
    weights = profile.weights_at("screening")
    people = [_person(chance, codes[each.application_id], each, keys) for each in groups]
    counted = [Counted("this", each, each.application_id in called, {}, None) for each in groups]
    return Audited(
        intake="this",
        starts_on=date(2027, 2, 1),
        list_id=None,
        drawn={"version": 1, "confirmed": True},
        run={"stage": "screening", "number": 1, "inputs_sha256": "", "results_sha256": ""},
        profile=profile,
        stage="screening",
        criteria=tuple(weights),
        weights=weights,
        threshold=Fraction(profile.stages["screening"].threshold),
        requirements=keys,
        mandatory=frozenset(each.key for each in profile.requirements if each.mandatory),
        stages=tuple(stages_of(True, True, reached.further)),
        people=people_frame(
            groups,
            people,
            reached,
            ranked=ranked_in(ranking.canonical().decode()),
            requirements=keys,
            criteria=tuple(weights),
        ),
        levels=levels_frame(inputs),
        zone=zone_frame([(codes[number], True, True) for number in ranked[:20]]),
        intakes=intakes_frame(counted, tuple(weights)),
        order_of_intakes=("this",),
        posts=SITES,
        undecided=0,
        withdrawn=0,
    )


def _groups(chance: random.Random, number: int) -> Monitored:
    return Monitored(
        application_id=number,
        eligible=chance.random() < 0.7,
        country=chance.choices(COUNTRIES, range(len(COUNTRIES), 0, -1))[0],
        licence_route=chance.choice(list(LicenceRoute)),
        sex=chance.choice([Sex.FEMALE, Sex.MALE, None]),
        age_band=chance.choice([*AgeBand, None]),
    )


def _person(chance: random.Random, code: str, groups: Monitored, keys: tuple[str, ...]) -> Person:
    answers = dict.fromkeys(keys, Answer.YES)
    if not groups.eligible:
        answers[chance.choice(keys)] = Answer.NO
    return Person(
        code=code,
        withdrawn=False,
        pending=False,
        left=False,
        site=chance.choice(list(SITES)),
        licence_expected=None,
        answers=answers,
        proposals=answers,
        proposed=groups.eligible,
    )


def measured(applicants: int) -> tuple[float, dict[str, float], int]:
    """Seconds in all, seconds by step, and how many bytes the figures are."""
    found = invented(applicants)
    seconds: dict[str, float] = {}
    last: list[Any] = [time.perf_counter(), None]

    def progress(step: str, _done: int, _all: int) -> None:
        now = time.perf_counter()
        if last[1]:
            seconds[last[1]] = now - last[0]
        last[:] = [now, step]

    began = time.perf_counter()
    computed = compute(found, progress)
    return time.perf_counter() - began, seconds, len(computed.figures.encode())


def main() -> None:
    """Print seconds, and the parts that take most of them."""
    measured(60)  # imports and first calls are no part of it
    print(f"{len(STEPS)} steps, {len(COUNTRIES)} countries, seed {SEED}")
    for applicants in (USUAL, LARGE):
        whole, seconds, size = measured(applicants)
        slowest = sorted(seconds.items(), key=lambda each: -each[1])[:5]
        print(f"{applicants:>6,} applicants  {whole:7.1f} s  {size / 1e6:5.1f} MB of figures")
        for step, took in slowest:
            print(f"{'':20}{took:7.1f} s  {step}")


if __name__ == "__main__":
    main()
