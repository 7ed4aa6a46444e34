"""Members, roles and sites."""

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session, col, select

from recruit.actor import Actor
from recruit.errors import Conflict, Invalid, NotFound
from recruit.models import Account, OutgoingMail, RecordEntry, Role, SiteKind
from recruit.queries import people as queries
from recruit.services import people as service
from tests.recruit.factories import NOW, World, applicant, make_world, post, sign_in

PEOPLE = "/g/alvmark/people"


def change(session: Session, world: World, who: Account, *roles: Role) -> None:
    service.change_roles(
        session,
        region_id=world.region.id or 0,
        account_id=who.id or 0,
        roles=roles,
        actor=Actor(world.administrator.id),
        now=NOW,
    )


def roles_of(session: Session, world: World, who: Account) -> tuple[Role, ...]:
    return queries.member(session, region_id=world.region.id or 0, public_id=who.public_id).roles


def test_roles_are_set_exactly_with_one_entry(session: Session, world: World) -> None:
    who = world.assessors[0]
    change(session, world, who, Role.AUDITOR, Role.COORDINATOR)
    assert roles_of(session, world, who) == (Role.COORDINATOR, Role.AUDITOR)
    last = session.exec(select(RecordEntry).order_by(col(RecordEntry.number).desc())).first()
    assert last is not None
    assert (last.action, last.subject_id) == ("people.roles_changed", who.id)


def test_the_same_roles_again_write_no_entry(session: Session, world: World) -> None:
    before = len(session.exec(select(RecordEntry)).all())
    change(session, world, world.assessors[0], Role.ASSESSOR)
    assert len(session.exec(select(RecordEntry)).all()) == before


def test_no_role_is_refused(session: Session, world: World) -> None:
    with pytest.raises(Invalid):
        change(session, world, world.assessors[0])


def test_the_last_administrator_stays(session: Session, world: World) -> None:
    with pytest.raises(Conflict):
        change(session, world, world.administrator, Role.AUDITOR)
    with pytest.raises(Conflict):
        service.end_access(
            session,
            region_id=world.region.id or 0,
            account_id=world.administrator.id or 0,
            actor=world.actor,
            now=NOW,
        )
    change(session, world, world.auditor, Role.ADMINISTRATOR)
    change(session, world, world.administrator, Role.AUDITOR)
    assert roles_of(session, world, world.administrator) == (Role.AUDITOR,)


def test_an_administrator_who_never_joined_does_not_count(session: Session, world: World) -> None:
    world.auditor.verified_at = None
    session.add(world.auditor)
    change(session, world, world.auditor, Role.ADMINISTRATOR)
    with pytest.raises(Conflict):
        change(session, world, world.administrator, Role.AUDITOR)


def test_end_of_access_takes_roles_and_sessions_and_leaves_the_account(
    session: Session, world: World
) -> None:
    who = world.assessors[0]
    epoch = who.session_epoch
    service.end_access(
        session, region_id=world.region.id or 0, account_id=who.id or 0, actor=world.actor, now=NOW
    )
    with pytest.raises(NotFound):
        roles_of(session, world, who)
    assert (who.active, who.session_epoch) == (True, epoch + 1)


def test_a_member_of_another_region_is_not_found(session: Session, world: World) -> None:
    foreign = make_world(session, "fjallnas")
    with pytest.raises(NotFound):
        change(session, world, foreign.auditor, Role.AUDITOR)
    assert roles_of(session, foreign, foreign.auditor) == (Role.AUDITOR,)


def test_sites_are_added_once(session: Session, world: World) -> None:
    about = {
        "region_id": world.region.id or 0,
        "kind": SiteKind.PRIMARY_CARE,
        "actor": world.actor,
        "now": NOW,
    }
    assert service.add_site(session, name="  Ny  vårdcentral ", **about).name == "Ny vårdcentral"  # type: ignore[arg-type]
    with pytest.raises(Conflict):
        service.add_site(session, name="ny VÅRDCENTRAL", **about)  # type: ignore[arg-type]
    with pytest.raises(Invalid):
        service.add_site(session, name="  ", **about)  # type: ignore[arg-type]


def test_administrator_adds_a_member_who_gets_a_link(
    session: Session, world: World, client: FlaskClient
) -> None:
    sign_in(client, world.administrator)
    typed: dict[str, object] = {
        "email": "Ny@Alvmark.Example",
        "name": "Zoë Ünal",
        "roles": ["assessor", "auditor"],
    }
    assert post(client, f"{PEOPLE}/add", typed).status_code == 303
    account = session.exec(select(Account).where(Account.email == "ny@alvmark.example")).one()
    assert roles_of(session, world, account) == (Role.ASSESSOR, Role.AUDITOR)
    mail = session.exec(select(OutgoingMail).where(OutgoingMail.recipient == account.email)).one()
    assert "/reset/" in mail.body
    assert "Zoë Ünal" in client.get(PEOPLE).text


@pytest.mark.parametrize(
    "wrong", [{"email": "ingen adress"}, {"name": ""}, {"roles": []}, {"roles": ["king"]}], ids=str
)
def test_a_member_form_that_is_wrong_is_shown_again(
    session: Session, world: World, client: FlaskClient, wrong: dict[str, object]
) -> None:
    sign_in(client, world.administrator)
    typed = {"email": "ny@alvmark.example", "name": "Zoë", "roles": ["assessor"], **wrong}
    assert post(client, f"{PEOPLE}/add", typed).status_code == 422
    assert session.exec(select(Account).where(Account.email == "ny@alvmark.example")).first() is None


def test_an_applicant_can_become_a_member_without_a_new_account(
    session: Session, world: World, client: FlaskClient
) -> None:
    ada = applicant(session)
    session.commit()
    sign_in(client, world.administrator)
    assert (
        post(client, f"{PEOPLE}/add", {"email": ada.email, "name": "Ada", "roles": ["auditor"]}).status_code
        == 303
    )
    assert roles_of(session, world, ada) == (Role.AUDITOR,)
    assert session.exec(select(OutgoingMail).where(OutgoingMail.recipient == ada.email)).all() == []


def test_change_and_end_on_the_page(session: Session, world: World, client: FlaskClient) -> None:
    sign_in(client, world.administrator)
    url = f"{PEOPLE}/{world.auditor.public_id}"
    assert post(client, url, {"roles": ["auditor", "assessor"]}).status_code == 303
    assert roles_of(session, world, world.auditor) == (Role.ASSESSOR, Role.AUDITOR)
    assert post(client, url, {"action": "end"}).status_code == 303
    assert client.get(url).status_code == 404
    own = f"{PEOPLE}/{world.administrator.public_id}"
    assert post(client, own, {"roles": ["auditor"]}).status_code == 422


def test_sites_on_the_page(session: Session, world: World, client: FlaskClient) -> None:
    sign_in(client, world.administrator)
    assert post(client, f"{PEOPLE}/sites", {"name": "Hamra", "kind": "hospital"}).status_code == 422
    assert post(client, f"{PEOPLE}/sites", {"name": "Nyby", "kind": "hospital"}).status_code == 303
    assert "Nyby" in client.get(f"{PEOPLE}/sites").text
