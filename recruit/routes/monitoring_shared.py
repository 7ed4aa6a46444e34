"""What the monitoring pages share: the intake, who reads, and the section of the stored analysis that a page shows."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, current_app, redirect, request, url_for

from recruit.errors import NotAllowed, NotFound
from recruit.i18n import gettext as _
from recruit.models import Intake, MonitoringAnalysis, Role
from recruit.navigation import present_intake
from recruit.queries import analysis as analyses
from recruit.queries import intake as intakes
from recruit.queries import monitoring
from recruit.request import db, region, roles, settings
from recruit.sources_names import Names, names_of

blueprint = Blueprint("monitoring", __name__)
PREFIX = "/g/<region>/<intake>/monitoring"


def reader() -> monitoring.Reader:
    """Who reads. A member of the recruitment group sees suppressed figures, whatever else they are."""
    inside = bool(roles() & {Role.COORDINATOR, Role.ASSESSOR})
    return monitoring.Reader(inside=inside, minimum=settings().suppress_below)


def auditor_only() -> None:
    """Let auditors in who are not in the recruitment group as well. Raises NotAllowed with the reason."""
    if reader().inside:
        raise NotAllowed(
            _(
                "These figures are not suppressed, so that single people could be recognised in them. Whoever recruits"
                " in this region does not see them, even as an auditor."
            )
        )


def intake_here() -> Intake:
    """The intake that the address names, which the page's frame reads as well. Raises NotFound."""
    found = present_intake()
    if found is None:
        raise NotFound(_("There is no intake with this address in this region."))
    return found


@dataclass(frozen=True)
class Section:
    """One section of the newest finished analysis of an intake.

    `figures` is None where it could not be computed: `reason`, {"sv": …, "en": …}, says why. `whole` is the whole
    analysis, of which `figures` is a part. `stale`: what it was computed from has changed since.
    """

    intake: Intake
    analysis: MonitoringAnalysis
    figures: dict[str, Any] | None
    reason: dict[str, str] | None
    stale: bool
    whole: dict[str, Any]


def section(name: str) -> Section:
    """A section by its key, for an auditor; leads to the analysis page where no analysis is finished.

    Raises NotAllowed for a member of the recruitment group, NotFound without an intake.
    """
    auditor_only()
    intake = intake_here()
    found = analyses.newest_done(db(), intake=intake)
    if found is None:
        abort(redirect(url_for("monitoring.analysis", region=region().slug, intake=intake.slug)))
    whole = analyses.figures_of(found)
    part: dict[str, Any] = whole[name]
    reason = part["reason"] if set(part) == {"reason"} else None
    return Section(
        intake=intake,
        analysis=found,
        figures=None if reason else part,
        reason=reason,
        stale=analyses.is_stale(db(), intake=intake, analysis=found),
        whole=whole,
    )


def address(page: str, found: Section, **query: Any) -> str:
    """The address of another page, or of this one asked otherwise, about the same intake."""
    return url_for(f"monitoring.{page}", region=region().slug, intake=found.intake.slug, **query)


def one_of(name: str, known: Collection[str], otherwise: str, refusal: str | None = None) -> str:
    """What the address asks for, or `otherwise`, also where nothing is known. Raises NotFound for what there is not."""
    asked = request.args.get(name) or otherwise
    if known and asked not in known:
        raise NotFound(refusal or _("The analysis has no such attribute or group."))
    return asked


def names_in(intake: Intake) -> Names:
    """The words of what the intake's profile calls criteria and requirements."""
    return names_of(intakes.profile_of(db(), intake))


def _pages() -> tuple[tuple[str, str], ...]:
    return (
        ("monitoring.show", _("Overview")),
        ("monitoring.analysis", _("The analysis")),
        ("monitoring.sources", _("Where a gap comes from")),
        ("monitoring.strata", _("Within strata")),
        ("monitoring.countries", _("Countries")),
        ("monitoring.combinations", _("Combinations")),
        ("monitoring.order", _("The order")),
        ("monitoring.over_time", _("Over time")),
        ("monitoring.proxies", _("Proxies and other weights")),
        ("monitoring.bar", _("The bar")),
        ("monitoring.report", _("The report")),
    )


@blueprint.context_processor
def _sections() -> dict[str, Any]:
    """For `monitoring/_sections.html`: (address, words, whether it is this page), for an auditor; else nothing."""
    view_args = request.view_args or {}
    if "intake" not in view_args or Role.AUDITOR not in roles() or reader().inside:
        return {"monitoring_sections": []}
    values = {"region": view_args["region"], "intake": view_args["intake"]}
    return {
        "monitoring_sections": [
            (url_for(endpoint, **values), words, endpoint == request.endpoint)
            for endpoint, words in _pages()
            if endpoint in current_app.view_functions
        ]
    }
