"""What a referee does behind the link: read it, put aside, answer, correct, decline. No account is needed.

A link that is unknown, too old, taken back or used up is refused in the same words, so that nobody learns which.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from recruit.actor import SYSTEM
from recruit.errors import Conflict, Invalid, NotFound
from recruit.i18n import lazy_gettext as _
from recruit.models import (
    Account,
    Application,
    ApplicationStatus,
    CameBy,
    DeclineReason,
    Intake,
    Notice,
    Referee,
    ReferenceRequest,
    Region,
    Relation,
)
from recruit.models.application import QUESTIONS
from recruit.models.types import id_of
from recruit.queries import references as queries
from recruit.services import changing, record
from recruit.services.reference_mail import digest_of, end_links, tell_group

LONGEST_COMMENT = 4000


class Stale(Conflict):
    """The form was saved in another window after this one was opened."""


@dataclass(frozen=True)
class Asked:
    """What a link leads to: the request with everything that its page tells."""

    request: ReferenceRequest
    referee: Referee
    application: Application
    intake: Intake
    region: Region


@dataclass(frozen=True)
class Answers:
    """A referee's own answers. The four questions are 0–4."""

    safety: int
    asks_for_help: int
    responsibility: int
    collaboration: int
    would_employ: bool
    relation: Relation
    known_from: str
    known_until: str
    comment: str = ""


def open_link(session: Session, *, token: str, now: datetime, lock: bool = False) -> Asked:
    """What a link leads to, while it can be answered or corrected. Raises NotFound, always in the same words."""
    found = queries.by_digest(session, digest_of(token))
    if found is not None and lock:
        session.refresh(found, with_for_update={"key_share": True})
    if found is None or not _valid(session, found, now):
        raise NotFound(_("This link leads nowhere, or no longer does."))
    application = session.get_one(Application, found.application_id)
    return Asked(
        found,
        session.get_one(Referee, found.referee_id),
        application,
        session.get_one(Intake, found.intake_id),
        session.get_one(Region, found.region_id),
    )


def _valid(session: Session, request: ReferenceRequest, now: datetime) -> bool:
    if request.revoked_at is not None or request.declined_at is not None:
        return False
    if queries.today(now) > request.due_on:
        return False
    application = session.get_one(Application, request.application_id)
    if application.status is not ApplicationStatus.SUBMITTED:
        return False
    if request.answered_at is None:
        # Somebody may have entered the answers meanwhile, by telephone.
        return session.get_one(Referee, request.referee_id).answered_at is None
    return not queries.read_by_assessors(session, request.application_id, request.answered_at)


def kept(asked: Asked) -> dict[str, Any]:
    """What the form begins with: the draft that was put aside, else what was answered."""
    if asked.request.draft:
        found: dict[str, Any] = json.loads(asked.request.draft)
        return found
    if asked.request.answered_at is None:
        return {}
    row, referee = asked.request, asked.referee
    return {
        **{name: str(getattr(referee, name)) for name in QUESTIONS},
        "would_employ": "yes" if referee.would_employ else "no",
        "relation": row.relation.value if row.relation else None,
        "known_from": row.known_from,
        "known_until": row.known_until,
        "comment": row.comment,
    }


def put_aside(
    session: Session, *, token: str, typed: dict[str, Any], revision: int, now: datetime
) -> ReferenceRequest:
    """Keep what was typed so far, to go on with it later from any device. The group does not see it.

    Raises NotFound as `open_link`, Stale when another window has saved something else since.
    """
    asked = open_link(session, token=token, now=now, lock=True)
    row, draft = asked.request, json.dumps(typed, ensure_ascii=False, sort_keys=True)
    if row.draft == draft:
        return row
    _refuse_stale(row, revision)
    row.draft, row.draft_at, row.revision = draft, now, row.revision + 1
    session.add(row)
    session.flush()
    return row


def answer(
    session: Session,
    *,
    token: str,
    answers: Answers,
    revision: int,
    by: int | None,
    now: datetime,
) -> ReferenceRequest:
    """Send the answers, or correct what was sent. The same answers again change nothing.

    `by`: the account that is signed in in the same browser, if any. Raises NotFound as `open_link`, Stale when another
    window has saved something else since, Invalid naming the field.
    """
    asked = open_link(session, token=token, now=now, lock=True)
    row, referee = asked.request, asked.referee
    _check(answers)
    if row.answered_at is not None and not row.draft and _same(row, referee, answers):
        return row
    _refuse_stale(row, revision)
    first = row.answered_at is None
    changes = _write_answers(row, referee, answers)
    if referee.came_by is not CameBy.ONLINE:
        changes["came_by"] = (referee.came_by, CameBy.ONLINE)
        referee.came_by = CameBy.ONLINE
    row.answered_at = referee.answered_at = now
    referee.entered_by_id = None
    row.draft, row.draft_at, row.revision = "", None, row.revision + 1
    signs = _signs(session, asked, by)
    row.from_session, row.from_address = row.from_session or signs[0], row.from_address or signs[1]
    session.add_all([row, referee])
    session.flush()
    told = {name: (None, True) for name in ("from_session", "from_address") if getattr(row, name)}
    _record(
        session, asked, "reference.answered" if first else "reference.corrected", {**changes, **told}, now
    )
    kind = Notice.REFERENCE_TROUBLE if told else Notice.REFERENCE_CAME_IN
    if first:
        tell_group(session, kind, asked.application, asked.intake, now)
    return row


def _check(answers: Answers) -> None:
    for question in QUESTIONS:
        if getattr(answers, question) not in range(5):
            raise Invalid(_("Choose one of the five answers."), field=question)
    if len(answers.comment) > LONGEST_COMMENT:
        raise Invalid(_("Use at most %(limit)s characters.", limit=LONGEST_COMMENT), field="comment")


_ON_REFEREE = (*QUESTIONS, "would_employ")
_ON_REQUEST = ("relation", "known_from", "known_until", "comment")


def _same(row: ReferenceRequest, referee: Referee, answers: Answers) -> bool:
    return all(getattr(referee, name) == getattr(answers, name) for name in _ON_REFEREE) and all(
        getattr(row, name) == getattr(answers, name) for name in _ON_REQUEST
    )


def _write_answers(row: ReferenceRequest, referee: Referee, answers: Answers) -> dict[str, tuple[Any, Any]]:
    changes = {}
    for target, names in ((referee, _ON_REFEREE), (row, _ON_REQUEST)):
        for name in names:
            old, new = getattr(target, name), getattr(answers, name)
            if old != new:
                changes[name] = (old, new)
                setattr(target, name, new)
    return changes


def _refuse_stale(row: ReferenceRequest, revision: int) -> None:
    if revision != row.revision:
        raise Stale(
            _(
                "The form was saved in another window after this page was opened. What you typed here is still below."
                " Check it and save again: it then replaces what was saved there."
            )
        )


def _signs(session: Session, asked: Asked, by: int | None) -> tuple[bool, bool]:
    """Whether the applicant is signed in where it was answered; whether the mail went to the applicant's address."""
    owner = session.get_one(Account, asked.application.account_id)
    return by == owner.id, asked.request.sent_to.strip().lower() == owner.email


def decline(
    session: Session, *, token: str, reason: DeclineReason, base_url: str, now: datetime
) -> ReferenceRequest:
    """Say that no reference is given. It is final: the link is dead, and the applicant, who is told, may name another.

    Raises NotFound as `open_link`, Conflict when the form has been answered.
    """
    asked = open_link(session, token=token, now=now, lock=True)
    row = asked.request
    if row.answered_at is not None:
        raise Conflict(_("You have answered the form. Write to the region if the answer is not to count."))
    row.declined_at, row.decline_reason = now, reason
    row.draft, row.draft_at, row.revision = "", None, row.revision + 1
    end_links(session, row)
    session.add(row)
    session.flush()
    _record(session, asked, "reference.declined", {"reason_code": (None, reason)}, now)
    changing.tell(
        session,
        asked.application,
        asked.intake,
        "reference_declined",
        now,
        referee=asked.referee.name,
        link=f"{base_url.rstrip('/')}/my/{asked.application.reference}/referees",
    )
    tell_group(session, Notice.REFERENCE_TROUBLE, asked.application, asked.intake, now)
    return row


def _record(
    session: Session, asked: Asked, action: str, changes: dict[str, tuple[Any, Any]], now: datetime
) -> None:
    record.write(
        session,
        region_id=asked.request.region_id,
        actor=SYSTEM,
        now=now,
        action=action,
        subject=("referee", id_of(asked.referee)),
        application_id=asked.application.id,
        changes=changes,
        intake_id=asked.application.intake_id,
    )
