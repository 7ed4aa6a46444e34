"""A report as it may be published: the keys that are public, and nothing in or around a hidden cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from scoring.hidden_cells import APPLIED, Model, Table, part_of, stages_of
from scoring.verdicts import reason

Report = dict[str, Any]

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


def published(audit: Mapping[str, Any], model: Model, totals_hidden: bool) -> Report:
    report = _public(audit)
    report["suppressed"] = totals_hidden
    if totals_hidden:
        for totals in (report, *report.get("stages", [])):
            totals.update({k: None for k in ("n", "selected") if k in totals})
    for t, table in enumerate(model.tables):
        attribute = report["attributes"][table.name]
        for key, source, target in stages_of(audit):
            _publish_part(part_of(attribute, key), model, t, source, target)
        if table.hidden.any():
            _publish_with_hidden(attribute, table, [key for key, _, _ in stages_of(audit)])
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


def without_figures(part: Mapping[str, Any], *, ordered: bool) -> Report:
    """One attribute at one stage with the names of its groups, its verdict and its summary, and no figure at all.

    Made anew from the public keys, so that nothing else can come along. Groups stand by name, unless theirs is an
    order of categories (`ordered`): an order by size would tell their size.
    """
    names = list(part["groups"]) if ordered else sorted(part["groups"])
    return _only(part, frozenset({"verdict", "summary"})) | {
        "groups": {name: _nothing(part["groups"][name], PUBLIC_GROUP) for name in names},
        "missing": _nothing(part["missing"], PUBLIC_MISSING),
    }


def _nothing(figures: Mapping[str, Any], keys: frozenset[str]) -> Report:
    made: Report = {key: None for key in figures if key in keys} | {"suppressed": True}
    if "reason" in made:
        made["reason"] = dict(HIDDEN_REASON)
    if figures.get("of_applied") is not None:
        made["of_applied"] = _nothing(figures["of_applied"], PUBLIC_OF_APPLIED)
    return made


def without_totals(stages: Sequence[Mapping[str, Any]], *, hidden: bool) -> list[Report]:
    """Stages by their public keys; where totals are `hidden`, without them."""
    kept = [_only(stage, PUBLIC_STAGE) for stage in stages]
    return [stage | {"n": None, "selected": None} for stage in kept] if hidden else kept


def _publish_part(part: dict[str, Any], model: Model, t: int, source: str, target: str) -> None:
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


def _publish_with_hidden(attribute: dict[str, Any], table: Table, keys: Sequence[str | None]) -> None:
    """What the whole attribute loses when something in it is hidden."""
    # The adjustment and the size of the family depend on hidden groups too.
    attribute["comparisons"] = None
    shy = {row for r, row in enumerate(table.rows) if row is not None and table.hidden[r].any()}
    for key in keys:
        part = part_of(attribute, key)
        groups = part["groups"]
        for group in groups.values():
            group["adjusted_p"] = None
        if not attribute["ordered"]:
            order = [name for name in groups if name not in shy] + sorted(shy)
            part["groups"] = {name: groups[name] for name in order}
