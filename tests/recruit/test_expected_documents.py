"""Documents that an applicant said would come: added unasked until the start, met by the group like any completion."""

import io
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session, col, select

from recruit import clock
from recruit.actor import Actor
from recruit.errors import Conflict
from recruit.models import (
    Account,
    Answer,
    Application,
    ApplicationStatus,
    Attachment,
    AttachmentKind,
    CompletionRequest,
    Eligibility,
    Intake,
    LicenceStatus,
    Notice,
    RecordEntry,
    ReleasedKind,
    ReleasedStep,
    WaitingNotice,
    WorkPermit,
)
from recruit.queries import completion as queries
from recruit.queries import eligibility as one
from recruit.queries.expected import waited_for
from recruit.services import eligibility, expected_documents
from recruit.services.eligibility import Decision
from recruit.storage import Storage
from scoring.profile import default_profile
from tests.databases import ONE_DATABASE
from tests.recruit.application_helpers import PDF
from tests.recruit.factories import World, post, sign_in
from tests.recruit.intake_helpers import CLOSES, STARTS, opened_intake, submitted
from tests.recruit.kept import kept

KEYS = [each.key for each in default_profile().requirements]
AFTER = CLOSES + timedelta(days=20)
LAST_MOMENT = datetime.combine(STARTS, time(22, 30), UTC)  # half past eleven at night on Swedish clocks


@pytest.fixture
@kept(Intake)
def intake(session: Session, world: World) -> Intake:
    """An intake, opened."""
    return opened_intake(session, world)


def waiting(session: Session, intake: Intake, **answers: Any) -> Application:
    """A sent application whose licence is to come."""
    application = submitted(
        session, intake, **{"licence": LicenceStatus.EXPECTED, "licence_on": date(2026, 12, 1), **answers}
    )
    chosen = select(Attachment).where(
        Attachment.application_id == application.id, Attachment.kind == AttachmentKind.LICENCE
    )
    session.delete(session.exec(chosen).one())
    session.flush()
    return application


def decided(session: Session, world: World, application: Application) -> None:
    answers = dict.fromkeys(KEYS, Answer.YES) | {"E1": Answer.EXPECTED}
    chosen = [Decision(key, answer, "Looked at.") for key, answer in answers.items()]
    eligibility.decide_many(
        session, application=application, decisions=chosen, actor=world.actor, now=CLOSES + timedelta(days=1)
    )


def add(
    session: Session,
    application: Application,
    folder: Path,
    now: datetime,
    kind: AttachmentKind = AttachmentKind.LICENCE,
) -> Attachment:
    return expected_documents.add(
        session,
        application=application,
        kind=kind,
        filename="licence.pdf",
        content=PDF + b"licence",
        storage=Storage(folder),
        actor=Actor(application.account_id),
        now=now,
    )


def test_licence_that_was_expected_comes_unasked_and_its_requirement_is_decided_again(
    session: Session, world: World, intake: Intake, tmp_path: Path
) -> None:
    application = waiting(session, intake)
    decided(session, world, application)
    assert application.eligibility is Eligibility.CONDITIONAL
    row = add(session, application, tmp_path, AFTER)
    assert (application.licence, application.licence_on) == (LicenceStatus.HELD, None)
    assert waited_for(application, intake) == []
    standing = {each.requirement for each in one.decisions_of(session, application)}
    assert standing == set(KEYS) - {"E1"}
    assert eligibility.proposals_for(session, application=application)["E1"].answer is Answer.YES
    (request,) = session.exec(select(CompletionRequest))
    assert (request.asked_by_id, request.requirement, request.late) == (None, "E1", False)
    assert (request.due_on, request.attachment_id) == (STARTS, row.id)
    assert queries.state(request, STARTS) is queries.CompletionState.CAME_IN
    actions = [each.action for each in session.exec(select(RecordEntry).order_by(col(RecordEntry.number)))]
    assert {"application.changed", "completion.added", "eligibility.reopened"} <= set(actions[-4:])
    notices = session.exec(select(WaitingNotice.kind)).all()
    assert Notice.COMPLETION_ANSWERED in notices
    decided(session, world, application)
    assert queries.state(request, STARTS) is queries.CompletionState.HANDLED


def test_it_can_be_added_through_the_last_day_and_not_after_it(
    session: Session, world: World, intake: Intake, tmp_path: Path
) -> None:
    late, in_time = waiting(session, intake), waiting(session, intake)
    with pytest.raises(Conflict, match="could be added until"):
        add(session, late, tmp_path, LAST_MOMENT + timedelta(hours=1))
    assert session.exec(select(CompletionRequest)).all() == []
    assert late.licence is LicenceStatus.EXPECTED
    add(session, in_time, tmp_path, LAST_MOMENT)
    assert in_time.licence is LicenceStatus.HELD


def test_only_what_was_said_to_come_and_only_once(
    session: Session, world: World, intake: Intake, tmp_path: Path
) -> None:
    application = waiting(session, intake)
    with pytest.raises(Conflict, match="Nothing of this sort"):
        add(session, application, tmp_path, AFTER, AttachmentKind.WORK_PERMIT)
    add(session, application, tmp_path, AFTER)
    with pytest.raises(Conflict, match="Nothing of this sort"):
        add(session, application, tmp_path, AFTER)
    withdrawn = waiting(session, intake, work_permit=WorkPermit.EXPECTED, work_permit_on=date(2026, 12, 1))
    withdrawn.status = ApplicationStatus.WITHDRAWN
    session.add(withdrawn)
    session.flush()
    with pytest.raises(Conflict):
        add(session, withdrawn, tmp_path, AFTER)


def test_what_was_decided_but_not_released_shuts_nobody_out(
    session: Session, world: World, intake: Intake, tmp_path: Path
) -> None:
    application = waiting(session, intake)
    application.eligibility = Eligibility.INELIGIBLE
    session.add(application)
    session.flush()
    assert expected_documents.addable(
        session, application=application, kind=AttachmentKind.LICENCE, now=AFTER
    )
    session.add(
        ReleasedStep(
            region_id=intake.region_id,
            intake_id=intake.id or 0,
            application_id=application.id or 0,
            kind=ReleasedKind.NOT_ELIGIBLE,
            happened_on=AFTER.date(),
            released_at=AFTER,
            released_by_id=world.coordinator.id or 0,
        )
    )
    session.flush()
    with pytest.raises(Conflict, match="no longer"):
        add(session, application, tmp_path, AFTER)


@ONE_DATABASE
def test_applicant_adds_it_from_the_status_page_and_the_group_sees_it(
    client: FlaskClient,
    session: Session,
    world: World,
    intake: Intake,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    application = waiting(session, intake)
    own, other = session.get_one(Account, application.account_id), waiting(session, intake)
    address = f"/my/{application.reference}/expected/licence"
    session.commit()
    monkeypatch.setattr(clock, "now", lambda: AFTER)
    sign_in(client, own)
    client.get("/language/en?next=/my")
    page = client.get(f"/my/{application.reference}/status").text
    assert "You expect it on 1 December 2026. Add it by 1 February 2027" in page
    assert address in page
    assert post(client, address).status_code == 422
    assert client.get(f"/my/{other.reference}/expected/licence").status_code == 404
    assert client.get(f"/my/{application.reference}/expected/cv").status_code == 404
    assert client.get(f"/my/{application.reference}/expected/language").status_code == 409
    sent = post(client, address, {"file": (io.BytesIO(PDF + b"licence"), "licence.pdf")})
    assert (sent.status_code, sent.location) == (303, f"/my/{application.reference}/status")
    assert address not in client.get(sent.location).text
    sign_in(client, world.coordinator)
    code = application.mask_code
    found = client.get(f"/g/{world.region.slug}/{intake.slug}/applications?asked=came_in").text
    assert code in found
    assert other.mask_code not in found
    assert "Not asked for" in client.get(f"/g/{world.region.slug}/{intake.slug}/applications/{code}").text
    assert "Not asked for" in client.get(f"/g/{world.region.slug}/{intake.slug}/completions").text


@ONE_DATABASE
def test_after_its_day_the_status_page_says_what_to_do(
    client: FlaskClient, session: Session, world: World, intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    application = waiting(session, intake)
    own, address = (
        session.get_one(Account, application.account_id),
        f"/my/{application.reference}/expected/licence",
    )
    session.commit()
    monkeypatch.setattr(clock, "now", lambda: LAST_MOMENT + timedelta(hours=1))
    sign_in(client, own)
    client.get("/language/en?next=/my")
    page = client.get(f"/my/{application.reference}/status").text
    assert "Write to the region and say that you have it now." in page
    assert address not in page
    assert post(client, address, {"file": (io.BytesIO(PDF), "licence.pdf")}).status_code == 409
