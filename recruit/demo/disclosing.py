"""A journalist asks to see the file of one applicant who was called: gone through, masked where it is private, handed
out.
"""

from datetime import date, datetime

from flask import Flask
from sqlmodel import Session

from recruit import i18n
from recruit.actor import Actor
from recruit.disclosing import grounds
from recruit.disclosing.items import WHOLE, digest
from recruit.disclosing.material import material
from recruit.models import Application, Intake
from recruit.queries import disclosure as queries
from recruit.services import disclosure as service
from recruit.services.disclosure import Mask
from recruit.storage import Storage

WANTED = "Kopia på ansökan och omdömen för den som står först på intervjulistan. Gärna per e-post."
LETTER = (
    "Begäran att ta del av allmänna handlingar\n\nRegionen lämnar ut det som begärts utom de uppgifter som är"
    " maskerade. Förteckningen över maskeringar anger grunden för var och en.\n\nNi kan få frågan prövad i ett"
    " skriftligt beslut av regionen, som kan överklagas till kammarrätten inom tre veckor från den dag ni fick del av"
    " beslutet."
)
PARTS = ("answers", "references", "assessments", "ranking", "list")


def disclose(
    session: Session,
    *,
    intake: Intake,
    application: Application,
    storage: Storage,
    asked_on: date,
    actor: Actor,
    second: Actor,
    now: datetime,
) -> None:
    """One request from its registration to the file, with a second look. The file's words are Swedish, as always."""
    app = Flask("recruit")
    i18n.init_app(app)
    with app.app_context():
        _disclose(session, intake, application, storage, asked_on, actor, second, now)


def _disclose(
    session: Session,
    intake: Intake,
    application: Application,
    storage: Storage,
    asked_on: date,
    actor: Actor,
    second: Actor,
    now: datetime,
) -> None:
    made = service.register(session, intake=intake, wanted=WANTED, asked_on=asked_on, actor=actor, now=now)
    service.choose(
        session,
        disclosure=made,
        codes={application.mask_code},
        parts=PARTS,
        revision=made.revision,
        actor=actor,
        now=now,
    )
    items = material(session, application, PARTS, storage)
    masks = [
        Mask(item.key, each.kind, place, grounds.proposed(each.kind))
        for item in items
        for each in item.proposals
        for place in each.places
    ]
    masks += [
        Mask(item.key, item.private, WHOLE, grounds.proposed(item.private)) for item in items if item.private
    ]
    code = application.mask_code
    row = queries.one_chosen(session, disclosure=made, code=code)[0]
    service.review(
        session,
        disclosure=made,
        code=code,
        items=items,
        masks=masks,
        seen=digest(items),
        state=service.state_of(row, []),
        actor=actor,
        now=now,
    )
    service.look_again(session, disclosure=made, revision=made.revision, actor=second, now=now)
    prepared = service.prepare(
        session,
        disclosure=made,
        material={code: items},
        refused=False,
        letter=LETTER,
        revision=made.revision,
        actor=actor,
    )
    content = prepared.file(storage=storage, now=now)
    service.decide(session, prepared=prepared, content=content, material={code: items}, actor=actor, now=now)
