"""Rows written at once, without the unit of work, are written as any other: whole, in order, and in scope."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, inspect
from sqlmodel import Session, select

from recruit.at_once import insert_at_once, update_at_once
from recruit.database import AllRegions, OneRegion, make_session
from recruit.errors import ScopeError
from recruit.models import Site, SiteKind
from recruit.models.types import id_of
from tests.recruit.factories import World


def site(region_id: int, name: str) -> Site:
    return Site(region_id=region_id, name=name, kind=SiteKind.HOSPITAL)


@pytest.fixture
def region_id(world: World) -> int:
    return id_of(world.region)


@pytest.fixture
def writing(engine: Engine, region_id: int) -> Iterator[Session]:
    with make_session(engine, scope=OneRegion(region_id)) as session:
        yield session


def names(engine: Engine) -> list[str]:
    with make_session(engine, scope=AllRegions("tests")) as session:
        return list(session.exec(select(Site.name).order_by(Site.id)))  # type: ignore[arg-type]


def test_inserted_row_is_the_sessions_and_reads_as_it_was_written(
    writing: Session, region_id: int, engine: Engine
) -> None:
    row = site(region_id, "Norra")
    insert_at_once(writing, row)
    assert inspect(row).persistent
    assert not writing.new
    assert not writing.dirty
    assert writing.get(Site, row.id) is row
    writing.commit()
    with make_session(engine, scope=OneRegion(region_id)) as other:
        assert other.get_one(Site, row.id).model_dump() == row.model_dump()


def test_what_waits_to_be_written_is_written_before(writing: Session, region_id: int, engine: Engine) -> None:
    before = names(engine)
    writing.add(site(region_id, "first"))
    insert_at_once(writing, second := site(region_id, "second"))
    writing.add(site(region_id, "third"))
    update_at_once(writing, second, {"name": "second, renamed"})
    writing.commit()
    assert names(engine) == [*before, "first", "second, renamed", "third"]


def test_updated_row_can_be_changed_further_in_the_usual_way(
    writing: Session, region_id: int, engine: Engine
) -> None:
    row = site(region_id, "Norra")
    insert_at_once(writing, row)
    row.name = "waits"
    update_at_once(writing, row, {"kind": SiteKind.PRIMARY_CARE})
    assert row.kind is SiteKind.PRIMARY_CARE
    assert not inspect(row).modified
    row.name = "Södra"
    writing.commit()
    with make_session(engine, scope=OneRegion(region_id)) as other:
        found = other.get_one(Site, row.id)
        assert (found.name, found.kind) == ("Södra", SiteKind.PRIMARY_CARE)


def test_rolled_back_nothing_of_it_is_there(writing: Session, region_id: int, engine: Engine) -> None:
    before = names(engine)
    row = site(region_id, "Norra")
    insert_at_once(writing, row)
    number = row.id
    writing.rollback()
    assert names(engine) == before
    assert writing.get(Site, number) is None


def test_savepoint_takes_it_back(writing: Session, region_id: int, engine: Engine) -> None:
    insert_at_once(writing, row := site(region_id, "Norra"))
    with writing.begin_nested() as savepoint:
        update_at_once(writing, row, {"name": "Södra"})
        savepoint.rollback()
    writing.refresh(row)
    assert row.name == "Norra"


def test_another_regions_row_is_refused(
    writing: Session, region_id: int, session: Session, engine: Engine
) -> None:
    row = session.exec(select(Site)).first()
    assert row is not None
    before = names(engine)
    with make_session(engine, scope=OneRegion(region_id + 1)) as foreign:
        with pytest.raises(ScopeError, match="written in scope"):
            update_at_once(foreign, row, {"name": "taken"})
        with pytest.raises(ScopeError, match="written in scope"):
            insert_at_once(foreign, site(region_id, "smuggled"))
    with make_session(engine) as unscoped, pytest.raises(ScopeError, match="written in scope None"):
        insert_at_once(unscoped, site(region_id, "smuggled"))
    assert names(engine) == before
