"""`recruit export`: an intake's results as files."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from recruit.commands.common import command_session, command_settings, region_named

if TYPE_CHECKING:
    from sqlmodel import Session

    from recruit.models import Intake, Region


@click.command(
    "export", epilog="Example: recruit export --region alvmark --intake bt-varen-2027 --out export"
)
@click.option("--region", required=True, help="The region's short name in addresses.")
@click.option(
    "--intake", "slug", help="The intake's short name (default: every intake with a confirmed list)."
)
@click.option(
    "--language",
    type=click.Choice(["sv", "en"]),
    default="sv",
    show_default=True,
    help="Language of the files.",
)
@click.option(
    "--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder to write into."
)
@click.option(
    "--record",
    is_flag=True,
    help="Write the record file instead: the selection without names, for `recruit verify FILE`. Needs --intake.",
)
@click.option(
    "--list",
    "version",
    type=click.IntRange(min=1),
    help="With --record: the version of the list (default: the newest confirmed).",
)
@click.option(
    "--with-monitoring",
    is_flag=True,
    help="With --record: also the monitoring file, with each applicant's answers by code. Only for auditors.",
)
def command(
    region: str,
    slug: str | None,
    language: str,
    out: Path,
    record: bool,
    version: int | None,
    with_monitoring: bool,
) -> None:
    """Write the newest confirmed interview list (XLSX, CSV, PDF), its ranking and the audit report as files.

    Names stand in the interview list only. The audit report is suppressed as the group sees it.
    """
    if record:
        if slug is None:
            raise click.UsageError("--record writes the file of one selection: give --intake.")
        _write_record(region, slug, out, version, with_monitoring)
        return
    if version is not None or with_monitoring:
        raise click.UsageError("--list and --with-monitoring belong to --record.")
    from recruit.exports.files import write_intake, write_region
    from recruit.tables.errors import FileError

    settings = command_settings()
    minimum = settings.suppress_below
    try:
        with command_session("a command writes the files of the region it is asked for", settings) as session:
            found = region_named(session, region)
            if slug is None:
                paths = write_region(session, found, out, tell=click.echo, language=language, minimum=minimum)
            else:
                intake = _intake(session, found, slug)
                paths = write_intake(
                    session, found, intake, out, tell=click.echo, language=language, minimum=minimum
                )
    except FileError as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written: {error.strerror or error}.") from None
    for path in paths:
        click.echo(str(path))


def _write_record(region: str, slug: str, out: Path, version: int | None, with_monitoring: bool) -> None:
    """Write the record file, check it as anybody can, and say what came out."""
    from recruit.exports.record_file import write
    from recruit.record_file.checking import check
    from recruit.tables.errors import FileError

    try:
        with command_session("a command writes the record file of the region it is asked for") as session:
            found = region_named(session, region)
            intake = _intake(session, found, slug)
            paths = write(session, found, intake, out, version=version, with_monitoring=with_monitoring)
    except FileError as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written: {error.strerror or error}.") from None
    for path in paths:
        click.echo(str(path))
    result = check(paths[0].read_bytes(), monitoring=paths[1].read_bytes() if with_monitoring else None)
    if not result.identical:
        raise click.ClickException(
            f"The file does not give the same when it is recomputed. {result.differences[0]}"
        )


def _intake(session: "Session", region: "Region", slug: str) -> "Intake":
    """The region's intake with this slug. Refuses with the slugs that exist."""
    from sqlmodel import col, select

    from recruit.models import Intake

    found = list(session.exec(select(Intake).where(Intake.region_id == region.id).order_by(col(Intake.slug))))
    for intake in found:
        if intake.slug == slug:
            return intake
    known = ", ".join(intake.slug for intake in found) or "none yet"
    raise click.ClickException(f"There is no intake {slug!r} in {region.name}. Intakes: {known}.")
