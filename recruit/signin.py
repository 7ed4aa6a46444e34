"""Signing in: who is signed in, and until when."""

from datetime import datetime, timedelta

from flask import Flask, session
from flask_login import LoginManager, UserMixin, login_user, logout_user
from sqlmodel import select

from recruit import clock
from recruit.models import Account
from recruit.request import db, settings

SINCE = "signed_in_at"


class SignedIn(UserMixin):
    """The signed-in account as Flask-Login sees it. Its id carries the epoch, so that all can be signed out."""

    def __init__(self, account: Account) -> None:
        self.account = account

    def get_id(self) -> str:
        return f"{self.account.public_id}.{self.account.session_epoch}"


def init_app(app: Flask) -> None:
    """Attach the login manager."""
    manager = LoginManager()
    manager.session_protection = None  # addresses change on phones; being signed in has its own limits
    manager.init_app(app)
    manager.user_loader(_load)


def sign_in(account: Account) -> None:
    """Sign an account in. What the browser's cookie held goes, so that nothing of another person stays.

    The language stays, and what was answered before there was an account, since an application begins with it.
    """
    kept = {name: session[name] for name in ("language", "guide") if name in session}
    session.clear()
    session.permanent = True
    session[SINCE] = clock.now().isoformat()
    session.update(kept)
    login_user(SignedIn(account))


def sign_out() -> None:
    """Sign out on this browser."""
    logout_user()
    language = session.get("language")
    session.clear()
    if language:
        session["language"] = language


def _load(identity: str) -> SignedIn | None:
    public_id, _, epoch = identity.partition(".")
    since = session.get(SINCE)
    if since is None or clock.now() - datetime.fromisoformat(since) > timedelta(
        hours=settings().session_hours
    ):
        return None
    account = db().exec(select(Account).where(Account.public_id == public_id)).first()
    if (
        account is None
        or not account.active
        or str(account.session_epoch) != epoch
        or account.verified_at is None
    ):
        return None
    return SignedIn(account)
