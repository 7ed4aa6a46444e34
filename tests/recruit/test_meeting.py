"""The meeting: nothing in sight that tells who an applicant is, decisions with reasons, minutes that are locked."""

import json
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, select

from recruit.display import countries
from recruit.errors import Conflict, Invalid
from recruit.models import BorderlineDecision, Intake, InterviewList, Meeting, ZoneDecision, ZoneReason
from recruit.queries import meeting as queries
from recruit.services import interview, meeting
from recruit.services.verification import verify
from recruit.services.zone import decide_zone
from tests.recruit.factories import World, post, sign_in
from tests.recruit.page_helpers import english, other_client
from tests.recruit.ranking_helpers import LATER
from tests.recruit.zone_helpers import called, draw, zone_of, zoned

BASE = "/g/alvmark/bt-2026/meeting"
STEPS = ("", "/order", "/zone", "/monitor", "/decisions", "/minutes", "/release")


@pytest.fixture
def drawn(session: Session, world: World) -> InterviewList:
    """A draft that calls four, with four in a zone for the group to discuss."""
    return draw(session, world, *zoned(session, world))


def here(session: Session, drawn: InterviewList) -> Intake:
    return session.get_one(Intake, drawn.intake_id)


def telling(session: Session, intake: Intake) -> set[str]:
    """Everything about the applicants that must not be in sight."""
    words: set[str] = set()
    for each in session.connection().execute(
        text("SELECT given_name, family_name, institution, phone, reference, case_number FROM application")
    ):
        words |= {str(value) for value in each if value}
    names = {name for locale in ("sv", "en") for _code, name in countries(locale)}
    return (words | names) - {"Sverige", "Sweden"}


def shown(client: FlaskClient, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return response.text


@pytest.mark.parametrize(("language", "confirmed"), [("sv", False), ("en", True)])
def test_no_page_of_the_meeting_tells_who_anybody_is(
    session: Session,
    world: World,
    client: FlaskClient,
    drawn: InterviewList,
    language: str,
    confirmed: bool,
) -> None:
    for number, each in enumerate(session.connection().execute(text("SELECT id FROM application")).all()):
        session.connection().execute(
            text(
                "UPDATE application SET given_name = :given, family_name = :family, institution = 'Universitas"
                " Testiensis', education_country = 'RO', phone = '070-1234567' WHERE id = :id"
            ),
            {"given": f"Förnamnet{number}", "family": f"Efternamnet{number}", "id": each[0]},
        )
        session.connection().execute(
            text("UPDATE application SET case_number = :number WHERE id = :id"),
            {"number": f"Eget diarienummer {number}", "id": each[0]},
        )
    session.commit()
    codes = zone_of(drawn).codes
    decide(session, world, drawn)
    if confirmed:
        interview.confirm(session, interview_list=drawn, actor=world.second, now=LATER)
    begun = meeting.begin(
        session, intake=here(session, drawn), held_on=date(2026, 10, 20), actor=world.actor, now=LATER
    )
    session.commit()
    secret = telling(session, here(session, drawn))
    assert "Förnamnet0" in secret
    sign_in(client, world.coordinator)
    if language == "en":
        english(client)
    pages = [f"{BASE}{step}" for step in STEPS] + [f"{BASE}/zone/{code}" for code in codes]
    for path in (*pages, f"{BASE}/minutes/{begun.number}.html"):
        page = shown(client, path)
        assert {word for word in secret if word in page} == set(), path
        assert any(code in page for code in codes) or path.endswith(("g", "/monitor", "/minutes", "/release"))
        if not path.endswith("/monitor"):  # groups stand there, and nobody in them
            assert not {word for word in ("Kvinn", "kvinn", "Woman", "Women") if word in page}, path


def decide(session: Session, world: World, drawn: InterviewList, **change: Any) -> None:
    """The group moves one above the line and one below, each with a kind of reason and words."""
    codes, inside = zone_of(drawn).codes, called(session, drawn)
    above = [code for code in codes if code in inside]
    up = next(code for code in codes if code not in inside)
    values = {
        "above": [*above[:-1], up],
        "reasons": {up: "Bredd.", above[-1]: "Tvärtom."},
        "codes": {up: ZoneReason.BREADTH, above[-1]: ZoneReason.TIE},
        "rationale": "Vi har läst allt.",
        "code": ZoneReason.DOCUMENTED,
    } | change
    decide_zone(session, interview_list=drawn, actor=world.actor, now=LATER, **values)
    session.commit()


def test_steps_lead_forward_and_back_through_the_zone_without_script(
    world: World, client: FlaskClient, drawn: InterviewList
) -> None:
    sign_in(client, world.auditor)
    english(client)
    path, seen = BASE, []
    while path:
        page = shown(client, path)
        seen.append(path.removeprefix(BASE).removeprefix("/"))
        path = page.partition('rel="next" href="')[2].partition('"')[0]
        assert path.removeprefix(BASE).removeprefix("/") not in seen or not path
    assert seen[1:3] == ["order", "zone"]
    assert [each.removeprefix("zone/") for each in seen[3:7]] == zone_of(drawn).codes
    assert seen[-4:] == ["monitor", "decisions", "minutes", "release"]
    assert "/order" in shown(client, f"{BASE}/zone").partition('rel="prev" href="')[2].partition('"')[0]


def test_override_needs_a_kind_of_reason_and_is_told_in_the_record(
    session: Session, world: World, drawn: InterviewList
) -> None:
    for codes in ({}, dict.fromkeys(zone_of(drawn).codes, ZoneReason.POINTS_KEPT)):
        with pytest.raises(Invalid) as refused:
            decide(session, world, drawn, codes=codes)
        assert refused.value.field == "codes"
        session.rollback()
    assert session.exec(select(ZoneDecision)).all() == []
    decide(session, world, drawn)
    kept = {each.reason_code for each in session.exec(select(BorderlineDecision))}
    assert kept == {ZoneReason.BREADTH, ZoneReason.TIE, None}
    assert list(verify(session, region_id=world.region.id or 0).findings) == []
    session.connection().execute(
        text("UPDATE borderline_decision SET reason_code = 'other' WHERE reason_code = 'tie'")
    )
    session.commit()
    session.expire_all()
    assert any(
        "kind of reason" in each.message for each in verify(session, region_id=world.region.id or 0).findings
    )


def typed(session: Session, drawn: InterviewList, **change: str) -> dict[str, str]:
    inside = called(session, drawn)
    values = {"rationale": "Vi har läst allt.", "kind": "points_kept", "seen": drawn.content_sha256}
    for code in zone_of(drawn).codes:
        values |= {
            f"side_{code}": "above" if code in inside else "below",
            f"reason_{code}": "",
            f"kind_{code}": "",
        }
    return values | change


def test_decision_in_the_meeting_and_the_release_by_the_second_person(
    session: Session, world: World, client: FlaskClient, drawn: InterviewList
) -> None:
    sign_in(client, world.coordinator)
    english(client)
    assert post(client, f"{BASE}/decisions/1", typed(session, drawn)).status_code == 303
    session.rollback()
    session.refresh(drawn)
    seen = {"seen": drawn.content_sha256}
    session.commit()
    refused = post(client, f"{BASE}/release/1", seen)
    assert refused.status_code == 403
    assert "Nothing was released" in refused.text
    second = other_client(client, world.chair)
    assert post(second, f"{BASE}/release/1", {"seen": "0" * 64}).status_code == 409
    assert post(second, f"{BASE}/release/1", seen).status_code == 303
    assert "is confirmed and locked" in shown(second, f"{BASE}/release")


def test_two_laptops_lose_nothing(
    session: Session, world: World, client: FlaskClient, drawn: InterviewList
) -> None:
    sign_in(client, world.coordinator)
    english(client)
    old = typed(session, drawn, rationale="Den andras ord.")
    mine = typed(session, drawn)
    session.commit()
    assert post(client, f"{BASE}/decisions/1", mine).status_code == 303
    session.rollback()
    session.refresh(drawn)
    decide(session, world, drawn)
    late = post(client, f"{BASE}/decisions/1", old)
    assert late.status_code == 409
    assert "Den andras ord." in late.text
    assert "since you opened this page" in late.text
    session.rollback()
    session.refresh(drawn)
    interview.confirm(session, interview_list=drawn, actor=world.second, now=LATER)
    session.commit()
    gone = post(client, f"{BASE}/decisions/1", old)
    assert gone.status_code == 409
    assert "Den andras ord." in gone.text
    assert "is no longer a draft" in gone.text


# --- the minutes ---


@pytest.fixture
def begun(session: Session, world: World, drawn: InterviewList) -> Meeting:
    """A meeting that the coordinator has begun."""
    made = meeting.begin(
        session, intake=here(session, drawn), held_on=date(2026, 10, 20), actor=world.actor, now=LATER
    )
    session.commit()
    return made


def kept(world: World, found: Meeting, **change: Any) -> dict[str, Any]:
    return {
        "meeting": found,
        "held_on": date(2026, 10, 20),
        "members": [world.actor.person(), world.second.person()],
        "guests": "",
        "notes": "Alla lästes på nytt.",
        "seen": found.revision,
        "actor": world.actor,
        "now": LATER,
    } | change


def test_minutes_are_locked_when_closed_and_hold_what_was_decided(
    session: Session, world: World, drawn: InterviewList, begun: Meeting
) -> None:
    decide(session, world, drawn)
    found = meeting.save(session, **kept(world, begun))
    meeting.close(session, meeting=found, seen=found.revision, actor=world.second, now=LATER)
    session.commit()
    content = json.loads(found.protocol or "")
    assert content["members"] == sorted(content["members"])
    assert len(content["members"]) == 2
    assert {each["kind"] for each in content["list"]["zone"]["rows"]} == {"breadth", "tie", None}
    with pytest.raises(Conflict, match="closed"):
        meeting.save(session, **kept(world, found))
    for statement in (
        "UPDATE meeting SET notes = 'annat'",
        "DELETE FROM meeting_attendance",
        "DELETE FROM meeting",
    ):
        with pytest.raises(DBAPIError, match="never changed"):
            session.connection().execute(text(statement))
        session.rollback()


def test_minutes_name_no_applicant_and_are_not_overwritten_unseen(
    session: Session, world: World, begun: Meeting, drawn: InterviewList
) -> None:
    code = queries.named_applicants(session, intake=here(session, drawn))[0][0]
    session.connection().execute(
        text(
            "UPDATE application SET given_name = 'Åsa Maria', family_name = 'Öberg' WHERE mask_code = :code"
        ),
        {"code": code},
    )
    session.commit()
    session.expire_all()
    for notes in ("Vi talade om Åsa Öberg.", "öberg, åsa är bra"):
        with pytest.raises(Invalid, match=code):
            meeting.save(session, **kept(world, begun, notes=notes))
    meeting.save(session, **kept(world, begun, notes="Åsa höll ordet."))
    with pytest.raises(Conflict, match="still here"):
        meeting.save(session, **kept(world, begun, notes="Andra ord.", seen=1))
    with pytest.raises(Conflict, match="open already"):
        meeting.begin(
            session, intake=here(session, drawn), held_on=date(2026, 10, 20), actor=world.actor, now=LATER
        )


def test_minutes_page_keeps_what_was_typed(
    session: Session, world: World, client: FlaskClient, begun: Meeting
) -> None:
    sign_in(client, world.coordinator)
    english(client)
    sent = {
        "held_on": "2026-10-20",
        "members": str(world.coordinator.id),
        "notes": "Mina ord.",
        "guests": "",
        "seen": "1",
    }
    assert post(client, f"{BASE}/minutes/1", sent).status_code == 303
    late = post(client, f"{BASE}/minutes/1", sent | {"notes": "Sena ord."})
    assert late.status_code == 409
    assert "Sena ord." in late.text
    wrong = post(client, f"{BASE}/minutes/1", sent | {"held_on": "igår", "seen": "2", "notes": "Kvar."})
    assert wrong.status_code == 422
    assert "Kvar." in wrong.text
    assert post(client, f"{BASE}/minutes/1", sent | {"seen": "2", "then": "close"}).status_code == 303
    assert "closed" in shown(client, f"{BASE}/minutes")
    assert "Mina ord." in shown(client, f"{BASE}/minutes/1.html")


def test_auditor_reads_and_writes_nothing(world: World, client: FlaskClient, begun: Meeting) -> None:
    sign_in(client, world.auditor)
    page = shown(client, f"{BASE}/minutes")
    assert 'name="notes"' not in page
    for path in ("decisions/1", "release/1", "minutes/begin", "minutes/1"):
        assert post(client, f"{BASE}/{path}", {}).status_code == 403
