"""What an applicant removes can be put back for a while, and nothing of it lingers afterwards."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session, col, select

from recruit import clock
from recruit.actor import Actor
from recruit.errors import Conflict, Invalid, NotFound
from recruit.models import Account, Application, AttachmentKind, RecordEntry, RemovedKind, RemovedPart
from recruit.queries import application as queries
from recruit.queries.removed import can_be_put_back
from recruit.rights.content import everything
from recruit.services import application as services
from recruit.services import attachments, disposal, undoing
from recruit.services.laying_aside import WINDOW
from recruit.storage import Storage
from tests.recruit.application_helpers import PDF, begin, fill_in, open_intake, sent
from tests.recruit.factories import NOW, World, applicant, post, sign_in


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    return Storage(tmp_path / "data" / "attachments")


@pytest.fixture
def draft(session: Session, world: World, storage: Storage) -> Application:
    """A draft with everything answered."""
    made = begin(session, open_intake(session, world), applicant(session, language="en"))
    fill_in(session, made, storage.folder)
    return made


def by(application: Application, **more: Any) -> dict[str, Any]:
    return {"application": application, "actor": Actor(application.account_id), "now": NOW, **more}


def stored(storage: Storage) -> int:
    return len([path for path in storage.folder.rglob("*") if path.is_file() and len(path.name) == 48])


def remove_file(session: Session, application: Application, storage: Storage) -> RemovedPart:
    row = next(each for each in queries.attachments(session, application) if each.kind is AttachmentKind.CV)
    services.remove_attachment(session, attachment=row, storage=storage, **by(application))
    session.commit()
    return can_be_put_back(session, application, RemovedKind.FILE, NOW)[0]


def remove_period(session: Session, application: Application) -> RemovedPart:
    services.remove_period(
        session, public_id=queries.periods(session, application)[0].public_id, **by(application)
    )
    session.commit()
    return can_be_put_back(session, application, RemovedKind.PERIOD, NOW)[0]


def undo(session: Session, application: Application, part: str, storage: Storage, **more: Any) -> RemovedKind:
    kind = undoing.put_back(session, public_id=part, storage=storage, **by(application, **more))
    session.commit()
    return kind


def test_file_and_period_come_back_as_they_were(
    session: Session, draft: Application, storage: Storage
) -> None:
    before = [each.model_dump() for each in queries.attachments(session, draft)]
    periods = [each.model_dump() for each in queries.periods(session, draft)]
    file, period = remove_file(session, draft, storage), remove_period(session, draft)
    assert len(queries.attachments(session, draft)) == len(before) - 1  # at once, for everybody
    assert queries.periods(session, draft) == []
    assert undo(session, draft, file.public_id, storage) is RemovedKind.FILE
    assert undo(session, draft, period.public_id, storage) is RemovedKind.PERIOD
    assert [each.model_dump() for each in queries.attachments(session, draft)] == before
    assert [each.model_dump() for each in queries.periods(session, draft)] == periods
    assert storage.open(str(before[0]["storage_name"])) == PDF
    assert session.exec(select(RemovedPart)).all() == []


def test_undo_twice_too_late_or_by_another_finds_nothing(
    session: Session, draft: Application, storage: Storage
) -> None:
    part = remove_period(session, draft).public_id
    with pytest.raises(NotFound):
        undo(session, draft, part, storage, now=NOW + WINDOW)
    other = sent(
        session, queries.dossier(session, draft).intake, applicant(session, "eva@x.se"), storage.folder
    )
    with pytest.raises(NotFound):
        undo(session, other, part, storage)
    undo(session, draft, part, storage)
    with pytest.raises(NotFound):
        undo(session, draft, part, storage)
    assert len(queries.periods(session, draft)) == 1


def test_nothing_lingers_when_the_time_is_over(
    session: Session, draft: Application, storage: Storage
) -> None:
    before = stored(storage)
    remove_file(session, draft, storage)
    assert undoing.forget_expired(session, storage=storage, now=NOW + WINDOW - timedelta(seconds=1)) == 0
    session.commit()
    assert stored(storage) == before
    assert undoing.forget_expired(session, storage=storage, now=NOW + WINDOW) == 1
    session.commit()
    assert (stored(storage), session.exec(select(RemovedPart)).all()) == (before - 1, [])


def test_sending_ends_the_undo(session: Session, draft: Application, storage: Storage) -> None:
    row = services.attach(
        session, kind=AttachmentKind.MERIT, filename="m.pdf", content=PDF, storage=storage, **by(draft)
    ).row
    services.remove_attachment(session, attachment=row, storage=storage, **by(draft))
    part = can_be_put_back(session, draft, RemovedKind.FILE, NOW)[0].public_id
    services.submit(session, **by(draft))
    session.commit()
    with pytest.raises(NotFound):
        undo(session, draft, part, storage)
    session.rollback()
    assert undoing.forget_expired(session, storage=storage, now=NOW) == 1


def test_removal_from_a_sent_application_is_undone_with_entries(
    session: Session, draft: Application, storage: Storage
) -> None:
    services.submit(session, **by(draft))
    row = services.attach(
        session, kind=AttachmentKind.MERIT, filename="m.pdf", content=PDF, storage=storage, **by(draft)
    ).row
    services.remove_attachment(session, attachment=row, storage=storage, **by(draft))
    part = can_be_put_back(session, draft, RemovedKind.FILE, NOW)[0].public_id
    undo(session, draft, part, storage)
    actions = session.exec(select(RecordEntry.action).order_by(col(RecordEntry.id))).all()
    assert actions[-3:] == ["application.changed"] * 3
    services.withdraw(session, reason=None, **by(draft))
    session.commit()
    with pytest.raises((Conflict, NotFound)):
        undo(session, draft, part, storage)


def test_quotas_count_what_is_there(
    session: Session, draft: Application, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = remove_file(session, draft, storage)
    monkeypatch.setattr(attachments, "MAX_FILES", len(queries.attachments(session, draft)) + 1)
    other = services.attach(
        session, kind=AttachmentKind.MERIT, filename="m.pdf", content=PDF, storage=storage, **by(draft)
    ).row
    session.commit()
    with pytest.raises(Invalid, match="which is the most"):
        undo(session, draft, part.public_id, storage)
    session.rollback()
    services.remove_attachment(session, attachment=other, storage=storage, **by(draft))
    session.commit()
    undo(session, draft, part.public_id, storage)


def test_a_file_added_again_meanwhile_is_kept_once(
    session: Session, draft: Application, storage: Storage
) -> None:
    before, part = stored(storage), remove_file(session, draft, storage)
    services.attach(
        session, kind=AttachmentKind.CV, filename="cv.pdf", content=PDF, storage=storage, **by(draft)
    )
    session.commit()
    undo(session, draft, part.public_id, storage)
    assert len([each for each in queries.attachments(session, draft) if each.kind is AttachmentKind.CV]) == 1
    assert stored(storage) == before


def test_what_is_laid_aside_is_told_and_goes_with_the_application(
    session: Session, world: World, draft: Application, storage: Storage
) -> None:
    part = remove_file(session, draft, storage)
    account = session.get_one(Account, draft.account_id)
    told = everything(session, account=account, now=NOW)["applications"][0]["removed"]
    assert [(each["name"], each["kind"]) for each in told] == [("cv.pdf", "file")]
    services.erase_draft(session, storage=storage, **by(draft))
    session.commit()
    assert (stored(storage), session.get(RemovedPart, part.id)) == (0, None)
    again = sent(session, queries.dossier(session, _second(session, world)).intake, account, storage.folder)
    row = services.attach(
        session, kind=AttachmentKind.MERIT, filename="m.pdf", content=PDF, storage=storage, **by(again)
    ).row
    services.remove_attachment(session, attachment=row, storage=storage, **by(again))
    session.commit()
    disposal.dispose(session, application=again, reason="Plan 1", storage=storage, actor=world.actor, now=NOW)
    session.commit()
    assert (stored(storage), session.exec(select(RemovedPart)).all()) == (0, [])


def _second(session: Session, world: World) -> Application:
    return begin(session, open_intake(session, world, slug="autumn"), applicant(session, "eva@example.org"))


def test_page_says_removed_and_undo_until_the_time_is_over(
    session: Session,
    draft: Application,
    storage: Storage,
    client: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    sign_in(client, session.get_one(Account, draft.account_id))
    here = f"/my/{draft.reference}"
    for page, row in (
        ("attachments", f"attachments/{queries.attachments(session, draft)[0].public_id}"),
        ("experience", f"experience/{queries.periods(session, draft)[0].public_id}"),
    ):
        session.rollback()
        assert post(client, f"{here}/{row}/remove").headers["Location"] == f"{here}/{page}"
        session.rollback()
        part = session.exec(select(RemovedPart)).one().public_id
        session.rollback()
        way = f'action="{here}/removed/{part}/undo"'
        for _reload in range(2):
            assert way in client.get(f"{here}/{page}").text
        assert post(client, f"{here}/removed/{part}/undo").headers["Location"] == f"{here}/{page}"
        text = client.get(f"{here}/{page}").text
        assert "It is back." in text
        assert way not in text
        assert post(client, f"{here}/removed/{part}/undo").status_code == 303  # a second click
        assert "or it is back already" in client.get(f"{here}/{page}").text


def test_somebody_elses_removal_is_not_there(
    session: Session, draft: Application, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    part = remove_period(session, draft).public_id
    reference = draft.reference
    sign_in(client, applicant(session, "eva@example.org"))
    assert post(client, f"/my/{reference}/removed/{part}/undo").status_code == 404
