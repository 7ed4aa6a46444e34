"""Reading where somebody is signed in."""

from datetime import datetime

from sqlmodel import Session, col, select

from recruit.models import Account, BrowserSession


def of_account(session: Session, *, account: Account, since: datetime) -> list[BrowserSession]:
    """The account's sessions that go on, the newest first. Those that began before `since` have run out."""
    held = select(BrowserSession).where(
        BrowserSession.account_id == account.id,
        BrowserSession.epoch == account.session_epoch,
        col(BrowserSession.ended_at).is_(None),
        BrowserSession.began_at >= since,
    )
    return list(
        session.exec(held.order_by(col(BrowserSession.began_at).desc(), col(BrowserSession.id).desc()))
    )
