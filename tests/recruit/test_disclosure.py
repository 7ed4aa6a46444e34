"""Disclosure of public records: what is proposed, masked, handed out or refused, and what stands fast afterwards."""

import io
import json
import re
import zipfile
from datetime import date
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, delete, select, update

from recruit.database import AllRegions, make_session, transaction
from recruit.demo.files import pdf
from recruit.disclosing import packing
from recruit.disclosing.items import MASKED, WHOLE, Item, Place, digest, masked, proposals, strikes
from recruit.disclosing.material import material
from recruit.documents import sandbox
from recruit.documents.burning import leftovers
from recruit.errors import Conflict, Invalid, NotAllowed
from recruit.models import (
    Application,
    Disclosure,
    DisclosureMasking,
    DisclosureOutcome,
    Intake,
    RecordEntry,
    RecordValue,
)
from recruit.queries import disclosure as queries
from recruit.services import conflicts
from recruit.services import disclosure as service
from recruit.services.disclosure import Mask
from recruit.services.disposal import dispose_values
from recruit.services.handing import hand_out
from recruit.services.verification import verify
from recruit.storage import Storage
from recruit.tables.errors import PdfUnavailable
from tests.databases import ONE_DATABASE
from tests.recruit import application_helpers
from tests.recruit.application_helpers import open_intake, sent
from tests.recruit.factories import NOW, World, applicant, post, sign_in

GROUND = "39 kap. OSL (personaladministrativ verksamhet)"


@pytest.fixture
def intake(session: Session, world: World) -> Intake:
    """An open intake."""
    return open_intake(session, world)


@pytest.fixture
def application(session: Session, intake: Intake, tmp_path: Path) -> Application:
    """A sent application, with a health sentence and a phone number in its own words."""
    found = sent(session, intake, applicant(session), tmp_path / "data" / "attachments")
    found.motivation = "Jag vill lära mig. Jag har varit sjukskriven ett år. Ring 070-123 45 67."
    session.add(found)
    session.commit()
    return found


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    """Where its documents lie."""
    return Storage(tmp_path / "data" / "attachments")


def requested(
    session: Session, world: World, intake: Intake, application: Application, *parts: str
) -> Disclosure:
    """A request about one application; committed."""
    made = service.register(
        session,
        intake=intake,
        wanted="Allt om ansökan.",
        asked_on=date(2026, 8, 31),
        actor=world.actor,
        now=NOW,
    )
    service.choose(
        session,
        disclosure=made,
        codes={application.mask_code},
        parts=parts or ("answers", "mails"),
        revision=0,
        actor=world.actor,
        now=NOW,
    )
    session.commit()
    return made


def items_of(session: Session, made: Disclosure, application: Application, storage: Storage) -> list[Item]:
    return material(session, application, service.parts_of(made), storage)


def gone_through(
    session: Session,
    world: World,
    made: Disclosure,
    application: Application,
    storage: Storage,
    *,
    whole: str = "",
) -> list[Item]:
    """Everything proposed is masked; committed."""
    items = items_of(session, made, application, storage)
    masks = [
        Mask(item.key, each.kind, place, GROUND)
        for item in items
        for each in item.proposals
        for place in each.places
    ]
    masks += [
        Mask(item.key, item.private, WHOLE, GROUND) for item in items if item.private or item.key == whole
    ]
    keep(session, world, made, application, items, masks)
    return items


def keep(
    session: Session,
    world: World,
    made: Disclosure,
    application: Application,
    items: list[Item],
    masks: list[Mask],
) -> None:
    row, _application = queries.one_chosen(session, disclosure=made, code=application.mask_code)
    before = queries.maskings(session, disclosure=made, application_id=application.id)
    service.review(
        session,
        disclosure=made,
        code=application.mask_code,
        items=items,
        masks=masks,
        seen=digest(items),
        state=service.state_of(row, before),
        actor=world.actor,
        now=NOW,
    )
    session.commit()


def decided(
    session: Session,
    world: World,
    made: Disclosure,
    application: Application,
    storage: Storage,
    **more: object,
) -> bytes | None:
    """The file, committed."""
    material = {application.mask_code: items_of(session, made, application, storage)}
    prepared = prepare(session, world, made, material, **more)
    file = service.decide(
        session,
        prepared=prepared,
        content=prepared.file(storage=storage, now=NOW),
        material=material,
        actor=world.actor,
        now=NOW,
    )
    session.commit()
    return file.content if file else None


def prepare(
    session: Session, world: World, made: Disclosure, material: dict[str, list[Item]], **more: object
) -> service.Prepared:
    return service.prepare(
        session,
        disclosure=made,
        material=material,
        refused=bool(more.get("refused", False)),
        letter=str(more.get("letter", "Kan överklagas till kammarrätten.")),
        revision=made.revision,
        actor=world.actor,
    )


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("Mitt nummer är 900101-2384 sedan dess.", "number", "900101-2384"),
        ("Ring 070-123 45 67 på kvällen.", "contact", "070-123 45 67"),
        ("Bra. Jag var sjukskriven i maj. Nu är jag frisk.", "health", "Jag var sjukskriven i maj."),
        ("I was on sick leave in May.", "health", "I was on sick leave in May."),
        ("Jag har skyddad folkbokföring.", "protected", "Jag har skyddad folkbokföring."),
        ("Skriv till chef@sjukhus.se om mig.", "contact", "chef@sjukhus.se"),
    ],
)
def test_proposed_for_masking(text: str, kind: str, words: str) -> None:
    assert (kind, words) in [(each.kind, each.words) for each in proposals([text])]


def test_nothing_is_proposed_in_a_plain_text() -> None:
    assert proposals(["Jag vill lära mig akutmedicin och har arbetat på Lindfors sjukhus."]) == ()


def test_masked_says_nothing_of_the_length() -> None:
    assert masked("ring 070 nu", [Place(0, 5, 8)]) == f"ring {MASKED} nu"
    assert masked("ring 0701234567 nu", [Place(0, 5, 12), Place(0, 10, 15)]) == f"ring {MASKED} nu"


def test_file_holds_what_was_asked_for_without_what_is_masked(
    session: Session, world: World, intake: Intake, application: Application, storage: Storage
) -> None:
    made = requested(session, world, intake, application, "answers", "references", "mails")
    gone_through(session, world, made, application, storage)
    content = decided(session, world, made, application, storage)
    assert content is not None
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        page = archive.read("utlamnande.html").decode()
        told = json.loads(archive.read("utlamnande.json"))
    assert made.outcome is DisclosureOutcome.MASKED
    assert "Jag vill lära mig." in page
    assert "Kovalenko" in page
    for secret in ("sjukskriven", "070-123 45 67", "+46 70 123 45 67", "anna@example.org", "ada@example.org"):
        assert secret not in page, secret
        assert secret not in json.dumps(told, ensure_ascii=False), secret
    assert {each["kind"] for each in told["masking"]} >= {"hälsa", "privata kontaktuppgifter"}
    assert all(each["ground"] == GROUND and each["by"] for each in told["masking"])


def test_document_is_handed_out_or_left_out(
    session: Session, world: World, intake: Intake, application: Application, storage: Storage
) -> None:
    made = requested(session, world, intake, application, "attachments")
    items = items_of(session, made, application, storage)
    gone_through(session, world, made, application, storage, whole=items[0].key)
    content = decided(session, world, made, application, storage)
    assert content is not None
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        documents = [name for name in archive.namelist() if name.startswith("handlingar/")]
    assert len(documents) == len(items) - 1


def test_words_masked_in_a_document_are_gone_from_it_and_from_the_page_as_pdf(
    session: Session, world: World, intake: Intake, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The document becomes a picture, the same whatever lay beneath; the PDF has a text, without what is masked."""
    monkeypatch.setattr(application_helpers, "PDF", pdf("CV", ["Ilse Ozola", "Kept line"]))
    application = sent(session, intake, applicant(session), storage.folder)
    made = requested(session, world, intake, application, "attachments", "answers")
    items = items_of(session, made, application, storage)
    document = next(each for each in items if each.pages and "Ozola" in each.pages[0].text)
    start = document.pages[0].text.index("Ozola")
    everything = [
        Mask(each.key, each.private or "own", WHOLE, GROUND)
        for each in items
        if each.private or (each.document and each is not document)
    ]
    place = Place(0, start, start + len("Ozola"))
    mask = Mask(document.key, "own", place, GROUND)
    keep(session, world, made, application, items, [mask, *everything])
    content = decided(session, world, made, application, storage)
    assert content is not None
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        (name,) = (each for each in archive.namelist() if each.startswith("handlingar/"))
        burnt, page = archive.read(name), archive.read("utlamnande.pdf")
    assert name.endswith(".pdf")
    assert leftovers(burnt) == []
    assert burnt == sandbox.burn(pdf("CV", ["Ilse lozaO", "Kept line"]), strikes([place]))
    assert burnt != sandbox.burn(pdf("CV", ["Ilse Ozola", "Kept enil"]), strikes([place]))
    text = "".join(each.text for each in sandbox.read(page))
    assert "Utlämnande av allmänna handlingar" in text
    assert "ada@example.org" not in text


def test_where_no_pdf_can_be_made_the_file_says_so(
    session: Session,
    world: World,
    intake: Intake,
    application: Application,
    storage: Storage,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unavailable(*_given: object) -> bytes:
        raise PdfUnavailable("no Pango")

    monkeypatch.setattr(packing, "pdf_aside", unavailable)
    made = requested(session, world, intake, application)
    gone_through(session, world, made, application, storage)
    content = decided(session, world, made, application, storage)
    assert content is not None
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == ["utlamnande.html", "utlamnande.json"]
        page = archive.read("utlamnande.html").decode()
    assert "kunde inte göras här" in page
    assert "no Pango" not in page


def test_what_changes_while_the_file_is_made_is_not_handed_out(
    session: Session, world: World, intake: Intake, application: Application, storage: Storage
) -> None:
    made = requested(session, world, intake, application)
    gone_through(session, world, made, application, storage)
    before = {application.mask_code: items_of(session, made, application, storage)}
    prepared = prepare(session, world, made, before)
    content = prepared.file(storage=storage, now=NOW)
    application.motivation = "Något annat."
    session.commit()
    now = {application.mask_code: items_of(session, made, application, storage)}
    for material_now, message in ((now, "changed since it was gone through"), (before, "meanwhile")):
        with pytest.raises(Conflict, match=message):
            service.decide(
                session,
                prepared=prepared,
                content=content,
                material=material_now,
                actor=world.actor,
                now=NOW,
            )
        session.rollback()
        keep(session, world, made, application, items_of(session, made, application, storage), [])
    assert (made.outcome, queries.file_of(session, disclosure=made)) == (None, None)


def test_refusal_needs_a_letter_and_gives_no_file(
    session: Session, world: World, intake: Intake, application: Application, storage: Storage
) -> None:
    made = requested(session, world, intake, application)
    with pytest.raises(Invalid, match="letter"):
        decided(session, world, made, application, storage, refused=True, letter=" ")
    session.rollback()
    assert decided(session, world, made, application, storage, refused=True) is None
    assert made.outcome is DisclosureOutcome.REFUSED


def test_masking_is_undone_before_the_file_and_not_after(
    session: Session, world: World, intake: Intake, application: Application, storage: Storage
) -> None:
    made = requested(session, world, intake, application)
    items = gone_through(session, world, made, application, storage)
    keep(session, world, made, application, items, [])
    assert queries.maskings(session, disclosure=made) == []
    decided(session, world, made, application, storage)
    assert made.outcome is DisclosureOutcome.WHOLE
    with pytest.raises(Conflict, match="decided"):
        keep(session, world, made, application, items, [])


def test_database_refuses_changes_of_what_is_decided(
    session: Session, world: World, intake: Intake, application: Application, storage: Storage
) -> None:
    made = requested(session, world, intake, application)
    gone_through(session, world, made, application, storage)
    decided(session, world, made, application, storage)
    for statement in (
        update(Disclosure).values(sha256="0" * 64),
        update(Disclosure).values(wanted="Något annat."),
        delete(Disclosure),
        update(DisclosureMasking).values(ground="Ingen"),
        delete(DisclosureMasking).where(col(DisclosureMasking.id) > 0),
    ):
        with pytest.raises(DBAPIError, match="never changed"):
            session.execute(statement)
        session.rollback()


def test_second_to_go_through_is_told(
    session: Session, world: World, intake: Intake, application: Application, storage: Storage
) -> None:
    made = requested(session, world, intake, application)
    items = items_of(session, made, application, storage)
    row, _application = queries.one_chosen(session, disclosure=made, code=application.mask_code)
    opened = service.state_of(row, [])
    gone_through(session, world, made, application, storage)
    with pytest.raises(Conflict, match="Somebody else"):
        service.review(
            session,
            disclosure=made,
            code=application.mask_code,
            items=items,
            masks=[],
            seen=digest(items),
            state=opened,
            actor=world.second,
            now=NOW,
        )


def test_application_that_changed_is_gone_through_again(
    session: Session, world: World, intake: Intake, application: Application, storage: Storage
) -> None:
    made = requested(session, world, intake, application)
    gone_through(session, world, made, application, storage)
    application.motivation = "Nya ord om min diagnos."
    session.add(application)
    session.commit()
    with pytest.raises(Conflict, match="Go through it again"):
        decided(session, world, made, application, storage)


def test_second_look_is_for_somebody_else_and_lapses_with_a_change(
    session: Session, world: World, intake: Intake, application: Application, storage: Storage
) -> None:
    made = requested(session, world, intake, application)
    items = gone_through(session, world, made, application, storage)
    with pytest.raises(NotAllowed):
        service.look_again(session, disclosure=made, revision=made.revision, actor=world.actor, now=NOW)
    service.look_again(session, disclosure=made, revision=made.revision, actor=world.second, now=NOW)
    session.commit()
    assert made.looked_by_id == world.chair.id
    keep(session, world, made, application, items, [])
    assert made.looked_by_id is None


def test_coordinator_with_a_conflict_goes_through_nothing_and_refuses_nothing(
    session: Session, world: World, intake: Intake, application: Application, storage: Storage
) -> None:
    made = requested(session, world, intake, application)
    conflicts.declare_conflict(
        session,
        application=application,
        assessor_id=world.coordinator.id or 0,
        reason="Syskon",
        actor=world.second,
        now=NOW,
    )
    session.commit()
    with pytest.raises(NotAllowed):
        gone_through(session, world, made, application, storage)
    session.rollback()
    with pytest.raises(NotAllowed):
        decided(session, world, made, application, storage, refused=True)


def test_second_look_is_not_for_somebody_who_may_not_read_it(
    session: Session, world: World, intake: Intake, application: Application, storage: Storage
) -> None:
    made = requested(session, world, intake, application)
    gone_through(session, world, made, application, storage)
    conflicts.declare_conflict(
        session,
        application=application,
        assessor_id=world.chair.id or 0,
        reason="Syskon",
        actor=world.actor,
        now=NOW,
    )
    with pytest.raises(NotAllowed):
        service.look_again(session, disclosure=made, revision=made.revision, actor=world.second, now=NOW)


@ONE_DATABASE
@pytest.mark.usefixtures("app")
def test_coordinator_who_assesses_chooses_by_code_alone(
    session: Session, world: World, intake: Intake, application: Application, client: FlaskClient
) -> None:
    requested(session, world, intake, application)
    sign_in(client, world.coordinator)
    page = f"/g/alvmark/{intake.slug}/disclosure/1"
    name = f"{application.given_name} {application.family_name}"
    assert name in client.get(page).text
    hand_out(session, intake, "screening", application.id or 0, world.coordinator.id or 0, NOW)
    session.commit()
    shown = client.get(page).text
    assert application.mask_code in shown
    assert name not in shown


def test_record_tells_of_it_without_a_word_of_the_applicant(
    session: Session, world: World, intake: Intake, application: Application, storage: Storage
) -> None:
    made = requested(session, world, intake, application)
    gone_through(session, world, made, application, storage)
    decided(session, world, made, application, storage)
    about = select(RecordEntry).where(RecordEntry.subject_kind == "disclosure")
    entries = session.exec(about.order_by(col(RecordEntry.number))).all()
    assert [each.action.partition(".")[2] for each in entries] == [
        "registered",
        "chosen",
        "gone_through",
        "decided",
    ]
    values = session.exec(
        select(RecordValue).where(col(RecordValue.entry_id).in_([each.id for each in entries]))
    )
    told = {each.field: each.new for each in values}
    assert told["sha256"] == made.sha256
    assert verify(session, region_id=world.region.id or 0).findings == []


def test_disposal_takes_the_file_and_the_words_and_leaves_the_checksum(
    session: Session, world: World, intake: Intake, application: Application, storage: Storage
) -> None:
    made = requested(session, world, intake, application)
    gone_through(session, world, made, application, storage)
    decided(session, world, made, application, storage)
    dispose_values(session, application=application, reason="Gallringsbeslut 7", actor=world.actor, now=NOW)
    session.commit()
    session.refresh(made)
    assert queries.file_of(session, disclosure=made) is None
    assert (made.wanted, made.letter) == ("", "")
    assert made.sha256 is not None


@ONE_DATABASE
@pytest.mark.usefixtures("app")
def test_request_goes_from_the_form_to_the_file(
    session: Session, world: World, intake: Intake, application: Application, client: FlaskClient
) -> None:
    sign_in(client, world.coordinator)
    client.get("/language/en")
    home = f"/g/alvmark/{intake.slug}/disclosure"
    empty = post(client, home, {"wanted": ""})
    assert empty.status_code == 422
    assert (
        post(
            client,
            home,
            {"wanted": "Allt", "asked_on-day": "1", "asked_on-month": "9", "asked_on-year": "2026"},
        ).status_code
        == 303
    )
    one = f"{home}/1"
    nothing = post(client, f"{one}/choose", {"revision": "0", "part": "answers"})
    assert "Choose at least one application" in nothing.text
    assert (
        post(client, f"{one}/choose", {"revision": "0", "all": "1", "part": ["answers", "mails"]}).status_code
        == 303
    )
    page = client.get(f"{one}/{application.mask_code}").text
    assert "Jag har varit sjukskriven ett år." in page
    hidden = dict(re.findall(r'name="(seen|state)" value="(\w+)"', page))
    ticked = re.findall(r'name="mask" value="([^"]+)" checked', page)
    grounds = dict(re.findall(r'name="(ground\|[^"]+)"[^>]* value="([^"]*)"', page))
    assert any("health" in each for each in ticked)
    lost = post(
        client,
        f"{one}/{application.mask_code}",
        {**hidden, **grounds, "words|answers.case_number": "finns inte"},
    )
    assert lost.status_code == 422
    assert "finns inte" in lost.text
    assert (
        post(client, f"{one}/{application.mask_code}", {**hidden, **grounds, "mask": ticked}).status_code
        == 303
    )
    shown = client.get(one).text
    revision = re.search(r'name="revision" value="(\d+)"', shown)
    assert revision is not None
    made = post(client, f"{one}/decide", {"revision": revision[1], "action": "hand_out", "letter": "Hej"})
    assert made.status_code == 303, made.text
    file = client.get(f"{one}/file.zip")
    assert file.mimetype == "application/zip"
    assert "sjukskriven" not in zipfile.ZipFile(io.BytesIO(file.data)).read("utlamnande.html").decode()
    assert (
        post(client, f"{one}/choose", {"revision": revision[1], "all": "1", "part": "answers"}).status_code
        == 409
    )


def test_others_write_while_the_file_is_made_and_what_they_change_is_seen(
    session: Session,
    engine: Engine,
    world: World,
    intake: Intake,
    application: Application,
    client: FlaskClient,
    storage: Storage,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = requested(session, world, intake, application)
    gone_through(session, world, made, application, storage)

    def meanwhile(*_given: object) -> bytes:
        with make_session(engine, scope=AllRegions("tests")) as other, transaction(other):
            other.get_one(Application, application.id).motivation = "Något annat."
        return b"%PDF"

    monkeypatch.setattr(packing, "pdf_aside", meanwhile)
    sign_in(client, world.coordinator)
    client.get("/language/en")
    url = f"/g/alvmark/{intake.slug}/disclosure/{made.number}"
    sent_: dict[str, object] = {"revision": str(made.revision), "action": "hand_out", "letter": "Hej"}
    session.rollback()
    answer = post(client, f"{url}/decide", sent_)
    assert answer.status_code == 409
    assert "has changed since it was gone through" in answer.text
    assert client.get(f"{url}/file.zip").status_code == 404
