"""Outcomes as a spreadsheet: the template to fill in, and reading it again. One row per thing that has happened."""

import tempfile
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from forms.texts import N_, Message
from recruit.errors import Invalid
from recruit.i18n import lazy_gettext as _
from recruit.models import OutcomeKind, OutcomeReason
from recruit.queries.outcome import Candidate, Happened
from recruit.services.outcome import Entered, EnteredRow
from recruit.uploaded_table import place, told_to_reader, uploaded_table

COLUMNS = ("application", "outcome", "date", "reason", "note")
NEEDED = COLUMNS[:3]
_KINDS = {kind.value: kind for kind in OutcomeKind}
_REASONS = {reason.value: reason for reason in OutcomeReason}


def read_outcomes(filename: str, content: bytes) -> list[EnteredRow]:
    """The outcomes in a CSV or XLSX file with the columns `COLUMNS`, of which the last two may be left out.

    A row with neither outcome nor date is one of the template that nobody has filled in, and is passed over.
    Raises Invalid (field "file") naming row, column and value of the first thing that is wrong.
    """
    table = uploaded_table(filename, content)
    _refuse_unknown(table)
    with told_to_reader():
        found = _rows(table)
    if not found:
        raise Invalid(_("The file has no row with an outcome in it."), field="file")
    return found


def _refuse_unknown(table: Any) -> None:
    """A column that is nearly one of ours, left out in silence, would lose what it says."""
    for header in table.headers:
        if header.casefold() not in COLUMNS:
            raise Invalid(
                _(
                    "%(file)s: there is no column %(column)s here. The columns are %(known)s.",
                    file=table.name,
                    column=header[:60],
                    known=", ".join(COLUMNS),
                ),
                field="file",
            )


def _rows(table: Any) -> list[EnteredRow]:
    from recruit.tables import columns

    headers = {name: columns.need(table, name, Message(N_("what has happened to whom"))) for name in NEEDED}
    headers |= {
        name: header for name in COLUMNS if name not in NEEDED and (header := columns.find(table, name))
    }
    texts = {name: list(table.column(header)) for name, header in headers.items()}
    found = []
    for position in range(len(table)):
        cell = {name: texts[name][position] if name in texts else "" for name in COLUMNS}
        if not any(cell[name] for name in COLUMNS[1:]):
            continue

        def at(name: str, position: int = position) -> str:
            return place(table, position, headers.get(name, headers["application"]))

        entered = Entered(
            kind=_kind(cell["outcome"], at("outcome")),
            on=_day(cell["date"], at("date")),
            reason=_reason(cell["reason"], at("reason")),
            note=_note(cell["note"]),
        )
        found.append(EnteredRow(at("application"), cell["application"], entered))
    return found


def _kind(text: str, where: str) -> OutcomeKind:
    kind = _KINDS.get(text.casefold())
    if kind is None:
        raise Invalid(
            _(
                "%(where)s: “%(value)s” is no outcome. Write one of %(known)s.",
                where=where,
                value=text[:40],
                known=", ".join(_KINDS),
            ),
            field="file",
        )
    return kind


def _reason(text: str, where: str) -> OutcomeReason | None:
    if not text:
        return None
    reason = _REASONS.get(text.casefold())
    if reason is None:
        raise Invalid(
            _(
                "%(where)s: “%(value)s” is no reason. Write one of %(known)s.",
                where=where,
                value=text[:40],
                known=", ".join(_REASONS),
            ),
            field="file",
        )
    return reason


def _day(text: str, where: str) -> date:
    try:
        # A workbook's dates come with a time of day.
        return date.fromisoformat(text.removesuffix(" 00:00:00").removesuffix("T00:00:00"))
    except ValueError:
        raise Invalid(
            _(
                "%(where)s: “%(value)s” is no date. Write year, month and day, such as 2027-02-01.",
                where=where,
                value=text[:40],
            ),
            field="file",
        ) from None


def _note(text: str) -> str:
    """The note as it was written: the apostrophe that keeps a spreadsheet from taking it for a formula goes."""
    from recruit.tables.writing import neutral

    return text[1:] if text.startswith("'") and neutral(text[1:]) == text else text


def template(people: Iterable[Candidate], language: str) -> bytes:
    """A CSV with a row for everything that has happened, and an empty one for everybody to whom nothing has."""
    from recruit.tables.writing import Column, write_csv

    rows: list[tuple[str, Happened | None]] = []
    for each in people:
        rows += [(each.mask_code, happened) for happened in each.outcomes] or [(each.mask_code, None)]
    cells: dict[str, list[str | None]] = {
        "application": [code for code, _happened in rows],
        "outcome": [each.kind.value if each else None for _code, each in rows],
        "date": [each.on.isoformat() if each else None for _code, each in rows],
        "reason": [each.reason.value if each and each.reason else None for _code, each in rows],
        "note": [each.note if each else None for _code, each in rows],
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "outcomes.csv"
        write_csv(path, [Column(name, values) for name, values in cells.items()], language)
        return path.read_bytes()
