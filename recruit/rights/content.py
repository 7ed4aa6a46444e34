"""Everything held about a person as JSON-ready data: what is held back until the selection is known is named."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any

from sqlalchemy import Table, or_
from sqlalchemy import select as columns_of
from sqlmodel import Session, col, select

from recruit import clock, explanation_view, own_place
from recruit.disposing.belonging import about
from recruit.i18n import BOTH, force_locale
from recruit.models import (
    Account,
    Application,
    ApplicationStatus,
    Assignment,
    ConflictOfInterest,
    DecisionLetter,
    Intake,
    ListStatus,
    RecordEntry,
    RecordValue,
    Region,
    SendingState,
    Site,
    metadata,
)
from recruit.queries import application as own
from recruit.queries import disposal, interview
from recruit.queries import intake as intakes
from recruit.rights.register import (
    ACCOUNT,
    ASSESSORS,
    HELD_ANSWERS,
    KEYS,
    LEFT_OUT,
    OF_ACCOUNT,
    OPEN_ENTRIES,
    PARTS,
    Part,
)

FORMAT, VERSION = "recruit.everything-held", 3
#: What in an address of a mail lets somebody in.
KEY_IN_LINK = re.compile(r"(?<=/)[A-Za-z0-9_-]{20,}")


def everything(
    session: Session, *, account: Account, now: datetime, only: Application | None = None
) -> dict[str, Any]:
    """What is held about the person, of every application or of `only` one; needs a session that sees all of it."""
    found = [only] if only else [each.application for each in own.of_account(session, account)]
    return {
        "format": FORMAT,
        "version": VERSION,
        "made_at": _told(now),
        "account": {
            **{name: _told(getattr(account, name)) for name in ACCOUNT},
            **{part.key: _of_account(session, name, part, account) for name, part in OF_ACCOUNT.items()},
            "mail": [] if only else _mail_to(session, account),
        },
        "applications": [_application(session, each) for each in found],
    }


def released(session: Session, application: Application) -> bool:
    """Whether the selection has been made known, or its time is over, so that nothing is held back any more."""
    if application.status is ApplicationStatus.DRAFT and application.case_number is None:
        return True  # nobody has worked with it
    if interview.newest_published(session, intake_id=application.intake_id) is not None:
        return True
    return clock.in_stockholm(clock.now()).date() >= session.get_one(Intake, application.intake_id).starts_on


def _application(session: Session, application: Application) -> dict[str, Any]:
    intake = session.get_one(Intake, application.intake_id)
    shown = released(session, application)
    masker = _Masker(session, application)
    parts = {
        part.key: masker.clean(_rows(session, name, part, application, masker, shown))
        if shown or not part.held
        else []
        for name, part in PARTS.items()
        if name != "monitoring_answer"
    }
    parts["mail"] = _without_keys(parts["mail"])
    parts["monitoring"] = _monitoring(session, application)
    return {
        "reference": application.reference,
        "region": session.get_one(Region, application.region_id).name,
        "intake": {
            "title_sv": intake.title_sv,
            "title_en": intake.title_en,
            "case_number": intake.case_number,
            **_names(session, intake),
        },
        "kept_until": _kept_until(session, application),
        "answers": masker.clean([_answers(application, shown)])[0],
        "explanation": _explanation(session, application),
        **parts,
        "record": masker.clean(_record(session, application, masker, shown)),
        "held_back": [] if shown else [*HELD_ANSWERS, *sorted([*_held_parts(), "files"]), "record"],
        "held_back_until": None if shown else _told(intake.starts_on),
    }


def _kept_until(session: Session, application: Application) -> str | None:
    """The day from which the region's plan disposes of it; None of a draft, and while the region has no plan."""
    if application.status is ApplicationStatus.DRAFT:
        return None
    if not disposal.has_plan(session, region_id=application.region_id):
        return None
    return str(_told(disposal.kept_until(session, application).until))


def _names(session: Session, intake: Intake) -> dict[str, Any]:
    """What the keys of the criteria profile stand for, in both languages."""
    profile = intakes.profile_of(session, intake)
    return {
        kind: {each.key: {"sv": each.name.sv, "en": each.name.en} for each in found}
        for kind, found in (("requirements", profile.requirements), ("criteria", profile.criteria))
    }


def _explanation(session: Session, application: Application) -> dict[str, list[str]] | None:
    """Why the application has its place, line by line as in the decision letter; None until that is published."""
    told = {}
    for language in BOTH:
        with force_locale(language):
            story = own_place.story_of(session, application)
            if story is None:
                return None
            told[language] = explanation_view.in_lines(story)
    return told


def _held_parts() -> list[str]:
    """Parts that are held back, whole or in some of their columns."""
    return [part.key for part in PARTS.values() if part.held or part.held_columns]


def letters(session: Session, applications: Sequence[Application]) -> dict[str, bytes]:
    """The decision letters of applications as files, by their checksum."""
    ids = [each.id for each in applications]
    rows = session.exec(select(DecisionLetter).where(col(DecisionLetter.application_id).in_(ids)))
    return {each.sha256: each.content for each in rows}


def _answers(application: Application, shown: bool) -> dict[str, Any]:
    table = metadata().tables["application"]
    names = [
        each.name
        for each in table.columns
        if each.name not in KEYS
        and f"application.{each.name}" not in LEFT_OUT
        and (shown or each.name not in HELD_ANSWERS)
    ]
    return {name: _told(getattr(application, name)) for name in names}


def _monitoring(session: Session, application: Application) -> list[dict[str, Any]]:
    row = own.own_monitoring_answer(session, application)
    columns = PARTS["monitoring_answer"].columns
    return [{name: _told(getattr(row, name)) for name in columns}] if row else []


def _rows(
    session: Session, name: str, part: Part, application: Application, masker: _Masker, shown: bool
) -> list[dict[str, Any]]:
    table = metadata().tables[name]
    wanted = _joined(table, part).where(about(table, application.id or 0))
    if name == "hold":
        whole = table.c.application_id.is_(None) & (table.c.intake_id == application.intake_id)
        wanted = _joined(table, part).where(or_(about(table, application.id or 0), whole))
    if name == "letter_recipient":
        state = metadata().tables["letter_sending"].c.state
        wanted = wanted.where(table.c.included, state != SendingState.DRAFT)
    if name == "attachment" and not shown:
        wanted = wanted.where(_of_the_applicant(table, application))
    rows = [dict(row._mapping) for row in session.connection().execute(wanted)]
    if "list_status" in part.joined:
        rows = [each for each in rows if each.pop("list_status") is ListStatus.CONFIRMED]
    return [
        {
            key.removesuffix("_id") if key in ASSESSORS else key: masker.assessor(value)
            if key in ASSESSORS
            else _told(value)
            if shown or key not in part.held_columns
            else None
            for key, value in row.items()
        }
        for row in rows
    ]


def _of_the_applicant(table: Table, application: Application) -> Any:
    """The applicant's own files and the copies of them; not what the group keeps, such as a referee's letter."""
    own = table.alias()
    theirs = columns_of(own.c.id).where(
        own.c.application_id == application.id, own.c.uploaded_by_id == application.account_id
    )
    return or_(table.c.uploaded_by_id == application.account_id, table.c.redacts_id.in_(theirs))


def _joined(table: Table, part: Part) -> Any:
    columns: list[Any] = [table.c[name] for name in part.columns]
    source: Any = table
    for target in dict.fromkeys((column, name) for column, name, _its in part.joined.values()):
        other = metadata().tables[target[1]]
        source = source.join(other, other.c.id == table.c[target[0]])
    columns += [metadata().tables[name].c[its].label(key) for key, (_c, name, its) in part.joined.items()]
    return columns_of(*columns).select_from(source).order_by(table.c.id)


def _of_account(session: Session, name: str, part: Part, account: Account) -> list[dict[str, Any]]:
    table = metadata().tables[name]
    rows = session.connection().execute(_joined(table, part).where(table.c.account_id == account.id))
    return [{key: _told(value) for key, value in row._mapping.items()} for row in rows]


def _mail_to(session: Session, account: Account) -> list[dict[str, Any]]:
    """Mail to the person that is about no application. Links in it are no longer of use to anybody once used."""
    table = metadata().tables["outgoing_mail"]
    wanted = _joined(table, PARTS["outgoing_mail"]).where(
        table.c.recipient == account.email, table.c.application_id.is_(None)
    )
    rows = session.connection().execute(wanted)
    return _without_keys([{key: _told(value) for key, value in row._mapping.items()} for row in rows])


def _record(session: Session, application: Application, masker: _Masker, shown: bool) -> list[dict[str, Any]]:
    entries = session.exec(
        select(RecordEntry)
        .where(
            RecordEntry.region_id == application.region_id,
            RecordEntry.application_id == application.id,
        )
        .order_by(col(RecordEntry.number))
    ).all()
    values: dict[int, list[RecordValue]] = {}
    kept = select(RecordValue).where(col(RecordValue.entry_id).in_([each.id for each in entries]))
    for value in session.exec(kept.order_by(col(RecordValue.id))):
        values.setdefault(value.entry_id, []).append(value)
    return [
        {
            "number": entry.number,
            "at": _told(entry.at),
            "action": entry.action,
            "by": masker.by(entry.actor_id),
            "hash": entry.hash,
            "values": [
                {
                    "field": each.field,
                    "old": masker.field(each.field, each.old),
                    "new": masker.field(each.field, each.new),
                }
                for each in values.get(entry.id or 0, [])
            ],
        }
        for entry in entries
        if shown or entry.action.startswith(OPEN_ENTRIES)
    ]


class _Masker:
    """Assessors by a number of this application's own, wherever they stand; the rest of the group by that word."""

    def __init__(self, session: Session, application: Application) -> None:
        self._mine = application.account_id
        sites = select(Site.id, Site.name).where(Site.region_id == application.region_id)
        self._sites = dict(session.exec(sites).all())
        ids: dict[int, None] = {}
        for table in (Assignment, ConflictOfInterest):
            rows = select(table.assessor_id).where(table.application_id == application.id)
            ids |= dict.fromkeys(session.exec(rows.order_by(col(table.id))))
        self._ids = list(ids)
        self._names = {
            text: self.assessor(each.id) or ""
            for each in session.exec(select(Account).where(col(Account.id).in_(self._ids)))
            for text in (each.name, each.email)
            if len(text) > 2
        }

    def assessor(self, account_id: Any) -> str | None:
        """Such as "assessor 2"; None for nobody."""
        if account_id is None:
            return None
        if account_id not in self._ids:
            self._ids.append(account_id)
        return f"assessor {self._ids.index(account_id) + 1}"

    def by(self, account_id: int | None) -> str:
        """Who acted: you, an assessor by number, the group, or the system by itself."""
        if account_id is None:
            return "system"
        if account_id == self._mine:
            return "you"
        return str(self.assessor(account_id)) if account_id in self._ids else "the group"

    def field(self, name: str, value: str | None) -> str | None:
        """A value of the record; of members of the group only which assessors, and sites by their names."""
        if name in ("assessor", "replacement") and value and value.isdigit():
            return self.assessor(int(value))
        if name == "assessors" and value:
            return ", ".join(str(self.assessor(each)) for each in json.loads(value))
        if name == "site_ids" and value:
            return ", ".join(self._sites.get(each, "?") for each in json.loads(value))
        if name == "replacements" and value:
            return None if value == "[]" else "the group"
        return value

    def clean(self, told: Any) -> Any:
        """The same with assessors' names and addresses replaced in every text."""
        if isinstance(told, str):
            for name, word in self._names.items():
                told = told.replace(name, word)
            return told
        if isinstance(told, Mapping):
            return {key: self.clean(value) for key, value in told.items()}
        if isinstance(told, Sequence):
            return [self.clean(value) for value in told]
        return told


def _without_keys(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Links in mail carry keys: a referee's opens the referee's form, a new one opens the account."""
    return [{**row, "body": KEY_IN_LINK.sub("[…]", row["body"])} for row in rows]


def _told(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return value
