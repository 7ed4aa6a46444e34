"""Letters and mail of an intake: to whom, the region's texts, sendings, what became of each message."""

import enum
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, or_, select

from recruit.errors import NotFound
from recruit.house_letters import house_text
from recruit.i18n import lazy_gettext as _
from recruit.merging import Texts
from recruit.models import (
    UNDELIVERED,
    Application,
    ApplicationStatus,
    Eligibility,
    EntryKind,
    Intake,
    InterviewListEntry,
    LetterKind,
    LetterRecipient,
    LetterSending,
    LetterTemplate,
    MailState,
    OutgoingMail,
    RankingRow,
    RecipientMark,
    UtcDateTime,
)
from recruit.queries import interview as lists

PER_PAGE = 50


def undelivered(session: Session, intake: Intake) -> int:
    """How many messages to applicants of the intake did not arrive, or may not have, and wait for a person."""
    return int(session.exec(how_many_undelivered(intake)).one())


def how_many_undelivered(intake: Intake) -> Any:
    """The statement that counts them, for a query that counts more."""
    # Few mails are undelivered and many applications sent: to be read from the mails on.
    own = select(Application.id).where(
        Application.id == OutgoingMail.application_id, Application.intake_id == intake.id
    )
    waits = _undelivered()
    return select(func.count()).select_from(OutgoingMail).where(*waits, own.correlate(OutgoingMail).exists())


def _waits_for_a_person(intake: Intake) -> tuple[Any, ...]:
    return (Application.intake_id == intake.id, *_undelivered())


def _undelivered() -> tuple[Any, ...]:
    return (
        col(OutgoingMail.state).in_(UNDELIVERED),
        col(OutgoingMail.settled_at).is_(None),
    )


# --- to whom ---


class Audience(enum.Enum):
    """Applicants by where they stand. The first three are of the newest list that applicants have been told of."""

    CALLED = "called"
    RESERVE = "reserve"
    NOT_CALLED = "not_called"
    CONDITIONAL = "conditional"
    INELIGIBLE = "ineligible"
    SUBMITTED = "submitted"


#: Letters that tell the outcome, and to whom alone they may go.
OUTCOMES: Mapping[LetterKind, Audience] = {
    LetterKind.CALLED: Audience.CALLED,
    LetterKind.RESERVE: Audience.RESERVE,
    LetterKind.NOT_CALLED: Audience.NOT_CALLED,
}


def audiences(session: Session, *, intake: Intake) -> dict[Audience, frozenset[int]]:
    """Ids of the applications in each; those of a list are empty before one is published."""
    sent = select(Application.id, col(Application.eligibility)).where(
        Application.intake_id == intake.id,
        Application.status == ApplicationStatus.SUBMITTED,
        col(Application.disposed_at).is_(None),
    )
    standing = {identity or 0: eligibility for identity, eligibility in session.exec(sent)}
    found: dict[Audience, frozenset[int]] = {
        Audience.CONDITIONAL: _those(standing, Eligibility.CONDITIONAL),
        Audience.INELIGIBLE: _those(standing, Eligibility.INELIGIBLE),
        Audience.SUBMITTED: frozenset(standing),
    }
    published = lists.newest_published(session, intake_id=intake.id or 0)
    entries: dict[int, EntryKind] = {}
    ranked: set[int] = set()
    if published is not None:
        on_list = select(InterviewListEntry.application_id, col(InterviewListEntry.kind))
        entries = dict(session.exec(on_list.where(InterviewListEntry.list_id == published.id)).all())
        ranked = set(
            session.exec(select(RankingRow.application_id).where(RankingRow.run_id == published.run_id))
        )
    found[Audience.CALLED] = frozenset(
        each for each, kind in entries.items() if kind is EntryKind.CALLED and each in standing
    )
    found[Audience.RESERVE] = frozenset(
        each for each, kind in entries.items() if kind is EntryKind.RESERVE and each in standing
    )
    found[Audience.NOT_CALLED] = frozenset(
        each for each in ranked if each not in entries and each in standing
    )
    return found


def _those(standing: Mapping[int, Eligibility], wanted: Eligibility) -> frozenset[int]:
    return frozenset(each for each, eligibility in standing.items() if eligibility is wanted)


def ids_of_codes(session: Session, *, intake: Intake, codes: Collection[str]) -> dict[str, int]:
    """Application ids by mask code, of those that there are and that have been sent at some time."""
    found = select(Application.mask_code, Application.id).where(
        Application.intake_id == intake.id, Application.status != ApplicationStatus.DRAFT
    )
    asked, known = sorted(codes), {}
    for start in range(0, len(asked), 5_000):  # databases take so many values at a time
        part = col(Application.mask_code).in_(asked[start : start + 5_000])
        known.update({code: identity or 0 for code, identity in session.exec(found.where(part))})
    return known


# --- texts ---


@dataclass(frozen=True)
class Text:
    """The present text of a kind in a region. `row` None: the house's own, version 0."""

    kind: LetterKind
    version: int
    texts: Texts
    row: LetterTemplate | None


def text_of(session: Session, *, region_id: int, kind: LetterKind) -> Text:
    """The text of a kind as it is now."""
    return texts_of(session, region_id=region_id)[kind]


def texts_of(session: Session, *, region_id: int) -> dict[LetterKind, Text]:
    """The present text of every kind."""
    newest = (
        select(col(LetterTemplate.kind), func.max(LetterTemplate.version).label("version"))
        .where(LetterTemplate.region_id == region_id)
        .group_by(col(LetterTemplate.kind))
        .subquery()
    )
    rows = select(LetterTemplate).join(
        newest,
        (newest.c.kind == col(LetterTemplate.kind)) & (newest.c.version == col(LetterTemplate.version)),
    )
    found = {row.kind: row for row in session.exec(rows.where(LetterTemplate.region_id == region_id))}
    return {kind: _text(kind, found.get(kind)) for kind in LetterKind}


def versions(session: Session, *, region_id: int, kind: LetterKind) -> list[LetterTemplate]:
    """The region's own versions of a text, newest first."""
    found = select(LetterTemplate).where(LetterTemplate.region_id == region_id, LetterTemplate.kind == kind)
    return list(session.exec(found.order_by(col(LetterTemplate.version).desc())))


def _text(kind: LetterKind, row: LetterTemplate | None) -> Text:
    if row is None:
        return Text(kind, 0, house_text(kind), None)
    return Text(kind, row.version, texts_in(row), row)


def texts_in(row: LetterTemplate | LetterSending) -> Texts:
    """The four parts of a text that is kept."""
    return Texts(row.subject_sv, row.body_sv, row.subject_en, row.body_en)


# --- sendings ---


@dataclass(frozen=True)
class Sent:
    """A sending with how many it is for and how many of its messages stand in each state."""

    sending: LetterSending
    recipients: int
    states: Mapping[MailState, int]


def sendings(session: Session, *, intake: Intake) -> list[Sent]:
    """The intake's sendings, newest first."""
    rows = list(
        session.exec(
            select(LetterSending)
            .where(LetterSending.intake_id == intake.id)
            .order_by(col(LetterSending.number).desc())
        )
    )
    ids = [row.id for row in rows]
    counted = select(LetterRecipient.sending_id, func.count()).where(
        col(LetterRecipient.sending_id).in_(ids), col(LetterRecipient.included).is_(True)
    )
    recipients = dict(session.exec(counted.group_by(col(LetterRecipient.sending_id))).all())
    states: dict[int, dict[MailState, int]] = {}
    by_state = select(OutgoingMail.sending_id, col(OutgoingMail.state), func.count()).where(
        col(OutgoingMail.sending_id).in_(ids), col(OutgoingMail.resent_from_id).is_(None)
    )
    for sending_id, state, number in session.exec(
        by_state.group_by(col(OutgoingMail.sending_id), col(OutgoingMail.state))
    ):
        states.setdefault(sending_id or 0, {})[state] = number
    return [Sent(row, recipients.get(row.id or 0, 0), states.get(row.id or 0, {})) for row in rows]


def sending(session: Session, *, intake: Intake, number: int, lock: bool = False) -> LetterSending:
    """One sending by its number, held until the transaction ends if `lock`. Raises NotFound."""
    wanted = select(LetterSending).where(LetterSending.intake_id == intake.id, LetterSending.number == number)
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    found = session.exec(wanted).first()
    if found is None:
        raise NotFound(_("There is no such letter in this intake."))
    return found


def states_of(session: Session, *, sending: LetterSending) -> dict[MailState, int]:
    """How many of a sending's messages stand in each state."""
    found = select(col(OutgoingMail.state), func.count()).where(
        OutgoingMail.sending_id == sending.id, col(OutgoingMail.resent_from_id).is_(None)
    )
    return dict(session.exec(found.group_by(col(OutgoingMail.state))).all())


@dataclass(frozen=True)
class PutOff:
    """Messages that wait since a try in vain: how many, and when the first of them is tried again."""

    number: int
    next_try_at: datetime | None


def put_off(session: Session, *, sending: LetterSending) -> PutOff:
    """What of a sending did not go the last time: the mail server was away, or would not take it yet."""
    found = select(func.count(), func.min(OutgoingMail.next_try_at, type_=UtcDateTime)).where(
        OutgoingMail.sending_id == sending.id,
        OutgoingMail.state == MailState.WAITING,
        col(OutgoingMail.last_error).is_not(None),
        col(OutgoingMail.resent_from_id).is_(None),
    )
    return PutOff(*session.exec(found).one())


@dataclass(frozen=True)
class Recipient:
    """One person of a sending as the pages show it. `mail`: what became of it, once it is sent."""

    row: LetterRecipient
    code: str
    reference: str
    name: str
    mail: OutgoingMail | None


@dataclass(frozen=True)
class RecipientPage:
    """One page of recipients; `total` of those asked for."""

    items: Sequence[Recipient]
    number: int
    total: int


def recipients(
    session: Session,
    *,
    sending: LetterSending,
    number: int = 1,
    search: str = "",
    only: str = "",
    hidden: Collection[int] = (),
    per_page: int = PER_PAGE,
) -> RecipientPage:
    """A page of a sending's recipients by code.

    `search` is part of a code, a reference or a name (names not of those in `hidden`, application ids); `only` is
    "left_out", "marked", or a MailState's value.
    """
    wanted = (
        select(LetterRecipient, Application, OutgoingMail)
        .join(Application, col(Application.id) == col(LetterRecipient.application_id))
        .outerjoin(
            OutgoingMail,
            (col(OutgoingMail.sending_id) == col(LetterRecipient.sending_id))
            & (col(OutgoingMail.application_id) == col(LetterRecipient.application_id))
            & col(OutgoingMail.resent_from_id).is_(None),
        )
        .where(LetterRecipient.sending_id == sending.id)
    )
    if only == "left_out":
        wanted = wanted.where(col(LetterRecipient.included).is_(False))
    elif only == "marked":
        wanted = wanted.where(col(LetterRecipient.mark) != RecipientMark.NONE)
    elif only in {state.value for state in MailState}:
        wanted = wanted.where(OutgoingMail.state == MailState(only))
    if search:
        wanted = wanted.where(_matches(search, hidden))
    total = (
        session.exec(select(func.count()).select_from(wanted.subquery())).one() if only or search else None
    )
    if total is None:
        total = session.exec(
            select(func.count()).select_from(LetterRecipient).where(LetterRecipient.sending_id == sending.id)
        ).one()
    number = min(max(number, 1), max(1, -(-total // per_page)))
    rows = session.exec(
        wanted.order_by(col(Application.mask_code)).limit(per_page).offset((number - 1) * per_page)
    )
    return RecipientPage([_recipient(*row) for row in rows], number, total)


def _matches(search: str, hidden: Collection[int]) -> Any:
    escaped = search.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    like = f"%{escaped}%"
    name = func.coalesce(Application.given_name, "") + " " + func.coalesce(Application.family_name, "")
    by_name: Any = func.lower(name).like(like, escape="\\")
    if hidden:
        by_name = by_name & col(Application.id).not_in(sorted(hidden))
    return or_(
        func.lower(Application.mask_code).like(like, escape="\\"),
        func.lower(Application.reference).like(like, escape="\\"),
        by_name,
    )


def _recipient(row: LetterRecipient, application: Application, mail: OutgoingMail | None) -> Recipient:
    name = " ".join(filter(None, (application.given_name, application.family_name)))
    return Recipient(row, application.mask_code, application.reference, name, mail)


def counts(session: Session, *, sending: LetterSending) -> tuple[int, int]:
    """How many of a sending's recipients are included, and how many are left out."""
    found = select(LetterRecipient.included, func.count()).where(LetterRecipient.sending_id == sending.id)
    counted = dict(session.exec(found.group_by(col(LetterRecipient.included))).all())
    return counted.get(True, 0), counted.get(False, 0)


# --- the log ---


def mail_of(session: Session, *, application: Application) -> list[OutgoingMail]:
    """Every message about an application, newest first."""
    found = select(OutgoingMail).where(OutgoingMail.application_id == application.id)
    return list(session.exec(found.order_by(col(OutgoingMail.id).desc())))


def one_mail(session: Session, *, application: Application, mail_id: int, lock: bool = False) -> OutgoingMail:
    """One message about an application. Raises NotFound."""
    wanted = select(OutgoingMail).where(
        OutgoingMail.id == mail_id, OutgoingMail.application_id == application.id
    )
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    found = session.exec(wanted).first()
    if found is None:
        raise NotFound(_("There is no such message about this application."))
    return found


@dataclass(frozen=True)
class Undelivered:
    """A message that did not arrive, and whose application it is about."""

    mail: OutgoingMail
    code: str


def undelivered_page(
    session: Session, *, intake: Intake, number: int = 1, per_page: int = PER_PAGE
) -> tuple[list[Undelivered], int]:
    """A page of what did not arrive and waits for a person, newest first, and how many there are."""
    found = (
        select(OutgoingMail, Application.mask_code)
        .join(Application, col(Application.id) == col(OutgoingMail.application_id))
        .where(*_waits_for_a_person(intake))
        .order_by(col(OutgoingMail.id).desc())
        .limit(per_page)
        .offset((max(number, 1) - 1) * per_page)
    )
    return [Undelivered(*row) for row in session.exec(found)], undelivered(session, intake)
