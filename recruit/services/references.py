"""What the coordinator adds to an application: referees' answers to the fixed form, and redacted copies."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from recruit.actor import Actor
from recruit.errors import Conflict, Invalid
from recruit.i18n import lazy_gettext as _
from recruit.models import (
    Application,
    ApplicationStatus,
    Attachment,
    AttachmentKind,
    CameBy,
    Intake,
    Referee,
)
from recruit.models.application import QUESTIONS
from recruit.queries import references as queries
from recruit.services import record
from recruit.services.impartiality import refuse_partial
from recruit.storage import ENDINGS, Storage, delete_with, put_with

#: Copies of these never reach assessors: only who decides eligibility sees them.
NEVER_REDACTED = frozenset(
    {AttachmentKind.DIPLOMA, AttachmentKind.LICENCE, AttachmentKind.LANGUAGE, AttachmentKind.WORK_PERMIT}
)


@dataclass(frozen=True)
class ReferenceAnswers:
    """A referee's answers. The four questions are 0–4; the two masked texts are what assessors may read.

    `came_by`: how they came, when somebody else than the referee enters them; None: not noted.
    """

    safety: int
    asks_for_help: int
    responsibility: int
    collaboration: int
    would_employ: bool
    masked_setting: str = ""
    masked_comment: str = ""
    came_by: CameBy | None = None


@dataclass(frozen=True)
class EnteredReference:
    """A row of a file of answers: where it stands, the application's code, the referee's address, the answers."""

    where: str
    code: str
    email: str
    answers: ReferenceAnswers


def enter_references(
    session: Session, *, intake: Intake, entered: Sequence[EnteredReference], actor: Actor, now: datetime
) -> int:
    """Enter the answers of a whole file, all or nothing; returns how many.

    Raises Invalid naming the row for a code or a referee that the intake does not have, or one that stands twice.
    """
    known = {
        (code, email.lower()): referee
        for code, email, referee in session.exec(
            select(Application.mask_code, Referee.email, Referee)
            .join(Application, col(Application.id) == col(Referee.application_id))
            .where(Application.intake_id == intake.id, Application.status == ApplicationStatus.SUBMITTED)
        )
    }
    seen: set[tuple[str, str]] = set()
    for row in entered:
        key = (row.code, row.email)
        if key not in known:
            raise Invalid(
                _(
                    "%(where)s: application %(code)s has no referee with the address %(email)s.",
                    where=row.where,
                    code=row.code[:40],
                    email=row.email[:80],
                ),
                field="file",
            )
        if key in seen:
            raise Invalid(_("%(where)s: the same referee stands twice.", where=row.where), field="file")
        seen.add(key)
    for row in entered:
        enter_reference(
            session, referee=known[row.code, row.email], answers=row.answers, actor=actor, now=now
        )
    return len(entered)


def enter_reference(
    session: Session, *, referee: Referee, answers: ReferenceAnswers, actor: Actor, now: datetime
) -> Referee:
    """Enter, or correct, what a referee answered.

    What a referee has answered behind the link stays as it is, and so does how it came; the two masked texts are then
    what is entered. Raises Invalid when an answer is not 0–4 or is said to have come by that link, Conflict when
    withdrawn or when it would change a referee's own answers, NotAllowed for one's own application or one with a
    declared conflict.
    """
    application = session.get_one(Application, referee.application_id)
    _submitted(application)
    refuse_partial(session, application=application, actor=actor)
    for question in QUESTIONS:
        if getattr(answers, question) not in range(5):
            raise Invalid(_("Choose one of the five answers."), field=question)
    own = answered_by_referee(session, referee)
    if answers.came_by is CameBy.ONLINE and not own:
        raise Invalid(_("Only the referee answers on the form online. Choose another way."), field="came_by")
    _refuse_rewriting(referee, answers, own=own)
    given = asdict(answers)
    if own:
        del given["came_by"]
    changes = {name: (getattr(referee, name), value) for name, value in given.items()}
    for name, value in given.items():
        setattr(referee, name, value.strip() or None if isinstance(value, str) else value)
    if not own:
        referee.answered_at, referee.entered_by_id = now, actor.account_id
    session.add(referee)
    session.flush()
    assert referee.id is not None
    record.write(
        session,
        region_id=referee.region_id,
        actor=actor,
        now=now,
        action="reference.entered",
        subject=("referee", referee.id),
        application_id=application.id,
        changes=changes,
        intake_id=application.intake_id,
    )
    return referee


def answered_by_referee(session: Session, referee: Referee) -> bool:
    """Whether the answers are the referee's own, given behind the link."""
    request = queries.request_of(session, referee)
    return request is not None and request.answered_at is not None


def _refuse_rewriting(referee: Referee, answers: ReferenceAnswers, *, own: bool) -> None:
    if own and any(getattr(referee, name) != getattr(answers, name) for name in (*QUESTIONS, "would_employ")):
        raise Conflict(
            _(
                "The referee has answered the form, and the answers stay as they were given. Only what assessors read"
                " is yours to write."
            )
        )


def add_answered_form(
    session: Session,
    *,
    referee: Referee,
    filename: str,
    content: bytes,
    storage: Storage,
    actor: Actor,
    now: datetime,
) -> Attachment:
    """Keep the form as the referee filled it in, under the referee's name. Assessors see only a redacted copy of it.

    Raises Invalid for a file that storage refuses, Conflict when withdrawn, NotAllowed as `enter_reference`.
    """
    application = session.get_one(Application, referee.application_id)
    _submitted(application)
    refuse_partial(session, application=application, actor=actor)
    stored = put_with(session, storage, content, filename)
    form = Attachment(
        region_id=referee.region_id,
        application_id=referee.application_id,
        kind=AttachmentKind.REFERENCE,
        **stored.columns(
            f"Referens – {referee.name}.{ENDINGS[stored.media_type]}", by=actor.person(), at=now
        ),
    )
    session.add(form)
    session.flush()
    assert form.id is not None
    record.write(
        session,
        region_id=referee.region_id,
        actor=actor,
        now=now,
        action="reference.form_added",
        subject=("attachment", form.id),
        changes={"sha256": (None, stored.sha256), "referee": (None, referee.id)},
        intake_id=application.intake_id,
    )
    return form


def add_redacted(
    session: Session,
    *,
    attachment: Attachment,
    filename: str,
    content: bytes,
    storage: Storage,
    actor: Actor,
    now: datetime,
    counts: Mapping[str, Mapping[str, int]] | None = None,
) -> Attachment:
    """Add the copy of an attachment that assessors may see. A copy that is there already is replaced.

    `counts`: how many findings of which kind were struck and let stand, for the record; never the words.

    Raises Invalid for a file that storage refuses, or for a document that assessors are never to see; NotAllowed for
    one's own application or one with a declared conflict.
    """
    application = session.get_one(Application, attachment.application_id)
    _submitted(application)
    refuse_partial(session, application=application, actor=actor)
    if attachment.redacts_id is not None:
        raise Invalid(_("This is a redacted copy itself. Add the copy to the original."), field="file")
    if attachment.kind in NEVER_REDACTED:
        raise Invalid(
            _("Degrees, licences, certificates and permits are never shown to assessors, not even redacted."),
            field="file",
        )
    stored = put_with(session, storage, content, filename)
    before = session.exec(select(Attachment).where(col(Attachment.redacts_id) == attachment.id)).first()
    old = before.sha256 if before else None
    contents = stored.columns(filename, by=actor.person(), at=now)
    if before:
        delete_with(session, storage, before.storage_name)
        copy = before.sqlmodel_update(contents)
    else:
        copy = Attachment(
            region_id=attachment.region_id,
            application_id=attachment.application_id,
            kind=attachment.kind,
            redacts_id=attachment.id,
            **contents,
        )
    session.add(copy)
    session.flush()
    assert copy.id is not None
    record.write(
        session,
        region_id=attachment.region_id,
        actor=actor,
        now=now,
        action="attachment.redacted",
        subject=("attachment", copy.id),
        application_id=application.id,
        changes={
            "sha256": (old, stored.sha256),
            "redacts": (None, attachment.id),
            **{name: (None, dict(sorted(each.items()))) for name, each in (counts or {}).items()},
        },
        intake_id=application.intake_id,
    )
    return copy


def _submitted(application: Application) -> None:
    if application.status is not ApplicationStatus.SUBMITTED:
        raise Conflict(_("The application is not submitted, or has been withdrawn."))
