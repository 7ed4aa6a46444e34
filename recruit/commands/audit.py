"""`recruit audit`: the monitor on any table of outcomes."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    import pandas as pd

    from recruit.tables.reading import Table


@click.command(
    "audit",
    epilog="Example: recruit audit outcomes.csv --by sex,country --selected called --strata site --json audit.json",
)
@click.argument("table", metavar="TABLE.(csv|xlsx)")
@click.option("--by", required=True, metavar="COLUMNS", help="Columns with groups, such as sex,country.")
@click.option("--selected", metavar="COLUMN", help="Who was selected: 1/0, yes/no, ja/nej or true/false.")
@click.option(
    "--stages",
    metavar="COLUMNS",
    help="Columns of 1/0 in the order of the stages, such as applied,eligible,listed,called; each is a share of the "
    "one before.",
)
@click.option("--score", metavar="COLUMN", help="A score: the share of each group above the median of all.")
@click.option("--count", metavar="COLUMN", help="How many persons a row stands for. Default: one.")
@click.option(
    "--strata",
    metavar="COLUMNS",
    help="Columns such as site,intake: compare within each combination of them too.",
)
@click.option(
    "--pool",
    metavar="COLUMN=COLUMN",
    multiple=True,
    help="country=route: draw the rate of a small country to that of its route. May be repeated.",
)
@click.option(
    "--intersections",
    metavar="COLUMN+COLUMN",
    multiple=True,
    help="sex+age: audit the combinations of columns too. May be repeated.",
)
@click.option(
    "--smallest",
    metavar="N",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    help="Combinations with fewer applicants are listed and not tested.",
)
@click.option(
    "--boschloo/--no-boschloo",
    default=None,
    help="Compute Boschloo's test for every group. Default: up to 1,000 persons in all.",
)
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
    selected: str | None,
    stages: str | None,
    score: str | None,
    count: str | None,
    strata: str | None,
    pool: tuple[str, ...],
    intersections: tuple[str, ...],
    smallest: int,
    boschloo: bool | None,
    json_to: str | None,
    html_to: str | None,
    language: str,
) -> None:
    """Show how a selection fell out between groups.

    TABLE has one row per person, or one per cell with --count. "-" is standard input. An empty group is
    missing: it is
    counted and shown, never tested. "NA" is Namibia, a group like any other.

    At least one of --selected, --stages and --score says what is audited.
    """
    from recruit.tables.errors import FileError
    from recruit.tables.writing import write_whole
    from scoring.errors import ScoringError

    try:
        question = Question.read(by, selected, stages, score, count, strata, pool, intersections)
        name, figures = _audit(table, question, smallest, boschloo)
        text = json.dumps(figures, ensure_ascii=False, indent=1) + "\n"
        if html_to:
            write_whole(Path(html_to), _page(figures, language, name))
        if json_to and json_to != "-":
            write_whole(Path(json_to), text)
    except (FileError, ScoringError) as error:
        raise click.ClickException(str(error)) from error
    if json_to == "-":
        click.echo(text, nl=False)
    else:
        _tell(figures, language)


@dataclass(frozen=True)
class Question:
    """What is asked of the table, as columns are named by the options."""

    by: tuple[str, ...]
    selected: str | None
    stages: tuple[str, ...]
    score: str | None
    count: str | None
    strata: tuple[str, ...]
    pool: tuple[tuple[str, str], ...]
    intersections: tuple[tuple[str, ...], ...]

    @classmethod
    def read(
        cls,
        by: str,
        selected: str | None,
        stages: str | None,
        score: str | None,
        count: str | None,
        strata: str | None,
        pool: Sequence[str],
        intersections: Sequence[str],
    ) -> "Question":
        """Raises FileError naming the option that says too little or the same twice."""
        from recruit.tables.errors import FileError

        groups = _names("--by", by, "sex,country")
        if selected is None and stages is None and score is None:
            raise FileError(
                "Say what is audited: --selected COLUMN, --stages COLUMN,COLUMN or --score COLUMN."
            )
        pairs = []
        for option in pool:
            attribute, equals, parent = (part.strip() for part in option.partition("="))
            if not equals or not parent or attribute not in groups:
                raise FileError(f"--pool {option}: write it as country=route, with 'country' named by --by.")
            pairs.append((attribute, parent))
        crossed = [
            tuple(name.strip() for name in option.split("+") if name.strip()) for option in intersections
        ]
        for option, names in zip(intersections, crossed, strict=True):
            if len(set(names)) < 2 or len(set(names)) < len(names):
                raise FileError(
                    f"--intersections {option}: name at least two different columns, such as sex+age."
                )
        return cls(
            groups,
            selected,
            _names("--stages", stages, "applied,eligible,called") if stages is not None else (),
            score,
            count,
            _names("--strata", strata, "site,intake") if strata is not None else (),
            tuple(pairs),
            tuple(crossed),
        )


def _names(option: str, text: str, example: str) -> tuple[str, ...]:
    from recruit.tables.errors import FileError

    names = tuple(name.strip() for name in text.split(",") if name.strip())
    if not names:
        raise FileError(f"{option}: name at least one column, such as {option} {example}.")
    for name in names:
        if names.count(name) > 1:
            raise FileError(f"{option}: '{name}' is named twice. Name it once.")
    return names


def _audit(
    source: str, question: Question, smallest: int, boschloo: bool | None
) -> tuple[str, dict[str, Any]]:
    """The table's name and the figures of `Audit.to_dict`, with those of the score beside them."""
    from recruit.tables.errors import FileError
    from recruit.tables.reading import read_table
    from scoring.monitoring import audit, audit_stages, funnel

    table = read_table(source)
    for note in table.notes:
        click.echo(f"Note: {note}", err=True)
    sheet = _Sheet(table, question)
    more: dict[str, Any] = {
        "strata": question.strata,
        "parents": dict(question.pool),
        "intersections": question.intersections,
        "smallest": smallest,
    }
    # An outcome's column may share its name with a group's.
    selected = sheet.outcome(question.selected, "--selected") if question.selected is not None else None
    chain = sheet.chain(question.stages)
    count = sheet.count(question.count) if question.count is not None else None
    scores = sheet.score(question.score) if question.score is not None else None
    frame = sheet.frame()
    if chain:
        stages = [_renamed(stage, dict(zip(chain, question.stages, strict=True))) for stage in funnel(chain)]
        found = audit_stages(frame, question.by, stages, count=count, bottom_line=selected, **more)
    elif selected is not None:
        found = audit(frame, question.by, selected, count, **more)
    else:
        return table.name, _of_scores(frame, question, scores, count)
    if not found.applied:
        raise FileError(
            f"{table.name}, column '{question.count}': the counts add up to 0. There is nobody to audit."
        )
    figures = found.to_dict(boschloo)
    if scores is not None:
        _add("scoring_rate", figures, _scoring(frame, question, scores, count).to_dict())
    return table.name, figures


def _renamed(stage: Any, names: dict[str, str]) -> Any:
    """A stage under the name that its column has in the table."""
    from dataclasses import replace

    return replace(stage, key=names[stage.key])


def _add(key: str, figures: dict[str, Any], per_attribute: dict[str, Any]) -> None:
    """Put what another analysis says of each attribute beside its figures."""
    for name, found in per_attribute.items():
        figures["attributes"][name][key] = found


def _scoring(frame: "pd.DataFrame", question: Question, scores: str, count: str | None) -> Any:
    from scoring.scoring_rate import scoring_rate

    return scoring_rate(
        frame, question.by, scores, count, strata=question.strata, parents=dict(question.pool)
    )


def _of_scores(
    frame: "pd.DataFrame", question: Question, scores: str | None, count: str | None
) -> dict[str, Any]:
    """Without a selection or stages the scoring rate is what is audited."""
    assert scores is not None
    found = _scoring(frame, question, scores, count)
    figures: dict[str, Any] = found.audit.to_dict()
    _add("scoring_rate", figures, found.to_dict())
    return figures


class _Sheet:
    """The columns that are asked for, read and checked, under names that cannot clash."""

    def __init__(self, table: "Table", question: Question) -> None:
        from recruit.tables import cells
        from recruit.tables.columns import need

        self.table = table
        self.data: dict[str, Any] = {}
        self.headers: dict[str, str] = {}
        options = [(name, "named by --by") for name in question.by]
        options += [(name, "named by --pool") for _, name in question.pool]
        options += [(name, "named by --intersections") for names in question.intersections for name in names]
        for name, purpose in options:
            if name not in self.data:
                self.headers[name] = need(table, name, purpose)
                self.data[name] = cells.groups(table, self.headers[name])
        for name in question.strata:
            if name not in self.data:
                # Strata may be many more than groups.
                column = table.column(need(table, name, "named by --strata"))
                self.data[name] = column.where(column != "", None)
        self.by = [self.headers[name] for name in question.by]

    def outcome(self, name: str, option: str) -> str:
        from recruit.tables import cells
        from recruit.tables.columns import need
        from recruit.tables.errors import FileError

        header = need(self.table, name, f"named by {option}")
        if header in self.by:
            raise FileError(f"{option} '{name}' is also named by --by. The outcome cannot be a group.")
        key = f"outcome: {header}"
        if key not in self.data:
            whether = cells.yes_or_no(self.table, header)
            advice = "Write 1 or 0: an outcome that is not known is not 'not selected'"
            _refuse_empty(self.table, header, whether, advice)
            self.data[key] = whether
        return key

    def chain(self, names: Sequence[str]) -> list[str]:
        """The outcomes of the stages; refuses a row that reached a stage without the one before."""
        import numpy as np

        from recruit.tables.columns import find
        from recruit.tables.errors import FileError

        keys = [self.outcome(name, "--stages") for name in names]
        for before, name, first, second in zip(names, names[1:], keys, keys[1:], strict=False):
            reached, came = self.data[second].astype(bool), self.data[first].astype(bool)
            strayed = np.flatnonzero(reached & ~came)
            if len(strayed):
                more = f" {len(strayed) - 1} more rows have the same fault." if len(strayed) > 1 else ""
                header = find(self.table, name) or name
                raise FileError(
                    f"{self.table.where(int(strayed[0]), header)}: is yes, but '{before}' is no. A stage cannot "
                    f"grow: nobody reaches one without the one before.{more}"
                )
        return keys

    def count(self, name: str) -> str:
        from recruit.tables import cells
        from recruit.tables.columns import need

        header = need(self.table, name, "named by --count")
        self.data["outcome: count"] = cells.counts(self.table, header)
        _refuse_empty(
            self.table, header, self.data["outcome: count"], "Write how many persons the row stands for"
        )
        return "outcome: count"

    def score(self, name: str) -> str:
        """Scores as numbers, None where there is none; decimals are kept as they are written."""
        from recruit.tables import cells
        from recruit.tables.columns import need
        from recruit.tables.errors import FileError

        header = need(self.table, name, "named by --score")
        self.data["outcome: score"] = cells.numbers(self.table, header)
        if all(value is None for value in self.data["outcome: score"]):
            raise FileError(
                f"{self.table.name}, column '{header}': nobody has a score, so there is no median."
            )
        return "outcome: score"

    def frame(self) -> "pd.DataFrame":
        import pandas as pd

        return pd.DataFrame(self.data)


def _page(figures: dict[str, Any], language: str, name: str) -> str:
    from recruit.tables.report import Labels, report_html

    labels = None
    if "stages" in figures:
        # The stages are called what the table calls them.
        labels = Labels(
            attribute=lambda attribute: attribute,
            group=lambda _attribute, group: group,
            stage=lambda key: key,
            reached=lambda key: key,
        )
    return report_html(figures, language=language, title=name, facts=[], labels=labels)


def _refuse_empty(table: Any, header: str, values: Iterable[Any], advice: str) -> None:
    from recruit.tables.errors import FileError

    for position, value in enumerate(values):
        if value is None:
            raise FileError(f"{table.where(position, header)}: is empty. {advice}.")


def _tell(figures: dict[str, Any], language: str) -> None:
    """The figures for a reader at a terminal: verdict first, then a line for each group."""
    from recruit.tables.words import words

    t = words(language)
    reached = [f"{figures['selected']} {t.reached_selected}"] if "selected" in figures else []
    reached += [f"{stage['key']} {stage['selected']}" for stage in figures.get("stages", ())]
    click.echo(f"n = {figures['n']}, {', '.join(reached)}")
    for name, attribute in figures["attributes"].items():
        click.echo(f"\n{name} – {getattr(t, attribute['verdict'])}. {attribute['summary'][language]}")
        for key, part in attribute.get("stages", {}).items():
            click.echo(f" {key}")
            _tell_groups(part, language)
        if "groups" in attribute:
            _tell_groups(attribute, language)


def _tell_groups(part: dict[str, Any], language: str) -> None:
    """A line for each group of one stage, and for those without group data."""
    from recruit.tables.words import p_value, percent, words

    t = words(language)
    width = max([len(group) for group in part["groups"]] + [len(t.missing)])
    for group, row in part["groups"].items():
        of = f"{row['selected']} {t.of} {row['n']}"
        rate = percent(row["rate"], language).replace("\u00a0", " ")
        click.echo(
            f"  {group:<{width}}  {of:>14}  {rate:>5}  {t.adjusted_p} "
            f"{p_value(row['adjusted_p'], language):<6}  "
            f"{getattr(t, row['verdict'])}"
        )
    missing = part["missing"]
    if missing["n"]:
        of = f"{missing['selected']} {t.of} {missing['n']}"
        click.echo(f"  {t.missing:<{width}}  {of:>14}  {t.missing_note}")
