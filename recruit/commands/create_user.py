"""`recruit create-user`: the first accounts of an installation."""

import click

from recruit.commands.common import command_session, region_named

ROLES = ("coordinator", "assessor", "auditor", "administrator")


@click.command(
    "create-user",
    epilog="Example: recruit create-user anna@example.org --name 'Anna Ek' --region alvmark "
    "--new-region 'Region Älvmark' --role administrator",
)
@click.argument("email")
@click.option("--name", required=True, help="The person's name, as the group sees it.")
@click.option("--region", required=True, help="The region's short name in addresses, such as alvmark.")
@click.option("--new-region", help="Create the region with this full name first.")
@click.option("--contact", help="The region's public e-mail address (with --new-region; default: EMAIL).")
@click.option(
    "--role", "roles", type=click.Choice(ROLES), multiple=True, required=True, help="May be repeated."
)
@click.password_option(help="At least 10 characters; asked for when not given.")
def command(
    email: str,
    name: str,
    region: str,
    new_region: str | None,
    contact: str | None,
    roles: tuple[str, ...],
    password: str,
) -> None:
    """Create an account with one or more roles in a region; an account that exists gets the roles added."""
    import re

    from recruit import clock
    from recruit.models import Region, Role
    from recruit.services import account as accounts

    if "@" not in email:
        raise click.ClickException(f"{email!r} is no e-mail address.")
    with command_session("a command creates the first accounts of any region") as session:
        if new_region:
            if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", region):
                raise click.ClickException(f"--region {region!r}: use a-z, 0-9 and single hyphens.")
            session.add(Region(slug=region, name=new_region, contact_email=contact or email))
            session.flush()
        found = region_named(session, region)
        assert found.id is not None
        known = accounts.find(session, email)
        accounts.add_member(
            session,
            region_id=found.id,
            email=email,
            name=name,
            roles=[Role(role) for role in roles],
            now=clock.now(),
            password=None if known else password,
        )
    added = "The account existed; its password is unchanged. " if known else ""
    click.echo(f"{added}{email} is {', '.join(roles)} in {found.name}.")
