"""Signing in: who is signed in, in which browser, and until when; and who has only shown the first of two factors."""

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, request, session
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from sqlalchemy import bindparam
from sqlmodel import col, select

from recruit import clock
from recruit.database import may_write, transaction
from recruit.errors import NotFound
from recruit.models import Account, BrowserSession, SecondFactor
from recruit.request import account as signed_in_account
from recruit.request import db, settings
from recruit.services import browsers

SINCE = "signed_in_at"
#: The key of the session's row in the database.
BROWSER = "browser"
#: Who has shown a password or a link, and is yet to give a code.
HALF = "half"
HALF_WITHIN = timedelta(minutes=10)
#: What may be done without the password in a session this young, by whoever has none.
FRESH_WITHIN = timedelta(minutes=30)

_PROGRAMS = (
    ("Edge", r"Edg(e|A|iOS)?/"),
    ("Opera", r"OPR/"),
    ("Samsung Internet", r"SamsungBrowser/"),
    ("Firefox", r"Firefox/|FxiOS/"),
    ("Chrome", r"Chrome/|CriOS/|Chromium/"),
    ("Safari", r"Safari/"),
)
_SYSTEMS = (
    ("Android", r"Android"),
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Windows", r"Windows"),
    ("macOS", r"Mac OS X|Macintosh"),
    ("ChromeOS", r"CrOS"),
    ("Linux", r"Linux|X11"),
)
#: An account and when its second factor was confirmed, as every page asks it, for `account` and `browser`.
_HELD = (
    select(Account, SecondFactor.confirmed_at)
    .join(BrowserSession, col(BrowserSession.account_id) == col(Account.id))
    .join(SecondFactor, col(SecondFactor.account_id) == col(Account.id), isouter=True)
    .where(
        col(Account.public_id) == bindparam("account"),
        col(BrowserSession.public_id) == bindparam("browser"),
        col(BrowserSession.ended_at).is_(None),
    )
)


class SignedIn(UserMixin):
    """The signed-in account as Flask-Login sees it. Its id carries the epoch, so that all can be signed out."""

    def __init__(self, account: Account, *, second_factor: bool = False) -> None:
        self.account = account
        self.second_factor = second_factor

    def get_id(self) -> str:
        return f"{self.account.public_id}.{self.account.session_epoch}"


@dataclass(frozen=True)
class Half:
    """Who has shown the first factor, and where they were going."""

    account: Account
    target: str


def init_app(app: Flask) -> None:
    """Attach the login manager."""
    manager = LoginManager()
    manager.session_protection = None  # addresses change on phones; being signed in has its own limits
    manager.init_app(app)
    manager.user_loader(_load)


def oldest() -> datetime:
    """Sessions that began before have run out."""
    return clock.now() - timedelta(hours=settings().session_hours)


def sign_in(account: Account, *, second_factor: bool = False) -> None:
    """Sign an account in. What the browser's cookie held goes, so that nothing of another person stays.

    The language stays, and what was answered before there was an account, since an application begins with it.
    """
    now = clock.now()
    may_write(db())  # the page for signing in has only read so far
    with transaction(db()):
        begun = browsers.begin(
            db(), account=account, browser=_browser(request.user_agent.string), limit=oldest(), now=now
        )
    _start_anew()
    session[SINCE] = now.isoformat()
    session[BROWSER] = begun.public_id
    login_user(SignedIn(account, second_factor=second_factor))


def sign_in_again() -> None:
    """Keep this browser signed in after everything else has been signed out."""
    since = session[SINCE]
    sign_in(signed_in_account(), second_factor=current_user.second_factor)
    session[SINCE] = since  # nobody has shown anything new


def is_fresh() -> bool:
    """Whether the person has signed in lately."""
    return clock.now() - datetime.fromisoformat(session[SINCE]) <= FRESH_WITHIN


def browser_here() -> str:
    """The public id of the present session."""
    return str(session.get(BROWSER, ""))


def sign_out() -> None:
    """Sign out on this browser."""
    with suppress(NotFound), transaction(db()):  # signed out from elsewhere in the same moment
        browsers.end(db(), account=signed_in_account(), public_id=browser_here(), now=clock.now())
    forget()


def forget() -> None:
    """Empty this browser's cookie of everything but the language."""
    logout_user()
    language = session.get("language")
    session.clear()
    if language:
        session["language"] = language


def begin_half(account: Account, target: str) -> None:
    """Remember who has shown the first factor, for ten minutes. Nobody is signed in by it."""
    logout_user()
    _start_anew()
    session[HALF] = {
        "account": account.public_id,
        "epoch": account.session_epoch,
        "at": clock.now().isoformat(),
        "target": target,
    }


def half() -> Half | None:
    """Who has shown the first factor in this browser; None when nobody has, or it is too long ago."""
    kept: dict[str, Any] | None = session.get(HALF)
    if kept is None or clock.now() - datetime.fromisoformat(kept["at"]) > HALF_WITHIN:
        return None
    account = db().exec(select(Account).where(Account.public_id == kept["account"])).first()
    if account is None or not account.active or account.session_epoch != kept["epoch"]:
        return None
    return Half(account, str(kept["target"]))


def half_key() -> str:
    """One count of wrong codes per account, however often the first factor is shown again; "" without one."""
    return str((session.get(HALF) or {}).get("account", ""))


def _start_anew() -> None:
    kept = {name: session[name] for name in ("language", "guide") if name in session}
    session.clear()
    session.permanent = True
    session.update(kept)


def _browser(agent: str) -> str:
    """A browser in words that its owner recognises; "" when it does not say."""
    found = [
        next((name for name, pattern in known if re.search(pattern, agent)), "")
        for known in (_PROGRAMS, _SYSTEMS)
    ]
    return ", ".join(word for word in found if word)


def _load(identity: str) -> SignedIn | None:
    public_id, _, epoch = identity.partition(".")
    since = session.get(SINCE)
    if since is None or datetime.fromisoformat(since) < oldest():
        return None
    found = db().execute(_HELD, {"account": public_id, "browser": browser_here()}).first()
    if found is None:
        return None
    account, confirmed_at = found
    if not account.active or str(account.session_epoch) != epoch or account.verified_at is None:
        return None
    return SignedIn(account, second_factor=confirmed_at is not None)
