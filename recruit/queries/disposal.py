"""What a region's plan says is due, what is held back and why, and receipts of what went."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import func, or_
from sqlmodel import Session, col, select

from recruit import clock
from recruit.disposing.belonging import about
from recruit.models import (
    Application,
    ApplicationStatus,
    DisclosedApplication,
    Disclosure,
    DisclosureFile,
    DisposalPlan,
    DisposalReceipt,
    Hold,
    Intake,
    InterviewList,
    ListPublication,
    Outcome,
    OutcomeKind,
    OutgoingMail,
    RecordEntry,
    metadata,
)
from recruit.models.disposal import TERMS
from recruit.models.types import id_of

#: Within so long after a decision was made known a member of the region can ask for its legality to be tried.
APPEAL = timedelta(days=21)
HIRED = (OutcomeKind.ACCEPTED, OutcomeKind.STARTED, OutcomeKind.GOALS_REACHED)
GONE = (OutcomeKind.DECLINED, OutcomeKind.DROPPED_OUT)


@dataclass(frozen=True)
class Due:
    """What is to go of one intake: ids of rows. `held` counts applications that are due and wait for a hold."""

    intake: Intake
    drafts: tuple[int, ...] = ()
    applications: tuple[int, ...] = ()
    monitoring: tuple[int, ...] = ()
    mails: tuple[int, ...] = ()
    disclosure_files: tuple[int, ...] = ()
    held: int = 0

    @property
    def anything(self) -> bool:
        """Whether anything is due, or would be if it were not held."""
        return bool(
            self.drafts
            or self.applications
            or self.monitoring
            or self.mails
            or self.disclosure_files
            or self.held
        )


@dataclass(frozen=True)
class Kept:
    """Until when one application is kept (None: the selection is not over), and the holds on it."""

    until: date | None
    holds: Sequence[Hold] = field(default=())
    disclosure: bool = False

    @property
    def is_held(self) -> bool:
        """Whether something stops its disposal."""
        return bool(self.holds) or self.disclosure


def chosen_plan(session: Session, *, region_id: int) -> DisposalPlan | None:
    """The plan that a region has chosen, or None."""
    return session.exec(select(DisposalPlan).where(DisposalPlan.region_id == region_id)).first()


def terms_of(row: DisposalPlan | None) -> dict[str, int]:
    """The terms of a plan by name; without one those that are proposed."""
    return dict(TERMS) if row is None else {name: getattr(row, name) for name in TERMS}


def plan_of(session: Session, *, region_id: int) -> tuple[dict[str, int], int]:
    """The region's terms by name, and the revision of its plan; 0 where it has chosen none."""
    row = chosen_plan(session, region_id=region_id)
    return terms_of(row), row.revision if row else 0


def has_plan(session: Session, *, region_id: int) -> bool:
    """Whether the region has said how long it keeps what it has: before that no day can be promised to anybody."""
    return chosen_plan(session, region_id=region_id) is not None


def holds(session: Session, *, region_id: int, lifted: bool = False) -> list[tuple[Hold, Intake, str | None]]:
    """The holds of a region with the intake and, of one application, its reference; the newest first."""
    wanted = (
        select(Hold, Intake, Application.reference)
        .join(Intake, col(Intake.id) == col(Hold.intake_id))
        .outerjoin(Application, col(Application.id) == col(Hold.application_id))
        .where(Hold.region_id == region_id)
    )
    ended = col(Hold.lifted_at).is_not(None) if lifted else col(Hold.lifted_at).is_(None)
    return list(session.exec(wanted.where(ended).order_by(col(Hold.id).desc()).limit(200)).all())


def in_force(session: Session, application: Application) -> list[Hold]:
    """The holds that stop the disposal of an application: its own and its intake's."""
    mine = or_(col(Hold.application_id).is_(None), col(Hold.application_id) == application.id)
    kept = select(Hold).where(Hold.intake_id == application.intake_id, mine, col(Hold.lifted_at).is_(None))
    return list(session.exec(kept.order_by(col(Hold.id))))


def asked_for(session: Session, application: Application) -> bool:
    """Whether a request for disclosure that is not decided yet is about the application."""
    waiting = (
        select(Disclosure.id)
        .join(DisclosedApplication, col(DisclosedApplication.disclosure_id) == col(Disclosure.id))
        .where(DisclosedApplication.application_id == application.id, col(Disclosure.decided_at).is_(None))
    )
    return session.exec(waiting.limit(1)).first() is not None


def over_on(session: Session, intake: Intake) -> date:
    """From which day the terms count: when the published list can no longer be tried; without one, the start."""
    published = session.exec(
        select(func.max(ListPublication.published_at))
        .join(InterviewList, col(InterviewList.id) == col(ListPublication.list_id))
        .where(InterviewList.intake_id == intake.id)
    ).one()
    if published is None:
        return intake.starts_on
    return clock.in_stockholm(published + APPEAL).date()


def kept_until(session: Session, application: Application) -> Kept:
    """Until when the application is kept by the region's plan, and what stops its disposal."""
    intake = session.get_one(Intake, application.intake_id)
    terms, _revision = plan_of(session, region_id=application.region_id)
    hired = id_of(application) in _hired(session, intake)
    until = _ends(intake, over_on(session, intake), terms, hired=hired)
    return Kept(until, in_force(session, application), asked_for(session, application))


def draft_until(intake: Intake, terms: Mapping[str, int]) -> date:
    """The day from which a draft that was never sent goes."""
    return clock.in_stockholm(intake.closes_at + timedelta(days=terms["draft_days"])).date()


def due(
    session: Session, *, region_id: int, now: datetime, terms: Mapping[str, int] | None = None
) -> list[Due]:
    """What is due in a region, by intake: a fixed number of queries for each.

    `terms`: those of a plan that is only thought of; None: the region's own.
    """
    if terms is None:
        terms, _revision = plan_of(session, region_id=region_id)
    intakes = session.exec(select(Intake).where(Intake.region_id == region_id).order_by(col(Intake.id))).all()
    found = [_due_of(session, intake, terms, clock.in_stockholm(now).date()) for intake in intakes]
    return [each for each in found if each.anything]


def receipt_of(session: Session, application: Application) -> DisposalReceipt | None:
    """The receipt of an application's disposal; None when it has not been disposed of."""
    kept = select(DisposalReceipt).where(DisposalReceipt.application_id == application.id)
    return session.exec(kept).first()


def receipts(session: Session, *, region_id: int, most: int = 20) -> list[tuple[DisposalReceipt, str]]:
    """The newest receipts of a region with the reference of each application."""
    kept = (
        select(DisposalReceipt, Application.reference)
        .join(Application, col(Application.id) == col(DisposalReceipt.application_id))
        .where(DisposalReceipt.region_id == region_id)
    )
    return list(session.exec(kept.order_by(col(DisposalReceipt.id).desc()).limit(most)).all())


def counts(session: Session, ids: Collection[int], tables: Collection[str]) -> dict[str, int]:
    """How many rows of each table belong to these applications, only tables with any."""
    found: dict[str, int] = {}
    for name in tables:
        table = metadata().tables[name]
        for application_id in ids:
            wanted = select(func.count()).select_from(table).where(about(table, application_id))
            number = session.exec(wanted).one()
            if number:
                found[name] = found.get(name, 0) + number
    return found


def _due_of(session: Session, intake: Intake, terms: Mapping[str, int], today: date) -> Due:
    rows = session.exec(
        select(Application.id, col(Application.status)).where(
            Application.intake_id == intake.id, col(Application.disposed_at).is_(None)
        )
    ).all()
    sent_before = _ever_sent(session, intake)
    drafts = [
        id_ or 0 for id_, status in rows if status is ApplicationStatus.DRAFT and id_ not in sent_before
    ]
    others = [id_ or 0 for id_, status in rows if (id_ or 0) not in set(drafts)]
    hired, held, over = _hired(session, intake), _held(session, intake), over_on(session, intake)
    ripe = [each for each in others if _ends(intake, over, terms, hired=each in hired) <= today]
    free = [each for each in others if each not in held and each not in set(ripe)]
    return Due(
        intake,
        drafts=tuple(each for each in drafts if each not in held)
        if draft_until(intake, terms) <= today
        else (),
        applications=tuple(each for each in ripe if each not in held),
        monitoring=_answered(session, free)
        if months_later(over, terms["monitoring_months"]) <= today
        else (),
        mails=_mailed(session, free) if months_later(over, terms["mail_months"]) <= today else (),
        disclosure_files=_handed_out(session, intake, terms["disclosure_months"], today),
        held=sum(each in held for each in ripe),
    )


def _ends(intake: Intake, over: date, terms: Mapping[str, int], *, hired: bool) -> date:
    if hired:
        return months_later(max(over, intake.starts_on), terms["hired_months"])
    return months_later(over, terms["not_hired_months"])


def months_later(day: date, months: int) -> date:
    """The same day so many months later; the last of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = (date(year + month // 11, (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))


def _hired(session: Session, intake: Intake) -> set[int]:
    """Those who took a post, or have said yes and not backed out."""
    kinds: dict[int, set[OutcomeKind]] = {}
    for application_id, kind in session.exec(
        select(Outcome.application_id, col(Outcome.kind)).where(Outcome.intake_id == intake.id)
    ):
        kinds.setdefault(application_id, set()).add(kind)
    began = {OutcomeKind.STARTED, OutcomeKind.GOALS_REACHED}
    return {each for each, had in kinds.items() if had & began or (had & set(HIRED) and not had & set(GONE))}


def _held(session: Session, intake: Intake) -> set[int]:
    """The applications of an intake whose disposal waits: holds, and requests for disclosure under way."""
    kept = session.exec(
        select(Hold.application_id).where(Hold.intake_id == intake.id, col(Hold.lifted_at).is_(None))
    ).all()
    everything = select(Application.id).where(Application.intake_id == intake.id)
    if None in kept:
        return {each or 0 for each in session.exec(everything)}
    waiting = session.exec(
        select(DisclosedApplication.application_id)
        .join(Disclosure, col(Disclosure.id) == col(DisclosedApplication.disclosure_id))
        .where(Disclosure.intake_id == intake.id, col(Disclosure.decided_at).is_(None))
    )
    return {each for each in kept if each is not None} | set(waiting)


def _ever_sent(session: Session, intake: Intake) -> set[int]:
    told = select(RecordEntry.subject_id).where(
        RecordEntry.intake_id == intake.id,
        RecordEntry.action == "application.submitted",
        RecordEntry.subject_kind == "application",
    )
    return set(session.exec(told))


def _answered(session: Session, ids: Collection[int]) -> tuple[int, ...]:
    """Of which applications there are monitoring answers; what they say is read by nobody here."""
    answers = metadata().tables["monitoring_answer"]
    wanted = answers.select().with_only_columns(answers.c.application_id)
    found = set(session.execute(wanted.where(answers.c.application_id.in_(ids))).scalars())
    return tuple(sorted(found))


def _mailed(session: Session, ids: Collection[int]) -> tuple[int, ...]:
    sent = select(OutgoingMail.application_id).where(col(OutgoingMail.application_id).in_(ids)).distinct()
    return tuple(sorted(each for each in session.exec(sent) if each is not None))


def _handed_out(session: Session, intake: Intake, months: int, today: date) -> tuple[int, ...]:
    rows = session.exec(
        select(DisclosureFile.id, Disclosure.decided_at)
        .join(Disclosure, col(Disclosure.id) == col(DisclosureFile.disclosure_id))
        .where(Disclosure.intake_id == intake.id, col(Disclosure.decided_at).is_not(None))
    )
    return tuple(
        id_ or 0
        for id_, at in rows
        if at is not None and months_later(clock.in_stockholm(at).date(), months) <= today
    )
