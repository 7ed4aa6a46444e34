"""Fixtures: an open intake, somebody's draft in it, and that person's browser."""

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session

from recruit import clock
from recruit.models import Account, Application, Intake
from tests.recruit.application_helpers import begin, open_intake
from tests.recruit.factories import World, applicant, sign_in


@pytest.fixture
def intake(session: Session, world: World) -> Intake:
    return open_intake(session, world, now=clock.now())


@pytest.fixture
def draft(session: Session, intake: Intake) -> Application:
    account = applicant(session, language="en")
    session.commit()
    return begin(session, intake, account, now=clock.now())


@pytest.fixture
def browser(client: FlaskClient, session: Session, draft: Application) -> FlaskClient:
    sign_in(client, session.get_one(Account, draft.account_id))
    return client
