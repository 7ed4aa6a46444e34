"""Signing in and out, creating an account, verifying the address, new passwords."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlmodel import col, select
from werkzeug.datastructures import MultiDict

from forms.account import (
    ConfirmForm,
    ForgottenForm,
    LanguageForm,
    LoginForm,
    NewPasswordForm,
    PasswordForm,
    RegisterForm,
)
from recruit import clock
from recruit.courier import catches
from recruit.database import AllRegions, set_scope, transaction
from recruit.errors import Invalid, NotFound
from recruit.i18n import gettext as _
from recruit.i18n import language
from recruit.limits import by_address_and_email, by_email, limiter, posts_only
from recruit.models import Membership, Region, Role
from recruit.queries import people
from recruit.request import account, db, safe_target, settings
from recruit.services import account as accounts
from recruit.signin import sign_in, sign_out

blueprint = Blueprint("account", __name__)


@blueprint.route("/login", methods=["GET", "POST"])
@limiter.limit("10 per 5 minutes", key_func=by_address_and_email, exempt_when=posts_only)
@limiter.limit("50 per hour", key_func=by_email, exempt_when=posts_only)
@limiter.limit("100 per 5 minutes", exempt_when=posts_only)
def login() -> Any:
    """Sign in with e-mail address and password."""
    form = LoginForm(_posted(), say=_)
    target = safe_target(request.args.get("next"))
    if request.method == "GET":
        if current_user.is_authenticated:
            return redirect(target or _home())
        return render_template("account/login.html", form=form, next=target)
    if form.validate():
        try:
            with transaction(db()):
                found = accounts.authenticate(db(), email=form.email.data, password=form.password.data)
            sign_in(found)
            return redirect(target or _home(), 303)
        except Invalid as error:
            _show(form, error)
    return render_template("account/login.html", form=form, next=target), 422


@blueprint.post("/logout")
def logout() -> Any:
    """Sign out."""
    sign_out()
    flash(_("You are signed out."))
    return redirect(url_for("public.home"), 303)


@blueprint.route("/register", methods=["GET", "POST"])
@limiter.limit("20 per hour", exempt_when=posts_only)
@limiter.limit("5 per hour", key_func=by_email, exempt_when=posts_only)
def register() -> Any:
    """Create an account; a link is mailed to verify the address."""
    form = RegisterForm(_posted(), say=_)
    if request.method == "POST" and form.validate():
        try:
            with transaction(db()):
                accounts.register(
                    db(),
                    email=form.email.data,
                    name=form.name.data,
                    password=form.password.data,
                    language=language(),
                    base_url=settings().base_url,
                    now=clock.now(),
                )
            return redirect(url_for("account.check_mail"), 303)
        except Invalid as error:
            _show(form, error)
    return render_template("account/register.html", form=form), _status(form)


@blueprint.get("/check-mail")
def check_mail() -> Any:
    """What to do after a link has been mailed."""
    return render_template("account/check_mail.html", catches_mail=catches(settings()))


@blueprint.route("/verify/<token>", methods=["GET", "POST"])
@limiter.limit("20 per hour", exempt_when=posts_only)
def verify(token: str) -> Any:
    """Verify an address. The link opens a form: mail scanners follow links, but know no passwords."""
    form = ConfirmForm(_posted(), say=_)
    if request.method == "POST" and form.validate():
        try:
            with transaction(db()):
                found = accounts.verify(
                    db(), token=token, password=str(form.password.data), language=language(), now=clock.now()
                )
            sign_in(found)
            flash(_("Your address is verified."))
            return redirect(_home(), 303)
        except Invalid as error:
            _show(form, error)
    return render_template("account/verify.html", form=form), _status(form)


@blueprint.route("/forgot", methods=["GET", "POST"])
@limiter.limit("10 per hour", exempt_when=posts_only)
@limiter.limit("5 per hour", key_func=by_email, exempt_when=posts_only)
def forgot() -> Any:
    """Ask for a link to choose a new password."""
    form = ForgottenForm(_posted(), say=_)
    if request.method == "POST" and form.validate():
        with transaction(db()):
            accounts.ask_for_reset(db(), email=form.email.data, base_url=settings().base_url, now=clock.now())
        return redirect(url_for("account.check_mail"), 303)
    return render_template("account/forgot.html", form=form), _status(form)


@blueprint.route("/reset/<token>", methods=["GET", "POST"])
@limiter.limit("20 per hour", exempt_when=posts_only)
def reset(token: str) -> Any:
    """Choose a new password by a mailed link."""
    form = NewPasswordForm(_posted(), say=_)
    if request.method == "POST" and form.validate():
        try:
            with transaction(db()):
                found = accounts.reset(db(), token=token, password=form.password.data, now=clock.now())
            sign_in(found)
            flash(_("Your new password is saved."))
            return redirect(_home(), 303)
        except NotFound as error:
            flash(str(error))
            return redirect(url_for("account.forgot"), 303)
        except Invalid as error:
            _show(form, error)
    return render_template("account/reset.html", form=form), _status(form)


@blueprint.route("/me", methods=["GET", "POST"])
@limiter.limit("30 per hour", exempt_when=posts_only)
def me() -> Any:
    """My account: language and password."""
    choice = request.form.get("save")
    password_form = PasswordForm(_posted() if choice == "password" else None, say=_)
    language_form = LanguageForm(
        _posted() if choice == "language" else None, data={"language": account().language}, say=_
    )
    if choice == "language" and language_form.validate():
        return _save_language(language_form)
    if choice == "password" and password_form.validate():
        try:
            with transaction(db()):
                accounts.change_password(
                    db(), account=account(), old=password_form.old.data, new=password_form.password.data
                )
            sign_in(account())
            flash(_("Your new password is saved."))
            return redirect(url_for("account.me"), 303)
        except Invalid as error:
            _show(password_form, error)
    status = 422 if password_form.errors or language_form.errors else 200
    return render_template(
        "account/me.html",
        password_form=password_form,
        language_form=language_form,
        in_a_group=bool(people.roles_anywhere(db(), account_id=account().id or 0)),
    ), status


def _save_language(form: LanguageForm) -> Any:
    from flask import session

    with transaction(db()):
        account().language = form.language.data
        db().add(account())
    session["language"] = form.language.data
    flash(_("Saved."))
    return redirect(url_for("account.me"), 303)


def _posted() -> MultiDict[str, str] | None:
    return request.form if request.method == "POST" else None


def _status(form: Any) -> int:
    return 422 if form.errors else 200


def _show(form: Any, error: Invalid) -> None:
    field = form[error.field] if error.field in form else next(iter(form))
    field.errors = [*field.errors, str(error)]


def _home() -> str:
    """Where a person's work is: the group's page for members, one's own applications for everyone else."""
    set_scope(db(), AllRegions("which regions the account is a member of"))
    mine = (
        select(Region.slug)
        .join(Membership, Membership.region_id == Region.id)  # type: ignore[arg-type]
        .where(Membership.account_id == current_user.account.id)
        .order_by(Region.slug)
    )
    slug = db().exec(mine).first()
    if slug is None:
        return url_for("application.mine")
    held = select(col(Membership.role)).where(Membership.account_id == current_user.account.id)
    here = held.join(Region, col(Membership.region_id) == Region.id).where(Region.slug == slug)
    only_audits = set(db().exec(here)) == {Role.AUDITOR}
    return url_for("audit.home" if only_audits else "intake.home", region=slug)
