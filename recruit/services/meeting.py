"""The group's meeting: who took part and what was said, by code alone, until the minutes are closed."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, select

from recruit.actor import Actor
from recruit.errors import Conflict, Invalid
from recruit.i18n import lazy_gettext as _
from recruit.models import Intake, Meeting, MeetingAttendance
from recruit.models.types import id_of
from recruit.queries import meeting as queries
from recruit.services import protocol, record
from recruit.services.holding import hold_intake
from recruit.services.written import checked

LONGEST_NOTES, LONGEST_GUESTS = 8000, 500


def begin(session: Session, *, intake: Intake, held_on: date, actor: Actor, now: datetime) -> Meeting:
    """Begin a meeting of the group; whoever begins it takes part. Raises Conflict while another is open."""
    hold_intake(session, intake.id)
    if queries.open_meeting(session, intake=intake) is not None:
        raise Conflict(_("A meeting is open already. Close it before another is begun."))
    number = 1 + max((each.number for each in queries.meetings(session, intake=intake)), default=0)
    made = Meeting(
        region_id=intake.region_id,
        intake_id=id_of(intake),
        number=number,
        held_on=held_on,
        begun_at=now,
        begun_by_id=actor.person(),
    )
    session.add(made)
    session.flush()
    if actor.account_id in queries.group(session, region_id=intake.region_id):
        session.add(
            MeetingAttendance(region_id=intake.region_id, meeting_id=id_of(made), account_id=actor.person())
        )
        session.flush()
    _write(session, made, actor, now, "meeting.begun", {"number": (None, number), "held_on": (None, held_on)})
    return made


def save(
    session: Session,
    *,
    meeting: Meeting,
    held_on: date,
    members: Collection[int],
    guests: str,
    notes: str,
    seen: int,
    actor: Actor,
    now: datetime,
) -> Meeting:
    """Keep who took part and what was said. `seen` is the revision that the person had on the page.

    Raises Conflict when somebody else has saved since, or when it is closed; Invalid, naming `members`, `guests` or
    `notes`, for somebody who is not of the group, too long a text, or one that names an applicant.
    """
    found = _held(session, meeting)
    if found.revision != seen:
        raise Conflict(
            _(
                "Somebody else has saved the minutes since you opened the page. What you wrote is still here; look at"
                " theirs, and save again if yours shall replace it."
            )
        )
    intake = session.get_one(Intake, found.intake_id)
    guests, notes = guests.strip(), notes.strip().replace("\r\n", "\n")
    _check(session, intake, members, guests, notes)
    before = queries.attending(session, meeting=found)
    for row in session.exec(select(MeetingAttendance).where(MeetingAttendance.meeting_id == found.id)):
        session.delete(row)
    session.flush()
    session.add_all(
        MeetingAttendance(region_id=found.region_id, meeting_id=id_of(found), account_id=each)
        for each in sorted(set(members))
    )
    changes: dict[str, tuple[Any, Any]] = {
        "held_on": (found.held_on, held_on),
        "members": (sorted(before), sorted(set(members))),
        "guests": (found.guests, guests),
        "notes_sha256": (record.sha256(found.notes), record.sha256(notes)),
    }
    found.held_on, found.guests, found.notes = held_on, guests, notes
    found.revision += 1
    session.add(found)
    session.flush()
    told = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
    if told:
        _write(session, found, actor, now, "meeting.minutes_saved", told)
    return found


def close(session: Session, *, meeting: Meeting, seen: int, actor: Actor, now: datetime) -> Meeting:
    """Close a meeting: its minutes are kept as they are now and never changed; their checksum stands in the record.

    Raises Conflict when it is closed already or somebody has saved since, Invalid when nobody is ticked as present.
    """
    found = _held(session, meeting)
    if found.revision != seen:
        raise Conflict(
            _("Somebody else has saved the minutes since you opened the page. Read them, and close again.")
        )
    if not queries.attending(session, meeting=found):
        raise Invalid(_("Tick who took part before the minutes are closed."), field="members")
    intake = session.get_one(Intake, found.intake_id)
    text = record.canonical(protocol.content(session, intake=intake, meeting=found))
    found.protocol, found.closed_at, found.closed_by_id = text, now, actor.person()
    session.add(found)
    session.flush()
    changes: dict[str, tuple[Any, Any]] = {
        "number": (None, found.number),
        "protocol_sha256": (None, record.sha256(text)),
    }
    _write(session, found, actor, now, "meeting.closed", changes)
    return found


def _held(session: Session, meeting: Meeting) -> Meeting:
    hold_intake(session, meeting.intake_id)
    statement = select(Meeting).where(Meeting.id == meeting.id).with_for_update(key_share=True)
    found = session.exec(statement.execution_options(populate_existing=True)).one()
    if found.closed_at is not None:
        raise Conflict(_("The minutes of meeting %(number)s are closed.", number=found.number))
    return found


def _check(session: Session, intake: Intake, members: Collection[int], guests: str, notes: str) -> None:
    if not set(members) <= set(queries.group(session, region_id=intake.region_id)):
        raise Invalid(_("Somebody who is ticked is not in the group any more. Look again."), field="members")
    for field, text, longest in (("guests", guests, LONGEST_GUESTS), ("notes", notes, LONGEST_NOTES)):
        checked(text, limit=longest, field=field)
    for code, given, family in queries.named_applicants(session, intake=intake):
        if _names(notes, given, family):
            raise Invalid(
                _("The notes name the applicant behind %(code)s. Write the code instead.", code=code),
                field="notes",
            )


def _names(text: str, given: str, family: str) -> bool:
    """Whether a text has a given name and the family name side by side, in either order."""
    if not given.strip() or not family.strip():
        return False
    first, last = re.escape(given.split()[0]), re.escape(family.strip())
    pattern = rf"\b(?:{first}\W+(?:\w+\W+)?{last}|{last}\W+{first})\b"
    return re.search(pattern, text, re.IGNORECASE) is not None


def _write(
    session: Session,
    meeting: Meeting,
    actor: Actor,
    now: datetime,
    action: str,
    changes: dict[str, tuple[Any, Any]],
) -> None:
    record.write(
        session,
        region_id=meeting.region_id,
        intake_id=meeting.intake_id,
        actor=actor,
        now=now,
        action=action,
        subject=("meeting", id_of(meeting)),
        changes=changes,
    )
