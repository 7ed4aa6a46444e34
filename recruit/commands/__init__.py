"""The command `recruit`: one table of subcommands, each imported only when it is used.

The table carries the short help, so that `recruit --help` imports neither pandas nor Flask.
"""

import importlib
from typing import Any, NamedTuple

import click


class Subcommand(NamedTuple):
    """Where a subcommand lives (a module that exposes the click command as `command`) and its line in the
    help."""

    module: str
    help: str


SUBCOMMANDS: dict[str, Subcommand] = {
    "rank": Subcommand("rank", "Rank applications from a spreadsheet and write the interview list."),
    "audit": Subcommand("audit", "Show how a selection fell out between groups, from any table of outcomes."),
    "agreement": Subcommand("agreement", "Show how far assessors agree, and how strict each of them is."),
    "init-db": Subcommand("init_db", "Create the database, or bring it up to date."),
    "seed": Subcommand("seed", "Fill an empty database with the invented demo region."),
    "create-user": Subcommand("create_user", "Create an account with a role in a region."),
    "reset-second-factor": Subcommand(
        "reset_second_factor", "Remove the second factor of somebody who has lost the phone and the codes."
    ),
    "serve": Subcommand("serve", "Serve the web application."),
    "verify": Subcommand("verify", "Check the record's chain and recompute every ranking run."),
    "analyse": Subcommand("analyse", "Compute an intake's analysis for the auditor, or all that wait."),
    "export": Subcommand("export", "Write an intake's ranking, lists and monitoring as files."),
    "deliver-mail": Subcommand("deliver_mail", "Send the mail that waits to be sent."),
    "receive-bounces": Subcommand("receive_bounces", "Read reports of mail that could not be delivered."),
    "remind": Subcommand("remind", "Remind applicants of what they are asked to complete."),
    "dispose": Subcommand("dispose", "Dispose of what a decision says shall be disposed of."),
    "stray-files": Subcommand("stray_files", "Remove stored files that no row names."),
}


class LazyGroup(click.Group):
    """A click group that knows its subcommands' names and help without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(SUBCOMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in SUBCOMMANDS:
            return None
        module = importlib.import_module(f"recruit.commands.{SUBCOMMANDS[cmd_name].module}")
        command: click.Command = module.command
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the subcommand. A word of the command line that is no text, only bytes, is refused in one line.

        What a refusal quotes, perhaps out of somebody's file, cannot act on the terminal.
        """
        try:
            return super().invoke(ctx)
        except click.ClickException as refusal:
            if type(refusal) is not click.ClickException:
                raise
            from recruit.tables.text import plain

            said = "\n".join(map(plain, refusal.message.split("\n")))
            raise click.ClickException(said) from refusal
        except UnicodeEncodeError as error:
            if not any("\ud800" <= letter <= "\udfff" for letter in error.object):
                raise
            shown = error.object.encode("utf-8", "backslashreplace").decode()
            raise click.ClickException(f"{shown[:60]!r} is not text in UTF-8. Write it again.") from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, subcommand.help) for name, subcommand in SUBCOMMANDS.items()])


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: recruit rank applications.csv --assessments assessments.csv --places 25 --reserves "
    "10 --out list",
)
def main() -> None:
    """Select doctors for basic service: rank, monitor, and draw the interview list.

    `rank`, `audit` and `agreement` work on spreadsheets alone; the others belong to the web application.
    """
