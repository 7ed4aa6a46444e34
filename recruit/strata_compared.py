"""The comparisons that the stratified figures of one stage hold: who against whom, in all and within."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: What becomes of a gap, the gravest first.
PATTERNS = ("turns", "stays", "appears", "unclear", "vanishes", "absent")


@dataclass(frozen=True)
class Compared:
    """One group against another, or against all others (`against` is None), at one stage over the strata.

    `row`: the figures of the comparison. The counts are those of all strata together, None where there are so many
    strata that their counts are not kept. `strata`: how many have somebody; `groups`: how many are compared.
    """

    attribute: str
    group: str
    against: str | None
    row: Mapping[str, Any]
    selected: int | None
    n: int | None
    other_selected: int | None
    other_n: int | None
    strata: int
    groups: int

    @property
    def pattern(self) -> str:
        """One of `PATTERNS`."""
        return str(self.row["pattern"])

    @property
    def gap(self) -> float | None:
        """Rate less rate of the others, all strata together."""
        gap: float | None = self.row["kitagawa"]["gap"]
        return gap

    @property
    def comparable(self) -> bool:
        """Whether any stratum has both sides and an outcome that differs."""
        return bool(self.row["informative"])


def compared(attribute: str, figures: Mapping[str, Any]) -> list[Compared]:
    """The comparisons that one stage's figures hold: one of two groups, each group of several, none of one."""
    two = figures.get("group")
    rows = figures.get("groups") or {} if two is None else {two: figures}
    whole = _whole(figures)
    every = [sum(counts[k] for counts in whole.values()) for k in (0, 1)] if whole else [None, None]
    found = []
    for group, row in rows.items():
        s, n = whole.get(group, (None, None))
        found.append(
            Compared(
                attribute,
                group,
                figures.get("against"),
                row,
                s,
                n,
                None if s is None or every[0] is None else every[0] - s,
                None if n is None or every[1] is None else every[1] - n,
                figures["strata"],
                len(rows),
            )
        )
    return found


def _whole(figures: Mapping[str, Any]) -> dict[str, tuple[int, int]]:
    """Selected and n of every group, all strata together; empty where the counts are not kept."""
    found: dict[str, tuple[int, int]] = {}
    for table in figures.get("tables") or ():
        for group, cell in table["groups"].items():
            s, n = found.get(group, (0, 0))
            found[group] = (s + cell["selected"], n + cell["n"])
    return found
