"""The best plan by exchanges: while some chain of moves makes it better, carry it out. Part of `scoring.assigning`.

Assigning is a flow of least cost, so a plan is the best one exactly when the graph of possible moves has no cycle of
negative cost (Klein 1967). A move from one assessor to another goes over some application; a cycle either leaves loads
as they are or shifts one application from the first to the last of a chain. With a hundred assessors the graph has a
hundred nodes, however many the applications: that is why this is quicker than the linear programme it solves.
"""

from typing import Any

import numpy as np

from scoring.assigning_board import Board, Matrix

FAR = np.int64(1) << 60


class _Moves:
    """How many applications could go from one assessor to another, by what it does to the pairs that stood before:
    one more of them goes (+1), none (0), one more stays (-1).
    """

    def __init__(self, board: Board) -> None:
        self.board = board
        size = len(board.people)
        self.counts = {change: np.zeros((size, size), dtype=np.int64) for change in (-1, 0, 1)}
        self._count(np.arange(len(board.applications)), 1)

    def _count(self, rows: Matrix, sign: int) -> None:
        board = self.board
        held = board.held[rows] & ~board.fixed[rows]
        free = board.allowed[rows] & ~board.held[rows]
        stood = board.kept[rows]
        for losing, gives in ((1, held & stood), (0, held & ~stood)):
            for winning, takes in ((1, free & stood), (0, free & ~stood)):
                found = gives.astype(np.float32).T @ takes.astype(np.float32)
                self.counts[losing - winning] += sign * np.rint(found).astype(np.int64)

    def costs(self, drop: int) -> Matrix:
        """The cheapest move between every two, FAR where there is none."""
        cost = np.full(self.counts[0].shape, FAR)
        for change in (1, 0, -1):
            cost[self.counts[change] > 0] = change * drop
        return cost

    def carry_out(self, cycle: list[tuple[int, int]]) -> None:
        """Move one application along every arc; all are chosen before the first is moved."""
        chosen = [(self._application(giver, taker), giver, taker) for giver, taker in cycle]
        rows = np.unique([row for row, _giver, _taker in chosen])
        self._count(rows, -1)
        for row, giver, taker in chosen:
            self.board.held[row, giver] = False
            self.board.held[row, taker] = True
        self._count(rows, 1)

    def _application(self, giver: int, taker: int) -> int:
        board = self.board
        able = board.held[:, giver] & ~board.fixed[:, giver] & board.allowed[:, taker] & ~board.held[:, taker]
        rows = np.nonzero(able)[0]
        change = board.kept[rows, giver].astype(np.int64) - board.kept[rows, taker]
        best = rows[change == change.min()]
        clash = (board.held[best] & (board.place == board.place[taker]) & (board.place >= 0)).sum(axis=1)
        return int(best[np.argmin(clash)])


def improve(board: Board) -> None:
    """Make the plan the best there is. Limits that cannot be kept remain broken: `refuse_limits` names them."""
    moves = _Moves(board)
    while cycle := _negative_cycle(_graph(board, moves)):
        sink = len(board.people)
        moves.carry_out([(giver, taker) for giver, taker in cycle if sink not in (giver, taker)])


def _graph(board: Board, moves: _Moves) -> Matrix:
    """Costs of moves, and of a load that grows (to the last node) or shrinks (from it).

    A broken limit outweighs any number of changes, a change any difference in loads.
    """
    loads, size = board.loads(), len(board.people)
    up, down = board.marginal(loads + 1), board.marginal(loads)
    drop = int(np.abs(board.marginal(np.full(size, int(board.need.sum()) + 1))).max(initial=1)) + 1
    broken = 4 * drop * (size + 2)
    up = up + broken * ((loads >= board.most).astype(np.int64) - (loads < board.least))
    down = down + broken * ((loads > board.most).astype(np.int64) - (loads <= board.least))
    graph = np.full((size + 1, size + 1), FAR)
    graph[:size, :size] = moves.costs(drop)
    np.fill_diagonal(graph, FAR)
    graph[:size, size] = np.where(board.available, up, FAR)
    graph[size, :size] = np.where(loads > 0, -down, FAR)
    return graph


def _negative_cycle(graph: Matrix) -> list[tuple[int, int]]:
    """A cycle of negative cost as its arcs, or an empty list. Bellman and Ford, from everywhere at once."""
    size = len(graph)
    cost = np.zeros(size, dtype=np.int64)
    came = np.full(size, -1)
    for number in range(size + 1):
        through = cost[:, None] + graph
        best = through.argmin(axis=0)
        found = through[best, np.arange(size)]
        better = found < cost
        if not better.any():
            return []
        cost = np.where(better, found, cost)
        came[better] = best[better]
        if number % 3 == 2 and (cycle := _closed(came)):
            return cycle
    return _closed(came)


def _closed(came: Any) -> list[tuple[int, int]]:
    """A cycle among the predecessors, or an empty list."""
    state = [0] * len(came)
    for start in range(len(came)):
        node, path = start, []
        while node >= 0 and state[node] == 0:
            state[node] = start + 1
            path.append(node)
            node = int(came[node])
        if node >= 0 and state[node] == start + 1 and node in path:
            ring = path[path.index(node) :][::-1]
            return list(zip(ring, [*ring[1:], ring[0]], strict=True))
    return []
