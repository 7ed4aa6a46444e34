"""What the commands that use the database share."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlmodel import Session, select

from recruit.database import AllRegions, make_engine, make_session, transaction
from recruit.errors import Refusal
from recruit.models import Region
from recruit.settings import SettingError, Settings, read_settings


def command_settings() -> Settings:
    """The settings, or one clear line when a variable cannot be read."""
    try:
        return read_settings()
    except SettingError as error:
        raise click.ClickException(str(error)) from None


@contextmanager
def command_session(reason: str, settings: Settings | None = None) -> Iterator[Session]:
    """One transaction for the whole command. A refusal becomes one line and exit code 1; nothing is half-written."""
    from sqlalchemy.exc import OperationalError

    settings = settings or command_settings()
    engine = make_engine(settings.database)
    try:
        with make_session(engine, scope=AllRegions(reason)) as session, transaction(session):
            yield session
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from None
    except OperationalError as error:
        raise click.ClickException(
            f"The database cannot be used: {error.orig}. Run `recruit init-db` first, or check RECRUIT_DATABASE_URL."
        ) from None
    finally:
        engine.dispose()


def region_named(session: Session, slug: str) -> Region:
    """The region with this slug. Refuses with the slugs that exist."""
    found = session.exec(select(Region).where(Region.slug == slug)).first()
    if found is None:
        known = ", ".join(session.exec(select(Region.slug).order_by(Region.slug))) or "none yet"
        raise click.ClickException(f"There is no region {slug!r}. Regions: {known}.")
    return found
