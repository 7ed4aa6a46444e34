"""Databases that keep what they have committed, whatever ends them: what the tests' own PostgreSQL leaves out."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

_MOST = 100  # connections


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def binaries() -> Path | None:
    """The folder of PostgreSQL's programs, None where it is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda each: float(each.parts[-3]))
    if found:
        return found[-1].parent
    named = shutil.which("initdb")
    return Path(named).resolve().parent if named else None


class Postgres:
    """A PostgreSQL server of its own, as it comes: fsync, full pages and synchronous commits are on."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self._folder, self._programs = folder, programs
        self.port = free_port()
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            shutil.chown(folder, "postgres")
        self._run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        self.start()

    @property
    def url(self) -> str:
        """The server's address, without a database."""
        return f"postgresql://postgres@127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it; after a crash it recovers first."""
        options = f"-h 127.0.0.1 -p {self.port} -k {self._folder} -c max_connections={_MOST}"
        self._run("pg_ctl", "-w", "-l", str(self._folder / "log"), "-o", options, "start")

    def crash(self) -> None:
        """End all its processes at once. Nothing is written out: it recovers when it starts again."""
        self._run("pg_ctl", "-m", "immediate", "stop")

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), "-D", str(self._folder / "data"), *arguments]
        if os.geteuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        # What is started keeps its output open: a pipe would never end.
        with open(self._folder / "output", "w") as output:
            subprocess.run(command, cwd="/", check=True, stdout=output, stderr=output)


@contextmanager
def postgres() -> Iterator[Postgres | None]:
    """A server of its own for as long as it lasts; None where PostgreSQL is not installed."""
    programs = binaries()
    if programs is None:
        yield None
        return
    with tempfile.TemporaryDirectory() as folder:
        server = Postgres(Path(folder), programs)
        try:
            yield server
        finally:
            server.crash()


def new_database(server: Postgres) -> str:
    """The address of a new, empty database on the server."""
    name = f"bench_{uuid.uuid4().hex[:10]}"
    with psycopg.connect(f"{server.url}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return f"{server.url}/{name}"
