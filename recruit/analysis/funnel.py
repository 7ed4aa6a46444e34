"""The funnel: who came how far, per group and stage."""

from __future__ import annotations

from typing import Any

from recruit.analysis.reasons import attempt
from recruit.analysis.settings import ALPHA, SMALLEST_INTERSECTION, Work
from recruit.audited_frames import ATTRIBUTES

#: Few come from any one country: their rates are drawn to that of their licence route first.
PARENTS = {"country": "licence_route", "country_group": "licence_route"}
#: Which attributes are crossed. A country and its route, or its group of countries, are nearly the same thing.
CROSSED = (
    ("sex", "age_band"),
    ("sex", "licence_route"),
    ("sex", "country_group"),
    ("age_band", "licence_route"),
    ("age_band", "country_group"),
)


def funnel(work: Work) -> dict[str, Any]:
    """Every stage and attribute, combinations of attributes, and the share above the median score."""
    from scoring.monitoring import audit_stages

    audited = work.audited
    found = audit_stages(
        work.people,
        ATTRIBUTES,
        audited.stages,
        ALPHA,
        strata=["site"],
        parents=PARENTS,
        intersections=CROSSED,
        smallest=SMALLEST_INTERSECTION,
    ).to_dict()
    for attribute in (*found["attributes"].values(), *found["intersections"].values()):
        with_verdicts(attribute)
    rates = attempt(lambda: _scoring_rate(work))
    for name, attribute in found["attributes"].items():
        attribute["scoring_rate"] = rates if "reason" in rates else rates[name]
    return found | {"withdrawn": audited.withdrawn, "undecided": audited.undecided}


def with_verdicts(attribute: dict[str, Any]) -> None:
    """Give each stage of an attribute the verdict and the summary of its groups."""
    from scoring.verdicts import summary, worst

    for part in attribute["stages"].values():
        verdicts = [group["verdict"] for group in part["groups"].values()]
        part["verdict"], part["summary"] = worst(verdicts), summary(verdicts)


def _scoring_rate(work: Work) -> dict[str, Any]:
    from scoring.scoring_rate import scoring_rate

    ranked = work.ranked
    points = ranked["points"].map(lambda each: None if each is None else float(each))
    return scoring_rate(ranked.assign(points=points), ATTRIBUTES, "points", alpha=ALPHA).to_dict()
