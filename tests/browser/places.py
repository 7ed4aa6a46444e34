"""What the addresses in the table of pages stand for in a copy of the demo: slugs, codes, references, numbers."""

from dataclasses import replace
from datetime import timedelta

from sqlmodel import Session, col, select

from recruit.actor import Actor
from recruit.hidden_links import PLACE
from recruit.models import (
    Account,
    Application,
    ApplicationStatus,
    Assignment,
    AssignmentPlan,
    AssignmentStatus,
    Attachment,
    AttachmentKind,
    ExperiencePeriod,
    Intake,
    LicenceStatus,
    Membership,
    OutgoingMail,
    PossibleConflict,
    RankingRun,
    Referee,
    Region,
    Role,
)
from recruit.queries import disagreement_decisions as decided_on
from recruit.services import intake as intakes
from recruit.services import interview, reference_asking
from recruit.services.lines import LineGroup
from tests.browser import applicants
from tests.demo import moment
from tests.recruit.sources_helpers import stored

ASSESSOR = "bedomare1@alvmark.example"


def prepare(session: Session) -> dict[str, object]:
    """Draw a draft list in the finished intake, plan a new one, keep an analysis, and name what pages are about."""
    region = session.exec(select(Region)).one()
    finished, assessed, still_open = session.exec(select(Intake).order_by(col(Intake.opens_at)))
    coordinator = session.exec(select(Membership).where(Membership.role == Role.COORDINATOR)).first()
    assert coordinator is not None
    actor = Actor(coordinator.account_id)
    run = session.exec(select(RankingRun)).one()
    drawn = interview.draft(
        session, intake=finished, run=run, groups=[LineGroup("", (), 25, 5)], actor=actor, now=moment()
    )
    plan = replace(intakes.plan_of(session, still_open), slug="planned")
    intakes.create(session, region_id=region.id or 0, plan=plan, actor=actor, now=moment())
    stored(session, finished)
    session.commit()
    code = _code(session, finished)
    sent, draft = _own(session, still_open, True), _own(session, still_open, False)
    expecting = _expecting(session, assessed)
    replied = _link(session, still_open, applicants.second_referee(session, sent[0]), actor)
    applicants.has_answered(session, replied)
    applicants.take_care(session, sent[1])
    told = applicants.tell_released(session, finished, actor) | applicants.tell_others(session, finished)
    told |= applicants.too_late(session, finished)
    return told | {
        "region": region.slug,
        "done": finished.slug,
        "half": assessed.slug,
        "open": still_open.slug,
        "run": run.number,
        "list": drawn.version,
        "code": code[0],
        "discussed": decided_on.discussed(session, intake=assessed, stage="screening")[0],
        "attachment": code[1],
        "referee": code[2],
        "to_score": _task(session, assessed, AssignmentStatus.ASSIGNED),
        "scored": _task(session, assessed, AssignmentStatus.SUBMITTED),
        "sent": sent[0],
        "sender": sent[1],
        "period": sent[2],
        "own_file": sent[3],
        "draft": draft[0],
        "drafter": draft[1],
        "expecting": expecting[0],
        "expects": expecting[1],
        "assessor": _assessor(session).public_id,
        "copy": _copy(session, assessed)[0],
        "copy_file": _copy(session, assessed)[1],
        "question": _question(session, assessed),
        "plan": _plan(session, assessed),
        "own_referee": _referee(session, sent[0]),
        "link": _link(session, still_open, _referee(session, sent[0]), actor),
        "replied_link": replied,
    }


def _assessor(session: Session) -> Account:
    return session.exec(select(Account).where(Account.email == ASSESSOR)).one()


def _referee(session: Session, reference: str) -> str:
    """The first referee of an application."""
    found = select(Referee.public_id).join(Application, col(Application.id) == col(Referee.application_id))
    row = session.exec(
        found.where(Application.reference == reference).order_by(col(Referee.position))
    ).first()
    assert row is not None
    return row


def _link(session: Session, intake: Intake, referee: str, actor: Actor) -> str:
    """The token of a referee's link, from the mail that has it."""
    now = moment()
    due_on = now.date() + timedelta(days=14)
    reference_asking.ask(
        session,
        intake=intake,
        referees=[referee],
        due_on=due_on,
        base_url="http://localhost",
        actor=actor,
        now=now,
    )
    session.commit()
    body = session.exec(select(OutgoingMail.body).order_by(col(OutgoingMail.id).desc())).first() or ""
    return body.partition(PLACE)[2][:43]


def _question(session: Session, intake: Intake) -> int:
    """A possible conflict of interest that waits for an answer."""
    waiting = select(PossibleConflict.id).where(
        PossibleConflict.intake_id == intake.id, col(PossibleConflict.answer).is_(None)
    )
    return session.exec(waiting.order_by(col(PossibleConflict.id))).first() or 0


def _plan(session: Session, intake: Intake) -> int:
    """The plan by which the applications were handed out."""
    made = select(AssignmentPlan.id).where(AssignmentPlan.intake_id == intake.id)
    return session.exec(made.order_by(col(AssignmentPlan.id))).first() or 0


def _code(session: Session, intake: Intake) -> tuple[str, str, str]:
    """An application with a CV, and its first referee."""
    found = select(Application, Attachment, Referee).where(
        Application.intake_id == intake.id,
        Application.status == ApplicationStatus.SUBMITTED,
        Attachment.application_id == Application.id,
        Attachment.kind == AttachmentKind.CV,
        Referee.application_id == Application.id,
    )
    row = session.exec(found.order_by(col(Application.id), col(Referee.position))).first()
    assert row is not None
    return row[0].mask_code, row[1].public_id, row[2].public_id


def _task(session: Session, intake: Intake, status: AssignmentStatus) -> str:
    found = (
        select(Application.mask_code)
        .join(Assignment, col(Assignment.application_id) == col(Application.id))
        .where(
            Assignment.intake_id == intake.id,
            Assignment.assessor_id == _assessor(session).id,
            Assignment.stage == "screening",
            Assignment.status == status,
        )
    )
    code = session.exec(found.order_by(col(Assignment.id))).first()
    assert code is not None
    return code


def _copy(session: Session, intake: Intake) -> tuple[str, str]:
    """An application that the assessor has or had, and its redacted copy."""
    found = (
        select(Application.mask_code, Attachment.public_id)
        .join(Assignment, col(Assignment.application_id) == col(Application.id))
        .join(Attachment, col(Attachment.application_id) == col(Application.id))
        .where(
            Assignment.intake_id == intake.id,
            Assignment.assessor_id == _assessor(session).id,
            Assignment.stage == "screening",
            Assignment.status != AssignmentStatus.RECUSED,
            col(Attachment.redacts_id).is_not(None),
        )
    )
    row = session.exec(found.order_by(col(Assignment.id))).first()
    assert row is not None
    return row


def _expecting(session: Session, intake: Intake) -> tuple[str, str]:
    """Reference and address of somebody who has said that the licence is to come."""
    found = (
        select(Application.reference, Account.email)
        .join(Account, col(Account.id) == col(Application.account_id))
        .where(
            Application.intake_id == intake.id,
            Application.status == ApplicationStatus.SUBMITTED,
            Application.licence == LicenceStatus.EXPECTED,
        )
    )
    row = session.exec(found.order_by(col(Application.id))).first()
    assert row is not None
    return row


def _own(session: Session, intake: Intake, sent: bool) -> tuple[str, str, str, str]:
    """Reference, address of the person, one period and one file of a sent application with both, or of a draft."""
    status = ApplicationStatus.SUBMITTED if sent else ApplicationStatus.DRAFT
    found = (
        select(Application, Account, ExperiencePeriod, Attachment)
        .join(Account, col(Account.id) == col(Application.account_id))
        .join(ExperiencePeriod, col(ExperiencePeriod.application_id) == col(Application.id), isouter=not sent)
        .join(Attachment, col(Attachment.application_id) == col(Application.id), isouter=not sent)
        .where(Application.intake_id == intake.id, Application.status == status)
    )
    row = session.exec(found.order_by(col(Application.id))).first()
    assert row is not None
    application, account, period, file = row
    return (
        application.reference,
        account.email,
        period.public_id if period else "",
        file.public_id if file else "",
    )
