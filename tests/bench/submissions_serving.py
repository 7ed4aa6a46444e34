"""The application, or the bare routes, served as `recruit serve --workers 2` serves, until they are ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from recruit.migrate import upgrade
from recruit.web import build_app
from tests.bench.submissions_filling import make_intake, settings_for
from tests.bench.workplace_http import Browser

APPLICATION, BARE = "workplace_server", "submissions_peer"
WORKERS, THREADS = 2, 8


def prepared(folder: str, url: str) -> tuple[Flask, int]:
    """A migrated database with an open intake, the application on it, and the intake's id."""
    settings = settings_for(folder, url)
    upgrade(settings.database)
    app = build_app(settings)
    return app, make_intake(app.extensions["recruit_engine"])


@contextmanager
def served(
    module: str, folder: str, url: str, port: int, workers: int = WORKERS
) -> Iterator[subprocess.Popen[bytes]]:
    """A server of this module, in a group of processes of its own; whatever is left of it ends."""
    arguments = [
        sys.executable,
        "-m",
        f"tests.bench.{module}",
        folder,
        url,
        str(port),
        str(workers),
        str(THREADS),
    ]
    with subprocess.Popen(arguments, start_new_session=True) as process:
        try:
            browser = Browser(port)
            browser.wait()
            browser.close()
            yield process
        finally:
            kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL to the server and all that it has started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
