"""Another language is one catalogue away: with its file there, pages have it, and what it lacks stands in English."""

import shutil
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from flask.testing import FlaskClient
from sqlmodel import Session, select

from recruit import i18n
from recruit.display import country_name, written
from recruit.models import Account, OutgoingMail
from recruit.services import mail
from tests.databases import ONE_DATABASE
from tests.recruit.factories import NOW, World, applicant, post, sign_in
from tests.translations import CATALOGUES, compiled

pytestmark = ONE_DATABASE
FINNISH = {"Sign in": "Kirjaudu sisään", "E-mail address": "Sähköpostiosoite"}


@pytest.fixture(autouse=True)
def finnish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of catalogues with the Swedish one, and one in Finnish of which two texts are written."""
    folder = tmp_path / "translations"
    shutil.copytree(CATALOGUES, folder)
    catalogue = Catalog(locale="fi", charset="utf-8")
    for text, words in FINNISH.items():
        catalogue.add(text, words)
    made = folder / "fi" / "LC_MESSAGES" / "messages.mo"
    made.parent.mkdir(parents=True)
    made.write_bytes(compiled(catalogue))
    monkeypatch.setattr(i18n, "TRANSLATIONS", folder)


def test_every_page_offers_the_languages_by_their_own_names(client: FlaskClient, world: World) -> None:
    page = client.get("/login", headers={"Accept-Language": "sv"}).text
    assert 'hreflang="en">English</a>' in page
    assert 'hreflang="fi">Suomi</a>' in page
    assert 'hreflang="sv"' not in page


def test_texts_that_are_written_are_shown_and_the_others_stand_in_english(
    client: FlaskClient, world: World
) -> None:
    assert client.get("/language/fi?next=/login").headers["Location"] == "/login"
    page = client.get("/login").text
    assert '<html lang="fi">' in page
    assert "Sähköpostiosoite" in page
    assert "Send me a link" in page
    assert 'hreflang="sv">Svenska</a>' in page


def test_browser_that_asks_for_it_gets_it(client: FlaskClient, world: World) -> None:
    assert '<html lang="fi">' in client.get("/login", headers={"Accept-Language": "fi-FI,fi;q=0.9"}).text


def test_language_without_a_catalogue_is_not_there(client: FlaskClient, world: World) -> None:
    assert client.get("/language/de").status_code == 404


def test_account_keeps_it_and_mail_that_is_not_written_in_it_is_english(
    client: FlaskClient, session: Session, world: World
) -> None:
    account = applicant(session)
    session.commit()
    sign_in(client, account)
    answer = post(client, "/me", {"save": "language", "language": "fi"})
    assert answer.status_code == 303
    session.refresh(account)
    assert account.language == "fi"
    mail.post(
        session,
        recipient=account.email,
        language=account.language,
        template="account_exists",
        values={"link": "http://localhost/x", "forgot": "http://localhost/y"},
        now=NOW,
    )
    session.commit()
    assert written(NOW, account.language) == "1 syyskuuta 2026, 11:00"
    assert country_name("SE", account.language) == "Ruotsi"
    sent = session.exec(select(OutgoingMail).where(OutgoingMail.recipient == account.email)).one()
    assert sent.language == "en"


def test_without_the_file_it_is_gone(
    client: FlaskClient, session: Session, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = session.exec(select(Account).where(Account.id == world.coordinator.id)).one()
    account.language = "fi"
    session.commit()
    sign_in(client, account)
    monkeypatch.setattr(i18n, "TRANSLATIONS", CATALOGUES)
    assert "Sign out" in client.get("/me").text
