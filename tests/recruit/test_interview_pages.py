"""Pages and files of the interview list."""

import hashlib
import io
import re

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlmodel import Session, select

from recruit.models import Eligibility, InterviewList, ListStatus, Role
from recruit.queries import interview as queries
from recruit.services import interview, publishing
from recruit.services.lines import line_groups
from tests.recruit.factories import World, member, post, sign_in
from tests.recruit.page_helpers import english
from tests.recruit.ranking_helpers import LATER, assessed, closed_intake, confirmed, one_line, ranked, settle

BASE = "/g/alvmark/bt-2026/interview-list"


@pytest.fixture
def drawn(session: Session, world: World) -> InterviewList:
    """A draft with people of several scripts."""
    intake = closed_intake(session, world, levels=(2, 2))
    north, south = world.sites[0].id or 0, world.sites[1].id or 0
    told = (
        ("Åsa", "Öberg", None),
        ("Dariia", "Kovalenko", "Дарія Коваленко"),
        ("Layla", "al-Haddad", "ليلى الحداد"),
    )
    for given, family, native in told:
        assessed(
            session,
            world,
            intake,
            4,
            given_name=given,
            family_name=family,
            native_name=native,
            sites=(south, north),
            eligibility=Eligibility.CONDITIONAL if native else Eligibility.ELIGIBLE,
        )
    session.commit()
    run = ranked(session, world, intake)
    made = interview.draft(
        session, intake=intake, run=run, groups=one_line(3, 1), actor=world.actor, now=LATER
    )
    session.commit()
    return made


def test_draft_and_confirm_by_the_coordinator(session: Session, world: World, client: FlaskClient) -> None:
    intake = closed_intake(session, world)
    ranked(session, world, intake)
    sign_in(client, world.coordinator)
    english(client)
    assert client.get(f"{BASE}/draft?places=2&reserves=1").status_code == 200
    response = post(client, f"{BASE}/draft", {"mode": "one", "places": "2", "reserves": "1"})
    assert (response.status_code, response.location) == (303, f"{BASE}/1")
    page = client.get(f"{BASE}/1").text
    assert "2 called, 1 in reserve" in page
    assert "What the monitor says of this line" in page
    assert "You drew this draft" in page
    found = session.exec(select(InterviewList)).one()
    response = post(client, f"{BASE}/1/confirm", {"seen": found.content_sha256})
    assert response.status_code == 403
    assert "Coordinator drew version 1" in response.text
    settle(session, world, found)
    session.commit()
    other = client.application.test_client()
    sign_in(other, world.chair)
    seen = re.search(r'name="seen" value="([0-9a-f]{64})"', other.get(f"{BASE}/1").text)
    assert seen is not None
    assert post(other, f"{BASE}/1/confirm", {"seen": seen.group(1)}).status_code == 303
    session.refresh(found)
    assert (found.status, found.confirmed_by_id) == (ListStatus.CONFIRMED, world.chair.id)


def test_confirm_a_second_time_tells_who_was_first(
    session: Session, world: World, client: FlaskClient, drawn: InterviewList
) -> None:
    other = member(session, world.region, "second@alvmark.example", Role.COORDINATOR)
    settle(session, world, drawn)
    session.commit()
    sign_in(client, world.chair)
    assert post(client, f"{BASE}/1/confirm", {"seen": drawn.content_sha256}).status_code == 303
    second = client.application.test_client()
    sign_in(second, other)
    english(second)
    response = post(second, f"{BASE}/1/confirm", {"seen": drawn.content_sha256})
    assert response.status_code == 409
    assert "Version 1 was already confirmed by" in response.text
    assert post(second, f"{BASE}/1/discard").status_code == 409


def test_confirm_without_having_seen_the_draft_is_refused(
    session: Session, world: World, client: FlaskClient, drawn: InterviewList
) -> None:
    sign_in(client, world.chair)
    assert post(client, f"{BASE}/1/confirm", {}).status_code == 409
    session.refresh(drawn)
    assert drawn.status is ListStatus.DRAFT


def test_draft_with_a_line_that_is_no_number_shows_the_form_with_what_was_typed(
    session: Session, world: World, client: FlaskClient
) -> None:
    ranked(session, world, closed_intake(session, world))
    sign_in(client, world.coordinator)
    english(client)
    response = post(client, f"{BASE}/draft", {"mode": "one", "places": "two", "reserves": "1"})
    assert response.status_code == 422
    assert "Write a whole number from 1 to 10000" in response.text
    assert 'value="two"' in response.text
    assert session.exec(select(InterviewList)).all() == []


def test_draft_by_group_adds_up_sites_of_the_same_name(
    session: Session, world: World, client: FlaskClient
) -> None:
    ranked(session, world, closed_intake(session, world))
    sign_in(client, world.coordinator)
    one, two = world.sites[0].id, world.sites[1].id
    typed = {"mode": "groups", f"group_{one}": "Alla", f"group_{two}": "Alla"}
    typed |= {f"places_{one}": "1", f"places_{two}": "2", f"reserves_{one}": "1", f"reserves_{two}": "0"}
    assert post(client, f"{BASE}/draft", typed).status_code == 303
    found = session.exec(select(InterviewList)).one()
    (group,) = line_groups(found)
    assert (group.name, group.places, group.reserves, len(group.site_ids)) == ("Alla", 3, 1, 2)


def test_draft_without_a_run_is_refused(session: Session, world: World, client: FlaskClient) -> None:
    closed_intake(session, world)
    sign_in(client, world.coordinator)
    assert client.get(f"{BASE}/draft").status_code == 409
    assert client.get(BASE).status_code == 200


def test_discard_by_the_coordinator(
    session: Session, world: World, client: FlaskClient, drawn: InterviewList
) -> None:
    sign_in(client, world.coordinator)
    assert post(client, f"{BASE}/1/discard").status_code == 303
    assert client.get(f"{BASE}/1").status_code == 404


def test_show_gives_the_coordinator_codes_alone_until_the_list_is_confirmed(
    session: Session, world: World, client: FlaskClient, drawn: InterviewList
) -> None:
    entries = queries.entries(session, interview_list=drawn)
    for account in (world.coordinator, world.chair):
        sign_in(client, account)
        english(client)
        _assert_blind(client, entries)
    settle(session, world, drawn)  # settled is not confirmed: it can be settled anew
    session.commit()
    _assert_blind(client, entries)
    assert "A draft stands by code alone." in client.get(f"{BASE}/1").text
    assert "/bt-2026/outcomes" not in client.get(BASE).text.partition("<main")[2]
    interview.confirm(session, interview_list=drawn, actor=world.second, now=LATER)
    session.commit()
    assert all(entry.email in client.get(f"{BASE}/1").text for entry in entries)
    assert "/bt-2026/outcomes" in client.get(BASE).text.partition("<main")[2]
    assert client.get(f"{BASE}/1/csv").status_code == 200


def _assert_blind(client: FlaskClient, entries: list[queries.Listed]) -> None:
    """The page has every code and nothing that tells who it is, and there are no files."""
    page = client.get(f"{BASE}/1").text
    for entry in entries:
        assert entry.mask_code in page
        told = (
            entry.given_name,
            entry.family_name,
            entry.native_name,
            entry.email,
            entry.phone,
            entry.reference,
        )
        assert [text for text in told if text and text in page] == []
    for kind in ("pdf", "xlsx", "csv"):
        assert f"{BASE}/1/{kind}" not in page
        response = client.get(f"{BASE}/1/{kind}")
        assert response.status_code == 409
        assert "stands by code alone" in response.text


def test_draft_shows_the_difference_by_code_and_what_is_taken_from_those_told(
    session: Session, world: World, client: FlaskClient
) -> None:
    intake = closed_intake(session, world, levels=(3, 2))
    first = confirmed(session, world, intake, ranked(session, world, intake), 2, 0)
    publishing.publish(session, interview_list=first, actor=world.second, now=LATER)
    added = assessed(session, world, intake, 4, given_name="Ny", family_name="Person")
    session.commit()
    run = ranked(session, world, intake)
    sign_in(client, world.chair)
    english(client)
    form = client.get(f"{BASE}/draft").text
    assert "Version 1 is published" in form
    assert "2 have been told that they are called" in form
    drawn = interview.draft(session, intake=intake, run=run, groups=one_line(2), actor=world.actor, now=LATER)
    settle(session, world, drawn)
    session.commit()
    page = client.get(f"{BASE}/2").text
    assert "1 who has been told of a call to interview would no longer be called." in page
    assert "Ny Person" not in page
    assert added.mask_code in page[page.index("Difference from version 1") : page.index("About the list")]
    question = re.search(r'data-confirm="(Confirm version 2[^"]*)"', page)
    assert question is not None
    assert question.group(1) == (
        "Confirm version 2? 2 are called and 0 stand in reserve. 1 is no longer on the list."
        " 1 who has been told of a call to interview is no longer called."
    )


def test_index_leads_to_the_confirmed_list_and_offers_a_new_version_beside(
    session: Session, world: World, client: FlaskClient
) -> None:
    intake = closed_intake(session, world)
    drawn = confirmed(session, world, intake, ranked(session, world, intake), 2)
    sign_in(client, world.coordinator)
    english(client)
    page = client.get(BASE).text
    assert "Look at version 1" in page
    assert "the applicants have not been told" in page
    assert f'<a class="button button--secondary" href="{BASE}/draft"' in page
    publishing.publish(session, interview_list=drawn, actor=world.second, now=LATER)
    session.commit()
    assert "It is confirmed and published." in client.get(BASE).text


def test_confirmed_list_has_whole_sums_and_the_command_that_checks_its_file(
    session: Session, world: World, client: FlaskClient
) -> None:
    intake = closed_intake(session, world)
    drawn = confirmed(session, world, intake, ranked(session, world, intake), 2)
    sign_in(client, world.auditor)
    page = client.get(f"{BASE}/1").text
    for digest in (drawn.content_sha256, drawn.chain_head):
        assert f'<span class="checksum">{digest}</span>' in page
    assert f"recruit verify alvmark-bt-2026-1.record.zip --digest {drawn.content_sha256}" in page
    name = client.get(f"{BASE}/1/record.zip").headers["Content-Disposition"]
    assert name == "attachment; filename=alvmark-bt-2026-1.record.zip"


def test_show_gives_the_coordinator_names_and_no_codes(
    session: Session, world: World, client: FlaskClient, drawn: InterviewList
) -> None:
    entries = queries.entries(session, interview_list=drawn)
    settle(session, world, drawn)
    interview.confirm(session, interview_list=drawn, actor=world.second, now=LATER)
    session.commit()
    sign_in(client, world.coordinator)
    page = client.get(f"{BASE}/1").text
    assert page.index("Layla al-Haddad") < page.index("Dariia Kovalenko") < page.index("Åsa Öberg")
    assert "ليلى الحداد" in page
    assert not [entry.mask_code for entry in entries if re.search(rf"\b{entry.mask_code}\b", page)]


def test_show_gives_the_auditor_codes_and_no_names(
    session: Session, world: World, client: FlaskClient, drawn: InterviewList
) -> None:
    entries = queries.entries(session, interview_list=drawn)
    sign_in(client, world.auditor)
    page = client.get(f"{BASE}/1").text
    assert [entry.mask_code for entry in entries if entry.mask_code not in page] == []
    for entry in entries:
        assert entry.family_name not in page
        assert entry.email not in page
        assert entry.reference not in page
    assert client.get(f"{BASE}/1/pdf").status_code == 403


def test_show_of_a_second_version_has_the_difference(
    session: Session, world: World, client: FlaskClient
) -> None:
    intake = closed_intake(session, world, levels=(3, 2))
    confirmed(session, world, intake, ranked(session, world, intake), 1, 1)
    assessed(session, world, intake, 4, given_name="Ny", family_name="Person")
    session.commit()
    confirmed(session, world, intake, ranked(session, world, intake), 2, 0)
    sign_in(client, world.coordinator)
    english(client)
    page = client.get(f"{BASE}/2").text
    difference = page[page.index("Difference from version 1") : page.index("About the list")]
    assert "Ny Person" in difference
    assert "new: is called" in difference
    assert "no longer on the list; was reserve 1" in difference


def rows_of(book: bytes) -> list[tuple[object, ...]]:
    sheet = openpyxl.load_workbook(io.BytesIO(book)).worksheets[0]
    return list(sheet.iter_rows(values_only=True))


def test_download_xlsx_has_names_types_and_no_rank(
    session: Session, world: World, client: FlaskClient, drawn: InterviewList
) -> None:
    codes = [entry.mask_code for entry in queries.entries(session, interview_list=drawn)]
    settle(session, world, drawn)
    interview.confirm(session, interview_list=drawn, actor=world.second, now=LATER)
    session.commit()
    sign_in(client, world.coordinator)
    english(client)
    response = client.get(f"{BASE}/1/xlsx")
    assert response.mimetype == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert (
        response.headers["Content-Disposition"]
        == "attachment; filename=alvmark-bt-2026-interview-list-1.xlsx"
    )
    header, *rows = rows_of(response.data)
    assert header[:6] == (
        "List",
        "Reserve order",
        "Family name",
        "Given name",
        "Name in own script",
        "Conditional",
    )
    assert [(row[0], row[1], row[2], row[5]) for row in rows] == [
        ("Called", None, "al-Haddad", "yes"),
        ("Called", None, "Kovalenko", "yes"),
        ("Called", None, "Öberg", None),
        ("Reserve", 1, rows[3][2], None),
    ]
    assert not [code for code in codes if any(code == cell for row in rows for cell in row)]
    facts = openpyxl.load_workbook(io.BytesIO(response.data)).worksheets[1]
    assert ("Checksum", drawn.content_sha256) in list(facts.iter_rows(values_only=True))


def test_download_csv_opens_in_swedish_excel(
    session: Session, world: World, client: FlaskClient, drawn: InterviewList
) -> None:
    sign_in(client, world.coordinator)
    with client.session_transaction() as cookie:
        cookie["language"] = "sv"
    settle(session, world, drawn)
    interview.confirm(session, interview_list=drawn, actor=world.second, now=LATER)
    session.commit()
    lines = client.get(f"{BASE}/1/csv").data.decode("utf-8").split("\r\n")
    assert lines[0].startswith("\ufeffLista;Reservordning;Efternamn;Förnamn;")
    assert lines[1].startswith("Kallas;;al-Haddad;Layla;ليلى الحداد;ja;")


def test_download_neutralises_a_name_that_starts_a_formula(
    session: Session, world: World, client: FlaskClient
) -> None:
    intake = closed_intake(session, world, levels=())
    assessed(session, world, intake, 4, given_name="=1+1", family_name="@SUM(A1)")
    session.commit()
    confirmed(session, world, intake, ranked(session, world, intake), 1)
    sign_in(client, world.coordinator)
    english(client)
    assert "'@SUM(A1),'=1+1" in client.get(f"{BASE}/1/csv").data.decode("utf-8-sig")


def test_download_pdf_has_every_script_the_footer_and_no_codes(
    session: Session, world: World, client: FlaskClient, drawn: InterviewList
) -> None:
    pypdf = pytest.importorskip("pypdf")
    codes = [entry.mask_code for entry in queries.entries(session, interview_list=drawn)]
    settle(session, world, drawn)
    interview.confirm(session, interview_list=drawn, actor=world.second, now=LATER)
    session.commit()
    sign_in(client, world.coordinator)
    english(client)
    response = client.get(f"{BASE}/1/pdf")
    assert response.status_code == 200
    text = "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(response.data)).pages)
    assert "Дарія Коваленко" in text
    assert "Åsa Öberg" in text
    assert drawn.content_sha256 in text
    assert (drawn.chain_head or "missing") in text
    assert "a seed" in text
    assert "DRAFT" not in text
    words = re.findall(r"\w+", text)
    assert not [code for code in codes if code in words]


def test_draft_hides_the_seed_of_the_lot(client: FlaskClient, world: World, drawn: InterviewList) -> None:
    sign_in(client, world.coordinator)
    english(client)
    assert "a seed" not in client.get(f"{BASE}/1").text
    run = "/g/alvmark/bt-2026/ranking/screening/1"
    assert "a seed" not in client.get(run).text
    assert hashlib.sha256(b"a seed").hexdigest() in client.get(run).text
    assert client.get(f"{BASE}/1/docx").status_code == 404
