"""How an application is changed: locked, open, not stale; and, once sent, complete, recorded and told."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam
from sqlalchemy import select as select_columns  # the one of sqlmodel takes at most four columns
from sqlalchemy.orm.util import identity_key
from sqlmodel import Session, col, select

from recruit.actor import Actor
from recruit.at_once import update_at_once
from recruit.database import holds, note_held
from recruit.display import written
from recruit.errors import Conflict, Invalid, NotFound
from recruit.i18n import lazy_gettext as _
from recruit.models import (
    Account,
    Application,
    ApplicationStatus,
    AttachmentKind,
    CompletionRequest,
    Intake,
    Region,
)
from recruit.queries import application as queries
from recruit.queries import completion, release
from recruit.queries.completeness import missing
from recruit.queries.intake import accepts, is_coming
from recruit.services import eligibility, mail, record
from recruit.services.content import content_sha256

#: Whoever changes several things in one sitting gets one mail about it.
CHANGE_MAIL_PAUSE = timedelta(minutes=30)
_HELD = queries.held(
    select(Application, Intake)
    .join(Intake, col(Intake.id) == col(Application.intake_id))
    .where(col(Application.id) == bindparam("application"))
)
_APPLICATION, _INTAKE = Application.__table__, Intake.__table__  # type: ignore[attr-defined]
_HELD_AS_READ = queries.held(
    select_columns(
        _APPLICATION.c.status,
        _APPLICATION.c.revision,
        _APPLICATION.c.saved_at,
        _INTAKE.c.status,
        _INTAKE.c.opens_at,
        _INTAKE.c.closes_at,
    )
    .join(_INTAKE, _INTAKE.c.id == _APPLICATION.c.intake_id)
    .where(_APPLICATION.c.id == bindparam("application"))
)


class Stale(Conflict):
    """The application was saved elsewhere after the form was opened."""


@dataclass
class Changes:
    """What one act changes: field -> (old, new). `concealed`: the record says that it was changed, not what.

    `overwrites`: a form that is open elsewhere is stale afterwards. A file overwrites no answer.
    """

    values: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    concealed: bool = False
    overwrites: bool = True

    def set(self, row: Any, values: Mapping[str, Any], prefix: str = "") -> None:
        """Set columns of a row, noting those that change."""
        for column, new in values.items():
            old = getattr(row, column)
            if old != new:
                self.values[prefix + column] = (old, new)
                setattr(row, column, new)

    def note(self, name: str, old: Any, new: Any) -> None:
        """Note a change that is not a column."""
        if old != new:
            self.values[name] = (old, new)


def refuse_unless_open(intake: Intake, now: datetime) -> None:
    """Raise Conflict, saying when it closed or opens, unless the intake takes applications now."""
    if accepts(intake, now):
        return
    if is_coming(intake, now):
        raise Conflict(_("This intake is not open yet. Come back when it is."))
    raise Conflict(
        _(
            "The time to apply has passed, so the application can no longer be changed or sent. Nothing has been"
            " changed. Questions? Write to the region."
        )
    )


def lock(session: Session, application: Application) -> Intake:
    """Hold the application, so that two requests at once come one after the other. Returns its intake, as it is now.

    Raises NotFound for a draft that has been erased meanwhile.
    """
    intake = session.identity_map.get(identity_key(Intake, application.intake_id))
    if holds(session, "application", application.id) and intake is not None:
        return intake
    if intake is None or not _held_as_read(session, application, intake):
        held = session.execute(_HELD, {"application": application.id}).first()
        if held is None:
            raise NotFound(queries.NONE_OF_YOURS)
        intake = held[1]
    note_held(session, "application", application.id)
    return intake


def _held_as_read(session: Session, application: Application, intake: Intake) -> bool:
    """Hold a draft, and see whether it is as it was read: nobody but its applicant changes one, and every save says
    when it was.
    """
    if application.status is not ApplicationStatus.DRAFT:
        return False
    read = (
        application.status,
        application.revision,
        application.saved_at,
        intake.status,
        intake.opens_at,
        intake.closes_at,
    )
    held = session.execute(_HELD_AS_READ, {"application": application.id}).first()
    return held is not None and tuple(held) == read


@contextmanager
def changing(
    session: Session,
    *,
    application: Application,
    revision: int | None,
    topic: str,
    document: AttachmentKind | None = None,
    actor: Actor,
    now: datetime,
) -> Iterator[Changes]:
    """Change an application inside; afterwards it is saved as one revision.

    `revision` is the one that the form showed; None: no form was open. `document`: the kind of file that is added.
    After the closing time only what an open request for completion asks for can be changed. Raises Stale when the
    revision is not the present one, Conflict when the intake does not take changes or the application is withdrawn,
    Invalid when a sent application would no longer be complete.
    """
    intake = lock(session, application)
    if application.status is ApplicationStatus.WITHDRAWN:
        raise Conflict(_("This application is withdrawn and can no longer be changed."))
    asked = completion.admitting(session, application, topic=topic, document=document, now=now)
    if asked is None:
        refuse_unless_open(intake, now)
    if revision is not None and revision != application.revision:
        raise Stale(
            _(
                "The application was saved in another window after this page was opened. What you typed here is still"
                " below. Check it and save again: it then replaces what was saved there."
            )
        )
    changes = Changes()
    yield changes
    saved = {"revision": application.revision + changes.overwrites, "saved_at": now}
    update_at_once(session, application, saved)
    if application.status is ApplicationStatus.SUBMITTED and (changes.values or changes.concealed):
        _after_sending(session, application, intake, topic, changes, asked, actor, now)


def _after_sending(
    session: Session,
    application: Application,
    intake: Intake,
    topic: str,
    changes: Changes,
    asked: CompletionRequest | None,
    actor: Actor,
    now: datetime,
) -> None:
    # Who completes one thing on request is not held up by what lacks elsewhere. When a file was issued is told once it
    # is there, and is asked for until then.
    dossier = queries.dossier(session, application)
    lacking = [
        each for each in missing(dossier) if (asked is None or each.topic == topic) and not each.attachment
    ]
    if lacking:
        raise Invalid(
            _("A sent application must stay complete. %(message)s", message=lacking[0].message),
            field=lacking[0].topic,
        )
    last = application.changed_at
    application.changed_at = now
    assert application.id is not None
    record.write(
        session,
        region_id=application.region_id,
        actor=actor,
        now=now,
        action="application.changed",
        subject=("application", application.id),
        changes={
            "topic": (None, topic),
            **changes.values,
            "content_sha256": (None, content_sha256(dossier)),
        },
        intake_id=application.intake_id,
    )
    if changes.concealed:
        return  # the monitoring answers decide nothing: no decision rests on them
    # While the intake is open anything may be changed, so a change may be more than the answer to a request.
    if asked is not None and not accepts(intake, now):
        _reopen_what_was_asked(session, application, asked, actor, now)
        return
    eligibility.reopen(session, application=application, actor=actor, now=now)
    if last is None or now - last >= CHANGE_MAIL_PAUSE:
        tell(session, application, intake, "application_changed", now)


def _reopen_what_was_asked(
    session: Session, application: Application, asked: CompletionRequest, actor: Actor, now: datetime
) -> None:
    """The request says what the change is about. A confirmed list stays on what it rests on."""
    if asked.asked_by_id is None and not asked.requirement:
        return  # no requirement of the profile is about what the applicant said would come
    if not release.list_is_confirmed(session, application.intake_id):
        only = {asked.requirement} if asked.requirement else None
        eligibility.reopen(session, application=application, only=only, actor=actor, now=now)


def tell(
    session: Session, application: Application, intake: Intake, template: str, now: datetime, **more: Any
) -> None:
    """Mail the applicant, in the applicant's own language."""
    account = session.get_one(Account, application.account_id)
    mail.post(
        session,
        recipient=account.email,
        language=account.language,
        template=template,
        values={**letter_values(session, application, intake, now), **more},
        now=now,
        region_id=application.region_id,
        application_id=application.id,
    )


def letter_values(
    session: Session, application: Application, intake: Intake, now: datetime
) -> dict[str, Any]:
    """What every mail to an applicant may say, in the applicant's own language."""
    account = session.get_one(Account, application.account_id)
    region = session.get_one(Region, application.region_id)
    return {
        "name": " ".join(filter(None, (application.given_name, application.family_name))),
        "reference": application.reference,
        "title": intake.title_sv if account.language == "sv" else intake.title_en,
        "region": region.name,
        "contact": region.contact_email,
        "closes": written(intake.closes_at, account.language),
        "at": written(now, account.language),
        "case_number": application.case_number or intake.case_number,
    }
