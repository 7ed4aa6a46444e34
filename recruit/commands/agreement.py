"""`recruit agreement`: how far assessors agree, from any table of levels."""

import json
from pathlib import Path
from typing import Any

import click

from recruit.commands.words import echo, refuse_nameless

FORMS = {
    "2,1": "ICC(A,1)",
    "2,k": "ICC(A,k)",
    "3,1": "ICC(C,1)",
    "3,k": "ICC(C,k)",
    "1,1": "ICC(1)",
    "1,k": "ICC(k)",
}
METRICS = ("ordinal", "nominal", "interval", "ratio")
SHOWN = 10
WIDTH = 18


@click.command(
    "agreement",
    epilog="Example: recruit agreement assessments.csv --per criterion --json agreement.json",
)
@click.argument("levels", metavar="LONG.(csv|xlsx)")
@click.option("--json", "json_to", metavar="FILE", help='Write the figures as JSON; "-" is standard output.')
@click.option(
    "--per",
    type=click.Choice(["all", "criterion"]),
    default="all",
    show_default=True,
    help="Also show each criterion by itself.",
)
@click.option(
    "--scale",
    metavar="LOW,HIGH",
    help="Lowest and highest level. Default: 0,4 for the criteria of the shipped profile, else as in the file.",
)
@click.option(
    "--column",
    "columns",
    metavar='KEY="HEADER"',
    multiple=True,
    help="Which column holds what. May be repeated.",
)
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Seed of the intervals of α."
)
@click.option(
    "--language",
    type=click.Choice(["sv", "en"]),
    default="sv",
    show_default=True,
    help="Language of the texts.",
)
def command(
    levels: str,
    json_to: str | None,
    per: str,
    scale: str | None,
    columns: tuple[str, ...],
    seed: int,
    language: str,
) -> None:
    """Show how far assessors agree, and how strict each of them is.

    LONG has the columns application, assessor, criterion and level; without criterion there is one thing that is
    judged. "-" is standard input. Not everybody needs to have assessed everything, and nobody is left out for it.
    """
    from recruit.tables.errors import FileError
    from recruit.tables.writing import write_whole
    from scoring.errors import ScoringError

    refuse_nameless({"--json": json_to})
    try:
        figures = _figures(levels, columns, scale, per, seed)
        if json_to:
            text = json.dumps(figures, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
            if json_to != "-":
                write_whole({Path(json_to): text})
    except (FileError, ScoringError) as error:
        raise click.ClickException(str(error)) from error
    _tell_notes(figures, language)
    if json_to == "-":
        click.echo(text, nl=False)
    else:
        _tell(figures, language)


def _figures(source: str, columns: tuple[str, ...], scale: str | None, per: str, seed: int) -> dict[str, Any]:
    """The figures of `Agreement.to_dict`."""
    from recruit.tables.agreement import parse_scale, read_levels
    from scoring.agreement import agreement

    frame, limits, notes = read_levels(source, columns, parse_scale(scale) if scale is not None else None)
    for note in notes:
        echo(f"Note: {note}", err=True)  # about the file, in the language of the messages about files
    figures = agreement(frame, "criterion" if per == "criterion" else "all", scale=limits, seed=seed)
    return figures.to_dict()


def _tell_notes(figures: dict[str, Any], language: str) -> None:
    from recruit.tables.agreement_words import words

    t = words(language)
    for note in figures["notes"]:
        on = f"{t['criterion'].format(key=note['criterion'])}: " if note["criterion"] else ""
        said = _counted(t, "note_" + note["code"], note["count"])
        echo(f"{t['note']}: {on}{said}", err=True)


def _counted(words: dict[str, str], key: str, count: int) -> str:
    """The words of a key for so many; some keys have words of their own for one."""
    one = words.get(f"{key}_one") if count == 1 else None
    return (one or words[key]).format(count=count)


def _tell(figures: dict[str, Any], language: str) -> None:
    """The figures for a reader at a terminal: in all, then each criterion, then the largest disagreements."""
    from recruit.tables.agreement_words import words
    from recruit.tables.words import figure

    t = words(language)
    echo(
        ", ".join(_counted(t, key, figures["n"][key]) for key in ("levels", "applications", "assessors"))
        + "."
    )
    _tell_part(t["in_all"], figures, language)
    for key, part in figures.get("criteria", {}).items():
        _tell_part(t["criterion"].format(key=key), part, language)
    rows = figures["disagreements"]
    some = f" ({t['of_disagreements'].format(shown=SHOWN, all=len(rows))})" if len(rows) > SHOWN else ""
    echo("")
    echo(f"{t['disagreements']}{some}")
    if not rows:
        echo(f"  {t['none_disagree']}")
    width = max((len(row["application"]) for row in rows[:SHOWN]), default=0)
    wide = max((len(row["criterion"]) for row in rows[:SHOWN]), default=0)
    for row in rows[:SHOWN]:
        low, high = (_level(row[end], language) for end in ("lowest", "highest"))
        said = t["row"].format(low=low, high=high, n=row["n"])
        echo(
            f"  {row['application']:<{width}}  {row['criterion']:<{wide}}  {said}, s = {figure(row['sd'], language)}"
        )


def _tell_part(heading: str, part: dict[str, Any], language: str) -> None:
    from recruit.tables.agreement_words import words
    from recruit.tables.words import figure

    t = words(language)
    echo("")
    echo(heading)
    k = figure(part["icc_k"], language).rstrip("0").rstrip(",.")
    for key, name in FORMS.items():
        of = t["of_one"] if key.endswith("1") else t["of_mean"].format(k=k)
        said = _said(part["icc"][key], part["icc_interval"][key], part["icc_reason"].get(key), language)
        echo(f"  {name:<{WIDTH}}{said}" + (f"  {of}" if part["icc"][key] is not None else ""))
    for metric in METRICS:
        name = f"α {metric}"
        said = _said(
            part["alpha"][metric], part["alpha_interval"][metric], part["alpha_reason"].get(metric), language
        )
        echo(f"  {name:<{WIDTH}}{said}")
    echo(f"  {t['severity']}")
    several = len({row["panel"] for row in part["severity"].values()}) > 1
    width = max(WIDTH - 2, *(len(name) + 2 for name in part["severity"]))
    for name, row in part["severity"].items():
        said = _said(row["severity"], [row["low"], row["high"]], row["reason"], language)
        panel = f", {t['panel'].format(n=row['panel'] + 1)}" if several else ""
        echo(f"    {name:<{width}}{said}  {t['n'].format(n=row['n'])}{panel}")


def _said(value: float | None, interval: list[float | None], reason: str | None, language: str) -> str:
    """ "0.29 (0.02 to 0.76)", or why there is none."""
    from recruit.tables.agreement_words import words
    from recruit.tables.words import figure

    t = words(language)
    if value is None:
        return t["not_known"].format(reason=t[reason or "undefined"])
    low, high = (figure(end, language) for end in interval)
    if interval == [None, None]:
        why = f" ({t['no_interval'].format(reason=t[reason])})" if reason else ""
        return f"{figure(value, language):>5}{why}"
    return f"{figure(value, language):>5} ({low} {t['to']} {high})"


def _level(value: float, language: str) -> str:
    text = f"{value:g}"
    return text.replace(".", ",") if language == "sv" else text
