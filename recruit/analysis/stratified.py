"""Groups compared within strata: sites, licence routes, intakes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from recruit.analysis.reasons import ITSELF, NO_LINE, ONE_INTAKE, NotComputed
from recruit.analysis.settings import ALPHA, Work

if TYPE_CHECKING:
    import pandas as pd

    from scoring.monitoring import Stage


def by_site(work: Work) -> dict[str, Any]:
    """Within the site of the first preference."""
    return work.each_attribute(lambda name: _within(work.people, name, work.audited.stages, "site"))


def by_licence_route(work: Work) -> dict[str, Any]:
    """Within the licence route."""
    return work.each_attribute(lambda name: _within(work.people, name, work.audited.stages, "licence_route"))


def by_intake(work: Work) -> dict[str, Any]:
    """Within intakes: this one and those before it that have a line."""
    from scoring.monitoring import Stage

    order = work.audited.order_of_intakes
    if len(order) < 2:
        raise NotComputed(ONE_INTAKE if order else NO_LINE)
    stages = (Stage("eligible", "eligible"), Stage("called", "called", "eligible"))
    return work.each_attribute(lambda name: _within(work.audited.intakes, name, stages, "intake"))


def _within(table: pd.DataFrame, attribute: str, stages: Sequence[Stage], stratum: str) -> dict[str, Any]:
    from scoring.monitoring import audit_stages

    if attribute == stratum:
        raise NotComputed(ITSELF)
    found = audit_stages(table, [attribute], stages, ALPHA, strata=[stratum])
    figures = found.to_dict(boschloo=False, small_groups=False)["attributes"][attribute]
    return {key: stage["stratified"] for key, stage in figures["stages"].items()}
