"""The outbox against a real mail server: once each, whatever breaks off in between."""

import signal
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from recruit.courier import GIVE_UP, HOLD, deliver_pending
from recruit.database import AllRegions, make_session, transaction
from recruit.mail_server import parse
from recruit.models import Application, MailState, Notice, NoticePace, OutgoingMail, WaitingNotice
from recruit.services import mail, notices
from recruit.settings import SettingError, Settings
from tests.databases import Database
from tests.recruit.factories import NOW, World
from tests.recruit.intake_helpers import opened_intake, submitted
from tests.recruit.kept import kept

ROOT = Path(__file__).parents[2]


@dataclass
class Post:
    """A mail server in a thread that does word by word what a test asks of it, and keeps what it has said yes to."""

    replies: dict[str, str] = field(default_factory=dict)
    hang_up_after_text: bool = False
    taken: list[str] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    lines: int = 0
    #: Called when a whole text has come, or a recipient, before it is answered.
    on_text: object = None
    on_recipient: object = None

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    @property
    def settings(self) -> Settings:
        return Settings(mail_url=f"smtp://127.0.0.1:{self.port}", mail_from="bt@alvmark.example")

    def _listen(self) -> None:
        while True:
            try:
                line, _address = self._listener.accept()
            except OSError:
                return
            self.lines += 1
            threading.Thread(target=self._talk, args=(line,), daemon=True).start()

    def _talk(self, line: socket.socket) -> None:
        with line, line.makefile("rwb") as stream:

            def say(text: str) -> None:
                stream.write(text.encode() + b"\r\n")
                stream.flush()

            try:
                say("220 test")
                for raw in stream:
                    word = raw.decode().strip()
                    verb = word.partition(" ")[0].upper()
                    reply = next(
                        (r for start, r in self.replies.items() if word.upper().startswith(start.upper())),
                        None,
                    )
                    if verb == "RCPT" and callable(self.on_recipient):
                        self.on_recipient()
                    if verb == "MAIL":
                        self.senders.append(word.partition("<")[2].partition(">")[0])
                    if verb == "DATA" and reply is None:
                        say("354 go on")
                        text = self._text(stream)
                        if text is None:
                            return
                        answer = self.replies.get("TEXT", "250 taken")
                        if answer.startswith("250"):
                            self.taken.append(text)
                        if callable(self.on_text):
                            self.on_text()
                        if self.hang_up_after_text:
                            return
                        say(answer)
                        continue
                    say(reply or ("221 bye" if verb == "QUIT" else "250 ok"))
                    if verb == "QUIT":
                        return
            except OSError:
                return

    @staticmethod
    def _text(stream: object) -> str | None:
        lines = []
        for raw in stream:  # type: ignore[attr-defined]
            if raw == b".\r\n":
                return b"".join(lines).decode("utf-8", "replace")
            lines.append(raw)
        return None


@pytest.fixture
def server() -> Iterator[Post]:
    made = Post()
    yield made
    made.close()


def _applied(session: Session, world: World) -> Application:
    made = submitted(session, opened_intake(session, world), complete=False)
    session.commit()
    return made


applied = pytest.fixture(kept(Application)(_applied))


def put(
    session: Session, number: int = 1, about: Application | None = None, *, roll_back: bool = False
) -> list[int]:
    """So many messages in the outbox, to somebody without or with an application; or almost, if rolled back."""
    try:
        made = [
            mail.post(
                session,
                recipient=f"nobody{each}@example.org" if roll_back else f"ada{each}@example.org",
                language="sv",
                template="account_verify",
                values={"link": f"https://bt.example.org/verify/number{each}"},
                now=NOW,
                region_id=about.region_id if about else None,
                application_id=about.id if about else None,
            )
            for each in range(number)
        ]
        session.flush()
        return [each.id or 0 for each in made]
    finally:
        if roll_back:
            session.rollback()
        session.commit()


def states(session: Session, ids: list[int]) -> list[MailState]:
    session.rollback()
    rows = session.exec(
        select(OutgoingMail)
        .where(col(OutgoingMail.id).in_(ids))
        .order_by(col(OutgoingMail.id))
        .execution_options(populate_existing=True)
    ).all()
    session.rollback()
    return [row.state for row in rows]


def row(session: Session, mail_id: int) -> OutgoingMail:
    session.rollback()
    found = session.get_one(OutgoingMail, mail_id, populate_existing=True)
    session.rollback()
    return found


def test_many_messages_go_over_one_line(engine: Engine, session: Session, server: Post) -> None:
    ids = put(session, 5)
    assert deliver_pending(engine, server.settings, now=NOW) == 5
    assert server.lines == 1
    assert states(session, ids) == [MailState.SENT] * 5


def test_refused_for_good_is_not_tried_again(
    engine: Engine, session: Session, server: Post, applied: Application
) -> None:
    server.replies = {"RCPT TO:<ada0": "550 5.1.1 no such mailbox"}
    ids = put(session, 2, applied)
    assert deliver_pending(engine, server.settings, now=NOW) == 1
    assert states(session, ids) == [MailState.FAILED, MailState.SENT]
    found = row(session, ids[0])
    assert (found.status_code, found.failed_at) == ("5.1.1", NOW)
    server.replies = {}
    assert deliver_pending(engine, server.settings, now=NOW + timedelta(days=1)) == 0


def test_refused_for_now_is_tried_again_less_and_less_often_and_given_up_after_days(
    engine: Engine, session: Session, server: Post
) -> None:
    server.replies = {"TEXT": "452 4.2.2 full"}
    (mail_id,) = put(session)
    moment, waits = NOW, []
    for _try in range(8):
        deliver_pending(engine, server.settings, now=moment)
        found = row(session, mail_id)
        waits.append((found.next_try_at - moment) // timedelta(minutes=1))
        moment = found.next_try_at
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]
    deliver_pending(engine, server.settings, now=NOW + GIVE_UP - timedelta(minutes=1))
    assert row(session, mail_id).state is MailState.WAITING
    deliver_pending(engine, server.settings, now=NOW + GIVE_UP + timedelta(hours=1))
    assert row(session, mail_id).state is MailState.FAILED


def test_server_that_was_down_for_an_hour_gets_each_message_once(
    engine: Engine, session: Session, server: Post
) -> None:
    ids = put(session, 30)
    away = Settings(mail_url="smtp://127.0.0.1:9", mail_from="bt@alvmark.example")
    for minute in range(0, 60, 6):
        assert deliver_pending(engine, away, now=NOW + timedelta(minutes=minute)) == 0
    back = NOW + timedelta(minutes=60)
    for minute in range(0, 8, 2):
        deliver_pending(engine, server.settings, now=back + timedelta(minutes=minute))
    assert states(session, ids) == [MailState.SENT] * 30
    assert len(server.taken) == 30
    assert len({text.partition("Message-ID: ")[2].partition("\r\n")[0] for text in server.taken}) == 30


@pytest.mark.parametrize("reply", ["535 5.7.8 no", "421 4.3.2 closing"])
def test_server_that_has_nothing_to_do_with_us_fails_no_message(
    engine: Engine, session: Session, server: Post, reply: str
) -> None:
    server.replies = {"MAIL": reply}
    ids = put(session, 3)
    assert deliver_pending(engine, server.settings, now=NOW) == 0
    assert states(session, ids) == [MailState.WAITING] * 3
    server.replies = {}
    assert deliver_pending(engine, server.settings, now=NOW + timedelta(hours=1)) == 3


def test_line_cut_before_the_answer_is_uncertain_for_an_applicant_and_tried_again_otherwise(
    engine: Engine, session: Session, server: Post, applied: Application
) -> None:
    about, other = put(session, 1, applied) + put(session, 1)
    server.hang_up_after_text = True
    assert deliver_pending(engine, server.settings, now=NOW) == 0
    assert states(session, [about, other]) == [MailState.UNCERTAIN, MailState.WAITING]
    server.hang_up_after_text = False
    later = NOW + timedelta(hours=2)
    assert deliver_pending(engine, server.settings, now=later) == 1
    assert states(session, [about, other]) == [MailState.UNCERTAIN, MailState.SENT]
    ids = Counter(text.partition("Message-ID: ")[2].partition("\r\n")[0] for text in server.taken)
    assert sorted(ids.values()) == [1, 2]


def test_stopped_while_the_line_is_open_does_not_go(engine: Engine, session: Session, server: Post) -> None:
    ids = put(session, 2)

    def stop_the_second() -> None:
        with make_session(engine, scope=AllRegions("tests")) as other, transaction(other):
            found = other.get_one(OutgoingMail, ids[1])
            found.state = MailState.STOPPED
            other.add(found)

    server.on_text = stop_the_second
    assert deliver_pending(engine, server.settings, now=NOW) == 1
    assert states(session, ids) == [MailState.SENT, MailState.STOPPED]
    assert len(server.taken) == 1


def test_stopped_while_the_server_goes_away_stays_stopped(
    engine: Engine, session: Session, server: Post
) -> None:
    ids = put(session, 2)

    def stop_the_first() -> None:
        with make_session(engine, scope=AllRegions("tests")) as other, transaction(other):
            found = other.get_one(OutgoingMail, ids[0])
            found.state = MailState.STOPPED
            other.add(found)

    server.on_recipient = stop_the_first
    server.replies["RCPT"] = "421 closing"
    assert deliver_pending(engine, server.settings, now=NOW) == 0
    assert states(session, ids) == [MailState.STOPPED, MailState.WAITING]


def test_the_message_has_text_and_html_and_its_bounces_find_it(
    engine: Engine, session: Session, server: Post
) -> None:
    from dataclasses import replace
    from email import message_from_string, policy

    (mail_id,) = put(session)
    bouncing = replace(server.settings, mail_bounces="bounces+{id}@alvmark.example")
    assert deliver_pending(engine, bouncing, now=NOW) == 1
    key = row(session, mail_id).message_id[1:33]
    assert server.senders == [f"bounces+{key}@alvmark.example"]
    message = message_from_string(server.taken[0], policy=policy.default)
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]  # type: ignore[attr-defined]
    html = message.get_body(("html",)).get_content()  # type: ignore[attr-defined]
    assert '<html lang="sv">' in html
    assert 'href="https://bt.example.org/verify/number0"' in html


COURIER = """
import sys
from datetime import datetime
from recruit.courier import deliver_pending
from recruit.database import make_engine
from recruit.settings import Settings
settings = Settings(mail_url=sys.argv[2], mail_from="bt@alvmark.example")
print(deliver_pending(make_engine(sys.argv[1]), settings, now=datetime.fromisoformat(sys.argv[3])))
"""


def _courier(database: Database, server: Post, now: datetime) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", COURIER, database.url, f"smtp://127.0.0.1:{server.port}", now.isoformat()],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _killing(process: subprocess.Popen[bytes], after: int) -> Callable[[], None]:
    """Kills the process, with no chance to tidy up, the so-manieth time that it is called."""
    words = iter(range(1, 100))

    def kill() -> None:
        if next(words) == after:
            process.kill()
            process.wait()

    return kill


def test_killed_again_and_again_no_message_is_lost_or_sent_twice(
    database: Database, session: Session, server: Post, applied: Application
) -> None:
    """A real courier process is killed at different words: twice when a text has come and is not answered, once before.

    What was just being handed over is left to a person; everything else is sent exactly once, and nothing goes of a
    transaction that was rolled back.
    """
    ids = put(session, 12, applied)
    put(session, 1, applied, roll_back=True)
    moment = NOW
    for word, after in (("text", 2), ("recipient", 3), ("text", 1)):
        moment += HOLD + timedelta(minutes=1)
        process = _courier(database, server, moment)
        kill = _killing(process, after)
        server.on_text, server.on_recipient = (kill, None) if word == "text" else (None, kill)
        assert process.wait(timeout=60) == -signal.SIGKILL
    server.on_text = server.on_recipient = None
    final = _courier(database, server, moment + HOLD + timedelta(minutes=1))
    assert final.wait(timeout=60) == 0
    counted = Counter(states(session, ids))
    assert counted == {MailState.SENT: 10, MailState.UNCERTAIN: 2}
    arrived = Counter(text.partition("Message-ID: ")[2].partition("\r\n")[0] for text in server.taken)
    assert max(arrived.values()) == 1, "a message was sent twice"
    assert len(arrived) == 12
    assert not any("nobody" in text for text in server.taken)


def test_killed_after_giving_a_letter_up_the_coordinators_are_told_nonetheless(
    database: Database, session: Session, server: Post, applied: Application, world: World
) -> None:
    notices.choose(session, account=world.coordinator, paces={Notice.MAIL_FAILED: NoticePace.AT_ONCE})
    ids = put(session, 3, applied)
    server.replies["RCPT TO:<ada0"] = "550 nobody here"
    process = _courier(database, server, NOW)
    server.on_text = _killing(process, 1)
    assert process.wait(timeout=60) == -signal.SIGKILL
    server.on_text = None
    assert states(session, ids)[0] is MailState.FAILED
    waiting = {
        each.account_id for each in session.exec(select(WaitingNotice)) if each.application_id == applied.id
    }
    assert waiting == {world.coordinator.id, world.chair.id}
    session.rollback()
    again = _courier(database, server, NOW + HOLD + timedelta(minutes=1))
    assert again.wait(timeout=60) == 0
    told = select(OutgoingMail).where(OutgoingMail.recipient == world.coordinator.email)
    (mail_,) = session.exec(told).all()
    assert mail_.subject.startswith("2 brev")


@pytest.mark.parametrize(
    "url",
    [
        "http://x",
        "smtp://",
        "smtp://h:x",
        "smtp://h?starttls=maybe",
        "smtp://u:p@h?starttls=never",
        "smtp://h?timeout=900",
        "smtp://h?tls=1",
    ],
)
def test_address_of_a_mail_server_that_cannot_be_used_is_refused_in_words(url: str) -> None:
    with pytest.raises(SettingError, match="RECRUIT_MAIL_URL"):
        parse(url)


def test_password_asks_for_starttls() -> None:
    assert parse("smtp://me:p%40ss@mail.example.org:587").starttls == "required"
    assert parse("smtp://me:p%40ss@mail.example.org:587").password == "p@ss"
    assert parse("smtp://mail.example.org").starttls == "offered"
