"""The minutes of a meeting: who took part, what was said, and the file to take home."""

import json
from typing import Any

from flask import Response, flash, redirect, render_template, request

from forms.meeting import MinutesForm, minutes_form
from recruit import clock, meeting_view, zone_view
from recruit.database import transaction
from recruit.errors import Conflict, Invalid, NotFound, Refusal
from recruit.exports.minutes import pdf, styles
from recruit.i18n import gettext as _
from recruit.i18n import language
from recruit.models import Meeting, Role
from recruit.queries import meeting as queries
from recruit.request import actor, db, roles, sees_names
from recruit.request import region as present_region
from recruit.routes.meeting import blueprint
from recruit.routes.meeting_shared import PREFIX, About, about, address, page
from recruit.services import meeting as services
from recruit.services import protocol
from recruit.tables.errors import PdfUnavailable


@blueprint.get(f"{PREFIX}/minutes")
def minutes(region: str, intake: str) -> Any:
    """Who took part and what was said, of the meeting that is open; and the minutes of all."""
    return _page(about())


def _page(subject: About, form: MinutesForm | None = None, *, status: int = 200, problem: Any = None) -> Any:
    found = queries.open_meeting(db(), intake=subject.intake)
    group = queries.group(db(), region_id=subject.intake.region_id)
    may = Role.COORDINATOR in roles()
    if form is None and found is not None and may:
        values = {
            "held_on": found.held_on,
            "members": [str(each) for each in queries.attending(db(), meeting=found)],
            "guests": found.guests,
            "notes": found.notes,
            "seen": str(found.revision),
        }
        form = minutes_form(group, data=values, say=_)
    return page(
        subject,
        "minutes",
        status=status,
        form=form,
        problem=problem,
        present=found,
        there=queries.attending(db(), meeting=found) if found is not None else {},
        meetings=queries.meetings(db(), intake=subject.intake),
    )


@blueprint.post(f"{PREFIX}/minutes/begin")
def begin(region: str, intake: str) -> Any:
    """Begin a meeting today."""
    subject = about()
    now = clock.now()
    try:
        with transaction(db()):
            services.begin(
                db(),
                intake=subject.intake,
                held_on=clock.in_stockholm(now).date(),
                actor=actor(),
                now=now,
            )
    except Conflict as refusal:
        return _page(about(), status=refusal.status, problem=refusal.message)
    flash(_("The meeting is begun. Tick who takes part."))
    return redirect(address(about().intake, "minutes"), 303)


@blueprint.post(f"{PREFIX}/minutes/<int:number>")
def save(region: str, intake: str, number: int) -> Any:
    """Save the minutes, or close them for good."""
    subject = about()
    group = queries.group(db(), region_id=subject.intake.region_id)
    form = minutes_form(group, request.form, say=_)
    if not form.validate():
        return _page(subject, form, status=422)
    closing = request.form.get("then") == "close"
    try:
        with transaction(db()):
            found = queries.by_number(db(), intake=subject.intake, number=number)
            found = services.save(
                db(),
                meeting=found,
                held_on=form.held_on.data,
                members=form.people(),
                guests=form.guests.data or "",
                notes=form.notes.data or "",
                seen=form.revision(),
                actor=actor(),
                now=clock.now(),
            )
            if closing:
                services.close(db(), meeting=found, seen=found.revision, actor=actor(), now=clock.now())
    except Refusal as refusal:
        if isinstance(refusal, NotFound):
            raise
        return _refused(form, refusal)
    flash(_("The minutes are closed and locked.") if closing else _("The minutes are saved."))
    return redirect(address(about().intake, "minutes"), 303)


def _refused(form: MinutesForm, refusal: Refusal) -> Any:
    """The page again with what was typed, and the refusal beside its field where it has one."""
    subject = about()
    found = queries.open_meeting(db(), intake=subject.intake)
    if isinstance(refusal, Invalid) and refusal.field in ("members", "guests", "notes"):
        form[refusal.field].errors = [str(refusal.message)]
        return _page(subject, form, status=refusal.status)
    form.seen.data = str(found.revision) if found is not None else ""
    return _page(subject, form, status=refusal.status, problem=refusal.message)


@blueprint.get(f"{PREFIX}/minutes/<int:number>.<any(html, pdf):kind>")
def protocol_file(region: str, intake: str, number: int, kind: str) -> Any:
    """The minutes to read or to take home: members by name, applications by code."""
    subject = about()
    found = queries.by_number(db(), intake=subject.intake, number=number)
    html = render_template(
        "meeting/protocol_print.html" if kind == "pdf" else "meeting/protocol.html",
        intake=subject.intake,
        minutes=_words(subject, found),
        styles=styles() if kind == "pdf" else "",
    )
    if kind == "html":
        return html
    try:
        made = pdf(html)
    except PdfUnavailable as error:
        raise Conflict(str(error)) from None
    response = Response(made, mimetype="application/pdf")
    name = f"{present_region().slug}-{subject.intake.slug}-{_('minutes')}-{number}-{language()}.pdf"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _words(subject: About, found: Meeting) -> meeting_view.Minutes:
    """The minutes as they were closed, or as they would be now."""
    if not found.protocol:
        content = protocol.content(db(), intake=subject.intake, meeting=found)
    else:
        content = json.loads(found.protocol)
        if not sees_names():
            content = protocol.shown(db(), intake=subject.intake, meeting=found, closed=content)
    zone = content["list"]["zone"] if content["list"] else None
    how = zone_view.how(zone["settle"]) if zone else ""
    return meeting_view.minutes(content, how, closed=found.closed_at is not None)
