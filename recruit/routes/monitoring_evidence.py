"""Pages for the auditor on what builds up and what could be otherwise: evidence over intakes, proxies, the bar."""

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, url_for

from recruit import alternatives_view, bar_entry_view, bar_view, evidence_view, proxies_view
from recruit.frames import ATTRIBUTES
from recruit.i18n import gettext as _
from recruit.i18n import language
from recruit.models import Intake
from recruit.monitoring_view import attribute_name
from recruit.queries import analysis as analyses
from recruit.queries.left_out import left_out, of_region
from recruit.request import db
from recruit.request import region as present_region
from recruit.routes.monitoring_shared import (
    PREFIX,
    address,
    auditor_only,
    blueprint,
    names_in,
    one_of,
    section,
)


@blueprint.get("/g/<region>/monitoring/over-time")
def region_over_time(region: str) -> Any:
    """The evidence over all intakes of a region: that of the newest one with an analysis."""
    auditor_only()
    newest = analyses.last_analysed(db(), region_id=present_region().id or 0)
    if newest is None:
        flash(_("No analysis is finished in this region yet."), "info")
        return redirect(url_for("intake.home", region=region))
    return redirect(url_for("monitoring.over_time", region=region, intake=newest.slug))


@blueprint.get(f"{PREFIX}/over-time")
def over_time(region: str, intake: str) -> Any:
    """The evidence over intakes: a finding per attribute, and one attribute in full. Raises NotFound."""
    found = section("over_time")
    outcome = one_of("of", evidence_view.OUTCOMES, evidence_view.OUTCOMES[0])
    part = (found.figures or {}).get(outcome) or {}
    reason = found.reason or part.get("reason")
    findings = [] if reason else evidence_view.findings(part)
    key = one_of("by", ATTRIBUTES, findings[0].key if findings else ATTRIBUTES[0])
    everybody = of_region(db(), intake=found.intake)
    titles = _titles(everybody)
    counted = found.whole.get("intakes") or []
    return render_template(
        "monitoring/over_time.html",
        intake=found.intake,
        section=found,
        reason=reason[language()] if reason else None,
        outcome=outcome,
        outcomes=[
            (address("over_time", found, by=key, of=each), words, each == outcome)
            for each, words in (("called", _("Called, of the eligible")), ("eligible", _("Eligible, of all")))
        ],
        findings=findings,
        key=key,
        name=attribute_name(key),
        view=None if reason else evidence_view.view_of(part, key, titles),
        counted=[titles.get(slug, slug) for slug in counted],
        left_out=[
            (titles[each.intake.slug], each.why)
            for each in left_out(db(), intake=found.intake, counted=counted, everybody=everybody)
        ],
        address=lambda **query: address("over_time", found, of=outcome, **query),
    )


@blueprint.get(f"{PREFIX}/proxies")
def proxies(region: str, intake: str) -> Any:
    """Whether criteria tell groups apart, and which other weights would have done better. Raises NotFound."""
    found = section("proxies")
    findings = proxies_view.findings(found.figures) if found.figures else []
    key = one_of("by", ATTRIBUTES, findings[0].key if findings else ATTRIBUTES[0])
    names = names_in(found.intake)
    return render_template(
        "monitoring/proxies.html",
        intake=found.intake,
        section=found,
        reason=found.reason[language()] if found.reason else None,
        findings=findings,
        key=key,
        name=attribute_name(key),
        view=proxies_view.view_of(found.figures, key, names) if found.figures else None,
        other=alternatives_view.view_of(
            found.whole["alternatives"], key, names, _titles(of_region(db(), intake=found.intake))
        ),
        address=lambda **query: address("proxies", found, **query),
    )


@blueprint.get(f"{PREFIX}/bar")
def bar(region: str, intake: str) -> Any:
    """Qualified but rejected, and what another threshold, requirement or start would have done. Raises NotFound."""
    found = section("bar")
    figures: Mapping[str, Any] = found.figures or {}
    key = one_of("by", ATTRIBUTES, ATTRIBUTES[0])
    parts = {
        name: figures.get(name) or {} for name in ("rejected", "threshold", "requirements", "later_start")
    }
    return render_template(
        "monitoring/bar.html",
        intake=found.intake,
        section=found,
        reason=found.reason[language()] if found.reason else None,
        key=key,
        name=attribute_name(key),
        choices=[(each, attribute_name(each)) for each in ATTRIBUTES],
        rejected=bar_view.rejected(parts["rejected"], key),
        sites=bar_view.sites(parts["rejected"], key),
        threshold=bar_view.threshold(parts["threshold"], key),
        requirements=bar_entry_view.requirements(parts["requirements"], key, names_in(found.intake)),
        later_start=bar_entry_view.later_start(parts["later_start"], key),
        address=lambda **query: address("bar", found, **query),
    )


def _titles(everybody: list[Intake]) -> dict[str, str]:
    return {each.slug: each.title_sv if language() == "sv" else each.title_en for each in everybody}
