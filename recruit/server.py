"""Gunicorn, embedded: the application with one courier and one analyst per process."""

import socket
from importlib import import_module
from threading import Thread
from typing import Any

from gunicorn.app.base import BaseApplication

from recruit.analyst import Analyst
from recruit.courier import Courier
from recruit.settings import Settings
from recruit.web import build_app

#: What the first page that ranks, explains or monitors needs; importing it takes seconds.
_HEAVY = (
    "scoring.agreement",
    "scoring.certainty",
    "scoring.explanation",
    "scoring.monitoring",
    "scoring.sensitivity",
)


class PortTaken(Exception):
    """Something else listens on the address already."""


class Server(BaseApplication):
    """Gunicorn with its options given by us instead of a file."""

    def __init__(self, settings: Settings, options: dict[str, Any]) -> None:
        self._settings, self._options = settings, options
        super().__init__()

    def load_config(self) -> None:
        for key, value in self._options.items():
            self.cfg.set(key, value)

    def load(self) -> Any:
        return build_app(self._settings)


def _warm() -> None:
    """Import beside the first requests what they would otherwise wait for."""
    for name in _HEAVY:
        import_module(name)


def check_port(host: str, port: int) -> None:
    """Raise PortTaken, in words, when the port is in use."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortTaken(
                f"Port {port} on {host} cannot be used ({error.strerror}). Choose another: --port, RECRUIT_PORT, "
                "or PORT=… with make demo."
            ) from None


def options(host: str, port: int, workers: int, threads: int) -> dict[str, Any]:
    """How gunicorn serves, whatever it serves."""
    return {
        "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
        "workers": workers,
        "worker_class": "gthread",
        "threads": threads,
        "timeout": 120,
        "keepalive": 75,  # an assessor reads for a minute; a proxy in front keeps its connections for as long
        "graceful_timeout": 15,
        "loglevel": "warning",
        "accesslog": None,  # addresses of pages may be seen by whoever reads logs; a proxy in front keeps its own
        "control_socket_disable": True,
    }


def run(settings: Settings, *, host: str, port: int, workers: int, threads: int) -> None:
    """Serve until a signal ends it; requests under way are finished first."""
    check_port(host, port)
    helpers: list[Courier | Analyst] = []

    def start_helpers(worker: Any) -> None:
        engine = worker.app.callable.extensions["recruit_engine"]
        helpers.extend((Courier(engine, settings), Analyst(engine, settings)))
        for helper in helpers:
            helper.start()
        Thread(target=_warm, name="warming", daemon=True).start()

    def end_helpers(_server: Any, _worker: Any) -> None:
        for helper in helpers:
            helper.end()

    hooks = {"post_worker_init": start_helpers, "worker_exit": end_helpers}
    Server(settings, {**options(host, port, workers, threads), **hooks}).run()
