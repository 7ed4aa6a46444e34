"""The auditors' home, the check of a record file, the search of the record; and no applicant's name on any page of
theirs.
"""

import io
import re
from collections import Counter
from datetime import UTC, datetime
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session, col, delete, select

from recruit.models import (
    Account,
    Application,
    Intake,
    InterviewList,
    Membership,
    RankingRun,
    Role,
    ZoneReason,
)
from recruit.models.types import id_of
from recruit.queries import naming, record
from recruit.queries.record import Search
from recruit.services import interview, publishing
from recruit.services.record import write
from recruit.services.zone import decide_zone
from recruit.web import build_app
from tests.databases import ONE_DATABASE
from tests.demo import REGION, Demo
from tests.recruit.factories import NOW, World, post, sign_in
from tests.recruit.page_helpers import english
from tests.recruit.ranking_helpers import LATER, closed_intake, confirmed, ranked
from tests.recruit.zone_helpers import draw, zone_of, zoned

AUDIT = "/g/alvmark/audit"
#: Enough pages of each kind for its variants: drafts and confirmed lists, assessed and finished intakes.
PER_KIND = 3
#: Addresses that differ only in how much of the same is shown, and downloads.
SKIPPED = re.compile(r"[?]|\.(pdf|json|zip|csv|xlsx|toml|ics)$|^/language|^/logout|^/static")


def linked(page: str) -> set[str]:
    """The pages that a page leads to."""
    found = {unescape(each).partition("#")[0] for each in re.findall(r'href="(/[^"]*)"', page)}
    return {each for each in found if each and not SKIPPED.search(each)}


def test_auditor_reads_no_name_on_any_page(demo: Demo) -> None:
    """From their home through every link: no name, address or phone of an applicant and no case number of one; nor a
    name or address of anybody else of the group.
    """
    app = build_app(demo.settings)
    client, kinds = app.test_client(), app.url_map.bind("localhost")
    own = f"granskare@{REGION}.example"
    auditor = {"email": own, "password": "linden blommar sent"}
    assert post(client, "/login", auditor).headers["Location"] == f"/g/{REGION}/audit"
    with demo.session() as session:
        accounts = session.exec(select(Account).where(Account.email != own)).all()
        applications = session.exec(select(Application)).all()
    told = {each.email for each in accounts} | {each.name for each in accounts}
    told |= {f"{each.given_name} {each.family_name}" for each in applications if each.family_name}
    told |= {text for each in applications for text in (each.phone, each.case_number, each.reference) if text}
    names = re.compile("|".join(sorted(re.escape(each) for each in told if each and len(each) > 6)))
    waiting, leaking = [f"/g/{REGION}/audit"], dict[str, set[str]]()
    seen, taken = set[str](), Counter[str]()
    while waiting:
        url = waiting.pop(0)
        seen.add(url)
        kind = str(kinds.match(url)[0])
        taken[kind] += 1
        if taken[kind] > PER_KIND:
            continue
        answer = client.get(url)
        assert answer.status_code < 500, url
        if answer.status_code != 200 or answer.mimetype != "text/html":
            continue
        page = unescape(answer.text)
        if found := set(names.findall(page)):
            leaking[url] = found
        waiting += sorted(linked(answer.text) - seen - set(waiting))
    assert len(taken) > 30
    assert leaking == {}


@pytest.fixture
def auditor(session: Session, world: World, client: FlaskClient) -> FlaskClient:
    """The auditor's browser, in English; an intake with a confirmed list."""
    world.coordinator.name = "Viveka Ståhl"
    session.add(world.coordinator)
    intake = closed_intake(session, world)
    confirmed(session, world, intake, ranked(session, world, intake), places=2)
    session.commit()
    sign_in(client, world.auditor)
    english(client)
    return client


@ONE_DATABASE
def test_home_tells_what_waits_and_where_lists_stand(auditor: FlaskClient) -> None:
    page = auditor.get(AUDIT).text
    assert "being computed" in page or "Ask for an analysis" in page
    assert "confirmed, not published" in page


@ONE_DATABASE
def test_home_tells_which_version_is_published(auditor: FlaskClient, session: Session, world: World) -> None:
    first = session.exec(select(InterviewList)).one()
    publishing.publish(session, interview_list=first, actor=world.second, now=LATER)
    session.commit()
    assert ">published " in auditor.get(AUDIT).text
    intake, run = session.exec(select(Intake)).one(), session.exec(select(RankingRun)).one()
    confirmed(session, world, intake, run, places=3)
    assert "confirmed, not published; version 1 published " in auditor.get(AUDIT).text


@ONE_DATABASE
def test_home_counts_the_overrides_of_the_list_that_it_links_to(
    session: Session, world: World, client: FlaskClient
) -> None:
    intake, run = zoned(session, world)
    first = draw(session, world, intake, run)
    zone = zone_of(first).codes
    decide_zone(
        session,
        interview_list=first,
        above=[zone[0], zone[2]],
        reasons={zone[1]: "Saknar det som orten behöver.", zone[2]: "Har arbetat på orten."},
        codes=dict.fromkeys(zone[1:3], ZoneReason.BREADTH),
        rationale="Gruppen har läst alla fyra.",
        actor=world.actor,
        now=LATER,
    )
    interview.confirm(session, interview_list=first, actor=world.second, now=LATER)
    session.commit()
    sign_in(client, world.auditor)
    english(client)
    overrides = r'data-label="Overrides">(?:<a [^>]*>)?(\d+)'
    assert re.findall(overrides, client.get(AUDIT).text) == ["2"]
    confirmed(session, world, intake, run, places=3)
    assert re.findall(overrides, client.get(AUDIT).text) == ["0"]


def test_latest_entries_stand_in_the_order_of_what_they_tell(session: Session, world: World) -> None:
    region_id = id_of(world.region)
    for at in (NOW, LATER, NOW + (LATER - NOW) / 2):
        write(
            session, region_id=region_id, actor=world.actor, now=at, action="site.added", subject=("site", 1)
        )
    times = [entry.at for entry, _ in record.latest(session, region_id=region_id, count=3)]
    assert times == sorted(times, reverse=True)


@ONE_DATABASE
def test_home_is_for_auditors(auditor: FlaskClient, world: World) -> None:
    client = auditor.application.test_client()
    sign_in(client, world.coordinator)
    assert client.get(AUDIT).status_code == 403


@ONE_DATABASE
def test_record_file_is_checked_in_the_browser(auditor: FlaskClient) -> None:
    file = auditor.get("/g/alvmark/bt-2026/interview-list/1/record.zip").data
    said = post(auditor, f"{AUDIT}/check", {"file": (io.BytesIO(file), "list.record.zip")})
    assert "Identical" in said.text
    assert re.search(r'<p lang="en">Intake bt-2026 of ', said.text)
    auditor.get("/language/sv")
    swedish = post(auditor, f"{AUDIT}/check", {"file": (io.BytesIO(file), "list.record.zip")}).text
    assert "Jämför kontrollsumman och kedjans huvud" in swedish
    assert "Compare the checksum" not in swedish
    english(auditor)
    at = file.index(b"ranking") + 400
    changed = file[:at] + bytes([file[at] ^ 1]) + file[at + 1 :]
    said = post(auditor, f"{AUDIT}/check", {"file": (io.BytesIO(changed), "list.record.zip")})
    assert "Identical" not in said.text


@ONE_DATABASE
@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 nothing", b"\x00" * 5000, b"%PDF-1.4"])
def test_hostile_file_is_refused_in_words(auditor: FlaskClient, content: bytes) -> None:
    said = post(auditor, f"{AUDIT}/check", {"file": (io.BytesIO(content), "x.zip")})
    assert said.status_code == 422
    assert "record file" in said.text


@ONE_DATABASE
def test_auditor_reads_roles_and_numbers_for_the_group(auditor: FlaskClient, world: World) -> None:
    page = auditor.get("/g/alvmark/record").text
    assert "Coordinator 1" in page
    assert world.coordinator.email not in page


@ONE_DATABASE
def test_only_an_auditor_who_is_nothing_else_reads_roles(
    session: Session, auditor: FlaskClient, world: World
) -> None:
    pages = [f"/g/alvmark/bt-2026/{each}" for each in ("ranking", "interview-list/1")]
    for page in pages:
        told = auditor.get(page).text
        assert "Coordinator 1" in told, page
        assert world.coordinator.name not in told, page
    region = world.region.id or 0
    session.add(Membership(region_id=region, account_id=world.auditor.id or 0, role=Role.COORDINATOR))
    session.commit()
    for page in pages:
        assert world.coordinator.name in auditor.get(page).text, page


def test_whoever_has_left_has_a_number_of_their_own(session: Session, world: World) -> None:
    """Both stand for different people, in one column and in a table of names; no account is nobody."""
    region, gone = world.region.id or 0, world.assessors[:2]
    for each in gone:
        record_role(session, world, each)
        session.exec(delete(Membership).where(col(Membership.account_id) == each.id))
    session.commit()
    naming.show_roles(session, region_id=region)
    ids = [each.id for each in (*gone, world.assessors[2], world.coordinator)]
    shown = naming.names(session, ids=[*ids, None])
    assert [shown[each or 0] for each in ids] == [
        "Former member 1",
        "Former member 2",
        "Assessor 1",
        "Coordinator 1",
    ]


def record_role(session: Session, world: World, account: Account) -> None:
    write(
        session,
        region_id=world.region.id or 0,
        actor=world.actor,
        now=NOW,
        action="people.role_granted",
        subject=("account", account.id or 0),
        changes={"role": (None, "assessor")},
    )


@pytest.mark.parametrize(
    ("search", "actions"),
    [
        (Search(action="interview.confirmed"), {"interview.confirmed"}),
        (Search(action="interview."), {"interview.drafted", "interview.confirmed"}),
        (Search(who="system"), {"people.role_granted"}),
        (Search(until=datetime(2000, 1, 1, tzinfo=UTC)), set()),
        (Search(words="no such words"), set()),
        (Search(entry=1), {"people.role_granted"}),
        (Search(who="nonsense"), set()),
    ],
)
def test_record_is_searched(session: Session, world: World, search: Search, actions: set[str]) -> None:
    intake = closed_intake(session, world)
    confirmed(session, world, intake, ranked(session, world, intake), places=2)
    page = record.entries(
        session, region_id=world.region.id or 0, sees_values=False, search=search, per_page=200
    )
    found = {each.action for each in page.items}
    assert found == actions or (actions and found >= actions and search.action == "interview.")


def test_auditor_finds_nothing_by_words_they_may_not_read(session: Session, world: World) -> None:
    intake = closed_intake(session, world, levels=(3,))
    application = session.exec(select(Application).where(Application.intake_id == intake.id)).one()
    write(
        session,
        region_id=intake.region_id,
        actor=world.actor,
        now=NOW,
        action="application.changed",
        subject=("application", application.id or 0),
        changes={"phone": ("070-111", "070-222"), "status": ("draft", "submitted")},
        intake_id=intake.id,
    )
    session.commit()

    def found(words: str, sees_values: bool) -> int:
        search = Search(words=words)
        page = record.entries(session, region_id=world.region.id or 0, sees_values=sees_values, search=search)
        return page.total

    assert (found("070-222", True), found("070-222", False)) == (1, 0)
    assert found("submitted", False) == 1
