"""A letter to several applicants: chosen, written, tried out, sent just as it was tried out, stopped in time."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, delete, func, select

from recruit import merging
from recruit.actor import Actor
from recruit.errors import Conflict, Invalid
from recruit.i18n import lazy_gettext as _
from recruit.merging import Texts
from recruit.models import (
    Application,
    ApplicationStatus,
    Intake,
    LetterKind,
    LetterRecipient,
    LetterSending,
    MailState,
    OutgoingMail,
    RecipientMark,
    SendingState,
)
from recruit.models.types import id_of
from recruit.queries import letters as queries
from recruit.services import record
from recruit.services.dry_run import Tried, try_out
from recruit.services.holding import hold_intake
from recruit.services.mail import new_message_id


@dataclass(frozen=True)
class Difference:
    """What is otherwise now than in the dry run, for one application: "mark", "recipient", "language" or "text"."""

    code: str
    what: str
    mark: RecipientMark


class Stale(Conflict):
    """The dry run no longer shows what would be sent; `differences` says for whom and how."""

    def __init__(self, differences: list[Difference]) -> None:
        super().__init__(
            _("Something has changed since the dry run, so nothing is sent. Do it again and read it through.")
        )
        self.differences = differences


def begin(
    session: Session,
    *,
    intake: Intake,
    kind: LetterKind,
    application_ids: Collection[int],
    actor: Actor,
    now: datetime,
) -> LetterSending:
    """A draft with the region's text of the kind to these applications, tried out at once. Nothing is sent.

    Raises Invalid without anybody to write to, Conflict for a letter about the outcome before a list is published.
    """
    hold_intake(session, intake.id)
    if not application_ids:
        raise Invalid(_("There is nobody to write to. Choose at least one applicant."), field="to")
    if kind in queries.OUTCOMES and not _published(session, intake):
        raise Conflict(
            _("Letters about the outcome can be written when the interview list is published, not before.")
        )
    text = queries.text_of(session, region_id=intake.region_id, kind=kind)
    newest = select(func.max(LetterSending.number)).where(LetterSending.intake_id == intake.id)
    made = LetterSending(
        region_id=intake.region_id,
        intake_id=id_of(intake),
        number=(session.exec(newest).one() or 0) + 1,
        kind=kind,
        template_version=text.version,
        subject_sv=text.texts.subject_sv,
        body_sv=text.texts.body_sv,
        subject_en=text.texts.subject_en,
        body_en=text.texts.body_en,
        created_at=now,
        created_by_id=actor.person(),
        tried_at=now,
    )
    session.add(made)
    session.flush()
    _keep(session, intake, made, application_ids, now)
    return made


def write(
    session: Session, *, intake: Intake, number: int, texts: Texts, seen: int, now: datetime
) -> LetterSending:
    """Change the draft's text and try it out again. Raises Invalid for unknown merge fields, Conflict if stale."""
    merging.check(texts)
    sending = _draft(session, intake, number, seen)
    for part, text in texts.parts().items():
        setattr(sending, part, text)
    _again(session, intake, sending, now)
    return sending


def repeat(session: Session, *, intake: Intake, number: int, seen: int, now: datetime) -> LetterSending:
    """Try the draft out again, with what is so now. Raises Conflict if somebody else has changed it."""
    sending = _draft(session, intake, number, seen)
    _again(session, intake, sending, now)
    return sending


def choose(
    session: Session,
    *,
    intake: Intake,
    number: int,
    shown: Collection[int],
    included: Collection[int],
    seen: int,
) -> LetterSending:
    """Of the recipients (row ids) that were shown, include these and leave out the others.

    Raises Conflict if somebody else has changed the draft. Whom no letter can reach stays left out.
    """
    sending = _draft(session, intake, number, seen)
    rows = select(LetterRecipient).where(
        LetterRecipient.sending_id == sending.id, col(LetterRecipient.id).in_(sorted(shown))
    )
    for row in session.exec(rows):
        row.included = row.id in included and row.mark in (RecipientMark.NONE, RecipientMark.HAD_BEFORE)
        session.add(row)
    sending.revision += 1
    session.add(sending)
    session.flush()
    return sending


def send(
    session: Session,
    *,
    intake: Intake,
    number: int,
    seen: int,
    actor: Actor,
    now: datetime,
    grace: timedelta,
) -> LetterSending:
    """Put just the letters of the dry run that was read (`seen`, its revision) into the outbox, all or none.

    They go out when `grace` has passed; until then all can be stopped. Raises Stale with what has changed since the dry
    run, Conflict if the draft has been changed or sent, Invalid if nobody is included or a text has a gap left.
    """
    sending = _draft(session, intake, number, seen)
    left = merging.gaps(queries.texts_in(sending))
    if left:
        raise Invalid(_("The text still says “%(gap)s”. Write what is to stand there.", gap=left[0]))
    rows = _rows(session, sending)
    chosen = [row for row in rows if row.included]
    if not chosen:
        raise Invalid(_("Nobody is included. Include at least one recipient."))
    _hold(session, [row.application_id for row in chosen])
    _compare(session, intake, sending, rows)
    sending.state, sending.sent_at, sending.sent_by_id = SendingState.SENT, now, actor.person()
    sending.goes_out_at = now + grace
    session.add(sending)
    session.add_all(_message(sending, row, now) for row in chosen)
    session.flush()
    _record(session, sending, actor, now, "letter.sent", {"recipients": (None, len(chosen))})
    return sending


def stop(session: Session, *, intake: Intake, number: int, actor: Actor, now: datetime) -> int:
    """Stop what has not gone yet; returns how many. Raises Conflict when nothing is left to stop."""
    sending = queries.sending(session, intake=intake, number=number, lock=True)
    stopped = _turn(
        session, MailState.WAITING, col(OutgoingMail.sending_id) == sending.id, state=MailState.STOPPED
    )
    if not stopped:
        raise Conflict(_("Nothing was stopped: every letter has gone already."))
    sending.state = SendingState.STOPPED
    session.add(sending)
    _record(session, sending, actor, now, "letter.stopped", {"stopped": (None, stopped)})
    return stopped


def go_on(
    session: Session, *, intake: Intake, number: int, actor: Actor, now: datetime, grace: timedelta
) -> int:
    """Let go out after all what was stopped; returns how many. Whoever has withdrawn since gets nothing.

    Raises Conflict when nothing is stopped.
    """
    sending = queries.sending(session, intake=intake, number=number, lock=True)
    mine = select(OutgoingMail.application_id).where(OutgoingMail.sending_id == sending.id)
    _hold(session, [each for each in session.exec(mine) if each is not None])
    still = select(Application.id).where(Application.status == ApplicationStatus.SUBMITTED)
    again = _turn(
        session,
        MailState.STOPPED,
        col(OutgoingMail.sending_id) == sending.id,
        col(OutgoingMail.application_id).in_(still),
        state=MailState.WAITING,
        next_try_at=now + grace,
    )
    if not again:
        raise Conflict(_("Nothing of this letter is stopped."))
    sending.state, sending.goes_out_at = SendingState.SENT, now + grace
    session.add(sending)
    _record(session, sending, actor, now, "letter.continued", {"recipients": (None, again)})
    return again


def stop_for(session: Session, *, application: Application) -> int:
    """Stop the letters to somebody who withdraws that have not gone yet; returns how many."""
    return _turn(
        session,
        MailState.WAITING,
        col(OutgoingMail.application_id) == application.id,
        col(OutgoingMail.sending_id).is_not(None),
        state=MailState.STOPPED,
    )


def forget(session: Session, *, application: Application) -> None:
    """Disposal: the text of every letter that nobody else got goes. Before its recipient's row, which tells that."""
    mine = select(LetterRecipient.sending_id).where(LetterRecipient.application_id == application.id)
    others = select(LetterRecipient.sending_id).where(LetterRecipient.application_id != application.id)
    alone = col(LetterSending.id).in_(mine) & col(LetterSending.id).not_in(others)
    gone = {"subject_sv": "–", "body_sv": "", "subject_en": "–", "body_en": ""}
    session.exec(update(LetterSending).where(alone).values(**gone))


def discard(session: Session, *, intake: Intake, number: int) -> None:
    """Throw a draft away. Raises Conflict when it has been sent."""
    sending = queries.sending(session, intake=intake, number=number, lock=True)
    _refuse_sent(sending)
    session.exec(delete(LetterRecipient).where(col(LetterRecipient.sending_id) == sending.id))
    session.delete(sending)
    session.flush()


def _published(session: Session, intake: Intake) -> bool:
    from recruit.queries import interview

    return interview.newest_published(session, intake_id=id_of(intake)) is not None


def _hold(session: Session, application_ids: Collection[int]) -> None:
    """Let nobody of these withdraw until the letters are in the outbox, where withdrawing finds and stops them."""
    ids = sorted(application_ids)
    for start in range(0, len(ids), 5_000):
        held = select(Application.id).where(col(Application.id).in_(ids[start : start + 5_000]))
        session.exec(held.order_by(col(Application.id)).with_for_update(read=True)).all()


def _draft(session: Session, intake: Intake, number: int, seen: int) -> LetterSending:
    sending = queries.sending(session, intake=intake, number=number, lock=True)
    _refuse_sent(sending)
    if sending.revision != seen:
        raise Conflict(
            _(
                "Somebody else has changed this letter since you opened it. Read it as it stands now, and do what you"
                " meant to do again."
            )
        )
    return sending


def _refuse_sent(sending: LetterSending) -> None:
    if sending.state is not SendingState.DRAFT:
        raise Conflict(_("This letter is sent already. It is not sent twice."))


def _rows(session: Session, sending: LetterSending) -> list[LetterRecipient]:
    found = select(LetterRecipient).where(LetterRecipient.sending_id == sending.id)
    return list(session.exec(found.order_by(col(LetterRecipient.id))))


def _keep(
    session: Session, intake: Intake, sending: LetterSending, ids: Collection[int], now: datetime
) -> None:
    """Write the dry run down; whatever is marked is left out until somebody includes it."""
    sending.tried_at = now
    session.add_all(
        LetterRecipient(
            region_id=sending.region_id,
            sending_id=id_of(sending),
            application_id=each.application_id,
            included=each.mark is RecipientMark.NONE,
            **_parts(each),
        )
        for each in try_out(session, intake=intake, sending=sending, application_ids=ids)
    )
    session.flush()


def _again(session: Session, intake: Intake, sending: LetterSending, now: datetime) -> None:
    """The dry run anew. Who was left out by hand stays out, who was included in spite of a letter before stays in."""
    standing = {row.application_id: row for row in _rows(session, sending)}
    for each in try_out(session, intake=intake, sending=sending, application_ids=standing):
        row = standing[each.application_id]
        if each.mark is RecipientMark.NONE:
            row.included = row.included or row.mark is not RecipientMark.NONE
        else:
            row.included = each.mark is row.mark is RecipientMark.HAD_BEFORE and row.included
        for name, value in _parts(each).items():
            setattr(row, name, value)
        session.add(row)
    sending.revision += 1
    sending.tried_at = now
    session.add(sending)
    session.flush()


def _parts(tried: Tried) -> dict[str, Any]:
    return {
        "mark": tried.mark,
        "lacking": tried.lacking,
        "recipient": tried.recipient,
        "language": tried.language,
        "subject": tried.subject,
        "body": tried.body,
    }


def _compare(
    session: Session, intake: Intake, sending: LetterSending, rows: Collection[LetterRecipient]
) -> None:
    standing = {row.application_id: row for row in rows}
    found = [
        difference
        for each in try_out(session, intake=intake, sending=sending, application_ids=standing)
        if (difference := _difference(each, standing[each.application_id])) is not None
    ]
    if found:
        raise Stale(found)


def _difference(now: Tried, then: LetterRecipient) -> Difference | None:
    if now.mark is not then.mark:
        return Difference(now.code, "mark", now.mark)
    if not then.included:
        return None
    for what in ("recipient", "language"):
        if getattr(now, what) != getattr(then, what):
            return Difference(now.code, what, now.mark)
    same = (now.subject, now.body) == (then.subject, then.body)
    return None if same else Difference(now.code, "text", now.mark)


def _message(sending: LetterSending, row: LetterRecipient, now: datetime) -> OutgoingMail:
    assert sending.goes_out_at is not None
    return OutgoingMail(
        region_id=sending.region_id,
        application_id=row.application_id,
        sending_id=sending.id,
        message_id=new_message_id(),
        recipient=row.recipient,
        subject=row.subject,
        body=row.body,
        language=row.language,
        created_at=now,
        next_try_at=sending.goes_out_at,
    )


def _turn(session: Session, standing: MailState, *which: Any, **values: Any) -> int:
    changed = update(OutgoingMail).where(col(OutgoingMail.state) == standing, *which)
    return int(session.exec(changed.values(**values)).rowcount)


def _record(
    session: Session,
    sending: LetterSending,
    actor: Actor,
    now: datetime,
    action: str,
    changes: dict[str, tuple[Any, Any]],
) -> None:
    record.write(
        session,
        region_id=sending.region_id,
        actor=actor,
        now=now,
        action=action,
        subject=("letter_sending", id_of(sending)),
        changes={"kind": (None, sending.kind), "number": (None, sending.number), **changes},
        intake_id=sending.intake_id,
    )
