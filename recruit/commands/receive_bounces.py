"""`recruit receive-bounces`: read reports of undeliverable mail, and show what came back with its application."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from recruit.commands.common import command_session, command_settings


@click.command(
    "receive-bounces",
    epilog="Example: recruit receive-bounces /var/mail/bounces, or in /etc/aliases: "
    'bounces: "|recruit receive-bounces"',
)
@click.argument("source", required=False, type=click.Path(exists=True, path_type=Path))
def command(source: Path | None) -> None:
    """Read reports (RFC 3464) from SOURCE, a maildir, an mbox file or a file with one message, or from the input.

    What is no report, or about no message of ours, is counted and left alone. Reading the same reports again changes
    nothing.
    """
    from recruit import clock
    from recruit.bounces import MOST_BYTES, messages_in, read_report
    from recruit.services.bounced import receive

    settings = command_settings()
    contents: Iterable[bytes] = messages_in(source) if source else [sys.stdin.buffer.read(MOST_BYTES)]
    read = marked = 0
    for content in _readable(contents):
        read += 1
        report = read_report(content)
        if report is None:
            continue
        with command_session("a report may be about mail of any region", settings) as session:
            session.info["base_url"] = settings.base_url
            marked += receive(session, report=report, now=clock.now()) is not None
    click.echo(f"{read} read, {marked} marked as bounced.")


def _readable(contents: Iterable[bytes]) -> Iterator[bytes]:
    try:
        yield from contents
    except OSError as error:
        raise click.ClickException(f"{error.filename} cannot be read: {error.strerror or error}.") from None
