"""How people look at the table of applications: the view left last, and views kept by name, shared or not."""

from datetime import datetime

from sqlmodel import Session, select

from recruit.actor import Actor
from recruit.errors import Conflict, NotFound
from recruit.i18n import lazy_gettext as _
from recruit.models import Intake, TableView
from recruit.models.types import id_of
from recruit.services.written import checked

MOST_VIEWS = 30
LONGEST_NAME = 60
LEFT_LAST = ""


def remember(session: Session, *, intake: Intake, query: str, actor: Actor, now: datetime) -> None:
    """Keep what the person looked at last in this intake; "" is the table as it is without a filter."""
    row = _named(session, intake, LEFT_LAST, actor) or _new(intake, LEFT_LAST, actor, now)
    row.query, row.saved_at = query, now
    session.add(row)


def save(
    session: Session, *, intake: Intake, name: str, query: str, shared: bool, actor: Actor, now: datetime
) -> TableView:
    """Keep a view under a name, for oneself or shared with the group; the same name again replaces one's own.

    Raises Invalid without a name or with too long a one, Conflict when there are too many.
    """
    name = _checked(name)
    row = _named(session, intake, name, actor)
    if row is None:
        own = select(TableView).where(
            TableView.intake_id == intake.id, TableView.account_id == actor.account_id
        )
        if len(session.exec(own).all()) > MOST_VIEWS:
            raise Conflict(_("You have %(number)s views here. Remove one first.", number=MOST_VIEWS))
        row = _new(intake, name, actor, now)
    row.query, row.shared, row.saved_at = query, shared, now
    session.add(row)
    session.flush()
    return row


def change(
    session: Session, *, intake: Intake, public_id: str, name: str, shared: bool, actor: Actor
) -> TableView:
    """Give one's own view another name, share it or keep it to oneself. Raises Invalid, NotFound, Conflict."""
    row = _own(session, intake, public_id, actor)
    name = _checked(name)
    other = _named(session, intake, name, actor)
    if other is not None and other.id != row.id:
        raise Conflict(_("You have another view with the name %(name)s.", name=name))
    row.name, row.shared = name, shared
    session.add(row)
    session.flush()
    return row


def remove(session: Session, *, intake: Intake, public_id: str, actor: Actor) -> TableView:
    """Remove one's own view. Raises NotFound for somebody else's."""
    row = _own(session, intake, public_id, actor)
    session.delete(row)
    session.flush()
    return row


def _checked(name: str) -> str:
    return checked(
        " ".join(name.split()), limit=LONGEST_NAME, field="name", missing=_("Write a name for the view.")
    )


def _named(session: Session, intake: Intake, name: str, actor: Actor) -> TableView | None:
    chosen = select(TableView).where(
        TableView.intake_id == intake.id, TableView.account_id == actor.account_id, TableView.name == name
    )
    return session.exec(chosen).first()


def _own(session: Session, intake: Intake, public_id: str, actor: Actor) -> TableView:
    chosen = select(TableView).where(
        TableView.intake_id == intake.id,
        TableView.account_id == actor.account_id,
        TableView.public_id == public_id,
        TableView.name != LEFT_LAST,
    )
    found = session.exec(chosen).first()
    if found is None:
        raise NotFound(_("You have no such view of this table. Somebody else's is changed by that person."))
    return found


def _new(intake: Intake, name: str, actor: Actor, now: datetime) -> TableView:
    return TableView(
        region_id=intake.region_id,
        intake_id=id_of(intake),
        account_id=actor.person(),
        name=name,
        saved_at=now,
    )
