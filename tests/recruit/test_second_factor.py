"""A second factor: codes as RFC 6238 has them, each accepted once; recovery, removal, reset; what a region requires."""

import base64
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from pyotp import TOTP
from sqlmodel import Session, col, select

from recruit import authenticator, clock
from recruit.actor import Actor
from recruit.commands import main
from recruit.errors import Invalid, NotAllowed, NotFound
from recruit.limits import limiter
from recruit.models import Account, OutgoingMail, RecordEntry, RecoveryCode, SecondFactor
from recruit.services import second_factor as service
from recruit.settings import Settings
from recruit.web import build_app
from tests.databases import ONE_DATABASE
from tests.recruit.account_helpers import ask_link, newest_mail
from tests.recruit.factories import PASSWORD, World, applicant, make_world, post, sign_in

KEY = "a secret for tests"
AT = datetime(2026, 9, 1, 12, 0, 10, tzinfo=UTC)


class Watch:
    """The clock of the server, and an app in which the account's secret has been typed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = clock.now()
        self.secret = ""
        monkeypatch.setattr(clock, "now", lambda: self.now)

    def wait(self, seconds: float = 30) -> None:
        """Time passes."""
        self.now += timedelta(seconds=seconds)

    def code(self, steps: int = 0) -> str:
        """What the app shows now, or so many steps from now."""
        return TOTP(self.secret).at(self.now, counter_offset=steps)


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    """A clock that stands until it is told to go on."""
    return Watch(monkeypatch)


@pytest.fixture
def ada(session: Session) -> Account:
    """Somebody who can sign in by a password."""
    found = applicant(session)
    session.commit()
    return found


def set_up(client: FlaskClient, watch: Watch) -> list[str]:
    """Set up a second factor as the page says; gives the recovery codes."""
    client.get("/language/en")
    assert post(client, "/me/second-factor/begin").status_code == 303
    shown = re.search(r'qr-secret">([A-Z2-7 ]+)<', client.get("/me/second-factor").text)
    assert shown
    watch.secret = shown[1].replace(" ", "")
    done = post(client, "/me/second-factor/confirm", {"code": watch.code()})
    assert done.status_code == 200
    watch.wait()
    return re.findall(r'class="code">([^<]+)<', done.text)


def first_factor(client: FlaskClient, account: Account) -> None:
    """Show the password; nobody is signed in by it."""
    answer = post(client, "/login", {"email": account.email, "password": PASSWORD})
    assert answer.headers["Location"] == "/second-factor"
    assert client.get("/my").status_code == 302


def give(client: FlaskClient, code: str) -> int:
    return post(client, "/second-factor", {"code": code}).status_code


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
    ],
)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    """RFC 6238, appendix B, with SHA-1 and the last six of its digits."""
    secret = base64.b32encode(b"12345678901234567890").decode()
    moment = datetime.fromtimestamp(seconds, UTC)
    assert authenticator.step_of(secret, code, now=moment) == seconds // 30


@pytest.mark.parametrize(("apart", "right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_codes_of_one_step_before_and_after_are_right(apart: int, right: bool) -> None:
    secret = authenticator.secret_of("seed", key=KEY)
    found = authenticator.step_of(secret, TOTP(secret).at(AT, counter_offset=apart), now=AT)
    assert found == (int(AT.timestamp()) // 30 + apart if right else None)


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "\x00", "9" * 5000])
def test_what_is_no_code_is_wrong(code: str) -> None:
    assert authenticator.step_of(authenticator.secret_of("seed", key=KEY), code, now=AT) is None


def test_secret_follows_from_the_servers_key_and_the_seed() -> None:
    """Neither a copy of the database alone nor the key alone gives codes."""
    secrets = {authenticator.secret_of(seed, key=key) for seed in ("a", "b") for key in ("c", "d")}
    assert len(secrets) == 4
    assert {len(base64.b32decode(secret)) for secret in secrets} == {20}


def test_password_then_code(
    app: Flask, client: FlaskClient, session: Session, ada: Account, watch: Watch
) -> None:
    sign_in(client, ada)
    codes = set_up(client, watch)
    assert len(set(codes)) == 10
    assert client.get("/my").status_code == 200  # still signed in here
    other = app.test_client()
    first_factor(other, ada)
    assert give(other, "000000") == 422
    code = watch.code()
    assert give(other, f" {code[:3]} {code[3:]} ") == 303
    assert other.get("/my").status_code == 200
    assert watch.secret not in str(session.exec(select(SecondFactor)).one().model_dump())
    assert all(
        code not in str(row.model_dump()) for row in session.exec(select(RecoveryCode)) for code in codes
    )


def test_link_then_code_and_where_one_was_going(
    app: Flask, client: FlaskClient, session: Session, ada: Account, watch: Watch
) -> None:
    sign_in(client, ada)
    set_up(client, watch)
    phone = app.test_client()
    link = ask_link(phone, session, next="/me")
    assert post(phone, link).headers["Location"] == "/second-factor"
    assert phone.get("/my").status_code == 302
    answer = post(phone, "/second-factor", {"code": watch.code()})
    assert answer.headers["Location"] == "/me"


def test_new_password_by_mail_does_not_get_past_it(
    app: Flask, client: FlaskClient, session: Session, ada: Account, watch: Watch
) -> None:
    sign_in(client, ada)
    set_up(client, watch)
    other = app.test_client()
    post(other, "/forgot", {"email": ada.email})
    link = re.search(r"http://127.0.0.1:8000(/reset/\S+)", newest_mail(session).body)
    assert link
    answer = post(other, link[1], {"password": "fyra andra ord nu", "again": "fyra andra ord nu"})
    assert answer.headers["Location"] == "/second-factor"
    assert other.get("/my").status_code == 302


def test_code_is_accepted_once(app: Flask, client: FlaskClient, ada: Account, watch: Watch) -> None:
    sign_in(client, ada)
    set_up(client, watch)
    code, before = watch.code(), watch.code(-1)
    for tried, status in ((code, 303), (code, 422), (before, 422), (watch.code(1), 303)):
        other = app.test_client()
        first_factor(other, ada)
        assert give(other, tried) == status


def test_code_that_confirmed_is_not_accepted_again(
    app: Flask, client: FlaskClient, ada: Account, watch: Watch
) -> None:
    sign_in(client, ada)
    set_up(client, watch)
    other = app.test_client()
    first_factor(other, ada)
    assert give(other, watch.code(-1)) == 422


def test_recovery_code_works_once_however_it_is_typed(
    app: Flask, client: FlaskClient, session: Session, ada: Account, watch: Watch
) -> None:
    sign_in(client, ada)
    codes = set_up(client, watch)
    for typed, status in ((codes[0].upper().replace("-", " "), 303), (codes[0], 422), (codes[1], 303)):
        other = app.test_client()
        first_factor(other, ada)
        assert give(other, typed) == status
    assert service.codes_left(session, ada) == 8


def test_new_recovery_codes_end_the_old_ones_and_take_a_code(
    app: Flask, client: FlaskClient, ada: Account, watch: Watch
) -> None:
    sign_in(client, ada)
    old = set_up(client, watch)
    assert post(client, "/me/second-factor/codes", {"code": "000000"}).status_code == 422
    shown = post(client, "/me/second-factor/codes", {"code": watch.code()})
    new = re.findall(r'class="code">([^<]+)<', shown.text)
    assert len(new) == 10
    assert not set(new) & set(old)
    for typed, status in ((old[0], 422), (new[0], 303)):
        other = app.test_client()
        first_factor(other, ada)
        assert give(other, typed) == status


def test_recovery_codes_and_the_picture_are_shown_once(
    client: FlaskClient, ada: Account, watch: Watch
) -> None:
    sign_in(client, ada)
    assert client.get("/me/second-factor/picture.svg").status_code == 404
    post(client, "/me/second-factor/begin")
    drawn = client.get("/me/second-factor/picture.svg")
    assert drawn.mimetype == "image/svg+xml"
    assert b"<script" not in drawn.data
    codes = set_up(client, watch)
    page = client.get("/me/second-factor").text
    assert client.get("/me/second-factor/picture.svg").status_code == 404
    assert watch.secret not in page.replace(" ", "")
    assert not any(code in page for code in codes)


def test_setting_it_up_takes_a_right_code_and_ends_the_other_sessions(
    app: Flask, client: FlaskClient, session: Session, ada: Account, watch: Watch
) -> None:
    other = app.test_client()
    sign_in(other, ada)
    sign_in(client, ada)
    assert post(client, "/me/second-factor/confirm", {"code": "123456"}).status_code == 303  # nothing begun
    post(client, "/me/second-factor/begin")
    assert post(client, "/me/second-factor/confirm", {"code": "12345"}).status_code == 422
    assert other.get("/my").status_code == 200
    third = app.test_client()
    sign_in(third, ada)  # what is not confirmed is not asked for
    set_up(client, watch)
    assert [each.get("/my").status_code for each in (client, other, third)] == [200, 302, 302]


def test_confirmed_secret_cannot_be_replaced_by_beginning_anew(
    client: FlaskClient, session: Session, ada: Account, watch: Watch
) -> None:
    sign_in(client, ada)
    set_up(client, watch)
    seed = session.exec(select(SecondFactor)).one().seed
    assert post(client, "/me/second-factor/begin").status_code == 409
    session.rollback()
    session.expire_all()
    assert session.exec(select(SecondFactor)).one().seed == seed


@pytest.mark.parametrize("proof", ["code", "recovery", "password"])
def test_removal_takes_a_code_or_the_password(
    app: Flask, client: FlaskClient, session: Session, ada: Account, watch: Watch, proof: str
) -> None:
    sign_in(client, ada)
    codes = set_up(client, watch)
    other = app.test_client()
    first_factor(other, ada)
    give(other, watch.code())
    watch.wait()
    for wrong in ("", "fel fel fel", "000000", "!"):
        assert post(client, "/me/second-factor/remove", {"proof": wrong}).status_code == 422
    right = {"code": watch.code(), "recovery": codes[0], "password": PASSWORD}[proof]
    assert post(client, "/me/second-factor/remove", {"proof": right}).status_code == 303
    assert [each.get("/my").status_code for each in (client, other)] == [200, 302]
    assert session.exec(select(RecoveryCode)).all() == []
    sign_in(app.test_client(), ada)  # by the password alone again


def test_first_factor_alone_is_forgotten_after_ten_minutes(
    app: Flask, client: FlaskClient, ada: Account, watch: Watch
) -> None:
    sign_in(client, ada)
    set_up(client, watch)
    other = app.test_client()
    first_factor(other, ada)
    watch.wait(601)
    answer = post(other, "/second-factor", {"code": watch.code()})
    assert answer.headers["Location"] == "/login"
    assert other.get("/my").status_code == 302


def test_first_factor_is_worth_nothing_after_signing_out_everywhere(
    app: Flask, client: FlaskClient, ada: Account, watch: Watch
) -> None:
    sign_in(client, ada)
    set_up(client, watch)
    other = app.test_client()
    first_factor(other, ada)
    post(client, "/me/sessions/end")
    assert post(other, "/second-factor", {"code": watch.code()}).headers["Location"] == "/login"


def test_page_for_the_code_leads_nowhere_without_the_first_factor(client: FlaskClient) -> None:
    assert client.get("/second-factor").headers["Location"] == "/login"


def test_recovery_code_of_somebody_else_is_wrong(
    app: Flask, client: FlaskClient, session: Session, ada: Account, watch: Watch
) -> None:
    sign_in(client, ada)
    of_ada = set_up(client, watch)
    bo = applicant(session, "bo@example.org")
    session.commit()
    other = app.test_client()
    sign_in(other, bo)
    set_up(other, watch)
    third = app.test_client()
    first_factor(third, bo)
    assert give(third, of_ada[0]) == 422


def with_factor(session: Session, account: Account, now: datetime = AT) -> None:
    """A confirmed second factor, without the pages."""
    found = service.begin(session, account=account)
    secret = authenticator.secret_of(found.seed, key=KEY)
    session.flush()
    service.confirm(session, account=account, code=TOTP(secret).at(now), key=KEY, now=now)
    session.commit()


def test_administrator_resets_it_and_it_is_in_the_record(
    app: Flask, client: FlaskClient, session: Session, world: World
) -> None:
    lost = world.coordinator
    with_factor(session, lost)
    sign_in(client, world.administrator)
    page = f"/g/alvmark/people/{lost.public_id}"
    assert f"{page}/second-factor" in client.get(page).text
    assert post(client, f"{page}/second-factor").status_code == 303
    session.rollback()
    session.expire_all()
    assert service.of_account(session, lost) is None
    assert session.exec(select(RecoveryCode)).all() == []
    entry = session.exec(select(RecordEntry).order_by(col(RecordEntry.id).desc())).first()
    assert entry is not None
    assert (entry.action, entry.subject_id, entry.actor_id) == (
        "people.second_factor_reset",
        lost.id,
        world.administrator.id,
    )
    assert newest_mail(session).recipient == lost.email
    assert f"{page}/second-factor" not in client.get(page).text
    assert post(client, f"{page}/second-factor").status_code == 404  # there is none any more
    sign_in(app.test_client(), lost)


def test_reset_is_for_members_of_the_region_and_not_for_oneself(session: Session, world: World) -> None:
    assert world.region.id is not None
    plain, foreign = applicant(session), make_world(session, "fjallnas").coordinator
    for each in (plain, foreign, world.administrator):
        with_factor(session, each)
    about = {"region_id": world.region.id, "actor": Actor(world.administrator.id), "now": AT}
    for each, refusal in ((plain, NotFound), (foreign, NotFound), (world.administrator, NotAllowed)):
        assert each.id is not None
        with pytest.raises(refusal):
            service.reset(session, account_id=each.id, **about)  # type: ignore[arg-type]
        assert service.of_account(session, each) is not None
    assert session.exec(select(OutgoingMail).where(OutgoingMail.region_id == world.region.id)).all() == []


def test_region_that_requires_it_leads_its_group_to_set_it_up(
    app: Flask, client: FlaskClient, session: Session, world: World, watch: Watch
) -> None:
    sign_in(client, world.administrator)
    people = "/g/alvmark/people"
    assert post(client, f"{people}/signing-in", {"required": "y"}).status_code == 303
    entry = session.exec(select(RecordEntry).order_by(col(RecordEntry.id).desc())).first()
    assert entry is not None
    assert entry.action == "people.second_factor_required"
    for each, needs in (
        (world.administrator, True),
        (world.coordinator, True),
        (world.auditor, True),
        (world.assessors[0], False),
    ):
        mine = app.test_client()
        sign_in(mine, each)
        shown = mine.get("/g/alvmark/people" if each is world.administrator else "/g/alvmark/")
        asked = shown.headers.get("Location", "").startswith("/me/second-factor?next=/g/alvmark/")
        assert asked is needs
        assert mine.get("/my").status_code == 200  # what is one's own is not the region's
    assert post(client, f"{people}/signing-in", {}).status_code == 403
    set_up(client, watch)
    assert client.get(people).status_code == 200
    assert post(client, f"{people}/signing-in", {}).status_code == 303
    mine = app.test_client()
    sign_in(mine, world.coordinator)
    assert mine.get("/g/alvmark/").status_code == 200


def test_region_does_not_require_it_unless_told(session: Session, world: World) -> None:
    assert world.region.second_factor_required is False


def test_service_refuses_codes_of_an_unconfirmed_factor(session: Session, ada: Account) -> None:
    found = service.begin(session, account=ada)
    session.flush()
    code = TOTP(authenticator.secret_of(found.seed, key=KEY)).at(AT)
    with pytest.raises(Invalid):
        service.check(session, account=ada, code=code, key=KEY, now=AT)


@pytest.fixture
def limited(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The application with its limits on."""
    monkeypatch.setattr(limiter, "enabled", True)
    app = build_app(Settings(data_dir=str(tmp_path), database_url=database_url, secret_key=KEY))
    yield app
    app.extensions["recruit_engine"].dispose()


@ONE_DATABASE
def test_guessing_codes_is_limited_for_the_account_whoever_guesses(
    limited: Flask, session: Session, ada: Account
) -> None:
    """Beginning anew, from another address, with another browser does not help."""
    with_factor(session, ada)
    answers = []
    for number in range(6):
        client = limited.test_client()
        sender = {"REMOTE_ADDR": f"192.0.2.{number}"}
        post(client, "/login", {"email": ada.email, "password": PASSWORD}, environ_overrides=sender)
        guess = post(client, "/second-factor", {"code": f"00000{number}"}, environ_overrides=sender)
        answers.append(guess.status_code)
    assert answers == [422] * 5 + [429]


@ONE_DATABASE
@pytest.mark.parametrize(("page", "field"), [("codes", "code"), ("remove", "proof")])
def test_guessing_codes_in_an_open_session_is_limited(
    limited: Flask, session: Session, ada: Account, page: str, field: str
) -> None:
    client = limited.test_client()
    sign_in(client, ada)
    found = service.begin(session, account=ada)
    found.confirmed_at = AT
    session.add(found)
    session.commit()
    answers = [
        post(client, f"/me/second-factor/{page}", {field: f"wrong {number}"}).status_code
        for number in range(6)
    ]
    assert answers == [422] * 5 + [429]


def test_operator_resets_it_by_a_command(
    session: Session, ada: Account, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For an applicant who has lost the phone and the codes: there is no administrator to ask."""
    monkeypatch.setenv("RECRUIT_DATABASE_URL", database_url)
    with_factor(session, ada)
    done = CliRunner().invoke(main, ["reset-second-factor", "ADA@example.org"])
    assert done.exit_code == 0, done.output
    assert newest_mail(session).recipient == ada.email
    assert service.of_account(session, ada) is None
    again = CliRunner().invoke(main, ["reset-second-factor", ada.email])
    unknown = CliRunner().invoke(main, ["reset-second-factor", "nobody@example.org"])
    assert (again.exit_code, unknown.exit_code) == (1, 1)
