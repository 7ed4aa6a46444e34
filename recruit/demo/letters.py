"""The letters of the finished intake: to those called, in reserve and not called; one comes back."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select, update

from recruit.actor import Actor
from recruit.bounces import read_report
from recruit.models import Intake, LetterKind, MailState, OutgoingMail
from recruit.queries import letters as queries
from recruit.services import bounced, letters

GRACE = timedelta(minutes=5)


def send_outcome(session: Session, *, intake: Intake, actor: Actor, now: datetime) -> int:
    """The three letters about the outcome, and what a mail server said about one of them; returns how many went."""
    sent = 0
    audiences = queries.audiences(session, intake=intake)
    for number, (kind, audience) in enumerate(queries.OUTCOMES.items()):
        if not audiences[audience]:
            continue
        at = now + timedelta(minutes=20 * number)
        made = letters.begin(
            session, intake=intake, kind=kind, application_ids=audiences[audience], actor=actor, now=at
        )
        letters.send(
            session,
            intake=intake,
            number=made.number,
            seen=made.revision,
            actor=actor,
            now=at + timedelta(minutes=10),
            grace=GRACE,
        )
        sent += len(audiences[audience])
    arrive(session)
    _come_back(session, intake, now + timedelta(hours=2))
    return sent


def draft_information(session: Session, *, intake: Intake, actor: Actor, now: datetime) -> None:
    """A letter to everybody that somebody has begun and not finished."""
    everybody = queries.audiences(session, intake=intake)[queries.Audience.SUBMITTED]
    letters.begin(
        session,
        intake=intake,
        kind=LetterKind.INFORMATION,
        application_ids=everybody,
        actor=actor,
        now=now,
    )


def arrive(session: Session) -> int:
    """Mark what waits as sent when it was due: the demo tells of months, and nothing of it is really sent.

    Returns how many messages there are in all.
    """
    caught = update(OutgoingMail).where(col(OutgoingMail.state) == MailState.WAITING)
    done = caught.values(
        state=MailState.SENT, sent_at=OutgoingMail.next_try_at, attempts=1
    ).execution_options(synchronize_session=False)
    session.exec(done)
    return int(session.exec(select(func.count()).select_from(OutgoingMail)).one())


def _come_back(session: Session, intake: Intake, now: datetime) -> None:
    """One of the letters to those in reserve: the mailbox is gone."""
    wanted = (
        select(OutgoingMail)
        .where(col(OutgoingMail.sending_id).is_not(None), OutgoingMail.region_id == intake.region_id)
        .order_by(col(OutgoingMail.id).desc())
        .limit(1)
    )
    mail = session.exec(wanted.execution_options(populate_existing=True)).first()
    report = read_report(_report(mail.message_id, mail.recipient)) if mail else None
    if report is not None:
        bounced.receive(session, report=report, now=now)


def _report(message_id: str, recipient: str) -> bytes:
    return "\r\n".join(
        (
            "From: MAILER-DAEMON@mail.example.org",
            "To: bt@alvmark.example",
            "Subject: Undelivered Mail Returned to Sender",
            "MIME-Version: 1.0",
            'Content-Type: multipart/report; report-type=delivery-status; boundary="part"',
            "",
            "--part",
            "Content-Type: text/plain",
            "",
            "Your message could not be delivered.",
            "--part",
            "Content-Type: message/delivery-status",
            "",
            "Reporting-MTA: dns; mail.example.org",
            "",
            f"Final-Recipient: rfc822; {recipient}",
            "Action: failed",
            "Status: 5.1.1",
            "Diagnostic-Code: smtp; 550 5.1.1 No such mailbox here",
            "",
            "--part",
            "Content-Type: text/rfc822-headers",
            "",
            f"Message-ID: {message_id}",
            "",
            "--part--",
            "",
        )
    ).encode()
