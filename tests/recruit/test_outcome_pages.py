"""Pages and files of what comes after the list."""

import csv
import io
from datetime import timedelta

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlmodel import Session, select
from werkzeug.test import TestResponse

from recruit import clock
from recruit.models import (
    Account,
    Application,
    AssignmentStatus,
    Intake,
    Outcome,
    OutcomeKind,
    OutcomeReason,
    Role,
)
from recruit.outcome_file import read_outcomes
from recruit.queries import outcome as queries
from tests.recruit.factories import World, member, post, sign_in
from tests.recruit.kept import kept
from tests.recruit.page_helpers import english
from tests.recruit.ranking_helpers import LATER, assessed, assessment, closed_intake, confirmed, ranked

BASE = "/g/alvmark/bt-2026/outcomes"
NOW = LATER + timedelta(days=100)
DAY = LATER.date()


@pytest.fixture(autouse=True)
def _later(monkeypatch: pytest.MonkeyPatch) -> None:
    """The lists of these tests are drawn in the future; so is the day on which somebody looks."""
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
@kept(Intake)
def intake(session: Session, world: World) -> Intake:
    """Two above the line, one in reserve, one not on the list."""
    found = closed_intake(session, world, levels=(3, 2, 2))
    assessed(session, world, found, 4, given_name="Åsa", family_name="<b>Öberg</b>")
    session.commit()
    confirmed(session, world, found, ranked(session, world, found), 2, 1)
    return found


@pytest.fixture
def codes(session: Session, intake: Intake) -> list[str]:
    return [each.mask_code for each in queries.candidates(session, intake=intake)]


@pytest.fixture
def group(client: FlaskClient, world: World, intake: Intake) -> FlaskClient:
    """The coordinator's browser, in English."""
    sign_in(client, world.coordinator)
    english(client)
    return client


def stored(session: Session) -> list[Outcome]:
    """The outcomes as they are in the database now."""
    session.rollback()
    return list(session.exec(select(Outcome)))


def send(client: FlaskClient, code: str, kind: str, day: str = "2026-10-05", **more: str) -> TestResponse:
    year, month, date = day.split("-")
    boxes = {"on-day": date, "on-month": month, "on-year": year}
    return post(client, f"{BASE}/one/{code}", {"kind": kind, **boxes, **more})


def upload(client: FlaskClient, content: bytes | str, name: str = "outcomes.csv") -> TestResponse:
    data = content.encode() if isinstance(content, str) else content
    return post(
        client, f"{BASE}/file", {"file": (io.BytesIO(data), name)}, content_type="multipart/form-data"
    )


def test_coordinator_follows_one_from_the_call_to_the_drop_out(
    session: Session, group: FlaskClient, codes: list[str]
) -> None:
    page = group.get(BASE).text
    assert "Åsa &lt;b&gt;Öberg&lt;/b&gt;" in page
    assert "nothing entered" in page
    code = codes[0]
    assert send(group, code, "called").status_code == 303
    assert send(group, code, "offered", "2026-10-20").status_code == 303
    left = send(group, code, "dropped_out", "2026-11-02", reason="other", note="<i>Oslo</i>")
    assert left.status_code == 303
    shown = group.get(f"{BASE}/one/{code}").text
    assert "&lt;i&gt;Oslo&lt;/i&gt;" in shown
    assert "Offered a post" in shown
    assert "Dropped out" in group.get(BASE).text
    kinds = {row.kind for row in stored(session)}
    assert kinds == {OutcomeKind.CALLED, OutcomeKind.OFFERED, OutcomeKind.DROPPED_OUT}
    assert post(group, f"{BASE}/one/{code}/remove", {"kind": "dropped_out"}).status_code == 303
    assert "is taken back" in group.get(f"{BASE}/one/{code}").text
    assert post(group, f"{BASE}/one/{code}/remove", {"kind": "nonsense"}).status_code == 422


@pytest.mark.parametrize(
    ("kind", "day", "more", "status", "message"),
    [
        ("started", "2026-10-05", {}, 409, "needs “Accepted the offer” first"),
        ("called", "1999-01-01", {}, 422, "before the intake opened"),
        ("called", "2090-01-01", {}, 422, "has not been yet"),
        ("called", "2026-02-30", {}, 422, "no day 30"),
        ("dropped_out", "2026-10-05", {}, 422, "Choose the reason"),
        ("dropped_out", "2026-10-05", {"reason": "other"}, 422, "Write in a few words"),
        ("dropped_out", "2026-10-05", {"reason": "illness"}, 422, "is not one of the answers"),
        ("hired", "2026-10-05", {}, 422, "is not one of the answers"),
    ],
)
def test_form_says_what_is_wrong(
    session: Session,
    group: FlaskClient,
    codes: list[str],
    kind: str,
    day: str,
    more: dict[str, str],
    status: int,
    message: str,
) -> None:
    response = send(group, codes[0], kind, day, **more)
    assert response.status_code == status
    assert message in response.text
    assert "data-error-summary" in response.text
    assert stored(session) == []


def test_reason_left_over_from_another_choice_is_dropped(
    session: Session, group: FlaskClient, codes: list[str]
) -> None:
    assert send(group, codes[0], "called", reason="terms", note="x").status_code == 303
    row = stored(session)[0]
    assert (row.reason, row.note) == (None, "")


def test_file_to_fill_in_is_read_again(session: Session, group: FlaskClient, codes: list[str]) -> None:
    send(group, codes[0], "dropped_out", reason="other", note="=HYPERLINK(1)")
    response = group.get(f"{BASE}/file.csv")
    assert response.data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(response.data.decode("utf-8-sig"))))
    assert rows[0] == ["application", "outcome", "date", "reason", "note"]
    assert rows[1] == [codes[0], "dropped_out", "2026-10-05", "other", "'=HYPERLINK(1)"]
    assert [row[0] for row in rows[1:]] == codes
    read = read_outcomes("x.csv", response.data)
    assert [(each.code, each.entered.note, each.entered.reason) for each in read] == [
        (codes[0], "=HYPERLINK(1)", OutcomeReason.OTHER)
    ]
    assert upload(group, response.data).status_code == 303
    assert stored(session)[0].note == "=HYPERLINK(1)"


def test_file_with_byte_order_mark_semicolons_and_rows_in_any_order(
    session: Session, group: FlaskClient, codes: list[str]
) -> None:
    one, two, three = codes
    text = (
        "\ufeffApplication;Outcome;Date;Reason;Note\r\n"
        f"{one};accepted;2026-10-20;;\r\n{one.lower()};OFFERED;2026-10-19;;\r\n"
        f"{two};dropped_out;2026-10-18;other_post;Göteborg\r\n{three};;;;\r\n"
    )
    response = upload(group, text)
    assert (response.status_code, response.location) == (303, BASE)
    assert "3 rows said something new" in group.get(BASE).text
    assert len(stored(session)) == 3


def test_workbook_is_read_with_its_dates(group: FlaskClient, codes: list[str], session: Session) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["application", "outcome", "date"])
    book.active.append([codes[0], "called", DAY])
    stream = io.BytesIO()
    book.save(stream)
    assert upload(group, stream.getvalue(), "outcomes.xlsx").status_code == 303
    assert stored(session)[0].happened_on == DAY


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            "ZZZZ,called,2026-10-05",
            "row 2, column &#39;application&#39;: nobody on the interview list has the code ZZZZ",
        ),
        (
            "{0},called,2026-10-05\n{0},called,2026-10-06",
            "row 3, column &#39;application&#39;: “Called to interview” stands",
        ),
        (
            "{0},started,2026-10-05",
            "row 2, column &#39;application&#39;: “Started” needs “Accepted the offer” first",
        ),
        ("{0},hired,2026-10-05", "row 2, column &#39;outcome&#39;: “hired” is no outcome"),
        ("{0},,2026-10-05", "row 2, column &#39;outcome&#39;: “” is no outcome"),
        ("{0},called,5/10 2026", "row 2, column &#39;date&#39;: “5/10 2026” is no date"),
        ("{0},called,", "row 2, column &#39;date&#39;: “” is no date"),
        ("{0},called,2026-02-30", "“2026-02-30” is no date"),
        ("{0},called,1999-01-01", "1999-01-01 is before the intake opened"),
        ("{0},called,2090-01-01", "2090-01-01 has not been yet"),
        ("=1+1,called,2026-10-05", "nobody on the interview list has the code =1+1"),
        ("{0},=cmd|x,2026-10-05", "“=cmd|x” is no outcome"),
        (
            ",called,2026-10-05",
            "row 2, column &#39;application&#39;: nobody on the interview list has the code",
        ),
        ("{0},,", "no row with an outcome"),
        ("{0},dropped_out,2026-10-05", "Say why, or that it was not said"),
    ],
)
def test_bad_file_names_the_row_and_changes_nothing(
    session: Session, group: FlaskClient, codes: list[str], rows: str, message: str
) -> None:
    good = f"{codes[1]},called,2026-10-05\n" if "{0},,\n" not in rows + "\n" else ""
    response = upload(group, "application,outcome,date\n" + rows.format(codes[0]) + "\n" + good)
    assert response.status_code == 422
    assert message in response.text
    assert stored(session) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"application,outcome\nAAAA,called\n", "the column &#39;date&#39; is missing"),
        (b"application,outcome,date,raeson\nAAAA,called,2026-10-05,x\n", "there is no column raeson"),
        (b"\x00\x01\x02", "not text"),
        (b"application,outcome,date,reason\nAAAA,dropped_out,2026-10-05,illness\n", "“illness” is no reason"),
    ],
)
def test_file_that_is_no_such_table(
    group: FlaskClient, codes: list[str], content: bytes, message: str
) -> None:
    response = upload(group, content)
    assert response.status_code == 422
    assert message in response.text


NOTED = "application,outcome,date,reason,note\n{0},dropped_out,2026-10-05,other,{1}\n"


@pytest.mark.parametrize("note", ["O'Brien", "Null", "None", "<b>x</b>", "=HYPERLINK(1)", "{{ 7*7 }}"])
def test_hostile_notes_of_a_file_are_kept_as_they_were_written(
    session: Session, group: FlaskClient, codes: list[str], note: str
) -> None:
    assert upload(group, NOTED.format(codes[0], note)).status_code == 303
    assert [each.note for each in stored(session)] == [note]


def test_note_that_is_too_long_is_refused_at_its_row(
    session: Session, group: FlaskClient, codes: list[str]
) -> None:
    response = upload(group, NOTED.format(codes[0], "x" * 50_000))
    assert response.status_code == 422
    assert "row 2, column &#39;application&#39;: Use at most 500 characters" in response.text
    assert "x" * 600 not in response.text
    assert stored(session) == []


def test_long_code_of_a_file_is_not_said_back_whole(
    session: Session, group: FlaskClient, codes: list[str]
) -> None:
    response = upload(group, NOTED.format("A" * 50_000, "x"))
    assert response.status_code == 422
    assert "nobody on the interview list has the code AAAA" in response.text
    assert "A" * 60 not in response.text
    assert stored(session) == []


def test_upload_without_a_file(group: FlaskClient, codes: list[str]) -> None:
    response = post(group, f"{BASE}/file", {})
    assert response.status_code == 422
    assert "Choose a file" in response.text


def test_auditor_reads_by_code_and_changes_nothing(
    session: Session, group: FlaskClient, world: World, codes: list[str]
) -> None:
    send(group, codes[0], "dropped_out", reason="other", note="Oslo")
    reader = group.application.test_client()
    sign_in(reader, world.auditor)
    english(reader)
    for address in (BASE, f"{BASE}/one/{codes[0]}"):
        page = reader.get(address)
        assert page.status_code == 200
        assert codes[0] in page.text
        assert "Öberg" not in page.text
        assert "Oslo" not in page.text
        assert 'name="kind"' not in page.text
    assert send(reader, codes[0], "called").status_code == 403
    assert reader.get(f"{BASE}/file").status_code == 403
    assert reader.get(f"{BASE}/file.csv").status_code == 403


@pytest.mark.parametrize("address", ["", "/one/{0}", "/file", "/file.csv"])
def test_assessors_and_other_regions_never_see_it(
    session: Session, client: FlaskClient, world: World, codes: list[str], address: str
) -> None:
    from tests.recruit.factories import make_world

    foreign = make_world(session, "fjallnas")
    people: list[tuple[Account, int]] = [(world.assessors[0], 403), (foreign.coordinator, 404)]
    for account, status in people:
        reader = client.application.test_client()
        sign_in(reader, account)
        assert reader.get(BASE + address.format(codes[0])).status_code == status
    own = client.application.test_client()
    sign_in(own, foreign.coordinator)
    assert own.get(f"/g/fjallnas/bt-2026/outcomes{address.format(codes[0])}").status_code == 404


def test_coordinator_who_assesses_waits_until_their_own_are_in(
    session: Session, client: FlaskClient, world: World, intake: Intake
) -> None:
    both = member(session, world.region, "both@alvmark.example", Role.COORDINATOR, Role.ASSESSOR)
    found = session.exec(select(Application).where(Application.intake_id == intake.id)).first()
    assert found is not None
    open_task = assessment(session, intake, found, both.id or 0, {}, stage="interview")
    open_task.status = AssignmentStatus.ASSIGNED
    session.commit()
    sign_in(client, both)
    assert client.get(BASE).status_code == 409


def test_before_a_list_there_is_nobody_to_follow(session: Session, client: FlaskClient, world: World) -> None:
    closed_intake(session, world)
    sign_in(client, world.coordinator)
    english(client)
    page = client.get(BASE)
    assert page.status_code == 200
    assert "No interview list is confirmed yet" in page.text
    assert client.get(f"{BASE}/one/AAAA").status_code == 404
    assert client.get(f"{BASE}/file").status_code == 200
    assert upload(client, "application,outcome,date\nAAAA,called,2026-10-05\n").status_code == 422


def test_record_says_what_was_entered_in_words(group: FlaskClient, codes: list[str]) -> None:
    send(group, codes[0], "dropped_out", reason="terms")
    page = group.get("/g/alvmark/record").text
    assert "Outcome entered" in page
    assert "Dropped out" in page
