"""What a ranking is: a table, and all that it takes to recompute it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import pandas as pd

from scoring.criteria import Combine, Places
from scoring.levels import points_text


@dataclass(frozen=True, slots=True)
class Ranking:
    """The result of one ranking run. The same levels, profile and seed give the same bytes.

    ``denominator``: points on 0–100 are numerator / denominator. ``criteria``: the keys that count, and
    ``weights``: an integer for each, so that a contribution is ``weight × level × level_denominator``.
    ``threshold``: the lowest numerator that takes a place. ``ties``: the criteria that break ties.

    ``table``: one row per application, those with a place first, then those below the threshold or
    stopped by a gate by falling total, then the incomplete; what is equal goes by the lot. Columns:

    - ``application``; ``status`` (one of ``STATUSES``); ``place``: 1 is best, missing unless ranked;
    - ``total``: numerator, missing if incomplete; ``points``: the same as text with three decimals;
    - ``missing``: keys of the criteria without a level; ``gates``: what stopped it at a gate, if anything
      ("forbidden_level", "max_count", "mean_at_least");
    - ``level_<key>``: mean or median over the assessors as text, "5/2" or "3"; ``contribution_<key>``:
      numerator; the contributions of a row add up to its total;
    - ``decided_by``: what separates a place from the one before it: "total", the key of a criterion, or
      "lot"; missing for the first place and for those without one.

    ``combine`` and ``places``: how levels of several assessors became one, and what the order goes by, as the
    profile has it. Where places are ``"severity_adjusted"``, threshold and gates look at the levels as given,
    while the order, ``place`` and ``decided_by`` go by levels moved by ``adjustments``: (assessor, criterion,
    levels as text with three decimals; "0.000" where severity is not identifiable). The table then has

    - ``raw_place``: the place by the levels as given;
    - ``adjusted_total``: numerator over ``adjusted_denominator``; ``adjusted_points``: the same as text;
    - ``adjusted_level_<key>``: as text, numerator and denominator; it can lie outside 0 to 4.
    """

    stage: str
    seed: str
    profile_digest: str
    denominator: int
    level_denominator: int
    criteria: tuple[str, ...]
    weights: tuple[int, ...]
    threshold: int
    ties: tuple[str, ...]
    table: pd.DataFrame
    combine: Combine = "mean"
    places: Places = "raw"
    adjustments: tuple[tuple[str, str, str], ...] = ()
    adjusted_denominator: int | None = None

    @property
    def ranked(self) -> tuple[str, ...]:
        """Ids of those who have a place, best first."""
        return tuple(self.table.loc[self.table["status"] == "ranked", "application"])

    def points(self, numerator: int, decimals: int = 3) -> str:
        """A total or a contribution as points, rounded half to even."""
        return points_text(numerator, self.denominator, decimals)

    def canonical(self) -> bytes:
        """The whole result as sorted UTF-8 JSON; the order of the input rows leaves no trace in it."""
        columns = {name: [_plain(value) for value in self.table[name].tolist()] for name in self.table}
        content: dict[str, Any] = {
            "stage": self.stage,
            "seed": self.seed,
            "profile_digest": self.profile_digest,
            "denominator": self.denominator,
            "level_denominator": self.level_denominator,
            "criteria": self.criteria,
            "weights": self.weights,
            "threshold": self.threshold,
            "ties": self.ties,
            "table": columns,
        }
        # Only where they differ from what was once the only way, so that digests of stored rankings still hold.
        if self.combine != "mean":
            content["combine"] = self.combine
        if self.places != "raw":
            content["places"] = self.places
            content["adjustments"] = self.adjustments
            content["adjusted_denominator"] = self.adjusted_denominator
        return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()

    def digest(self) -> str:
        """SHA-256 of the canonical bytes, in hexadecimal."""
        return hashlib.sha256(self.canonical()).hexdigest()


def _plain(value: Any) -> Any:
    return None if value is pd.NA else list(value) if isinstance(value, tuple) else value
