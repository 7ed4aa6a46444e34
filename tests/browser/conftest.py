"""Fixtures for tests with a real browser: Chromium, and the application on a port of its own."""

import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from recruit.settings import Settings
from recruit.web import build_app

#: The first is Chromium without windows: the same engine, in half the processor time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 20_000  # ms, for a busy machine
expect.set_options(timeout=PATIENCE)
Serve = Callable[[Settings], str]


def pytest_itemcollected(item: pytest.Item) -> None:
    """Every test in this folder needs a browser."""
    if Path(__file__).parent in item.path.parents:
        item.add_marker("browser")


def _chromium() -> str | None:
    found = (shutil.which(name) for name in NAMES)
    return next((path for path in found if path), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, as it is installed on the machine."""
    path = _chromium()
    if path is None:
        pytest.skip(
            "no Chromium: `apt install chromium-headless-shell`, or chromium, or put google-chrome on the PATH"
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:
        """Requests are not news here; failures show in the page."""


@contextmanager
def _serving(settings: Settings) -> Iterator[tuple[Flask, str]]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)
        port = listener.getsockname()[1]
        address = f"http://127.0.0.1:{port}"
        app = build_app(replace(settings, base_url=address, port=port))
        server = make_server(
            "127.0.0.1", port, app, threaded=True, fd=listener.fileno(), request_handler=_Quiet
        )
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield app, address
        server.shutdown()
        thread.join()
        server.server_close()
        app.extensions["recruit_engine"].dispose()


@pytest.fixture(scope="module")
def serve(demo_time: None) -> Iterator[Serve]:
    """Starts the application with some settings on a free port and gives its address."""
    running = []

    def start(settings: Settings) -> str:
        context = _serving(settings)
        _app, address = context.__enter__()
        running.append(context)
        return address

    yield start
    for context in running:
        context.__exit__(None, None, None)
