"""`recruit serve`: the web application with its mail courier."""

import click

from recruit.commands.common import command_settings


@click.command(
    "serve", epilog="Example: RECRUIT_BASE_URL=https://bt.example.org recruit serve --port 8080 --workers 4"
)
@click.option("--host", help="Address to listen on (default: RECRUIT_HOST or 127.0.0.1).")
@click.option(
    "--port", type=click.IntRange(1, 65535), help="Port to listen on (default: RECRUIT_PORT or 8000)."
)
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Processes.")
@click.option(
    "--threads", default=8, show_default=True, type=click.IntRange(1, 64), help="Threads in each process."
)
def command(host: str | None, port: int | None, workers: int, threads: int) -> None:
    """Serve until stopped with Ctrl-C. Mail in the outbox is sent every few seconds."""
    from recruit.mail_message import check
    from recruit.server import PortTaken, run
    from recruit.settings import SettingError

    settings = command_settings()
    try:
        check(settings)
        run(
            settings, host=host or settings.host, port=port or settings.port, workers=workers, threads=threads
        )
    except (PortTaken, SettingError) as error:
        raise click.ClickException(str(error)) from None
