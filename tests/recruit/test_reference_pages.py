"""The referee's form without an account, and what applicants and coordinators see of it."""

import re

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session

from recruit.limits import limiter
from recruit.models import Account, Application, Intake
from recruit.services import reference_asking
from recruit.settings import Settings
from recruit.web import build_app
from tests.recruit import reference_helpers
from tests.recruit.factories import NOW, World, sign_in
from tests.recruit.intake_helpers import submitted
from tests.recruit.reference_helpers import answer, referees

intake = pytest.fixture(reference_helpers.intake)
application = pytest.fixture(reference_helpers.application)
token = pytest.fixture(reference_helpers.token)
today_is_now = pytest.fixture(reference_helpers.today_is_now)

pages = pytest.mark.usefixtures("today_is_now")

FORM = {
    "relation": "supervisor",
    "known_from": "2024",
    "known_until": "2025",
    "safety": "3",
    "asks_for_help": "4",
    "responsibility": "2",
    "collaboration": "3",
    "would_employ": "yes",
    "comment": "<script>alert(1)</script> good",
    "revision": "0",
}


@pages
def test_referee_needs_no_account_no_cookie_and_no_token_of_a_session(
    client: FlaskClient, session: Session, application: Application, token: str
) -> None:
    start = client.get(f"/reference/{token}?lang=en")
    assert start.status_code == 200
    assert application.family_name in start.text
    stranger = client.application.test_client(use_cookies=False)
    saved = stranger.post(
        f"/reference/{token}/form", data={"act": "save", "comment": "half", "revision": "0"}
    )
    assert saved.status_code == 303
    page = stranger.get(f"/reference/{token}/form").text
    assert "half" in page
    sent = stranger.post(f"/reference/{token}/form", data={**FORM, "revision": "1", "act": "send"})
    assert sent.headers["Location"].endswith("/done")
    again = stranger.get(f"/reference/{token}/form").text
    assert "&lt;script&gt;alert(1)" in again
    assert "<script>alert(1)" not in again


@pages
def test_form_keeps_what_was_typed_when_it_is_too_long_or_stale(
    client: FlaskClient, session: Session, token: str
) -> None:
    long = "å" * 50_000
    refused = client.post(f"/reference/{token}/form", data={**FORM, "comment": long, "act": "send"})
    assert refused.status_code == 422
    assert long in refused.text
    stale = client.post(f"/reference/{token}/form", data={**FORM, "revision": "7", "act": "send"})
    assert stale.status_code == 409
    assert "alert(1)" in stale.text
    assert client.post(f"/reference/{token}/form", data={**FORM, "act": "send"}).status_code == 303


@pages
def test_dead_links_give_one_page_and_give_back_what_was_typed(
    client: FlaskClient, session: Session, world: World, intake: Intake, application: Application, token: str
) -> None:
    reference_asking.revoke(
        session,
        intake=intake,
        referees=[referees(session, application)[0].public_id],
        actor=world.actor,
        now=NOW,
    )
    session.commit()
    dead, unknown = client.get(f"/reference/{token}"), client.get(f"/reference/{'x' * 43}")
    assert (dead.status_code, unknown.status_code) == (404, 404)
    assert dead.text.replace(token, "") == unknown.text.replace("x" * 43, "")
    for each in (token, "x" * 43):
        posted = client.post(f"/reference/{each}/form", data={**FORM, "act": "send"})
        assert posted.status_code == 404
        assert "&lt;script&gt;alert(1)" in posted.text


@pages
def test_applicant_sees_that_it_came_in_and_not_what_it_says(
    client: FlaskClient, session: Session, application: Application, token: str
) -> None:
    answer(session, token)
    sign_in(client, session.get_one(Account, application.account_id))
    page = client.get(f"/my/{application.reference}/referees").text
    assert "Inkommen" in page
    assert "Riga" not in page
    assert "Inte tillfrågad än" in page


@pages
def test_somebody_elses_referees_are_not_there(
    client: FlaskClient, session: Session, intake: Intake, application: Application
) -> None:
    other = submitted(session, intake)
    session.commit()
    sign_in(client, session.get_one(Account, other.account_id))
    assert client.get(f"/my/{application.reference}/referees").status_code == 404
    mine = referees(session, application)[0].public_id
    assert client.get(f"/my/{other.reference}/referees/{mine}").status_code == 404


@pages
def test_mail_log_does_not_show_the_link(
    client: FlaskClient, session: Session, world: World, intake: Intake, application: Application, token: str
) -> None:
    sign_in(client, world.coordinator)
    page = client.get(f"/g/{world.region.slug}/{intake.slug}/applications/{application.mask_code}/mail").text
    assert "/reference/…" in page
    assert token not in page


@pages
def test_coordinator_gets_a_proposal_without_what_tells_who_it_is(
    client: FlaskClient, session: Session, world: World, intake: Intake, application: Application, token: str
) -> None:
    answer(session, token)
    sign_in(client, world.coordinator)
    first = referees(session, application)[0]
    path = f"/g/{world.region.slug}/{intake.slug}/applications/{application.mask_code}/referees/"
    page = client.get(path + first.public_id).text
    proposal = re.search(r'<textarea[^>]*name="masked_comment"[^>]*>([^<]*)<', page)
    assert proposal is not None
    assert "Ada" not in proposal.group(1)
    assert "[…]" in proposal.group(1)


def test_trying_links_is_limited(
    database_url: str, session: Session, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        limiter, "enabled", True
    )  # building an application sets it for all; this puts it back
    app = build_app(Settings(data_dir=str(tmp_path), database_url=database_url, secret_key="x"))
    client = app.test_client()
    tries = [client.get(f"/reference/{number:043}").status_code for number in range(31)]
    assert tries == [404] * 30 + [429]
    app.extensions["recruit_engine"].dispose()


def test_right_link_is_not_counted_as_a_try(
    database_url: str,
    session: Session,
    token: str,
    tmp_path: object,
    monkeypatch: pytest.MonkeyPatch,
    today_is_now: None,
) -> None:
    monkeypatch.setattr(limiter, "enabled", True)
    app = build_app(Settings(data_dir=str(tmp_path), database_url=database_url, secret_key="x"))
    client = app.test_client()
    assert {client.get(f"/reference/{token}").status_code for _number in range(40)} == {200}
    app.extensions["recruit_engine"].dispose()
