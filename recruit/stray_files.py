"""Stored files that no row names: a process that dies between storing a file and keeping its row leaves one behind.

Nobody can find such a file again, no plan disposes of it, and it may hold somebody's papers: so it goes.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from recruit import clock
from recruit.database import AllRegions, make_session
from recruit.errors import Conflict
from recruit.i18n import lazy_gettext as _
from recruit.models import Attachment, RemovedPart
from recruit.settings import Settings
from recruit.storage import Storage

#: What an upload under way has stored is younger.
AGE = timedelta(days=1)
#: More strays than this, if they are also more than a tenth of all, look like another database than that of the files.
FEW, SHARE = 20, 10
SCOPE = AllRegions("the files of all regions lie in one folder, under names that tell of none")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Strays:
    """The files that no row names, by name, and how many files of the same age there are in all."""

    names: tuple[str, ...]
    files: int

    @property
    def are_suspiciously_many(self) -> bool:
        """Whether it is likelier that the rows are missing than that the files are too many."""
        return len(self.names) > FEW and len(self.names) * SHARE > self.files


def find(session: Session, storage: Storage, *, now: datetime) -> Strays:
    """The strays older than a day; needs a session that sees every region."""
    old = storage.older_than(now - AGE)  # before the rows are read: a file is stored before its row is
    aside = select(col(RemovedPart.storage_name)).where(col(RemovedPart.storage_name).is_not(None))
    named = set(session.scalars(select(col(Attachment.storage_name)).union_all(aside)))
    return Strays(tuple(name for name in old if name not in named), len(old))


def remove(engine: Engine, settings: Settings, *, now: datetime | None = None, many: bool = False) -> Strays:
    """Remove the strays older than a day, with a line in the log for each; returns what went.

    Raises Conflict, and removes nothing, when they are suspiciously many, unless `many` says that this is right.
    """
    storage = Storage(settings.attachments)
    with make_session(engine, scope=SCOPE, writes=False) as session:
        found = find(session, storage, now=now or clock.now())
    if found.are_suspiciously_many and not many:
        raise Conflict(
            _(
                "%(number)s of %(files)s stored files are named by no row. Nothing has been removed: see whether the"
                " database is the one that belongs to the files.",
                number=len(found.names),
                files=found.files,
            )
        )
    for name in found.names:
        storage.delete(name)
        log.warning("stored file %s removed: no row names it", name)
    return found
