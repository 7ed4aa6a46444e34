"""The second factor: asked for after a password or a link; set up, renewed and removed under My account."""

from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, session, url_for
from flask_login import current_user

from forms.account import CodeForm, FirstCodeForm, ProofForm
from forms.base import WordedForm
from recruit import authenticator, clock, typed
from recruit.database import transaction
from recruit.errors import Invalid, NotFound
from recruit.i18n import gettext as _
from recruit.limits import by_account, by_half, limiter, posts_only
from recruit.models import SecondFactor
from recruit.request import account, db, settings
from recruit.routes.account_shared import land, posted, show, status, target_asked
from recruit.services import second_factor as service
from recruit.signin import HALF, half, sign_in, sign_in_again

blueprint = Blueprint("second_factor", __name__)
ISSUER = "BT"


@blueprint.route("/second-factor", methods=["GET", "POST"])
@limiter.limit("5 per 5 minutes", key_func=by_half, exempt_when=posts_only)
@limiter.limit("20 per day", key_func=by_half, exempt_when=posts_only)
@limiter.limit("60 per hour", exempt_when=posts_only)
def check() -> Any:
    """After the first factor: a code from the app, or a recovery code."""
    who = half()
    if who is None:
        session.pop(HALF, None)
        flash(_("It took too long. Sign in again."), "warning")
        return redirect(url_for("account.login"), 303)
    form = CodeForm(posted(), say=_)
    if request.method == "POST" and form.validate():
        try:
            with transaction(db()):
                by_recovery = service.check(
                    db(), account=who.account, code=form.code.data, key=settings().secret, now=clock.now()
                )
                left = service.codes_left(db(), who.account)
            sign_in(who.account, second_factor=True)
            if by_recovery:
                flash(_("You used a recovery code. Codes left: %(number)s.", number=left), "warning")
            return land(who.account, who.target)
        except Invalid as error:
            show(form, error)
    return render_template("account/second_factor.html", form=form, typed=typed.carried()), status(form)


@blueprint.get("/me/second-factor")
def mine() -> Any:
    """Whether I have a second factor, and how to set one up or be rid of it."""
    return _page()


def _page(wrong: WordedForm | None = None) -> Any:
    found = service.of_account(db(), account())
    confirmed = found is not None and found.confirmed_at is not None
    forms: dict[str, WordedForm] = {
        "confirm": FirstCodeForm(say=_),
        "codes": CodeForm(say=_),
        "remove": ProofForm(say=_),
    }
    if wrong is not None:
        forms = {name: wrong if type(form) is type(wrong) else form for name, form in forms.items()}
    return render_template(
        "account/my_second_factor.html",
        confirmed=confirmed,
        secret=None if found is None or confirmed else authenticator.in_groups(_secret(found)),
        codes_left=service.codes_left(db(), account()),
        forms=forms,
        wrong=wrong,
        next=target_asked(),
    ), 422 if wrong else 200


def _secret(found: SecondFactor) -> str:
    return authenticator.secret_of(found.seed, key=settings().secret)


@blueprint.post("/me/second-factor/begin")
@limiter.limit("30 per hour", key_func=by_account)
def begin() -> Any:
    """Draw a new secret and show it, to be confirmed by a first code."""
    with transaction(db()):
        service.begin(db(), account=account())
    return redirect(url_for("second_factor.mine", next=target_asked()), 303)


@blueprint.get("/me/second-factor/picture.svg")
def picture() -> Response:
    """The secret as a picture for the phone's camera, only while it is being set up."""
    found = service.of_account(db(), account())
    if found is None or found.confirmed_at is not None:
        abort(404)
    content = authenticator.address(_secret(found), email=account().email, issuer=ISSUER)
    return Response(authenticator.picture(content), mimetype="image/svg+xml")


@blueprint.post("/me/second-factor/confirm")
@limiter.limit("20 per hour", key_func=by_account)
def confirm() -> Any:
    """Take the new second factor into use; shows the recovery codes, this once."""
    form = FirstCodeForm(posted(), say=_)
    if form.validate():
        try:
            with transaction(db()):
                codes = service.confirm(
                    db(), account=account(), code=form.code.data, key=settings().secret, now=clock.now()
                )
            current_user.second_factor = True
            sign_in_again()
            return _codes_page(codes)
        except NotFound:
            return redirect(url_for("second_factor.mine", next=target_asked()), 303)
        except Invalid as error:
            show(form, error)
    return _page(form)


def _codes_page(codes: list[str]) -> str:
    return render_template("account/recovery_codes.html", codes=codes, next=target_asked())


@blueprint.post("/me/second-factor/codes")
@limiter.limit("5 per 5 minutes", key_func=by_account)
@limiter.limit("20 per day", key_func=by_account)
def codes() -> Any:
    """New recovery codes instead of the old ones."""
    form = CodeForm(posted(), say=_)
    if form.validate():
        try:
            with transaction(db()):
                new = service.renew_codes(
                    db(), account=account(), code=form.code.data, key=settings().secret, now=clock.now()
                )
            return _codes_page(new)
        except Invalid as error:
            show(form, error)
    return _page(form)


@blueprint.post("/me/second-factor/remove")
@limiter.limit("5 per 5 minutes", key_func=by_account)
@limiter.limit("20 per day", key_func=by_account)
def remove() -> Any:
    """Remove the second factor, against a fresh code or the password."""
    form = ProofForm(posted(), say=_)
    if form.validate():
        try:
            with transaction(db()):
                service.remove(
                    db(), account=account(), proof=form.proof.data, key=settings().secret, now=clock.now()
                )
            current_user.second_factor = False
            sign_in_again()
            flash(_("The second factor is removed. You are signed out everywhere else."))
            return redirect(url_for("account.me"), 303)
        except Invalid as error:
            error.field = "proof"
            show(form, error)
    return _page(form)
