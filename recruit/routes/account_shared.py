"""What the pages of signing in and of one's own account share: their blueprint, forms, and where somebody lands."""

import json
from typing import Any

from flask import Blueprint, redirect, render_template, request, session, url_for
from sqlmodel import col, select
from werkzeug.datastructures import MultiDict

from forms.account import CodeForm
from recruit import typed
from recruit.database import AllRegions, set_scope, transaction
from recruit.errors import Invalid
from recruit.i18n import gettext as _
from recruit.models import Account, Membership, Region, Role
from recruit.request import db, safe_target
from recruit.routes.guide import ANSWERS
from recruit.services import second_factor
from recruit.signin import begin_half, sign_in

blueprint = Blueprint("account", __name__)


def posted() -> MultiDict[str, str] | None:
    """What was posted; None when the page is only read."""
    return request.form if request.method == "POST" else None


def status(form: Any) -> int:
    """422 for a form with errors."""
    return 422 if form.errors else 200


def show(form: Any, error: Invalid) -> None:
    """A refusal at its field."""
    field = form[error.field] if error.field in form else next(iter(form))
    field.errors = [*field.errors, str(error)]


def target_asked() -> str | None:
    """Where the person was going."""
    return safe_target(request.args.get("next"))


def enter(account: Account, target: str | None) -> Any:
    """After the first factor: to the second, if there is one; otherwise signed in, to where the person was going."""
    set_scope(db(), AllRegions("which regions the account is a member of"))
    with transaction(db()):
        found = second_factor.of_account(db(), account)
    if found is not None and found.confirmed_at is not None:
        begin_half(account, target or "")
        kept = typed.carried()
        if kept is not None:
            return render_template("account/second_factor.html", form=CodeForm(say=_), typed=kept)
        return redirect(url_for("second_factor.check"), 303)
    sign_in(account)
    return land(account, target)


def land(account: Account, target: str | None) -> Any:
    """To what was typed before the session ended; else to where the person was going; else to where their work is."""
    kept = typed.carried()
    if kept is not None:
        return render_template("account/go_on.html", typed=kept)
    return redirect(safe_target(target) or home_of(account), 303)


def answers_to_carry() -> str:
    """What was answered before there was an account, for a link that may be opened on another device (JSON, or "")."""
    return json.dumps(session[ANSWERS]) if session.get(ANSWERS) else ""


def take_over_answers(carried: str) -> None:
    """What a link carried, unless this browser has answers of its own."""
    if carried and not session.get(ANSWERS):
        session[ANSWERS] = json.loads(carried)


def home_of(account: Account) -> str:
    """Where a person's work is: the group's page for members, one's own applications for everyone else."""
    set_scope(db(), AllRegions("which regions the account is a member of"))
    mine = (
        select(Region.slug)
        .join(Membership, col(Membership.region_id) == col(Region.id))
        .where(Membership.account_id == account.id)
        .order_by(Region.slug)
    )
    slug = db().exec(mine).first()
    if slug is None:
        return url_for("application.mine")
    held = select(col(Membership.role)).where(Membership.account_id == account.id)
    here = held.join(Region, col(Membership.region_id) == Region.id).where(Region.slug == slug)
    only_audits = set(db().exec(here)) == {Role.AUDITOR}
    return url_for("audit.home" if only_audits else "intake.home", region=slug)
