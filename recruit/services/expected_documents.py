"""Documents that an applicant has said will come: added by oneself, unasked, until the day of the start.

Adding one is kept as a request for completion that nobody made and that is answered at once, so that the group meets it
where everything else that comes in is met: in the table, on the application's page, in the notices, in the record.
Only documents that prove a requirement can come so; none of them is scored or shown to assessors.
"""

from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from recruit.actor import Actor
from recruit.display import day
from recruit.errors import Conflict
from recruit.i18n import lazy_gettext as _
from recruit.models import Application, Attachment, AttachmentKind, CompletionRequest, Intake
from recruit.models.types import id_of
from recruit.queries import completion as queries
from recruit.queries import intake as intakes
from recruit.queries import released as releases
from recruit.queries.expected import Expected, waited_for
from recruit.queries.released import Released
from recruit.services import attachments, changing
from recruit.storage import Storage


def addable(session: Session, *, application: Application, kind: AttachmentKind, now: datetime) -> Expected:
    """What is waited for of that kind. Raises Conflict, saying why and what to do, when it cannot be added here."""
    intake = session.get_one(Intake, application.intake_id)
    found = next((each for each in waited_for(application, intake) if each.kind is kind), None)
    if found is None:
        raise Conflict(
            _(
                "Nothing of this sort is waited for from you. If the region has asked for it, answer the request;"
                " otherwise write to the region."
            )
        )
    refusal = why_not(found, releases.released(session, application), now)
    if refusal is not None:
        raise Conflict(refusal)
    return found


def why_not(waited: Expected, told: Released, now: datetime) -> Any:
    """Why it cannot be added, and what to do; None when it can. Of decisions only those released count."""
    if told.is_over:
        return _("Your application takes part no longer, so nothing more needs to be added.")
    if queries.today(now) > waited.until:
        return _(
            "It could be added until %(day)s, the day on which the post starts. Nothing has been added. Write to the"
            " region and say that you have it now.",
            day=day(waited.until),
        )
    return None


def add(
    session: Session,
    *,
    application: Application,
    kind: AttachmentKind,
    filename: str,
    content: bytes,
    storage: Storage,
    issued_on: date | None = None,
    actor: Actor,
    now: datetime,
) -> Attachment:
    """Add the document that was expected. The answer that it was to come becomes that it is here, and the requirement
    that it concerns is to be decided again.

    Raises Conflict as `addable`, Invalid as `attachments.attach`.
    """
    intake = changing.lock(session, application)
    found = addable(session, application=application, kind=kind, now=now)
    if queries.admitting(session, application, document=kind, now=now) is None:
        profile = intakes.profile_of(session, intake)
        keys = (each.key for each in profile.requirements if each.rule == found.rule)
        request = CompletionRequest(
            region_id=application.region_id,
            intake_id=application.intake_id,
            application_id=id_of(application),
            kind=kind,
            requirement=next(keys, None),
            asked_at=now,
            due_on=found.until,
            first_due_on=found.until,
        )
        session.add(request)
        session.flush()
    kept = attachments.attach(
        session,
        application=application,
        kind=kind,
        filename=filename,
        content=content,
        storage=storage,
        issued_on=issued_on,
        here=True,
        actor=actor,
        now=now,
    )
    return kept.row
