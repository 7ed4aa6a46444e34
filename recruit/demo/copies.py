"""Redacted copies of CVs, so that assessors have documents to read: everything that is found is struck.

The documents are the demo's own, so they are read in this process; people's documents never are.
"""

from datetime import datetime

from sqlmodel import Session

from recruit import redacting
from recruit.demo.judging import Judged
from recruit.demo.region import Group
from recruit.documents.burning import Strikes, burnt
from recruit.documents.pages import opened
from recruit.documents.sandbox import PageText
from recruit.models import AttachmentKind
from recruit.models.application import GOES_ON
from recruit.queries import eligibility as queries
from recruit.services.references import add_redacted
from recruit.storage import Storage


def make_copies(session: Session, judged: list[Judged], group: Group, storage: Storage, now: datetime) -> int:
    """Copies of the CVs of those who are eligible; returns how many."""
    made = 0
    for each in judged:
        application = each.application
        if application.eligibility not in GOES_ON:
            continue
        periods, referees, attachments = queries.told(session, application)
        for original in attachments:
            if original.kind is not AttachmentKind.CV or original.redacts_id is not None:
                continue
            content = storage.open(original.storage_name)
            with opened(content) as document:
                found = [document.page(number) for number in range(len(document))]
            pages = [PageText(page.text, len(page.images), page.filled) for page in found]
            seen = redacting.looked(pages, redacting.person_of(application, periods, referees))
            ticked = {finding.key for finding in seen.findings}
            chosen = redacting.choose(seen, digest=seen.digest, ticked=ticked)
            strikes = {
                number: Strikes(tuple((start, end) for start, end in told["spans"]), tuple(told["images"]))
                for number, told in chosen.strikes.items()
            }
            add_redacted(
                session,
                attachment=original,
                filename="cv.pdf",
                content=burnt(content, strikes),
                storage=storage,
                actor=group.actor,
                now=now,
                counts={"struck": chosen.struck, "let_stand": chosen.let_stand},
            )
            made += 1
    return made
