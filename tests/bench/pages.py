"""The table of applications in an intake of many: SQL statements and seconds for a page of 250.

Run with ``python -m tests.bench.pages`` (or ``make bench``). The rows are inserted directly, not through the
services: they are there to be read.
"""

from __future__ import annotations

import argparse
import logging
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import Engine, event, insert
from sqlmodel import Session, SQLModel

from recruit.database import AllRegions, make_session
from recruit.migrate import upgrade
from recruit.models import (
    Account,
    Answer,
    Application,
    ApplicationStatus,
    Attachment,
    AttachmentKind,
    Eligibility,
    Intake,
    Referee,
    RequirementDecision,
    SitePreference,
)
from recruit.services.application import ALPHABET
from recruit.settings import Settings
from recruit.web import build_app
from tests.recruit.factories import NOW, World, make_world, password_hash, sign_in
from tests.recruit.intake_helpers import opened_intake

FEW, MANY, PER_PAGE, REQUESTS, LIMIT = 1_000, 10_000, 250, 15, 10
KINDS = (AttachmentKind.CV, AttachmentKind.DIPLOMA, AttachmentKind.LICENCE, AttachmentKind.LANGUAGE)
Rows = list[dict[str, Any]]


def code(number: int) -> str:
    """A different mask code for every number."""
    base, text = len(ALPHABET), ""
    for _ in range(4):
        number, digit = divmod(number, base)
        text += ALPHABET[digit]
    return text


def fill(session: Session, world: World, intake: Intake, first: int, last: int) -> None:
    """Submitted applications number `first` to `last`, each with what the table counts."""
    region, actor, sites = world.region.id, world.coordinator.id, [site.id for site in world.sites]
    start = 1_000_000
    tables: dict[type[SQLModel], Rows] = {
        model: []
        for model in (Account, Application, SitePreference, Referee, Attachment, RequirementDecision)
    }
    for number in range(first, last + 1):
        key = start + number
        common = {"region_id": region, "application_id": key}
        tables[Account].append(_account(key))
        tables[Application].append(_application(key, number, region, intake.id))
        tables[SitePreference] += [
            {**common, "site_id": site, "rank": rank} for rank, site in enumerate(sites[:2], 1)
        ]
        tables[Referee] += [_referee(common, number, position) for position in (1, 2)]
        tables[Attachment] += [_attachment(common, kind, key) for kind in KINDS]
        tables[RequirementDecision] += [_decision(common, n, actor) for n in range(1, 8 if number % 2 else 4)]
    for model, rows in tables.items():
        session.execute(insert(model), rows)
    session.commit()


def _account(key: int) -> dict[str, Any]:
    return {
        "id": key,
        "email": f"applicant{key}@example.org",
        "name": f"Applicant {key}",
        "password_hash": password_hash(),
        "language": "sv",
        "created_at": NOW,
        "verified_at": NOW,
    }


def _application(key: int, number: int, region: int | None, intake: int | None) -> dict[str, Any]:
    return {
        "id": key,
        "region_id": region,
        "intake_id": intake,
        "account_id": key,
        "reference": f"BT26-{number:06d}",
        "mask_code": code(number),
        "status": ApplicationStatus.SUBMITTED,
        "eligibility": Eligibility.ELIGIBLE if number % 2 else Eligibility.PENDING,
        "created_at": NOW,
        "saved_at": NOW,
        "submitted_at": NOW,
        "given_name": "Åsa",
        "family_name": f"Öberg {number}",
    }


def _referee(common: dict[str, Any], number: int, position: int) -> dict[str, Any]:
    return {
        **common,
        "public_id": f"r{common['application_id']}{position}",
        "position": position,
        "name": "Referee",
        "title": "Consultant",
        "workplace": "Hospital",
        "email": "referee@example.org",
        "answered_at": NOW if number % 3 else None,
    }


def _attachment(common: dict[str, Any], kind: AttachmentKind, key: int) -> dict[str, Any]:
    return {
        **common,
        "public_id": f"a{key}{kind.value}",
        "kind": kind,
        "filename": f"{kind.value}.pdf",
        "storage_name": f"{key}{kind.value}",
        "media_type": "application/pdf",
        "size": 100_000,
        "sha256": "0" * 64,
        "uploaded_at": NOW,
        "uploaded_by_id": key,
    }


def _decision(common: dict[str, Any], number: int, actor: int | None) -> dict[str, Any]:
    return {
        **common,
        "requirement": f"E{number}",
        "proposed": Answer.YES,
        "answer": Answer.YES,
        "reason": "",
        "decided_at": NOW,
        "decided_by_id": actor,
    }


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """The SQL statements that are sent meanwhile, without transactions' own."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA")):
            sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def measure(client: FlaskClient, engine: Engine, url: str) -> tuple[int, float, int]:
    """How many statements a request sends, the median seconds of several, and how long the page is."""
    client.get(url)  # what is cached once is not what is measured
    with statements(engine) as sent:
        response = client.get(url)
    assert response.status_code == 200, response.status
    seconds = []
    for _ in range(REQUESTS):
        begin = time.perf_counter()
        client.get(url)
        seconds.append(time.perf_counter() - begin)
    return len(sent), statistics.median(seconds), len(response.data)


def main() -> None:
    """Fill a database, ask for the page at two sizes, print."""
    logging.disable(logging.INFO)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            data_dir=folder,
            database_url=f"sqlite:///{Path(folder, 'bench.db')}",
            secret_key="a secret for measuring",
            mail_url="catch:",
            rate_limits=False,
        )
        upgrade(settings.database)
        app = build_app(settings)
        engine: Engine = app.extensions["recruit_engine"]
        found = {}
        with make_session(engine, scope=AllRegions("measuring"), writes=False) as session:
            world = make_world(session)
            intake = opened_intake(session, world)
            url = f"/g/{world.region.slug}/{intake.slug}/applications?per={PER_PAGE}"
            client = app.test_client()
            sign_in(client, world.coordinator)
            for first, last in ((1, FEW), (FEW + 1, MANY)):
                fill(session, world, intake, first, last)
                found[last] = measure(client, engine, url)
        engine.dispose()
    print(f"GET {url}, SQLite, median of {REQUESTS} requests")
    for rows, (count, seconds, size) in found.items():
        print(
            f"  {rows:6,} applications: {count:2} SQL statements, {seconds * 1000:6.0f} ms, {size / 1024:,.0f} kB"
        )
    counts = [count for count, _, _ in found.values()]
    print(f"  at most {LIMIT} statements: {'yes' if max(counts) <= LIMIT else 'no'}")
    print(f"  constant: {'yes' if len(set(counts)) == 1 else 'no'}")


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__).parse_args()
    main()
