"""What the sections share: levels of tests, sizes, and the input with what several of them need of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from recruit.analysis.reasons import NO_RUN, NOBODY, NotComputed, attempt
from recruit.audited_frames import ATTRIBUTES, levels_of

if TYPE_CHECKING:
    import pandas as pd

    from recruit.queries.audited import Audited

#: Level of all tests of the analysis.
ALPHA = Fraction(1, 20)
#: Smaller combinations of two attributes are listed and not tested.
SMALLEST_INTERSECTION = 20


@dataclass(frozen=True)
class Work:
    """What a section is computed from. Everything drawn at random is drawn with `seed`."""

    audited: Audited
    seed: int

    @property
    def people(self) -> pd.DataFrame:
        """Everybody who applied. Raises NotComputed where nobody has."""
        if self.audited.people.empty:
            raise NotComputed(NOBODY)
        return self.audited.people

    @property
    def ranked(self) -> pd.DataFrame:
        """Those in the run, with a place or not. Raises NotComputed where there is none."""
        people = self.people
        inside = people[people["status"].notna()]
        if inside.empty:
            raise NotComputed(NO_RUN)
        return inside

    @property
    def levels(self) -> pd.DataFrame:
        """Exact levels of those in the run, one column per criterion; rows as in `ranked`."""
        return levels_of(self.ranked, self.audited.criteria)

    @property
    def rounded_levels(self) -> pd.DataFrame:
        """The same as floats, NaN where there is none: for what does not need them exact."""
        return self.levels.map(lambda each: float("nan") if each is None else float(each))

    def each_attribute(
        self, compute: Callable[[str], Any], attributes: tuple[str, ...] = ATTRIBUTES
    ) -> dict[str, Any]:
        """{attribute: what is computed for it, or why it cannot be}."""
        return {name: attempt(lambda name=name: compute(name)) for name in attributes}  # type: ignore[misc]
