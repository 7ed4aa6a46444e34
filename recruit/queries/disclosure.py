"""Reading disclosures, and everything of an application that one may be about."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func
from sqlalchemy import select as select_columns  # the one of sqlmodel takes at most four columns
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from recruit.errors import NotFound
from recruit.i18n import lazy_gettext as _
from recruit.models import (
    Account,
    Application,
    ApplicationStatus,
    Assignment,
    AssignmentStatus,
    DisclosedApplication,
    Disclosure,
    DisclosureFile,
    DisclosureMasking,
    Intake,
    InterviewList,
    InterviewListEntry,
    Level,
    ListStatus,
    OutgoingMail,
    RankingRow,
    RankingRun,
    ReferenceRequest,
)
from recruit.queries.ranking import WITHOUT_CONTENT


@dataclass(frozen=True)
class Line:
    """A request with how many applications it is about, and how many of them have been gone through."""

    disclosure: Disclosure
    applications: int
    seen: int


@dataclass(frozen=True)
class Chosen:
    """An application of a request, and how many places of it are masked."""

    row: DisclosedApplication
    application: Application
    maskings: int


class ChosenLine(NamedTuple):
    """The same as its line in a list says it: `seen` is whether somebody has gone through it."""

    mask_code: str
    case_number: str | None
    seen: bool
    seen_at: datetime | None
    seen_by_id: int | None
    maskings: int


@dataclass(frozen=True)
class Assessed:
    """One submitted assessment: who, of which stage, and the levels."""

    assignment: Assignment
    assessor: str
    levels: Sequence[Level]


def of_intake(session: Session, *, intake: Intake) -> list[Line]:
    """The requests about an intake, the newest first."""
    counted = (
        select(
            Disclosure, func.count(col(DisclosedApplication.id)), func.count(col(DisclosedApplication.seen))
        )
        .outerjoin(DisclosedApplication, col(DisclosedApplication.disclosure_id) == col(Disclosure.id))
        .where(Disclosure.intake_id == intake.id)
        .group_by(*Disclosure.__table__.columns)  # type: ignore[attr-defined]
        .order_by(col(Disclosure.number).desc())
    )
    return [Line(*row) for row in session.exec(counted)]


def by_number(session: Session, *, intake: Intake, number: int) -> Disclosure:
    """A request by its number in the region. Raises NotFound."""
    found = session.exec(
        select(Disclosure).where(Disclosure.intake_id == intake.id, Disclosure.number == number)
    ).first()
    if found is None:
        raise NotFound(_("There is no request with that number in this intake."))
    return found


def chosen(session: Session, *, disclosure: Disclosure) -> list[Chosen]:
    """The applications of a request, by mask code."""
    return [Chosen(*row) for row in session.execute(_of(disclosure, DisclosedApplication, Application))]


def chosen_lines(session: Session, *, disclosure: Disclosure) -> list[ChosenLine]:
    """The same as the lines of a list."""
    columns = (
        col(Application.mask_code),
        col(Application.case_number),
        col(DisclosedApplication.seen).is_not(None),
        col(DisclosedApplication.seen_at),
        col(DisclosedApplication.seen_by_id),
    )
    return [ChosenLine._make(row) for row in session.execute(_of(disclosure, *columns))]


def _of(disclosure: Disclosure, *columns: Any) -> Any:
    """The columns for each application of a request, by mask code, with how many places of it are masked."""
    maskings = (
        select(func.count(col(DisclosureMasking.id)))
        .where(
            col(DisclosureMasking.application_id) == Application.id,
            col(DisclosureMasking.disclosure_id) == disclosure.id,
        )
        .correlate(Application)
        .scalar_subquery()
    )
    return (
        select_columns(*columns, maskings)
        .select_from(DisclosedApplication)
        .join(Application, col(Application.id) == col(DisclosedApplication.application_id))
        .where(col(DisclosedApplication.disclosure_id) == disclosure.id)
        .order_by(col(Application.mask_code))
    )


def one_chosen(
    session: Session, *, disclosure: Disclosure, code: str
) -> tuple[DisclosedApplication, Application]:
    """One application of a request. Raises NotFound."""
    found = session.exec(
        select(DisclosedApplication, Application)
        .join(Application, col(Application.id) == col(DisclosedApplication.application_id))
        .where(DisclosedApplication.disclosure_id == disclosure.id, Application.mask_code == code)
    ).first()
    if found is None:
        raise NotFound(_("The request is not about that application."))
    return found[0], found[1]


def maskings(
    session: Session, *, disclosure: Disclosure, application_id: int | None = None
) -> list[DisclosureMasking]:
    """What is masked, of all applications or one, in the order in which it was masked."""
    kept = select(DisclosureMasking).where(DisclosureMasking.disclosure_id == disclosure.id)
    if application_id is not None:
        kept = kept.where(DisclosureMasking.application_id == application_id)
    return list(session.exec(kept.order_by(col(DisclosureMasking.id))))


def file_of(session: Session, *, disclosure: Disclosure, kind: str = "main") -> DisclosureFile | None:
    """The file that was handed out, its content read when asked for; None when there is none, or none any more."""
    kept = select(DisclosureFile).where(
        DisclosureFile.disclosure_id == disclosure.id, DisclosureFile.kind == kind
    )
    content: Any = DisclosureFile.content
    return session.exec(kept.options(defer(content))).first()


def how_many_sent(session: Session, *, intake: Intake) -> int:
    """How many applications of an intake were sent."""
    found = select(func.count()).select_from(Application)
    return session.exec(
        found.where(Application.intake_id == intake.id, col(Application.status) != ApplicationStatus.DRAFT)
    ).one()


def sent(
    session: Session, *, intake: Intake, hidden: Collection[int] = (), most: int | None = None
) -> list[tuple[str, str]]:
    """(mask code, name) of every application of an intake that was sent, by code; drafts are nobody's record yet.
    At most so many.

    Those in `hidden` (application ids) have no name: the reader assesses them without knowing who they are from.
    """
    rows = session.exec(
        select(Application.mask_code, Application.id, Application.given_name, Application.family_name)
        .where(Application.intake_id == intake.id, col(Application.status) != ApplicationStatus.DRAFT)
        .order_by(Application.mask_code)
        .limit(most)
    )
    return [
        (code, "" if identity in hidden else " ".join(filter(None, names))) for code, identity, *names in rows
    ]


def assessed(session: Session, application: Application) -> list[Assessed]:
    """Submitted assessments. Those that are not submitted are drafts, not yet records."""
    rows = session.exec(
        select(Assignment, Account)
        .join(Account, col(Account.id) == col(Assignment.assessor_id))
        .where(
            Assignment.application_id == application.id,
            Assignment.status == AssignmentStatus.SUBMITTED,
            col(Assignment.stage).in_(("screening", "interview")),
        )
        .order_by(Assignment.stage, col(Assignment.id))
    ).all()
    levels: dict[int, list[Level]] = {}
    kept = select(Level).where(col(Level.assignment_id).in_([assignment.id for assignment, _account in rows]))
    for level in session.exec(kept.order_by(Level.criterion)):
        levels.setdefault(level.assignment_id, []).append(level)
    return [
        Assessed(assignment, account.name or account.email, levels.get(assignment.id or 0, []))
        for assignment, account in rows
    ]


def places(session: Session, application: Application) -> list[tuple[RankingRun, RankingRow]]:
    """The application's place in the newest run of each stage."""
    rows = session.exec(
        select(RankingRun, RankingRow)
        .join(RankingRow, col(RankingRow.run_id) == col(RankingRun.id))
        .where(RankingRow.application_id == application.id)
        .order_by(col(RankingRun.number))
        .options(*WITHOUT_CONTENT)
    )
    return list({run.stage: (run, row) for run, row in rows}.values())


def listed(session: Session, application: Application) -> tuple[InterviewList, InterviewListEntry] | None:
    """The application's entry of the newest confirmed list; None when it is in none."""
    return session.exec(
        select(InterviewList, InterviewListEntry)
        .join(InterviewListEntry, col(InterviewListEntry.list_id) == col(InterviewList.id))
        .where(
            InterviewListEntry.application_id == application.id,
            InterviewList.status == ListStatus.CONFIRMED,
        )
        .order_by(col(InterviewList.version).desc())
    ).first()


def mails(session: Session, application: Application) -> list[OutgoingMail]:
    """Mail about the application that was sent, in order."""
    return list(
        session.exec(
            select(OutgoingMail)
            .where(OutgoingMail.application_id == application.id, col(OutgoingMail.sent_at).is_not(None))
            .order_by(col(OutgoingMail.id))
        )
    )


def email_of(session: Session, application: Application) -> str:
    """The applicant's address."""
    return session.exec(select(Account.email).where(Account.id == application.account_id)).one()


def reference_requests(session: Session, application: Application) -> Sequence[ReferenceRequest]:
    """What the application's referees were asked, with what they wrote beside the fixed form."""
    about = select(ReferenceRequest).where(ReferenceRequest.application_id == application.id)
    return session.exec(about.order_by(col(ReferenceRequest.id))).all()
