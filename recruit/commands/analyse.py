"""`recruit analyse`: compute an intake's analysis for the auditor, or every analysis that waits."""

import time
from typing import TYPE_CHECKING

import click

from recruit.commands.common import command_session, command_settings, region_named

if TYPE_CHECKING:
    from recruit.services.analysis import Taken


@click.command("analyse", epilog="Example: recruit analyse --intake bt-varen-2027 --region alvmark")
@click.option("--intake", help="The slug of the intake, as in its address.")
@click.option(
    "--region", help="The slug of its region; needed where two regions have an intake of that name."
)
@click.option(
    "--waiting", is_flag=True, help="Instead of one intake: every analysis that has been asked for."
)
def command(intake: str | None, region: str | None, waiting: bool) -> None:
    """Compute how the selection of an intake fell out between groups, as the auditor's pages show it, and store it.

    Progress and the time it took go to stderr. `recruit serve` does the same when an auditor asks, and when a list is
    confirmed, by `--waiting`. An analysis that is finished is never changed: this makes a new one.
    """
    if waiting == (intake is not None):
        raise click.UsageError("Give either --intake or --waiting.")
    if waiting:
        _work_off()
    else:
        assert intake is not None
        _one(intake, region)


def _work_off() -> None:
    from recruit.analyst import taken_line, work_off
    from recruit.database import make_engine

    engine = make_engine(command_settings().database)
    try:
        finished = work_off(engine, began=lambda taken: click.echo(taken_line(taken)))
    finally:
        engine.dispose()
    click.echo(f"{finished} finished.", err=True)


def _one(slug: str, region: str | None) -> None:
    from recruit.analyst import carry_out
    from recruit.database import make_engine

    began = time.monotonic()
    taken = _taken(slug, region)
    engine = make_engine(command_settings().database)
    try:
        finished = carry_out(engine, taken, tell=_tell)
    finally:
        engine.dispose()
    if not finished:
        raise click.ClickException("The analysis failed; the log above says why. Nothing else was changed.")
    click.echo(f"{slug}: analysed in {time.monotonic() - began:.1f} s.", err=True)


def _taken(slug: str, region: str | None) -> "Taken":
    from sqlmodel import select

    from recruit import clock
    from recruit.models import Intake
    from recruit.services import analysis

    with command_session("a command analyses the intake it is told") as session:
        wanted = select(Intake).where(Intake.slug == slug)
        if region is not None:
            wanted = wanted.where(Intake.region_id == region_named(session, region).id)
        found = session.exec(wanted).all()
        if not found:
            raise click.ClickException(f"There is no intake {slug!r}.")
        if len(found) > 1:
            raise click.ClickException(f"More than one region has an intake {slug!r}; give --region.")
        queued = analysis.enqueue(session, intake=found[0], now=clock.now())
        taken = analysis.take(session, now=clock.now(), analysis_id=queued.id)
        if taken is None:
            raise click.ClickException(f"An analysis of {slug} is being computed already.")
        return taken


def _tell(step: str, done: int, total: int) -> None:
    click.echo(f"{done:>3} of {total}  {step}", err=True)
