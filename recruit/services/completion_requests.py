"""A request for completion as such: what it asks for, where it is answered, its mail, and its entries in the record."""

from datetime import datetime
from typing import Any, Protocol

from babel.dates import format_date
from sqlmodel import Session

from recruit.actor import Actor
from recruit.models import (
    Account,
    Application,
    AttachmentKind,
    CompletionRequest,
    Intake,
)
from recruit.models.types import id_of
from recruit.services import changing, record
from recruit.services.impartiality import refuse_its_assessor, refuse_partial


class Asks(Protocol):
    """What a request asks for, kept or not yet."""

    @property
    def kind(self) -> AttachmentKind | None:
        """The document, if one is asked for."""

    @property
    def topic(self) -> str | None:
        """The topic, if one is asked for."""


def what(request: Asks) -> str:
    """What is asked for, as the record names it."""
    if request.kind is not None:
        return f"document {request.kind.value}"
    return f"topic {request.topic}" if request.topic else "answer"


def path(application: Application, request: CompletionRequest) -> str:
    """The address of the applicant's page of a request, below the base address. The same as the route's."""
    return f"/my/{application.reference}/completion/{request.public_id}"


def mail_values(request: CompletionRequest, language: str) -> dict[str, Any]:
    """What the templates of these mails say of a request, in the reader's language."""
    return {
        "kind": request.kind.value if request.kind else "",
        "topic": request.topic or "",
        "text": request.text,
        "due": format_date(request.due_on, "EEEE d MMMM y", locale=language),
        "cancel_reason": request.cancel_reason,
    }


def tell(
    session: Session,
    request: CompletionRequest,
    application: Application,
    intake: Intake,
    template: str,
    base_url: str,
    now: datetime,
    **more: Any,
) -> None:
    """Mail the applicant about a request, with the link to it."""
    language = session.get_one(Account, application.account_id).language
    changing.tell(
        session,
        application,
        intake,
        template,
        now,
        **mail_values(request, language),
        link=base_url.rstrip("/") + path(application, request),
        **more,
    )


def write(
    session: Session,
    request: CompletionRequest,
    action: str,
    changes: dict[str, tuple[Any, Any]],
    actor: Actor,
    now: datetime,
    reason: str | None = None,
) -> None:
    """Write what was done with a request into the record."""
    record.write(
        session,
        region_id=request.region_id,
        actor=actor,
        now=now,
        action=action,
        subject=("completion_request", id_of(request)),
        application_id=request.application_id,
        changes={name: pair for name, pair in changes.items() if pair != (None, None)},
        reason=reason,
        intake_id=request.intake_id,
    )


def application_of(session: Session, *, request: CompletionRequest, actor: Actor) -> Application:
    """The application behind a request, for somebody who may decide on it. Raises NotAllowed."""
    application = session.get_one(Application, request.application_id)
    refuse_partial(session, application=application, actor=actor)
    refuse_its_assessor(session, application=application, actor=actor)
    return application
