"""The dry run of a letter: every recipient's final text, and what stands in the way of sending it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date
from sqlmodel import Session, col, select

from recruit import merging
from recruit.models import (
    Account,
    Application,
    ApplicationStatus,
    Intake,
    LetterKind,
    LetterSending,
    MailState,
    OutgoingMail,
    RecipientMark,
    Region,
)
from recruit.queries import letters as queries


@dataclass(frozen=True)
class Tried:
    """One person's letter as it would be sent now."""

    application_id: int
    code: str
    mark: RecipientMark
    lacking: str
    recipient: str
    language: str
    subject: str
    body: str


def try_out(
    session: Session, *, intake: Intake, sending: LetterSending, application_ids: Collection[int]
) -> list[Tried]:
    """The letter to each of these applications as it would be sent now, by code. A fixed number of queries."""
    region = session.exec(select(Region).where(Region.id == intake.region_id)).one()
    texts = queries.texts_in(sending)
    meant = _meant(session, intake, sending.kind)
    before = _had_before(session, intake, sending)
    made = []
    for application, account in _people(session, application_ids):
        language = "sv" if account.language == "sv" else "en"
        values = _values(application, intake, region, language, session.info.get("base_url", ""))
        subject, lacking = merging.merge(texts.of(language)[0], values)
        body, lacking_too = merging.merge(texts.of(language)[1], values)
        lacking = lacking or lacking_too
        body = body.strip() + "\n"
        made.append(
            Tried(
                application_id=application.id or 0,
                code=application.mask_code,
                mark=_mark(application, account, lacking, meant, before, body),
                lacking=lacking,
                recipient=account.email,
                language=language,
                subject=" ".join(subject.split())[:300],
                body=body,
            )
        )
    return made


def _people(session: Session, ids: Collection[int]) -> Iterable[tuple[Application, Account]]:
    wanted = sorted(ids)
    found: list[tuple[Application, Account]] = []
    for start in range(0, len(wanted), 5_000):
        rows = select(Application, Account).join(Account, col(Account.id) == col(Application.account_id))
        part = rows.where(col(Application.id).in_(wanted[start : start + 5_000]))
        found += [
            (application, account)
            for application, account in session.exec(part.execution_options(populate_existing=True))
        ]
    return sorted(found, key=lambda each: each[0].mask_code)


def _meant(session: Session, intake: Intake, kind: LetterKind) -> frozenset[int] | None:
    """Whom a letter of the kind may go to; None where that is anybody."""
    if kind not in queries.OUTCOMES:
        return None
    return queries.audiences(session, intake=intake)[queries.OUTCOMES[kind]]


def _had_before(session: Session, intake: Intake, sending: LetterSending) -> dict[int, set[str]]:
    """The texts of letters of the same kind that each application of the intake has been sent."""
    found = (
        select(OutgoingMail.application_id, OutgoingMail.body)
        .join(LetterSending, col(LetterSending.id) == col(OutgoingMail.sending_id))
        .where(
            LetterSending.intake_id == intake.id,
            LetterSending.kind == sending.kind,
            LetterSending.id != sending.id,
            OutgoingMail.state != MailState.STOPPED,
        )
    )
    had: dict[int, set[str]] = {}
    for application_id, body in session.exec(found):
        had.setdefault(application_id or 0, set()).add(body)
    return {each: bodies if sending.kind not in queries.OUTCOMES else set() for each, bodies in had.items()}


def _mark(
    application: Application,
    account: Account,
    lacking: str,
    meant: frozenset[int] | None,
    before: dict[int, set[str]],
    body: str,
) -> RecipientMark:
    """The gravest of what stands in the way. An empty set of earlier texts: one letter of the kind is all there is."""
    if application.status is not ApplicationStatus.SUBMITTED:
        return RecipientMark.WITHDRAWN
    gone = application.disposed_at is not None or not account.active
    if gone or account.verified_at is None or "@" not in account.email:
        return RecipientMark.NO_ADDRESS
    if meant is not None and application.id not in meant:
        return RecipientMark.MOVED
    if lacking:
        return RecipientMark.LACKS_VALUE
    had = before.get(application.id or 0)
    if had is not None and (not had or body in had):
        return RecipientMark.HAD_BEFORE
    return RecipientMark.NONE


def _values(
    application: Application, intake: Intake, region: Region, language: str, base_url: str
) -> dict[str, str]:
    shared = shared_values(intake, region, language, base_url)
    return {
        **shared,
        "given_name": application.given_name or "",
        "family_name": application.family_name or "",
        "reference": application.reference,
        "case_number": application.case_number or shared["case_number"],
    }


def shared_values(intake: Intake, region: Region, language: str, base_url: str) -> dict[str, str]:
    """What the merge fields about the intake and the region stand for."""
    return {
        "case_number": intake.case_number or "",
        "title": intake.title_sv if language == "sv" else intake.title_en,
        "starts_on": _day(intake.starts_on, language),
        "interviews": _days(intake.interviews_from, intake.interviews_until, language),
        "region": region.name,
        "contact": region.contact_email,
        "link": f"{base_url}/my",
    }


def _day(value: date | None, language: str) -> str:
    return format_date(value, "d MMMM y", locale=language) if value else ""


def _days(first: date | None, last: date | None, language: str) -> str:
    if first is None or last is None or first == last:
        return _day(first or last, language)
    between = "till" if language == "sv" else "to"
    return f"{_day(first, language)} {between} {_day(last, language)}"
