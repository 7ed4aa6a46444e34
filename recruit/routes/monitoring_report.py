"""The report: read, taken out as PDF or JSON, signed; and what its figures mean, for everybody."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Response, abort, current_app, flash, redirect, render_template, request, url_for

from forms.monitoring import SignForm, sign_form
from recruit import clock, definitions, monitoring_view, report_view
from recruit.database import transaction
from recruit.errors import Conflict, Invalid, NotFound, Refusal
from recruit.exports import monitoring_report as files
from recruit.frames import ATTRIBUTES
from recruit.i18n import force_locale, language, languages
from recruit.i18n import gettext as _
from recruit.models import Intake, Role
from recruit.queries import report as queries
from recruit.queries.report import Basis
from recruit.report import content, schema
from recruit.request import actor, db, roles, settings
from recruit.request import region as present_region
from recruit.routes.monitoring_shared import PREFIX, auditor_only, blueprint, intake_here, names_in, reader
from recruit.services import signing
from recruit.tables.errors import PdfUnavailable

ADDRESS = f"{PREFIX}/report"
#: In what leaves the house there are no sources and no strata: these chapters are all that its figures need.
PUBLISHED_CHAPTERS = ("comparison", "tests", "report")


def _is_auditor() -> bool:
    """Whether the reader may see the report in full: an auditor outside the recruitment group."""
    return Role.AUDITOR in roles() and not reader().inside


def _basis(found: Intake) -> Basis:
    """The report's basis; leads an auditor to the analysis page where no analysis is finished. Raises NotFound."""
    text = request.args.get("analysis")
    if text is not None and not (text.isascii() and text.isdigit() and len(text) < 9):
        raise NotFound(_("There is no finished analysis with this number in this intake."))
    basis = queries.basis(
        db(),
        intake=found,
        minimum=settings().suppress_below,
        now=clock.now(),
        number=int(text) if text is not None else None,
    )
    if basis.analysis is None and _is_auditor():
        abort(redirect(url_for("monitoring.analysis", region=present_region().slug, intake=found.slug)))
    return basis


@blueprint.get(ADDRESS)
def report(region: str, intake: str) -> Any:
    """One page for three minutes, then all tables. The recruitment group sees what leaves the house."""
    return _page(intake_here(), None)


def _page(found: Intake, form: SignForm | None, status: int = 200, refusal: Refusal | None = None) -> Any:
    basis = _basis(found)
    full = _is_auditor()
    open_to_sign = full and basis.signature is None and not basis.stale and "analysis" not in request.args
    return (
        render_template(
            "monitoring/report.html",
            form=(form or _form(basis)) if open_to_sign else None,
            problem=refusal.message if refusal else None,
            **_shown(basis, full=full),
        ),
        status,
    )


def _shown(basis: Basis, *, full: bool) -> dict[str, Any]:
    """What the page and the printed one both read."""
    return {
        "intake": basis.intake,
        "basis": basis,
        "view": report_view.view_of(basis, names_in(basis.intake), full=full),
        "withheld": None if full else basis.published["withheld"],
        "signed": monitoring_view.signed,
        "p_value": monitoring_view.p_value,
        "levels": report_view.LEVELS,
        "print": False,
        "has_action_page": lambda page: full and f"monitoring.{page}" in current_app.view_functions,
    }


def _form(basis: Basis | None = None) -> SignForm:
    kind = sign_form([(name, monitoring_view.attribute_name(name)) for name in ATTRIBUTES])
    if basis is None:
        return kind(request.form, say=_)
    return kind(data={"analysis": basis.analysis.number if basis.analysis else 0}, say=_)


@blueprint.post(ADDRESS)
def sign(region: str, intake: str) -> Any:
    """Sign the report that was read. A refusal is shown on it, with what was written."""
    auditor_only()
    form = _form()
    if not form.validate():
        return _page(intake_here(), form, 422)
    try:
        with transaction(db()):
            signing.sign(
                db(),
                intake=intake_here(),
                number=form.number(),
                comments=form.comments(),
                actor=actor(),
                now=clock.now(),
                minimum=settings().suppress_below,
            )
    except (Conflict, Invalid) as refusal:
        return _page(intake_here(), form, refusal.status, refusal)
    flash(_("The report is signed. Signature and comments are in the record."))
    return redirect(url_for("monitoring.report", region=region, intake=intake), 303)


@blueprint.get(f"{ADDRESS}.pdf")
def report_pdf(region: str, intake: str) -> Response:
    """The report on A4: what leaves the house, or for an auditor with ?kind=full all of it; ?lang=sv or en."""
    found = intake_here()
    kind, basis = _kind(), _basis(found)
    with _speaking(request.args.get("lang", language())):
        html = render_template(
            "monitoring/report_print.html",
            **_shown(basis, full=kind == content.FULL)
            | {"print": True, "styles": files.styles(), "now": clock.now(), "chapters": _chapters(kind)},
        )
    try:
        made = files.pdf(html)
    except PdfUnavailable as error:
        raise Conflict(str(error)) from None
    return _download(made, "application/pdf", files.file_name(region, intake, kind, "pdf"))


@blueprint.get(f"{ADDRESS}.json")
def report_json(region: str, intake: str) -> Response:
    """The same as JSON; /schema/monitoring-report.json describes it."""
    found = intake_here()
    kind, basis = _kind(), _basis(found)
    made = content.full(basis, names_in(found)) if kind == content.FULL else content.publication(basis)
    return _download(
        content.written(made).encode(), "application/json", files.file_name(region, intake, kind, "json")
    )


def _kind() -> str:
    """Which report is asked for; in full for auditors alone. Raises NotAllowed, NotFound."""
    kind = request.args.get("kind", content.PUBLICATION)
    if kind not in (content.FULL, content.PUBLICATION):
        raise NotFound(_("There is no such report. It is “full” or “publication”."))
    if kind == content.FULL:
        auditor_only()
    return kind


def _chapters(kind: str) -> list[definitions.Chapter]:
    return [c for c in definitions.CHAPTERS if kind == content.FULL or c.key in PUBLISHED_CHAPTERS]


@contextmanager
def _speaking(code: str) -> Iterator[None]:
    """What is rendered inside is in this language. Raises NotFound for one that there is not."""
    if code not in languages():
        raise NotFound(_("The report is in Swedish (sv) or English (en)."))
    with force_locale(code):
        yield


def _download(made: bytes, media_type: str, name: str) -> Response:
    response = Response(made, mimetype=media_type)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


@blueprint.get("/definitions", endpoint="definitions")
def definitions_page() -> str:
    """What every figure means, how it is computed, and when it misleads. For everybody."""
    return render_template("monitoring/definitions.html", chapters=definitions.CHAPTERS)


@blueprint.get("/schema/monitoring-report.json")
def report_schema() -> Response:
    """The JSON Schema of the report."""
    return Response(schema.written(), mimetype="application/schema+json")
