"""An application whose referees are asked: what the tests of asking, answering and the pages begin from.

`intake`, `application`, `token` and `today_is_now` are for `pytest.fixture`.
"""

import re
from datetime import date

import pytest
from sqlmodel import Session, col, select

from recruit import clock
from recruit.models import Application, Intake, OutgoingMail, Referee, ReferenceRequest, Relation
from recruit.queries import references as queries
from recruit.services import referee_answers, reference_asking
from recruit.services.referee_answers import Answers
from tests.recruit.factories import NOW, World
from tests.recruit.intake_helpers import opened_intake, submitted
from tests.recruit.kept import kept

URL = "https://bt.example"
DUE = date(2026, 9, 30)
ANSWERS = Answers(3, 4, 2, 3, True, Relation.SUPERVISOR, "2024", "2025", "Saw Ada at the clinic in Riga.")


@kept(Intake)
def intake(session: Session, world: World) -> Intake:
    """An intake, opened."""
    return opened_intake(session, world)


def application(session: Session, intake: Intake) -> Application:
    """A sent application with two referees; committed."""
    found = submitted(session, intake)
    session.commit()
    return found


def referees(session: Session, application: Application) -> list[Referee]:
    return [each.referee for each in queries.of_application(session, application)]


def ask(
    session: Session, world: World, intake: Intake, *who: Referee, due_on: date = DUE
) -> reference_asking.Done:
    done = reference_asking.ask(
        session,
        intake=intake,
        referees=[each.public_id for each in who],
        due_on=due_on,
        base_url=URL,
        actor=world.actor,
        now=NOW,
    )
    session.commit()
    return done


def tokens(session: Session) -> list[str]:
    """The tokens of the links in all mails to referees, in the order in which they went."""
    bodies = session.exec(select(OutgoingMail.body).order_by(col(OutgoingMail.id))).all()
    return [found.group(1) for body in bodies if (found := re.search(r"/reference/([\w-]{43})", body))]


def token(session: Session, world: World, intake: Intake, application: Application) -> str:
    """The link of the first referee, who has been asked."""
    ask(session, world, intake, referees(session, application)[0])
    return tokens(session)[-1]


def answer(session: Session, token: str, answers: Answers = ANSWERS, **changes: object) -> ReferenceRequest:
    values = {"revision": 0, "by": None, "now": NOW, **changes}
    row = referee_answers.answer(session, token=token, answers=answers, **values)  # type: ignore[arg-type]
    session.commit()
    return row


def today_is_now(monkeypatch: pytest.MonkeyPatch) -> None:
    """The application's clock stands at NOW."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
