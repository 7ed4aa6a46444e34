"""The analysis as a whole: its sections in their order, with progress, as canonical JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from recruit.analysis import alternatives, bar, funnel, order, over_time, proxies, sources, stratified
from recruit.analysis.reasons import attempt
from recruit.analysis.settings import ALPHA, SMALLEST_INTERSECTION, Work

if TYPE_CHECKING:
    from recruit.queries.audited import Audited

#: Of the shape of the figures; a page that reads another one says so.
VERSION = 1
#: (section, part) -> what computes it. A part "" is the section itself, else a key of it.
_PARTS: dict[tuple[str, str], Callable[[Work], Any]] = {
    ("funnel", ""): funnel.funnel,
    ("stratified_by", "site"): stratified.by_site,
    ("stratified_by", "licence_route"): stratified.by_licence_route,
    ("stratified_by", "intake"): stratified.by_intake,
    ("sources", "stage"): sources.stage,
    ("sources", "criterion"): sources.criterion,
    ("sources", "assessor"): sources.assessor,
    ("sources", "requirement"): sources.requirement,
    ("sources", "override"): sources.override,
    ("sources", "zone"): sources.zone,
    ("sources", "item_bias"): sources.item_bias,
    ("order", ""): order.order,
    ("over_time", "called"): over_time.called,
    ("over_time", "eligible"): over_time.eligible,
    ("proxies", ""): proxies.proxies,
    ("alternatives", ""): alternatives.alternatives,
    ("bar", "rejected"): bar.rejected,
    ("bar", "threshold"): bar.threshold,
    ("bar", "requirements"): bar.requirements,
    ("bar", "later_start"): bar.later_start,
}
#: Keys of the steps, as progress names them.
STEPS = tuple(f"{section}.{part}".rstrip(".") for section, part in _PARTS)

#: Called before each step with its key, how many are done, and how many there are in all.
Progress = Callable[[str, int, int], None]


def analyse(
    audited: Audited, *, seed: int, progress: Progress = lambda _step, _done, _all: None
) -> dict[str, Any]:
    """All sections. The same input and seed give the same figures.

    What cannot be computed is {"reason": {"sv": …, "en": …}}: a section, a part of it, or one attribute in it. Where
    nothing is said of attributes, a section or part is {attribute: what `scoring` gives as a dict}:

    - `funnel`: the stages, as `scoring.monitoring.Audit.to_dict`, with each attribute's `scoring_rate`;
    - `stratified_by`: site | licence_route | intake -> attribute -> {stage: the stratified figures};
    - `sources`: stage | criterion | assessor | requirement | override | zone | item_bias -> attribute;
    - `order`, `proxies`: attribute; `over_time`: called | eligible -> attribute;
    - `alternatives`: attribute -> {"groups": {group: …}, "not_searched": {group: code}};
    - `bar`: rejected | threshold | requirements | later_start -> attribute.
    """
    work = Work(audited, seed)
    whole = _head(audited, seed)
    for done, ((section, part), compute) in enumerate(_PARTS.items()):
        progress(STEPS[done], done, len(STEPS))
        found = attempt(lambda compute=compute: compute(work))  # type: ignore[misc]
        if part:
            whole.setdefault(section, {})[part] = found
        else:
            whole[section] = found
    for section in ("stratified_by", "sources", "over_time", "bar"):
        whole[section] = _gathered(whole[section])
    progress("", len(STEPS), len(STEPS))
    return whole


def _head(audited: Audited, seed: int) -> dict[str, Any]:
    return {
        "version": VERSION,
        "intake": audited.intake,
        "intakes": list(audited.order_of_intakes),
        "list": audited.drawn,
        "run": audited.run,
        "seed": seed,
        "alpha": float(ALPHA),
        "n": len(audited.people),
        "minimum_intersection": SMALLEST_INTERSECTION,
    }


def _gathered(parts: dict[str, Any]) -> dict[str, Any]:
    """A section of which no part could be computed, all for the same reason, has that reason."""
    reasons = [each.get("reason") for each in parts.values()]
    return {"reason": reasons[0]} if reasons[0] and all(each == reasons[0] for each in reasons) else parts


def canonical(figures: dict[str, Any]) -> str:
    """The figures as they are kept: groups and stages in an order of their own, so keys are not sorted.

    Numbers have twelve significant digits: the last ones depend on how a machine adds up. Raises ValueError for a
    number that is none: what cannot be computed must be null.
    """
    return json.dumps(_rounded(figures), ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(each) for each in value]
    return float(f"{value:.12g}") if isinstance(value, float) else value
