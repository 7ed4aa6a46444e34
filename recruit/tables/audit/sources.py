"""What stands beside the rates: where a gap comes from, the order, proxies, and the evidence over intakes."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from recruit.tables.audit.levels import Levels
from recruit.tables.audit.reading import Reading
from recruit.tables.errors import FileError
from recruit.tables.text import listed
from scoring.assessor_gaps import by_assessor
from scoring.criterion_gaps import by_criterion
from scoring.dif import item_bias
from scoring.override_gaps import by_override
from scoring.parity import parity
from scoring.proxies import proxies
from scoring.requirement_gaps import by_requirement
from scoring.sequential import e_process
from scoring.stage_gaps import by_stage

TWO_CRITERIA = {
    "sv": "Det behövs minst två bedömningsgrunder: sökande jämförs med dem som är lika i de andra.",
    "en": "At least two criteria are needed: applicants are compared with those who are alike on the others.",
}
NO_ASSESSOR_LEVELS = {
    "sv": "Ingen bedömare har satt en nivå.",
    "en": "No assessor has given a level.",
}
"""Why there is no figure, as a sentence."""


def around(reading: Reading, say: Callable[[str], None]) -> dict[str, dict[str, Any]]:
    """Per attribute everything that is asked for beside its rates, under the keys of docs/measures.md.

    `say` is told what is being computed, where it may take a while.
    """
    sheet, question = reading.sheet, reading.question
    intakes = _Intakes(reading) if question.intake is not None else None
    places = sheet.places(question.place) if question.place is not None else None
    asked = _Asked(reading)
    answer = {}
    for name in question.by:
        group = reading.frame[name].to_numpy(dtype=object)
        parts: dict[str, Any] = {}
        if intakes is not None:
            parts["sequential"] = intakes.evidence(group, reading.decided)
        if places is not None:
            say(f"{name}: order")
            parts["order"] = _order(places, group, question.seed)
        if reading.levels is not None and reading.levels.named:
            say(f"{name}: proxies")
            parts["proxies"] = proxies(reading.levels.floats, group, seed=question.seed).to_dict()
        say(f"{name}: sources")
        sources = asked.of(group)
        if reading.levels is not None:
            sources |= _of_levels(reading.levels, group, question.seed)
        if sources:
            parts["sources"] = sources
        answer[name] = parts
    return answer


class _Asked:
    """Stages, requirements and overrides: a row for each person, also where the table has a row for each cell."""

    def __init__(self, reading: Reading) -> None:
        sheet, question, counts = reading.sheet, reading.question, reading.counts
        self.reading, self.rows = reading, np.arange(len(reading.frame))
        if counts is not None and question.of_persons:
            self.rows = np.repeat(self.rows, counts)
        self.reached = {}
        if len(question.stages) > 1:
            chain = zip(question.stages, reading.chain, strict=True)
            self.reached = {stage: sheet.data[key][self.rows] for stage, key in chain}
        self.answers = None
        if question.requirements:
            self.answers = sheet.answers(question.requirements).iloc[self.rows].reset_index(drop=True)
        self.proposed = None
        if question.proposed is not None:
            self.proposed = sheet.data[sheet.outcome(question.proposed, "--proposed")][self.rows]

    def of(self, group: np.ndarray) -> dict[str, Any]:
        """The figures of one attribute."""
        people = group[self.rows]
        found: dict[str, Any] = {}
        if self.reached:
            found["stage"] = by_stage(self.reached, people).to_dict()
        if self.answers is not None:
            found["requirement"] = by_requirement(self.answers, people).to_dict()
        if self.proposed is not None:
            decided = self.reading.decided[self.rows]
            found["override"] = by_override(self.proposed, decided, people).to_dict()
        return found


def _of_levels(levels: Levels, group: np.ndarray, seed: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if levels.named:
        found["criterion"] = by_criterion(levels.wide, levels.weights, group, seed=seed).to_dict()
        found["item_bias"] = (
            item_bias(levels.floats, group, seed=seed).to_dict()
            if len(levels.weights) > 1
            else {"reason": TWO_CRITERIA}
        )
    if levels.long is not None:
        weights = levels.weights if levels.named else None
        people: dict[Any, Any] = dict(enumerate(group))
        found["assessor"] = (
            by_assessor(levels.long, people, weights=weights).to_dict()
            if len(levels.long)
            else {"reason": NO_ASSESSOR_LEVELS}
        )
    return found


def _order(places: np.ndarray, group: np.ndarray, seed: int) -> dict[str, Any]:
    """Parity of those who have a place; the rest are counted."""
    placed = ~np.isnan(places)
    whole = parity(places[placed], group[placed], seed=seed).to_dict()
    return {"without_place": int((~placed).sum())} | whole


class _Intakes:
    """The intake and the stratum of every row, and the intakes in their order of time."""

    def __init__(self, reading: Reading) -> None:
        sheet, frame, question, counts = reading.sheet, reading.frame, reading.question, reading.counts
        assert question.intake is not None
        self.intake = sheet.intake(question.intake)
        self.counts = np.ones(len(frame), dtype=np.int64) if counts is None else counts
        found = sorted(set(self.intake), key=_by_time)
        self.order = question.intakes or tuple(found)
        strange = [each for each in found if each not in self.order]
        if strange:
            at = int(np.flatnonzero(self.intake == strange[0])[0])
            raise FileError(
                f"{sheet.table.where(at, str(self.intake.name))}: the intake '{strange[0]}' is not among those of "
                f"--intake: {listed(self.order)}."
            )
        parts = frame[list(question.strata)]
        self.known = (
            parts.notna().all(axis=1).to_numpy() if question.strata else np.ones(len(frame), dtype=bool)
        )
        self.stratum = pd.Series("", index=frame.index, dtype=object)
        for name in question.strata:
            # Lengths first, so that two different combinations are never the same text.
            text = parts[name].fillna("").astype(str)
            self.stratum = self.stratum + text.str.len().astype(str) + ":" + text + " "

    def evidence(self, group: np.ndarray, outcome: np.ndarray) -> dict[str, Any]:
        rows = pd.DataFrame(
            {
                "intake": self.intake.to_numpy(),
                "stratum": self.stratum.to_numpy(),
                "group": pd.Series(group, dtype=object).fillna("").to_numpy(),
                "n": self.counts,
                "selected": self.counts * outcome,
            }
        )[self.known]
        cells = rows.groupby(["intake", "stratum", "group"], sort=True, as_index=False)[
            ["n", "selected"]
        ].sum()
        found = e_process(cells, intakes=self.order).to_dict()
        return {"without_stratum": int(self.counts[~self.known].sum())} | found


def _by_time(name: str) -> tuple[Any, ...]:
    """Names in the order of time as far as they tell it: by name, with whole numbers in them by size."""
    parts = re.split(r"(\d+)", name)
    return tuple(int(part) if at % 2 else part.casefold() for at, part in enumerate(parts))
