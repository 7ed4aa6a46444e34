"""The page where caught mail is read, in demonstrations only."""

from typing import Any

from flask import Blueprint, abort, render_template, request
from sqlmodel import select

from recruit.courier import catches
from recruit.models import OutgoingMail
from recruit.request import db, settings

blueprint = Blueprint("mail", __name__)
PER_PAGE = 20


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
