"""The stored figures of where a gap comes from, read cell by cell: which is the gravest, of all or of one group.

The figures are those of `scoring.stage_gaps`, `requirement_gaps`, `criterion_gaps`, `dif`, `assessor_gaps` and
`override_gaps`, each {attribute: figures}. A part that could not be computed is {"reason": …} and has no cells.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from recruit.frames import ATTRIBUTES

#: The sources, in the order in which a selection runs.
SOURCES = ("stage", "requirement", "override", "criterion", "item_bias", "assessor", "zone")
#: What people decided beside what was proposed: of eligibility by the rules, in the borderline zone by the points.
FREE_CHOICES = ("override", "zone")
#: Where the items of a group add up to a gap.
ADD_UP = ("stage", "criterion")
#: The gravest first.
VERDICTS = ("alarm", "watch", "no_concern", "no_conclusion")

Figures = Mapping[str, Any]
Item = tuple[str, Figures, float | None]


@dataclass(frozen=True)
class Cell:
    """One test: a group at one item (a stage, criterion, assessor, requirement or kind of override) of a source.

    `size`: the part of the gap, or the difference, with its sign; None where there is no figure. `row`: the figures of
    the item, `whole`: those of the group, of which `row` is a part.
    """

    source: str
    attribute: str
    group: str
    item: str
    verdict: str
    size: float | None
    p: float | None
    adjusted_p: float | None
    row: Figures
    whole: Figures

    @property
    def rank(self) -> tuple[int, bool, float, float, float]:
        """Lower is graver: the verdict, then to the group's disadvantage before the other way, then the p."""
        return (
            VERDICTS.index(self.verdict),
            not self.against_the_group,
            1.0 if self.adjusted_p is None else self.adjusted_p,
            1.0 if self.p is None else self.p,
            -abs(self.size or 0.0),
        )

    @property
    def against_the_group(self) -> bool:
        """Whether the difference, or the gap of which it is a part, is to the group's disadvantage."""
        if self.source in ADD_UP:
            return (self.whole["gap"] or 0.0) < 0
        size = self.size or 0.0
        more_is_worse = self.source == "requirement" or (self.source in FREE_CHOICES and self.item == "down")
        return size > 0 if more_is_worse else size < 0

    @property
    def notable(self) -> bool:
        """An alarm or a watch."""
        return self.verdict in ("alarm", "watch")


def cells(sources: Figures, *, attribute: str | None = None, group: str | None = None) -> list[Cell]:
    """All tests, or those of one attribute, or of one of its groups."""
    return [
        cell
        for source in SOURCES
        for name in ATTRIBUTES
        if attribute in (None, name)
        for cell in _of(source, name, part_of(sources, source, name))
        if group in (None, cell.group)
    ]


def part_of(sources: Figures, source: str, attribute: str) -> Figures:
    """The figures of a source and an attribute, or {"reason": …} where there are none."""
    of_source = sources.get(source) or {}
    if "reason" in of_source:
        return of_source
    found: Figures = of_source.get(attribute) or {"reason": None}
    return found


def gravest(found: Iterable[Cell]) -> Cell | None:
    """The one to look at first, None of none.

    Where nothing stands out and the items add up to a gap, it is the one of the group that makes most of the gap, if
    possible with the same verdict.
    """
    every = list(found)
    first = min(every, key=lambda cell: cell.rank, default=None)
    if first is None or first.notable or first.source not in ADD_UP:
        return first
    way = -1 if (first.whole["gap"] or 0.0) < 0 else 1
    parts = [cell for cell in every if cell.whole is first.whole and cell.source == first.source]
    alike = [cell for cell in parts if cell.verdict == first.verdict and way * (cell.size or 0.0) > 0]
    return max(alike or parts, key=lambda cell: way * (cell.size or 0.0))


def worst(verdicts: Iterable[str]) -> str:
    """The one verdict for several; no conclusion only if none of them allows one."""
    present = set(verdicts)
    return next((each for each in VERDICTS if each in present), "no_conclusion")


def groups_of(sources: Figures, attribute: str) -> list[str]:
    """The groups of an attribute, the largest first, in the order of the first source that has figures."""
    seen: dict[str, None] = {}
    for source in SOURCES:
        seen |= dict.fromkeys(part_of(sources, source, attribute).get("groups", ()))
    return list(seen)


def _of(source: str, attribute: str, figures: Figures) -> Iterator[Cell]:
    for group, whole in (figures.get("groups") or {}).items():
        for item, row, size in _ITEMS[source](whole, figures["groups"]):
            yield Cell(
                source, attribute, group, item, row["verdict"], size, row["p"], row["adjusted_p"], row, whole
            )


def _stages(whole: Figures, _groups: Figures) -> Iterator[Item]:
    for item, row in whole["stages"].items():
        yield item, row, row["contribution"]


def _requirements(whole: Figures, _groups: Figures) -> Iterator[Item]:
    for item, row in whole["requirements"].items():
        others = row["others_no"] / row["others_answered"] if row["others_answered"] else None
        yield item, row, None if row["rate"] is None or others is None else row["rate"] - others


def _criteria(whole: Figures, _groups: Figures) -> Iterator[Item]:
    for item, row in whole["criteria"].items():
        yield item, row, row["contribution"]


def _biases(whole: Figures, _groups: Figures) -> Iterator[Item]:
    for item, row in whole.items():
        yield item, row, row["smd"]


def _assessors(whole: Figures, _groups: Figures) -> Iterator[Item]:
    for item, row in whole.items():
        yield item, row, row["effect"]


def _overrides(whole: Figures, groups: Figures) -> Iterator[Item]:
    for item in ("down", "up"):
        row = whole[item]
        count, n = others(item, whole, groups)
        yield item, row, row["count"] / row["n"] - count / n if row["n"] and n else None


def others(item: str, whole: Figures, groups: Figures) -> tuple[int, int]:
    """How many of all other groups were turned away, or taken in, and of how many."""
    rows = [each[item] for each in groups.values()]
    return (
        sum(row["count"] for row in rows) - whole[item]["count"],
        sum(row["n"] for row in rows) - whole[item]["n"],
    )


_ITEMS = {
    "stage": _stages,
    "requirement": _requirements,
    "override": _overrides,
    "zone": _overrides,
    "criterion": _criteria,
    "item_bias": _biases,
    "assessor": _assessors,
}
