"""The applicants in the table of pages who have come further than a form: what the copy of the demo is told of them."""

from datetime import timedelta

from sqlmodel import Session, col, select

from recruit import authenticator
from recruit.actor import Actor
from recruit.models import (
    Account,
    Application,
    ApplicationStatus,
    CompletionRequest,
    EntryKind,
    Intake,
    InterviewListEntry,
    RankingRow,
    Referee,
    ReleasedKind,
    SecondFactor,
)
from recruit.queries import released
from recruit.services import merits, referee_answers, releasing
from recruit.services.referee_answers import Answers, Relation
from tests.demo import moment

ANSWERS = Answers(3, 4, 3, 3, True, Relation.SUPERVISOR, "2024", "2026", "Calm when it matters.")
#: Signs in with a password and is then asked for a code.
CAREFUL = "careful@example.org"


def tell_released(session: Session, finished: Intake, actor: Actor) -> dict[str, object]:
    """Four who have been let know how it went, two of whom ask for the merits of others; one has the answer."""
    chosen = {
        "called": _listed(session, finished, EntryKind.CALLED),
        "reserve": _listed(session, finished, EntryKind.RESERVE),
        "passed": _listed(session, finished, None),
        "unmet": _unmet(session, finished, actor),
    }
    asked = [
        merits.ask(
            session, application=chosen[who], text=text, actor=Actor(chosen[who].account_id), now=moment()
        )
        for who, text in (("passed", "Who was called, and with what merits? תודה"), ("unmet", ""))
    ]
    merits.answer(
        session,
        request=asked[0],
        text="Those called had worked for 14 months.\n\nHalf of them outside Sweden.",
        base_url="http://localhost",
        actor=actor,
        now=moment(),
    )
    session.commit()
    return {"answered_request": asked[0].public_id, "waiting_request": asked[1].public_id} | {
        name: value
        for who, application in chosen.items()
        for name, value in _named(session, who, application)
    }


def _listed(session: Session, intake: Intake, kind: EntryKind | None) -> Application:
    """The first of an intake's ranked who is called or in reserve, or who is neither."""
    entries = select(InterviewListEntry.application_id)
    in_kind = entries.where(InterviewListEntry.kind == kind) if kind else entries
    there = col(Application.id).in_(in_kind)
    found = (
        select(Application)
        .join(RankingRow, col(RankingRow.application_id) == col(Application.id))
        .where(
            Application.intake_id == intake.id,
            Application.status == ApplicationStatus.SUBMITTED,
            there if kind else ~there,
        )
    )
    row = session.exec(found.order_by(col(Application.id))).first()
    assert row is not None
    return row


def _unmet(session: Session, intake: Intake, actor: Actor) -> Application:
    """The first who does not meet a requirement, and who is let know it."""
    step = next(each for each in released.waiting(session, intake) if each.kind is ReleasedKind.NOT_ELIGIBLE)
    releasing.release(
        session, intake=intake, keys=[step.key], base_url="http://localhost", actor=actor, now=moment()
    )
    return session.get_one(Application, step.application_id)


def tell_others(session: Session, finished: Intake) -> dict[str, object]:
    """One who has withdrawn, and the three states of a request to complete: open, answered, past its day."""
    gone = session.exec(
        select(Application).where(
            Application.intake_id == finished.id, Application.status == ApplicationStatus.WITHDRAWN
        )
    ).first()
    assert gone is not None
    names = dict(_named(session, "gone", gone))
    today = moment().date()
    states = {
        "asked": (col(CompletionRequest.answered_at).is_(None), col(CompletionRequest.due_on) >= today),
        "replied": (col(CompletionRequest.answered_at).is_not(None),),
        "late": (col(CompletionRequest.answered_at).is_(None), col(CompletionRequest.due_on) < today),
    }
    for who, state in states.items():
        request = session.exec(
            select(CompletionRequest).where(*state).order_by(col(CompletionRequest.id))
        ).first()
        assert request is not None
        names |= dict(_named(session, who, session.get_one(Application, request.application_id)))
        names[f"{who}_request"] = request.public_id
    return names


def too_late(session: Session, finished: Intake) -> dict[str, object]:
    """One who had begun, and sent nothing before the time to apply ended."""
    like = session.exec(select(Account).order_by(col(Account.id).desc())).first()
    assert like is not None
    account = _account_like(session, like, email="late@example.org", name="Nguyễn Thị Hoa")
    draft = Application(
        region_id=finished.region_id,
        intake_id=finished.id or 0,
        account_id=account.id or 0,
        reference="BT26-9LATE",
        mask_code="9LAT",
        created_at=finished.opens_at,
        saved_at=finished.opens_at,
        given_name="Thị Hoa",
        family_name="Nguyễn",
    )
    session.add(draft)
    session.commit()
    return dict(_named(session, "unsent", draft))


def _account_like(session: Session, like: Account, *, email: str, name: str) -> Account:
    """An account of its own, with the password of another."""
    account = Account(
        email=email,
        name=name,
        password_hash=like.password_hash,
        language="en",
        created_at=moment(),
        verified_at=moment(),
    )
    session.add(account)
    session.flush()
    return account


def _named(session: Session, who: str, application: Application) -> list[tuple[str, object]]:
    """The reference of an application, and its applicant's address."""
    email = session.get_one(Account, application.account_id).email
    return [(who, application.reference), (f"{who}_email", email)]


def has_answered(session: Session, token: str) -> None:
    """A referee sends an answer by the link with that token."""
    referee_answers.answer(session, token=token, answers=ANSWERS, revision=0, by=None, now=moment())
    session.commit()


def second_referee(session: Session, reference: str) -> str:
    """The last referee of an application."""
    found = select(Referee.public_id).join(Application, col(Application.id) == col(Referee.application_id))
    of_it = found.where(Application.reference == reference).order_by(col(Referee.position).desc())
    row = session.exec(of_it).first()
    assert row is not None
    return row


def take_care(session: Session, email: str) -> None:
    """An account of its own, with the password of another and a second factor."""
    like = session.exec(select(Account).where(Account.email == email)).one()
    account = _account_like(session, like, email=CAREFUL, name="משה כהן")
    factor = SecondFactor(account_id=account.id or 0, seed=authenticator.new_seed())
    factor.confirmed_at = moment() - timedelta(days=1)
    session.add(factor)
    session.commit()
