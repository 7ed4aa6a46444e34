"""No query and no write crosses a region."""

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select, update

from recruit.database import AllRegions, OneRegion, make_session, set_scope
from recruit.errors import ScopeError
from recruit.models import Membership, Region, Site, SiteKind
from tests.recruit.factories import World, make_world


@pytest.fixture
def regions(session: Session, world: World) -> tuple[int, int]:
    """The ids of two regions, each with sites."""
    other = make_world(session, "fjallnas")
    assert world.region.id is not None
    assert other.region.id is not None
    return world.region.id, other.region.id


def test_query_without_a_scope_is_refused(engine: Engine) -> None:
    with make_session(engine) as session, pytest.raises(ScopeError, match="no region is set"):
        session.exec(select(Site)).all()


def test_query_of_one_region_sees_its_rows_only(engine: Engine, regions: tuple[int, int]) -> None:
    with make_session(engine, scope=OneRegion(regions[0])) as session:
        assert {site.region_id for site in session.exec(select(Site))} == {regions[0]}
        assert set(session.exec(select(Site.region_id))) == {regions[0]}


def test_query_by_id_of_a_foreign_row_finds_nothing(engine: Engine, regions: tuple[int, int]) -> None:
    with make_session(engine, scope=AllRegions("to find a foreign row")) as session:
        foreign = session.exec(select(Site.id).where(Site.region_id == regions[1])).first()
    with make_session(engine, scope=OneRegion(regions[0])) as session:
        assert session.get(Site, foreign) is None


def test_join_of_one_region_sees_its_rows_only(engine: Engine, regions: tuple[int, int]) -> None:
    with make_session(engine, scope=OneRegion(regions[0])) as session:
        joined = select(Region.slug).join(Membership, Membership.region_id == Region.id)  # type: ignore[arg-type]
        assert set(session.exec(joined)) == {"alvmark"}


def test_update_reaches_the_own_region_only(engine: Engine, regions: tuple[int, int]) -> None:
    with make_session(engine, scope=OneRegion(regions[0])) as session:
        session.exec(update(Site).values(kind=SiteKind.PRIMARY_CARE))
        session.commit()
        set_scope(session, AllRegions("to look at both"))
        foreign = select(Site.kind).where(Site.region_id == regions[1])
        assert SiteKind.HOSPITAL in set(session.exec(foreign))


def test_scope_changes_with_the_session_not_with_the_statement(
    engine: Engine, regions: tuple[int, int]
) -> None:
    """The same statement, compiled once, must take the region of the session that runs it."""
    statement = select(Site.region_id)
    for region in regions:
        with make_session(engine, scope=OneRegion(region)) as session:
            assert set(session.exec(statement)) == {region}


def test_row_of_a_foreign_region_cannot_be_written(engine: Engine, regions: tuple[int, int]) -> None:
    with make_session(engine, scope=OneRegion(regions[0])) as session:
        session.add(Site(region_id=regions[1], name="Smuggled", kind=SiteKind.HOSPITAL))
        with pytest.raises(ScopeError, match="Site of region"):
            session.flush()
