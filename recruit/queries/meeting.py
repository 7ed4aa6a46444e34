"""The group's meetings: who took part, and what their minutes are made from."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, col, select

from recruit.errors import NotFound
from recruit.i18n import lazy_gettext as _
from recruit.models import (
    Account,
    Application,
    ApplicationStatus,
    Intake,
    Meeting,
    MeetingAttendance,
    Membership,
    Role,
)
from recruit.queries.naming import called


def meetings(session: Session, *, intake: Intake) -> Sequence[Meeting]:
    """All meetings of an intake, the newest first."""
    found = select(Meeting).where(Meeting.intake_id == intake.id)
    return session.exec(found.order_by(col(Meeting.number).desc())).all()


def open_meeting(session: Session, *, intake: Intake) -> Meeting | None:
    """The meeting that is not closed, or None."""
    found = select(Meeting).where(Meeting.intake_id == intake.id, col(Meeting.closed_at).is_(None))
    return session.exec(found).first()


def by_number(session: Session, *, intake: Intake, number: int) -> Meeting:
    """One meeting. Raises NotFound."""
    found = select(Meeting).where(Meeting.intake_id == intake.id, Meeting.number == number)
    meeting = session.exec(found).first()
    if meeting is None:
        raise NotFound(_("There is no meeting %(number)s in this intake.", number=number))
    return meeting


def group(session: Session, *, region_id: int) -> dict[int, str]:
    """Who may take part: active members of the region but its administrators, by name; account id -> name."""
    found = (
        select(Account.id, called(session))
        .join(Membership, col(Membership.account_id) == col(Account.id))
        .where(
            Membership.region_id == region_id,
            Membership.role != Role.ADMINISTRATOR,
            col(Account.active).is_(True),
        )
        .group_by(col(Account.id))
        .order_by(Account.name, Account.email)
    )
    return {identity: name for identity, name in session.exec(found) if identity is not None}


def attending(session: Session, *, meeting: Meeting) -> dict[int, str]:
    """Who took part: account id -> name, in order of name."""
    found = (
        select(Account.id, called(session))
        .join(MeetingAttendance, col(MeetingAttendance.account_id) == col(Account.id))
        .where(MeetingAttendance.meeting_id == meeting.id)
        .order_by(Account.name, Account.email)
    )
    return {identity: name for identity, name in session.exec(found) if identity is not None}


def named_applicants(session: Session, *, intake: Intake) -> list[tuple[str, str, str]]:
    """(mask code, given name, family name) of all who have applied, to keep names out of the minutes."""
    found = select(Application.mask_code, Application.given_name, Application.family_name).where(
        Application.intake_id == intake.id, Application.status != ApplicationStatus.DRAFT
    )
    return [(code, given or "", family or "") for code, given, family in session.exec(found)]
