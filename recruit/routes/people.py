"""Pages about the region's group and sites, for administrators."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from forms.people import CaseNumbersForm, MemberForm, RolesForm, SigningInForm, SiteForm
from recruit import clock
from recruit.case_pattern import parse
from recruit.database import transaction
from recruit.errors import Invalid, Refusal
from recruit.i18n import gettext as _
from recruit.models import Role, Site, SiteKind
from recruit.queries import people as queries
from recruit.request import actor, db, settings
from recruit.request import region as current_region
from recruit.services import account as accounts
from recruit.services import case_numbers, second_factor
from recruit.services import people as service

blueprint = Blueprint("people", __name__, url_prefix="/g/<region>/people")


def _region_id() -> int:
    number = current_region().id
    assert number is not None
    return number


def _home() -> str:
    return url_for("people.index", region=current_region().slug)


@blueprint.get("")
def index(region: str) -> Any:
    """Members with their roles."""
    page = queries.members(db(), region_id=_region_id(), number=request.args.get("page", 1, int))
    return render_template("people/index.html", page=page, per_page=queries.PER_PAGE)


@blueprint.route("/add", methods=["GET", "POST"])
def add(region: str) -> Any:
    """Add a member. Whoever has no account gets a link to choose a password."""
    posted = request.form if request.method == "POST" else None
    form = MemberForm(posted, say=_)
    if posted is not None and form.validate():
        try:
            with transaction(db()):
                found = accounts.add_member(
                    db(),
                    region_id=_region_id(),
                    email=form.email.data or "",
                    name=form.name.data or "",
                    roles=[Role(value) for value in form.roles.data],
                    actor=actor(),
                    now=clock.now(),
                    base_url=settings().base_url,
                )
            flash(_added(found.email, joined=found.verified_at is not None))
            return redirect(_home(), 303)
        except Invalid as error:
            form[error.field or "email"].errors = [str(error.message)]
    return render_template("people/add.html", form=form), 200 if posted is None else 422


def _added(email: str, *, joined: bool) -> str:
    if joined:
        return _("%(email)s already had an account and can use the new roles at once.", email=email)
    return _("%(email)s has been sent a link to choose a password.", email=email)


@blueprint.route("/<public_id>", methods=["GET", "POST"])
def change(region: str, public_id: str) -> Any:
    """Change a member's roles, or end their access."""
    member = queries.member(db(), region_id=_region_id(), public_id=public_id)
    posted = request.form if request.method == "POST" else None
    form = RolesForm(posted, data={"roles": [role.value for role in member.roles]}, say=_)
    ends = posted is not None and posted.get("action") == "end"
    if posted is not None and (ends or form.validate()):
        try:
            with transaction(db()):
                _carry_out(member.account_id, None if ends else form.roles.data)
            flash(
                _("%(email)s has no access any more.", email=member.email)
                if ends
                else _("The roles are changed.")
            )
            return redirect(_home(), 303)
        except Refusal as error:
            form.roles.errors = [str(error.message)]
    return render_template("people/change.html", form=form, member=member), 200 if posted is None else 422


def _carry_out(account_id: int, roles: list[str] | None) -> None:
    """Set the roles, or end the access when `roles` is None."""
    about = {"region_id": _region_id(), "account_id": account_id, "actor": actor(), "now": clock.now()}
    if roles is None:
        service.end_access(db(), **about)  # type: ignore[arg-type]
    else:
        service.change_roles(db(), roles={Role(value) for value in roles}, **about)  # type: ignore[arg-type]


@blueprint.post("/<public_id>/second-factor")
def reset_second_factor(region: str, public_id: str) -> Any:
    """Remove a member's second factor because the phone is lost."""
    member = queries.member(db(), region_id=_region_id(), public_id=public_id)
    with transaction(db()):
        second_factor.reset(
            db(), region_id=_region_id(), account_id=member.account_id, actor=actor(), now=clock.now()
        )
    flash(_("The second factor is reset. %(email)s has been told.", email=member.email))
    return redirect(url_for("people.change", region=region, public_id=public_id), 303)


@blueprint.route("/signing-in", methods=["GET", "POST"])
def signing_in(region: str) -> Any:
    """Whether the region requires a second factor of coordinators, auditors and administrators."""
    posted = request.form if request.method == "POST" else None
    form = SigningInForm(posted, data={"required": current_region().second_factor_required}, say=_)
    if posted is not None:
        with transaction(db()):
            service.require_second_factor(
                db(), region_id=_region_id(), required=form.required.data, actor=actor(), now=clock.now()
            )
        flash(_("Saved."))
        return redirect(url_for("people.signing_in", region=region), 303)
    return render_template("people/signing_in.html", form=form)


@blueprint.route("/sites", methods=["GET", "POST"])
def sites(region: str) -> Any:
    """The region's sites, and a form to add one."""
    posted = request.form if request.method == "POST" else None
    form = SiteForm(posted, say=_)
    if posted is not None and form.validate():
        try:
            with transaction(db()):
                site = service.add_site(
                    db(),
                    region_id=_region_id(),
                    name=form.name.data or "",
                    kind=SiteKind(form.kind.data),
                    actor=actor(),
                    now=clock.now(),
                )
            flash(_("%(site)s is added.", site=site.name))
            return redirect(url_for("people.sites", region=region), 303)
        except Refusal as error:
            form["name"].errors = [str(error.message)]
    found = queries.sites(db(), region_id=_region_id())
    return render_template("people/sites.html", form=form, sites=found), 200 if posted is None else 422


@blueprint.post("/sites/<int:number>/close")
def close_site(region: str, number: int) -> Any:
    """Give a site no new posts from now on."""
    return _turn(service.close_site, number)


@blueprint.post("/sites/<int:number>/reopen")
def reopen_site(region: str, number: int) -> Any:
    """Let a closed site have posts again."""
    return _turn(service.reopen_site, number)


def _turn(use_case: Callable[..., Site], number: int) -> Any:
    with transaction(db()):
        site = use_case(db(), region_id=_region_id(), site_id=number, actor=actor(), now=clock.now())
    if site.closed_at:
        flash(_("%(site)s is closed. Intakes that have posts there keep them.", site=site.name))
    else:
        flash(_("%(site)s is open again.", site=site.name))
    return redirect(url_for("people.sites", region=current_region().slug), 303)


@blueprint.route("/case-numbers", methods=["GET", "POST"], endpoint="case_numbers")
def case_numbers_page(region: str) -> Any:
    """The region's patterns of case numbers, with what they give next."""
    intake, application, revision = case_numbers.patterns_of(db(), _region_id())
    posted = request.form if request.method == "POST" else None
    form = CaseNumbersForm(posted, data={"intake": intake, "application": application}, say=_)
    status = 200
    if posted is not None:
        status = 422
        if form.validate() and posted.get("action") == "preview":
            status = 200
        elif not form.errors:
            try:
                with transaction(db()):
                    case_numbers.choose(
                        db(),
                        region_id=_region_id(),
                        intake=form.intake.data or "",
                        application=form.application.data or "",
                        revision=posted.get("revision", -1, int),
                        actor=actor(),
                        now=clock.now(),
                    )
                flash(_("The patterns are saved. They apply to numbers given from now on."))
                return redirect(url_for("people.case_numbers", region=region), 303)
            except Refusal as refused:
                form[getattr(refused, "field", None) or "intake"].errors = [str(refused.message)]
                status = refused.status
                revision = case_numbers.patterns_of(db(), _region_id())[2]
    previews = _previews(form)
    wrong = any(field.errors for field in form)
    page = render_template("people/case_numbers.html", form=form, revision=revision, previews=previews)
    return page, status if status != 200 or not wrong else 422


def _previews(form: CaseNumbersForm) -> dict[str, list[str]]:
    """The next numbers that each pattern gives, where it holds; what is wrong is put to the field."""
    found: dict[str, list[str]] = {}
    first = ""
    for kind in ("intake", "application"):
        if form[kind].errors:
            continue
        try:
            pattern = parse(kind, form[kind].data or "")
        except Invalid as refused:
            form[kind].errors = [str(refused.message)]
            continue
        found[kind] = case_numbers.preview(
            db(), region_id=_region_id(), pattern=pattern, intake=first, now=clock.now()
        )
        first = found[kind][0]
    return found
