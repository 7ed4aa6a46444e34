"""Invented applicants to try a criteria profile on where a region has no earlier intake."""

from __future__ import annotations

import random
from typing import Any

from recruit.frames import FORM
from scoring.profile import TOP_LEVEL, Profile

APPLICANTS = 80
_ASSESSORS = ("1", "2")


def invented_levels(
    profile: Profile, stage: str, *, seed: int, applicants: int = APPLICANTS
) -> list[list[Any]]:
    """Rows [application, assessor, criterion, level] of applicants that never were; the same seed, the same rows.

    Each has a strength of their own, which all criteria share a little of, and two assessors who differ a little.
    Levels from the form are drawn evenly, since the years of those who will apply are not known.
    """
    chance = random.Random(seed)  # noqa: S311
    rows: list[list[Any]] = []
    for number in range(applicants):
        strength = chance.gauss(0, 0.6)
        for criterion in profile.required_at(stage):
            if criterion.kind == "from_form":
                rows.append([f"{number:03}", FORM, criterion.key, chance.randint(0, TOP_LEVEL)])
                continue
            true = TOP_LEVEL / 2 + 0.3 + strength + chance.gauss(0, 0.8)
            rows += [
                [f"{number:03}", assessor, criterion.key, _level(true + chance.gauss(0, 0.5))]
                for assessor in _ASSESSORS
            ]
    return rows


def _level(value: float) -> int:
    return min(max(round(value), 0), TOP_LEVEL)
