"""Pages for the auditor on what may lie behind a gap: where it arises, and how the groups lie in the order."""

from typing import Any

from flask import render_template, request

from recruit import order_view, sources_view
from recruit.errors import NotFound
from recruit.frames import ATTRIBUTES
from recruit.i18n import gettext as _
from recruit.i18n import language
from recruit.monitoring_view import attribute_name
from recruit.routes.monitoring_shared import PREFIX, address, blueprint, names_in, one_of, section


@blueprint.get(f"{PREFIX}/sources")
def sources(region: str, intake: str) -> Any:
    """One attribute by every source, and one of its groups in full; the gravest of each unless asked for."""
    found = section("sources")
    view = None
    if found.figures is not None:
        names = names_in(found.intake)
        view = sources_view.view_of(found.figures, names, request.args.get("by"), request.args.get("group"))
        if view is None:
            raise NotFound(_("The analysis has no such attribute or group."))
    return render_template(
        "monitoring/sources.html",
        intake=found.intake,
        section=found,
        reason=found.reason[language()] if found.reason else None,
        view=view,
        address=lambda **query: address("sources", found, **query),
    )


@blueprint.get(f"{PREFIX}/order")
def order(region: str, intake: str) -> Any:
    """A finding per attribute, and one attribute in full; the gravest unless asked for."""
    found = section("order")
    findings = order_view.findings(found.figures) if found.figures else []
    key = one_of("by", ATTRIBUTES, findings[0].key if findings else ATTRIBUTES[0])
    return render_template(
        "monitoring/order.html",
        intake=found.intake,
        section=found,
        reason=found.reason[language()] if found.reason else None,
        findings=findings,
        key=key,
        name=attribute_name(key),
        view=order_view.view_of(found.figures, key) if found.figures else None,
        no_reranking=order_view.no_reranking(),
        address=lambda **query: address("order", found, **query),
    )
