"""Pages for the auditor about groups: a gap within strata, thirty small countries, combinations and points."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from flask import render_template

from recruit import combinations_view, countries_view, figure_words, strata_view, strata_words
from recruit.i18n import gettext as _
from recruit.i18n import language
from recruit.monitoring_view import p_value, reached, signed, stage_name
from recruit.queries import intake as intakes
from recruit.request import db
from recruit.routes.monitoring_shared import PREFIX, Section, address, blueprint, one_of, section
from recruit.strata_view import Strata


@blueprint.get(f"{PREFIX}/strata")
def strata(region: str, intake: str) -> Any:
    """Every gap as a whole and within sites, licence routes or intakes, one step at a time. Raises NotFound."""
    found = section("stratified_by")
    kinds = strata_view.kinds(found.figures or {})
    kind = one_of("by", kinds, kinds[0] if kinds else "site", _("There are no strata of this kind."))
    figures: Mapping[str, Any] = (found.figures or {}).get(kind) or {}
    reason = found.reason or figures.get("reason")
    view = Strata(
        kind, {} if reason else figures, _funnel(found), found.whole.get("alpha", 0.05), _titles(kind)
    )
    findings = view.findings()
    first = findings[0].stage if findings else next(iter(view.stages), "")
    stage = one_of("stage", view.stages, first, _("There is no such step in this intake."))
    return render_template(
        "monitoring/strata.html",
        intake=found.intake,
        section=found,
        reason=reason[language()] if reason else None,
        kind=kind,
        by=_choices("strata", found, "by", kind, {k: strata_words.kind_choice(k, language()) for k in kinds}),
        steps=_choices("strata", found, "stage", stage, _steps(view.stages), by=kind),
        step=stage_name(stage) if stage else "",
        attributes=view.attributes(stage),
        findings=findings,
        lead=view.lead() if not reason else None,
        points=partial(figure_words.points, language=language()),
        decimal=partial(figure_words.decimal, language=language()),
        p_value=partial(figure_words.p_value, language=language()),
        signed=signed,
    )


@blueprint.get(f"{PREFIX}/countries")
def countries(region: str, intake: str) -> Any:
    """One stage of all countries of education, the gravest unless asked for. Raises NotFound for another stage."""
    found = section("funnel")
    stages = _attribute(found, countries_view.ATTRIBUTE).get("stages") or {}
    first = countries_view.gravest_stage(stages)
    key = one_of("stage", list(stages), first or "", _("There is no such step in this intake."))
    return render_template(
        "monitoring/countries.html",
        intake=found.intake,
        section=found,
        reason=found.reason[language()] if found.reason else None,
        view=countries_view.view_of(key, stages[key]) if key in stages else None,
        steps=_choices("countries", found, "stage", key, _steps(stages)),
        signed=signed,
        p_value=p_value,
    )


@blueprint.get(f"{PREFIX}/combinations")
def combinations(region: str, intake: str) -> Any:
    """Intersections that are large enough, those that are not, and who scored above the median. Raises NotFound."""
    found = section("funnel")
    funnel = _funnel(found) or {}
    stages = combinations_view.stages(funnel)
    first = combinations_view.gravest_stage(funnel)
    stage = one_of("stage", stages, first or "", _("There is no such step in this intake."))
    return render_template(
        "monitoring/combinations.html",
        intake=found.intake,
        section=found,
        reason=found.reason[language()] if found.reason else None,
        steps=_choices("combinations", found, "stage", stage, _steps(stages)),
        intersections=combinations_view.intersections(funnel, stage),
        scoring_rates=combinations_view.scoring_rates(funnel),
        ties=combinations_view.ties(funnel),
        signed=signed,
        p_value=p_value,
    )


def _titles(kind: str) -> dict[str, str]:
    """What the region's intakes are called, by slug, where they are the strata."""
    if kind != "intake":
        return {}
    return {
        each.slug: each.title_sv if language() == "sv" else each.title_en for each in intakes.of_region(db())
    }


def _steps(stages: Iterable[str]) -> dict[str, str]:
    """Stages as they stand where one is chosen: what those who reached them are."""
    words = {key: reached(key) for key in stages}
    return {key: text[:1].upper() + text[1:] for key, text in words.items()}


def _choices(
    page: str, found: Section, name: str, chosen: str, words: Mapping[str, str], **kept: str
) -> list[tuple[str, str, bool]]:
    """(address, words, whether it is shown) for each value of one of the page's parameters."""
    return [
        (address(page, found, **(kept | {name: value})), text, value == chosen)
        for value, text in words.items()
    ]


def _funnel(found: Section) -> Mapping[str, Any] | None:
    """The funnel of the same analysis; None where it could not be computed."""
    funnel: Mapping[str, Any] = found.whole.get("funnel") or {}
    return funnel if "attributes" in funnel else None


def _attribute(found: Section, name: str) -> Mapping[str, Any]:
    attributes: Mapping[str, Any] = (_funnel(found) or {}).get("attributes", {})
    part: Mapping[str, Any] = attributes.get(name, {})
    return part
