"""A stored ranking run taken apart again: explanations, comparisons and severity, from the run's own inputs.

Everything here is computed from what the run holds, so that it says the same to everybody, today and in ten years.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from copy import copy
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

from recruit.errors import NotFound
from recruit.frames import FORM, StoredRun, levels_frame, profile_of_inputs, rank_inputs
from recruit.i18n import lazy_gettext as _
from recruit.keeping import Latest

if TYPE_CHECKING:
    from scoring.agreement import Agreement
    from scoring.comparison import Comparison
    from scoring.criteria import Combine, Profile
    from scoring.explanation import Explanation
    from scoring.ranking import Ranking
    from scoring.sensitivity import LeftOut, ListChange, MeanMedian
    from scoring.weight_ranges import WeightRanges

#: Of everything on these pages that is drawn at random, and how far the weights are varied. Stated on the page.
DRAWN_WITH = 1
WEIGHTS_VARY_BY = Fraction(1, 5)


@dataclass(frozen=True)
class Adjusted:
    """The place with every assessor equally strict. ``not_adjusted``: criteria where severity cannot be told."""

    place: int
    not_adjusted: tuple[str, ...]


@dataclass(frozen=True)
class OtherPlace:
    """One application under other settings: where it stands then and where it stands in the run, None for no place."""

    code: str
    place: int | None
    points: str | None
    before: int | None


@dataclass(frozen=True)
class Tried:
    """The order under other settings, those with a place first, and what it does to the first ``k``."""

    rows: tuple[OtherPlace, ...]
    change: ListChange


@dataclass(frozen=True)
class Reordered:
    """Places (code, with, without) of those for whom they differ, None for no place; and what it does to the list."""

    moved: tuple[tuple[str, int | None, int | None], ...]
    change: ListChange


@dataclass(frozen=True)
class Varied:
    """How the first ``k`` of a run fare when weights vary, and without a criterion, an assessor, or the mean."""

    ranges: WeightRanges
    criteria: tuple[LeftOut, ...]
    assessors: tuple[LeftOut, ...]
    combined: MeanMedian


class RunAnalysis:
    """What a run was made from and gave, as scoring takes it. Raises ScoringError for inputs that are damaged."""

    def __init__(self, inputs: dict[str, Any]) -> None:
        self.stage: str = inputs["stage"]
        self.profile: Profile = profile_of_inputs(inputs)
        self.levels: Any = levels_frame(inputs)
        self.ranking: Ranking = rank_inputs(inputs)
        self._seed, self._applications = inputs["seed"], inputs["applications"]
        self._varied: Latest[int, Varied] = Latest(8)
        self._first: Latest[frozenset[Any], RunAnalysis] = Latest(2)

    @cached_property
    def adjusted(self) -> dict[str, Adjusted]:
        """By mask code, of those who have a place."""
        from scoring.severity_places import severity_places

        table = severity_places(self.levels, self.profile, self.stage, self._seed, self._applications)
        columns = (table[name].tolist() for name in ("application", "adjusted_place", "not_adjusted"))
        return {
            code: Adjusted(int(place), tuple(missing)) for code, place, missing in zip(*columns, strict=True)
        }

    def explain(self, code: str, *, places: int | None) -> Explanation:
        """Why the application has its place. ``places``: where the line is drawn, None for no line.

        Raises NotFound for a code that is not in the run.
        """
        from scoring.explanation import explain

        self._must_know(code)
        return explain(self.ranking, self.profile, code, line=places, levels=self.levels)

    def compare(self, first: str, second: str) -> Comparison:
        """Two applications side by side. Raises NotFound for a code that is not in the run."""
        from scoring.comparison import compare

        self._must_know(first)
        self._must_know(second)
        return compare(self.ranking, self.profile, first, second)

    @cached_property
    def assessors(self) -> tuple[str, ...]:
        """Pseudonyms of those who gave levels, in order."""
        return tuple(sorted(set(self.levels["assessor"]) - {FORM}))

    @cached_property
    def agreement(self) -> Agreement | None:
        """How far the assessors agree, in all and per criterion; None where nobody but the form gave a level."""
        from scoring.agreement import agreement

        if not self.assessors:
            return None
        return agreement(self.levels, per="criterion", seed=DRAWN_WITH)

    def as_first_given(self, first: Mapping[tuple[str, str, str], int]) -> RunAnalysis:
        """The same with these levels, by (code, assessor's pseudonym, criterion), as they were before a discussion.

        For how far assessors agree and how strict they are: levels that were talked about are not independent. The
        ranking in it stays the run's own.
        """
        if not first:
            return self
        return self._first.get(frozenset(first.items()), lambda: self._with_levels(first))

    def _with_levels(self, first: Mapping[tuple[str, str, str], int]) -> RunAnalysis:
        other = copy(self)
        for name in ("agreement", "counts", "_given", "assessors"):
            other.__dict__.pop(name, None)
        table = self.levels
        keys = zip(table["application"], table["assessor"], table["criterion"], strict=True)
        other.levels = table.assign(
            level=[first.get(key, level) for key, level in zip(keys, table["level"], strict=True)]
        )
        return other

    @cached_property
    def counts(self) -> dict[str, dict[int, int]]:
        """How often each assessor gave each level, by pseudonym."""
        found: dict[str, dict[int, int]] = {}
        for (assessor, level), number in self.levels.groupby(["assessor", "level"]).size().items():
            found.setdefault(str(assessor), {})[int(level)] = int(number)
        return found

    def levels_of(self, code: str, criterion: str) -> list[tuple[str, int]]:
        """(pseudonym, level) of those who assessed one criterion of an application."""
        return self._given.get((code, criterion), [])

    @cached_property
    def _given(self) -> dict[tuple[str, str], list[tuple[str, int]]]:
        found: dict[tuple[str, str], list[tuple[str, int]]] = {}
        for code, assessor, criterion, level in self.levels.itertuples(index=False, name=None):
            found.setdefault((code, criterion), []).append((assessor, level))
        return found

    def varied(self, k: int) -> Varied:
        """How the first ``k`` fare under all the standard questions; the latest few are kept."""
        return self._varied.get(k, lambda: self._vary(k))

    def _vary(self, k: int) -> Varied:
        from scoring import sensitivity
        from scoring.weight_ranges import weight_ranges

        rest: tuple[Any, ...] = (self.levels, self.profile, self.stage, self._seed)
        return Varied(
            weight_ranges(self.ranking, self.profile, WEIGHTS_VARY_BY, k=k, seed=DRAWN_WITH),
            sensitivity.leave_one_criterion_out(self.ranking, self.profile, k=k),
            sensitivity.leave_one_assessor_out(*rest, k=k, applications=self._applications),
            sensitivity.mean_against_median(*rest, k=k, applications=self._applications),
        )

    def tried(
        self, weights: Mapping[str, Fraction], *, combine: Combine, without: str | None, k: int
    ) -> Tried:
        """The order with other weights, another way to combine levels, or without an assessor. Changes nothing."""
        from scoring.ranking import rank
        from scoring.sensitivity import Outcome, list_change, outcome_of, with_weights

        ranking, profile = self.ranking, self.profile
        rule = profile.stages[self.stage]
        if combine != rule.combine or without:
            levels = self.levels if without is None else self.levels[self.levels["assessor"] != without]
            profile = replace(profile, stages={**profile.stages, self.stage: replace(rule, combine=combine)})
            ranking = rank(levels, profile, self.stage, self._seed, self._applications)
        table = with_weights(ranking, profile, weights, k=k).table
        ranked = self.ranking.ranked
        before = {code: place for place, code in enumerate(ranked, 1)}
        columns = [table[name].tolist() for name in ("application", "status", "points")]
        rows, placed, incomplete = [], [], set()
        for code, status, points in zip(*columns, strict=True):
            if status == "ranked":
                placed.append(code)
            elif status == "incomplete":
                incomplete.add(code)
            place = len(placed) if status == "ranked" else None
            rows.append(OtherPlace(code, place, points, before.get(code)))
        after = Outcome(tuple(placed), frozenset(incomplete))
        return Tried(tuple(rows), list_change(outcome_of(self.ranking), after, k))

    def without(self, pairs: Collection[tuple[str, str]], *, k: int) -> Reordered:
        """The order without some assessments, (application's code, assessor's pseudonym). Changes nothing.

        Who has nobody else's assessment then has no place, which says nothing about how good the application is.
        """
        from scoring.ranking import rank
        from scoring.sensitivity import list_change, outcome_of

        given = zip(self.levels["application"], self.levels["assessor"], strict=True)
        kept = self.levels[[pair not in pairs for pair in given]]
        other = rank(kept, self.profile, self.stage, self._seed, self._applications)
        before = {code: place for place, code in enumerate(self.ranking.ranked, 1)}
        after = {code: place for place, code in enumerate(other.ranked, 1)}
        codes = sorted({*before, *after}, key=lambda code: (before.get(code, len(before) + 1), code))
        moved = tuple(
            (code, before.get(code), after.get(code)) for code in codes if before.get(code) != after.get(code)
        )
        return Reordered(moved, list_change(outcome_of(self.ranking), outcome_of(other), k))

    def __contains__(self, code: str) -> bool:
        return code in self._known

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self._applications)

    def _must_know(self, code: str) -> None:
        if code not in self._known:
            raise NotFound(_("The application %(code)s is not in this run.", code=code))


_KEPT: Latest[tuple[str, str], RunAnalysis] = Latest(4)


def analysis(run: StoredRun) -> RunAnalysis:
    """A run taken apart; the latest few are kept, since people page through them."""
    return _KEPT.get((run.inputs_sha256, run.results_sha256), lambda: RunAnalysis(json.loads(run.inputs)))
