"""The record as each role may read it."""

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session

from recruit.actor import Actor
from recruit.models import Application, Membership, Role
from recruit.queries import record
from recruit.queries.record import Entry
from recruit.services import conflicts
from recruit.services.disposal import dispose_values
from recruit.services.record import write
from tests.recruit.assessment_helpers import LATER, application_of, assignments_of, handed_out, set_all
from tests.recruit.factories import World, sign_in
from tests.recruit.ranking_helpers import closed_intake, confirmed, ranked

RECORD = "/g/alvmark/record"


@pytest.fixture
def application(session: Session, world: World) -> Application:
    """An application that its applicant has changed, and that was assessed, committed."""
    intake = handed_out(session, world, 2)
    mine = assignments_of(session, intake, world.assessors[0])[0]
    set_all(session, mine, 3, "Hemlig motivering")
    found = application_of(session, mine)
    write(
        session,
        region_id=found.region_id,
        actor=Actor(found.account_id),
        now=LATER,
        action="application.changed",
        subject=("application", found.id or 0),
        changes={"phone": ("070-111", "070-222"), "status": ("draft", "submitted")},
        reason="Bytte telefon",
        intake_id=found.intake_id,
    )
    session.commit()
    return found


def entries(session: Session, world: World, *, sees_values: bool, **more: int) -> list[Entry]:
    page = record.entries(session, region_id=world.region.id or 0, sees_values=sees_values, **more)
    return list(page.items)


def changes(entry: Entry) -> dict[str, tuple[str | None, str | None, bool]]:
    return {each.field: (each.old, each.new, each.hidden) for each in entry.changes}


def test_coordinator_reads_values_and_reasons(
    session: Session, world: World, application: Application
) -> None:
    last = entries(session, world, sees_values=True)[0]
    assert changes(last) == {"phone": ("070-111", "070-222", False), "status": ("draft", "submitted", False)}
    assert (last.reason, last.code) == ("Bytte telefon", application.mask_code)


def test_auditor_reads_what_was_decided_and_never_what_was_told(
    session: Session, world: World, application: Application
) -> None:
    last = entries(session, world, sees_values=False)[0]
    assert changes(last) == {"phone": (None, None, True), "status": ("draft", "submitted", False)}
    assert (last.reason, last.reason_state) == (None, "hidden")


def test_an_applicant_is_never_named(session: Session, world: World, application: Application) -> None:
    for sees_values in (True, False):
        last = entries(session, world, sees_values=sees_values)[0]
        assert (last.actor, last.by_applicant) == (None, True)


def test_members_are_named_also_after_they_have_left(
    session: Session, world: World, application: Application
) -> None:
    from recruit.services import people

    about = {"region_id": world.region.id or 0, "account_id": world.assessors[0].id or 0}
    people.end_access(session, **about, actor=Actor(world.administrator.id), now=LATER)
    saved = next(
        each for each in entries(session, world, sees_values=True) if each.action == "assessment.levels_saved"
    )
    assert saved.actor == world.assessors[0].name
    assert not saved.by_applicant


def test_somebody_who_assesses_too_does_not_read_the_others_levels(
    session: Session, world: World, application: Application
) -> None:
    reader = world.assessors[1].id or 0
    saved = next(
        each
        for each in entries(session, world, sees_values=True, assessor_id=reader)
        if each.action == "assessment.levels_saved"
    )
    assert {hidden for _old, _new, hidden in changes(saved).values()} == {True}


def test_conflicts_name_the_assessor_and_the_replacement(
    session: Session, world: World, application: Application
) -> None:
    who = world.assessors[0]
    new = conflicts.declare_conflict(
        session,
        application=application,
        assessor_id=who.id or 0,
        reason="Kusiner",
        actor=world.actor,
        now=LATER,
    )
    names = {each.id: each.name for each in world.assessors}
    last = entries(session, world, sees_values=True)[0]
    assert changes(last) == {
        "assessor": (None, who.name, False),
        "replacements": (None, names[new[0]], False),
    }


def test_disposed_values_are_named_as_such(session: Session, world: World, application: Application) -> None:
    number = entries(session, world, sees_values=True)[0].number
    dispose_values(
        session, application=application, reason="Gallringsbeslut 2026/7", actor=world.actor, now=LATER
    )
    entry = next(each for each in entries(session, world, sees_values=True) if each.number == number)
    assert [each.disposed for each in entry.changes] == [True, True]
    assert entry.reason_state == "disposed"


def test_pages_and_the_filter_by_intake(session: Session, world: World, application: Application) -> None:
    region_id = world.region.id or 0
    first = record.entries(session, region_id=region_id, sees_values=True, number=1, per_page=3)
    second = record.entries(session, region_id=region_id, sees_values=True, number=2, per_page=3)
    numbers = [each.number for each in (*first.items, *second.items)]
    assert numbers == sorted(numbers, reverse=True)
    assert len(set(numbers)) == 6
    of_intake = record.entries(
        session, region_id=region_id, sees_values=True, intake_id=application.intake_id, per_page=500
    )
    assert 0 < of_intake.total < first.total


def test_the_page_by_role(
    session: Session, world: World, client: FlaskClient, application: Application
) -> None:
    for who, sees in ((world.coordinator, True), (world.auditor, False), (world.administrator, False)):
        sign_in(client, who)
        text = client.get(RECORD).text
        assert application.mask_code in text
        assert ("070-222" in text, "Hemlig motivering" in text, "Bytte telefon" in text) == (sees, sees, sees)
        with client.session_transaction() as browser:
            browser.clear()


def test_a_coordinator_who_assesses_too_sees_no_notes(
    session: Session, world: World, client: FlaskClient, application: Application
) -> None:
    session.add(
        Membership(region_id=world.region.id or 0, account_id=world.coordinator.id or 0, role=Role.ASSESSOR)
    )
    session.commit()
    sign_in(client, world.coordinator)
    assert "Hemlig motivering" not in client.get(RECORD).text


def test_check_says_that_everything_matches(
    session: Session, world: World, client: FlaskClient, application: Application
) -> None:
    sign_in(client, world.auditor)
    page = client.get(f"{RECORD}/verify")
    assert page.status_code == 200
    assert "row--alarm" not in page.text


def test_verify_finds_the_sums_that_are_printed_on_a_list(
    session: Session, world: World, client: FlaskClient
) -> None:
    intake = closed_intake(session, world)
    drawn = confirmed(session, world, intake, ranked(session, world, intake), 2)
    sign_in(client, world.auditor)
    with client.session_transaction() as cookie:
        cookie["language"] = "en"
    head = drawn.chain_head or ""
    spaced = " ".join((head[:32], head[32:].upper()))
    page = client.get(f"{RECORD}/verify", query_string={"sum": spaced}).text
    assert "It is the hash of entry" in page
    page = client.get(f"{RECORD}/verify", query_string={"sum": drawn.content_sha256}).text
    assert "It is the checksum of a confirmed list" in page
    assert "/g/alvmark/bt-2026/interview-list/1" in page
    assert "Not found" in client.get(f"{RECORD}/verify", query_string={"sum": "0" * 64}).text
    assert "has 64 signs" in client.get(f"{RECORD}/verify", query_string={"sum": "<b>abc"}).text
    page = client.get(f"{RECORD}/verify").text
    assert "Not found" not in page
    assert "has 64 signs" not in page
