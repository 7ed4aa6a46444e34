"""Bring a database to the present schema, through the migrations."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from recruit.database import make_engine

FOLDER = Path(__file__).parent / "migrations"


def configuration() -> Config:
    """Alembic's configuration; the migrations travel inside the package."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Create or bring up to date the database at this URL, or up to an earlier revision."""
    engine = make_engine(url)
    config = configuration()
    try:
        with engine.execution_options(writes=True).connect() as connection:
            _leave_references_to_the_end(connection)
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
            _check_references(connection)
            connection.commit()
    finally:
        engine.dispose()


def _leave_references_to_the_end(connection: Connection) -> None:
    """SQLite changes a table by making it anew, which it refuses while rows point to the old one."""
    if connection.dialect.name == "sqlite":
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute("PRAGMA foreign_keys=OFF")  # before the transaction begins: it has no effect in one


def _check_references(connection: Connection) -> None:
    """Raises RuntimeError, which undoes the whole upgrade, when a row points to one that is not there."""
    if connection.dialect.name != "sqlite":
        return
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise RuntimeError(f"after the upgrade a row of {broken[0]} points to none of {broken[2]}")


def differences(url: str) -> list[object]:
    """What the models have and the migrated database lacks, or the other way round. Empty when they agree."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from recruit.models import metadata

    engine = make_engine(url)
    try:
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            return list(compare_metadata(context, metadata()))
    finally:
        engine.dispose()
