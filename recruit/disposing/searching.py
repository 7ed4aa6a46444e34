"""Looking for what must be gone: every column of words in every table, files, the outbox, the logs."""

import io
import re
import zipfile
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from recruit.disposing.belonging import texts
from recruit.models import Account, Application, Assignment, Attachment, Level, Referee, RemovedPart, metadata

#: A shorter text is likely to be somebody else's too.
SHORTEST, SHORTEST_TEXT = 6, 40
#: So many words are looked for at once.
MOST_AT_ONCE = 400


@dataclass(frozen=True)
class Searched:
    """What was gone through, and where a word still stands: "table.column", or a file's name -> how often.

    `files` are attachments, of which the names are read; `logs` are read whole.
    """

    words: int
    columns: int
    cells: int
    files: int
    logs: int = 0
    found: dict[str, int] = field(default_factory=dict)
    found_in_files: dict[str, int] = field(default_factory=dict)

    @property
    def places(self) -> int:
        """In how many cells, names of files and logs one of the words stands."""
        return sum(self.found.values()) + sum(self.found_in_files.values())


def words_of(session: Session, application: Application) -> frozenset[str]:
    """What tells of this person and hardly of anybody else: names, addresses, numbers, own texts, names of files."""
    account = session.get_one(Account, application.account_id)
    found = {account.email, account.name, application.native_name, application.phone}
    found.add(" ".join(filter(None, (application.given_name, application.family_name))))
    table = metadata().tables["application"]
    own = [getattr(application, name) for name in texts(table) if name not in ("reference", "mask_code")]
    long = {each for each in own if isinstance(each, str) and len(each) >= SHORTEST_TEXT}
    referees = session.exec(select(Referee).where(Referee.application_id == application.id)).all()
    for each in referees:
        found |= {each.phone}
        long.add(each.masked_comment or "")
    notes = (
        select(Level.note)
        .join(Assignment, col(Assignment.id) == col(Level.assignment_id))
        .where(Assignment.application_id == application.id)
    )
    long |= set(session.exec(notes))
    found.update(session.scalars(stored(application)).all())
    words = {each.strip() for each in found if each and len(each.strip()) >= SHORTEST}
    return frozenset(words | {each for each in long if len(each) >= SHORTEST_TEXT})


def stored(application: Application) -> Any:
    """The statement for the names under which an application's files lie, those that can be put back included."""
    own = select(Attachment.storage_name).where(Attachment.application_id == application.id)
    aside = select(RemovedPart.storage_name).where(
        RemovedPart.application_id == application.id, col(RemovedPart.storage_name).is_not(None)
    )
    return own.union_all(aside)


def search(
    session: Session, words: Collection[str], *, attachments: Path, logs: Path | None = None
) -> Searched:
    """Go through everything that is kept and count where one of the words stands, whatever its case."""
    ordered = sorted(words, key=len, reverse=True)
    patterns = [
        re.compile("|".join(map(re.escape, ordered[start : start + MOST_AT_ONCE])), re.IGNORECASE)
        for start in range(0, len(ordered), MOST_AT_ONCE)
    ]
    found: Counter[str] = Counter()
    columns = cells = 0
    for table in metadata().sorted_tables:
        names = texts(table)
        columns += len(names)
        if not names:
            continue
        rows = session.connection().execute(select(*(table.c[name] for name in names)))
        for row in rows:
            for name, value in zip(names, row, strict=True):
                cells += 1
                if value and any(_stands(patterns, text) for text in _readable(value)):
                    found[f"{table.name}.{name}"] += 1
    in_files: Counter[str] = Counter()
    names_of_files, read = [*_files(attachments)], [*_files(logs)]
    for path in names_of_files:
        in_files[path.name] += _stands(patterns, path.name)
    for path in read:
        in_files[path.name] += _stands(patterns, path.read_text("utf-8", "replace"))
    return Searched(
        len(ordered), columns, cells, len(names_of_files), len(read), dict(found), dict(+in_files)
    )


def _stands(patterns: Collection[re.Pattern[str]], text: str) -> bool:
    return any(pattern.search(text) for pattern in patterns)


def _readable(value: str | bytes) -> Iterator[str]:
    """A cell's text; of a packed file also its parts, unpacked."""
    if isinstance(value, str):
        yield value
        return
    yield value.decode("utf-8", "replace")
    if value[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(value)) as packed:
            for part in packed.infolist():
                yield part.filename
                yield packed.read(part).decode("utf-8", "replace")


def _files(folder: Path | None) -> Iterator[Path]:
    if folder is not None and folder.is_dir():
        yield from (path for path in sorted(folder.rglob("*")) if path.is_file())
