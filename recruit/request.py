"""What a route needs of the present request: its session, settings, actor and region."""

from urllib.parse import urlsplit

from flask import abort, current_app, g, request
from flask_login import current_user
from sqlmodel import Session

from recruit.actor import Actor
from recruit.database import make_session
from recruit.incoming import MAX_NUMBER
from recruit.models import Account, Region, Role
from recruit.models.types import id_of
from recruit.queries import naming
from recruit.settings import Settings

#: Endpoints that read, and do what takes long, before they write: they take the write lock by themselves.
READS_FIRST = frozenset({"account.login", "application.upload", "application.submit"})
#: The longest address that is kept to return to.
LONGEST_TARGET = 500


def settings() -> Settings:
    """The application's settings."""
    found: Settings = current_app.extensions["recruit_settings"]
    return found


def db() -> Session:
    """The request's session. A POST takes the write lock at once, so that what it reads is what it changes."""
    if "db_session" not in g:
        engine = current_app.extensions["recruit_engine"]
        # Signing in takes long on purpose, a file until it is on the disk: with the lock, fifty people at nine o'clock,
        # or in the last hour before an intake closes, would wait in a row.
        writes = request.method not in ("GET", "HEAD") and request.endpoint not in READS_FIRST
        g.db_session = make_session(engine, writes=writes)
        g.db_session.info["base_url"] = settings().base_url  # for links in the notices that a use case sends
    session: Session = g.db_session
    return session


def account() -> Account:
    """The account that is signed in. Only for routes that require one; otherwise 401."""
    if not current_user.is_authenticated:
        abort(401)
    signed_in: Account = current_user.account
    return signed_in


def actor() -> Actor:
    """Who does what this request does."""
    return Actor(account_id=account().id)


def region() -> Region:
    """The region that the address names. The guard has set it and checked the person's role."""
    found: Region = g.region
    return found


def roles() -> frozenset[Role]:
    """The signed-in person's roles in the region that the address names."""
    found: frozenset[Role] = g.get("roles", frozenset())
    return found


def sees_names() -> bool:
    """Whether the reader sees the group by name; an auditor who is nothing else reads roles and numbers."""
    return roles() != {Role.AUDITOR}


def show_roles() -> None:
    """Before the request: whoever sees no names of the group reads roles and numbers in everything that is read."""
    if "region" in g and not sees_names():
        naming.show_roles(db(), region_id=id_of(region()))


def stored_number(text: str) -> int:
    """A number that a row may have. Raises ValueError for any other: read as an argument it is then not given."""
    number = int(text)
    if not 0 <= number <= MAX_NUMBER:
        raise ValueError(text)
    return number


def page_asked() -> int:
    """The page of a table that the address asks for, from 1. Further than this no table goes, nor a database counts."""
    return min(max(request.args.get("page", 1, int), 1), 1_000_000)


def safe_target(target: str | None) -> str | None:
    """An address on this site, or None: a link must not send people elsewhere.

    Browsers drop tabs and line ends from addresses and read a backslash as a slash, before they look where one leads.
    """
    if not target or len(target) > LONGEST_TARGET or not target.startswith("/") or target.startswith("//"):
        return None
    if "\\" in target or any(ord(letter) <= 32 or ord(letter) == 127 for letter in target):
        return None
    try:
        parts = urlsplit(target)
    except ValueError:
        return None
    return None if parts.netloc or parts.scheme else target
