"""Everything held about a person, corrections, the end of an account, and the notice of how data are used."""

import io
import json
import re
import tracemalloc
import zipfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from babel.dates import format_date
from flask.testing import FlaskClient
from sqlmodel import Session, col, select

from recruit import data_notice
from recruit.actor import Actor
from recruit.data_notice import Version
from recruit.disposing.belonging import links
from recruit.errors import Conflict, Invalid
from recruit.models import (
    Account,
    Application,
    ApplicationStatus,
    Attachment,
    CorrectionOutcome,
    Intake,
    InterviewList,
    Level,
    ListPublication,
    OutgoingMail,
    RecordEntry,
    Referee,
    metadata,
)
from recruit.queries import disposal
from recruit.rights import content, register
from recruit.rights.content import everything
from recruit.rights.packing import packed
from recruit.rights.schema import schema
from recruit.services import application as applications
from recruit.services import keeping_plan, references
from recruit.services import rights as service
from recruit.services.disposal import dispose
from recruit.storage import Storage
from tests.databases import ONE_DATABASE, Database
from tests.recruit.application_helpers import PDF, begin, fill_in, open_intake, sent
from tests.recruit.factories import NOW, World, applicant, post, sign_in
from tests.recruit.planting import Planter
from tests.recruit.ranking_helpers import closed_intake, confirmed, ranked

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture
def intake(session: Session, world: World) -> Intake:
    """An open intake."""
    return open_intake(session, world)


@pytest.fixture
def application(session: Session, intake: Intake, tmp_path: Path) -> Application:
    """A sent application with its files."""
    return sent(session, intake, applicant(session), tmp_path / "data" / "attachments")


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    """The day on which the application was sent."""
    monkeypatch.setattr("recruit.clock.now", lambda: NOW)


def unpacked(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def validated(content: bytes) -> dict[str, Any]:
    """The data of a ZIP, which its own schema describes."""
    files = unpacked(content)
    found: dict[str, Any] = json.loads(files["everything.json"])
    jsonschema.Draft202012Validator(json.loads(files["everything.schema.json"])).validate(found)
    return found


def listed(session: Session, world: World) -> tuple[InterviewList, list[Application]]:
    """A confirmed list that nobody has been told of, and the applications of its intake."""
    intake = closed_intake(session, world)
    drawn = confirmed(session, world, intake, ranked(session, world, intake), 2)
    found = select(Application).where(Application.intake_id == intake.id).order_by(col(Application.id))
    return drawn, list(session.exec(found).all())


def publish(session: Session, world: World, drawn: InterviewList) -> None:
    session.add(
        ListPublication(
            region_id=drawn.region_id,
            list_id=drawn.id or 0,
            published_at=NOW,
            published_by_id=world.chair.id or 0,
        )
    )
    session.commit()


def published(session: Session, world: World) -> list[Application]:
    """The applications of an intake whose list has been published."""
    drawn, found = listed(session, world)
    publish(session, world, drawn)
    return found


@ONE_DATABASE
def test_every_column_is_told_or_left_out_with_a_reason(database: Database) -> None:
    tables = metadata().tables
    of_account = {
        name
        for name, table in tables.items()
        if any(
            key.column.table.name == "account" and key.parent.name == "account_id"
            for key in table.foreign_keys
        )
    }
    wanted = (links().keys() | of_account | {"account"}) - {"application", "meeting_attendance"}
    untold = []
    for name in sorted(wanted):
        if name in register.LEFT_OUT:
            continue
        part = register.PARTS.get(name) or register.OF_ACCOUNT.get(name)
        told = set(part.columns) if part else set(register.ACCOUNT) if name == "account" else set()
        untold += [
            f"{name}.{column.name}"
            for column in tables[name].columns
            if column.name not in told | register.KEYS
            and not column.name.endswith("_by_id")
            and f"{name}.{column.name}" not in register.LEFT_OUT
        ]
    assert untold == [], "say in recruit/rights/register.py whether the person is told of these, or why not"


@ONE_DATABASE
def test_the_register_names_only_what_there_is(database: Database) -> None:
    tables = metadata().tables
    for name, part in (register.PARTS | register.OF_ACCOUNT).items():
        assert set(part.columns) <= set(tables[name].columns.keys())
    for place in register.LEFT_OUT:
        name, _dot, column = place.partition(".")
        assert name in tables
        assert not column or column in tables[name].columns
    assert all(register.LEFT_OUT.values()), "a reason for each"


@ONE_DATABASE
def test_the_schema_in_the_documentation_is_the_present_one(database: Database) -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    assert json.loads((DOCS / "everything-held.schema.json").read_text()) == schema()


def test_every_word_about_the_person_is_told(
    session: Session,
    world: World,
    application: Application,
    tmp_path: Path,
    today: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is planted in a column that is told stands in the file; what is held does not before its time."""
    planter = Planter(session, world, application, Storage(tmp_path / "data" / "attachments"))
    planter.everything()
    session.commit()
    account = session.get_one(Account, application.account_id)
    before = json.dumps(everything(session, account=account, now=NOW))
    monkeypatch.setattr("recruit.clock.now", lambda: NOW + timedelta(days=400))
    after = json.dumps(everything(session, account=account, now=NOW))
    untold, early = [], []
    for word, place in planter.words.items():
        name, _dot, column = place.partition(".")
        part = register.PARTS.get(name)
        if part is None or column not in part.columns:
            continue
        if word not in after:
            untold.append(place)
        if part.held and word in before:
            early.append(place)
    assert untold == []
    assert early == []


def test_what_the_group_works_with_is_named_and_left_out_until_it_is_published(
    session: Session, world: World, application: Application, today: None
) -> None:
    account = session.get_one(Account, application.account_id)
    [told] = everything(session, account=account, now=NOW)["applications"]
    assert {"levels", "rankings", "lists", "requirements", "eligibility"} <= set(told["held_back"])
    assert told["held_back_until"] == session.get_one(Intake, application.intake_id).starts_on.isoformat()
    assert "eligibility" not in told["answers"]
    assert {each["action"].partition(".")[0] for each in told["record"]} <= {"application", "attachment"}
    assert [each["name"] for each in told["references"]] == ["Anna Berg", "Omar Haddad"]
    assert told["monitoring"] == [{"sex": "female", "age_band": "under_30"}]


def test_a_referees_letter_that_the_group_keeps_is_held_back_like_the_answers(
    session: Session,
    world: World,
    application: Application,
    today: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    references.add_answered_form(
        session,
        referee=session.exec(select(Referee).where(Referee.application_id == application.id)).all()[0],
        filename="letter.pdf",
        content=PDF + b"%letter",
        storage=Storage(tmp_path / "data" / "attachments"),
        actor=world.actor,
        now=NOW,
    )
    session.commit()
    account = session.get_one(Account, application.account_id)
    own = ["cv", "diploma", "language"]
    [told] = everything(session, account=account, now=NOW)["applications"]
    assert sorted(each["kind"] for each in told["files"]) == own
    assert "files" in told["held_back"]
    monkeypatch.setattr(content, "released", lambda _session, _application: True)
    [told] = everything(session, account=account, now=NOW)["applications"]
    assert sorted(each["kind"] for each in told["files"]) == [*own, "reference"]


def test_after_publishing_levels_are_told_by_pseudonym(session: Session, world: World, today: None) -> None:
    application = published(session, world)[0]
    level = session.exec(select(Level).order_by(col(Level.id))).first()
    assert level is not None
    level.note = f"{world.assessors[0].name} och jag är eniga"
    session.add(level)
    session.commit()
    account = session.get_one(Account, application.account_id)
    [told] = everything(session, account=account, now=NOW)["applications"]
    assert told["held_back"] == []
    assert {each["assessor"] for each in told["assessments"]} == {"assessor 1", "assessor 2"}
    assert told["rankings"][0]["place"] == 1
    assert told["lists"] == [
        {"kind": "called", "group_name": "", "position": 1, "conditional": False, "version": 1}
    ]
    text = json.dumps(told)
    assert "assessor 1 och jag" in text
    for each in world.assessors:
        assert each.name not in text
        assert each.email not in text


def test_the_explanation_of_the_place_comes_with_publishing(
    session: Session, world: World, today: None
) -> None:
    drawn, (application, *_rest) = listed(session, world)
    account = session.get_one(Account, application.account_id)
    assert everything(session, account=account, now=NOW)["applications"][0]["explanation"] is None
    publish(session, world, drawn)
    told = everything(session, account=account, now=NOW)["applications"][0]
    assert any("of 100 points" in line for line in told["explanation"]["en"])
    assert any("av 100 poäng" in line for line in told["explanation"]["sv"])
    assert told["intake"]["requirements"]["E5"]["sv"]


def test_many_large_files_never_stand_in_memory_together(tmp_path: Path) -> None:
    storage, large = Storage(tmp_path), 8 * 1024 * 1024
    rows = []
    for number in range(6):
        kept = storage.put(PDF + b"%" + bytes([65 + number]) * large + b"\n%%EOF\n", "a.pdf")
        row = {"kind": "merit", "media_type": kept.media_type, "redacts_id": None}
        rows.append({**row, "storage_name": kept.storage_name})
    application = {"reference": "BT26-AAAA", "files": rows, "decision_letters": []}
    content = {"made_at": NOW.isoformat(), "applications": [application]}
    tracemalloc.start()
    try:
        made = packed(content, lambda _told: "page", storage, {})
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < large
    with made, zipfile.ZipFile(made) as archive:
        sizes = [archive.getinfo(each["path"]).file_size for each in application["files"]]
    assert all(size > large for size in sizes)


def test_nothing_of_another_applicant_is_told(session: Session, world: World, today: None) -> None:
    mine, *others = published(session, world)
    account = session.get_one(Account, mine.account_id)
    text = json.dumps(everything(session, account=account, now=NOW))
    for each in others:
        for secret in (each.reference, each.mask_code):
            assert f'"{secret}"' not in text


def test_keys_in_mailed_links_are_left_out(session: Session, application: Application, today: None) -> None:
    mail = session.exec(select(OutgoingMail).where(OutgoingMail.application_id == application.id)).first()
    assert mail is not None
    mail.body = "Svara här: https://bt.example/reference/Zm9vYmFyYmF6cXV4LWFiY2Rl12"
    session.add(mail)
    session.commit()
    account = session.get_one(Account, application.account_id)
    text = json.dumps(everything(session, account=account, now=NOW), ensure_ascii=False)
    assert "Zm9vYmFy" not in text
    assert "https://bt.example/reference/[…]" in text


def test_the_zip_has_data_page_schema_and_files(
    session: Session, application: Application, client: FlaskClient
) -> None:
    sign_in(client, session.get_one(Account, application.account_id))
    page = client.get("/me/data")
    assert page.status_code == 200
    assert application.reference in page.text
    answer = post(client, "/me/data/everything.zip")
    assert answer.status_code == 200
    assert answer.mimetype == "application/zip"
    found = validated(answer.data)
    files = unpacked(answer.data)
    paths = [each["path"] for each in found["applications"][0]["files"]]
    assert len(paths) == 3
    assert all(files[path].startswith(b"%PDF") for path in paths)
    readable = files["everything.html"].decode()
    for word in ("Dariia", "Kovalenko", "Omar Haddad", "Дарія Коваленко", "I want to learn."):
        assert word in readable
    assert "<script" not in readable
    for code in ("proficiency_test", "internal_medicine", "application.submitted"):
        assert code not in readable, readable[readable.index(code) - 150 :][:300]
    assert "Socialstyrelsens kunskapsprov" in readable
    assert "Ukraina" in readable
    assert "Ansökan inskickad" in readable
    paper = post(client, "/me/data/everything.pdf")
    assert (paper.mimetype, paper.data[:4]) == ("application/pdf", b"%PDF")
    assert found["account"]["email"] == "ada@example.org"
    assert "password" not in json.dumps(found["account"])
    number = application.id
    session.rollback()
    told = session.exec(select(RecordEntry.action).where(RecordEntry.application_id == number)).all()
    assert told[-1] == "rights.exported"


def test_one_application_alone_and_not_another_persons(
    session: Session, application: Application, client: FlaskClient
) -> None:
    eva = applicant(session, "eva@example.org")
    session.commit()
    sign_in(client, eva)
    address = f"/my/{application.reference}/data/everything.zip"
    assert post(client, address).status_code == 404
    assert client.get(f"/my/{application.reference}/correction").status_code == 404
    post(client, "/logout")
    sign_in(client, session.get_one(Account, application.account_id))
    found = validated(post(client, address).data)
    assert [each["reference"] for each in found["applications"]] == [application.reference]


def test_an_old_sign_in_must_be_renewed(
    session: Session, application: Application, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(client, session.get_one(Account, application.account_id))
    real = datetime.now(UTC)
    monkeypatch.setattr("recruit.clock.now", lambda: real + timedelta(minutes=31))
    assert post(client, "/me/data/everything.zip").status_code == 303
    assert post(client, "/me/delete").status_code == 303
    assert "Download everything about it" not in client.get("/me/data").text
    again = post(client, "/me/data/sign-in")
    assert again.headers["Location"] == "/login?next=/me/data"
    assert client.get("/me/data").status_code == 302, "signed out"


def test_a_coordinator_does_it_for_who_writes_by_post(
    session: Session, world: World, intake: Intake, application: Application, client: FlaskClient
) -> None:
    here = f"/g/alvmark/{intake.slug}/applications/{application.mask_code}/rights"
    sign_in(client, world.coordinator)
    assert client.get(here).status_code == 200
    found = validated(post(client, f"{here}/everything.zip").data)
    assert [each["reference"] for each in found["applications"]] == [application.reference]
    entry = session.exec(select(RecordEntry).where(RecordEntry.action == "rights.exported")).one()
    assert entry.actor_id == world.coordinator.id
    post(client, "/logout")
    sign_in(client, world.assessors[0])
    assert client.get(here).status_code == 403
    assert post(client, f"{here}/everything.zip").status_code == 403


def test_a_correction_is_asked_for_answered_and_recorded(
    session: Session, world: World, intake: Intake, application: Application, client: FlaskClient
) -> None:
    sign_in(client, session.get_one(Account, application.account_id))
    address = f"/my/{application.reference}/correction"
    assert post(client, address, {"wanted": " "}).status_code == 422
    assert post(client, address, {"wanted": "Jag heter Daria med ett i."}).status_code == 303
    assert "Jag heter Daria" in client.get(address).text
    post(client, "/logout")
    session.rollback()
    told = session.exec(select(OutgoingMail).order_by(col(OutgoingMail.id).desc())).first()
    assert told is not None
    assert told.recipient == world.region.contact_email
    assert "Daria med" not in told.body
    sign_in(client, world.coordinator)
    home = f"/g/alvmark/{intake.slug}/"
    waiting = f"{home}applications?stage=all&amp;missing=correction"
    assert waiting in client.get(home).text
    assert application.mask_code in client.get(waiting.replace("&amp;", "&")).text
    here = f"/g/alvmark/{intake.slug}/applications/{application.mask_code}/rights"
    page = client.get(here).text
    assert "Jag heter Daria" in page
    found = re.search(rf'action="({here}/[0-9a-f]+/answer)"', page)
    assert found
    assert post(client, found.group(1), {"outcome": "corrected", "answer": ""}).status_code == 422
    given = {"outcome": "corrected", "answer": "Namnet är ändrat."}
    assert post(client, found.group(1), given).status_code == 303
    assert post(client, found.group(1), given).status_code == 409
    assert waiting not in client.get(home).text
    assert application.mask_code not in client.get(waiting.replace("&amp;", "&")).text
    session.rollback()
    told = session.exec(select(OutgoingMail).order_by(col(OutgoingMail.id).desc())).first()
    assert told is not None
    assert (told.recipient, "Namnet är ändrat." in told.body) == ("ada@example.org", True)
    told_of = select(RecordEntry.action).where(RecordEntry.subject_kind == "correction_request")
    assert list(session.exec(told_of.order_by(col(RecordEntry.number)))) == [
        "rights.correction_asked",
        "rights.correction_answered",
    ]


def test_corrections_are_refused_where_there_is_nothing_to_ask(
    session: Session, intake: Intake, application: Application
) -> None:
    draft = begin(session, intake, applicant(session, "eva@example.org"))
    ask = {"actor": Actor(None), "now": NOW}
    with pytest.raises(Conflict):
        service.ask_correction(session, application=draft, wanted="Fel", **ask)
    with pytest.raises(Invalid):
        service.ask_correction(session, application=application, wanted="x" * 2001, **ask)
    for _number in range(service.MOST_OPEN):
        service.ask_correction(session, application=application, wanted="Fel", **ask)
    with pytest.raises(Conflict):
        service.ask_correction(session, application=application, wanted="Fel", **ask)
    assert CorrectionOutcome.NOTED.value == "noted"


def test_an_account_with_drafts_alone_goes_at_once(
    session: Session, intake: Intake, client: FlaskClient, tmp_path: Path
) -> None:
    account = applicant(session, "eva@example.org")
    draft = begin(session, intake, account)
    folder = tmp_path / "data" / "attachments"
    fill_in(session, draft, folder)
    number = draft.id
    sign_in(client, account)
    assert client.get("/me/delete").status_code == 200
    assert post(client, "/me/delete").status_code == 303
    assert client.get("/me").status_code == 302, "signed out"
    session.expire_all()
    assert session.get(Application, number) is None
    assert not [path for path in folder.rglob("*") if path.is_file()]
    assert session.exec(select(Referee)).all() == []
    assert session.exec(select(OutgoingMail)).all() == []
    assert account.email.endswith("@disposed.invalid")
    assert (
        post(client, "/login", {"email": "eva@example.org", "password": "tre ord i rad"}).status_code == 422
    )


def test_an_account_with_something_sent_stays_and_says_until_when(
    session: Session, application: Application, client: FlaskClient
) -> None:
    account = session.get_one(Account, application.account_id)
    sign_in(client, account)
    page = client.get("/me/delete").text
    assert f"{application.reference}: regionen har inte bestämt hur länge ännu" in page
    assert "<form" not in page.split("<main")[1].split("</main")[0]
    assert post(client, "/me/delete").status_code == 409
    session.refresh(account)
    assert account.email == "ada@example.org"


def test_a_day_is_promised_only_once_the_region_has_a_plan(
    session: Session, world: World, application: Application, client: FlaskClient
) -> None:
    account = session.get_one(Account, application.account_id)
    sign_in(client, account)
    until = disposal.kept_until(session, application).until
    assert until is not None
    before = [client.get(page).text for page in ("/me/data", "/me/delete")]
    taken_before = post(client, "/me/data/everything.zip").data
    session.rollback()
    keeping_plan.choose(
        session,
        region_id=world.region.id or 0,
        terms=disposal.terms_of(None),
        decision="Beslut 12",
        revision=0,
        actor=Actor(world.administrator.id),
        now=NOW,
    )
    session.commit()
    after = [client.get(page).text for page in ("/me/data", "/me/delete")]
    day, unknown = format_date(until, "d MMMM y", "sv"), "egionen har inte bestämt hur länge ännu"
    assert [(day in page, unknown in page) for page in before] == [(False, True)] * 2
    assert [(day in page, unknown in page) for page in after] == [(True, False)] * 2
    taken = [taken_before, post(client, "/me/data/everything.zip").data]
    readable = [unpacked(each)["everything.html"].decode() for each in taken]
    unset = "Regionen har inte bestämt hur länge den finns kvar"
    assert [(day in page, unset in page) for page in readable] == [(False, True), (True, False)]
    assert [validated(each)["applications"][0]["kept_until"] for each in taken] == [None, until.isoformat()]


def test_a_member_of_a_group_cannot_delete_the_account(
    session: Session, world: World, client: FlaskClient
) -> None:
    sign_in(client, world.assessors[0])
    assert post(client, "/me/delete").status_code == 409


def test_what_has_been_disposed_of_is_no_longer_ones_own(
    session: Session,
    world: World,
    intake: Intake,
    application: Application,
    client: FlaskClient,
    tmp_path: Path,
) -> None:
    account = session.get_one(Account, application.account_id)
    sent(session, open_intake(session, world, slug="autumn"), account, tmp_path / "data" / "attachments")
    dispose(
        session,
        application=application,
        reason="RS 1",
        storage=Storage(tmp_path / "data" / "attachments"),
        actor=world.actor,
        now=NOW,
    )
    session.commit()
    sign_in(client, account)
    assert application.reference not in client.get("/my").text
    assert client.get(f"/my/{application.reference}/receipt").status_code == 404
    assert application.reference not in client.get("/me/data").text


def test_a_withdrawn_application_leaves_ranking_and_queues(session: Session, world: World) -> None:
    intake = closed_intake(session, world)
    first = session.exec(select(Application).order_by(col(Application.id))).first()
    assert first is not None
    applications.withdraw(
        session, application=first, reason=None, actor=Actor(first.account_id), now=NOW + timedelta(days=20)
    )
    session.commit()
    run = ranked(session, world, intake)
    assert first.mask_code not in run.inputs
    assert first.status is ApplicationStatus.WITHDRAWN


def test_an_application_keeps_which_notice_was_in_force(session: Session, application: Application) -> None:
    assert application.notice_version == data_notice.in_force(NOW).number


@ONE_DATABASE
def test_the_notice_is_whole_in_both_languages(client: FlaskClient, database: Database) -> None:
    for version in data_notice.VERSIONS:
        swedish, english = (data_notice.lines(version.number, each) for each in ("sv", "en"))
        assert [each.kind for each in swedish] == [each.kind for each in english]
    text = " ".join(each.text for each in data_notice.lines(1, "en"))
    for promised in ("keep the answers apart, not to keep them secret", "Article 22", "IMY", "arithmetic"):
        assert promised in text
    for address in ("/privacy", "/privacy?version=1", "/accessibility"):
        assert client.get(address).status_code == 200
    assert client.get("/privacy?version=9").status_code == 404
    assert (
        jsonschema.Draft202012Validator.check_schema(client.get("/privacy/everything.schema.json").json)
        is None
    )


@ONE_DATABASE
def test_versions_of_the_notice_are_compared(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "1.en.txt").write_text("# Who\nThe region.\n- One\n")
    (tmp_path / "2.en.txt").write_text("# Who\nThe county.\n- One\n- Two\n")
    found = data_notice.differences(1, 2, "en", tmp_path)
    assert [(each.text, each.change) for each in found] == [
        ("Who", ""),
        ("The region.", "removed"),
        ("The county.", "added"),
        ("One", ""),
        ("Two", "added"),
    ]
    versions = (Version(1, date(2026, 1, 1)), Version(2, date(2026, 9, 1)))
    monkeypatch.setattr(data_notice, "VERSIONS", versions)
    assert data_notice.in_force(datetime(2026, 8, 31, 21, tzinfo=UTC)).number == 1
    assert data_notice.in_force(datetime(2026, 8, 31, 22, tzinfo=UTC)).number == 2, "on Swedish clocks"


def test_redacted_copies_are_told_as_such(session: Session, application: Application, today: None) -> None:
    original = session.exec(select(Attachment).where(Attachment.application_id == application.id)).first()
    assert original is not None
    copy = Attachment(**{**original.model_dump(exclude={"id", "public_id"}), "redacts_id": original.id})
    copy.storage_name = "0" * 48
    session.add(copy)
    session.commit()
    account = session.get_one(Account, application.account_id)
    [told] = everything(session, account=account, now=NOW)["applications"]
    assert [each["redacts_id"] is not None for each in told["files"]].count(True) == 1
