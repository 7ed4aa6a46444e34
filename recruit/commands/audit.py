"""`recruit audit`: the monitor on any table of outcomes."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from recruit.commands.words import refuse_nameless


@click.command(
    "audit",
    epilog="Example: recruit audit outcomes.csv --by sex,country --selected called --strata site --json audit.json",
)
@click.argument("table", metavar="TABLE.(csv|xlsx)")
@click.option("--by", required=True, metavar="COLUMNS", help="Columns with groups, such as --by sex,country.")
@click.option(
    "--selected",
    metavar="COLUMN",
    help="Who was selected: 1/0, yes/no, ja/nej or true/false. --selected called",
)
@click.option(
    "--stages",
    metavar="COLUMNS",
    help="Columns of 1/0 in the order of the stages; each is a share of the one before. "
    "--stages applied,eligible,listed,called",
)
@click.option(
    "--score",
    metavar="COLUMN",
    help="A score: the share of each group above the median of all. With --assessor, the level. --score points",
)
@click.option(
    "--count", metavar="COLUMN", help="How many persons a row stands for, instead of one. --count persons"
)
@click.option(
    "--selected-count",
    metavar="COLUMN",
    help="How many of the persons of a row were selected, where one row has both. "
    "--count applicants --selected-count selected",
)
@click.option(
    "--strata",
    metavar="COLUMNS",
    help="Compare within each combination of these columns too. --strata site,intake",
)
@click.option(
    "--intake",
    metavar="COLUMN[=NAMES]",
    help="Evidence that builds up over intakes, valid however often one looks. Their order in time is that of their "
    "names, unless it is given. --intake intake or --intake intake=spring,autumn",
)
@click.option(
    "--assessor",
    metavar="COLUMN",
    help="The table has a row for each application, assessor (and criterion), with a level in the column of --score: "
    "which assessor differs towards a group? --assessor assessor --score level --criterion criterion",
)
@click.option(
    "--application",
    metavar="COLUMN",
    default="application",
    show_default=True,
    help="With --assessor: which application a row is of. --application id",
)
@click.option(
    "--criterion",
    metavar="COLUMN",
    help="With --assessor: which criterion a row is of; adds what --criteria does. --criterion criterion",
)
@click.option(
    "--criteria",
    metavar="COLUMNS",
    help="Columns of levels, with weights if they differ: which criterion a gap comes from, item bias, and whether "
    "the criteria stand in for a group. --criteria language=40,practice=60",
)
@click.option(
    "--scale",
    metavar="LOW,HIGH",
    help="Lowest and highest level, taken as 0 and 4. Default: 0,4 where there are criteria. --scale 1,10",
)
@click.option(
    "--requirements",
    metavar="COLUMNS",
    help="Columns of yes, no or nothing: which requirement turns whom away. --requirements licence,language",
)
@click.option(
    "--proposed",
    metavar="COLUMN",
    help="Whom the rule proposed, 1/0: what the decisions that differ from it did. --proposed proposed",
)
@click.option(
    "--place", metavar="COLUMN", help="Place in the order, 1 first: how groups lie in it. --place place"
)
@click.option(
    "--pool",
    metavar="COLUMN=COLUMN",
    multiple=True,
    help="Draw the rate of a small country towards that of its route. May be repeated. --pool country=route",
)
@click.option(
    "--intersections",
    metavar="COLUMN+COLUMN",
    multiple=True,
    help="Audit the combinations of columns too. May be repeated. --intersections sex+age",
)
@click.option(
    "--smallest",
    metavar="N",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    help="Combinations with fewer applicants are listed and not tested. --smallest 10",
)
@click.option(
    "--boschloo/--no-boschloo",
    default=None,
    help="Compute Boschloo's test for every group. Default: up to 1,000 persons in all.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Seed of what people are dealt out at random for. --seed 20270201",
)
@click.option("--json", "json_to", metavar="FILE", help='Write the figures as JSON; "-" is standard output.')
@click.option("--html", "html_to", metavar="FILE", help="Write the report as a page. --html audit.html")
@click.option(
    "--language",
    type=click.Choice(["sv", "en"]),
    default="sv",
    show_default=True,
    help="Language of the texts.",
)
def command(table: str, json_to: str | None, html_to: str | None, language: str, **options: Any) -> None:
    """Show how a selection fell out between groups.

    TABLE has one row per person, one per cell with --count, or one per assessor and application with --assessor.
    "-" is standard input. An empty group is missing: it is counted and shown, never tested. "NA" is Namibia, a
    group like any other.

    At least one of --selected, --selected-count, --stages, --score and --criteria says what is audited.
    """
    from recruit.tables.audit.figures import figures_of
    from recruit.tables.audit.question import Question
    from recruit.tables.audit.reading import read
    from recruit.tables.audit.telling import page, told
    from recruit.tables.errors import FileError
    from recruit.tables.writing import write_whole
    from scoring.errors import ScoringError

    refuse_nameless({"--json": json_to, "--html": html_to})
    if html_to == "-":
        raise click.UsageError("--html: name a file. Standard output is for the figures.")
    if html_to and html_to == json_to:
        raise click.UsageError("--json and --html name the same file. Each needs its own.")
    try:
        reading = read(table, Question.read(options))
        figures = figures_of(reading, _progress)
        text = json.dumps(figures, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
        texts = {Path(html_to): page(figures, language, reading.name)} if html_to else {}
        if json_to and json_to != "-":
            texts[Path(json_to)] = text
        write_whole(texts)
    except (FileError, ScoringError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(text if json_to == "-" else told(figures, language), nl=False)


def _progress(what: str) -> None:
    """What is being computed, for somebody who waits at a terminal."""
    if sys.stderr.isatty():
        click.echo(f"… {what}", err=True)
