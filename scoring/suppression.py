"""Hide small cells of an audit, and enough others that no hidden cell can be worked out.

What a reader is assumed to know: every published figure, all totals, which stage is part of which, which
groups of one attribute make up groups of another, and that a listed group has somebody in it. That a hidden cell is
safe is proved in `scoring.hidden_cells`; what is then published is made in `scoring.public_report`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from scoring.hidden_cells import Cell, Model, Secret, model_of, protected
from scoring.public_report import HIDDEN_REASON, Report, published

__all__ = ["HIDDEN_REASON", "suppress"]

# Past these the cheapest is hidden unproved and the search goes on; it costs figures, never protection.
CANDIDATES_TRIED = 40


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
    model = model_of(audit)
    primary, differences = _hide_small(model, minimum, protect_missing)
    exposed = _hide_complements(model, [*primary, *differences], protect_missing)
    if not exposed.isdisjoint(primary | differences):
        for table in model.tables:
            table.hidden[:] = True
        return published(audit, model, totals_hidden=True)
    _show_what_need_not_hide(model, primary)
    return published(audit, model, totals_hidden=False)


def _hide_small(model: Model, minimum: int, protect_missing: bool) -> tuple[set[Secret], set[Secret]]:
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


def _hide_complements(model: Model, secrets: Sequence[Secret], protect_missing: bool) -> set[Secret]:
    """Hide more until each secret, and each cell hidden for its sake, is protected; return what cannot be."""
    exposed: set[Secret] = set()
    waiting = sorted(secrets, key=lambda secret: (secret[3] is not None, secret[:3], secret[3] or 0))
    while waiting:
        secret = waiting[0]
        if secret in exposed or protected(model, secret):
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
    return {secret for secret in exposed if not protected(model, secret)}


def _show_what_need_not_hide(model: Model, primary: set[Secret]) -> None:
    """A cell hidden for others' sake that protects none of them, since no move touches it, is shown again."""
    for t, table in enumerate(model.tables):
        for r, c in np.argwhere(table.hidden).tolist():
            secret = (t, r, c, None)
            if secret not in primary and not protected(model, secret):
                _set_hidden(model, (t, r, c), False)


def _set_hidden(model: Model, cell: Cell, hidden: bool) -> None:
    table, row, column = cell
    model.tables[table].hidden[row, column] = hidden
    model.movable[table].clear()


def _would_protect(model: Model, secret: Secret, candidate: Cell) -> bool:
    _set_hidden(model, candidate, True)
    answer = protected(model, secret)
    _set_hidden(model, candidate, False)
    return answer


def _candidates(model: Model, secret: Secret, protect_missing: bool) -> Iterator[Cell]:
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
