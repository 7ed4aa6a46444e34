"""Mail: stored in the transaction of what it tells, sent after it."""

import re
import uuid
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlmodel import Session

from recruit.at_once import insert_at_once
from recruit.mail_html import isolated
from recruit.models import OutgoingMail

TEMPLATES = Path(__file__).parents[2] / "templates" / "mail"


@lru_cache
def _environment() -> Environment:
    # Plain text: nothing to escape. A missing value is an error, never a gap in a letter.
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=False,  # noqa: S701
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def written_in(template: str, language: str) -> str:
    """The language in which a message is written: the reader's where it has been translated, else English."""
    return language if (TEMPLATES / f"{template}.{language}.txt").is_file() else "en"


def render(template: str, language: str, values: Mapping[str, Any]) -> tuple[str, str]:
    """Subject and body of a message, in a language that it is written in.

    The template's first line is "Subject: …", then a blank line, then the body.
    """
    shown = {name: isolated(value) for name, value in values.items()}
    text = _environment().get_template(f"{template}.{language}.txt").render(**shown)
    first, _, body = text.lstrip().partition("\n")
    if not first.startswith("Subject: "):
        raise ValueError(f"mail template {template}.{language}: the first line must be 'Subject: …'")
    subject = " ".join(first.removeprefix("Subject: ").split())
    return subject, re.sub(r"\n{3,}", "\n\n", body.strip()) + "\n"


def new_message_id() -> str:
    """A Message-ID that nobody can guess: whoever knows it can report the message as undeliverable."""
    return f"<{uuid.uuid4().hex}@recruit>"


def post(
    session: Session,
    *,
    recipient: str,
    language: str,
    template: str,
    values: Mapping[str, Any],
    now: datetime,
    region_id: int | None = None,
    application_id: int | None = None,
) -> OutgoingMail:
    """Put a message in the outbox. It goes out when this transaction has been committed, and only then."""
    language = written_in(template, language)
    subject, body = render(template, language, values)
    mail = OutgoingMail(
        region_id=region_id,
        application_id=application_id,
        message_id=new_message_id(),
        recipient=recipient,
        subject=subject,
        body=body,
        language=language,
        created_at=now,
        next_try_at=now,
    )
    insert_at_once(session, mail)
    return mail
