"""`recruit init-db`: create the database or bring it up to date."""

import click

from recruit.commands.common import command_settings


@click.command(
    "init-db", epilog="Example: RECRUIT_DATABASE_URL=postgresql://recruit@db/recruit recruit init-db"
)
def command() -> None:
    """Create the database, or bring it up to date, through the migrations. Safe to run again."""
    from pathlib import Path

    from sqlalchemy.exc import OperationalError

    from recruit.migrate import upgrade

    settings = command_settings()
    if not settings.database_url:
        Path(settings.data_dir).mkdir(parents=True, exist_ok=True)
    try:
        upgrade(settings.database)
    except OperationalError as error:
        raise click.ClickException(f"The database cannot be reached: {error.orig}") from None
    click.echo("The database is up to date.")
