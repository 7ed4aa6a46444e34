"""What the group has begun with 250 of the applications: requests for completion, a letter, a disclosure."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlmodel import Session, col, select

from recruit.models import (
    Application,
    AttachmentKind,
    CompletionRequest,
    Intake,
    LetterKind,
    LetterRecipient,
    LetterSending,
    SendingState,
)
from recruit.services import disclosure
from tests.bench.workplace_rows import FIRST_APPLICATION, insert_rows
from tests.recruit.factories import NOW, World
from tests.recruit.intake_helpers import CLOSES

ASKED = 250


def fill_begun(session: Session, world: World, intake: Intake) -> None:
    """A request for each, a letter tried out on all, and a disclosure that asks for all."""
    ids = range(FIRST_APPLICATION + 1, FIRST_APPLICATION + 1 + ASKED)
    author = world.coordinator.id
    insert_rows(session, CompletionRequest, [_request(intake, key, author) for key in ids])
    session.commit()
    _letter(session, intake, ids, author)
    _disclosure(session, world, intake, ids)
    session.commit()


def _request(intake: Intake, application: int, author: int | None) -> dict[str, Any]:
    due = CLOSES.date() + timedelta(days=14)
    return {
        "region_id": intake.region_id,
        "public_id": f"q{application}",
        "intake_id": intake.id,
        "application_id": application,
        "kind": AttachmentKind.LICENCE,
        "asked_at": CLOSES,
        "asked_by_id": author,
        "due_on": due,
        "first_due_on": due,
        "answered_at": CLOSES if application % 2 else None,
    }


def _letter(session: Session, intake: Intake, ids: range, author: int | None) -> None:
    text = {
        "subject_sv": "Om din ansökan",
        "body_sv": "Hej",
        "subject_en": "Your application",
        "body_en": "Hello",
    }
    sending = LetterSending(
        region_id=intake.region_id,
        intake_id=intake.id or 0,
        number=1,
        kind=LetterKind.INFORMATION,
        template_version=0,
        state=SendingState.DRAFT,
        created_at=CLOSES,
        created_by_id=author or 0,
        tried_at=CLOSES,
        **text,
    )
    session.add(sending)
    session.flush()
    rows = [
        {
            "region_id": intake.region_id,
            "sending_id": sending.id,
            "application_id": key,
            "recipient": f"applicant{key}@example.org",
            "language": "sv",
            "subject": "Om din ansökan",
            "body": "Hej",
        }
        for key in ids
    ]
    insert_rows(session, LetterRecipient, rows)


def _disclosure(session: Session, world: World, intake: Intake, ids: range) -> None:
    asked = disclosure.register(
        session, intake=intake, wanted="Alla ansökningar", asked_on=NOW.date(), actor=world.actor, now=CLOSES
    )
    codes = session.exec(select(Application.mask_code).where(col(Application.id).in_(ids))).all()
    disclosure.choose(
        session,
        disclosure=asked,
        codes=set(codes),
        parts=["answers"],
        revision=0,
        actor=world.actor,
        now=CLOSES,
    )
