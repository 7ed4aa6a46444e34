"""What commands say at a terminal, and the names of files that they are given."""

from collections.abc import Mapping

import click

from recruit.tables.text import plain


def echo(line: str, *, err: bool = False) -> None:
    """Write one line. A name out of somebody's file cannot act on the terminal, or end the line."""
    click.echo(plain(line), err=err)


def refuse_nameless(options: Mapping[str, str | None]) -> None:
    """An empty name of a file, as an unset variable of a shell gives, is not the same as none."""
    for option, name in options.items():
        if name == "":
            raise click.UsageError(f"{option}: the name of the file is empty.")
