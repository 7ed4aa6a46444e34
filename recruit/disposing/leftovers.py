"""What is left of an application that was disposed of: rows that had to go, and words that had to be emptied."""

from sqlalchemy import ColumnElement, Executable, func, select
from sqlmodel import Session

from recruit.disposing.belonging import about, links, texts
from recruit.disposing.register import EMPTIED, GOES, STAYS, application_emptied
from recruit.models import Application, metadata
from recruit.services.chain import DISPOSED


def leftovers(session: Session, application: Application) -> dict[str, int]:
    """ "table" or "table.column" -> how many rows still hold something. Of every table with a way to the application,
    also one that the register does not know: its words count as left.
    """
    left: dict[str, int] = {}
    number = application.id or 0
    for name in links():
        table = metadata().tables[name]
        if name in GOES:
            wanted = select(func.count()).select_from(table).where(about(table, number))
            _count(session, left, name, wanted.where(*_besides_the_disposal(name)))
            continue
        columns = set(texts(table)) | EMPTIED.get(name, {}).keys()
        for column in sorted(each for each in columns if f"{name}.{each}" not in STAYS):
            filled = table.c[column].is_not(None) & (table.c[column] != EMPTIED.get(name, {}).get(column, ""))
            wanted = select(func.count()).select_from(table).where(about(table, number), filled)
            _count(session, left, f"{name}.{column}", wanted)
    own = metadata().tables["application"]
    for column in application_emptied():
        wanted = select(func.count()).select_from(own).where(own.c.id == number, own.c[column].is_not(None))
        _count(session, left, f"application.{column}", wanted)
    return left


def _besides_the_disposal(name: str) -> list[ColumnElement[bool]]:
    """The entry of the disposal itself keeps its values: numbers, and the decision that it rests on."""
    if name != "record_value":
        return []
    entries, values = metadata().tables["record_entry"], metadata().tables["record_value"]
    return [values.c.entry_id.not_in(select(entries.c.id).where(entries.c.action == DISPOSED))]


def _count(session: Session, left: dict[str, int], place: str, statement: Executable) -> None:
    number = session.execute(statement).scalar_one()
    if number:
        left[place] = number
