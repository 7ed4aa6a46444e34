"""Static text travels compressed to whoever takes it; pages never do."""

import gzip

import pytest
from flask.testing import FlaskClient

pytestmark = pytest.mark.usefixtures("world")
STYLE = "/static/css/app.css"


def test_style_is_compressed_for_whoever_takes_it(client: FlaskClient) -> None:
    plain = client.get(STYLE, buffered=True)
    packed = client.get(STYLE, headers={"Accept-Encoding": "gzip"}, buffered=True)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 2
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert "Accept-Encoding" in packed.headers["Vary"]


def test_style_that_the_browser_has_is_not_sent_again(client: FlaskClient) -> None:
    packed = client.get(STYLE, headers={"Accept-Encoding": "gzip"}, buffered=True)
    headers = {"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]}
    again = client.get(STYLE, headers=headers, buffered=True)
    assert (again.status_code, again.data) == (304, b"")


def test_pages_and_fonts_are_sent_as_they_are(client: FlaskClient) -> None:
    for path in ("/login", "/static/fonts/VENDORED.md"):
        assert (
            "Content-Encoding"
            not in client.get(path, headers={"Accept-Encoding": "gzip"}, buffered=True).headers
        )
