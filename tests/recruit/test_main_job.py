"""The main job through the web: from a criteria profile to a confirmed list and its files; and what must not happen."""

import io
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlmodel import Session, col, select
from werkzeug.test import TestResponse

from recruit import clock
from recruit.models import (
    Account,
    Application,
    ApplicationStatus,
    CriteriaProfile,
    Intake,
    InterviewList,
    ListStatus,
    OutgoingMail,
    Role,
)
from recruit.services.verification import verify
from scoring.profile import default_profile
from tests.recruit.application_helpers import PDF, begin, fill_in, open_intake, sent
from tests.recruit.factories import NOW, World, applicant, csrf_token, member, post, sign_in
from tests.recruit.ranking_helpers import closed_intake, confirmed, ranked, settle

HOME = "/g/alvmark"
INTAKE = f"{HOME}/bt-next"
OPENS, CLOSES, STARTS = NOW + timedelta(days=1), NOW + timedelta(days=20), date(2027, 3, 1)
REQUIREMENT_FIELDS = re.compile(r'name="answer_(\w+)"')
#: Given name, family name, country of education, school, employer. None of it may reach an assessor.
PEOPLE = (
    ("Zanele", "Ndlovu", "NA", "University of Namibia", "Katutura State Hospital"),
    ("Дарія", "Коваленко", "UA", "Bogomolets", "Kyiv City Hospital"),
    ("Arbër", "Krasniqi", "XK", "Universiteti i Prishtinës", "Qendra Klinike"),
    ("Łucja", "Żak", "PL", "Gdański Uniwersytet Medyczny", "Szpital Miejski"),
)
COUNTRIES = {"NA": "Namibia", "UA": "Ukraina", "XK": "Kosovo", "PL": "Polen"}


class Calendar:
    """The application's clock, moved by the test."""

    def __init__(self) -> None:
        self.now = NOW


@pytest.fixture
def calendar(monkeypatch: pytest.MonkeyPatch) -> Calendar:
    """The clock stands at NOW until it is moved."""
    calendar = Calendar()
    monkeypatch.setattr(clock, "now", lambda: calendar.now)
    return calendar


class Person:
    """Someone at a browser, in Swedish."""

    def __init__(self, app: Flask, account: Account) -> None:
        self.client: FlaskClient = app.test_client()
        self.account = account

    def arrive(self) -> "Person":
        """Sign in: after hours away one must do so again."""
        self.client = self.client.application.test_client()
        sign_in(self.client, self.account)
        self.client.get("/language/sv")
        return self

    def read(self, path: str) -> str:
        """A page that there is."""
        answer = self.client.get(path)
        assert answer.status_code == 200, (path, answer.text)
        return answer.text

    def send(self, path: str, data: dict[str, Any] | None = None) -> str:
        """Send a form that is taken; gives where it leads."""
        answer = post(self.client, path, data)
        assert answer.status_code == 303, (path, answer.status_code, _errors(answer))
        assert answer.location is not None
        return answer.location

    def answer(self, path: str, data: dict[str, Any]) -> str:
        """Fill in a topic of the application as its page shows it."""
        revision = re.search(r'name="revision"[^>]*value="(\d*)"', self.read(path))
        assert revision is not None, path
        return self.send(path, {**data, "revision": revision.group(1)})


def _errors(answer: TestResponse) -> list[str]:
    return re.findall(r'class="field-error"[^>]*>(.*?)</p>', answer.text, re.S) or [answer.text[-3000:]]


def _boxes(name: str, day: date | datetime) -> dict[str, int]:
    return {f"{name}-day": day.day, f"{name}-month": day.month, f"{name}-year": day.year}


def _file(name: str = "paper.pdf") -> tuple[io.BytesIO, str]:
    return io.BytesIO(PDF), name


def _plan(coordinator: Person, session: Session, world: World) -> None:
    """A changed profile becomes version 2; an intake is planned on it and opened."""
    changed = default_profile().to_toml().replace("threshold = 40", "threshold = 10", 1)
    assert coordinator.send(f"{HOME}/profiles/new", {"toml": changed}) == f"{HOME}/profiles/bt/2"
    profile = session.exec(select(CriteriaProfile.id).where(CriteriaProfile.version == 2)).one()
    session.rollback()
    where = coordinator.send(
        f"{HOME}/new",
        {
            "title_sv": "Bastjänstgöring",
            "title_en": "Basic service",
            "slug": "bt-next",
            "case_number": "RÄ 2026/1",
            "form": "standalone",
            "profile_id": profile,
            "opens_time": "08:00",
            "closes_time": "23:59",
            f"posts_{world.sites[0].id}": 2,
            "kind_0": "acute_care",
            "months_0": 6,
            "kind_1": "primary_care",
            "months_1": 6,
            **_boxes("opens_on", OPENS),
            **_boxes("closes_on", CLOSES),
            **_boxes("starts_on", STARTS),
        },
    )
    assert where == f"{INTAKE}/"
    refused = post(coordinator.client, f"{INTAKE}/open")
    assert refused.status_code == 409  # nobody else has approved version 2 yet
    assert f"{HOME}/profiles/bt/2" in refused.text
    Person(coordinator.client.application, world.chair).arrive().send(f"{HOME}/profiles/bt/2/approve")
    coordinator.send(f"{INTAKE}/open")


def _apply(person: Person, who: tuple[str, str, str, str, str], number: int) -> str:
    """Every topic, with the files that are needed, then send; gives the reference."""
    given, family, country, school, employer = who
    mine = person.send("/i/alvmark/bt-next/apply")
    person.answer(
        f"{mine}/about_you", {"given_name": given, "family_name": family, "phone": "+46 70 123 45 67"}
    )
    person.answer(
        f"{mine}/licence",
        {
            "licence": "expected",
            "licence_route": "proficiency_test",
            **_boxes("licence_on", date(2027, 1, 12)),
        },
    )
    no = dict.fromkeys(("swedish_at", "st_before_july_2021", "earlier_bt_certificate"), "no")
    person.answer(f"{mine}/start", {**no, "can_start": "yes", "work_permit": "not_needed"})
    person.answer(
        f"{mine}/education",
        {
            "education_country": country,
            "institution": school,
            "graduation_year": "2021",
            "document": _file("diploma.pdf"),
        },
    )
    person.answer(f"{mine}/language", {"language_evidence": "certificate", "document": _file()})
    person.answer(
        f"{mine}/experience/new",
        {
            "employer": employer,
            "country": "SE",
            "area": "surgery",
            "fte_percent": 100,
            **_boxes("starts_on", date(2025, 1, 1)),
            **_boxes("ends_on", date(2025, 3 + number, 28)),
        },
    )
    referees = {
        f"referee{each}-{part}": text
        for each in (1, 2)
        for part, text in (
            ("name", f"Referent {each}"),
            ("title", "Överläkare"),
            ("workplace", "Lindfors"),
            ("email", f"referent{each}@example.org"),
        )
    }
    person.answer(f"{mine}/references", referees)
    person.answer(f"{mine}/own_words", {"motivation": "Jag vill lära mig.", "learning_needs": "Akutvård."})
    person.answer(f"{mine}/sites", {"no_preference": "y"})
    person.answer(f"{mine}/monitoring", {"sex": "female", "age_band": "under_30"})
    person.send(f"{mine}/attachments/new", {"kind": "cv", "file": _file("cv.pdf")})
    assert person.send(f"{mine}/submit") == f"{mine}/receipt"
    return mine.rsplit("/", 1)[1]


def _decide(coordinator: Person) -> list[str]:
    """Enter what referees answered and decide every requirement; gives the codes."""
    codes = sorted(
        set(re.findall(rf'{INTAKE}/applications/(\w{{4}})"', coordinator.read(f"{INTAKE}/applications")))
    )
    for code in codes:
        path = f"{INTAKE}/applications/{code}"
        for referee in sorted(set(re.findall(rf'{path}/referees/(\w+)"', coordinator.read(path)))):
            marks = dict.fromkeys(("safety", "asks_for_help", "responsibility", "collaboration"), "3")
            coordinator.send(
                f"{path}/referees/{referee}", {**marks, "would_employ": "yes", "came_by": "telephone"}
            )
        page = coordinator.read(path)
        revision = re.search(r'name="revision" value="(\d+)"', page)
        assert revision is not None
        answers: dict[str, Any] = {"revision": revision.group(1)}
        for key in sorted(set(REQUIREMENT_FIELDS.findall(page))):
            answers |= {f"answer_{key}": "yes", f"reason_{key}": "Handlingarna visar det."}
        coordinator.send(f"{path}/decide", answers)
    return codes


def _score(assessor: Person, level: int) -> list[str]:
    """Score one's whole queue; gives the pages that were read."""
    queue = assessor.read(f"{INTAKE}/assess")
    pages = []
    for code in sorted(set(re.findall(rf"{INTAKE}/assess/(\w{{4}})\?", queue))):
        page = assessor.read(f"{INTAKE}/assess/{code}")
        pages.append(page)
        fields = sorted(set(re.findall(r'name="(level-\w+)"', page)))
        assert fields
        assessor.send(f"{INTAKE}/assess/{code}", {**dict.fromkeys(fields, level), "action": "submit"})
    return pages


def test_intake_from_profile_to_confirmed_list(
    app: Flask, session: Session, world: World, calendar: Calendar
) -> None:
    people = [applicant(session, f"person{number}@example.org") for number in range(len(PEOPLE))]
    session.commit()
    coordinator = Person(app, world.coordinator).arrive()
    _plan(coordinator, session, world)
    calendar.now = OPENS + timedelta(days=3)
    references = [
        _apply(Person(app, account).arrive(), who, number)
        for number, (account, who) in enumerate(zip(people, PEOPLE, strict=True))
    ]
    calendar.now = CLOSES + timedelta(days=1)
    coordinator.arrive().send(f"{INTAKE}/close", {"reason": ""})
    codes = _decide(coordinator)
    assert len(codes) == len(PEOPLE)
    plan = coordinator.send(f"{INTAKE}/assessment", {"stage": "screening"})
    coordinator.send(f"{plan}/carry-out")
    pages = [
        page
        for level, account in enumerate(world.assessors[:4], start=1)
        for page in _score(Person(app, account).arrive(), level)
    ]
    assert len(pages) == 2 * len(PEOPLE)
    _assert_masked(pages, references)

    run = coordinator.send(f"{INTAKE}/ranking/run", {"stage": "screening"})
    assert run == f"{INTAKE}/ranking/screening/1"
    assert all(code in coordinator.read(run) for code in codes)
    draft = coordinator.send(f"{INTAKE}/interview-list/draft", {"mode": "one", "places": 2, "reserves": 1})
    assert 'name="seen"' not in coordinator.read(draft)  # whoever draws a list does not confirm it
    session.rollback()
    settle(session, world, session.exec(select(InterviewList)).one())
    session.commit()
    chair = Person(app, world.chair).arrive()
    seen = re.search(r'name="seen" value="(\w+)"', chair.read(draft))
    assert seen is not None
    assert chair.send(f"{draft}/confirm", {"seen": seen.group(1)}) == draft
    session.rollback()
    drawn = session.exec(select(InterviewList)).one()
    assert (drawn.version, drawn.status) == (1, ListStatus.CONFIRMED)
    _assert_files(coordinator, draft, session, drawn)
    report = verify(session, region_id=world.region.id or 0)
    assert (report.findings, report.runs, report.lists) == ([], 1, 1)


def _assert_masked(pages: list[str], references: list[str]) -> None:
    told = {text for person in PEOPLE for text in (*person[:2], *person[3:])}
    told |= set(COUNTRIES.values()) | set(references) | {"@example.org", "Referent 1", "diploma.pdf"}
    assert {text for text in told for page in pages if text in page} == set()


def _assert_files(coordinator: Person, draft: str, session: Session, drawn: InterviewList) -> None:
    """Three names in each file, in their own scripts, and the head of the chain on paper."""
    rows = coordinator.client.get(f"{draft}/csv").data
    assert rows.startswith(b"\xef\xbb\xbf")
    table = rows.decode("utf-8-sig")
    listed = [person[1] for person in PEOPLE if person[1] in table]
    assert len(listed) == 3
    book = openpyxl.load_workbook(io.BytesIO(coordinator.client.get(f"{draft}/xlsx").data))
    cells = {str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row}
    assert set(listed) <= cells
    paper = PdfReader(io.BytesIO(coordinator.client.get(f"{draft}/pdf").data))
    text = "".join(page.extract_text() for page in paper.pages)
    assert drawn.chain_head is not None
    assert drawn.chain_head[:8] in re.sub(r"\s", "", text)
    assert all(name in text for name in listed)


def test_two_coordinators_confirm_at_once_and_one_wins(
    app: Flask, session: Session, world: World, calendar: Calendar
) -> None:
    intake = closed_intake(session, world)
    ranked(session, world, intake)
    both = [world.chair, member(session, world.region, "second@alvmark.example", Role.COORDINATOR)]
    session.commit()
    calendar.now = intake.closes_at + timedelta(days=11)
    slug = intake.slug
    session.rollback()
    people = [Person(app, account).arrive() for account in both]
    drawer = Person(app, world.coordinator).arrive()
    draft = drawer.send(f"{HOME}/{slug}/interview-list/draft", {"mode": "one", "places": 2, "reserves": 0})
    settle(session, world, session.exec(select(InterviewList)).one())
    session.commit()
    forms = []
    for person in people:
        seen = re.search(r'name="seen" value="(\w+)"', person.read(draft))
        assert seen is not None
        forms.append({"seen": seen.group(1), "csrf_token": csrf_token(person.client, "/forgot")})
    with ThreadPoolExecutor(2) as pool:
        sent = [
            pool.submit(person.client.post, f"{draft}/confirm", data=form)
            for person, form in zip(people, forms, strict=True)
        ]
        answers = [each.result() for each in sent]
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    session.rollback()
    assert session.exec(select(InterviewList.status)).all() == [ListStatus.CONFIRMED]
    assert verify(session, region_id=world.region.id or 0).findings == []


def test_confirmed_list_is_locked(app: Flask, session: Session, world: World, calendar: Calendar) -> None:
    intake = closed_intake(session, world)
    drawn = confirmed(session, world, intake, ranked(session, world, intake), 2)
    path = f"{HOME}/{intake.slug}/interview-list/{drawn.version}"
    calendar.now = intake.closes_at + timedelta(days=11)
    session.rollback()
    coordinator = Person(app, world.coordinator).arrive()
    assert post(coordinator.client, f"{path}/discard").status_code == 409
    assert post(coordinator.client, f"{path}/confirm", {"seen": ""}).status_code == 409
    session.rollback()
    assert session.exec(select(InterviewList.status)).all() == [ListStatus.CONFIRMED]


def test_form_posted_twice_counts_once(
    app: Flask, session: Session, world: World, calendar: Calendar, tmp_path: Any
) -> None:
    open_intake(session, world, slug="bt-next")
    ada = applicant(session)
    session.commit()
    person = Person(app, ada).arrive()
    mine = [person.send("/i/alvmark/bt-next/apply") for _ in range(2)]
    assert mine[0] == mine[1]
    application = session.exec(select(Application)).one()
    fill_in(session, application, tmp_path / "data" / "attachments")
    assert [person.send(f"{mine[0]}/submit") for _ in range(2)] == [f"{mine[0]}/receipt"] * 2
    session.rollback()
    mails = session.exec(select(OutgoingMail.subject).where(OutgoingMail.recipient == ada.email)).all()
    assert len(mails) == 1


def test_stale_form_is_told_instead_of_overwriting(
    app: Flask, session: Session, world: World, calendar: Calendar
) -> None:
    open_intake(session, world, slug="bt-next")
    ada = applicant(session)
    session.commit()
    person = Person(app, ada).arrive()
    path = person.send("/i/alvmark/bt-next/apply") + "/about_you"
    answers = {"given_name": "Ada", "family_name": "Berg", "phone": "+46 70 123 45 67"}
    shown = re.search(r'name="revision"[^>]*value="(\d+)"', person.read(path))
    assert shown is not None
    first = {**answers, "revision": shown.group(1)}
    person.send(path, first)
    assert post(person.client, path, {**first, "given_name": "Eve"}).status_code == 409
    session.rollback()
    assert session.exec(select(Application.given_name)).all() == ["Ada"]


def test_after_closing_nothing_is_taken(
    app: Flask, session: Session, world: World, calendar: Calendar, tmp_path: Any
) -> None:
    intake = open_intake(session, world, slug="bt-next")
    ada, bo = applicant(session), applicant(session, "bo@example.org")
    late = begin(session, intake, bo)
    fill_in(session, late, tmp_path / "data" / "attachments")
    done = sent(session, intake, ada, tmp_path / "data" / "attachments")
    calendar.now = intake.closes_at
    paths = [f"/my/{each.reference}" for each in (late, done)]
    session.rollback()
    latecomer, author = Person(app, bo).arrive(), Person(app, ada).arrive()
    assert post(latecomer.client, f"{paths[0]}/submit").status_code == 409
    assert post(author.client, f"{paths[1]}/about_you", {"given_name": "Eve"}).status_code == 409
    newcomer = Person(app, world.auditor).arrive()
    assert post(newcomer.client, "/i/alvmark/bt-next/apply").status_code == 409
    session.rollback()
    found = session.exec(select(Application).order_by(col(Application.id))).all()
    assert [(each.status, each.given_name) for each in found] == [
        (ApplicationStatus.DRAFT, "Dariia"),
        (ApplicationStatus.SUBMITTED, "Dariia"),
    ]


def test_foreign_application_does_not_exist(
    app: Flask, session: Session, world: World, calendar: Calendar
) -> None:
    application = begin(session, open_intake(session, world, slug="bt-next"), applicant(session))
    eve = applicant(session, "eve@example.org")
    session.commit()
    mine, before = f"/my/{application.reference}", application.revision
    session.rollback()
    stranger = Person(app, eve).arrive()
    read = ["", "/about_you", "/attachments", "/check", "/receipt", "/withdraw", "/experience/new"]
    written = ["/about_you", "/withdraw", "/experience/new", "/attachments/new", "/submit"]
    answers = {path: stranger.client.get(mine + path).status_code for path in read}
    answers |= {f"{path}!": post(stranger.client, mine + path).status_code for path in written}
    assert set(answers.values()) == {404}, answers
    session.rollback()
    kept = session.exec(select(Application)).one()
    assert (kept.revision, kept.given_name, kept.status) == (before, None, ApplicationStatus.DRAFT)


def test_form_without_token_is_refused_and_changes_nothing(
    app: Flask, session: Session, world: World, calendar: Calendar
) -> None:
    open_intake(session, world, slug="bt-next")
    session.rollback()
    coordinator = Person(app, world.coordinator).arrive()
    assert coordinator.client.post("/i/alvmark/bt-next/apply").status_code == 400
    assert coordinator.client.post(f"{INTAKE}/close", data={"reason": "x"}).status_code == 400
    session.rollback()
    assert session.exec(select(Application)).all() == []
    assert session.exec(select(Intake.closed_at)).all() == [None]
