"""A second person's word on a version of a profile: comments, approval, and sending back with the reason."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for

from recruit import clock
from recruit.database import transaction
from recruit.errors import Invalid
from recruit.i18n import gettext as _
from recruit.queries import profile as profiles
from recruit.request import actor, db
from recruit.routes import profile as pages
from recruit.services import profiles as service

blueprint = Blueprint("profile_review", __name__, url_prefix="/g/<region>/profiles/<key>/<int:version>")


@blueprint.post("/approve")
def approve(region: str, key: str, version: int) -> Any:
    """Approve it: from now on an intake can be opened with it."""
    row = profiles.by_version(db(), key, version)
    try:
        with transaction(db()):
            service.approve(db(), profile=row, comment=_comment(), actor=actor(), now=clock.now())
    except Invalid as error:
        return pages.page_of(profiles.by_version(db(), key, version), error, _comment()), error.status
    flash(_("Version %(version)s is approved. Intakes can be opened with it.", version=version))
    return _back(region, key, version)


@blueprint.post("/send-back")
def send_back(region: str, key: str, version: int) -> Any:
    """Refuse it, with the reason."""
    row = profiles.by_version(db(), key, version)
    try:
        with transaction(db()):
            service.send_back(db(), profile=row, comment=_comment(), actor=actor(), now=clock.now())
    except Invalid as error:
        return pages.page_of(profiles.by_version(db(), key, version), error, _comment()), error.status
    flash(_("Version %(version)s is sent back. What is changed becomes a new version.", version=version))
    return _back(region, key, version)


@blueprint.post("/comment")
def comment(region: str, key: str, version: int) -> Any:
    """Say something of it."""
    row = profiles.by_version(db(), key, version)
    try:
        with transaction(db()):
            service.comment_on(db(), profile=row, comment=_comment(), actor=actor(), now=clock.now())
    except Invalid as error:
        return pages.page_of(profiles.by_version(db(), key, version), error, _comment()), error.status
    flash(_("Your comment is saved."))
    return _back(region, key, version)


def _comment() -> str:
    return request.form.get("comment", "").replace("\r\n", "\n")


def _back(region: str, key: str, version: int) -> Any:
    return redirect(url_for("profile.show", region=region, key=key, version=version, _anchor="approval"), 303)
