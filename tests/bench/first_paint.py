"""First paint on a simulated slow phone: Chromium with an empty cache, a slow network and a slow processor.

Run with ``python -m tests.bench.first_paint`` (or ``make bench``). The network is what Lighthouse calls slow 4G: 150 ms
for each request and answer, 1.6 Mbit/s down, 750 kbit/s up; the processor is slowed down four times. Chromium slows
down what it does itself, and its own machine's load adds to that.
"""

from __future__ import annotations

import argparse
import logging
import statistics
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright
from sqlmodel import select

from recruit.database import make_session
from recruit.models import Intake, Region
from tests import chromium
from tests.bench import durable
from tests.bench.submissions_filling import SCOPE, make_drafts
from tests.bench.submissions_serving import APPLICATION, prepared, served

GOAL, TIMES = 1000, 5  # milliseconds, visits of each page
LATENCY, DOWN, UP, SLOWER = 150, 1_600_000, 750_000, 4  # milliseconds, bits a second, times
WIDTH, HEIGHT = 390, 844
PAGES: tuple[tuple[str, str], ...] = (
    ("the list of intakes", "/"),
    ("an intake", "/i/{region}/{intake}"),
    ("signing in", "/login"),
    ("the task list", "/my/{reference}"),
    ("the first page of the form", "/my/{reference}/about_you"),
    ("a page with many fields", "/my/{reference}/start"),
    ("experience", "/my/{reference}/experience"),
    ("documents", "/my/{reference}/attachments"),
    ("before sending", "/my/{reference}/check"),
)
#: What the page itself says of its painting, in milliseconds from when it was asked for.
PAINTED = """() => new Promise((done) => {
  new PerformanceObserver((list) => {
    const first = performance.getEntriesByName("first-contentful-paint")[0];
    const entries = list.getEntries();
    done([first ? first.startTime : 0, entries[entries.length - 1].startTime]);
  }).observe({ type: "largest-contentful-paint", buffered: true });
})"""


@dataclass(frozen=True)
class Visit:
    """First and largest contentful paint in milliseconds, bytes by kind as transferred, and other hosts asked."""

    first: float
    largest: float
    sizes: Counter[str]
    others: frozenset[str]


def visit(browser: Browser, base: str, path: str, cookie: str) -> Visit:
    """Open a page on a slow phone that has never been here."""
    context = browser.new_context(
        viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=2, is_mobile=True, has_touch=True
    )
    try:
        name, _, value = cookie.partition("=")
        context.add_cookies([{"name": name, "value": value, "url": base}])
        page = context.new_page()
        session = context.new_cdp_session(page)
        kinds: dict[str, str] = {}
        sizes: Counter[str] = Counter()
        hosts: set[str] = set()

        def finished(told: dict[str, Any]) -> None:
            sizes[kinds.get(told["requestId"], "Other")] += int(told["encodedDataLength"])

        def received(told: dict[str, Any]) -> None:
            kinds[told["requestId"]] = told["type"]
            if not told["response"]["url"].startswith((base, "data:")):
                hosts.add(told["response"]["url"])

        session.on("Network.responseReceived", received)
        session.on("Network.loadingFinished", finished)
        session.send("Network.enable")
        session.send(
            "Network.emulateNetworkConditions",
            {
                "offline": False,
                "latency": LATENCY,
                "downloadThroughput": DOWN / 8,
                "uploadThroughput": UP / 8,
            },
        )
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        page.goto(base + path, wait_until="networkidle", timeout=60_000)
        first, largest = page.evaluate(PAINTED)
        return Visit(first, largest, sizes, frozenset(hosts))
    finally:
        context.close()


def measured(browser: Browser, base: str, names: dict[str, str], cookie: str, times: int) -> bool:
    """Visit every page so many times and tell; whether all were painted in time."""
    fine = True
    for label, pattern in PAGES:
        path = pattern.format(**names)
        visits = [visit(browser, base, path, cookie) for _ in range(times + 1)][
            1:
        ]  # the first warms the server
        fine = _tell(label, visits) and fine
    return fine


def _tell(label: str, visits: Sequence[Visit]) -> bool:
    firsts = [each.first for each in visits]
    middle, largest = statistics.median(firsts), statistics.median(each.largest for each in visits)
    sizes = visits[-1].sizes
    others = frozenset[str]().union(*(each.others for each in visits))
    good = 0 < middle < GOAL and not others
    told = ", ".join(f"{kind.lower()} {size / 1000:.1f}" for kind, size in sorted(sizes.items()))
    print(
        f"  {'ok ' if good else 'NOT'} {label:27} first paint {middle:5.0f} ms of {GOAL} ({min(firsts):.0f} to"
        f" {max(firsts):.0f}), largest {largest:5.0f} ms; kB: {told}"
        + (f"; other hosts: {', '.join(sorted(others))}" if others else ""),
        flush=True,
    )
    return good


def main(times: int = TIMES) -> None:
    """Serve an open intake and visit it."""
    path = chromium.path()
    if path is None:
        print(f"  {chromium.MISSING}")
        return
    logging.disable(logging.INFO)
    with tempfile.TemporaryDirectory() as folder:
        url, port = f"sqlite:///{Path(folder, 'bench.db')}", durable.free_port()
        app, intake_id = prepared(folder, url)
        engine = app.extensions["recruit_engine"]
        draft = make_drafts(app, engine, intake_id, 1)[0]
        with make_session(engine, scope=SCOPE, writes=False) as session:
            intake = session.get_one(Intake, intake_id)
            region = session.exec(select(Region)).one()
            names = {"region": region.slug, "intake": intake.slug, "reference": draft.reference}
        engine.dispose()
        with served(APPLICATION, folder, url, port), sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=chromium.ARGUMENTS)
            fine = measured(browser, f"http://127.0.0.1:{port}", names, draft.cookie, times)
            browser.close()
    print(f"  {'ok ' if fine else 'NOT'} every page painted within a second, and nothing from another host")
    logging.disable(logging.NOTSET)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=TIMES, help="visits of each page")
    main(parser.parse_args().times)
