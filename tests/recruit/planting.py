"""Rows with words of their own in every column of every table about one application, made from the models alone."""

import io
import secrets
import zipfile
from collections.abc import Iterator
from datetime import date
from itertools import count
from typing import Any

from sqlalchemy import Boolean, Column, Date, Enum, Integer, LargeBinary, Table, insert, select, update
from sqlmodel import Session

from recruit.disposing.belonging import about, links, texts
from recruit.disposing.register import OTHERS, STAYS
from recruit.models import (
    Account,
    Application,
    Attachment,
    DisclosureOutcome,
    ListStatus,
    RemovedPart,
    SendingState,
    metadata,
)
from recruit.storage import Storage
from tests.recruit.factories import NOW, World

#: What the general values would break: a rule of the table, or what the plant would not be about.
GIVEN: dict[str, Any] = {
    "experience_period.fte_percent": 80,
    "level_change.old": 1,
    "level_change.new": 2,
    "hold.lifted_at": NOW,
    "hold.lifted_by_id": 1,
    "outgoing_mail.sent_at": NOW,
    "disclosure.number": 7,
    "disclosure.parts": "[]",
    "third_assessment.stage": "screening",
    "site_preference.rank": 3,
    "interview_list.line": "{}",
    "letter_sending.state": SendingState.SENT,
    "letter_recipient.included": True,
    "ranking_run.inputs": "{}",
    "ranking_run.results": "{}",
}
#: Made by the disposal itself; and the answers, of which there are one row and no words.
NOT_PLANTED = {"disposal_receipt", "monitoring_answer", "record_entry"}
#: A column shorter than this holds a code: of a language, a country, a mask.
SHORTEST = 9


class Planter:
    """Plants words; `words` tells where each stands."""

    def __init__(self, session: Session, world: World, application: Application, storage: Storage) -> None:
        self._session, self._world, self._application, self._storage = session, world, application, storage
        self._numbers = count(1)
        self.words: dict[str, str] = {}

    def everything(self) -> None:
        """A row in each table, words in the application, the account and what is shared; then all that is locked is."""
        self._own_row()
        for name in self._ordered():
            if name not in NOT_PLANTED:
                self._plant(metadata().tables[name])
        self._shared()
        self._session.flush()

    def _ordered(self) -> Iterator[str]:
        return (table.name for table in metadata().sorted_tables if table.name in links())

    def _own_row(self) -> None:
        table = metadata().tables["application"]
        values = {
            name: self._word(table, name)
            for name in texts(table)
            if f"application.{name}" not in STAYS and _length(table.c[name]) >= SHORTEST
        }
        self._session.execute(update(table).where(table.c.id == self._application.id).values(**values))
        account = metadata().tables["account"]
        words = {name: self._word(account, name) for name in ("name", "email")}
        words["email"] = f"{words['email']}@example.org"
        mine = account.c.id == self._application.account_id
        self._session.execute(update(account).where(mine).values(**words))
        self._session.expire_all()

    def _plant(self, table: Table) -> int:
        found = self._session.execute(insert(table).values(**self._row(table))).inserted_primary_key
        assert found is not None
        return int(found[0])

    def _row(self, table: Table) -> dict[str, Any]:
        return {column.name: self._value(table, column) for column in table.columns if column.name != "id"}

    def _value(self, table: Table, column: Column[Any]) -> Any:
        place = f"{table.name}.{column.name}"
        if place in GIVEN:
            return GIVEN[place]
        if column.name == "storage_name":
            return self._file(place)
        for key in column.foreign_keys:
            return self._pointed(table, column, key.column.table)
        if column.name in texts(table):
            return self._text(table, column)
        if column.nullable:
            return None
        return self._plain(column)

    def _plain(self, column: Column[Any]) -> Any:
        kind = getattr(column.type, "impl_instance", column.type)
        if isinstance(kind, Enum):
            return next(iter(kind.enum_class))
        if isinstance(kind, Date):
            return date(2026, 9, 1)
        if isinstance(kind, Integer):
            return 3
        return False if isinstance(kind, Boolean) else NOW

    def _pointed(self, table: Table, column: Column[Any], target: Table) -> int | None:
        """The row that a key points to: of the application where that is the way to it, else any of the region."""
        way = links().get(table.name, ((None, None),))[0][0]
        if target.name == "application":
            return self._application.id
        if column.nullable and column.name != way:
            return None
        if target.name == "account":
            return self._world.assessors[3].id
        if target.name == "region":
            return self._application.region_id
        if target.name == "intake":
            return self._application.intake_id
        chosen = select(target.c.id).order_by(target.c.id.desc()).limit(1)
        if target.name in links():
            chosen = chosen.where(about(target, self._application.id or 0))
        found = self._session.execute(chosen).scalar()
        return found if found is not None else self._plant(target)

    def _text(self, table: Table, column: Column[Any]) -> Any:
        length = _length(column)
        if isinstance(column.type, LargeBinary):
            return self._packed(table, column.name)
        if f"{table.name}.{column.name}" in STAYS or length < SHORTEST or table.name in OTHERS:
            return "screening" if column.name == "stage" else f"{next(self._numbers)}"[:length]
        return self._word(table, column.name)

    def _word(self, table: Table, column: str) -> str:
        word = f"zq{next(self._numbers):05}x"
        self.words[word] = f"{table.name}.{column}"
        return word

    def _packed(self, table: Table, column: str) -> bytes:
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w") as packed:
            packed.writestr("page.html", self._word(table, column))
        return target.getvalue()

    def _file(self, place: str) -> str:
        name = secrets.token_hex(24)
        path = self._storage.folder / name[:2] / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"%PDF-1.4 %%EOF")
        self.words[name] = place
        return name

    def _shared(self) -> None:
        """What belongs to several: a disclosure with its file, a letter to this one alone, minutes, a zone."""
        tables = metadata().tables
        self._plant(tables["disclosure_file"])
        self._plant(tables["meeting"])
        self._plant(tables["zone_decision"])
        mail = self._row(tables["outgoing_mail"]) | {"application_id": None, "sending_id": None}
        del self.words[mail["recipient"]]
        mail["recipient"] = self._session.get_one(Account, self._application.account_id).email
        self._session.execute(insert(tables["outgoing_mail"]).values(**mail))
        lock = {
            "disclosure": {
                "decided_at": NOW,
                "decided_by_id": self._world.coordinator.id,
                "outcome": DisclosureOutcome.MASKED,
            },
            "meeting": {"closed_at": NOW, "closed_by_id": self._world.coordinator.id},
            "interview_list": {"status": ListStatus.CONFIRMED, "chain_head": "0" * 64},
        }
        for name, values in lock.items():
            self._session.execute(update(tables[name]).values(**values))

    def files(self) -> list[str]:
        """The names of the application's files, the planted ones and those that can be put back among them."""
        found: list[str] = []
        for each in (Attachment, RemovedPart):
            mine = select(each.storage_name).where(each.application_id == self._application.id)  # type: ignore[arg-type]
            found += self._session.execute(mine).scalars()
        return found


def _length(column: Column[Any]) -> int:
    """How long a text in the column may be."""
    return getattr(column.type, "length", None) or 200
