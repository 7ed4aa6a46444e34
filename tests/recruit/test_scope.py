"""No query and no write crosses a region."""

from typing import Any

import pytest
from sqlalchemy import Engine, exists, func, union_all
from sqlalchemy.orm import aliased
from sqlmodel import Session, SQLModel, col, delete, select, update

from recruit.database import AllRegions, OneRegion, make_session, set_scope
from recruit.errors import ScopeError
from recruit.models import Membership, OutgoingMail, Region, Site, SiteKind
from tests.bench.pages import statements
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


#: Mail about an account belongs to no region.
BEYOND = (OutgoingMail,)


def _ways() -> dict[str, Any]:
    """Statements that ask for regions with sites, each of which names the table of sites elsewhere."""
    other = aliased(Site)
    listed = select(Site.region_id).cte()
    return {
        "alias": select(other.region_id),
        "subquery": select(select(Site.region_id).subquery()),
        "common table": select(listed),
        "common table of a common table": select(select(listed.c.region_id).cte()),
        "outer join": select(Site.region_id)
        .select_from(Region)
        .join(Site, Site.region_id == Region.id, isouter=True),
        "in": select(Region.id).where(col(Region.id).in_(select(Site.region_id))),
        "exists": select(Region.id).where(exists().where(Site.region_id == Region.id)),
        "exists of an alias": select(Region.id).where(exists().where(other.region_id == Region.id)),
        "scalar": select(select(func.max(Site.region_id)).scalar_subquery()),
        "counted in a condition": select(Region.id).where(
            select(func.count(Site.id)).where(Site.region_id == Region.id).scalar_subquery() > 0
        ),
        "union": union_all(select(Site.region_id), select(Site.region_id).where(Site.name != "")),
        "expression": select(func.coalesce(Site.region_id, 0)),
        "only a condition": select(Region.id).where(Site.region_id == Region.id),
    }


WAYS = sorted(_ways())


@pytest.mark.parametrize("way", WAYS)
def test_wherever_a_statement_names_a_table_it_sees_the_own_region_only(
    engine: Engine, regions: tuple[int, int], way: str
) -> None:
    for region in reversed(regions):
        with make_session(engine, scope=OneRegion(region)) as session:
            found = set(session.execute(_ways()[way]).scalars()) - {None}
            assert found == {region}


def test_update_reaches_the_own_region_only(engine: Engine, regions: tuple[int, int]) -> None:
    with make_session(engine, scope=OneRegion(regions[0])) as session:
        session.exec(update(Site).values(kind=SiteKind.PRIMARY_CARE))
        session.commit()
        set_scope(session, AllRegions("to look at both"))
        foreign = select(Site.kind).where(Site.region_id == regions[1])
        assert SiteKind.HOSPITAL in set(session.exec(foreign))


def test_delete_reaches_the_own_region_only(engine: Engine, regions: tuple[int, int]) -> None:
    with make_session(engine, scope=OneRegion(regions[0])) as session:
        session.exec(delete(Membership))
        set_scope(session, AllRegions("to look at both"))
        assert set(session.exec(select(Membership.region_id))) == {regions[1]}


def test_every_class_of_a_region_is_restricted(engine: Engine, regions: tuple[int, int]) -> None:
    mapped = [each.class_ for each in SQLModel._sa_registry.mappers]
    scoped = [each for each in mapped if "region_id" in each.__table__.columns and each not in BEYOND]
    assert len(scoped) > 50
    with make_session(engine, scope=OneRegion(regions[0])) as session, statements(engine) as sent:
        for each in scoped:
            session.exec(select(each.id)).all()
    for each, statement in zip(scoped, sent, strict=True):
        assert f"WHERE {each.__table__.name}.region_id =" in statement.replace('"', ""), statement


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
