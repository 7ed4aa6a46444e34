"""Attacks on signing in that need no guess: addresses by the billion, hidden signs, ways elsewhere."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urljoin, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session, func, select

from recruit.limits import LONGEST_ADDRESS, limiter
from recruit.models import Account, OutgoingMail
from recruit.settings import Settings
from recruit.web import build_app
from tests.databases import ONE_DATABASE
from tests.recruit.account_helpers import link_in, newest_mail
from tests.recruit.factories import PASSWORD, applicant, post

pytestmark = ONE_DATABASE  # everything here is decided before a database is asked


@pytest.fixture
def ada(session: Session) -> Account:
    """Somebody who can sign in by a password."""
    found = applicant(session)
    session.commit()
    return found


@pytest.fixture
def limited(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[Flask]:
    """The application behind https, with its limits on, behind as many proxies as the test says."""
    monkeypatch.setattr(limiter, "enabled", True)
    app = build_app(
        Settings(
            data_dir=str(tmp_path),
            database_url=database_url,
            secret_key="x",
            base_url="https://bt.example.org",
            trusted_proxies=getattr(request, "param", 0),
        )
    )
    yield app
    app.extensions["recruit_engine"].dispose()


def guess(app: Flask, sender: str, **headers: str) -> int:
    """The status of a wrong password from an address."""
    sent: dict[str, object] = {"email": "ada@example.org", "password": "fel"}
    place = {"REMOTE_ADDR": sender}
    return post(app.test_client(), "/login", sent, environ_overrides=place, headers=headers).status_code


def test_senders_of_one_ipv6_network_are_one(limited: Flask) -> None:
    """Whoever has an address of it has 2⁶⁴ more."""
    network = [guess(limited, f"2001:db8:5:7:{at:x}::1") for at in range(1, 12)]
    assert network == [422] * 10 + [429]
    assert guess(limited, "2001:db8:5:8::1") == 422
    mapped = [guess(limited, ("::ffff:192.0.2.9", "192.0.2.9")[at % 2]) for at in range(11)]
    assert mapped == [422] * 10 + [429]


@pytest.mark.parametrize("limited", [1], indirect=True)
def test_port_that_a_proxy_adds_makes_no_new_sender(limited: Flask) -> None:
    """Each connection has another."""
    for told in ("192.0.2.7:{}", "[2001:db8::7]:{}"):
        found = [
            guess(limited, "10.0.0.1", **{"X-Forwarded-For": told.format(40_000 + at)}) for at in range(11)
        ]
        assert found == [422] * 10 + [429], told
    nonsense = [guess(limited, "10.0.0.1", **{"X-Forwarded-For": "unknown"}) for _ in range(11)]
    assert nonsense == [422] * 10 + [429]


def test_endless_addresses_are_not_kept_where_attempts_are_counted(limited: Flask) -> None:
    client = limited.test_client()
    for path in ("/login", "/login/link", "/register", "/forgot"):
        post(client, path, {"email": "a" * 1_000_000 + path, "password": "x"})
    kept = limiter.storage.storage  # type: ignore[attr-defined]
    assert kept
    assert max(map(len, kept)) < LONGEST_ADDRESS + 200


def test_cookie_is_for_this_site_over_tls_and_for_no_script(limited: Flask) -> None:
    answer = limited.test_client().get("/login", base_url="https://bt.example.org")
    (cookie,) = answer.headers.getlist("Set-Cookie")
    told = {part.strip() for part in cookie.split(";")[1:]}
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= told
    assert not [part for part in told if part.startswith("Domain")]
    assert answer.headers["Strict-Transport-Security"]


@pytest.mark.parametrize(
    "address",
    [
        "ada\x1b[31m@example.org",
        "a\u202eda@example.org",
        "ada@example.org\u200b",
        "ada@exam\u00adple.org",
        "\x7f@b.se",
    ],
)
@pytest.mark.parametrize("path", ["/register", "/forgot", "/login/link"])
def test_addresses_with_signs_that_nobody_sees_are_refused(
    client: FlaskClient, session: Session, path: str, address: str
) -> None:
    """Such an address is shown as another, to the person and to whoever reads the log of mail."""
    answer = post(client, path, {"email": address, "name": "Ada", "password": PASSWORD})
    assert answer.status_code == 422
    assert session.exec(select(func.count()).select_from(OutgoingMail)).one() == 0


@pytest.mark.parametrize("path", ["/login", "/login/link"])
@pytest.mark.parametrize(
    "carried",
    [
        "[" * 200_000,
        '{"to": ' * 100_000,
        '{"to": "/my", "fields": ' + "[" * 100_000,
        "9" * 6000,
        '"\\ud800"',
        "NaN",
    ],
    ids=["lists", "objects", "fields", "number", "half a letter", "NaN"],
)
def test_what_no_page_has_carried_is_dropped(client: FlaskClient, path: str, carried: str) -> None:
    answer = post(client, path, {"email": "ada@example.org", "password": "fel", "typed": carried})
    assert answer.status_code in (303, 422)
    assert 'name="typed"' not in answer.text


#: Addresses that some browser or server might read as leading elsewhere.
ELSEWHERE = (
    "//evil.example", "///evil.example", "//user@evil.example", "//[::1]/", "//evil.example/%2e%2e",
    "\\\\evil.example", "/\\evil.example", "\\/evil.example", "/./\\evil.example", "//evil.example\\@127.0.0.1",
    "https:evil.example", "https://evil.example", "http:/evil.example", "HTTPS:\\\\evil.example", "evil.example",
    "javascript:alert(1)", "data:text/html,x", "/\t/evil.example", "/\r\n/evil.example", "\t//evil.example",
    " //evil.example", "/ /evil.example", "/\x00/evil.example", "/\x7f/evil.example", "?x", "", "/x" * 300,
)  # fmt: skip
#: Odd, and on this site.
HERE = ("/%5cevil.example", "/%09/evil.example", "/@evil.example", "/;//evil.example", "/.//evil.example",
        "/..//evil.example", "/x?next=//evil.example", "/#//evil.example", "/%2f/evil.example")  # fmt: skip


def leads_here(location: str) -> bool:
    """Whether a browser stays on the site: it reads addresses without tabs and line ends, backslashes as slashes."""
    read = "".join(letter for letter in location if letter not in "\t\r\n").strip().replace("\\", "/")
    return urlsplit(urljoin("https://bt.example.org/login", read)).netloc == "bt.example.org"


@pytest.mark.parametrize("target", [*ELSEWHERE, *HERE])
def test_no_way_through_signing_in_leads_elsewhere(
    app: Flask, client: FlaskClient, session: Session, ada: Account, target: str
) -> None:
    asked = f"?next={quote(target, safe='')}"
    by_password = post(client, f"/login{asked}", {"email": ada.email, "password": PASSWORD})
    signed_in = client.get(f"/login{asked}")
    language = client.get(f"/language/en{asked}")
    by_link = app.test_client()
    assert post(by_link, f"/login/link{asked}", {"email": ada.email}).status_code == 303
    used = post(by_link, link_in(newest_mail(session)))
    for answer in (by_password, signed_in, language, used):
        assert answer.status_code in (302, 303)
        assert leads_here(answer.location), answer.location
        assert (answer.location == "/my" or answer.location == "/") is (target in ELSEWHERE), answer.location


@pytest.mark.parametrize("target", ["//evil.example", "/\\evil.example", "https:evil.example"])
def test_no_way_through_a_new_account_leads_elsewhere(
    client: FlaskClient, session: Session, target: str
) -> None:
    asked = f"?next={quote(target, safe='')}"
    sent: dict[str, object] = {"email": "new@example.org", "name": "New", "password": PASSWORD}
    assert post(client, f"/register{asked}", sent).status_code == 303
    verified = post(client, link_in(newest_mail(session)), {"password": PASSWORD})
    assert (verified.status_code, verified.location) == (303, "/my")


def test_carried_form_cannot_be_sent_elsewhere(app: Flask, ada: Account) -> None:
    """The page after signing in holds a form with the address that was carried."""
    for to in (
        "//evil.example/my",
        "https://evil.example/my",
        "/\\evil.example",
        "javascript:alert(1)",
        "/login",
    ):
        carried = json.dumps({"to": to, "fields": [["motivation", "x"]], "files": False})
        answer = post(
            app.test_client(), "/login", {"email": ada.email, "password": PASSWORD, "typed": carried}
        )
        assert answer.status_code == 303, to
        assert answer.location == "/my"
