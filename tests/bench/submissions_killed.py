"""What is there of acknowledged submissions after the server was killed while they came in.

Applicants send; at a moment drawn at random the server's processes get SIGKILL all at once, or PostgreSQL is ended
without a chance to write anything out. Both start again on the same data, and the rest is sent, also what got no
answer. Then each submission that was acknowledged, before or after, is looked for.
"""

from __future__ import annotations

import hashlib
import random
import sqlite3
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask
from sqlmodel import Session, col, select

from recruit.database import make_session
from recruit.models import (
    Application,
    ApplicationStatus,
    Attachment,
    OutgoingMail,
    RecordEntry,
    Region,
)
from recruit.services.verification import verify
from tests.bench import durable
from tests.bench.submissions_clients import Sent, at_work
from tests.bench.submissions_filling import SCOPE, Draft, checksums, make_drafts, settings_for
from tests.bench.submissions_serving import APPLICATION, WORKERS, kill, served

#: Files of a tenth of their size: what is asked is whether they are there, not how long they take.
SHARE = 10


@dataclass
class Round:
    """What happened in one round, and what was not right afterwards."""

    acknowledged: int = 0
    before: int = 0
    cut: int = 0
    wrong: list[str] = field(default_factory=list)


def killed_round(
    app: Flask,
    folder: str,
    url: str,
    intake_id: int,
    count: int,
    chance: random.Random,
    *,
    people: int,
    workers: int = WORKERS,
    postgres: durable.Postgres | None = None,
) -> Round:
    """Have so many drafts sent, with a kill in the middle, and look for what was acknowledged.

    With `postgres` that server is ended too, and the application is killed at once after it.
    """
    engine = app.extensions["recruit_engine"]
    drafts = make_drafts(app, engine, intake_id, count, SHARE)
    engine.dispose()  # connections of ours to a server that is ended would only be in the way
    port, after = durable.free_port(), chance.randint(count // 4, 3 * count // 4)
    with served(APPLICATION, folder, url, port, workers) as process:
        first = _send_until(port, drafts, people, after, chance.uniform(0, 0.05), process, postgres)
    if postgres is not None:
        postgres.start()
    told = {each.reference for each in first if not each.wrong}
    rest = [each for each in drafts if each.reference not in told]
    with served(APPLICATION, folder, url, port, workers), at_work(port, rest, people) as answers:
        second = list(answers)
    done = Round(len(told), len(told), sum(bool(each.wrong) for each in first))
    told |= {each.reference for each in second if not each.wrong}
    done.acknowledged = len(told)
    done.wrong += [f"{each.reference} could not be sent again: {each.wrong}" for each in second if each.wrong]
    with make_session(engine, scope=SCOPE, writes=False) as session:
        done.wrong += [found for draft in drafts for found in _looked_at(session, folder, draft, told)]
        for region in session.exec(select(Region)):
            done.wrong += [
                f"verify: {each.what}: {each.message}"
                for each in verify(session, region_id=region.id or 0).findings
            ]
    done.wrong += _integrity(url)
    return done


def _send_until(
    port: int,
    drafts: Sequence[Draft],
    people: int,
    after: int,
    pause: float,
    process: subprocess.Popen[bytes],
    postgres: durable.Postgres | None,
) -> list[Sent]:
    """Let them send; a moment after so many were acknowledged everything ends. What was told until then."""
    found: list[Sent] = []
    killing: threading.Thread | None = None

    def end() -> None:
        time.sleep(pause)
        if postgres is not None:
            postgres.crash()
        kill(process)

    with at_work(port, drafts, people) as told:
        for each in told:
            found.append(each)
            if len(found) == after:
                killing = threading.Thread(target=end)
                killing.start()
    assert killing is not None, "nobody was killed"
    killing.join()
    return found


def _looked_at(session: Session, folder: str, draft: Draft, told: set[str]) -> list[str]:
    """What is not right with a draft that was sent, or that may have been."""
    row = session.exec(select(Application).where(Application.reference == draft.reference)).one()
    if row.status is not ApplicationStatus.SUBMITTED:
        return [f"{draft.reference} was acknowledged and is {row.status.value}"] * (draft.reference in told)
    wrong = []
    wanted = checksums(draft)
    kept = session.exec(select(Attachment).where(Attachment.application_id == row.id)).all()
    if {each.sha256 for each in kept} != wanted or len(kept) != len(wanted):
        wrong.append(f"{draft.reference}: {len(kept)} documents")
    files = settings_for(folder, "").attachments
    for each in kept:
        path = Path(files, each.storage_name[:2], each.storage_name)
        if not path.exists() or hashlib.sha256(path.read_bytes()).hexdigest() != each.sha256:
            wrong.append(f"{draft.reference}: the content of {each.filename}")
    entries = select(RecordEntry).where(
        RecordEntry.action == "application.submitted", RecordEntry.subject_id == row.id
    )
    if len(session.exec(entries).all()) != 1:
        wrong.append(f"{draft.reference}: not one entry of its sending")
    mails = select(OutgoingMail).where(col(OutgoingMail.application_id) == row.id)
    if len(session.exec(mails).all()) != 1:
        wrong.append(f"{draft.reference}: not one receipt")
    return wrong


def _integrity(url: str) -> list[str]:
    if not url.startswith("sqlite"):
        return []
    connection = sqlite3.connect(url.removeprefix("sqlite:///"))
    try:
        found = [row[0] for row in connection.execute("PRAGMA integrity_check")]
        found += [f"foreign key of {row[0]}" for row in connection.execute("PRAGMA foreign_key_check")]
    finally:
        connection.close()
    return [each for each in found if each != "ok"]


def killed(
    app: Flask,
    kind: str,
    folder: str,
    url: str,
    intake_id: int,
    *,
    rounds: int,
    each: int,
    people: int,
    postgres: durable.Postgres | None,
) -> bool:
    """So many rounds, from a fixed seed, and a line about them; whether nothing was missing. Every other round on
    PostgreSQL ends that server too.
    """
    chance = random.Random(20270115)
    made: list[Round] = []
    for number in range(rounds):
        server = postgres if number % 2 else None
        made.append(killed_round(app, folder, url, intake_id, each, chance, people=people, postgres=server))
    wrong = [found for each_round in made for found in each_round.wrong]
    ended = f", PostgreSQL itself in {rounds // 2}" if postgres is not None else ""
    print(
        f"  {'NOT' if wrong else 'ok '} {kind}: killed {rounds} times in the middle{ended}:"
        f" {sum(found.acknowledged for found in made):,} acknowledged,"
        f" {sum(found.before for found in made):,} of them before the kill, {len(wrong)} missing or not whole;"
        f" {sum(found.cut for found in made)} got no answer and were sent again",
        flush=True,
    )
    for found in wrong[:5]:
        print(f"      {found}")
    return not wrong
