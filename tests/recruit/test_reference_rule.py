"""An intake asks and reminds its referees by itself."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from recruit.errors import Invalid
from recruit.models import Application, Intake, ReferenceAsking
from recruit.queries import references as queries
from recruit.services import referee_answers, reference_rule
from tests.recruit import reference_helpers
from tests.recruit.factories import NOW, World
from tests.recruit.reference_helpers import URL, answer, tokens

intake = pytest.fixture(reference_helpers.intake)
application = pytest.fixture(reference_helpers.application)
token = pytest.fixture(reference_helpers.token)


def test_reminded_once_near_the_last_day(session: Session, token: str) -> None:
    early = NOW + timedelta(days=2)
    near = NOW + timedelta(days=27)
    assert reference_rule.remind(session, base_url=URL, now=early) == 0
    assert reference_rule.remind(session, base_url=URL, now=near) == 1
    assert reference_rule.remind(session, base_url=URL, now=near) == 0
    first, second = tokens(session)
    assert first != second
    for each in (first, second):  # a reminder does not end the first link
        assert referee_answers.open_link(session, token=each, now=near)


def test_nobody_is_reminded_who_has_answered(session: Session, token: str) -> None:
    answer(session, token)
    assert reference_rule.remind(session, base_url=URL, now=NOW + timedelta(days=27)) == 0


def set_terms(session: Session, world: World, intake: Intake, asking: ReferenceAsking) -> None:
    reference_rule.set_terms(
        session, intake=intake, asking=asking, days=10, remind_days=2, actor=world.actor, now=NOW
    )


def test_rule_asks_when_the_application_is_sent(
    session: Session, world: World, intake: Intake, application: Application
) -> None:
    assert reference_rule.ask_by_rule(session, base_url=URL, now=NOW) == 0  # by hand is the usual
    set_terms(session, world, intake, ReferenceAsking.AT_SUBMISSION)
    assert reference_rule.ask_by_rule(session, base_url=URL, now=NOW) == 2
    assert reference_rule.ask_by_rule(session, base_url=URL, now=NOW) == 0
    assert {each.request.due_on for each in queries.of_application(session, application) if each.request} == {
        queries.today(NOW) + timedelta(days=10)
    }


def test_rule_asks_nobody_as_called_before_a_list_is_published(
    session: Session, world: World, intake: Intake, application: Application
) -> None:
    set_terms(session, world, intake, ReferenceAsking.AT_CALL)
    assert reference_rule.ask_by_rule(session, base_url=URL, now=NOW) == 0


def test_terms_must_leave_time(session: Session, world: World, intake: Intake) -> None:
    with pytest.raises(Invalid) as refused:
        reference_rule.set_terms(
            session,
            intake=intake,
            asking=ReferenceAsking.BY_HAND,
            days=5,
            remind_days=5,
            actor=world.actor,
            now=NOW,
        )
    assert refused.value.field == "remind_days"
