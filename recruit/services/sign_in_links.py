"""Signing in by a link in the mail, also for whoever has no account yet."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from recruit import passwords
from recruit.errors import Invalid
from recruit.i18n import lazy_gettext as _
from recruit.models import Account, TokenPurpose
from recruit.services import links, mail
from recruit.services.account import SIGN_IN_WITHIN, find, normal_email, unusable


@dataclass(frozen=True)
class Opened:
    """What a link leads to. `needs_name`: there is no account yet, and nobody has told a name."""

    email: str
    needs_name: bool


@dataclass(frozen=True)
class Used:
    """Whom a link signs in, where they were going, and what they had answered before there was an account (JSON)."""

    account: Account
    target: str
    carried: str


def ask(
    session: Session,
    *,
    email: str,
    language: str,
    base_url: str,
    now: datetime,
    name: str = "",
    target: str = "",
    carried: str = "",
) -> None:
    """Mail a link that signs in, for fifteen minutes. Without an account it creates one, with `name`.

    The answer, the work and the number of mails are the same whether there is an account or not.
    """
    account = find(session, email)
    email = normal_email(email)
    token = links.new(
        session,
        account=account,
        email=email,
        purpose=TokenPurpose.SIGN_IN,
        within=SIGN_IN_WITHIN,
        name=name.strip(),
        target=target,
        carried=carried,
        now=now,
    )
    mail.post(
        session,
        recipient=email,
        language=account.language if account else language,
        template=_template(account),
        values={"link": f"{base_url}/sign-in/{token}"},
        now=now,
    )


def _template(account: Account | None) -> str:
    if account is None:
        return "sign_in_first"
    return "sign_in_link" if account.active else unusable(account)


def look(session: Session, *, token: str, now: datetime) -> Opened:
    """What a link leads to, without using it. Raises NotFound when it is unknown, used or too old."""
    link = links.find(session, token, TokenPurpose.SIGN_IN, now)
    account = links.holder(session, link)
    return Opened(link.email, needs_name=account is None and not link.name)


def use(session: Session, *, token: str, name: str, language: str, now: datetime) -> Used:
    """Use a link: whoever reads the mail is whose address it is.

    Raises NotFound when the link is unknown, used or too old, Invalid when an account is to be created without a name.
    """
    link = links.find(session, token, TokenPurpose.SIGN_IN, now)
    account = links.holder(session, link)
    if account is None:
        name = link.name or name.strip()
        if not name:
            raise Invalid(_("Write your name"), field="name")
        account = Account(
            email=link.email,
            name=name,
            password_hash=passwords.NO_PASSWORD,
            language=language,
            created_at=now,
        )
    account.name = account.name or link.name
    account.verified_at = account.verified_at or now
    session.add(account)
    session.flush()
    used = Used(account, link.target, link.carried)
    links.end_all(session, account, now)
    return used
