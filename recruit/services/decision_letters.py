"""Decision letters as they were made: the bytes are kept, and the record has their checksum."""

import hashlib
from datetime import datetime

from sqlmodel import Session, select

from recruit.actor import Actor
from recruit.models import Application, DecisionLetter
from recruit.models.types import id_of
from recruit.services import record


def kept(session: Session, *, application: Application, language: str, basis: str) -> DecisionLetter | None:
    """The letter that was made of just this, or None."""
    return session.exec(
        select(DecisionLetter).where(
            DecisionLetter.application_id == application.id,
            DecisionLetter.language == language,
            DecisionLetter.basis == basis,
        )
    ).first()


def keep(
    session: Session,
    *,
    application: Application,
    language: str,
    basis: str,
    content: bytes,
    actor: Actor,
    now: datetime,
) -> DecisionLetter:
    """Keep a letter with its checksum in the record. Two clicks at once keep the first."""
    session.refresh(application, with_for_update={"key_share": True})
    found = kept(session, application=application, language=language, basis=basis)
    if found is not None:
        return found
    made = DecisionLetter(
        region_id=application.region_id,
        application_id=id_of(application),
        language=language,
        basis=basis,
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
        made_at=now,
    )
    session.add(made)
    session.flush()
    record.write(
        session,
        region_id=application.region_id,
        actor=actor,
        now=now,
        action="letter.decision_made",
        subject=("decision_letter", id_of(made)),
        application_id=application.id,
        changes={"sha256": (None, made.sha256), "language": (None, language)},
        intake_id=application.intake_id,
    )
    return made
