"""Panels that let assessors be compared: the same two seldom together, and not of one workplace.

Part of `scoring.assigning`. Two new pairs exchange their assessors: loads and changes remain as they are.
"""

from dataclasses import dataclass

import numpy as np

from scoring.assigning_board import Board, Matrix

CLASH = 1_000_000  # two of one workplace weigh more than any number of meetings
SWEEPS = 4
LOOKED_AT = 1_500  # pairs that one is compared with at a time; beyond that a sample, drawn anew for each
VISITS = 8_000


@dataclass(frozen=True)
class Overlap:
    """How well the severity of assessors can be compared over the applications that they share.

    Attributes
    ----------
    groups : assessors with work, in groups that share applications directly or over others; more than one group means
        that severity cannot be compared between them. The largest first.
    efficiency : from 0 to 1, how exactly two assessors' severity can be told apart on average, beside panels in which
        everybody meets everybody as often: harmonic over arithmetic mean of the eigenvalues of the information about
        severity. 0 with more than one group; None with fewer than two assessors or one per application.
    fewest_colleagues : the smallest number of others with whom an assessor shares an application.
    """

    groups: tuple[tuple[int, ...], ...]
    efficiency: float | None
    fewest_colleagues: int


def overlap(board: Board) -> Overlap:
    """The figures of the plan as it is."""
    active = np.nonzero(board.loads() > 0)[0]
    sizes = board.held.sum(axis=1)
    groups = _groups(board, active)
    named = tuple(tuple(board.people[who] for who in group) for group in groups)
    if len(active) < 2 or sizes.max(initial=0) < 2:
        return Overlap(named, None, 0)
    shared = board.together()[np.ix_(active, active)] > 0
    fewest = int(shared.sum(axis=1).min())
    if len(groups) > 1:
        return Overlap(named, 0.0, fewest)
    return Overlap(named, _efficiency(board, active), fewest)


def _efficiency(board: Board, active: Matrix) -> float:
    held = board.held[:, active].astype(np.float64)
    held = held[held.sum(axis=1) > 1]
    information = np.diag(held.sum(axis=0)) - (held / held.sum(axis=1, keepdims=True)).T @ held
    values = np.maximum(np.linalg.eigvalsh(information)[1:], 1e-12)
    return min(1.0, float(1 / np.mean(1 / values) / np.mean(values)))


def _groups(board: Board, active: Matrix) -> list[list[int]]:
    """People who are linked by shared applications, the largest group first, as positions."""
    from scipy.sparse.csgraph import connected_components

    if not len(active):
        return []
    shared = board.together()[np.ix_(active, active)] > 0
    number, label = connected_components(shared, directed=False)
    groups = [[int(active[position]) for position in np.nonzero(label == each)[0]] for each in range(number)]
    return sorted(groups, key=lambda group: (-len(group), group))


class _Exchange:
    """The new pairs, with the others of each one's panel; kept and fixed pairs are not touched."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.rows, self.who = np.nonzero(board.movable & ~board.kept)
        size = len(board.people)
        width = max(1, int(board.held.sum(axis=1).max(initial=1)) - 1)
        self.others = np.full((len(self.rows), width), size)  # filled up with nobody
        self.of_row: dict[int, list[int]] = {}
        for position, row in enumerate(self.rows):
            self.of_row.setdefault(int(row), []).append(position)
            self._read_others(position)
        self.weight = np.zeros(
            (size + 1, size + 1), dtype=np.int64
        )  # 2 × together + 1, and clashes; nobody is 0
        together = board.together()
        same = (board.place[:, None] == board.place[None, :]) & (board.place >= 0)[:, None]
        self.weight[:size, :size] = 2 * together + 1 + CLASH * same

    def _read_others(self, position: int) -> None:
        panel = np.nonzero(self.board.held[self.rows[position]])[0]
        rest = panel[panel != self.who[position]]
        self.others[position] = len(self.board.people)
        self.others[position, : len(rest)] = rest

    def burden(self, which: Matrix) -> Matrix:
        """What the present pair costs, for each of these positions."""
        others = self.others[which]
        known = (others < len(self.board.people)).sum(axis=1)
        return self.weight[others, self.who[which][:, None]].sum(axis=1) - 2 * known

    def gains(self, position: int, which: Matrix) -> Matrix:
        """What exchanging assessors with each of these would change; a large number where it is not possible."""
        board, row, who = self.board, self.rows[position], int(self.who[position])
        others, rows, theirs = self.others[position], self.rows[which], self.who[which]
        to_me = self.weight[others][:, theirs].sum(axis=0)
        to_them = self.weight[self.others[which], who].sum(axis=1)
        now = int(self.burden(np.array([position]))[0]) + self.burden(which)
        met = (self.others[which][:, :, None] == others[others < len(board.people)][None, None, :]).any(
            axis=(1, 2)
        )
        possible = (
            board.allowed[row, theirs]
            & ~board.held[row, theirs]
            & board.allowed[rows, who]
            & ~board.held[rows, who]
        )
        return np.where(possible & (rows != row) & ~met, to_me + to_them - now, CLASH * 1_000)

    def swap(self, one: int, other: int) -> None:
        """Exchange the assessors of two pairs."""
        board = self.board
        for position, new in ((one, int(self.who[other])), (other, int(self.who[one]))):
            row, old = self.rows[position], int(self.who[position])
            for mate in self.others[position][self.others[position] < len(board.people)]:
                for who, change in ((old, -2), (new, 2)):
                    self.weight[mate, who] += change
                    self.weight[who, mate] += change
            board.held[row, old], board.held[row, new] = False, True
        self.who[one], self.who[other] = self.who[other], self.who[one]
        for row in (int(self.rows[one]), int(self.rows[other])):
            for position in self.of_row[row]:
                self._read_others(position)


def mix(board: Board) -> None:
    """Exchange new pairs until no exchange helps or enough have been tried; then link groups that share nothing."""
    exchange = _Exchange(board)
    if len(exchange.rows) < 2 or board.held.sum(axis=1).max() < 2:
        return
    chance = np.random.default_rng(len(exchange.rows))
    everything = np.arange(len(exchange.rows))
    visits = VISITS
    for _sweep in range(SWEEPS):
        better = False
        burden = exchange.burden(everything)
        usual = 2 * board.together().sum() / max(1, len(board.people) * (len(board.people) - 1)) + 1
        waiting = np.nonzero(burden > usual * (exchange.others.shape[1]))[0]
        for position in waiting[np.argsort(-burden[waiting], kind="stable")][:visits]:
            better |= _exchange_best(exchange, int(position), everything, chance)
        visits -= len(waiting)
        if not better or visits <= 0:
            break
    _link(board, exchange)


def _exchange_best(
    exchange: _Exchange, position: int, everything: Matrix, chance: np.random.Generator
) -> bool:
    which = everything
    if len(everything) > LOOKED_AT:
        which = np.sort(chance.choice(len(everything), LOOKED_AT, replace=False))
    gains = exchange.gains(position, which)
    best = int(gains.argmin())
    if gains[best] >= 0:
        return False
    exchange.swap(position, int(which[best]))
    return True


def _link(board: Board, exchange: _Exchange) -> None:
    """Exchange between groups that share no application, as long as that leaves fewer groups."""
    active = np.nonzero(board.loads() > 0)[0]
    groups = _groups(board, active)
    while len(groups) > 1 and _link_two(board, exchange, active, groups):
        groups = _groups(board, active)


def _link_two(board: Board, exchange: _Exchange, active: Matrix, groups: list[list[int]]) -> bool:
    group_of = {who: number for number, group in enumerate(groups) for who in group}
    of = np.array([group_of[int(who)] for who in exchange.who])
    paired = (exchange.others < len(board.people)).any(axis=1)
    for position in np.nonzero((of > 0) & paired)[0]:
        which = np.nonzero(of != of[position])[0]
        gains = exchange.gains(int(position), which)
        for best in np.argsort(gains, kind="stable")[:20]:
            if gains[best] >= CLASH * 500:
                break
            other = int(which[best])
            exchange.swap(int(position), other)
            if len(_groups(board, active)) < len(groups):
                return True
            exchange.swap(int(position), other)
    return False
