"""The page where caught mail is read, in demonstrations only."""

from typing import Any

from flask import Blueprint, Response, abort, render_template, request
from sqlmodel import select

from recruit.courier import catches
from recruit.mail_html import as_html
from recruit.models import OutgoingMail, Region
from recruit.request import db, settings

blueprint = Blueprint("mail", __name__)
PER_PAGE = 20
#: A mail is a page of its own with its own style; nothing in it may run, load or send anything.
HTML_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
)


@blueprint.get("/demo/mail")
def caught() -> Any:
    """The newest messages first. There is no such page where mail is really sent."""
    if not catches(settings()):
        abort(404)
    page = max(request.args.get("page", 1, type=int), 1)
    newest = select(OutgoingMail).order_by(OutgoingMail.id.desc())  # type: ignore[union-attr]
    found = list(db().exec(newest.offset((page - 1) * PER_PAGE).limit(PER_PAGE + 1)))
    return render_template(
        "mail/caught.html", messages=found[:PER_PAGE], page=page, has_more=len(found) > PER_PAGE
    )


@blueprint.get("/demo/mail/<int:mail_id>/html", endpoint="as_html")
def as_html_page(mail_id: int) -> Any:
    """A caught message as the mail programs show it."""
    if not catches(settings()):
        abort(404)
    mail = db().get(OutgoingMail, mail_id)
    if mail is None:
        abort(404)
    sender = db().get(Region, mail.region_id) if mail.region_id else None
    page = as_html(
        subject=mail.subject, body=mail.body, language=mail.language, sender=sender.name if sender else ""
    )
    return Response(page, headers={"Content-Security-Policy": HTML_POLICY})
