"""Referees' answers from a spreadsheet, such as a survey tool exports: one row per referee."""

from typing import Any

from forms.texts import N_, Message
from recruit.errors import Invalid
from recruit.i18n import lazy_gettext as _
from recruit.models import CameBy
from recruit.models.application import QUESTIONS
from recruit.services.references import EnteredReference, ReferenceAnswers
from recruit.uploaded_table import place, told_to_reader, uploaded_table

COLUMNS = ("application", "referee", *QUESTIONS, "would_employ")
OPTIONAL = ("masked_setting", "masked_comment", "came_by")
_LONGEST = {"masked_setting": 200, "masked_comment": 1000}


def read_references(filename: str, content: bytes) -> list[EnteredReference]:
    """The answers in a CSV or XLSX file with the columns `COLUMNS`, and perhaps `OPTIONAL`.

    Raises Invalid (field "file") naming row, column and value of the first thing that is wrong.
    """
    table = uploaded_table(filename, content)
    with told_to_reader():
        return _rows(table)


def _rows(table: Any) -> list[EnteredReference]:
    from recruit.tables import cells, columns

    headers = {name: columns.need(table, name, Message(N_("a referee's answers"))) for name in COLUMNS}
    extra = {name: columns.find(table, name) for name in OPTIONAL}
    _refuse_misspelt(
        table, {*headers.values(), *extra.values()}, [each for each in OPTIONAL if not extra[each]]
    )
    levels = {name: cells.levels(table, headers[name]) for name in QUESTIONS}
    employ = cells.yes_or_no(table, headers["would_employ"])
    codes, emails = list(table.column(headers["application"])), list(table.column(headers["referee"]))
    texts = {name: list(table.column(header)) if header else [] for name, header in extra.items()}
    found = []
    for position, (code, email) in enumerate(zip(codes, emails, strict=True)):
        for name, value in (("application", code), ("referee", email)):
            if not value:
                where = place(table, position, headers[name])
                raise Invalid(
                    _("%(where)s: is empty. Every row names an application and a referee.", where=where),
                    field="file",
                )
        values = {name: levels[name][position] for name in QUESTIONS}
        for name, value in values.items():
            if value != value or value != int(value):  # NaN is an empty cell
                raise Invalid(
                    _(
                        "%(where)s: “%(value)s” is no answer. Give a whole number from 0 to 4.",
                        where=place(table, position, headers[name]),
                        value=table.column(headers[name])[position][:40],
                    ),
                    field="file",
                )
        if employ[position] is None:
            where = place(table, position, headers["would_employ"])
            raise Invalid(_("%(where)s: write yes or no.", where=where), field="file")
        texts_here = {name: _text(table, extra[name], texts[name], position, name) for name in _LONGEST}
        given: dict[str, Any] = {**{name: int(value) for name, value in values.items()}, **texts_here}
        given["came_by"] = _came_by(table, extra["came_by"], texts["came_by"], position)
        answers = ReferenceAnswers(would_employ=bool(employ[position]), **given)
        where = place(table, position, headers["application"])
        found.append(EnteredReference(where, code.strip().upper(), email.strip().lower(), answers))
    return found


def _refuse_misspelt(table: Any, read: set[str | None], absent: list[str]) -> None:
    """Survey tools have columns of their own; one that is nearly ours, left out in silence, would lose what it says."""
    from recruit.tables.text import shown, suggestion

    for header in table.headers:
        if header not in read and suggestion(header, absent):
            raise Invalid(
                _(
                    "%(file)s: there is no column %(column)s here. The columns are %(known)s.",
                    file=table.name,
                    column=shown(header),
                    known=", ".join((*COLUMNS, *OPTIONAL)),
                ),
                field="file",
            )


_WAYS = {
    **{each.value: each for each in CameBy if each is not CameBy.ONLINE},
    "brev": CameBy.LETTER,
    "e-mail": CameBy.EMAIL,
    "e-post": CameBy.EMAIL,
    "mejl": CameBy.EMAIL,
    "phone": CameBy.TELEPHONE,
    "telefon": CameBy.TELEPHONE,
}


def _came_by(table: Any, header: str | None, values: list[str], position: int) -> CameBy | None:
    text = values[position].strip().lower() if header else ""
    if header and text and text not in _WAYS:
        where = place(table, position, header)
        raise Invalid(
            _(
                "%(where)s: “%(value)s” is no way to answer. Write letter, email or telephone.",
                where=where,
                value=text[:40],
            ),
            field="file",
        )
    return _WAYS.get(text)


def _text(table: Any, header: str | None, values: list[str], position: int, name: str) -> str:
    if header is None:
        return ""
    text = values[position].strip()
    if len(text) > _LONGEST[name]:
        where = place(table, position, header)
        raise Invalid(
            _("%(where)s: use at most %(limit)s characters.", where=where, limit=_LONGEST[name]), field="file"
        )
    return text
