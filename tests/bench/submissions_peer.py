"""What a submission is compared with: a bare Flask route that parses the same bodies, makes the same files durable and
inserts one row durably for each request, served by the same server. It knows nobody, checks nothing, renders nothing.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import sys
import threading
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask, jsonify, redirect, request
from werkzeug.wrappers import Response

from recruit.server import Server, options
from recruit.settings import Settings
from recruit.taking_turns import Turn

_TABLE = "CREATE TABLE IF NOT EXISTS bare (reference TEXT PRIMARY KEY, token TEXT NOT NULL)"


class SqliteRows:
    """Rows in an SQLite file, synced at each commit. Writers take turns as the application's do, the faster way."""

    def __init__(self, url: str) -> None:
        self._path, self._own = url.removeprefix("sqlite:///"), threading.local()

    def insert(self, reference: str, token: str) -> None:
        """Insert a row durably."""
        connection = self._connection()
        turn = Turn(self._path)
        try:
            connection.execute("INSERT INTO bare VALUES (?, ?)", (reference, token))
        finally:
            turn.end()

    def _connection(self) -> sqlite3.Connection:
        if not hasattr(self._own, "connection"):
            self._own.connection = sqlite3.connect(self._path, isolation_level=None, timeout=30)
            self._own.connection.execute("PRAGMA synchronous=FULL")
        found: sqlite3.Connection = self._own.connection
        return found


class PostgresRows:
    """Rows in PostgreSQL, whose commits are synchronous unless it is told otherwise."""

    def __init__(self, url: str) -> None:
        self._url, self._own = url, threading.local()

    def insert(self, reference: str, token: str) -> None:
        """Insert a row durably."""
        if not hasattr(self._own, "connection"):
            self._own.connection = psycopg.connect(self._url, autocommit=True)
        self._own.connection.execute("INSERT INTO bare VALUES (%s, %s)", (reference, token))


def create_table(url: str) -> None:
    """The one table."""
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
            connection.execute("PRAGMA journal_mode=WAL")  # of the file, for whoever opens it
            connection.execute(_TABLE)
        return
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_TABLE)


def _keep(folder: Path, content: bytes) -> None:
    """A file and its name in the folder, both durable."""
    name = secrets.token_hex(24)
    place = folder / name[:2]
    with open(place / name, "xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    handle = os.open(place, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)


def build_app(folder: Path, url: str) -> Flask:
    """The two routes."""
    app = Flask("bare")
    rows = SqliteRows(url) if url.startswith("sqlite") else PostgresRows(url)
    for number in range(256):
        (folder / f"{number:02x}").mkdir(parents=True, exist_ok=True)

    @app.get("/health")
    def health() -> str:
        return "ok"

    @app.post("/my/<reference>/attachments/new")
    def upload(reference: str) -> Response:
        for file in request.files.getlist("file"):
            _keep(folder, file.read())
        rows.insert(secrets.token_hex(16), request.form["csrf_token"])
        return jsonify(state="kept", message=request.form["kind"])

    @app.post("/my/<reference>/submit")
    def submit(reference: str) -> Response:
        rows.insert(reference, request.form["csrf_token"])
        return redirect(f"/my/{reference}/receipt", 303)

    return app


class _Bare(Server):
    """The same gunicorn with the bare routes in it."""

    def __init__(self, folder: Path, url: str, chosen: dict[str, Any]) -> None:
        self._folder, self._url = folder, url
        super().__init__(Settings(), chosen)

    def load(self) -> Flask:
        return build_app(self._folder, self._url)


def main() -> None:
    """Serve: folder, database's address, port, workers, threads."""
    folder, url, port, workers, threads = sys.argv[1:6]
    create_table(url)
    _Bare(Path(folder, "bare"), url, options("127.0.0.1", int(port), int(workers), int(threads))).run()


if __name__ == "__main__":
    main()
