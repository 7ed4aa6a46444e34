"""Mails about references: to a referee, each with a link of its own, and to the group.

A link carries a token that nobody can guess; only its SHA-256 is kept here. The mail's text, which has the token, is
emptied of it once the mail server has the message (`recruit.hidden_links`). Several links may lead to one form: a
reminder does not end the first.
"""

import hashlib
import secrets
from datetime import datetime

from babel.dates import format_date
from sqlmodel import Session, col, delete

from recruit.hidden_links import PLACE
from recruit.models import (
    Application,
    Intake,
    Notice,
    OutgoingMail,
    Referee,
    ReferenceLink,
    ReferenceRequest,
    Region,
)
from recruit.models.types import id_of
from recruit.services import mail, notices


def digest_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def end_links(session: Session, request: ReferenceRequest) -> None:
    """No link leads to this form any more."""
    session.exec(delete(ReferenceLink).where(col(ReferenceLink.request_id) == request.id))


def send(
    session: Session,
    request: ReferenceRequest,
    referee: Referee,
    application: Application,
    intake: Intake,
    template: str,
    base_url: str,
    now: datetime,
) -> None:
    """Put the mail into the outbox, with a link of its own."""
    token = secrets.token_urlsafe(32)
    session.add(
        ReferenceLink(
            region_id=request.region_id, request_id=id_of(request), digest=digest_of(token), made_at=now
        )
    )
    languages = ("sv", "en") if referee.language == "both" else (referee.language,)
    region = session.get_one(Region, application.region_id)
    texts = [
        mail.render(
            template,
            language,
            {
                "name": referee.name,
                "applicant": " ".join(filter(None, (application.given_name, application.family_name))),
                "title": intake.title_sv if language == "sv" else intake.title_en,
                "region": region.name,
                "contact": region.contact_email,
                "due": format_date(request.due_on, "EEEE d MMMM y", locale=language),
                "link": f"{base_url.rstrip('/')}{PLACE}{token}?lang={language}",
                "other": len(languages) > 1,
            },
        )
        for language in languages
    ]
    made = OutgoingMail(
        region_id=application.region_id,
        application_id=application.id,
        message_id=mail.new_message_id(),
        recipient=referee.email,
        subject=" / ".join(subject for subject, _body in texts)[:300],
        body="\n* * *\n\n".join(body for _subject, body in texts),
        language=languages[0],
        created_at=now,
        next_try_at=now,
    )
    session.add(made)
    session.flush()
    request.mail_id, request.sent_to = made.id, referee.email
    session.add(request)
    session.flush()


def tell_group(
    session: Session, kind: Notice, application: Application, intake: Intake, now: datetime
) -> None:
    """The coordinators, each as they have chosen."""
    notices.tell(
        session,
        kind=kind,
        region_id=application.region_id,
        now=now,
        intake=intake,
        application_id=application.id,
        code=application.mask_code,
    )
