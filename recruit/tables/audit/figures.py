"""The figures of a table: those of `Audit.to_dict`, with everything else that the options ask for beside them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from recruit.tables.audit.reading import Reading
from recruit.tables.audit.sources import around
from scoring.monitoring import Audit, Stage, audit, audit_stages, funnel
from scoring.scoring_rate import ScoringRate, scoring_rate


def figures_of(reading: Reading, say: Callable[[str], None] = lambda _what: None) -> dict[str, Any]:
    """All figures, JSON-ready; their keys stand in docs/measures.md. `say` is told what is being computed.

    Raises FileError and ScoringError.
    """
    boschloo = reading.question.boschloo
    found = _audited(reading)
    rate = _scoring(reading) if reading.scores is not None else None
    if found is not None:
        figures = found.to_dict(boschloo)
    else:
        # Without a selection or stages the scoring rate is what is audited.
        assert rate is not None
        figures = rate.audit.to_dict(boschloo)
    figures["seed"] = reading.question.seed
    if reading.chain and reading.selected is None and reading.question.strata:
        for name, within in _to_the_last_stage(reading).items():
            figures["attributes"][name]["stratified"] = within
    if rate is not None:
        for name, attribute in rate.to_dict(boschloo).items():
            figures["attributes"][name]["scoring_rate"] = attribute
    for name, parts in around(reading, say).items():
        figures["attributes"][name] |= parts
    return figures


def _audited(reading: Reading) -> Audit | None:
    """The audit of who was selected; None where there are only scores."""
    question, frame = reading.question, reading.frame
    more: dict[str, Any] = {
        "count": reading.count,
        "strata": question.strata,
        "parents": dict(question.pool),
        "intersections": question.intersections,
        "smallest": question.smallest,
    }
    if reading.chain:
        # A stage is called what its column is called.
        names = dict(zip(reading.chain, question.stages, strict=True))
        stages: list[Stage] = [replace(stage, key=names[stage.key]) for stage in funnel(reading.chain)]
        return audit_stages(frame, question.by, stages, bottom_line=reading.selected, **more)
    return None if reading.selected is None else audit(frame, question.by, reading.selected, **more)


def _to_the_last_stage(reading: Reading) -> dict[str, Any]:
    """Per attribute those who reached the last stage, as a share of all, within strata: what the whole came to."""
    question = reading.question
    found = audit(reading.frame, question.by, reading.chain[-1], reading.count, strata=question.strata)
    figures = found.to_dict(boschloo=False, small_groups=False)
    return {name: attribute["stratified"] for name, attribute in figures["attributes"].items()}


def _scoring(reading: Reading) -> ScoringRate:
    assert reading.scores is not None
    return scoring_rate(
        reading.frame,
        reading.question.by,
        reading.scores,
        reading.count,
        strata=reading.question.strata,
        parents=dict(reading.question.pool),
    )
