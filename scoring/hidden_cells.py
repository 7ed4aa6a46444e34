"""What a reader of a report knows, and whether a hidden cell of it could be worked out.

A cell counts as protected only when a *different* table of whole numbers agrees with all that is known: some person of
one hidden group could be moved to another without any published count changing. That other table is the proof; no
cell is taken as safe without one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

Cell = tuple[int, int, int]  # attribute, row, column
# A count (attribute, row, column, None), or how many of its whole are not in it (…, column, whole).
Secret = tuple[int, int, int, int | None]
Move = tuple[int, int]  # row that gains, row that loses

APPLIED = ""


@dataclass
class Table:
    """Head counts of one attribute; the last row, if named None, is those who did not answer."""

    name: str
    rows: list[str | None]
    x: NDArray[np.int64]
    hidden: NDArray[np.bool_]


@dataclass
class Model:
    """All tables of a report over the same columns (populations), and everything that ties them together."""

    columns: dict[str, int | None]  # population -> index; None where nobody is in it
    subsets: list[tuple[int, int]]  # (part, whole)
    tables: list[Table]
    links: dict[tuple[int, int], tuple[list[int], list[int]]]
    neighbours: list[list[int]]
    movable: list[
        dict[tuple[tuple[int, ...], int], list[int]]
    ]  # per attribute, as long as nothing more is hidden
    able: dict[tuple[int, tuple[int, ...], int], list[int]] = field(default_factory=dict)
    column_sets: list[tuple[int, ...]] = field(default_factory=list)

    def is_hidden(self, table: int, row: int, population: str) -> bool:
        column = self.columns[population]
        return column is not None and bool(self.tables[table].hidden[row, column])


# --- what the report holds


def stages_of(audit: Mapping[str, Any]) -> list[tuple[str | None, str, str]]:
    """(key, population it is a share of, population that reached it); key None in an audit without stages."""
    if "stages" not in audit:
        return [(None, APPLIED, "selected")]
    return [(s["key"], s["from"] or APPLIED, s["key"]) for s in audit["stages"]]


def part_of(attribute: Mapping[str, Any], key: str | None) -> Any:
    return attribute if key is None else attribute["stages"][key]


def _counts(audit: Mapping[str, Any], attribute: Mapping[str, Any], name: str | None) -> dict[str, int]:
    """Population -> how many of the group (None: those who did not answer) are in it."""
    counts: dict[str, int] = {}
    for key, source, target in stages_of(audit):
        part = part_of(attribute, key)
        figures = part["missing"] if name is None else part["groups"][name]
        counts[source], counts[target] = figures["n"], figures["selected"]
        counts[APPLIED] = figures["of_applied"]["n"] if "of_applied" in figures else figures["n"]
    return counts


def model_of(audit: Mapping[str, Any]) -> Model:
    populations = list(dict.fromkeys([APPLIED, *(p for _, a, b in stages_of(audit) for p in (a, b))]))
    tables = []
    for name, attribute in audit["attributes"].items():
        first = part_of(attribute, stages_of(audit)[0][0])
        rows: list[str | None] = list(first["groups"])
        if _counts(audit, attribute, None)[APPLIED]:
            rows.append(None)
        counts = [_counts(audit, attribute, row) for row in rows]
        x = np.array([[c[p] for p in populations] for c in counts], dtype=np.int64).reshape(
            -1, len(populations)
        )
        tables.append(Table(name, rows, x, np.zeros(x.shape, dtype=bool)))
    columns, kept = _distinct(populations, tables)
    for table in tables:
        table.x = table.x[:, kept]
        table.hidden = table.hidden[:, kept]
    width = range(len(kept))
    subsets = [
        (a, b) for a in width for b in width if a != b and all((t.x[:, a] <= t.x[:, b]).all() for t in tables)
    ]
    links = _links(audit, tables)
    neighbours = [[j for i, j in links if i == t] for t in range(len(tables))]
    model = Model(columns, subsets, tables, links, neighbours, [{} for _ in tables])
    model.column_sets = _column_sets(len(kept))
    return model


def _distinct(populations: Sequence[str], tables: Sequence[Table]) -> tuple[dict[str, int | None], list[int]]:
    """One column per population that differs; where everybody went on, the two are the same persons."""
    columns: dict[str, int | None] = {}
    kept: list[int] = []
    for i, population in enumerate(populations):
        if all(not t.x[:, i].any() for t in tables):
            columns[population] = None
            continue
        same = (k for k, j in enumerate(kept) if all((t.x[:, i] == t.x[:, j]).all() for t in tables))
        columns[population] = next(same, None)
        if columns[population] is None:
            columns[population] = len(kept)
            kept.append(i)
    return columns, kept


def _column_sets(width: int) -> list[tuple[int, ...]]:
    """Populations a moved person may be in, fewest first; runs of neighbours only where there are many."""
    if width <= 6:
        return [u for size in range(1, width + 1) for u in combinations(range(width), size)]
    return [tuple(range(i, i + size)) for size in range(1, width + 1) for i in range(width - size + 1)]


def _links(
    audit: Mapping[str, Any], tables: Sequence[Table]
) -> dict[tuple[int, int], tuple[list[int], list[int]]]:
    """For two attributes with shared margins: which part each row of the one and of the other is in."""
    index = {t.name: i for i, t in enumerate(tables)}
    links: dict[tuple[int, int], tuple[list[int], list[int]]] = {}
    for number, shared in enumerate(audit.get("shared_margins", [])):
        (first, groups1), (second, groups2) = shared.items()
        i, j = index[first], index[second]
        if (i, j) not in links:
            links[i, j] = ([-1] * len(tables[i].rows), [-1] * len(tables[j].rows))
        for t, side, groups in ((i, 0, groups1), (j, 1, groups2)):
            for group in groups:
                links[i, j][side][tables[t].rows.index(group)] = number
    return links | {(j, i): (b, a) for (i, j), (a, b) in links.items()}


# --- the proof that a cell is protected


def protected(model: Model, secret: Secret) -> bool:
    """Whether a move of one person between hidden groups changes the secret and no published count."""
    t, r, c, whole = secret
    for columns in model.column_sets:
        if (c in columns) == (whole in columns):
            continue
        for sign in (1, -1):
            if r not in _movable(model, t, columns, sign):
                continue
            failed: set[tuple[int, ...]] = set()
            for other in _movable(model, t, columns, -sign):
                # Groups in the same parts of all shared margins succeed or fail alike.
                parts = tuple(model.links[t, v][0][other] for v in model.neighbours[t])
                if other == r or parts in failed:
                    continue
                if _follow(model, {t: (r, other) if sign == 1 else (other, r)}, columns):
                    return True
                failed.add(parts)
    return False


def _movable(model: Model, t: int, columns: tuple[int, ...], sign: int) -> list[int]:
    """The groups that may have one person more (or less) in these populations, where they are all hidden."""
    now = model.movable[t]
    if (columns, sign) not in now:
        key = (t, columns, sign)
        if key not in model.able:
            rows = range(len(model.tables[t].rows))
            model.able[key] = [r for r in rows if _can_change(model, t, r, columns, sign)]
        hidden = np.all(model.tables[t].hidden[:, list(columns)], axis=1).tolist()
        now[columns, sign] = [r for r in model.able[key] if hidden[r]]
    return now[columns, sign]


def _can_change(model: Model, t: int, r: int, columns: tuple[int, ...], sign: int) -> bool:
    """Whether the counts of a group would still be possible, whatever is published."""
    x = model.tables[t].x[r].copy()
    # That a group is listed says that it has somebody.
    least = min(int(x[0]), 1)
    x[list(columns)] += sign
    nested = all(x[part] <= x[whole] for part, whole in model.subsets)
    return bool(nested and x.min() >= 0 and x[0] >= least)


def _follow(model: Model, moves: dict[int, Move], columns: tuple[int, ...]) -> bool:
    """Whether the other attributes can move somebody so that all shared margins still agree."""
    t = _unbalanced(model, moves)
    if t is None:
        return True
    # For each attribute moved already: the part of each row of t, and the parts that must gain and lose.
    shifts = [
        (model.links[u, t][1], model.links[u, t][0][gains], model.links[u, t][0][loses])
        for u, (gains, loses) in moves.items()
        if (u, t) in model.links
    ]
    losing = _movable(model, t, columns, -1)
    for gains in _movable(model, t, columns, 1):
        if any(parts[gains] != gain for parts, gain, lose in shifts if gain != lose):
            continue
        for loses in losing:
            agrees = all(
                parts[loses] == (lose if gain != lose else parts[gains]) for parts, gain, lose in shifts
            )
            if agrees and loses != gains and _follow(model, {**moves, t: (gains, loses)}, columns):
                return True
    return False


def _unbalanced(model: Model, moves: Mapping[int, Move]) -> int | None:
    """An attribute that has to move somebody too, since a margin it shares with a moved one has changed."""
    for u, (gains, loses) in moves.items():
        for t in model.neighbours[u]:
            parts = model.links[u, t][0]
            if t not in moves and parts[gains] != parts[loses]:
                return t
    return None
