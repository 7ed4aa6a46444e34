"""Writing the record: every decision is an entry in its region's chain of hashes, in the same transaction."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any

from sqlalchemy import bindparam, insert
from sqlmodel import Session, col, select

from recruit.actor import Actor
from recruit.at_once import insert_at_once
from recruit.database import holds, note_held
from recruit.models import RecordEntry, RecordValue, Region

GENESIS = "0" * 64
_LAST = (
    select(RecordEntry)
    .where(col(RecordEntry.region_id) == bindparam("region"))
    .order_by(col(RecordEntry.number).desc())
    .limit(1)
)
# One statement, however many values there are, and also where some have no old one.
_VALUES = insert(RecordValue.__table__)  # type: ignore[attr-defined]
_REGION = select(Region.id).where(col(Region.id) == bindparam("region")).with_for_update(key_share=True)


def canonical(value: Any) -> str:
    """JSON with sorted keys and no spaces: the same content gives the same text."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def as_text(value: Any) -> str | None:
    """A value as the record keeps it. None stays None: it means that there was none."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return canonical(value)


def sha256(text: str | bytes) -> str:
    """SHA-256 of a text (UTF-8) or bytes, in hexadecimal."""
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()


def value_digest(salt: str, old: str | None, new: str | None) -> str:
    """SHA-256 over the salt and both values; without the salt nobody can try values against it."""
    return hashlib.sha256(canonical([salt, old, new]).encode()).hexdigest()


def entry_hash(entry: RecordEntry) -> str:
    """SHA-256 over everything in the entry and the hash of the one before."""
    content = {
        "region": entry.region_id,
        "number": entry.number,
        "at": entry.at.astimezone(UTC).isoformat(),
        "actor": entry.actor_id,
        "action": entry.action,
        "subject": [entry.subject_kind, entry.subject_id],
        "intake": entry.intake_id,
        "application": entry.application_id,
        "digests": entry.digests,
        "previous": entry.previous_hash,
    }
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def head(session: Session, *, region_id: int) -> RecordEntry | None:
    """The last entry of the region's chain, or None when it is empty."""
    return session.exec(_LAST, params={"region": region_id}).first()


def hold_region(session: Session, region_id: int) -> None:
    """One writer at a time per region: the next entry builds on the last one's hash, the next number on the last one.

    The key stays shared, since every row inserted before holds a share of it through its foreign key, and two such
    writers would wait for each other. SQLite has one writer at a time anyhow.
    """
    if session.get_bind().dialect.name == "sqlite":
        return
    if holds(session, "region", region_id):
        return
    session.exec(_REGION, params={"region": region_id}).one()
    note_held(session, "region", region_id)


def write(
    session: Session,
    *,
    region_id: int,
    actor: Actor,
    now: datetime,
    action: str,
    subject: tuple[str, int],
    changes: Mapping[str, tuple[Any, Any]] | None = None,
    reason: str | None = None,
    intake_id: int | None = None,
    application_id: int | None = None,
) -> RecordEntry:
    """Append an entry. `changes` maps a field to its old and new value; `reason` is kept like a value.

    `application_id` must be given when the subject is a part of an application (an assignment, a referee, a file), or
    disposal cannot find the entry once the part is gone; an application that is the subject itself need not be named.
    """
    hold_region(session, region_id)
    values = {field: (as_text(old), as_text(new)) for field, (old, new) in (changes or {}).items()}
    if reason is not None:
        values["reason"] = (None, reason)
    salts = {field: secrets.token_hex(16) for field in values}
    with session.no_autoflush:  # what waits to be written is written together with the entry
        last = head(session, region_id=region_id)
    entry = RecordEntry(
        region_id=region_id,
        number=last.number + 1 if last else 1,
        at=now,
        actor_id=actor.account_id,
        action=action,
        subject_kind=subject[0],
        subject_id=subject[1],
        intake_id=intake_id,
        application_id=subject[1] if subject[0] == "application" else application_id,
        digests=canonical({field: value_digest(salts[field], *pair) for field, pair in values.items()}),
        previous_hash=last.hash if last else GENESIS,
        hash="",
    )
    entry.hash = entry_hash(entry)
    insert_at_once(session, entry)
    assert entry.id is not None
    rows = [
        {
            "region_id": region_id,
            "entry_id": entry.id,
            "field": field,
            "old": old,
            "new": new,
            "salt": salts[field],
        }
        for field, (old, new) in values.items()
    ]
    if rows:
        session.execute(_VALUES, rows)
    return entry
