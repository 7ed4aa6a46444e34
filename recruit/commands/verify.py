"""`recruit verify`: is the record whole, and does every ranking follow from its inputs? And is a record file?"""

import re
from pathlib import Path

import click

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(
    "verify",
    epilog="Example: recruit verify --region alvmark --head 4f1c… | recruit verify list.record.zip --digest 9ae0…",
)
@click.argument("file", required=False, type=_FILE)
@click.option("--monitoring", type=_FILE, help="The monitoring file that belongs to FILE: recompute it too.")
@click.option(
    "--digest", metavar="HEX", help="The checksum or the chain head printed on the confirmed list of FILE."
)
@click.option("--region", help="Without FILE: only this region (default: all).")
@click.option(
    "--head", help="Without FILE: a chain head printed on a confirmed list; it must be in the chain."
)
def command(
    file: Path | None, monitoring: Path | None, digest: str | None, region: str | None, head: str | None
) -> None:
    """Without FILE, check the database: the chain of hashes, the values beside it, and every ranking run and interview
    list against what the chain recorded of it.

    With FILE, a record file, use no database: recompute the ranking, the borderline zone, the list and the chain from
    the file alone, and say "identical", or where it differs first. docs/record-file.md describes the file.

    Exit code 0 when everything matches, 1 when anything does not; each thing that does not match is named.
    """
    if file is None:
        for name, value in (("--monitoring", monitoring), ("--digest", digest)):
            if value is not None:
                raise click.UsageError(f"{name} belongs to a record file: give FILE as well.")
        _verify_database(region, head)
        return
    if region is not None or head is not None:
        raise click.UsageError(
            "--region and --head are for the database. With FILE, give what is printed with --digest."
        )
    if digest is not None and not re.fullmatch(r"[0-9a-fA-F]{64}", digest.strip()):
        raise click.UsageError("--digest: expected the 64 hexadecimal digits that are printed on the list.")
    _verify_file(file, monitoring, digest)


def _verify_file(file: Path, monitoring: Path | None, digest: str | None) -> None:
    from recruit.record_file.checking import check
    from recruit.record_file.container import Unreadable

    try:
        second = _content(monitoring) if monitoring is not None else None
        result = check(_content(file), monitoring=second, digest=digest)
    except Unreadable as error:
        raise click.ClickException(f"{error}.") from None
    click.echo("identical" if result.identical else "different")
    for difference in result.differences:
        click.echo(str(difference))
    click.echo(f"{result.facts}.")
    click.echo(f"Checksum {result.content_sha256}, chain head {result.chain_head}.")
    for note in result.notes:
        click.echo(note)
    if not result.identical:
        raise click.exceptions.Exit(1)


def _content(path: Path) -> bytes:
    """A file's bytes, no more than a record file can have."""
    from recruit.record_file.container import MOST_BYTES

    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise click.ClickException(f"{path} cannot be read: {error.strerror or error}.") from None


def _verify_database(region: str | None, head: str | None) -> None:
    from sqlmodel import select

    from recruit.commands.common import command_session, region_named
    from recruit.models import RecordEntry, Region
    from recruit.services.verification import verify

    ok = True
    with command_session("the check covers every region") as session:
        regions = (
            [region_named(session, region)] if region else session.exec(select(Region).order_by(Region.slug))
        )
        for found in regions:
            assert found.id is not None
            report = verify(session, region_id=found.id)
            ok &= report.ok
            click.echo(
                f"{found.name}: {_count(report.entries, 'entry', 'entries')}, "
                f"{_count(report.runs, 'ranking run', 'ranking runs')} recomputed, "
                f"{_count(report.lists, 'confirmed list', 'confirmed lists')}. Head {report.head}"
            )
            for gone in report.disposed:
                click.echo(
                    f"  disposed of: {gone.values} values of {gone.subject}, {gone.at:%Y-%m-%d %H:%M} UTC"
                )
            for each in report.unchecked:
                click.echo(f"  not compared: {each.what}: {each.message}")
            for finding in report.findings:
                click.echo(f"  DOES NOT MATCH: {finding.what}: {finding.message}", err=True)
        if head and session.exec(select(RecordEntry.id).where(RecordEntry.hash == head)).first() is None:
            ok = False
            click.echo(
                f"DOES NOT MATCH: no entry has the head {head}: the chain was cut or rewritten.", err=True
            )
    if not ok:
        raise click.exceptions.Exit(1)
    click.echo("Everything matches.")


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
