"""Answers to requests for completion: they come back to their place, and what they concern is decided again."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from recruit.actor import Actor
from recruit.errors import Conflict, Invalid
from recruit.i18n import lazy_gettext as _
from recruit.models import (
    Application,
    Attachment,
    CompletionRequest,
    Intake,
)
from recruit.queries import completion as queries
from recruit.queries import release
from recruit.services import changing, eligibility
from recruit.services import completion_requests as requests


def mark_answered(
    session: Session,
    *,
    request: CompletionRequest,
    application: Application,
    answer: str = "",
    attachment: Attachment | None = None,
    actor: Actor,
    now: datetime,
) -> CompletionRequest:
    """The applicant's answer has come: it is dated, and the requirement it concerns is to be decided again.

    Raises Conflict when the request is answered, taken back, or can no longer be answered.
    """
    session.refresh(request, with_for_update={"key_share": True})
    refuse_unless_answerable(request, application, now)
    request.answered_at, request.answer = now, answer.strip()
    request.late = queries.today(now) > request.due_on
    request.attachment_id = attachment.id if attachment else None
    session.add(request)
    session.flush()
    changes: dict[str, tuple[Any, Any]] = {
        "asked_for": (None, requests.what(request)),
        "late": (None, request.late),
    }
    if request.answer:
        changes["answer"] = (None, request.answer)
    if attachment is not None:
        changes["sha256"] = (None, attachment.sha256)
    action = "completion.answered" if request.asked_by_id else "completion.added"
    requests.write(session, request, action, changes, actor, now)
    if request.requirement and not release.list_is_confirmed(session, application.intake_id):
        eligibility.reopen(session, application=application, only={request.requirement}, actor=actor, now=now)
    _tell_group(session, application, now)
    return request


def refuse_unless_answerable(request: CompletionRequest, application: Application, now: datetime) -> None:
    """Raise Conflict, saying why, when the request can no longer be answered."""
    if request.cancelled_at is not None:
        raise Conflict(_("The region has taken this request back. You need not answer it."))
    if request.answered_at is not None:
        raise Conflict(_("You have answered this request already. Nothing more is needed."))
    if not queries.may_answer(request, application, now):
        raise Conflict(
            _(
                "The time to answer has passed and the region has decided without the answer. Questions? Write to the"
                " region."
            )
        )


def _tell_group(session: Session, application: Application, now: datetime) -> None:
    """The coordinators, each as they have chosen."""
    from recruit.models.letters import Notice
    from recruit.services import notices

    notices.tell(
        session,
        kind=Notice.COMPLETION_ANSWERED,
        region_id=application.region_id,
        now=now,
        intake=session.get_one(Intake, application.intake_id),
        application_id=application.id,
        code=application.mask_code,
    )


def answer_in_words(
    session: Session,
    *,
    request: CompletionRequest,
    application: Application,
    answer: str,
    actor: Actor,
    now: datetime,
) -> CompletionRequest:
    """Answer a question, or say that a topic has been gone through.

    Raises Invalid when nothing is said and no document or topic has changed since it was asked, Conflict as
    `mark_answered`.
    """
    changing.lock(session, application)
    refuse_unless_answerable(request, application, now)
    if request.kind is not None and not answer.strip():
        raise Invalid(_("Choose a file, or write why you cannot send it."), field="answer")
    if request.topic is not None and not answer.strip() and not _changed_since(application, request):
        raise Invalid(_("Change the topic first, or write here why it stays as it is."), field="answer")
    if request.kind is None and request.topic is None and not answer.strip():
        raise Invalid(_("Write your answer."), field="answer")
    return mark_answered(
        session, request=request, application=application, answer=answer, actor=actor, now=now
    )


def _changed_since(application: Application, request: CompletionRequest) -> bool:
    return application.changed_at is not None and application.changed_at >= request.asked_at


def look_at(
    session: Session, *, request: CompletionRequest, actor: Actor, now: datetime
) -> CompletionRequest:
    """Mark an answer as looked at, where no decision follows from it. Raises Conflict while there is none."""
    application = requests.application_of(session, request=request, actor=actor)
    session.refresh(request, with_for_update={"key_share": True})
    if request.answered_at is None:
        raise Conflict(_("No answer has come yet."))
    if request.handled_at is None:
        request.handled_at = now
        session.add(request)
        session.flush()
        changes = {"asked_for": (None, requests.what(request))}
        requests.write(session, request, "completion.looked_at", changes, actor, now)
    assert application.id is not None
    return request
