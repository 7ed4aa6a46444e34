"""Going through a document: findings, what a person strikes, the copy assessors read, and the record."""

import io
import json
import re
from pathlib import Path

import pypdf
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session, select

from recruit.demo.files import pdf
from recruit.documents.sandbox import PageText
from recruit.errors import Conflict, Invalid
from recruit.models import Application, Attachment, AttachmentKind, RecordEntry, RecordValue, Referee
from recruit.redacting import choose, looked
from recruit.storage import Storage
from recruit.traces import Person
from tests.recruit.factories import World, post, sign_in
from tests.recruit.intake_helpers import opened_intake, submitted
from tests.recruit.page_helpers import count_queries

LIST = "/g/alvmark/bt-2026/applications"
PERSON = Person(names=("Ilze", "Ozola"))
PAGES = (PageText("Ilze Ozola är född 1991.\nHon bor i Riga. Ilze igen.", 1, False), PageText("", 1, True))


def test_findings_stand_once_with_how_often_and_where() -> None:
    seen = looked(PAGES, PERSON)
    assert [(each.kind, each.words, each.times, each.pages) for each in seen.findings] == [
        ("name", "Ilze", 2, (1,)),
        ("name", "Ozola", 1, (1,)),
        ("place", "Riga", 1, (1,)),
        ("age", "född 1991", 1, (1,)),
        ("sex", "Hon", 1, (1,)),
        ("photo", "", 1, (1,)),
    ]
    assert seen.unread == (2,)


def test_choice_strikes_ticked_findings_own_words_and_pages() -> None:
    seen = looked(PAGES, PERSON)
    ticked = {each.key for each in seen.findings if each.kind in ("name", "photo")}
    chosen = choose(seen, digest=seen.digest, ticked=ticked, words="BOR i\n\nigen", whole={2, 9})
    assert sorted(chosen.strikes[0]["spans"]) == [[0, 4], [5, 10], [29, 34], [41, 45], [46, 50]]
    assert chosen.strikes[0]["images"] == [0]
    assert chosen.strikes[1]["whole"]
    assert chosen.struck == {"name": 3, "photo": 1, "own_words": 2, "pages": 2}
    assert chosen.let_stand == {"place": 1, "age": 1, "sex": 1}


def test_choice_refuses_words_that_are_nowhere_and_another_look() -> None:
    seen = looked(PAGES, PERSON)
    with pytest.raises(Invalid):
        choose(seen, digest=seen.digest, ticked=set(), words="Kaunas")
    with pytest.raises(Conflict):
        choose(seen, digest="other", ticked=set())


@pytest.fixture
def application(session: Session, world: World) -> Application:
    found = submitted(session, opened_intake(session, world), given_name="Ilze", family_name="Ozola")
    session.commit()
    return found


@pytest.fixture
def original(session: Session, application: Application, client: FlaskClient) -> Attachment:
    """The CV, with real bytes behind it."""
    row = session.exec(
        select(Attachment).where(
            Attachment.application_id == application.id, Attachment.kind == AttachmentKind.CV
        )
    ).one()
    folder = client.application.extensions["recruit_settings"].attachments
    content = pdf("CV", ["Ilze Ozola", "I was born in 1991 in Latvia", "Worked in surgery"])
    row.storage_name = Storage(Path(folder)).put(content, "cv.pdf").storage_name
    session.add(row)
    session.commit()
    return row


@pytest.fixture
def coordinator(client: FlaskClient, world: World) -> FlaskClient:
    sign_in(client, world.coordinator)
    client.get("/language/en")
    return client


def test_copy_is_made_kept_recorded_and_empty_of_words(
    coordinator: FlaskClient, session: Session, application: Application, original: Attachment
) -> None:
    page = f"{LIST}/{application.mask_code}/attachments/{original.public_id}/scan"
    got = coordinator.get(page)
    assert got.status_code == 200
    for words in ("Ilze", "Ozola", "born in 1991", "Latvia", "the applicant&#39;s name"):
        assert words in got.text
    digest = re.search(r'name="digest" value="(\w+)"', got.text)
    assert digest
    keys = re.findall(r'name="strike" value="([\w-]+)"', got.text)
    picture = coordinator.get(f"{page}/1.jpg")
    assert (picture.status_code, picture.mimetype) == (200, "image/jpeg")
    assert coordinator.get(f"{page}/2.jpg").status_code == 404
    data = {"digest": digest[1], "strike": keys, "words": "surgery"}
    assert post(coordinator, page, {**data, "words": "nowhere"}).status_code == 422
    assert post(coordinator, page, {**data, "digest": "x"}).status_code == 409
    assert post(coordinator, page, data).status_code == 303
    session.rollback()
    copy = session.exec(select(Attachment).where(Attachment.redacts_id == original.id)).one()
    content = Storage(Path(coordinator.application.extensions["recruit_settings"].attachments)).open(
        copy.storage_name
    )
    reader = pypdf.PdfReader(io.BytesIO(content))
    assert not reader.metadata
    assert reader.pages[0].extract_text() == ""
    entry = session.exec(select(RecordEntry).where(RecordEntry.action == "attachment.redacted")).one()
    kept = session.exec(select(RecordValue).where(RecordValue.entry_id == entry.id)).all()
    told = json.dumps([each.new for each in kept])
    assert "struck" in {each.field for each in kept}
    assert "own_words" in told
    assert not any(words in told for words in ("Ilze", "Ozola", "Latvia", "surgery"))


def test_swedish_page(coordinator: FlaskClient, application: Application, original: Attachment) -> None:
    coordinator.get("/language/sv")
    page = f"{LIST}/{application.mask_code}/attachments/{original.public_id}/scan"
    assert "den sökandes namn" in coordinator.get(page).text


def test_others_do_not_get_in(
    client: FlaskClient, world: World, application: Application, original: Attachment
) -> None:
    page = f"{LIST}/{application.mask_code}/attachments/{original.public_id}/scan"
    for one in (world.auditor, world.assessors[0]):
        sign_in(client, one)
        assert client.get(page).status_code == 403
        assert client.get(f"{page}/1.jpg").status_code == 403


def test_degrees_are_not_gone_through(
    coordinator: FlaskClient, session: Session, application: Application
) -> None:
    degree = session.exec(select(Attachment).where(Attachment.kind == AttachmentKind.DIPLOMA)).one()
    page = f"{LIST}/{application.mask_code}/attachments/{degree.public_id}/scan"
    assert coordinator.get(page).status_code == 404


def test_texts_show_what_is_struck_and_found_and_a_person_strikes_more(
    coordinator: FlaskClient, session: Session, application: Application
) -> None:
    application.motivation = "Ilze here. I worked in Kenya, near Zorbania. Hon."
    session.add(application)
    session.commit()
    page = f"{LIST}/{application.mask_code}/texts"
    got = coordinator.get(page).text
    assert "<del>Ilze</del>" in got
    assert "<mark>Kenya</mark>" in got
    assert post(coordinator, page, {"strike": ["Kenya"], "words": "zorbania\nHon"}).status_code == 303
    session.rollback()
    session.expire_all()
    assert application.struck_words == "Kenya\nzorbania\nHon"
    got = coordinator.get(page).text
    for words in ("Ilze", "Kenya", "Zorbania", "Hon"):
        assert f"<del>{words}</del>" in got
    entry = session.exec(select(RecordEntry).where(RecordEntry.action == "masking.decided")).one()
    kept = session.exec(select(RecordValue).where(RecordValue.entry_id == entry.id)).all()
    assert not any("Kenya" in f"{each.old} {each.new}" for each in kept)
    # What is struck by itself cannot be let stand.
    assert post(coordinator, page, {"words": ""}).status_code == 303
    assert "<del>Ilze</del>" in coordinator.get(page).text
    assert post(coordinator, page, {"words": "\n".join(f"a{n}" for n in range(101))}).status_code == 422


def test_number_of_queries_does_not_grow_with_what_is_looked_through(
    app: Flask, coordinator: FlaskClient, session: Session, application: Application, original: Attachment
) -> None:
    one = f"{LIST}/{application.mask_code}"
    pages = (f"{one}/attachments/{original.public_id}/scan", f"{one}/texts")
    few = [count_queries(app, coordinator, page) for page in pages]
    assert max(few) <= 12
    copies = session.exec(select(Attachment).where(Attachment.application_id == application.id)).all()
    for each in [*copies, *session.exec(select(Referee).where(Referee.application_id == application.id))]:
        again = type(each)(**each.model_dump(exclude={"id", "public_id", "position", "storage_name"}))
        if isinstance(again, Referee):
            again.position = each.id + 10
        else:
            again.storage_name = f"again-{each.id}"
        session.add(again)
    application.motivation = "Riga och Vilnius. " * 50
    session.add(application)
    session.commit()
    assert [count_queries(app, coordinator, page) for page in pages] == few
