"""My account: name, address, language, password, second factor, where I am signed in, notices."""

from typing import Any

from flask import flash, redirect, render_template, request, session, url_for

from forms.account import (
    AddressForm,
    LanguageForm,
    NameForm,
    NewPasswordForm,
    PasswordForm,
    RemovePasswordForm,
)
from forms.base import WordedForm
from recruit import clock
from recruit.database import transaction
from recruit.errors import Invalid, NotFound
from recruit.i18n import gettext as _
from recruit.i18n import languages, own_name
from recruit.limits import by_account, limiter, posts_only
from recruit.queries import browsers as queries
from recruit.queries import people
from recruit.request import account, db, settings
from recruit.routes.account_shared import blueprint, show
from recruit.services import account as accounts
from recruit.services import address_change, browsers, second_factor
from recruit.signin import browser_here, forget, is_fresh, oldest, sign_in_again

_FORMS: dict[str, type[WordedForm]] = {
    "name": NameForm,
    "email": AddressForm,
    "language": LanguageForm,
    "password": PasswordForm,
    "remove_password": RemovePasswordForm,
}


@blueprint.route("/me", methods=["GET", "POST"])
@limiter.limit("30 per hour", key_func=by_account, exempt_when=posts_only)
def me() -> Any:
    """My account; each part is saved by itself."""
    part = request.form.get("save", "")
    forms = _forms(part if request.method == "POST" else "")
    if part in forms and forms[part].validate():
        try:
            with transaction(db()):
                said = _SAVES[part](forms[part])
            if part in ("password", "remove_password"):
                sign_in_again()
            flash(said)
            return redirect(url_for("account.me"), 303)
        except Invalid as error:
            show(forms[part], error)
    wrong = next((form for form in forms.values() if form.errors), None)
    return render_template(
        "account/me.html",
        forms=forms,
        wrong=wrong,
        has_password=accounts.has_password(account()),
        sessions=queries.of_account(db(), account=account(), since=oldest()),
        here=browser_here(),
        codes_left=second_factor.codes_left(db(), account()),
        in_a_group=bool(people.roles_anywhere(db(), account_id=account().id or 0)),
    ), 422 if wrong else 200


def _forms(part: str) -> dict[str, WordedForm]:
    """All forms of the page, with what was posted in the one that was sent. Ids are told apart by prefixes."""
    kinds = dict(_FORMS)
    if not accounts.has_password(account()):
        kinds["password"] = NewPasswordForm
        del kinds["remove_password"]
    now = {"name": account().name, "language": account().language}
    forms = {
        name: kind(
            request.form if name == part else None,
            data=now if name in now else None,
            prefix="" if name in ("password", "language") else f"{name}-",
            say=_,
        )
        for name, kind in kinds.items()
    }
    forms["language"]["language"].choices = {code: own_name(code) for code in languages()}
    return forms


def _save_name(form: Any) -> str:
    accounts.rename(db(), account=account(), name=form["name"].data)
    return _("Saved.")


def _save_address(form: Any) -> str:
    _prove(form)
    address_change.ask(
        db(), account=account(), email=form.email.data, base_url=settings().base_url, now=clock.now()
    )
    return _(
        "We have sent a link to the new address. Your address is changed when you open it. The old one is told too."
    )


def _save_language(form: Any) -> str:
    account().language = form.language.data
    db().add(account())
    session["language"] = form.language.data
    return _("Saved.")


def _save_password(form: Any) -> str:
    _prove(form)
    accounts.change_password(db(), account=account(), new=form.password.data, now=clock.now())
    return _("Your new password is saved.")


def _remove_password(form: Any) -> str:
    _prove(form)
    accounts.remove_password(db(), account=account(), now=clock.now())
    return _("Your password is removed. From now on you sign in by a link in the mail.")


_SAVES = {
    "name": _save_name,
    "email": _save_address,
    "language": _save_language,
    "password": _save_password,
    "remove_password": _remove_password,
}


def _prove(form: Any) -> None:
    """Raise Invalid unless the password is given, or whoever has none has signed in lately."""
    if accounts.has_password(account()):
        accounts.prove(account(), form.old.data if "old" in form else "")
    elif not is_fresh():
        raise Invalid(
            _("It is a while since you signed in. Sign out, sign in by a new link and try again."),
            field=next(iter(form)).short_name,
        )


@blueprint.route("/new-address/<token>", methods=["GET", "POST"])
@limiter.limit("60 per hour", exempt_when=posts_only)
def new_address(token: str) -> Any:
    """Confirm a new address by the link that was mailed to it. The link opens a page with a button."""
    try:
        email = address_change.look(db(), token=token, now=clock.now())
    except NotFound as error:
        return render_template("account/link_useless.html", message=str(error)), error.status
    if request.method == "GET":
        return render_template("account/new_address.html", email=email)
    with transaction(db()):
        address_change.use(db(), token=token, now=clock.now())
    flash(_("Your address is changed."))
    return redirect(url_for("account.me"), 303)


@blueprint.post("/me/sessions/<public_id>/end")
def end_session(public_id: str) -> Any:
    """Sign out in one browser."""
    with transaction(db()):
        browsers.end(db(), account=account(), public_id=public_id, now=clock.now())
    if public_id == browser_here():
        forget()
        flash(_("You are signed out."))
        return redirect(url_for("public.home"), 303)
    flash(_("You are signed out there."))
    return redirect(url_for("account.me", _anchor="sessions"), 303)


@blueprint.post("/me/sessions/end")
def end_all_sessions() -> Any:
    """Sign out everywhere, here too."""
    with transaction(db()):
        browsers.end_all(db(), account=account())
    forget()
    flash(_("You are signed out everywhere."))
    return redirect(url_for("account.login"), 303)
