"""Every request passes here: the access table is enforced and the region's scope set."""

from typing import Any

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask_login import current_user

from forms.account import LoginForm
from recruit import typed
from recruit.access import ACCESS, NEED_IT, PUBLIC
from recruit.database import AllRegions, OneRegion, set_scope
from recruit.errors import NotAllowed
from recruit.i18n import gettext
from recruit.incoming import leads_nowhere
from recruit.models import Region, Role
from recruit.queries.entering import entered
from recruit.queries.unchanged import reads_at
from recruit.request import account, db


def guard() -> Any:
    """Refuse what the access table does not grant; set the region and the scope of the session."""
    if request.endpoint is None:
        return None  # no such address: Flask answers 404
    if request.endpoint == "static":
        return None
    if leads_nowhere((request.view_args or {}).values()):
        abort(404)
    access = ACCESS.get(request.endpoint)
    if access is None:
        abort(403)
    # Who asks belongs to no region, and an applicant's own applications may lie in several: routes fetch them by the
    # account alone.
    set_scope(db(), AllRegions("advertised intakes, an account and its own applications"))
    if access != PUBLIC and not current_user.is_authenticated:
        return ask_to_sign_in()
    if isinstance(access, frozenset):
        return _enter_region(access)
    return None


def ask_to_sign_in() -> Any:
    """To the page for signing in. What was typed into a form of this site is kept meanwhile."""
    if request.method == "GET":
        return redirect(url_for("account.login", next=request.full_path.rstrip("?")))
    kept = typed.sent()
    if kept is None:
        return redirect(url_for("account.login"))
    return render_template("account/login.html", form=LoginForm(say=gettext), next=None, typed=kept), 401


def send_again() -> Any:
    """What was typed into a page from before the present sign-in, to be sent from here; None for any other page."""
    kept = typed.sent() if current_user.is_authenticated else None
    return None if kept is None else (render_template("account/go_on.html", typed=kept), 409)


def _enter_region(allowed: frozenset[Role]) -> Any:
    session = db()
    slug = (request.view_args or {}).get("region", "")
    found = entered(
        session, region=slug, intake=(request.view_args or {}).get("intake"), account_id=account().id
    )
    if found is None:
        abort(404)
    assert found.region.id is not None
    set_scope(session, OneRegion(found.region.id))
    g.roles = found.roles
    if not g.roles:
        abort(404)
    if not g.roles & allowed:
        abort(403)
    if found.region.second_factor_required and g.roles & NEED_IT and not current_user.second_factor:
        return _ask_for_second_factor(found.region)
    g.region, g.intake, g.profile = found.region, found.intake, found.profile
    if request.method in ("GET", "HEAD"):
        reads_at(session, found.head)
    return None


def _ask_for_second_factor(region: Region) -> Any:
    """To where it is set up: the region asks it of those with these roles."""
    if request.method != "GET":
        raise NotAllowed(gettext("Set up a second factor under My account first."))
    flash(
        gettext("%(region)s asks for a second factor of your role. Set it up to go on.", region=region.name),
        "info",
    )
    return redirect(url_for("second_factor.mine", next=request.full_path.rstrip("?")))
