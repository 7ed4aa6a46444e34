"""`recruit rank`: from a spreadsheet of applications to a ranking, an interview list and a monitoring
report."""

import hashlib
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from recruit.tables.columns import Columns
    from recruit.tables.ordering import Row
    from recruit.tables.reading import Table
    from scoring.monitoring import Audit
    from scoring.profile import Profile
    from scoring.ranking import Ranking

FILES = (
    "ranking.csv",
    "interview_list.csv",
    "interview_list.xlsx",
    "interview_list.pdf",
    "audit.json",
    "audit.html",
)
MANY_ROWS = 20_000


@dataclass(frozen=True)
class Job:
    """What was asked for, checked as far as it can be without reading a file."""

    places: int
    reserves: int
    stage: str
    seed: str | None
    monitor: tuple[str, ...]
    language: str
    title: str | None


class Progress:
    """Steps with their seconds on standard error, for input that is big enough to wait for."""

    def __init__(self) -> None:
        self.shown = False
        self.since = time.monotonic()

    def done(self, step: str) -> None:
        now = time.monotonic()
        if self.shown:
            click.echo(f"{step} ({now - self.since:.1f} s)", err=True)
        self.since = now


@click.command(
    "rank",
    epilog="Example: recruit rank applications.csv --assessments assessments.csv --places 25 --reserves 10 "
    '--monitor sex,country --column swedish_months="Months in Sweden" --out list',
)
@click.argument("applications", metavar="APPLICATIONS.(csv|xlsx)")
@click.option(
    "--criteria",
    metavar="PROFILE.toml",
    help="Criteria profile. Default: the one that ships with the product.",
)
@click.option("--assessments", metavar="LONG.csv", help="Levels: application, assessor, criterion, level.")
@click.option("--places", type=click.IntRange(min=1), required=True, help="How many are called to interview.")
@click.option(
    "--reserves", type=click.IntRange(min=0), default=0, show_default=True, help="How many stand in reserve."
)
@click.option(
    "--stage", type=click.Choice(["screening", "interview"]), default="screening", show_default=True
)
@click.option(
    "--seed", metavar="TEXT", help="Seed of the lot. Default: the profile's checksum, which is printed."
)
@click.option(
    "--monitor",
    metavar="COLUMNS",
    default="",
    help="Columns to monitor by, such as sex,country. Never scored.",
)
@click.option(
    "--column",
    "columns",
    metavar='KEY="HEADER"',
    multiple=True,
    help="Which column holds what. May be repeated.",
)
@click.option(
    "--language",
    type=click.Choice(["sv", "en"]),
    default="sv",
    show_default=True,
    help="Language of the files.",
)
@click.option(
    "--title", metavar="TEXT", help="A line above the heading of the list, such as the region and intake."
)
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, metavar="DIR", help="Folder of the results."
)
@click.option("--force", is_flag=True, help="Replace results that the folder already holds.")
def command(
    applications: str,
    criteria: str | None,
    assessments: str | None,
    places: int,
    reserves: int,
    stage: str,
    seed: str | None,
    monitor: str,
    columns: tuple[str, ...],
    language: str,
    title: str | None,
    out: Path,
    force: bool,
) -> None:
    """Rank applications and write the interview list, without a database.

    APPLICATIONS has a column `id`, the columns that criteria from the form read, and, unless --assessments
    is given, a
    column of levels 0 to 4 for each other criterion. "-" is standard input. An application that lacks
    something is
    listed as incomplete, never ranked low. Nothing is written unless everything is.
    """
    from recruit.tables.errors import FileError
    from recruit.tables.writing import ResultFolder
    from scoring.errors import ScoringError

    job = Job(places, reserves, stage, seed, _names(monitor), language, title)
    if applications == assessments == "-":
        raise click.UsageError("Only one of the two files can come from standard input.")
    try:
        folder = ResultFolder(out, FILES, force=force)
        result = _select(applications, criteria, assessments, columns, job)
        with folder as aside:
            skipped = result.write(aside)
    except (FileError, ScoringError) as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written: {error.strerror or error}.") from error
    result.tell(out, skipped)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _select(
    source: str, criteria: str | None, assessments: str | None, options: tuple[str, ...], job: Job
) -> "Selection":
    """Read, rank, draw the line and monitor; nothing is written."""
    from recruit.tables import columns as which
    from recruit.tables import levels as reading_levels
    from recruit.tables.ordering import interview_rows
    from recruit.tables.reading import read_table
    from scoring.lists import draw_line
    from scoring.profile import default_profile, load_profile
    from scoring.ranking import rank

    profile = load_profile(criteria) if criteria else default_profile()
    mapping = which.parse_mapping(options)
    progress = Progress()
    table = read_table(source)
    progress.shown = len(table) >= MANY_ROWS
    progress.done(f"Read {len(table):,} applications from {table.name}")
    long = read_table(assessments) if assessments else None
    if long is not None:
        progress.shown = progress.shown or len(long) >= MANY_ROWS
        progress.done(f"Read {len(long):,} levels from {long.name}")
    known = [*reading_levels.known_keys(profile), *job.monitor]
    of_long = reading_levels.ASSESSMENT_KEYS if long is not None else ()
    own = {key: header for key, header in mapping.items() if key not in of_long}
    sheet = which.Columns(table, own, [*known, *of_long])
    theirs = {key: header for key, header in mapping.items() if key in of_long}
    given = which.Columns(long, theirs, of_long) if long is not None else None
    found = reading_levels.gather(sheet, given, profile, job.stage)
    progress.done("Found the levels")
    seed = job.seed if job.seed is not None else profile.digest()
    ranking = rank(found.frame, profile, job.stage, seed, found.ids)
    progress.done(f"Ranked {len(ranking.ranked):,} applications")
    rows = interview_rows(draw_line(ranking.ranked, job.places, job.reserves), ranking, sheet)
    audit = _monitor(sheet, found.ids, rows, job.monitor)
    progress.done("Compared groups")
    notes = [*table.notes, *(long.notes if long is not None else ()), *found.notes]
    unused = sheet.unused()
    which.refuse_misspelt(table, unused, [key for key in known if sheet.find(key) is None])
    if unused:
        from recruit.tables.text import listed

        notes.append(f"Columns of {table.name} that nothing reads: {listed(unused)}.")
    tables = [table] if long is None else [table, long]
    return Selection(job, profile, ranking, rows, audit, notes, tables, progress)


def _monitor(
    sheet: "Columns", ids: list[str], rows: "list[Row]", attributes: tuple[str, ...]
) -> "Audit | None":
    """Called and listed as shares of all who applied, by each attribute; None when there is none."""
    import pandas as pd

    from recruit.tables import cells
    from recruit.tables.errors import FileError
    from scoring.monitoring import Stage, audit_stages

    if not attributes:
        return None
    series = pd.Series(ids)
    called = series.isin([row.id for row in rows if row.kind == "called"])
    listed = series.isin([row.id for row in rows])
    data: dict[str, Any] = {}
    for name in attributes:
        if name in data:
            raise FileError(f"--monitor: '{name}' is named twice. Name it once.")
        data[name] = cells.groups(sheet.table, sheet.need(name, "named by --monitor"))
    frame = pd.DataFrame(data)
    frame["reached: called"], frame["reached: listed"] = called.to_numpy(), listed.to_numpy()
    stages = [Stage("called", "reached: called"), Stage("listed", "reached: listed")]
    return audit_stages(frame, attributes, stages)


@dataclass(frozen=True)
class Selection:
    """A finished selection that has not been written yet."""

    job: Job
    profile: "Profile"
    ranking: "Ranking"
    rows: "list[Row]"
    audit: "Audit | None"
    notes: list[str]
    tables: "list[Table]"
    progress: Progress

    def write(self, folder: Path) -> str | None:
        """Write all files into `folder`; the reason when the PDF was skipped."""
        from recruit.tables.errors import PdfUnavailable
        from recruit.tables.ordering import list_columns, ranking_columns
        from recruit.tables.pages import FONTS
        from recruit.tables.pdf import write_pdf
        from recruit.tables.report import report_html
        from recruit.tables.words import words
        from recruit.tables.writing import write_csv, write_xlsx

        language, t = self.job.language, words(self.job.language)
        write_csv(folder / "ranking.csv", ranking_columns(self.ranking), language)
        checksum = hashlib.sha256((folder / "ranking.csv").read_bytes()).hexdigest()
        facts = self.facts(checksum)
        self.progress.done("Wrote ranking.csv")
        write_csv(folder / "interview_list.csv", list_columns(self.rows), language)
        columns = list_columns(self.rows, language)
        write_xlsx(
            folder / "interview_list.xlsx", t.interview_list, columns, (t.about, [*self.figures(), *facts])
        )
        figures = self.audit.to_dict() if self.audit else self._unmonitored()
        (folder / "audit.json").write_text(_json({"run": self.run(checksum), **figures}), encoding="utf-8")
        page = report_html(figures, language=language, title=self.title(), facts=facts)
        (folder / "audit.html").write_text(page, encoding="utf-8")
        skipped = None
        try:
            write_pdf(folder / "interview_list.pdf", self.page(facts, checksum), FONTS)
        except PdfUnavailable as error:
            skipped = str(error)
        self.progress.done("Wrote the list and the monitoring")
        return skipped

    def title(self) -> str:
        return self.job.title or self.profile.name.in_language(self.job.language)

    def _unmonitored(self) -> dict[str, Any]:
        """The figures when no attribute was asked for: how many, and nothing about groups."""
        n, called = len(self.ranking.table), sum(row.kind == "called" for row in self.rows)
        reached = (("called", called), ("listed", len(self.rows)))
        stages = [{"key": key, "from": None, "n": n, "selected": number} for key, number in reached]
        return {"n": n, "stages": stages, "attributes": {}}

    def page(self, facts: list[tuple[str, str]], checksum: str) -> str:
        """The printed interview list as HTML."""
        from recruit.tables.ordering import alphabetical
        from recruit.tables.pages import render
        from recruit.tables.words import words

        t = words(self.job.language)
        text = dict(facts)
        return render(
            "interview_list.html",
            t=t,
            language=self.job.language,
            title=t.interview_list,
            organisation=self.title(),
            facts=self.figures(),
            conditional=any(row.conditional for row in self.rows),
            called=alphabetical([row for row in self.rows if row.kind == "called"]),
            reserves=[row for row in self.rows if row.kind == "reserve"],
            footer=[
                f"{t.profile}: {text[t.profile]}. {t.seed_word}: {text[t.seed_word]}.",
                f"{t.ranking_checksum}: {_short(checksum)}. {t.recompute}",
            ],
        )

    def figures(self) -> list[tuple[str, str]]:
        """Label and text of the figures at the head of the list."""
        from recruit.tables.words import words

        t = words(self.job.language)
        called = sum(row.kind == "called" for row in self.rows)
        reserves = len(self.rows) - called
        ranked = len(self.ranking.ranked)
        threshold = self.ranking.points(self.ranking.threshold).rstrip("0").rstrip(".")
        mark = "," if self.job.language == "sv" else "."
        return [
            (t.called, t.called_of.format(called=called, ranked=ranked, all=len(self.ranking.table))),
            (t.reserves, t.in_order.format(n=reserves) if reserves else t.none),
            (t.stage, getattr(t, self.job.stage)),
            (t.threshold, t.points_of_100.format(n=threshold.replace(".", mark))),
        ]

    def facts(self, checksum: str) -> list[tuple[str, str]]:
        """Label and text of what one needs to recompute the list."""
        from recruit.tables.words import words

        t = words(self.job.language)
        return [
            (t.profile, f"{self.profile.key}, {t.checksum} {_short(self.ranking.profile_digest)}"),
            (t.seed_word, self._seed()),
            (t.inputs, ", ".join(table.name for table in self.tables)),
            (t.ranking_checksum, checksum),
        ]

    def _seed(self) -> str:
        seed = self.ranking.seed
        return seed if len(seed) < 40 else _short(seed)

    def run(self, checksum: str) -> dict[str, Any]:
        """What the run was, for audit.json."""
        return {
            "stage": self.job.stage,
            "places": self.job.places,
            "reserves": self.job.reserves,
            "profile": self.profile.key,
            "profile_digest": self.ranking.profile_digest,
            "seed": self.ranking.seed,
            "ranking_csv_sha256": checksum,
            "inputs": [table.name for table in self.tables],
        }

    def tell(self, out: Path, skipped: str | None) -> None:
        """The summary on standard output; notes and warnings on standard error."""
        for note in self.notes:
            click.echo(f"Note: {note}", err=True)
        status = self.ranking.table["status"].value_counts()
        click.echo(
            f"{len(self.ranking.table):,} applications at {self.job.stage}, "
            f"profile '{self.profile.key}' ({self.ranking.profile_digest[:16]})."
        )
        labels = ("ranked", "below the threshold", "stopped by a gate", "incomplete")
        for key, label in zip(("ranked", "below_threshold", "gate", "incomplete"), labels, strict=True):
            if status.get(key, 0):
                click.echo(f"  {status[key]:>7,} {label}")
        called = [row for row in self.rows if row.kind == "called"]
        click.echo(
            f"{len(called)} called to interview, {len(self.rows) - len(called)} in "
            f"reserve.{self._line(called)}"
        )
        click.echo(f"Seed of the lot: {self.ranking.seed}")
        if self.audit:
            for name, figures in self.audit.to_dict()["attributes"].items():
                click.echo(f"By {name}: {figures['summary']['en']}")
        if skipped:
            click.echo(f"Warning: interview_list.pdf was not written. {skipped}", err=True)
        written = [name for name in FILES if not (skipped and name.endswith(".pdf"))]
        click.echo(f"Written to {out}{'' if str(out).endswith('/') else '/'}: {', '.join(written)}")

    def _line(self, called: "list[Row]") -> str:
        """What the line does, when there is something to say: too few for the places, or a tie that it
        cuts."""
        if len(called) < self.job.places:
            return f" Only {len(called)} of {self.job.places} places could be filled from the ranking."
        table = self.ranking.table
        if len(self.ranking.ranked) <= len(called):
            return ""
        last, following = table.iloc[len(called) - 1], table.iloc[len(called)]
        if last["total"] != following["total"]:
            return ""
        by = "the lot" if following["decided_by"] == "lot" else f"the tie rule ('{following['decided_by']}')"
        return f" The line cuts a tie at {last['points']} points, decided by {by}."


def _short(digest: str) -> str:
    return " ".join(digest[start : start + 4] for start in range(0, 16, 4))


def _json(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=False) + "\n"
