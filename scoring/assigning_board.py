"""The plan while it grows, as matrices of applications × assessors. Part of `scoring.assigning`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

Matrix = Any  # numpy arrays; their element types stand in the comments
_SCALE = 1_000_000


class HasTerms(Protocol):
    """What `scoring.assigning.Terms` holds."""

    @property
    def least(self) -> int: ...
    @property
    def most(self) -> int | None: ...
    @property
    def workplace(self) -> str: ...


@dataclass
class Board:
    """Rows are applications, columns assessors, both by id; who only stands in fixed panels is a column too."""

    applications: list[int]
    people: list[int]
    available: Matrix  # bool, per person: may get something new
    need: Matrix  # int, per application
    least: Matrix  # int, per person
    most: Matrix  # int, per person, at most the number of applications
    limited: Matrix  # bool, per person: whether `most` was set
    place: Matrix  # int, per person: equal numbers are one workplace, -1 is not known
    allowed: Matrix  # bool: may come about
    fixed: Matrix  # bool
    kept: Matrix  # bool: stood before, and may go
    held: Matrix  # bool: fixed or in the plan

    @classmethod
    def of(
        cls,
        needs: Mapping[int, int],
        assessors: Mapping[int, HasTerms],
        barred: Collection[tuple[int, int]],
        fixed: Mapping[int, Collection[int]],
        kept: Mapping[int, Collection[int]],
    ) -> Board:
        """The board before anything is handed out, without kept pairs that are barred or of nobody available."""
        applications = sorted(needs)
        elsewhere = {who for application in applications for who in fixed.get(application, ())}
        people = sorted(elsewhere | set(assessors))
        row = {each: number for number, each in enumerate(applications)}
        column = {each: number for number, each in enumerate(people)}
        shape = (len(applications), len(people))
        available = np.array([each in assessors for each in people], dtype=bool)
        allowed = np.tile(available, (shape[0], 1))
        for application, who in barred:
            if application in row and who in column:
                allowed[row[application], column[who]] = False
        is_fixed = _laid(shape, row, column, fixed)
        was = _laid(shape, row, column, kept) & allowed & ~is_fixed
        need = np.array([needs[each] for each in applications], dtype=np.int64)
        terms = [assessors.get(each) for each in people]
        total = shape[0]
        least = np.array(
            [0 if each is None else min(each.least, total + 1) for each in terms], dtype=np.int64
        )
        most = np.array(
            [0 if each is None else total if each.most is None else min(each.most, total) for each in terms],
            dtype=np.int64,
        )
        return cls(
            applications,
            people,
            available,
            np.maximum(need, is_fixed.sum(axis=1)),
            least,
            np.maximum(most, is_fixed.sum(axis=0)),
            np.array([each is not None and each.most is not None for each in terms], dtype=bool),
            _places(terms),
            allowed & ~is_fixed,
            is_fixed,
            was,
            is_fixed.copy(),
        )

    @property
    def movable(self) -> Matrix:
        """Pairs of the plan that could be otherwise."""
        return self.held & ~self.fixed

    @property
    def free(self) -> Matrix:
        """Pairs that could be added."""
        return self.allowed & ~self.held

    def loads(self) -> Matrix:
        """How many applications each person has."""
        return self.held.sum(axis=0)

    def marginal(self, loads: Matrix) -> Matrix:
        """What the last application of such loads costs: dearer the larger a part it is of what the person can take.

        Minimising the sum keeps loads in proportion to `weights`.
        """
        return ((2 * loads - 1) * _SCALE // self.weights()).astype(np.int64)

    def weights(self) -> Matrix:
        """What each can take beside the others: their limit; who has none can take as much as anybody, and no less
        than an even share of the whole.
        """
        even = max(1, -(-int(self.need.sum()) // max(1, int(self.available.sum()))))
        limits = self.most[self.limited & (self.most > 0)]
        usual = max(even, int(limits.max(initial=0)))
        return np.where(self.limited, np.maximum(self.most, 1), usual)

    def start(self) -> None:
        """Lay out what stands, and fill up every application: whoever has the least to do in proportion, and among
        nearly equals somebody from another workplace and whom the panel has met least.
        """
        self.held |= self.kept
        for row in np.nonzero(self.held.sum(axis=1) > self.need)[0]:
            self._shorten(int(row))
        loads = self.loads()
        together = self.together()
        step = 2 * _SCALE // np.maximum(self.weights(), 1)
        for row in np.nonzero(self.held.sum(axis=1) < self.need)[0]:
            for _each in range(int(self.need[row] - self.held[row].sum())):
                panel = np.nonzero(self.held[row])[0]
                who = self._choose(int(row), panel, loads, together, step)
                together[panel, who] += 1
                together[who, panel] += 1
                self.held[row, who] = True
                loads[who] += 1

    def _shorten(self, row: int) -> None:
        """Fewer are needed than stand: those with the most to do are let off."""
        extra = int(self.held[row].sum() - self.need[row])
        loads = self.loads()
        going = sorted(np.nonzero(self.held[row] & ~self.fixed[row])[0], key=lambda who: (-loads[who], -who))
        self.held[row, going[:extra]] = False

    def _choose(self, row: int, panel: Matrix, loads: Matrix, together: Matrix, step: Matrix) -> int:
        free = np.nonzero(self.allowed[row] & ~self.held[row])[0]
        cost = self.marginal(loads + 1)[free] + np.where(loads[free] >= self.most[free], 1 << 40, 0)
        near = cost <= cost.min() + step[free]
        met = together[np.ix_(panel, free)].sum(axis=0)
        clash = (self.place[panel][:, None] == self.place[free][None, :]) & (self.place[free] >= 0)[None, :]
        order = np.lexsort((free, cost, met, clash.sum(axis=0), ~near))
        return int(free[order[0]])

    def together(self) -> Matrix:
        """How many applications every two people share; 0 on the diagonal."""
        held = self.held.astype(np.float32)
        found = np.rint(held.T @ held).astype(np.int64)
        np.fill_diagonal(found, 0)
        return found

    def changes(self) -> tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]:
        """Pairs that come, and kept ones that go."""
        return self._pairs(self.movable & ~self.kept), self._pairs(self.kept & ~self.held)

    def _pairs(self, matrix: Matrix) -> tuple[tuple[int, int], ...]:
        return tuple((self.applications[row], self.people[who]) for row, who in np.argwhere(matrix))

    def panels(self) -> dict[int, frozenset[int]]:
        """Application -> its assessors."""
        found: dict[int, set[int]] = {each: set() for each in self.applications}
        for application, who in self._pairs(self.held):
            found[application].add(who)
        return {application: frozenset(panel) for application, panel in found.items()}

    def final_loads(self) -> dict[int, int]:
        """Assessor -> how many applications they have; those who may get something new or have something."""
        loads = self.loads()
        return {each: int(loads[number]) for number, each in enumerate(self.people)}

    def of_one_workplace(self) -> tuple[int, ...]:
        """Applications with two or more assessors of one workplace."""
        known = np.unique(self.place[self.place >= 0])
        if not len(known):
            return ()
        by_place = np.stack([self.held[:, self.place == each].sum(axis=1) for each in known], axis=1)
        return tuple(self.applications[row] for row in np.nonzero(by_place.max(axis=1) > 1)[0])


def _laid(
    shape: tuple[int, int],
    row: Mapping[int, int],
    column: Mapping[int, int],
    panels: Mapping[int, Collection[int]],
) -> Matrix:
    matrix = np.zeros(shape, dtype=bool)
    for application, panel in panels.items():
        for who in panel:
            if application in row and who in column:
                matrix[row[application], column[who]] = True
    return matrix


def _places(terms: list[HasTerms | None]) -> Matrix:
    names = sorted({each.workplace for each in terms if each is not None and each.workplace})
    number = {name: position for position, name in enumerate(names)}
    return np.array(
        [-1 if each is None else number.get(each.workplace, -1) for each in terms], dtype=np.int64
    )
