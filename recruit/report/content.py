"""The report as JSON: in full for the auditor, suppressed for everybody else. `recruit.report.schema` says how."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from recruit.frames import ATTRIBUTES
from recruit.queries.report import Basis
from recruit.report.actions import actions
from recruit.report.active_measures import GROUNDS, INTRODUCTION, STEPS
from recruit.report.local_law import NOTE, local_law
from recruit.sources_figures import VERDICTS
from recruit.sources_names import Names

VERSION = 1
SCHEMA = "/schema/monitoring-report.json"
FULL, PUBLICATION = "full", "publication"
#: Sections of the analysis beside the funnel. Nothing of them leaves the house: even a verdict of theirs rests on small
#: cells and on answers that no publication may be compared with.
SECTIONS = ("stratified_by", "sources", "order", "over_time", "proxies", "alternatives", "bar")


def full(basis: Basis, names: Names) -> dict[str, Any]:
    """Everything, for auditors. Raises ValueError where there is no analysis."""
    if basis.analysis is None:
        raise ValueError("a full report needs a finished analysis")
    whole, analysis = basis.figures, basis.analysis
    funnel = whole["funnel"] if "attributes" in whole["funnel"] else None
    return _head(basis, FULL) | {
        "list": whole["list"],
        "analysis": {
            "number": analysis.number,
            "finished_at": _moment(analysis.finished_at),
            "holds": not basis.stale,
            "seed": analysis.seed,
            "code_version": analysis.code_version,
            "inputs_sha256": analysis.inputs_sha256,
            "figures_sha256": analysis.figures_sha256,
        },
        "minimum": None,
        "withheld": None,
        "voluntary_answers_left_out": False,
        "left_out": [],
        **_found(funnel, [each.to_dict() for each in actions(funnel, whole, names)] if funnel else []),
        "reason": None if funnel else whole["funnel"]["reason"],
        "sections": {name: whole[name] for name in SECTIONS},
        "signature": _signature(basis, full=True),
    }


def publication(basis: Basis) -> dict[str, Any]:
    """What may leave the house: the suppressed figures, as they were when signed."""
    kept = basis.published
    figures = kept["figures"]
    signed = basis.analysis if basis.signature else None
    return _head(basis, PUBLICATION) | {
        "analysis": {"number": signed.number, "finished_at": _moment(signed.finished_at)} if signed else None,
        "minimum": kept["minimum"],
        "withheld": kept["withheld"],
        "voluntary_answers_left_out": kept["voluntary_answers_left_out"],
        "left_out": ["scoring_rate", "intersections", *SECTIONS],
        **_found(figures, [each.to_dict() for each in actions(figures)] if figures else []),
        "reason": None,
        "signature": _signature(basis, full=False),
    }


def written(content: Mapping[str, Any]) -> str:
    """The file: groups and stages keep their order, so keys are not sorted; the same report gives the same "
    "bytes."""
    return json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _head(basis: Basis, kind: str) -> dict[str, Any]:
    intake = basis.intake
    return {
        "$schema": SCHEMA,
        "version": VERSION,
        "kind": kind,
        "confidential": kind == FULL,
        "region": basis.region.name,
        "intake": {
            "slug": intake.slug,
            "title": _both((intake.title_sv, intake.title_en)),
            "case_number": intake.case_number or None,
        },
    }


def _found(funnel: Mapping[str, Any] | None, looked_at: list[dict[str, Any]]) -> dict[str, Any]:
    """Verdicts, actions and tables; the same keys where there are no figures."""
    return {
        "verdicts": verdicts(funnel) if funnel else [],
        "actions": looked_at,
        "figures": None if funnel is None else {k: v for k, v in funnel.items() if k != "shared_margins"},
        "local_law_144": None if funnel is None else local_law(funnel) | {"note": _both(NOTE)},
        "active_measures": {
            "introduction": _both(INTRODUCTION),
            "grounds": _both(GROUNDS),
            "steps": [
                {
                    "key": step.key,
                    "section": step.section,
                    "title": _both(step.title),
                    "covers": _both(step.covers),
                    "employer": _both(step.employer),
                }
                for step in STEPS
            ],
        },
    }


def verdicts(funnel: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The verdict of each attribute, the gravest first."""
    found = [
        {"attribute": name, "verdict": attribute["verdict"], "summary": attribute["summary"]}
        for name in ATTRIBUTES
        if (attribute := funnel["attributes"].get(name))
    ]
    return sorted(found, key=lambda each: VERDICTS.index(each["verdict"]))


def _signature(basis: Basis, *, full: bool) -> dict[str, Any] | None:
    signature = basis.signature
    if signature is None or basis.analysis is None:
        return None
    told: dict[str, Any] = {
        "signed_at": _moment(signature.signed_at),
        "signed_by": basis.signer,
        "comments": basis.comments,
        "seal": signature.seal,
    }
    # With the salt, guesses of single answers could be tried against the seal.
    return told | {"salt": signature.salt} if full else told


def _both(pair: tuple[str, str]) -> dict[str, str]:
    return {"sv": pair[0], "en": pair[1]}


def _moment(moment: Any) -> str | None:
    return moment.isoformat() if moment is not None else None
