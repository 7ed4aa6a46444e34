"""Stored analyses for tests of the auditor's pages: invented applicants, figures as scoring gives them."""

import json
import random
from datetime import UTC, datetime
from typing import Any

import pandas as pd
from sqlmodel import Session

from recruit.models import AnalysisState, Intake, MonitoringAnalysis
from scoring.monitoring import audit_stages, funnel
from scoring.scoring_rate import scoring_rate

ATTRIBUTES = ("sex", "age_band", "licence_route", "country_group", "country")
STAGES = ("eligible", "called")
CROSSED = (("sex", "licence_route"), ("sex", "age_band"))
# A few large countries and many small ones, as applicants come; ISO codes, with the route that most of them take.
LARGE = (
    ("LV", 34),
    ("RO", 22),
    ("LT", 16),
    ("PL", 16),
    ("BG", 12),
    ("GR", 12),
    ("SY", 12),
    ("DE", 10),
    ("HU", 10),
)
NEAR = ("DK", "CZ", "EE", "FI", "NO", "IT", "ES", "FR", "SK", "HR")
FAR = ("IQ", "UA", "IR", "RS", "TR", "GE", "NA", "ER", "SO", "CN", "IN", "PK", "BA", "XK", "EG")
SMALL = (*NEAR, *FAR)
OUTSIDE = frozenset(("SY", *FAR))
SITES = ("Älvstads sjukhus", "Lindfors sjukhus", "Hamra hälsocentral", "Åsnäs närsjukhus")


def people(n: int = 200, seed: int = 7) -> pd.DataFrame:
    """Invented applicants. Those from outside the EU and the EEA become eligible half as often as others."""
    chance = random.Random(seed)
    pool = [code for code, many in LARGE for _ in range(many)]
    pool += [SMALL[i % len(SMALL)] for i in range(n)]
    rows = []
    for number in range(n):
        country = pool[number % len(pool)]
        outside = country in OUTSIDE
        eligible = chance.random() < (0.25 if outside else 0.6)
        rows.append(
            {
                "sex": None if number % 17 == 0 else chance.choice(["female", "male"]),
                "age_band": chance.choice(["under_30", "30_34", "35_39", "40_over"]),
                "licence_route": "third_country" if outside else "eu_eea",
                "country_group": "outside_eu_eea" if outside else "other_eu_eea",
                "country": country,
                "site": chance.choice(SITES),
                "intake": chance.choice(["bt-2025", "bt-2026"]),
                "eligible": int(eligible),
                "called": int(eligible and chance.random() < 0.6),
                "points": float(chance.randrange(0, 100, 5)) if eligible else None,
            }
        )
    return pd.DataFrame(rows)


def figures(table: pd.DataFrame | None = None) -> dict[str, Any]:
    """The sections of an analysis that are about groups, as they are stored."""
    found = people() if table is None else table
    stages = funnel(STAGES)
    attributes = [name for name in ATTRIBUTES if name in found]
    parents = {"country": "licence_route"} if {"country", "licence_route"} <= set(found) else {}
    crossed = [each for each in CROSSED if set(each) <= set(found)]
    whole = audit_stages(
        found, attributes, stages, strata=["site"], parents=parents, intersections=crossed
    ).to_dict(boschloo=False)
    if "points" in found:
        for name, rate in scoring_rate(found, attributes, "points").to_dict().items():
            whole["attributes"][name]["scoring_rate"] = rate
    by = {
        kind: _within(found, attributes, kind)
        for kind in ("site", "licence_route", "intake")
        if kind in found
    }
    text = json.dumps({"version": 1, "alpha": 0.05, "n": len(found), "funnel": whole, "stratified_by": by})
    stored: dict[str, Any] = json.loads(text)
    return stored


def _within(table: pd.DataFrame, attributes: list[str], kind: str) -> dict[str, Any]:
    found = audit_stages(table, attributes, funnel(STAGES), strata=[kind]).to_dict(
        boschloo=False, small_groups=False
    )
    return {
        name: {key: stage["stratified"] for key, stage in part["stages"].items()}
        for name, part in found["attributes"].items()
    }


def stored(session: Session, intake: Intake, whole: dict[str, Any], number: int = 1) -> MonitoringAnalysis:
    """A finished analysis with these figures, committed."""
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    row = MonitoringAnalysis(
        region_id=intake.region_id,
        intake_id=intake.id or 0,
        number=number,
        state=AnalysisState.DONE,
        requested_at=now,
        started_at=now,
        finished_at=now,
        seed=1,
        code_version="test",
        inputs_sha256="0" * 64,
        figures=json.dumps(whole),
        figures_sha256="0" * 64,
    )
    session.add(row)
    session.commit()
    return row
