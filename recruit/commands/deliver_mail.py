"""`recruit deliver-mail`: send what waits, for installations that run no courier beside the server."""

import click

from recruit.commands.common import command_settings


@click.command(
    "deliver-mail", epilog="Example: RECRUIT_MAIL_URL=smtp://mail.example.org:587 recruit deliver-mail"
)
def command() -> None:
    """Send the mail that waits and is due. `recruit serve` does the same every few seconds."""
    from recruit.courier import deliver_pending, post_notices
    from recruit.database import make_engine
    from recruit.mail_message import check
    from recruit.settings import SettingError

    settings = command_settings()
    if not settings.mail_url:
        raise click.ClickException(
            "RECRUIT_MAIL_URL is not set, so mail waits in the outbox. Set it to smtp://…"
        )
    engine = make_engine(settings.database)
    try:
        check(settings)
        post_notices(engine, settings)
        sent = deliver_pending(engine, settings)
    except SettingError as error:
        raise click.ClickException(str(error)) from None
    finally:
        engine.dispose()
    click.echo(f"{sent} sent.")
