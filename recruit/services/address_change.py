"""Another mail address for an account: asked for by its owner, confirmed by whoever reads mail at the new one."""

from datetime import datetime, timedelta

from sqlmodel import Session

from recruit.errors import Conflict, Invalid, NotFound
from recruit.i18n import lazy_gettext as _
from recruit.models import Account, TokenPurpose
from recruit.services import links, mail
from recruit.services.account import find, normal_email

WITHIN = timedelta(hours=2)


def ask(session: Session, *, account: Account, email: str, base_url: str, now: datetime) -> None:
    """Mail a link to the new address, and tell the old one. Raises Invalid when it is the address already.

    An address that somebody else has is told so itself; whoever asks learns nothing of it.
    """
    email = normal_email(email)
    if email == account.email:
        raise Invalid(_("This is your address already."), field="email")
    taken = find(session, email) is not None
    token = links.new(
        session, account=account, email=email, purpose=TokenPurpose.ADDRESS, within=WITHIN, now=now
    )
    values = {"link": f"{base_url}/new-address/{token}", "old": account.email, "new": email}
    for recipient, template in (
        (email, "address_taken" if taken else "address_confirm"),
        (account.email, "address_asked"),
    ):
        mail.post(
            session, recipient=recipient, language=account.language, template=template, values=values, now=now
        )


def look(session: Session, *, token: str, now: datetime) -> str:
    """The new address that a link is about. Raises NotFound when the link is unknown, used or too old."""
    return links.find(session, token, TokenPurpose.ADDRESS, now).email


def use(session: Session, *, token: str, now: datetime) -> Account:
    """Give the account its new address, and tell the old one. Ends every other link to either of them.

    Raises NotFound when the link is unknown, used or too old, Conflict when the address has got an account meanwhile.
    """
    link = links.find(session, token, TokenPurpose.ADDRESS, now)
    account = links.holder(session, link)
    if account is None:
        raise NotFound(_("The link has been used or is too old. Ask for a new one."))
    if find(session, link.email) is not None:
        raise Conflict(_("Another account has this address. Sign in to that one, or choose another address."))
    links.end_all(session, account, now)
    old, account.email = account.email, link.email
    session.add(account)
    session.flush()
    links.end_all(session, account, now)
    mail.post(
        session,
        recipient=old,
        language=account.language,
        template="address_changed",
        values={"new": account.email},
        now=now,
    )
    return account
