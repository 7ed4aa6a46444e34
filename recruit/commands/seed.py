"""`recruit seed`: the demo region in a database of one's own."""

import click

from recruit.commands.common import command_session, command_settings


@click.command("seed", epilog="Example: RECRUIT_DATABASE_URL=postgresql://… recruit seed")
def command() -> None:
    """Fill an empty database with the invented demo region (about 180 applications). Takes a minute or two."""
    from sqlmodel import select

    from recruit import clock
    from recruit.demo.region import PASSWORD, SLUG
    from recruit.demo.story import make
    from recruit.models import Region
    from recruit.storage import Storage
    from recruit.web import build_app

    settings = command_settings()
    speaking = build_app(settings).app_context()  # reasons are kept in words, which need a language: Swedish
    with speaking, command_session("the demo makes a region", settings) as session:
        if session.exec(select(Region.id)).first() is not None:
            raise click.ClickException(
                "The database has regions already. The demo goes into an empty database only."
            )
        today = clock.in_stockholm(clock.now()).date()
        make(session, Storage(settings.attachments), today=today, tell=click.echo)
    click.echo(f"Done. Sign in as samordnare@{SLUG}.example with the password: {PASSWORD}")
