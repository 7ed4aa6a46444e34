"""`recruit dispose`: delete what the record holds about an application, by a decision."""

import click

from recruit.commands.common import command_session


@click.command(
    "dispose",
    epilog="Example: recruit dispose BT26-7K4M --reason 'Disposal plan RÄ 2026/12, two years after the end'",
)
@click.argument("reference")
@click.option(
    "--reason", required=True, help="The decision that the disposal rests on; it is kept in the record."
)
@click.option("--yes", is_flag=True, help="Do not ask.")
def command(reference: str, reason: str, yes: bool) -> None:
    """Delete the old and new values that the record holds about the application with this reference number.

    The chain stays whole: `recruit verify` passes and names what was disposed of, and when.
    """
    from sqlmodel import select

    from recruit import clock
    from recruit.actor import SYSTEM
    from recruit.models import Application
    from recruit.services.disposal import dispose_values

    if not yes:
        click.confirm(
            f"Delete all values in the record about {reference}? This cannot be undone.", abort=True
        )
    with command_session("a reference number is unique over all regions") as session:
        found = session.exec(select(Application).where(Application.reference == reference)).first()
        if found is None:
            raise click.ClickException(f"There is no application {reference!r}.")
        count = dispose_values(session, application=found, reason=reason, actor=SYSTEM, now=clock.now())
    click.echo(f"{count} values about {reference} are gone.")
