"""Reading the record, in words and with only as much as the reader may see."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import case, func, or_
from sqlalchemy import select as select_columns  # the one of sqlmodel takes at most four columns
from sqlmodel import Session, col, select

from recruit.models import (
    Application,
    Assignment,
    Attachment,
    CriteriaProfile,
    Intake,
    InterviewList,
    ListStatus,
    Membership,
    RecordEntry,
    RecordValue,
    Referee,
    Role,
)
from recruit.queries.among import among
from recruit.queries.intake import parsed
from recruit.queries.naming import Member, former, group
from recruit.queries.record_names import OF_MEMBERS, Called, accounts, by_name, codes, sites
from recruit.queries.unchanged import kept

PER_PAGE, MOST_PER_PAGE = 50, 250
#: Subjects that are of one application, and how to get from the subject to it.
OF_APPLICATION: Mapping[str, Any] = {
    "assignment": Assignment,
    "attachment": Attachment,
    "referee": Referee,
}
#: What an auditor may read of an entry on an application: what was decided, never what the applicant told.
DECIDED = frozenset(
    {"status", "eligibility", "answer", "proposed", "requirement", "stage", "level", "levels", "came_by"}
)


class Change(NamedTuple):
    """One field of an entry, its values as they are kept, with names for numbers. `disposed`: the values have been
    deleted; `hidden`: the reader may not see them.
    """

    field: str
    old: str | None
    new: str | None
    disposed: bool
    hidden: bool


class Entry(NamedTuple):
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

    def parted(self) -> tuple[list[Change], list[str], list[str]]:
        """The changes that can be read, and the fields of those that are left out and of those disposed of."""
        shown: list[Change] = []
        hidden: list[str] = []
        disposed: list[str] = []
        for each in self.changes:
            if each.disposed:
                disposed.append(each.field)
            elif each.hidden:
                hidden.append(each.field)
            else:
                shown.append(each)
        return shown, hidden, disposed


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
    search = search or Search(intake_id=intake_id)
    wanted = _wanted(region_id, search, reader)
    counted = select(func.count()).select_from(RecordEntry).where(*wanted)
    total = kept(session, lambda: session.exec(counted).one(), "entries", region_id, search, reader)
    number = min(max(number, 1), max(1, -(-total // per_page)))
    newest = select_columns(*COLUMNS).outerjoin(Application, col(Application.id) == _ABOUT).where(*wanted)
    newest = newest.order_by(col(RecordEntry.number).desc()).offset((number - 1) * per_page).limit(per_page)
    rows = [Row._make(row) for row in session.execute(newest)]
    values = _values(session, rows)
    known = group(session, region_id=region_id) if members is None else members
    here, names = _people(session, region_id, rows, values, known, sees_names=sees_names)
    older = _older(session, rows)
    texts = [(each.field, text) for told in values.values() for each in told.values() for text in each[1:]]
    called = Called(names, codes(session, texts), sites(session, region_id=region_id, values=texts))
    items = [
        _entry(
            row,
            values.get(row.id, {}),
            here,
            called,
            row.mask_code or older.get((row.subject_kind, row.subject_id)),
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
    """The newest entries of the region, or of an intake, with the mask code of what they are about; no values.

    By the time they tell of: what was carried over from elsewhere may have been entered out of order.
    """
    newest = (
        select(RecordEntry, Application.mask_code)
        .outerjoin(Application, col(Application.id) == col(RecordEntry.application_id))
        .where(RecordEntry.region_id == region_id)
        .order_by(col(RecordEntry.number).desc())
    )
    if intake_id is not None:
        newest = newest.where(RecordEntry.intake_id == intake_id)
    found = [(entry, code) for entry, code in session.exec(newest.limit(count))]
    return sorted(found, key=lambda each: (each[0].at, each[0].number), reverse=True)


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


def names_of_keys(session: Session, *, region_id: int) -> dict[str, dict[str, str]]:
    """What the keys of requirements and criteria stand for, by language, in the newest version that has them."""
    found: dict[str, dict[str, str]] = {}
    statement = select(CriteriaProfile).where(CriteriaProfile.region_id == region_id)
    for row in session.exec(statement.order_by(col(CriteriaProfile.id))):
        profile = parsed(row)
        found |= {each.key: {"sv": each.name.sv, "en": each.name.en} for each in profile.requirements}
        found |= {each.key: {"sv": each.name.sv, "en": each.name.en} for each in profile.criteria}
    return found


def intakes(session: Session, *, region_id: int) -> list[Intake]:
    """The region's intakes, for the filter, the newest first."""
    statement = select(Intake).where(Intake.region_id == region_id).order_by(col(Intake.id).desc())
    return list(session.exec(statement))


class Row(NamedTuple):
    """An entry, as far as it is shown; `mask_code` of the application that it names, if any."""

    id: int
    number: int
    at: datetime
    actor_id: int | None
    application_id: int | None
    action: str
    subject_kind: str
    subject_id: int
    digests: str
    hash: str
    mask_code: str | None


COLUMNS: tuple[Any, ...] = tuple(
    getattr(Application if each == "mask_code" else RecordEntry, each) for each in Row._fields
)
#: SQL: the id of the application that an entry names.
_ABOUT = case(
    (col(RecordEntry.subject_kind) == "application", col(RecordEntry.subject_id)),
    else_=col(RecordEntry.application_id),
)


class Value(NamedTuple):
    """A field's old and new value, as they are kept."""

    field: str
    old: str | None
    new: str | None


def _values(session: Session, rows: Sequence[Row]) -> dict[int, dict[str, Value]]:
    statement = select(RecordValue.entry_id, RecordValue.field, RecordValue.old, RecordValue.new)
    found: dict[int, dict[str, Value]] = {row.id: {} for row in rows}
    for entry_id, *told in session.exec(statement.where(col(RecordValue.entry_id).in_(among(found)))).all():
        value = Value._make(told)
        found[entry_id][value.field] = value
    return found


def _people(
    session: Session,
    region_id: int,
    rows: Iterable[Row],
    values: Mapping[int, Mapping[str, Value]],
    known: Sequence[Member],
    *,
    sees_names: bool,
) -> tuple[set[int], dict[int, str]]:
    """The ids of those who act or are named in values and are or were in the group, and how they are called."""
    ids = {row.actor_id for row in rows if row.actor_id is not None}
    for fields in values.values():
        for value in fields.values():
            ids |= accounts(value.field, value.old) | accounts(value.field, value.new)
    found = list(known)
    unknown = ids - {each.account_id for each in found}
    if unknown:
        found += [each for each in former(session, region_id=region_id) if each.account_id in unknown]
    return {each.account_id for each in found}, {
        each.account_id: each.name if sees_names else each.label for each in found
    }


def _older(session: Session, rows: Sequence[Row]) -> dict[tuple[str, int], str]:
    """(subject kind, subject id) -> mask code, for entries from before they named the application they are about."""
    found: dict[tuple[str, int], str] = {}
    for kind, model in OF_APPLICATION.items():
        older = {row.subject_id for row in rows if row.subject_kind == kind and row.application_id is None}
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
    row: Row,
    values: Mapping[str, Value],
    members: set[int],
    called: Called,
    code: str | None,
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
            called,
            hidden=(personal and not sees_values and field not in DECIDED) or levels_hidden,
        )
        for field in fields
        if field != "reason"
    )
    reason, state = _reason(fields, values, hidden=personal and not sees_values)
    return Entry(
        number=row.number,
        at=row.at,
        actor=None if row.actor_id is None or by_applicant else called.members.get(row.actor_id),
        by_applicant=by_applicant,
        action=row.action,
        subject_kind=row.subject_kind,
        code=code,
        changes=changes,
        reason=reason,
        reason_state=state,
        hash=row.hash,
    )


def _change(field: str, value: Value | None, called: Called, *, hidden: bool) -> Change:
    if value is None or hidden:
        return Change(field, None, None, disposed=value is None, hidden=hidden)
    old, new = by_name(field, value.old, called), by_name(field, value.new, called)
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
