"""Holding an intake while something is decided on it, so that people who act at once do so one after the other."""

from sqlmodel import Session, select

from recruit.models import Intake


def hold_intake(session: Session, intake_id: int | None) -> Intake:
    """The intake as it is now, held until the transaction ends; always before its applications and lists.

    Its key stays shared: entries of the record point to it, and their writers hold other rows.
    """
    held = select(Intake).where(Intake.id == intake_id).with_for_update(key_share=True)
    return session.exec(held.execution_options(populate_existing=True)).one()
