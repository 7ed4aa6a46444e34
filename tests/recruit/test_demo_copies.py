"""The demo's assessors have documents to read, and nothing is left in them."""

from sqlmodel import col, select

from recruit.documents.burning import leftovers
from recruit.models import Attachment
from recruit.storage import Storage
from tests.demo import Demo


def test_demo_has_copies_that_assessors_can_read(demo: Demo) -> None:
    storage = Storage(demo.settings.attachments)
    with demo.session() as session:
        copies = session.exec(select(Attachment).where(col(Attachment.redacts_id).is_not(None))).all()
        assert len(copies) > 30
        assert leftovers(storage.open(copies[0].storage_name)) == []
