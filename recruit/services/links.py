"""One-time links sent by mail: made, found, ended. What each purpose does is told where it is used."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, or_, select, update

from recruit.errors import NotFound
from recruit.i18n import lazy_gettext as _
from recruit.models import Account, EmailToken, TokenPurpose


def new(
    session: Session,
    *,
    account: Account | None,
    email: str,
    purpose: TokenPurpose,
    within: timedelta,
    now: datetime,
    name: str = "",
    password_hash: str = "",
    target: str = "",
    carried: str = "",
) -> str:
    """A link's token; kept as a hash. A new link of any kind ends the earlier ones that sign the same address in.

    The statements are the same with and without an account, so that nobody can tell which it was by the time it takes.
    Links that are too old go with all that they carried, whosever they were.
    """
    session.execute(delete(EmailToken).where(col(EmailToken.expires_at) <= now))
    session.execute(
        update(EmailToken)
        .where(
            col(EmailToken.email) == email,
            col(EmailToken.purpose) == TokenPurpose.SIGN_IN,
            col(EmailToken.used_at).is_(None),
        )
        .values(used_at=now, carried="")
    )
    token = secrets.token_urlsafe(32)
    session.add(
        EmailToken(
            account_id=account.id if account else None,
            purpose=purpose,
            digest=_digest(token),
            email=email,
            name=name,
            password_hash=password_hash,
            epoch=account.session_epoch if account else 0,
            target=target,
            carried=carried,
            expires_at=now + within,
        )
    )
    return token


def find(session: Session, token: str, purpose: TokenPurpose, now: datetime) -> EmailToken:
    """The link of a token, locked for its use. Raises NotFound when it is unknown, used or too old."""
    chosen = select(EmailToken).where(EmailToken.digest == _digest(token)).with_for_update()
    found = session.exec(chosen).first()
    if found is None or found.purpose is not purpose or found.used_at is not None or found.expires_at <= now:
        raise _useless()
    return found


def holder(session: Session, link: EmailToken) -> Account | None:
    """The account that a link is for; None where there is none yet.

    Raises NotFound when the account is closed, or when all its sessions have been ended since the link was sent.
    """
    if link.account_id is None:
        chosen = select(Account).where(Account.email == link.email)
    else:
        chosen = select(Account).where(Account.id == link.account_id)
    account = session.exec(chosen).first()
    if account is not None and (not account.active or account.session_epoch != link.epoch):
        raise _useless()
    return account


def end_all(session: Session, account: Account, now: datetime) -> None:
    """No other link that lies in a mailbox may change the account after this."""
    session.execute(
        update(EmailToken)
        .where(
            or_(col(EmailToken.account_id) == account.id, col(EmailToken.email) == account.email),
            col(EmailToken.used_at).is_(None),
        )
        .values(used_at=now, carried="")
    )


def _useless() -> NotFound:
    return NotFound(_("The link has been used or is too old. Ask for a new one."))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
