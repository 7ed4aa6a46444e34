"""`recruit stray-files`: remove stored files that no row names."""

import click

from recruit.commands.common import command_session, command_settings


@click.command("stray-files", epilog="Example: recruit stray-files --dry-run")
@click.option("--dry-run", is_flag=True, help="List them; remove nothing.")
@click.option("--many", is_flag=True, help="Remove them also where they are more than a tenth of all files.")
def command(dry_run: bool, many: bool) -> None:
    """Remove stored files older than a day that no row of the database names, with a line in the log for each.

    A process that dies while a file comes in leaves one behind. `recruit serve` and `recruit dispose --due` remove them
    once a day.
    """
    from recruit import clock
    from recruit.database import make_engine
    from recruit.errors import Conflict
    from recruit.storage import Storage
    from recruit.stray_files import find, remove

    settings = command_settings()
    if dry_run:
        with command_session("files of all regions lie in one folder", settings) as session:
            found = find(session, Storage(settings.attachments), now=clock.now())
        for name in found.names:
            click.echo(name)
        click.echo(f"{len(found.names)} of {found.files} files older than a day are named by no row.")
        return
    engine = make_engine(settings.database)
    try:
        gone = remove(engine, settings, many=many)
    except Conflict as refusal:
        raise click.ClickException(f"{refusal} With --many they are removed all the same.") from None
    finally:
        engine.dispose()
    click.echo(f"{len(gone.names)} files that no row named are removed.")
