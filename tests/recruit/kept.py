"""Fixtures whose rows are made once per worker and laid anew for each test: most tests begin in few situations."""

from collections.abc import Callable
from typing import Any, TypeVar

from sqlmodel import Session, SQLModel, col, select

from recruit.models import BrowserSession
from tests.databases import Database
from tests.recruit.factories import World, make_world, world_of

Row = TypeVar("Row", bound=SQLModel)


def kept(model: type[Row]) -> Callable[[Callable[[Session, World], Row]], Callable[..., Row]]:
    """Turns `make(session, world)`, which makes and commits a situation, into a fixture that gives its newest `model`.

    It begins from `world` alone: rows that another fixture has written before it are gone, but for who is signed in.
    """

    def decorate(make: Callable[[Session, World], Row]) -> Callable[..., Row]:
        def state(session: Session) -> object:
            return make(session, world_of(session))

        def fixture(database: Database, session: Session, world: World) -> Row:
            signed_in = [each.model_dump() for each in session.exec(select(BrowserSession))]
            session.commit()
            database.start_from(state, upon=make_world)
            session.add_all(BrowserSession(**each) for each in signed_in)
            identity: Any = model.__table__.c.id  # type: ignore[attr-defined]
            row = session.exec(select(model).order_by(col(identity).desc())).first()
            assert row is not None
            session.commit()  # a transaction left open would not see what others commit
            return row

        fixture.__name__, fixture.__doc__ = make.__name__, make.__doc__
        return fixture

    return decorate
