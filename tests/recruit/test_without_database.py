"""What people see while the database cannot be reached."""

import socket

import pytest
from flask import Flask
from flask.testing import FlaskClient

from recruit.database import make_engine
from tests.databases import ONE_DATABASE
from tests.recruit.factories import World, sign_in

pytestmark = ONE_DATABASE


@pytest.fixture
def gone(app: Flask, client: FlaskClient, world: World) -> FlaskClient:
    """Somebody who is signed in when the database goes away."""
    sign_in(client, world.coordinator)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        nobody = probe.getsockname()[1]  # nobody listens there any more
    app.extensions["recruit_engine"] = make_engine(f"postgresql://postgres@127.0.0.1:{nobody}/none")
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return client


@pytest.mark.parametrize(
    ("language", "words"), [("sv", "Tjänsten är borta en stund"), ("en", "The service is away for a while")]
)
def test_page_says_so_in_the_language_of_the_browser(gone: FlaskClient, language: str, words: str) -> None:
    for path, signed_in in (("/", True), ("/g/alvmark/", True), ("/my", True), ("/", False)):
        if not signed_in:
            gone.delete_cookie("session")
        answer = gone.get(path, headers={"Accept-Language": language})
        assert answer.status_code == 503, path
        assert words in answer.text
        assert f'lang="{language}"' in answer.text
        assert answer.headers["Retry-After"] == "60"
        assert "psycopg" not in answer.text
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'")


def test_style_is_still_there(gone: FlaskClient) -> None:
    with gone.get("/static/css/app.css") as answer:
        assert answer.status_code == 200
