"""Pages for the auditor on what may lie behind a gap: where it arises, and how the groups lie in the order."""

from collections import Counter
from typing import Any

from flask import render_template, request

from recruit import order_view, sources_view, zone_view
from recruit.errors import NotFound
from recruit.frames import ATTRIBUTES
from recruit.i18n import gettext as _
from recruit.i18n import language
from recruit.models import Intake
from recruit.monitoring_view import attribute_name
from recruit.queries import interview as lists
from recruit.request import db
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
        moved=_moved(found.intake),
        address=lambda **query: address("sources", found, **query),
    )


def _moved(intake: Intake) -> dict[str, Any] | None:
    """Whom the group moved across the line of the confirmed list, with the kinds of reason; None where nobody was."""
    drawn = lists.latest_confirmed(db(), intake=intake)
    if drawn is None:
        return None
    rows = [each for each in lists.borderline_decisions(db(), interview_list=drawn) if each.reason]
    kinds = Counter(
        zone_view.kind_words(each.reason_code) or _("no kind: before there were kinds") for each in rows
    )
    return {"version": drawn.version, "rows": rows, "kinds": sorted(kinds.items())} if rows else None


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
