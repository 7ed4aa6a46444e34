"""Where a gap comes from: stage, criterion, assessor, requirement, free choice, and bias of single criteria."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from recruit.analysis.reasons import NO_PROPOSALS, NO_REQUIREMENTS, NO_ZONE, NotComputed
from recruit.analysis.settings import ALPHA, Work
from recruit.audited_frames import answers_of

if TYPE_CHECKING:
    import pandas as pd


def stage(work: Work) -> dict[str, Any]:
    """By stage. Who is listed only is in reserve: no step of the way, so that stage is left out."""
    from scoring.stage_gaps import by_stage

    people = work.people
    reached = {each.key: people[each.reached_column] for each in work.audited.stages if each.key != "listed"}
    return work.each_attribute(lambda name: by_stage(reached, people[name], alpha=float(ALPHA)).to_dict())


def criterion(work: Work) -> dict[str, Any]:
    """By criterion, of those in the run."""
    from scoring.criterion_gaps import by_criterion

    ranked, levels = work.ranked, work.levels
    return work.each_attribute(
        lambda name: by_criterion(
            levels, work.audited.weights, ranked[name], seed=work.seed, alpha=float(ALPHA)
        ).to_dict()
    )


def assessor(work: Work) -> dict[str, Any]:
    """By assessor, over all criteria by their weights; what was counted from the form is nobody's."""
    from scoring.assessor_gaps import by_assessor

    ranked = work.ranked
    return work.each_attribute(
        lambda name: by_assessor(
            work.audited.levels,
            dict(zip(ranked["application"], _groups(ranked, name), strict=True)),
            weights=work.audited.weights,
            alpha=float(ALPHA),
        ).to_dict()
    )


def requirement(work: Work) -> dict[str, Any]:
    """By requirement of the eligibility step; what is expected by the start counts as met."""
    from scoring.requirement_gaps import by_requirement

    people, audited = work.people, work.audited
    answers = answers_of(people, audited.requirements)
    if not answers.notna().any(axis=None):
        raise NotComputed(NO_REQUIREMENTS)
    return work.each_attribute(
        lambda name: by_requirement(
            answers, people[name], mandatory=audited.mandatory, alpha=float(ALPHA)
        ).to_dict()
    )


def override(work: Work) -> dict[str, Any]:
    """What people decided on eligibility beside what the rules proposed. `left_open`: how many these left to people."""
    from scoring.override_gaps import by_override

    decided = work.people[~work.people["pending"].astype(bool)]
    proposed = decided[decided["proposed"].notna()]
    if proposed.empty:
        raise NotComputed(NO_PROPOSALS)
    left_open = {"left_open": len(decided) - len(proposed)}
    rule = proposed["proposed"].astype(bool)
    return work.each_attribute(
        lambda name: (
            by_override(rule, proposed["eligible"] == 1, proposed[name], alpha=float(ALPHA)).to_dict()
            | left_open
        )
    )


def zone(work: Work) -> dict[str, Any]:
    """What the group decided in the borderline zone of the list, beside what the points had."""
    from scoring.override_gaps import by_override

    decided = work.audited.zone.merge(work.people, on="application", how="inner")
    if decided.empty:
        raise NotComputed(NO_ZONE)
    return work.each_attribute(
        lambda name: by_override(
            decided["by_points"], decided["above"], decided[name], alpha=float(ALPHA)
        ).to_dict()
    )


def item_bias(work: Work) -> dict[str, Any]:
    """Whether people who are alike on the criteria as a whole get different levels on one of them."""
    from scoring.dif import item_bias as biases

    ranked, levels = work.ranked, work.rounded_levels
    return work.each_attribute(
        lambda name: biases(levels, ranked[name], seed=work.seed, alpha=float(ALPHA)).to_dict()
    )


def _groups(table: pd.DataFrame, name: str) -> list[Any]:
    """The groups as text, None where missing."""
    return [each if isinstance(each, str) else None for each in table[name]]
