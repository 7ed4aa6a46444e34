"""Reading the record, in words and with only as much as the reader may see."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, or_
from sqlmodel import Session, col, select

from recruit.models import (
    Application,
    Assignment,
    Attachment,
    Intake,
    InterviewList,
    ListStatus,
    Membership,
    RecordEntry,
    RecordValue,
    Referee,
    Role,
)
from recruit.queries.naming import Member, former, group

PER_PAGE, MOST_PER_PAGE = 50, 250
#: Subjects that are of one application, and how to get from the subject to it.
OF_APPLICATION: Mapping[str, Any] = {
    "assignment": Assignment,
    "attachment": Attachment,
    "referee": Referee,
}
#: Fields whose values are accounts of the group, shown by name.
OF_MEMBERS = frozenset({"assessor", "replacements"})
#: What an auditor may read of an entry on an application: what was decided, never what the applicant told.
DECIDED = frozenset(
    {"status", "eligibility", "answer", "proposed", "requirement", "stage", "level", "levels"}
)


@dataclass(frozen=True)
class Change:
    """One field of an entry. `disposed`: the values have been deleted; `hidden`: the reader may not see
    them.
    """

    field: str
    old: str | None
    new: str | None
    disposed: bool
    hidden: bool


@dataclass(frozen=True)
class Entry:
    """One entry as shown. `actor` None is the system; an applicant is never named to the group
    (`by_applicant`).

    `code` is the mask code of the application that it is about, when there is one.
    """

    number: int
    at: datetime
    actor: str | None
    by_applicant: bool
    action: str
    subject_kind: str
    code: str | None
    changes: tuple[Change, ...]
    reason: str | None
    reason_state: str
    hash: str


@dataclass(frozen=True)
class Sum:
    """What a sum printed on a list is: the hash of an entry, or the checksum of a confirmed list's version."""

    entry: int | None = None
    at: datetime | None = None
    intake: Intake | None = None
    version: int | None = None


def find_sum(session: Session, *, region_id: int, digest: str) -> Sum | None:
    """The entry with this hash or the confirmed list with this checksum in a region, or None."""
    entry = session.exec(
        select(RecordEntry).where(RecordEntry.region_id == region_id, RecordEntry.hash == digest)
    ).first()
    if entry is not None:
        return Sum(entry=entry.number, at=entry.at)
    listed = session.exec(
        select(InterviewList, Intake)
        .join(Intake, col(Intake.id) == col(InterviewList.intake_id))
        .where(
            InterviewList.region_id == region_id,
            InterviewList.content_sha256 == digest,
            InterviewList.status == ListStatus.CONFIRMED,
        )
        .order_by(col(InterviewList.version))
    ).first()
    return Sum(intake=listed[1], version=listed[0].version, at=listed[0].confirmed_at) if listed else None


@dataclass(frozen=True)
class EntryPage:
    """One page of entries, the newest first."""

    items: Sequence[Entry]
    number: int
    total: int
    per_page: int


@dataclass(frozen=True)
class Search:
    """What is looked for. Empty is everything; `action` is a whole code, or the part before the dot with the dot.

    `who` is "applicant", "system", a role's value, or a member's number as `label` writes it after the role.
    """

    intake_id: int | None = None
    action: str = ""
    code: str = ""
    since: datetime | None = None
    until: datetime | None = None
    who: str = ""
    entry: int | None = None
    words: str = ""


@dataclass(frozen=True)
class Reader:
    """How much the reader may see: values and free text about applicants, levels of others (`assessor_id`: only the
    own), and the names of the group. Whoever sees no names reads the role and a number instead.
    """

    sees_values: bool
    assessor_id: int | None = None
    sees_names: bool = True


def entries(
    session: Session,
    *,
    region_id: int,
    sees_values: bool,
    assessor_id: int | None = None,
    sees_names: bool = True,
    intake_id: int | None = None,
    search: Search | None = None,
    number: int = 1,
    per_page: int = PER_PAGE,
    members: list[Member] | None = None,
) -> EntryPage:
    """A page of the region's record. Without `sees_values` (auditors, administrators) values that tell of an
    applicant, and reasons in free text, are left out; what was decided is not. Words are looked for in what the reader
    may see and nowhere else. `members`: the group, where it has been read already.
    """
    reader = Reader(sees_values, assessor_id, sees_names)
    wanted = _wanted(region_id, search or Search(intake_id=intake_id), reader)
    total = session.exec(select(func.count()).select_from(RecordEntry).where(*wanted)).one()
    number = min(max(number, 1), max(1, -(-total // per_page)))
    newest = select(RecordEntry).where(*wanted).order_by(col(RecordEntry.number).desc())
    rows = session.exec(newest.offset((number - 1) * per_page).limit(per_page)).all()
    values = _values(session, rows)
    known = group(session, region_id=region_id) if members is None else members
    here, names = _people(session, region_id, rows, values, known, sees_names=sees_names)
    codes = _codes(session, rows)
    items = [
        _entry(
            row,
            values.get(row.id or 0, {}),
            here,
            names,
            codes,
            sees_values=sees_values,
            sees_levels=assessor_id is None or row.actor_id == assessor_id,
        )
        for row in rows
    ]
    return EntryPage(items, number, total, per_page)


def _wanted(region_id: int, search: Search, reader: Reader) -> list[Any]:
    """The conditions of a search."""
    found: list[Any] = [RecordEntry.region_id == region_id]
    if search.intake_id is not None:
        found.append(RecordEntry.intake_id == search.intake_id)
    if search.entry is not None:
        found.append(RecordEntry.number == search.entry)
    if search.action.endswith("."):
        found.append(col(RecordEntry.action).startswith(search.action, autoescape=True))
    elif search.action:
        found.append(RecordEntry.action == search.action)
    if search.code:
        about = select(Application.id).where(
            Application.region_id == region_id, Application.mask_code == search.code.upper()
        )
        found.append(col(RecordEntry.application_id).in_(about))
    if search.since is not None:
        found.append(RecordEntry.at >= search.since)
    if search.until is not None:
        found.append(RecordEntry.at < search.until)
    if search.who:
        found.append(_by(region_id, search.who))
    if search.words:
        found.append(_saying(search.words, reader))
    return found


def _by(region_id: int, who: str) -> Any:
    """Entries by the system, by applicants, by those with a role, or by one of them."""
    members = select(Membership.account_id).where(Membership.region_id == region_id)
    if who == "system":
        return col(RecordEntry.actor_id).is_(None)
    if who == "applicant":
        return col(RecordEntry.actor_id).is_not(None) & col(RecordEntry.actor_id).not_in(members)
    if who in {each.value for each in Role}:
        return col(RecordEntry.actor_id).in_(members.where(Membership.role == Role(who)))
    return col(RecordEntry.actor_id).in_(
        members.where(Membership.account_id == (int(who) if who.isdecimal() and len(who) < 10 else -1))
    )


def _saying(words: str, reader: Reader) -> Any:
    """Entries with these words in a value that the reader may see."""
    personal = ("application", *OF_APPLICATION)
    saying = select(RecordValue.entry_id).where(
        or_(
            col(RecordValue.new).icontains(words, autoescape=True),
            col(RecordValue.old).icontains(words, autoescape=True),
        ),
        col(RecordValue.field).not_in(OF_MEMBERS),
    )
    if not reader.sees_values:
        saying = saying.join(RecordEntry, col(RecordEntry.id) == col(RecordValue.entry_id)).where(
            or_(col(RecordEntry.subject_kind).not_in(personal), col(RecordValue.field).in_(DECIDED))
        )
    found: Any = col(RecordEntry.id).in_(saying)
    if reader.assessor_id is not None:
        own = col(RecordEntry.actor_id) == reader.assessor_id
        found = found & or_(col(RecordEntry.subject_kind) != "assignment", own)
    return found


def latest(
    session: Session, *, region_id: int, count: int, intake_id: int | None = None
) -> list[tuple[RecordEntry, str | None]]:
    """The newest entries of the region, or of an intake, with the mask code of what they are about; no values."""
    newest = (
        select(RecordEntry, Application.mask_code)
        .outerjoin(Application, col(Application.id) == col(RecordEntry.application_id))
        .where(RecordEntry.region_id == region_id)
        .order_by(col(RecordEntry.number).desc())
    )
    if intake_id is not None:
        newest = newest.where(RecordEntry.intake_id == intake_id)
    return [(entry, code) for entry, code in session.exec(newest.limit(count))]


def actions(session: Session, *, region_id: int) -> list[str]:
    """The actions that the record holds, by code."""
    return list(
        session.exec(
            select(RecordEntry.action)
            .where(RecordEntry.region_id == region_id)
            .distinct()
            .order_by(RecordEntry.action)
        )
    )


def intakes(session: Session, *, region_id: int) -> list[Intake]:
    """The region's intakes, for the filter, the newest first."""
    statement = select(Intake).where(Intake.region_id == region_id).order_by(col(Intake.id).desc())
    return list(session.exec(statement))


class Value(NamedTuple):
    """A field's old and new value, as they are kept."""

    field: str
    old: str | None
    new: str | None


def _values(session: Session, rows: Sequence[RecordEntry]) -> dict[int, dict[str, Value]]:
    statement = select(RecordValue.entry_id, RecordValue.field, RecordValue.old, RecordValue.new)
    found: dict[int, dict[str, Value]] = {}
    for entry_id, *value in session.exec(
        statement.where(col(RecordValue.entry_id).in_([r.id for r in rows]))
    ):
        kept = Value._make(value)
        found.setdefault(entry_id, {})[kept.field] = kept
    return found


def _people(
    session: Session,
    region_id: int,
    rows: Iterable[RecordEntry],
    values: Mapping[int, Mapping[str, Value]],
    known: Sequence[Member],
    *,
    sees_names: bool,
) -> tuple[set[int], dict[int, str]]:
    """The ids of those who act or are named in values and are or were in the group, and how they are called."""
    ids = {row.actor_id for row in rows if row.actor_id is not None}
    for fields in values.values():
        for value in fields.values():
            if value.field in OF_MEMBERS:
                ids |= _ids(value.old) | _ids(value.new)
    found = list(known)
    unknown = ids - {each.account_id for each in found}
    if unknown:
        found += [each for each in former(session, region_id=region_id) if each.account_id in unknown]
    return {each.account_id for each in found}, {
        each.account_id: each.name if sees_names else each.label for each in found
    }


def _ids(text: str | None) -> set[int]:
    """The account ids that a value holds: one number, or a list of them."""
    if text is None:
        return set()
    content = json.loads(text)
    return set(content) if isinstance(content, list) else {content}


def _in_words(field: str, text: str | None, names: Mapping[int, str]) -> str | None:
    """A value as people read it: accounts by name, a table of values as a line."""
    if text is None:
        return None
    if field in OF_MEMBERS:
        return ", ".join(names.get(each, str(each)) for each in sorted(_ids(text)))
    if not text.startswith(("{", "[")):
        return text
    try:
        content = json.loads(text)
    except ValueError:
        return text  # somebody's own words that begin with a bracket
    if isinstance(content, dict):
        return ", ".join(f"{key}: {value}" for key, value in content.items())
    return ", ".join(" – ".join(map(str, each)) if isinstance(each, list) else str(each) for each in content)


def _codes(session: Session, rows: Sequence[RecordEntry]) -> dict[tuple[str, int], str]:
    """(subject kind, subject id) -> mask code, for the subjects that are of an application."""
    of = {
        (row.subject_kind, row.subject_id): row.subject_id
        if row.subject_kind == "application"
        else row.application_id
        for row in rows
    }
    ids = {each for each in of.values() if each is not None}
    codes: dict[int | None, str] = {}
    if ids:
        named = select(col(Application.id), col(Application.mask_code)).where(col(Application.id).in_(ids))
        codes = dict(session.exec(named).all())
    found = {key: codes[number] for key, number in of.items() if number in codes}
    for kind, model in OF_APPLICATION.items():  # entries from before they named their application
        older = [number for (each, number), about in of.items() if each == kind and about is None]
        if not older:
            continue
        through = (
            select(col(model.id), col(Application.mask_code))
            .join(Application, col(Application.id) == col(model.application_id))
            .where(col(model.id).in_(older))
        )
        for number, code in session.exec(through):
            found[kind, number] = code
    return found


def _entry(
    row: RecordEntry,
    values: Mapping[str, Value],
    members: set[int],
    names: Mapping[int, str],
    codes: Mapping[tuple[str, int], str],
    *,
    sees_values: bool,
    sees_levels: bool,
) -> Entry:
    fields = sorted(json.loads(row.digests))
    personal = row.subject_kind in {"application", *OF_APPLICATION}
    by_applicant = row.actor_id is not None and row.actor_id not in members
    levels_hidden = row.subject_kind == "assignment" and not sees_levels
    changes = tuple(
        _change(
            field,
            values.get(field),
            names,
            hidden=(personal and not sees_values and field not in DECIDED) or levels_hidden,
        )
        for field in fields
        if field != "reason"
    )
    reason, state = _reason(fields, values, hidden=personal and not sees_values)
    return Entry(
        number=row.number,
        at=row.at,
        actor=None if row.actor_id is None or by_applicant else names.get(row.actor_id),
        by_applicant=by_applicant,
        action=row.action,
        subject_kind=row.subject_kind,
        code=codes.get((row.subject_kind, row.subject_id)),
        changes=changes,
        reason=reason,
        reason_state=state,
        hash=row.hash,
    )


def _change(field: str, value: Value | None, names: Mapping[int, str], *, hidden: bool) -> Change:
    if value is None or hidden:
        return Change(field, None, None, disposed=value is None, hidden=hidden)
    old, new = _in_words(field, value.old, names), _in_words(field, value.new, names)
    return Change(field, old, new, disposed=False, hidden=False)


def _reason(fields: Sequence[str], values: Mapping[str, Value], *, hidden: bool) -> tuple[str | None, str]:
    """The reason and its state: none, shown, hidden or disposed."""
    if "reason" not in fields:
        return None, "none"
    if "reason" not in values:
        return None, "disposed"
    if hidden:
        return None, "hidden"
    return values["reason"].new, "shown"
