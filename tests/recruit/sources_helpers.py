"""Figures of sources and order as an analysis keeps them, of an invented selection with three things planted."""

import hashlib
import json
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from sqlmodel import Session

from recruit.models import AnalysisState, Intake, MonitoringAnalysis
from recruit.models.types import id_of
from recruit.queries.analysis import newest
from scoring.assessor_gaps import by_assessor
from scoring.criterion_gaps import by_criterion
from scoring.dif import item_bias
from scoring.override_gaps import by_override
from scoring.parity import parity
from scoring.requirement_gaps import by_requirement
from scoring.stage_gaps import by_stage
from tests.recruit.factories import NOW

KEYS = ("references", "science", "other_work")
NOT_COMPUTED = {"reason": {"sv": "Ingen rangordning har gjorts.", "en": "No ranking has been made."}}
#: The assessor who is a level stricter towards those from outside the EU and EEA.
STRICT = "a0"


class Selection:
    """120 applicants, a third from outside the EU and EEA.

    The licence turns 24 of these away and 4 of the others; the assessor `STRICT` is a level stricter towards them; and
    they stand last in the order. Sex has nothing to do with anything; 5 did not answer. Age has one group only. There
    are 30 countries.
    """

    def __init__(self) -> None:
        rng = np.random.default_rng(20261122)
        n, outside = 120, np.arange(120) < 40
        self.route = np.where(outside, "third_country", "eu_eea")
        sex = np.where(np.arange(n) % 2 == 0, "female", "male").astype(object)
        sex[-5:] = None
        self.groups: dict[str, Any] = {
            "sex": sex,
            "age_band": np.array(["30_34"] * n),
            "licence_route": self.route,
            "country": np.array([f"{'ABC'[i % 3]}{chr(65 + i // 3 % 10)}" for i in range(n)]),
        }
        self.codes = [f"x{i:03}" for i in range(n)]
        self.answers = pd.DataFrame(
            {"E1": ~((np.arange(n) < 24) | (np.arange(n) >= 116)), "E5": rng.random(n) < 0.9}
        )
        self.eligible = self.answers.all(axis=1).to_numpy()
        ability = rng.normal(2.4, 0.6, n)
        rows = []
        for i, code in enumerate(self.codes):
            for a in (i % 6, (i // 6 + i + 1) % 6 if (i // 6 + i + 1) % 6 != i % 6 else (i + 3) % 6):
                less = 1 if f"a{a}" == STRICT and outside[i] else 0
                given = np.clip(np.rint(ability[i] + rng.normal(0, 0.4, len(KEYS)) - less), 0, 4)
                rows += [(code, f"a{a}", key, level) for key, level in zip(KEYS, given, strict=True)]
        self.levels = pd.DataFrame(rows, columns=["application", "assessor", "criterion", "level"])
        wide = self.levels.pivot_table(index="application", columns="criterion", values="level")
        self.wide = wide[list(KEYS)].reset_index(drop=True)
        self.place = np.argsort(np.argsort(np.where(outside, 1, 0) + rng.random(n) * 0.8)) + 1

    def sources(self) -> dict[str, Any]:
        """As `figures["sources"]`."""
        weights = dict.fromkeys(KEYS, 1)
        called = self.eligible & (self.place <= 60)
        proposed = self.eligible.copy()
        proposed[:10] = True

        def each(of: Any, *left_out: str) -> dict[str, Any]:
            found = {name: of(group).to_dict() for name, group in self.groups.items() if name not in left_out}
            return found | dict.fromkeys(("country_group", *left_out), NOT_COMPUTED)

        return {
            "stage": each(lambda group: by_stage({"eligible": self.eligible, "called": called}, group)),
            "criterion": each(
                lambda group: by_criterion(self.wide, weights, group, seed=1, permutations=499)
            ),
            "assessor": each(
                lambda group: by_assessor(
                    self.levels, dict(zip(self.codes, group, strict=True)), weights=weights
                ),
                "country",
            ),
            "requirement": each(lambda group: by_requirement(self.answers, group)),
            "override": each(lambda group: by_override(proposed, self.eligible, group)),
            "zone": NOT_COMPUTED,
            "item_bias": each(lambda group: item_bias(self.wide, group, seed=1, permutations=499), "country"),
        }

    def order(self) -> dict[str, Any]:
        """As `figures["order"]`."""
        found = {
            name: parity(self.place, group, seed=1, permutations=499).to_dict()
            for name, group in self.groups.items()
        }
        return found | {"country_group": NOT_COMPUTED}


@lru_cache
def figures_text() -> str:
    """Both sections as they are kept."""
    selection = Selection()
    return json.dumps(
        {"alpha": 0.05, "sources": selection.sources(), "order": selection.order()}, allow_nan=False
    )


def figures() -> dict[str, Any]:
    """Both sections."""
    found: dict[str, Any] = json.loads(figures_text())
    return found


def stored(session: Session, intake: Intake, content: dict[str, Any] | None = None) -> MonitoringAnalysis:
    """A finished analysis of an intake with these figures, or those of the invented selection."""
    text = figures_text() if content is None else json.dumps(content)
    before = newest(session, intake=intake)
    made = MonitoringAnalysis(
        region_id=intake.region_id,
        intake_id=id_of(intake),
        number=1 + (before.number if before else 0),
        state=AnalysisState.DONE,
        requested_at=NOW,
        finished_at=NOW,
        seed=1,
        code_version="test",
        inputs_sha256="0" * 64,
        figures=text,
        figures_sha256=hashlib.sha256(text.encode()).hexdigest(),
    )
    session.add(made)
    session.commit()
    return made
