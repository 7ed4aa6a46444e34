"""Style and script travel compressed. Pages do not: they hold tokens beside what others have put in them (BREACH)."""

import gzip

from flask import Flask, Response, request

from recruit.keeping import Latest

_TYPES = frozenset({"text/css", "text/javascript", "application/javascript", "image/svg+xml"})
_KEPT: Latest[tuple[str, str | None], bytes] = Latest(64)


def init_app(app: Flask) -> None:
    """Compress static files of text for whoever takes it."""
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    if request.endpoint != "static" or response.mimetype not in _TYPES:
        return response
    response.vary.add("Accept-Encoding")
    if response.status_code != 200 or not request.accept_encodings["gzip"]:
        return response
    response.direct_passthrough = False
    etag, _weak = response.get_etag()
    plain = response.get_data()
    response.set_data(_KEPT.get((request.path, etag), lambda: gzip.compress(plain, 9, mtime=0)))
    response.headers["Content-Encoding"] = "gzip"
    if etag:
        response.set_etag(etag, weak=True)  # the same file in another dress
    return response
