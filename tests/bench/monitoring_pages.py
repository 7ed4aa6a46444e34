"""The auditor's pages of a finished intake of the demo: milliseconds and SQL statements, after the first time.

Run with ``python -m tests.bench.monitoring_pages`` (or ``make bench``). The demo's story makes intake and analysis.
"""

from __future__ import annotations

import argparse
import logging
import statistics
import tempfile
import time
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlmodel import select

from recruit.migrate import upgrade
from recruit.models import Application, Intake
from recruit.web import build_app
from tests.bench.pages import statements
from tests.demo import REGION, Demo, make_demo
from tests.recruit.factories import post

INTAKE, AUDITOR, PASSWORD = "bt-varen-2027", "granskare@alvmark.example", "linden blommar sent"
PAGES = (
    "",
    "/analysis",
    "/sources",
    "/order",
    "/strata",
    "/countries",
    "/over-time",
    "/proxies",
    "/bar",
    "/report",
)
REQUESTS, TARGET = 7, 0.3


def measured(client: FlaskClient, engine: Engine, url: str) -> tuple[int, float, float]:
    """SQL statements of one request, and the median of seconds and of seconds of one core of several after it."""
    with statements(engine) as sent:
        response = client.get(url)
    assert response.status_code == 200, (url, response.status)
    seconds, busy = [], []
    for _ in range(REQUESTS):
        start, core = time.perf_counter(), time.process_time()
        client.get(url)
        seconds.append(time.perf_counter() - start)
        busy.append(time.process_time() - core)
    return len(sent), statistics.median(seconds), statistics.median(busy)


def told(made: Demo) -> None:
    """Every page of the monitor, and whether all are fast enough."""
    app = build_app(made.settings)
    engine: Engine = app.extensions["recruit_engine"]
    with made.session() as session:
        intake = session.exec(select(Intake).where(Intake.slug == INTAKE)).one()
        count = len(session.exec(select(Application.id).where(Application.intake_id == intake.id)).all())
    print(f"{INTAKE} of the demo, {count} applications, signed in as auditor; median of {REQUESTS} requests")
    client = app.test_client()
    assert post(client, "/login", {"email": AUDITOR, "password": PASSWORD}).status_code == 303
    slowest = 0.0
    for page in PAGES:
        found, seconds, busy = measured(client, engine, f"/g/{REGION}/{INTAKE}/monitoring{page}")
        print(
            f"  monitoring{page:12} {seconds * 1000:5.0f} ms ({busy * 1000:.0f} ms of one core), {found:2} SQL "
            "statements"
        )
        slowest = max(slowest, seconds)
    engine.dispose()
    print(f"  all under {TARGET * 1000:.0f} ms: {'yes' if slowest < TARGET else 'no'}")


def main() -> None:
    """Tell the demo's story in a folder that is thrown away, and measure."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    logging.disable(logging.INFO)
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder, "empty.db")
        upgrade(f"sqlite:///{template}")
        told(make_demo(Path(folder, "demo"), template))
    logging.disable(logging.NOTSET)


if __name__ == "__main__":
    main()
