"""Fixtures for tests with a real browser: Chromium, and the application on a port of its own."""

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
from tests import chromium

PATIENCE = 20_000  # ms, for a busy machine
expect.set_options(timeout=PATIENCE)
Serve = Callable[[Settings], str]


def pytest_itemcollected(item: pytest.Item) -> None:
    """Every test in this folder needs a browser."""
    if Path(__file__).parent in item.path.parents:
        item.add_marker("browser")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, as it is installed on the machine."""
    path = chromium.path()
    if path is None:
        pytest.skip(chromium.MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=chromium.ARGUMENTS)
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
