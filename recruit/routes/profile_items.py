"""The editor's lists: add, put back, remove and move items, and the order of the tie rules."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from recruit import clock, profile_editor
from recruit.database import transaction
from recruit.i18n import gettext as _
from recruit.queries import profile as profiles
from recruit.request import actor, db
from recruit.services import profile_drafts as drafts
from recruit.services import profile_items as service

blueprint = Blueprint("profile_items", __name__, url_prefix="/g/<region>/profiles/draft-<int:draft>")
#: Where the list of each kind is edited.
HOMES = {"criteria": "weights", "requirements": "requirements", "gates": "rules", "never_scored": "never"}


@blueprint.post("/add")
def add(region: str, draft: int) -> Any:
    """A new item, and its page."""
    name = request.form.get("list", "")
    with transaction(db()):
        made = service.add(
            db(), draft=profiles.draft_by_id(db(), draft), name=name, actor=actor(), now=clock.now()
        )
    part = "never" if name == "never_scored" else f"{name}/{made}"
    return redirect(url_for("profile_draft.edit", region=region, draft=draft, part=part), 303)


@blueprint.post("/put-back/<path:part>")
def put_back(region: str, draft: int, part: str) -> Any:
    """Add again what somebody removed while it was being written, as it was typed."""
    row = profiles.draft_by_id(db(), draft)
    name, _slash, item_id = part.partition("/")
    lists = ("attachments", "criteria")
    values = {
        field: request.form.getlist(field)
        if field in lists
        else (request.form[field] == "true" if field == "mandatory" else request.form[field])
        for field in request.form
    }
    with transaction(db()):
        service.put_back(
            db(), draft=row, name=name, item_id=item_id, values=values, actor=actor(), now=clock.now()
        )
    flash(_("It is back, as you had written it."))
    return redirect(url_for("profile_draft.edit", region=region, draft=draft, part=part, checked=1), 303)


@blueprint.post("/remove")
def remove(region: str, draft: int) -> Any:
    """Remove an item. A criterion that rules name is asked about first."""
    row = profiles.draft_by_id(db(), draft)
    name, item_id = request.form.get("list", ""), request.form.get("item", "")
    try:
        with transaction(db()):
            service.remove(
                db(),
                draft=row,
                name=name,
                item_id=item_id,
                with_rules="with_rules" in request.form,
                actor=actor(),
                now=clock.now(),
            )
    except service.StillUsed as used:
        row = profiles.draft_by_id(db(), draft)
        frame = profile_editor.frame(db(), row, f"{name}/{item_id}")
        users = [(each, profile_editor.part_name(drafts.content(row), each)) for each in used.users]
        return render_template("profile/draft/remove.html", **frame, used=used, users=users), used.status
    flash(_("Removed. Undo brings it back."))
    return _home(region, draft, name)


@blueprint.post("/move")
def move(region: str, draft: int) -> Any:
    """One step up or down."""
    name = request.form.get("list", "")
    with transaction(db()):
        service.move(
            db(),
            draft=profiles.draft_by_id(db(), draft),
            name=name,
            item_id=request.form.get("item", ""),
            up=request.form.get("to") == "up",
            actor=actor(),
            now=clock.now(),
        )
    return _home(region, draft, name)


@blueprint.post("/ties/<stage>")
def ties(region: str, draft: int, stage: str) -> Any:
    """The order in which criteria decide between equal points."""
    with transaction(db()):
        service.change_ties(
            db(),
            draft=profiles.draft_by_id(db(), draft),
            stage=stage,
            item_id=request.form.get("item", ""),
            how=request.form.get("how", ""),
            actor=actor(),
            now=clock.now(),
        )
    where = url_for("profile_draft.edit", region=region, draft=draft, part=f"rules/{stage}", _anchor="ties")
    return redirect(where, 303)


def _home(region: str, draft: int, name: str) -> Any:
    part = HOMES.get(name, "weights")
    return redirect(
        url_for("profile_draft.edit", region=region, draft=draft, part=part, _anchor="items"), 303
    )
