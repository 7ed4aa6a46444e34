"""The real server with one route more: bare bytes, to know what a page can cost at least on this machine."""

from __future__ import annotations

import sys
from typing import Any

from flask import Flask, Response

from recruit import access, server
from recruit.settings import Settings


def with_floor(app: Flask) -> Flask:
    """The application with `/floor/<size>`, which answers so many bytes and does nothing else."""
    access.ACCESS["floor"] = access.PUBLIC
    app.add_url_rule("/floor/<int:size>", "floor", lambda size: Response(b"x" * size, mimetype="text/html"))
    return app


def main() -> None:
    """Serve: folder, database's address, port, workers, threads."""
    folder, url, port, workers, threads = sys.argv[1:6]
    settings = Settings(
        data_dir=folder,
        database_url=url,
        secret_key="a secret for measuring",
        mail_url="catch:",
        rate_limits=False,
        base_url=f"http://127.0.0.1:{port}",
    )
    plain: Any = server.build_app
    server.build_app = lambda *given: with_floor(plain(*given))  # type: ignore[assignment]
    server.run(settings, host="127.0.0.1", port=int(port), workers=int(workers), threads=int(threads))


if __name__ == "__main__":
    main()
