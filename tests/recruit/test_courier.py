"""The outbox: stored with what it tells, sent after it, once, also when the server is away for a while."""

import shutil
import ssl
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as SmtpSession
from sqlalchemy import Engine
from sqlmodel import select

from recruit.courier import deliver_pending
from recruit.database import AllRegions, make_session, transaction
from recruit.models import OutgoingMail
from recruit.services import mail
from recruit.settings import Settings
from tests.recruit.factories import NOW


class Inbox:
    """A real SMTP server's handler that keeps what arrives, and can refuse."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.answer = "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: SmtpSession, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("nobody@"):
            return "550 No such person"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: SmtpSession, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        if self.answer.startswith("250"):
            found = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(found, EmailMessage)
            self.messages.append(found)
        return self.answer


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def smtp(inbox: Inbox) -> Iterator[Controller]:
    controller = Controller(inbox, hostname="127.0.0.1", port=_free_port(), enable_SMTPUTF8=True)
    controller.start()
    yield controller
    controller.stop()


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def settings(port: int, asked: str = "") -> Settings:
    return Settings(mail_url=f"smtp://127.0.0.1:{port}{asked}", mail_from="bt@alvmark.example")


def post(engine: Engine, recipient: str = "ada@example.org") -> None:
    with make_session(engine, scope=AllRegions("tests")) as session, transaction(session):
        mail.post(
            session,
            recipient=recipient,
            language="sv",
            template="account_verify",
            values={"link": "http://127.0.0.1/verify/abc"},
            now=NOW,
        )


def waiting(engine: Engine) -> list[OutgoingMail]:
    with make_session(engine, scope=AllRegions("tests")) as session:
        return list(session.exec(select(OutgoingMail).where(OutgoingMail.sent_at.is_(None))))  # type: ignore[union-attr]


def test_mail_arrives_once(engine: Engine, smtp: Controller, inbox: Inbox) -> None:
    post(engine)
    assert deliver_pending(engine, settings(smtp.port), now=NOW) == 1
    assert deliver_pending(engine, settings(smtp.port), now=NOW) == 0
    assert [message["Subject"] for message in inbox.messages] == ["Bekräfta din e-postadress"]
    assert "http://127.0.0.1/verify/abc" in inbox.messages[0].get_body(("plain",)).get_content()
    assert waiting(engine) == []


def _post_and_fail(engine: Engine) -> None:
    with make_session(engine) as session, transaction(session):
        mail.post(
            session,
            recipient="a@example.org",
            language="en",
            template="account_reset",
            values={"link": "x"},
            now=NOW,
        )
        session.flush()
        raise RuntimeError("half-way")


def test_mail_of_a_transaction_that_failed_is_never_sent(
    engine: Engine, smtp: Controller, inbox: Inbox
) -> None:
    with pytest.raises(RuntimeError, match="half-way"):
        _post_and_fail(engine)
    assert deliver_pending(engine, settings(smtp.port), now=NOW) == 0
    assert inbox.messages == []


def test_server_away_leaves_the_mail_waiting_and_tries_later(
    engine: Engine, smtp: Controller, inbox: Inbox
) -> None:
    post(engine)
    assert deliver_pending(engine, settings(_free_port()), now=NOW) == 0
    left = waiting(engine)
    assert [(each.attempts, "ConnectionRefusedError" in (each.last_error or "")) for each in left] == [
        (1, True)
    ]
    assert deliver_pending(engine, settings(smtp.port), now=NOW + timedelta(seconds=30)) == 0
    assert deliver_pending(engine, settings(smtp.port), now=NOW + timedelta(minutes=2)) == 1
    assert len(inbox.messages) == 1


def test_refusal_by_the_server_is_kept_with_the_message(
    engine: Engine, smtp: Controller, inbox: Inbox
) -> None:
    inbox.answer = "452 Mailbox full"
    post(engine)
    assert deliver_pending(engine, settings(smtp.port), now=NOW) == 0
    assert "Mailbox full" in (waiting(engine)[0].last_error or "")


def test_one_bad_address_does_not_stop_the_others(engine: Engine, smtp: Controller, inbox: Inbox) -> None:
    post(engine, "nobody@example.org")
    post(engine, "ada@example.org")
    assert deliver_pending(engine, settings(smtp.port), now=NOW) == 1
    assert [message["To"] for message in inbox.messages] == ["ada@example.org"]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that nobody but itself vouches for, with its key in the same file."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl to make a certificate with")
    folder = tmp_path_factory.mktemp("certificate")
    asked = (
        "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    )
    made = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem")]
    subprocess.run(["openssl", *asked.split(), *made], check=True, capture_output=True)
    return folder / "certificate.pem"


@pytest.fixture
def encrypted(inbox: Inbox, certificate: Path) -> Iterator[Controller]:
    """A server that takes mail only after STARTTLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    controller = Controller(
        inbox, hostname="127.0.0.1", port=_free_port(), tls_context=context, require_starttls=True
    )
    controller.start()
    yield controller
    controller.stop()


@pytest.mark.parametrize("asked", ["required", "offered"])
def test_starttls_with_a_certificate_that_is_trusted_carries_the_mail(
    engine: Engine,
    encrypted: Controller,
    inbox: Inbox,
    certificate: Path,
    monkeypatch: pytest.MonkeyPatch,
    asked: str,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))  # as an operator tells OpenSSL whom to trust
    post(engine)
    server = settings(encrypted.port, f"?starttls={asked}")
    assert deliver_pending(engine, server, now=NOW) == 1
    assert [message["To"] for message in inbox.messages] == ["ada@example.org"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_certificate_that_is_not_trusted_or_for_another_name_gets_no_mail(
    engine: Engine,
    encrypted: Controller,
    inbox: Inbox,
    certificate: Path,
    monkeypatch: pytest.MonkeyPatch,
    host: str,
) -> None:
    if host == "localhost":  # trusted, but the certificate is another's
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    post(engine)
    server = Settings(mail_url=f"smtp://{host}:{encrypted.port}", mail_from="bt@alvmark.example")
    assert deliver_pending(engine, server, now=NOW) == 0
    assert inbox.messages == []
    (left,) = waiting(engine)
    assert "certificate verify failed" in (left.last_error or "")


def test_server_without_starttls_gets_no_mail_where_it_is_required(
    engine: Engine, smtp: Controller, inbox: Inbox
) -> None:
    post(engine)
    assert deliver_pending(engine, settings(smtp.port, "?starttls=required"), now=NOW) == 0
    assert inbox.messages == []
    (left,) = waiting(engine)
    assert "STARTTLS" in (left.last_error or "")


def test_without_a_mail_server_mail_waits(engine: Engine) -> None:
    post(engine)
    assert deliver_pending(engine, Settings(mail_url=""), now=NOW) == 0
    assert len(waiting(engine)) == 1
