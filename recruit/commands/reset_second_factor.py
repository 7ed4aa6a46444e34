"""`recruit reset-second-factor`: for whoever has lost both the phone and the recovery codes and is in no group."""

import click

from recruit.commands.common import command_session


@click.command(
    "reset-second-factor",
    epilog="Example: recruit reset-second-factor ada@example.org",
)
@click.argument("email")
def command(email: str) -> None:
    """Remove the second factor of an account, sign it out everywhere and tell its owner by mail.

    Make sure first that it is they who ask. Members of a group have it reset in the browser, where it is recorded.
    """
    from recruit import clock
    from recruit.services import account as accounts
    from recruit.services import second_factor

    with command_session("an account belongs to no region") as session:
        account = accounts.find(session, email)
        if account is None:
            raise click.ClickException(f"There is no account with the address {email}.")
        second_factor.reset_by_operator(session, account=account, now=clock.now())
    click.echo(f"The second factor of {email} is removed. A mail tells them so.")
