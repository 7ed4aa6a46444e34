"""The browsers in which somebody is signed in: begun, ended one by one, ended all."""

from datetime import datetime

from sqlmodel import Session, col, delete, or_, select

from recruit.errors import NotFound
from recruit.i18n import lazy_gettext as _
from recruit.models import Account, BrowserSession


def begin(
    session: Session, *, account: Account, browser: str, limit: datetime, now: datetime
) -> BrowserSession:
    """A new session in a browser. What was ended, or began before `limit`, is forgotten."""
    assert account.id is not None
    session.execute(
        delete(BrowserSession).where(
            col(BrowserSession.account_id) == account.id,
            or_(col(BrowserSession.ended_at).is_not(None), col(BrowserSession.began_at) < limit),
        )
    )
    begun = BrowserSession(
        account_id=account.id, epoch=account.session_epoch, browser=browser[:60], began_at=now
    )
    session.add(begun)
    return begun


def end(session: Session, *, account: Account, public_id: str, now: datetime) -> None:
    """Sign an account out in one browser. Raises NotFound when it is not one of the account's."""
    mine = select(BrowserSession).where(
        BrowserSession.public_id == public_id, BrowserSession.account_id == account.id
    )
    found = session.exec(mine).first()
    if found is None:
        raise NotFound(_("You are not signed in there any more."))
    found.ended_at = found.ended_at or now
    session.add(found)


def end_all(session: Session, *, account: Account) -> None:
    """Sign an account out everywhere."""
    account.session_epoch += 1
    session.add(account)
