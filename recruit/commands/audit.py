"""`recruit audit`: the monitor on any table of outcomes."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click


@click.command(
    "audit",
    epilog="Example: recruit audit outcomes.csv --by sex,country --selected called --json audit.json",
)
@click.argument("table", metavar="TABLE.(csv|xlsx)")
@click.option("--by", required=True, metavar="COLUMNS", help="Columns with groups, such as sex,country.")
@click.option(
    "--selected", required=True, metavar="COLUMN", help="Who was selected: 1/0, yes/no, ja/nej or true/false."
)
@click.option("--count", metavar="COLUMN", help="How many persons a row stands for. Default: one.")
@click.option("--json", "json_to", metavar="FILE", help='Write the figures as JSON; "-" is standard output.')
@click.option("--html", "html_to", metavar="FILE", help="Write the report as a page.")
@click.option(
    "--language",
    type=click.Choice(["sv", "en"]),
    default="sv",
    show_default=True,
    help="Language of the texts.",
)
def command(
    table: str,
    by: str,
    selected: str,
    count: str | None,
    json_to: str | None,
    html_to: str | None,
    language: str,
) -> None:
    """Show how a selection fell out between groups.

    TABLE has one row per person, or one per cell with --count. "-" is standard input. An empty group is
    missing: it is
    counted and shown, never tested. "NA" is Namibia, a group like any other.
    """
    from recruit.tables.errors import FileError
    from recruit.tables.writing import write_whole
    from scoring.errors import ScoringError

    try:
        name, figures = _audit(table, by, selected, count)
        text = json.dumps(figures, ensure_ascii=False, indent=1) + "\n"
        if html_to:
            from recruit.tables.report import report_html

            page = report_html(figures, language=language, title=name, facts=[])
            write_whole(Path(html_to), page)
        if json_to and json_to != "-":
            write_whole(Path(json_to), text)
    except (FileError, ScoringError) as error:
        raise click.ClickException(str(error)) from error
    if json_to == "-":
        click.echo(text, nl=False)
    else:
        _tell(figures, language)


def _audit(source: str, by: str, selected: str, count: str | None) -> tuple[str, dict[str, Any]]:
    """The table's name and the figures of `Audit.to_dict`."""
    import pandas as pd

    from recruit.tables import cells
    from recruit.tables.columns import need
    from recruit.tables.errors import FileError
    from recruit.tables.reading import read_table
    from scoring.monitoring import audit

    names = [name.strip() for name in by.split(",") if name.strip()]
    if not names:
        raise FileError("--by: name at least one column with groups, such as --by sex,country.")
    table = read_table(source)
    for note in table.notes:
        click.echo(f"Note: {note}", err=True)
    data: dict[str, Any] = {}
    for name in names:
        if name in data:
            raise FileError(f"--by: '{name}' is named twice. Name it once.")
        data[name] = cells.groups(table, need(table, name, "named by --by"))
    outcome = need(table, selected, "named by --selected")
    if outcome in [need(table, name, "named by --by") for name in names]:
        raise FileError(f"--selected '{selected}' is also named by --by. The outcome cannot be a group.")
    whether = cells.yes_or_no(table, outcome)
    _refuse_empty(table, outcome, whether, "Write 1 or 0: an outcome that is not known is not 'not selected'")
    data["outcome: selected"] = whether
    if count is not None:
        header = need(table, count, "named by --count")
        data["outcome: count"] = cells.counts(table, header)
        _refuse_empty(table, header, data["outcome: count"], "Write how many persons the row stands for")
    figures = audit(
        pd.DataFrame(data), names, "outcome: selected", "outcome: count" if count is not None else None
    )
    if not figures.applied:
        raise FileError(f"{table.name}, column '{count}': the counts add up to 0. There is nobody to audit.")
    return table.name, figures.to_dict()


def _refuse_empty(table: Any, header: str, values: Iterable[Any], advice: str) -> None:
    from recruit.tables.errors import FileError

    for position, value in enumerate(values):
        if value is None:
            raise FileError(f"{table.where(position, header)}: is empty. {advice}.")


def _tell(figures: dict[str, Any], language: str) -> None:
    """The figures for a reader at a terminal: verdict first, then a line for each group."""
    from recruit.tables.words import p_value, percent, words

    t = words(language)
    click.echo(f"n = {figures['n']}, {figures['selected']} {t.reached_selected}")
    for name, attribute in figures["attributes"].items():
        click.echo(f"\n{name} – {getattr(t, attribute['verdict'])}. {attribute['summary'][language]}")
        width = max([len(group) for group in attribute["groups"]] + [len(t.missing)])
        for group, row in attribute["groups"].items():
            of = f"{row['selected']} {t.of} {row['n']}"
            rate = percent(row["rate"], language).replace("\u00a0", " ")
            click.echo(
                f"  {group:<{width}}  {of:>14}  {rate:>5}  {t.adjusted_p} "
                f"{p_value(row['adjusted_p'], language):<6}  "
                f"{getattr(t, row['verdict'])}"
            )
        missing = attribute["missing"]
        if missing["n"]:
            of = f"{missing['selected']} {t.of} {missing['n']}"
            click.echo(f"  {t.missing:<{width}}  {of:>14}  {t.missing_note}")
