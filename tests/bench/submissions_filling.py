"""Applicants whose answers are all typed, signed in, with the files and the sending still to come."""

from __future__ import annotations

import hashlib
import random
import tempfile
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, session
from flask_wtf.csrf import generate_csrf
from sqlalchemy import Engine, func
from sqlmodel import Session, SQLModel, col, select

from recruit.database import AllRegions, make_session
from recruit.models import (
    Account,
    Application,
    AttachmentKind,
    BrowserSession,
    ExperiencePeriod,
    Intake,
    Referee,
)
from recruit.models.types import id_of
from recruit.settings import Settings
from recruit.signin import BROWSER, SINCE
from tests.bench.workplace_rows import Rows, insert_rows
from tests.recruit.application_helpers import begin, fill_in, open_intake
from tests.recruit.factories import applicant, make_world

SCOPE = AllRegions("measuring")
SECRET = "a secret for measuring"
#: What is uploaded: the kind, the name, and how large it is. A scan from a phone is about so large.
FILES = (
    (AttachmentKind.CV, "cv.pdf", 90_000),
    (AttachmentKind.DIPLOMA, "diplom.pdf", 300_000),
    (AttachmentKind.LANGUAGE, "svenska-c1.pdf", 160_000),
)


@dataclass(frozen=True)
class Draft:
    """What somebody needs who sends a draft: its reference, and the cookie and the token of its applicant.

    `share`: its files have one part in so many of their size, where it does not matter.
    """

    reference: str
    cookie: str
    token: str
    share: int = 1


def settings_for(folder: str, url: str, port: int = 8000) -> Settings:
    """The settings that everything here is measured with: no limits of attempts, mail kept."""
    return Settings(
        data_dir=folder,
        database_url=url,
        secret_key=SECRET,
        mail_url="catch:",
        rate_limits=False,
        base_url=f"http://127.0.0.1:{port}",
    )


@lru_cache
def _filler() -> bytes:
    return random.Random(11).randbytes(max(size for _kind, _name, size in FILES))


def content(draft: Draft, kind: AttachmentKind) -> bytes:
    """The file of that kind of that draft: no two have the same, so that each can be looked for."""
    size = next(size for each, _name, size in FILES if each is kind) // draft.share
    begins = f"%PDF-1.7\n% {draft.reference} {kind.value}\n".encode()
    ends = b"\n%%EOF\n"
    return begins + _filler()[: size - len(begins) - len(ends)] + ends


def checksums(draft: Draft) -> set[str]:
    """SHA-256 of each file that is sent with a draft."""
    return {hashlib.sha256(content(draft, kind)).hexdigest() for kind, _name, _size in FILES}


def make_intake(engine: Engine) -> int:
    """A region with an open intake and one filled draft, which all others are copies of; returns the intake's id."""
    now = datetime.now(UTC)
    with make_session(engine, scope=SCOPE) as opened, tempfile.TemporaryDirectory() as folder:
        intake = open_intake(opened, make_world(opened), now=now)
        draft = begin(opened, intake, applicant(opened, "first@example.org"), now=now)
        fill_in(opened, draft, Path(folder), now=now)
        return id_of(intake)


def make_drafts(app: Flask, engine: Engine, intake_id: int, count: int, share: int = 1) -> list[Draft]:
    """So many drafts more, each of an applicant of its own who is signed in; committed."""
    with make_session(engine, scope=SCOPE) as opened:
        drafts = select(Application).where(Application.intake_id == intake_id)
        first = opened.exec(drafts.order_by(col(Application.id))).first()
        assert first is not None, "the intake has no draft to copy"
        made = _Copies(opened, opened.get_one(Intake, intake_id), first, count)
        made.write()
        return [
            _signed_in(app, share, *each)
            for each in zip(made.references, made.accounts, made.browsers, strict=True)
        ]


class _Copies:
    """Copies of a draft."""

    def __init__(self, opened: Session, intake: Intake, first: Application, count: int) -> None:
        self._session, self._intake, self._first = opened, intake, first
        start = max(opened.exec(select(func.max(Application.id))).one() or 0, 1_000_000) + 1
        self._ids = range(start, start + count)
        self.references = [f"BT26-{number:07d}" for number in self._ids]
        self.accounts = [uuid.uuid4().hex for _ in self._ids]
        self.browsers = [uuid.uuid4().hex for _ in self._ids]

    def write(self) -> None:
        """Insert and commit everything."""
        now = datetime.now(UTC)
        named = list(zip(self._ids, self.references, self.accounts, self.browsers, strict=True))
        owner = self._dump(self._session.get_one(Account, self._first.account_id))
        draft = self._dump(self._first)
        self._insert(
            Account,
            [
                {**owner, "id": key, "public_id": who, "email": f"{who}@example.org"}
                for key, _, who, _ in named
            ],
        )
        self._insert(
            BrowserSession,
            [
                {"public_id": browser, "account_id": key, "epoch": owner["session_epoch"], "began_at": now}
                for key, _, _, browser in named
            ],
        )
        self._insert(
            Application,
            [
                {**draft, "id": key, "account_id": key, "reference": reference, "mask_code": f"{key:X}"}
                for key, reference, _, _ in named
            ],
        )
        for model in (ExperiencePeriod, Referee):
            self._insert(model, self._parts(model))
        self._session.commit()

    def _parts(self, model: type[Any]) -> Rows:
        found = self._session.exec(select(model).where(col(model.application_id) == self._first.id)).all()
        rows = [self._dump(each) for each in found]
        for row in rows:
            row.pop("id")
        public = "public_id" in model.model_fields
        return [
            {**row, "application_id": key, **({"public_id": uuid.uuid4().hex} if public else {})}
            for key in self._ids
            for row in rows
        ]

    def _dump(self, row: SQLModel) -> dict[str, Any]:
        return {name: getattr(row, name) for name in type(row).model_fields}

    def _insert(self, model: type[SQLModel], rows: Rows) -> None:
        insert_rows(self._session, model, rows)


def _signed_in(app: Flask, share: int, reference: str, account: str, browser: str) -> Draft:
    """The cookie and the token that a browser has after signing in: Argon2 is slow on purpose and is not measured."""
    with app.test_request_context():
        session.permanent = True
        session[SINCE] = datetime.now(UTC).isoformat()
        session[BROWSER] = browser
        session["_user_id"] = f"{account}.0"
        session["_fresh"] = True
        token = generate_csrf()
        serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        return Draft(reference, f"session={serializer.dumps(dict(session))}", token, share)
