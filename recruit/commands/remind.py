"""`recruit remind`: the hourly work of the server, for installations that run no courier."""

import click

from recruit.commands.common import command_settings


@click.command("remind", epilog="Example: recruit remind, once a day from cron")
def command() -> None:
    """Remind those whose last day to complete an application is at most three days away, and referees before theirs.

    Referees whom an intake's setting says are to be asked by now are asked. Nobody is reminded twice of the same day.
    What applicants removed and can no longer put back is deleted.
    `recruit serve` does the same once an hour.
    """
    from recruit.database import make_engine
    from recruit.reminders import remind

    settings = command_settings()
    engine = make_engine(settings.database)
    try:
        number = remind(engine, settings)
    finally:
        engine.dispose()
    click.echo(f"{number} reminded.")
