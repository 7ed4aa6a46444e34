"""Those who did not answer, in words and figures: how many, and how far they could move what is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from recruit import monitoring_view
from recruit.i18n import gettext as _


@dataclass(frozen=True)
class MissingRow:
    """One group: what its rate is, and between what rate and gap lie had everybody answered."""

    name: str
    rate: float | None
    rate_bounds: tuple[float, float] | None
    gap: float | None
    gap_bounds: tuple[float, float] | None


@dataclass(frozen=True)
class MissingView:
    """The missing of one attribute at one stage: `n` of them, how many went on ("3 of 10"), and every group."""

    n: int
    of: str
    rows: list[MissingRow]

    @property
    def furthest_rate(self) -> float:
        """How far any rate could lie from what is shown, as a share."""
        return max((_reach(row.rate, row.rate_bounds) for row in self.rows), default=0.0)

    @property
    def furthest_gap(self) -> float:
        """How far any gap could lie from what is shown, as a share."""
        return max((_reach(row.gap, row.gap_bounds) for row in self.rows), default=0.0)


def missing_of(
    attribute: str,
    stage: Mapping[str, Any],
    named: Callable[[str, str], str] = monitoring_view.group_name,
) -> MissingView:
    """The missing of one stage, as `scoring.monitoring` gives it. `named`: what an attribute's group is called."""
    missing = stage["missing"]
    bounds = missing.get("bounds") or {}
    return MissingView(
        n=missing["n"] or 0,
        of=_("%(selected)s of %(n)s", selected=missing["selected"], n=missing["n"]),
        rows=[
            MissingRow(
                name=named(attribute, group),
                rate=row["rate"],
                rate_bounds=_ends(bounds[group]["rate"]),
                gap=row["difference"],
                gap_bounds=_ends(bounds[group]["difference"]),
            )
            for group, row in stage["groups"].items()
            if group in bounds and row["n"]
        ],
    )


def _ends(pair: Any) -> tuple[float, float] | None:
    return None if pair is None else (pair[0], pair[1])


def _reach(shown: float | None, ends: tuple[float, float] | None) -> float:
    return 0.0 if shown is None or ends is None else max(abs(end - shown) for end in ends)
