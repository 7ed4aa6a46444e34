"""Reports of mail that came back: believed when they name the message's key, harmless otherwise."""

import mailbox
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from recruit.bounces import messages_in, read_report
from recruit.commands import main
from recruit.demo.letters import _report
from recruit.models import Application, Intake, MailState, OutgoingMail, WaitingNotice
from recruit.queries import letters as queries
from recruit.services import bounced, mail
from tests.databases import Database
from tests.recruit.factories import NOW, World
from tests.recruit.intake_helpers import opened_intake, submitted


@pytest.fixture
def gone(session: Session, world: World) -> OutgoingMail:
    """A message about an application that the mail server has taken."""
    about: Application = submitted(session, opened_intake(session, world), complete=False)
    made = mail.post(
        session,
        recipient="ada@example.org",
        language="sv",
        template="account_verify",
        values={"link": "https://x"},
        now=NOW,
        region_id=about.region_id,
        application_id=about.id,
    )
    made.state, made.sent_at, made.attempts = MailState.SENT, NOW, 1
    session.commit()
    return made


def test_report_marks_the_message_and_tells_the_coordinators_once(
    session: Session, world: World, gone: OutgoingMail
) -> None:
    report = read_report(_report(gone.message_id, gone.recipient))
    assert report is not None
    assert bounced.receive(session, report=report, now=NOW) is not None
    assert bounced.receive(session, report=report, now=NOW) is None
    session.commit()
    assert (gone.state, gone.status_code) == (MailState.BOUNCED, "5.1.1")
    assert gone.last_error == "550 5.1.1 No such mailbox here"
    application = session.get_one(Application, gone.application_id)
    assert queries.undelivered(session, session.get_one(Intake, application.intake_id)) == 1
    told = {row.account_id for row in session.exec(select(WaitingNotice))}
    assert told == {world.coordinator.id, world.chair.id}


@pytest.mark.parametrize(
    "change", [("Action: failed", "Action: delayed"), ("Action: failed", "Action: delivered")]
)
def test_report_of_delay_or_delivery_changes_nothing(
    session: Session, gone: OutgoingMail, change: tuple[str, str]
) -> None:
    text = _report(gone.message_id, gone.recipient).decode().replace(*change).encode()
    report = read_report(text)
    assert report is not None
    assert bounced.receive(session, report=report, now=NOW) is None
    assert gone.state is MailState.SENT


def test_returned_address_names_the_message_where_the_report_carries_nothing(gone: OutgoingMail) -> None:
    key = gone.message_id[1:33]
    text = _report("<strange@example.org>", gone.recipient).decode()
    report = read_report(text.replace("To: bt@", f"To: bounces+{key}@").encode())
    assert report is not None
    assert report.keys == (key,)


def test_whoever_does_not_know_the_key_marks_nothing(session: Session, gone: OutgoingMail) -> None:
    report = read_report(_report("<" + "0" * 32 + "@recruit>", gone.recipient))
    assert report is not None
    assert bounced.receive(session, report=report, now=NOW) is None


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400), st.integers(0, 900))
def test_hostile_input_never_raises(noise: bytes, at: int) -> None:
    whole = _report("<" + "a" * 32 + "@recruit>", "ada@example.org")
    read_report(noise)
    read_report(whole[:at] + noise + whole[at:])


def test_deep_and_huge_messages_are_read_in_bounds() -> None:
    deep = b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(3_000)
    )
    assert read_report(deep) is None
    assert read_report(b"A: b\r\n" * 2_000_000) is None


def test_diagnosis_is_one_clean_line(gone: OutgoingMail) -> None:
    text = _report(gone.message_id, "a@example.org").replace(
        b"No such mailbox here", b"\x1b[31m<b>no</b>\x00" + b"x" * 900
    )
    report = read_report(text)
    assert report is not None
    assert report.diagnosis.isprintable()
    assert len(report.diagnosis) <= 300


def test_command_reads_maildir_mbox_and_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: Database, session: Session, gone: OutgoingMail
) -> None:
    monkeypatch.setenv("RECRUIT_DATABASE_URL", database.url)
    report = _report(gone.message_id, gone.recipient)
    maildir = mailbox.Maildir(tmp_path / "box", create=True)
    maildir.add(b"Subject: hello\r\n\r\nno report")
    maildir.add(report)
    box = mailbox.mbox(tmp_path / "mbox", create=True)
    box.add(report)
    box.close()
    assert len(list(messages_in(tmp_path / "mbox"))) == 1
    run = CliRunner()
    assert (
        run.invoke(main, ["receive-bounces", str(tmp_path / "box")]).output
        == "2 read, 1 marked as bounced.\n"
    )
    result = run.invoke(main, ["receive-bounces"], input=report)
    assert result.output == "1 read, 0 marked as bounced.\n", result.exception
    session.refresh(gone)
    assert gone.state is MailState.BOUNCED
