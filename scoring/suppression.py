"""Hide small cells of an audit, and enough others that no hidden cell can be worked out.

What a reader is assumed to know: every published figure, all totals, which stage is part of which, which
groups of one attribute make up groups of another, and that a listed group has somebody in it. A cell counts
as protected only when a *different* table of whole numbers agrees with all of that: some person of one hidden
group could be moved to another without any published count changing. That other table is the proof; no cell
is taken as safe without one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.verdicts import reason

Report = dict[str, Any]
Cell = tuple[int, int, int]  # attribute, row, column
# A count (attribute, row, column, None), or how many of its whole are not in it (…, column, whole).
Secret = tuple[int, int, int, int | None]
Move = tuple[int, int]  # row that gains, row that loses

APPLIED = ""
# Past these the cheapest is hidden unproved and the search goes on; it costs figures, never protection.
CANDIDATES_TRIED = 40
# What may be published at all, key by key: whatever is not named here is left out of a suppressed report. A figure
# that rests on other groups' counts, or on a table beside the published ones (strata, intersections, shrunken rates,
# what could have been seen), can give a hidden count away, and no proof here covers it.
PUBLIC_TOTALS = frozenset({"alpha", "n", "selected", "stages", "attributes", "withdrawn", "undecided"})
PUBLIC_STAGE = frozenset({"key", "from", "n", "selected"})
PUBLIC_ATTRIBUTE = frozenset({"groups", "missing", "stages", "ordered", "comparisons", "verdict", "summary"})
PUBLIC_OF_APPLIED = frozenset({"n", "selected", "rate", "interval"})
PUBLIC_MISSING = frozenset({"n", "selected", "rate", "bounds", "of_applied"})
PUBLIC_GROUP = frozenset(
    {
        "n", "selected", "rate", "impact_ratio", "below_four_fifths", "interval", "difference",
        "difference_interval", "odds_ratio", "fisher_p", "midp", "adjusted_p", "verdict", "reason", "of_applied",
    }
)  # fmt: skip
HIDDEN_REASON = {
    "sv": "Visas inte, så att ingen enskild person kan räknas fram.",
    "en": "Not shown, so that no single person can be worked out.",
}


@dataclass
class _Table:
    """Head counts of one attribute; the last row, if named None, is those who did not answer."""

    name: str
    rows: list[str | None]
    x: NDArray[np.int64]
    hidden: NDArray[np.bool_]


@dataclass
class _Model:
    """All tables of a report over the same columns (populations), and everything that ties them together."""

    columns: dict[str, int | None]  # population -> index; None where nobody is in it
    subsets: list[tuple[int, int]]  # (part, whole)
    tables: list[_Table]
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


def suppress(audit: Mapping[str, Any], minimum: int = 5, protect_missing: bool = False) -> Report:
    """A copy of an audit that may be shown where the reader could recognise persons.

    Parameters
    ----------
    audit : the dict of `Audit.to_dict`, of one selection or of stages.
    minimum : the smallest count of a group that may be shown; below it, in the group, among its selected or
        among its not selected, the count is hidden.
    protect_missing : treat those who did not answer as a group too. Left out, their counts are shown: not to
        have answered says nothing about anybody.

    Returns
    -------
    The same structure. A hidden figure is None, and its group, `missing` or `of_applied` has
    ``"suppressed": True`` (False where all is shown). Figures from which a hidden one could be worked out are
    None as well. The verdict and summary of an attribute still cover its hidden groups, so that an alarm is
    never lost. Groups with something hidden come last, by name, unless theirs is an order of categories: an
    order by size would tell their size.
    Should totals alone give a cell away, all counts are None, and ``"suppressed"`` of the report True.
    """
    if minimum < 1:
        raise ValueError(f"minimum: expected a whole number from 1, got {minimum}")
    model = _model(audit)
    primary, differences = _hide_small(model, minimum, protect_missing)
    exposed = _hide_complements(model, [*primary, *differences], protect_missing)
    if not exposed.isdisjoint(primary | differences):
        for table in model.tables:
            table.hidden[:] = True
        return _published(audit, model, totals_hidden=True)
    _show_what_need_not_hide(model, primary)
    return _published(audit, model, totals_hidden=False)


# --- what the report holds


def _stages(audit: Mapping[str, Any]) -> list[tuple[str | None, str, str]]:
    """(key, population it is a share of, population that reached it); key None in an audit without stages."""
    if "stages" not in audit:
        return [(None, APPLIED, "selected")]
    return [(s["key"], s["from"] or APPLIED, s["key"]) for s in audit["stages"]]


def _part(attribute: Mapping[str, Any], key: str | None) -> Any:
    return attribute if key is None else attribute["stages"][key]


def _counts(audit: Mapping[str, Any], attribute: Mapping[str, Any], name: str | None) -> dict[str, int]:
    """Population -> how many of the group (None: those who did not answer) are in it."""
    counts: dict[str, int] = {}
    for key, source, target in _stages(audit):
        part = _part(attribute, key)
        figures = part["missing"] if name is None else part["groups"][name]
        counts[source], counts[target] = figures["n"], figures["selected"]
        counts[APPLIED] = figures["of_applied"]["n"] if "of_applied" in figures else figures["n"]
    return counts


def _model(audit: Mapping[str, Any]) -> _Model:
    populations = list(dict.fromkeys([APPLIED, *(p for _, a, b in _stages(audit) for p in (a, b))]))
    tables = []
    for name, attribute in audit["attributes"].items():
        first = _part(attribute, _stages(audit)[0][0])
        rows: list[str | None] = list(first["groups"])
        if _counts(audit, attribute, None)[APPLIED]:
            rows.append(None)
        counts = [_counts(audit, attribute, row) for row in rows]
        x = np.array([[c[p] for p in populations] for c in counts], dtype=np.int64).reshape(
            -1, len(populations)
        )
        tables.append(_Table(name, rows, x, np.zeros(x.shape, dtype=bool)))
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
    model = _Model(columns, subsets, tables, links, neighbours, [{} for _ in tables])
    model.column_sets = _column_sets(len(kept))
    return model


def _distinct(
    populations: Sequence[str], tables: Sequence[_Table]
) -> tuple[dict[str, int | None], list[int]]:
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
    audit: Mapping[str, Any], tables: Sequence[_Table]
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


# --- what must be hidden


def _hide_small(model: _Model, minimum: int, protect_missing: bool) -> tuple[set[Secret], set[Secret]]:
    """Hide every small count and the lesser side of every small difference; return both kinds of secret."""
    counts: set[Secret] = set()
    differences: set[Secret] = set()
    for t, table in enumerate(model.tables):
        for r, row in enumerate(table.rows):
            if row is None and not protect_missing:
                continue
            table.hidden[r] |= table.x[r] < minimum
            for part, whole in model.subsets:
                if table.x[r, whole] - table.x[r, part] < minimum:
                    table.hidden[r, part] = True
                    differences.add((t, r, part, whole))
        counts |= {(t, r, c, None) for r, c in np.argwhere(table.hidden).tolist()}
    return counts, differences


def _hide_complements(model: _Model, secrets: Sequence[Secret], protect_missing: bool) -> set[Secret]:
    """Hide more until each secret, and each cell hidden for its sake, is protected; return what cannot be."""
    exposed: set[Secret] = set()
    waiting = sorted(secrets, key=lambda secret: (secret[3] is not None, secret[:3], secret[3] or 0))
    while waiting:
        secret = waiting[0]
        if secret in exposed or _protected(model, secret):
            waiting.pop(0)
            continue
        candidates = list(_candidates(model, secret, protect_missing))
        if not candidates:
            exposed.add(secret)
            continue
        tried = candidates[:CANDIDATES_TRIED]
        chosen = next((c for c in tried if _would_protect(model, secret, c)), candidates[0])
        _set_hidden(model, chosen, True)
        waiting.append((*chosen, None))
    return {secret for secret in exposed if not _protected(model, secret)}


def _show_what_need_not_hide(model: _Model, primary: set[Secret]) -> None:
    """A cell hidden for others' sake that protects none of them, since no move touches it, is shown again."""
    for t, table in enumerate(model.tables):
        for r, c in np.argwhere(table.hidden).tolist():
            secret = (t, r, c, None)
            if secret not in primary and not _protected(model, secret):
                _set_hidden(model, (t, r, c), False)


def _set_hidden(model: _Model, cell: Cell, hidden: bool) -> None:
    table, row, column = cell
    model.tables[table].hidden[row, column] = hidden
    model.movable[table].clear()


def _would_protect(model: _Model, secret: Secret, candidate: Cell) -> bool:
    _set_hidden(model, candidate, True)
    answer = _protected(model, secret)
    _set_hidden(model, candidate, False)
    return answer


def _candidates(model: _Model, secret: Secret, protect_missing: bool) -> Iterator[Cell]:
    """Cells still shown that might protect the secret, the least loss first.

    The same column of the same attribute comes first, there the same part of every shared margin, there the
    smallest count; then linked attributes, then other columns. Those who did not answer come last.
    """
    t, r, c, _ = secret
    ranked = []
    for u in [t, *model.neighbours[t]]:
        table = model.tables[u]
        for row, column in np.argwhere(~table.hidden).tolist():
            last = table.rows[row] is None and not protect_missing
            apart = u == t and any(
                parts[r] != parts[row] for (i, _), (parts, _) in model.links.items() if i == t
            )
            key = (last, column != c, u != t, apart, int(table.x[row, column]), u, row, column)
            ranked.append((key, (u, row, column)))
    return (candidate for _, candidate in sorted(ranked))


# --- the proof that a cell is protected


def _protected(model: _Model, secret: Secret) -> bool:
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


def _movable(model: _Model, t: int, columns: tuple[int, ...], sign: int) -> list[int]:
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


def _can_change(model: _Model, t: int, r: int, columns: tuple[int, ...], sign: int) -> bool:
    """Whether the counts of a group would still be possible, whatever is published."""
    x = model.tables[t].x[r].copy()
    # That a group is listed says that it has somebody.
    least = min(int(x[0]), 1)
    x[list(columns)] += sign
    nested = all(x[part] <= x[whole] for part, whole in model.subsets)
    return bool(nested and x.min() >= 0 and x[0] >= least)


def _follow(model: _Model, moves: dict[int, Move], columns: tuple[int, ...]) -> bool:
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


def _unbalanced(model: _Model, moves: Mapping[int, Move]) -> int | None:
    """An attribute that has to move somebody too, since a margin it shares with a moved one has changed."""
    for u, (gains, loses) in moves.items():
        for t in model.neighbours[u]:
            parts = model.links[u, t][0]
            if t not in moves and parts[gains] != parts[loses]:
                return t
    return None


# --- what is published


def _published(audit: Mapping[str, Any], model: _Model, totals_hidden: bool) -> Report:
    report = _public(audit)
    report["suppressed"] = totals_hidden
    if totals_hidden:
        for totals in (report, *report.get("stages", [])):
            totals.update({k: None for k in ("n", "selected") if k in totals})
    for t, table in enumerate(model.tables):
        attribute = report["attributes"][table.name]
        for key, source, target in _stages(audit):
            _publish_part(_part(attribute, key), model, t, source, target)
        if table.hidden.any():
            _publish_with_hidden(attribute, table, [key for key, _, _ in _stages(audit)])
    return report


def _public(audit: Mapping[str, Any]) -> Report:
    """A copy with the keys that may be published, before anything in it is hidden."""
    report = _only(audit, PUBLIC_TOTALS)
    if "stages" in report:
        report["stages"] = [_only(stage, PUBLIC_STAGE) for stage in audit["stages"]]
    report["attributes"] = {}
    for name, attribute in audit["attributes"].items():
        kept = _only(attribute, PUBLIC_ATTRIBUTE)
        if "stages" in audit:
            # The bottom line of a report in stages would be a second table over the same persons.
            kept.pop("groups", None)
            kept.pop("missing", None)
            kept["stages"] = {key: _public_part(part) for key, part in attribute["stages"].items()}
        else:
            kept.pop("stages", None)
            kept |= _public_part(kept)
        report["attributes"][name] = kept
    if "stages" in audit:
        report.pop("selected", None)
    return report


def _public_part(part: Mapping[str, Any]) -> Report:
    """One attribute at one stage."""
    kept = _only(part, PUBLIC_ATTRIBUTE - {"stages"})
    kept["groups"] = {name: _only(group, PUBLIC_GROUP) for name, group in part["groups"].items()}
    kept["missing"] = _only(part["missing"], PUBLIC_MISSING)
    for figures in (*kept["groups"].values(), kept["missing"]):
        if "of_applied" in figures:
            figures["of_applied"] = _only(figures["of_applied"], PUBLIC_OF_APPLIED)
    return kept


def _only(figures: Mapping[str, Any], keys: frozenset[str]) -> Report:
    return {key: deepcopy(value) for key, value in figures.items() if key in keys}


def _publish_part(part: dict[str, Any], model: _Model, t: int, source: str, target: str) -> None:
    """One attribute at one stage."""
    rows = model.tables[t].rows
    seen = {
        row: (not model.is_hidden(t, r, source), not model.is_hidden(t, r, target))
        for r, row in enumerate(rows)
    }
    applied = {row: not model.is_hidden(t, r, APPLIED) for r, row in enumerate(rows)}
    missing_seen = all(seen.get(None, (True, True)))
    best_seen = all(all(seen[name]) for name, g in part["groups"].items() if g["impact_ratio"] == 1)
    for name, group in part["groups"].items():
        if all(seen[name]):
            group["suppressed"] = False
            if not best_seen:
                group.update(impact_ratio=None, below_four_fifths=None)
            if not missing_seen:
                _hide_comparison(group)
        else:
            _blank(group, *seen[name])
        _blank_of_applied(group, applied[name], seen[name][1])
        if not (missing_seen and all(seen[name])):
            part["missing"]["bounds"][name] = None
    missing = part["missing"]
    if missing_seen:
        missing["suppressed"] = False
    else:
        _blank(missing, *seen[None])
        missing["bounds"] = None
    _blank_of_applied(missing, applied.get(None, True), seen.get(None, (True, True))[1])


def _hide_comparison(group: dict[str, Any]) -> None:
    """Figures against all others give away those who did not answer, where these are hidden."""
    for key in ("difference", "difference_interval", "odds_ratio", "fisher_p", "midp", "adjusted_p"):
        group[key] = None
    group["reason"] = reason(group["verdict"], group["selected"], group["n"])


def _blank(figures: dict[str, Any], n_seen: bool, selected_seen: bool) -> None:
    for key in figures:
        if (
            key not in ("of_applied", "bounds")
            and not (n_seen and key == "n")
            and not (selected_seen and key == "selected")
        ):
            figures[key] = None
    if "reason" in figures:
        figures["reason"] = dict(HIDDEN_REASON)
    figures["suppressed"] = True


def _blank_of_applied(figures: dict[str, Any], n_seen: bool, selected_seen: bool) -> None:
    share = figures.get("of_applied")
    if share is None:
        return
    if n_seen and selected_seen:
        share["suppressed"] = False
    else:
        _blank(share, n_seen, selected_seen)


def _publish_with_hidden(attribute: dict[str, Any], table: _Table, keys: Sequence[str | None]) -> None:
    """What the whole attribute loses when something in it is hidden."""
    # The adjustment and the size of the family depend on hidden groups too.
    attribute["comparisons"] = None
    shy = {row for r, row in enumerate(table.rows) if row is not None and table.hidden[r].any()}
    for key in keys:
        part = _part(attribute, key)
        groups = part["groups"]
        for group in groups.values():
            group["adjusted_p"] = None
        if not attribute["ordered"]:
            order = [name for name in groups if name not in shy] + sorted(shy)
            part["groups"] = {name: groups[name] for name in order}
