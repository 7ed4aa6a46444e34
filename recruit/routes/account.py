"""Signing in and out, by a password or a mailed link; creating an account, verifying the address, new passwords.

One's own account is in `my_account`, the second factor in `second_factor`.
"""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user

from forms.account import (
    ConfirmForm,
    ForgottenForm,
    LinkForm,
    LoginForm,
    NewPasswordForm,
    RegisterForm,
)
from recruit import clock, typed
from recruit.courier import catches
from recruit.database import transaction
from recruit.errors import Invalid, NotFound
from recruit.i18n import gettext as _
from recruit.i18n import language
from recruit.limits import by_address_and_email, by_email, limiter, posts_only
from recruit.request import account, db, settings
from recruit.routes import my_account
from recruit.routes.account_shared import (
    answers_to_carry,
    blueprint,
    enter,
    home_of,
    posted,
    show,
    status,
    take_over_answers,
    target_asked,
)
from recruit.services import account as accounts
from recruit.services import sign_in_links
from recruit.signin import sign_out

__all__ = ["blueprint", "my_account"]


@blueprint.route("/login", methods=["GET", "POST"])
@limiter.limit("10 per 5 minutes", key_func=by_address_and_email, exempt_when=posts_only)
@limiter.limit("50 per hour", key_func=by_email, exempt_when=posts_only)
@limiter.limit("100 per 5 minutes", exempt_when=posts_only)
def login() -> Any:
    """Sign in with e-mail address and password; from here a link can be asked for instead."""
    form = LoginForm(posted(), say=_)
    target = target_asked()
    if request.method == "GET":
        if current_user.is_authenticated:
            return redirect(target or home_of(account()))
        return _login_page(form)
    if form.validate():
        try:
            with transaction(db()):
                found = accounts.authenticate(db(), email=form.email.data, password=form.password.data)
            return enter(found, target)
        except Invalid as error:
            show(form, error)
    return _login_page(form), 422


def _login_page(form: LoginForm) -> str:
    return render_template("account/login.html", form=form, next=target_asked(), typed=typed.carried())


@blueprint.post("/login/link")
@limiter.limit("20 per hour")
@limiter.limit("5 per hour", key_func=by_email)
def ask_link() -> Any:
    """Mail a link that signs in. The answer is the same whether there is an account or not."""
    form = ForgottenForm(posted(), say=_)
    if not form.validate():
        shown = LoginForm(data={"email": form.email.data}, say=_)
        shown.email.errors = form.email.errors
        return _login_page(shown), 422
    _mail_link(form.email.data)
    return _look_in_mail()


def _mail_link(email: str, name: str = "") -> None:
    with transaction(db()):
        sign_in_links.ask(
            db(),
            email=email,
            name=name,
            target=target_asked() or "",
            carried=answers_to_carry(),
            language=language(),
            base_url=settings().base_url,
            now=clock.now(),
        )


def _look_in_mail() -> Any:
    """What was typed before stays on the page that says to look in the mail."""
    kept = typed.carried()
    if kept is None:
        return redirect(url_for("account.check_mail"), 303)
    return _check_mail_page(kept)


@blueprint.route("/sign-in/<token>", methods=["GET", "POST"])
@limiter.limit("60 per hour", exempt_when=posts_only)
def link(token: str) -> Any:
    """Sign in by a mailed link. The link opens a page with a button: mail scanners follow links."""
    try:
        opened = sign_in_links.look(db(), token=token, now=clock.now())
    except NotFound as error:
        return render_template("account/link_useless.html", message=str(error)), error.status
    form = LinkForm(posted(), say=_)
    if request.method == "POST":
        try:
            with transaction(db()):
                used = sign_in_links.use(
                    db(), token=token, name=form["name"].data or "", language=language(), now=clock.now()
                )
            take_over_answers(used.carried)
            return enter(used.account, used.target)
        except Invalid as error:
            show(form, error)
    return render_template("account/link.html", form=form, opened=opened), status(form)


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
    """Create an account, with a password or without; a link is mailed to verify the address."""
    form = RegisterForm(posted(), say=_)
    if request.method == "POST" and form.validate():
        try:
            if form.password.data:
                _register(form)
            else:
                _mail_link(form.email.data, form["name"].data)
            return redirect(url_for("account.check_mail"), 303)
        except Invalid as error:
            show(form, error)
    return render_template("account/register.html", form=form, next=target_asked()), status(form)


def _register(form: RegisterForm) -> None:
    with transaction(db()):
        accounts.register(
            db(),
            email=form.email.data,
            name=form["name"].data,
            password=form.password.data,
            target=target_asked() or "",
            language=language(),
            base_url=settings().base_url,
            now=clock.now(),
        )


@blueprint.get("/check-mail")
def check_mail() -> Any:
    """What to do after a link has been mailed."""
    return _check_mail_page()


def _check_mail_page(kept: typed.Typed | None = None) -> str:
    return render_template("account/check_mail.html", catches_mail=catches(settings()), typed=kept)


@blueprint.route("/verify/<token>", methods=["GET", "POST"])
@limiter.limit("20 per hour", exempt_when=posts_only)
def verify(token: str) -> Any:
    """Verify an address. The link opens a form: mail scanners follow links, but know no passwords."""
    form = ConfirmForm(posted(), say=_)
    if request.method == "POST" and form.validate():
        try:
            with transaction(db()):
                found, target = accounts.verify(
                    db(), token=token, password=str(form.password.data), language=language(), now=clock.now()
                )
            flash(_("Your address is verified."))
            return enter(found, target)
        except Invalid as error:
            show(form, error)
    return render_template("account/verify.html", form=form), status(form)


@blueprint.route("/forgot", methods=["GET", "POST"])
@limiter.limit("10 per hour", exempt_when=posts_only)
@limiter.limit("5 per hour", key_func=by_email, exempt_when=posts_only)
def forgot() -> Any:
    """Ask for a link to choose a new password."""
    form = ForgottenForm(posted(), say=_)
    if request.method == "POST" and form.validate():
        with transaction(db()):
            accounts.ask_for_reset(
                db(),
                email=form.email.data,
                base_url=settings().base_url,
                now=clock.now(),
                language=language(),
            )
        return redirect(url_for("account.check_mail"), 303)
    return render_template("account/forgot.html", form=form), status(form)


@blueprint.route("/reset/<token>", methods=["GET", "POST"])
@limiter.limit("20 per hour", exempt_when=posts_only)
def reset(token: str) -> Any:
    """Choose a new password by a mailed link."""
    form = NewPasswordForm(posted(), say=_)
    if request.method == "POST" and form.validate():
        try:
            with transaction(db()):
                found = accounts.reset(db(), token=token, password=form.password.data, now=clock.now())
            flash(_("Your new password is saved."))
            return enter(found, None)
        except NotFound as error:
            flash(str(error), "warning")
            return redirect(url_for("account.forgot"), 303)
        except Invalid as error:
            show(form, error)
    return render_template("account/reset.html", form=form), status(form)
