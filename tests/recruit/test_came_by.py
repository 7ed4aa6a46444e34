"""How a reference came: chosen by whoever enters it, set by the referee's own form, shown wherever the answers are."""

import io

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session, col, select

from recruit.disclosing.material import unread
from recruit.errors import Invalid
from recruit.models import Account, Application, CameBy, Intake, RecordEntry, RecordValue, Referee
from recruit.rights.content import everything
from recruit.services import references as service
from recruit.services.references import ReferenceAnswers
from tests.recruit import reference_helpers
from tests.recruit.factories import NOW, World, post, sign_in
from tests.recruit.reference_helpers import answer, referees

intake = pytest.fixture(reference_helpers.intake)
application = pytest.fixture(reference_helpers.application)
token = pytest.fixture(reference_helpers.token)
today_is_now = pytest.fixture(reference_helpers.today_is_now)

pages = pytest.mark.usefixtures("today_is_now")
LEVELS = {
    "safety": "3",
    "asks_for_help": "4",
    "responsibility": "2",
    "collaboration": "3",
    "would_employ": "yes",
}


def enter(session: Session, world: World, referee: Referee, came_by: CameBy | None) -> Referee:
    answers = ReferenceAnswers(3, 4, 2, 3, True, came_by=came_by)
    return service.enter_reference(session, referee=referee, answers=answers, actor=world.actor, now=NOW)


def recorded(session: Session) -> list[tuple[str, str | None, str | None]]:
    """What the record says of it: action, old and new."""
    chosen = select(RecordEntry.action, RecordValue.old, RecordValue.new).join(RecordValue)
    rows = session.exec(chosen.where(RecordValue.field == "came_by").order_by(col(RecordEntry.id)))
    return [(action, old, new) for action, old, new in rows]


def test_who_enters_a_reference_says_how_it_came_and_can_correct_it(
    session: Session, world: World, application: Application
) -> None:
    referee = referees(session, application)[0]
    enter(session, world, referee, CameBy.LETTER)
    enter(session, world, referee, CameBy.TELEPHONE)
    assert referee.came_by is CameBy.TELEPHONE
    assert recorded(session) == [
        ("reference.entered", None, "letter"),
        ("reference.entered", "letter", "telephone"),
    ]


def test_nobody_enters_a_reference_as_the_referees_own(
    session: Session, world: World, application: Application
) -> None:
    referee = referees(session, application)[0]
    with pytest.raises(Invalid) as refused:
        enter(session, world, referee, CameBy.ONLINE)
    assert refused.value.field == "came_by"
    assert (referee.came_by, referee.answered_at) == (None, None)


def test_the_referees_own_form_sets_it_and_it_stays(session: Session, world: World, token: str) -> None:
    referee = session.get_one(Referee, answer(session, token).referee_id)
    assert referee.came_by is CameBy.ONLINE
    enter(session, world, referee, CameBy.LETTER)
    assert referee.came_by is CameBy.ONLINE
    assert recorded(session) == [("reference.answered", None, "online")]


@pages
def test_the_form_asks_for_it_and_the_group_and_the_auditor_see_it(
    client: FlaskClient, session: Session, world: World, intake: Intake, application: Application
) -> None:
    referee = referees(session, application)[0]
    session.commit()
    sign_in(client, world.coordinator)
    here = f"/g/{world.region.slug}/{intake.slug}"
    page = f"{here}/applications/{application.mask_code}"
    form = f"{page}/referees/{referee.public_id}"
    refused = post(client, form, {**LEVELS, "came_by": "online"})
    assert refused.status_code == 422
    refused = post(client, form, LEVELS)
    assert refused.status_code == 422
    assert "Välj hur svaren kom" in refused.text
    assert post(client, form, {**LEVELS, "came_by": "letter"}).status_code == 303
    assert "Kom så här: Brev." in client.get(page).text
    assert '<span class="cell-hint">Brev</span>' in client.get(f"{here}/references").text
    record = f"/g/{world.region.slug}/record?action=reference.entered"
    for reader in (world.coordinator, world.auditor):
        post(client, "/logout")
        sign_in(client, reader)
        shown = client.get(record).text
        assert '<span class="muted">Hur den kom:</span>' in shown
        assert "<bdi>Brev</bdi>" in shown


@pages
def test_the_referees_own_answers_ask_nobody_how_they_came(
    client: FlaskClient, session: Session, world: World, intake: Intake, application: Application, token: str
) -> None:
    referee = session.get_one(Referee, answer(session, token).referee_id)
    session.commit()
    sign_in(client, world.coordinator)
    form = f"/g/{world.region.slug}/{intake.slug}/applications/{application.mask_code}/referees/{referee.public_id}"
    assert "came_by" not in client.get(form).text
    assert post(client, form, {**LEVELS, "masked_setting": "Akuten"}).status_code == 303
    session.rollback()
    session.refresh(referee)
    assert (referee.came_by, referee.masked_setting) == (CameBy.ONLINE, "Akuten")


@pages
@pytest.mark.parametrize(
    ("written", "kept"),
    [("brev", CameBy.LETTER), (" E-post ", CameBy.EMAIL), ("telephone", CameBy.TELEPHONE), ("", None)],
)
def test_a_file_of_answers_may_say_it(
    client: FlaskClient,
    session: Session,
    world: World,
    intake: Intake,
    application: Application,
    written: str,
    kept: CameBy | None,
) -> None:
    referee = referees(session, application)[0]
    session.commit()
    sign_in(client, world.coordinator)

    def upload(came_by: str) -> tuple[int, str]:
        rows = f"{application.mask_code};{referee.email};3;4;2;1;ja;{came_by}\n"
        head = "application;referee;safety;asks_for_help;responsibility;collaboration;would_employ;came_by\n"
        file = (io.BytesIO((head + rows).encode()), "svar.csv")
        url = f"/g/{world.region.slug}/{intake.slug}/applications/references"
        sent = post(client, url, {"file": file}, content_type="multipart/form-data")
        return sent.status_code, sent.text

    status, text = upload("online")
    assert status == 422
    assert "”online” är inget sätt att svara. Skriv brev, e-post eller telefon" in text
    assert upload(written)[0] == 303
    session.rollback()
    session.refresh(referee)
    assert referee.came_by is kept


def test_it_is_told_in_everything_held_and_in_a_disclosure(
    session: Session, world: World, application: Application
) -> None:
    first, *_rest = referees(session, application)
    enter(session, world, first, CameBy.TELEPHONE)
    account = session.get_one(Account, application.account_id)
    held = everything(session, account=account, now=NOW)["applications"][0]["references"]
    assert held[0]["came_by"] == "telephone"
    items = [each for each in unread(session, application, ["references"]) if each.key.endswith(".came_by")]
    assert [(each.label, each.text) for each in items] == [("Referens 1: hur den kom", "Telefon")]
