"""Fifty assessors at once: each reads, sets levels, saves and goes on. Afterwards every level that was acknowledged
must be in the database.
"""

from __future__ import annotations

import random
import statistics
import threading
import time
from dataclasses import dataclass, field

from sqlalchemy import Engine
from sqlmodel import col, select

from recruit.database import AllRegions, make_session
from recruit.models import Account, Application, Assignment, Level
from tests.bench.workplace_filling import KEYS, WORKING, Workplace
from tests.bench.workplace_http import Browser, form_fields
from tests.recruit.factories import World

THOUGHT = 2.0  # seconds on average over an application: thirty times as fast as people read
READ_GOAL, SAVE_GOAL = 150, 250  # milliseconds at the 95th percentile


@dataclass
class Work:
    """What one assessor did: levels that were acknowledged by (code, criterion), times in ms, and what went wrong."""

    email: str
    kept: dict[tuple[str, str], int] = field(default_factory=dict)
    reads: list[float] = field(default_factory=list)
    saves: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def crowd(port: int, engine: Engine, world: World, made: Workplace, *, seconds: float) -> bool:
    """Let them work for so long, and tell: whether nothing failed and nothing was lost."""
    base = f"/g/{world.region.slug}/{made.assessing.slug}/assess"
    works = [Work(email) for email in made.assessors[:WORKING]]
    ready = threading.Barrier(WORKING)
    threads = [
        threading.Thread(target=_work, args=(port, base, work, number, ready, seconds), daemon=True)
        for number, work in enumerate(works)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds + 120)
    wrong = [each for work in works for each in work.wrong]
    wrong += ["an assessor never came back"] * sum(thread.is_alive() for thread in threads)
    kept = sum(len(work.kept) for work in works)
    lost = _lost(engine, made, works)
    reads, saves = (sorted(each) for each in zip_times(works))
    print(
        f"  {WORKING} assessors at once for {seconds:.0f} s, {THOUGHT:.0f} s of thought each time:"
        f" {len(saves)} assessments saved, {kept} levels acknowledged, {lost} lost, {len(wrong)} errors"
    )
    for name, values in (("opening", reads), ("saving", saves)):
        if len(values) > 1:
            cuts = statistics.quantiles(values, n=100, method="inclusive")
            print(f"      {name}: median {cuts[49]:.0f} ms, 95 % {cuts[94]:.0f} ms, 99 % {cuts[98]:.0f} ms")
    for each in sorted(set(wrong))[:5]:
        print(f"      {each}")
    good = not wrong and not lost and bool(kept)
    print(f"  {'ok ' if good else 'NOT'} no error, nothing lost")
    return good


def zip_times(works: list[Work]) -> tuple[list[float], list[float]]:
    """All times of opening and of saving."""
    return [each for work in works for each in work.reads], [each for work in works for each in work.saves]


def _work(port: int, base: str, work: Work, number: int, ready: threading.Barrier, seconds: float) -> None:
    chance = random.Random(number)
    try:
        browser = Browser(port).sign_in(work.email)
        urls = sorted(set(browser.links(base, f"{base}/")))
        ready.wait(120)
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for url in urls:
                if time.monotonic() >= until:
                    break
                _assess(browser, url, work, chance)
    except Exception as error:
        work.wrong.append(f"{type(error).__name__}: {error}")
        ready.abort()


def _assess(browser: Browser, url: str, work: Work, chance: random.Random) -> None:
    begin = time.perf_counter()
    page = browser.get(url)
    work.reads.append((time.perf_counter() - begin) * 1000)
    if page.status != 200:
        work.wrong.append(f"GET: {page.status}")
        return
    time.sleep(chance.uniform(0.5, 1.5) * THOUGHT)
    levels = {key: chance.randint(0, 4) for key in KEYS}
    sent = [pair for pair in form_fields(page.text, f"note-{KEYS[0]}") if not pair[0].startswith("level-")]
    sent += [(f"level-{key}", str(level)) for key, level in levels.items()] + [("action", "next")]
    begin = time.perf_counter()
    answer = browser.post(url, sent)
    work.saves.append((time.perf_counter() - begin) * 1000)
    if answer.status != 303:
        work.wrong.append(f"POST: {answer.status}")
        return
    code = url.rpartition("/")[2]
    work.kept |= {(code, key): level for key, level in levels.items()}


def _lost(engine: Engine, made: Workplace, works: list[Work]) -> int:
    """How many levels that were acknowledged the database does not hold."""
    found: dict[tuple[str, str, str], int] = {}
    with make_session(engine, scope=AllRegions("measuring"), writes=False) as session:
        rows = session.exec(
            select(Account.email, Application.mask_code, Level.criterion, Level.level)
            .join(Assignment, col(Assignment.assessor_id) == col(Account.id))
            .join(Application, col(Application.id) == col(Assignment.application_id))
            .join(Level, col(Level.assignment_id) == col(Assignment.id))
            .where(Assignment.intake_id == made.assessing.id)
        )
        for email, code, criterion, level in rows:
            found[email, code, criterion] = level
    return sum(found.get((work.email, *key)) != level for work in works for key, level in work.kept.items())
