"""What is audited: which stages, by which columns, in which strata."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from scoring.errors import TableError


@dataclass(frozen=True)
class Stage:
    """One stage: who reached it, and the population they are a share of.

    `reached_column` and `from_column` name columns of 1/0, yes/no, ja/nej or true/false; `from_column` None
    is all who applied. Nobody may reach a stage without being in its population. `entry`: where a funnel begins,
    such as with those who applied; if nobody was turned away there, it is shown and not tested.
    """

    key: str
    reached_column: str
    from_column: str | None = None
    entry: bool = False


def funnel(columns: Sequence[str]) -> tuple[Stage, ...]:
    """Stages in their order, each a share of the one before: applied, eligible, screened, listed, called, …

    Raises TableError where there is none, or a column is named twice.
    """
    if not columns:
        raise TableError("no stages: name at least one stage to audit")
    refuse_twice(columns, "stage")
    first, *rest = columns
    later = [Stage(name, name, before) for before, name in zip(columns, rest, strict=False)]
    return (Stage(first, first, entry=True), *later)


@dataclass(frozen=True)
class Plan:
    """What is audited; fields as in `audit`."""

    by: tuple[str, ...]
    stages: tuple[Stage, ...]
    count: str | None
    alpha: Fraction
    staged: bool
    strata: tuple[str, ...]
    parents: Mapping[str, str]
    intersections: Sequence[Sequence[str]]
    smallest: int

    @property
    def outcomes(self) -> list[str]:
        used = [s.reached_column for s in self.stages]
        return [*used, *(s.from_column for s in self.stages if s.from_column is not None)]

    def check(self) -> None:
        if not 0 < self.alpha < 1:
            raise TableError(f"alpha: expected a level over 0 and under 1, got {self.alpha}")
        if not self.by:
            raise TableError("no attribute to audit by: name at least one column with groups")
        refuse_twice(self.by, "attribute")
        refuse_twice(self.strata, "column of strata")
        for attribute in self.parents:
            if attribute not in self.by:
                raise TableError(f"parents: '{attribute}' is none of the attributes {', '.join(self.by)}")
        for part in self.intersections:
            if len(part) < 2:
                raise TableError(f"intersection {list(part)}: name at least two columns")
            refuse_twice(part, "column of an intersection")
        if self.smallest < 1:
            raise TableError(f"smallest intersection: expected a whole number from 1, got {self.smallest}")


def refuse_twice(names: Sequence[str], what: str) -> None:
    for name in names:
        if list(names).count(name) > 1:
            raise TableError(f"{what} '{name}' is named twice: name it once")
