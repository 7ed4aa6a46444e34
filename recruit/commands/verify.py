"""`recruit verify`: is the record whole, and does every ranking follow from its inputs?"""

import click

from recruit.commands.common import command_session, region_named


@click.command("verify", epilog="Example: recruit verify --region alvmark --head 4f1c…")
@click.option("--region", help="Only this region (default: all).")
@click.option("--head", help="A chain head printed on a confirmed list; it must be in the chain.")
def command(region: str | None, head: str | None) -> None:
    """Check the chain of hashes, the values beside it, and every ranking run and interview list against what the
    chain recorded of it.

    Exit code 0 when everything matches, 1 when anything does not; each thing that does not match is named.
    """
    from sqlmodel import select

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
                f"{found.name}: {report.entries} entries, {report.runs} ranking runs recomputed, "
                f"{report.lists} confirmed lists. Head {report.head}"
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
