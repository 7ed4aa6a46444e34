"""A ranking on its way out: the whole order as columns, and the interview list with the names put back."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from recruit.tables import cells
from recruit.tables.columns import Columns
from recruit.tables.words import words
from recruit.tables.writing import Column
from scoring.lists import InterviewDraw
from scoring.ranking import Ranking


@dataclass(frozen=True)
class Row:
    """One line of the interview list. `kind` is called or reserve; `position` counts within it, in order
    of rank."""

    kind: str
    position: int
    place: int
    id: str
    name: str
    native_name: str
    conditional: bool
    points: str


def ranking_columns(ranking: Ranking) -> list[Column]:
    """The ranking as columns with fixed names; levels and points as decimals, exact numerators beside them.

    `total` and `contribution_*` are numerators on `denominator`: the contributions add up to the total,
    and the total
    divided by the denominator is the points. A fraction such as 5/2 would open as a date in Excel, so a
    mean level
    stands as 2.5 (thirds rounded to four decimals).
    """
    return _columns(ranking.table, ranking.criteria, ranking.denominator)


def stored_columns(results: Mapping[str, Any]) -> list[Column]:
    """The same from stored results: what `Ranking.canonical` gives, parsed."""
    table = pd.DataFrame(results["table"], dtype=object)
    return _columns(table, results["criteria"], results["denominator"])


def _columns(table: pd.DataFrame, criteria: Sequence[str], denominator: int) -> list[Column]:
    columns = [
        Column("place", _whole(table["place"]), "integer"),
        Column("id", table["application"].tolist(), "text"),
        Column("status", table["status"].tolist(), "word"),
        Column("points", _or_none(table["points"]), "decimal"),
        Column("missing", [", ".join(keys) for keys in table["missing"]], "word"),
        Column("gates", [", ".join(gates) for gates in table["gates"]], "word"),
        Column("decided_by", _or_none(table["decided_by"]), "word"),
    ]
    columns += [Column(f"level_{key}", _decimals(table[f"level_{key}"]), "decimal") for key in criteria]
    columns += [
        Column(f"contribution_{key}", _whole(table[f"contribution_{key}"]), "integer") for key in criteria
    ]
    columns.append(Column("total", _whole(table["total"]), "integer"))
    columns.append(Column("denominator", [denominator] * len(table), "integer"))
    return columns


def _whole(series: "pd.Series[Any]") -> list[int | None]:
    return _or_none(series.astype(object))


def _or_none(series: "pd.Series[Any]") -> list[Any]:
    cells: np.ndarray = series.to_numpy(dtype=object, copy=True)
    cells[series.isna().to_numpy()] = None
    return list(cells)


def _decimals(series: "pd.Series[Any]") -> list[str | None]:
    codes, distinct = pd.factorize(series)  # missing has the code -1, which is the last of the texts
    texts = [f"{float(Fraction(text)):.4f}".rstrip("0").rstrip(".") for text in distinct]
    return list(np.array([*texts, None], dtype=object)[codes])


def interview_rows(draw: InterviewDraw, ranking: Ranking, applications: Columns) -> list[Row]:
    """The drawn list in order of rank, those called first; names only where the sheet has a column for them.

    Raises FileError for a conditional column with something other than yes or no.
    """
    top = ranking.table.iloc[: len(draw.entries)]
    of_rank = dict(zip(top["application"], zip(top["place"], top["points"], strict=True), strict=True))
    ids = pd.Index(applications.table.column(applications.need("id", "one id for each application")))
    positions = ids.get_indexer(pd.Index([entry.application for entry in draw.entries]))

    def texts(key: str) -> "pd.Series[str] | None":
        found = applications.find(key)
        return None if found is None else cells.names(applications.table, found)

    names, native_names = texts("name"), texts("native_name")
    found = applications.find("conditional")
    conditional = None if found is None else cells.yes_or_no(applications.table, found)
    rows = []
    for entry, at in zip(draw.entries, positions, strict=True):
        place, points = of_rank[entry.application]
        rows.append(
            Row(
                kind=entry.kind,
                position=entry.position,
                place=int(place),
                id=entry.application,
                name="" if names is None else names[at],
                native_name="" if native_names is None else native_names[at],
                conditional=conditional is not None and conditional[at] is True,
                points=points,
            )
        )
    return rows


def list_columns(rows: Sequence[Row], language: str | None = None) -> list[Column]:
    """The interview list as columns; fixed names and values without a language, that language's words with
    one."""
    t = words(language or "en")

    def header(key: str, word: str) -> str:
        return word if language else key

    columns = [
        Column(
            header("list", t.list), [getattr(t, row.kind) if language else row.kind for row in rows], "word"
        ),
        Column(header("order", t.order), [row.position for row in rows], "integer"),
        Column(header("id", t.id), [row.id for row in rows], "text"),
    ]
    if any(row.name for row in rows):
        columns.append(Column(header("name", t.name), [row.name for row in rows], "text"))
    if any(row.native_name for row in rows):
        columns.append(
            Column(header("native_name", t.native_name), [row.native_name for row in rows], "text")
        )
    if any(row.conditional for row in rows):
        yes = t.yes if language else "yes"
        marks = [yes if row.conditional else None for row in rows]
        columns.append(Column(header("conditional", t.conditional), marks, "word"))
    columns.append(Column(header("place", t.place), [row.place for row in rows], "integer"))
    columns.append(Column(header("points", t.points), [row.points for row in rows], "decimal"))
    return columns


def alphabetical(rows: Sequence[Row]) -> list[Row]:
    """By name (or id where there is none) as Swedish sorts: å, ä, ö last, other accents as their letter."""
    return sorted(rows, key=lambda row: (_collation(row.name or row.id), row.id))


def _collation(text: str) -> str:
    own = {"å": "{a", "ä": "{b", "æ": "{b", "ö": "{c", "ø": "{c", "ł": "l", "đ": "d"}
    letters = (own.get(sign, sign) for sign in unicodedata.normalize("NFC", text).casefold())
    plain = unicodedata.normalize("NFKD", "".join(letters))
    return "".join(sign for sign in plain if not unicodedata.combining(sign))
