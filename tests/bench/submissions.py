"""Submissions per second over HTTP, beside bare routes that make the same durable; and what a killed server keeps.

Run with ``python -m tests.bench.submissions`` (or ``make bench``); PostgreSQL is measured too where it is installed,
on a server of its own that syncs (the tests' own does not).

A submission is everything that an applicant sends once the answers are typed: three documents (550 kB), each in a
request of its own as the page's script sends them, and the sending itself. The bare routes get the very same four
requests: they parse them, make the three files durable (the file and its folder synced) and insert one row durably.
Both are served by gunicorn with the same options, on the same disk, to the same clients, in turns.
"""

from __future__ import annotations

import argparse
import logging
import shutil
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from tests.bench import durable
from tests.bench.submissions_clients import Sent, at_work
from tests.bench.submissions_filling import FILES, Draft, make_drafts
from tests.bench.submissions_killed import killed
from tests.bench.submissions_serving import APPLICATION, BARE, THREADS, WORKERS, prepared, served

PEOPLE = 16
ROUNDS, EACH, GOAL = 7, 150, 0.3
KILLS, ACKNOWLEDGED = 10, 10_000


def round_of(port: int, drafts: Sequence[Draft], people: int) -> list[Sent]:
    """Send all of them; what came of each."""
    with at_work(port, drafts, people) as told:
        return list(told)


def per_second(told: Sequence[Sent]) -> float:
    """Submissions a second, from the first request to the last answer."""
    begin = min(each.at - sum(each.times) / 1000 for each in told)
    return len(told) / (max(each.at for each in told) - begin)


def compared(
    app: Flask, kind: str, folder: str, url: str, intake: int, rounds: int, each: int, people: int
) -> bool:
    """Measure both in turns, and tell; whether the goal is kept."""
    engine = app.extensions["recruit_engine"]
    told: dict[str, list[list[Sent]]] = {APPLICATION: [], BARE: []}
    ports = {module: durable.free_port() for module in told}
    bare = other_database(folder, url)
    with (
        served(APPLICATION, folder, url, ports[APPLICATION]),
        served(BARE, folder, bare, ports[BARE]),
    ):
        for number in range(rounds + 1):
            for module, found in told.items():
                answers = round_of(ports[module], make_drafts(app, engine, intake, each), people)
                if number:  # the first warms both
                    found.append(answers)
    return _tell(kind, told)


def other_database(folder: str, url: str) -> str:
    """Where the bare routes keep their rows: a file beside the application's, or the same PostgreSQL database."""
    return f"sqlite:///{Path(folder, 'bare.db')}" if url.startswith("sqlite") else url


def _tell(kind: str, told: dict[str, list[list[Sent]]]) -> bool:
    rates = {module: [per_second(each) for each in found] for module, found in told.items()}
    ratios = [mine / bare for mine, bare in zip(rates[APPLICATION], rates[BARE], strict=True)]
    wrong = [each.wrong for found in told.values() for answers in found for each in answers if each.wrong]
    ratio = statistics.median(ratios)
    for module, label in ((APPLICATION, "the application"), (BARE, "the bare routes")):
        found = rates[module]
        print(
            f"      {kind}, {label}: {statistics.median(found):6.1f} submissions a second"
            f" ({min(found):.1f} to {max(found):.1f} in {len(found)} rounds)"
        )
        uploads, sendings = _times(told[module])
        for name, values in (("a document", uploads), ("the sending", sendings)):
            cuts = statistics.quantiles(values, n=100, method="inclusive")
            print(
                f"          {name}: median {cuts[49]:.0f} ms, 95 % {cuts[94]:.0f} ms, 99 % {cuts[98]:.0f} ms"
            )
    good = ratio >= GOAL and not wrong
    print(
        f"  {'ok ' if good else 'NOT'} {kind}: {ratio:.2f} of the bare routes' submissions a second (goal {GOAL};"
        f" {min(ratios):.2f} to {max(ratios):.2f}), {len(wrong)} errors",
        flush=True,
    )
    for each in sorted(set(wrong))[:5]:
        print(f"      {each}")
    return good


def _times(rounds: list[list[Sent]]) -> tuple[list[float], list[float]]:
    """Milliseconds of every upload and of every sending that was answered."""
    whole = [each.times for answers in rounds for each in answers if not each.wrong]
    return [time for times in whole for time in times[:-1]], [times[-1] for times in whole]


@contextmanager
def databases(only: Sequence[str]) -> Iterator[Iterator[tuple[str, str, str, durable.Postgres | None]]]:
    """For each kind asked for: its name, a folder, a new database's address, and the server of PostgreSQL."""
    with tempfile.TemporaryDirectory() as folder, durable.postgres() as server:

        def each() -> Iterator[tuple[str, str, str, durable.Postgres | None]]:
            for kind in only or ("SQLite", "PostgreSQL"):
                place = Path(tempfile.mkdtemp(dir=folder))
                if kind == "SQLite":
                    yield kind, str(place), f"sqlite:///{place / 'bench.db'}", None
                elif server is None:
                    print("  PostgreSQL: not installed")
                else:
                    yield kind, str(place), durable.new_database(server), server

        yield each()


def main(
    rounds: int = ROUNDS,
    each: int = EACH,
    people: int = PEOPLE,
    kills: int = KILLS,
    acknowledged: int = ACKNOWLEDGED,
    only: Sequence[str] = (),
) -> None:
    """Compare on both databases, and kill the servers."""
    logging.disable(logging.INFO)
    size = sum(size for _kind, _name, size in FILES)
    print(
        f"  {rounds} rounds of {each} submissions each, {people} applicants at once; a submission is {len(FILES)}"
        f" documents ({size / 1000:.0f} kB) and the sending, {len(FILES) + 1} requests;"
        f" {WORKERS} processes of {THREADS} threads serve"
    )
    with databases(only) as chosen:
        for kind, folder, url, server in chosen:
            app, intake = prepared(folder, url)
            if rounds:
                compared(app, kind, folder, url, intake, rounds, each, people)
            if kills:
                killed(
                    app,
                    kind,
                    folder,
                    url,
                    intake,
                    rounds=kills,
                    each=acknowledged // kills,
                    people=people,
                    postgres=server,
                )
            app.extensions["recruit_engine"].dispose()
            shutil.rmtree(folder)
    logging.disable(logging.NOTSET)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="of both; 0 leaves it out")
    parser.add_argument("--each", type=int, default=EACH, help="submissions in a round")
    parser.add_argument("--people", type=int, default=PEOPLE, help="applicants at once")
    parser.add_argument("--kills", type=int, default=KILLS, help="how many times; 0 leaves it out")
    parser.add_argument("--acknowledged", type=int, default=ACKNOWLEDGED, help="submissions of all kills")
    parser.add_argument("--only", action="append", choices=("SQLite", "PostgreSQL"), default=[])
    given = parser.parse_args()
    main(given.rounds, given.each, given.people, given.kills, given.acknowledged, given.only)
