"""Uploaded files: what they are by their content, and a folder of opaque names outside the web root.

A file and the row that names it must stay or go together. `put_with` and `delete_with` tie the file to the session's
transaction: a rollback removes what was put, and a file is deleted only once its row's deletion is committed.
"""

import hashlib
import os
import re
import secrets
import shutil
import tempfile
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any

import filetype
from sqlalchemy import event
from sqlmodel import Session

from recruit.errors import Invalid, NotFound
from recruit.i18n import lazy_gettext as _

MAX_FILE_BYTES = 10 * 1024 * 1024
PDF, PNG, JPEG = "application/pdf", "image/png", "image/jpeg"
#: How a file of each type ends.
ENDINGS = {PDF: "pdf", PNG: "png", JPEG: "jpg"}
_WORDS = {PDF: "PDF", PNG: "PNG", JPEG: "JPEG"}
_ENDINGS = {
    ".pdf": PDF,
    ".png": PNG,
    ".jpg": JPEG,
    ".jpeg": JPEG,
    ".jpe": JPEG,
    ".jfif": JPEG,
}
_STORAGE_NAME = re.compile(r"^[0-9a-f]{48}$")
_SESSION_KEY = "files_of_transaction"
_RENDERING = Lock()  # one document at a time in a process: pages of the same one are asked for at once


@dataclass(frozen=True)
class Stored:
    """A file that has been kept: its opaque name, SHA-256 of the content, size in bytes and media type."""

    storage_name: str
    sha256: str
    size: int
    media_type: str

    def columns(self, filename: str, *, by: int, at: datetime) -> dict[str, Any]:
        """The columns of an attachment that say which file it is, and since when and by whom."""
        return {
            "filename": clean_filename(filename),
            "storage_name": self.storage_name,
            "media_type": self.media_type,
            "size": self.size,
            "sha256": self.sha256,
            "uploaded_at": at,
            "uploaded_by_id": by,
        }


def clean_filename(filename: str) -> str:
    """The file's own name without folders and control characters, at most 150 characters, ending kept."""
    name = unicodedata.normalize("NFC", filename).replace("\\", "/").rpartition("/")[2]
    name = "".join(letter for letter in name if unicodedata.category(letter) not in ("Cc", "Cf", "Cs")).strip(
        " ."
    )
    stem, dot, ending = name.rpartition(".")
    if dot and len(ending) <= 10:
        return f"{stem[:139]}.{ending}"
    return name[:150] or "file"


def media_type(content: bytes, filename: str) -> str:
    """The type of a file by its content: PDF, PNG or JPEG.

    Raises Invalid, naming the file, when it is empty, too large, of another type, cut off, or called something that it
    is not.
    """
    name = clean_filename(filename)
    if not content:
        raise Invalid(_("%(name)s is empty. Choose the file again.", name=name), field="file")
    if len(content) > MAX_FILE_BYTES:
        raise Invalid(
            _("%(name)s is larger than 10 MB. Choose a file smaller than 10 MB.", name=name), field="file"
        )
    found = _by_content(content)
    claimed = Path(name).suffix.lower()
    if found is None:
        guess = filetype.guess_extension(content)
        what = guess.upper() if guess and guess not in ("pdf", "png", "jpg") else ""
        if what:
            message = _(
                "%(name)s is a file of type %(what)s. Choose a PDF, PNG or JPEG.", name=name, what=what
            )
        elif claimed in _ENDINGS:
            message = _(
                "%(name)s is called %(ending)s, but its content is something else, or it is damaged. Open it, save it"
                " again as PDF, PNG or JPEG, and choose that file.",
                name=name,
                ending=claimed,
            )
        else:
            message = _("%(name)s is not a PDF, PNG or JPEG. Choose a file of one of these types.", name=name)
        raise Invalid(message, field="file")
    if claimed and _ENDINGS.get(claimed) != found:
        raise Invalid(
            _(
                "%(name)s is called %(ending)s, but its content is %(what)s. Give it the right ending and choose it"
                " again.",
                name=name,
                ending=claimed,
                what=_WORDS[found],
            ),
            field="file",
        )
    return found


def _by_content(content: bytes) -> str | None:
    """The type whose beginning and end the content has; a file cut off on its way lacks the end."""
    if content.startswith(b"%PDF-"):
        return PDF if b"%%EOF" in content[-2048:] else None
    if content.startswith(b"\x89PNG\r\n\x1a\n") and content[12:16] == b"IHDR":
        return PNG if b"IEND" in content[-64:] else None
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG if b"\xff\xd9" in content[3:] else None
    return None


class Storage:
    """A folder of files under opaque names, readable by its owner only."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, content: bytes, filename: str = "") -> Stored:
        """Keep the content, if its type is allowed (`media_type`). The name tells nothing about it."""
        kind = media_type(content, filename)
        name = secrets.token_hex(24)
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        return Stored(name, hashlib.sha256(content).hexdigest(), len(content), kind)

    def open(self, storage_name: str) -> bytes:
        """The content. Raises NotFound when there is no such file."""
        try:
            return self._path(storage_name).read_bytes()
        except FileNotFoundError:
            raise NotFound(_("The file is no longer here.")) from None

    def delete(self, storage_name: str) -> None:
        """Remove the file and what was made of it; nothing happens when it is gone already."""
        path = self._path(storage_name)
        path.unlink(missing_ok=True)
        shutil.rmtree(path.with_name(f"{path.name}.pages"), ignore_errors=True)

    def pages(self, storage_name: str, render: Callable[[bytes], Sequence[bytes]]) -> Sequence[Path]:
        """The file's pages as pictures, in order: made once, kept beside the file, and gone when it goes.

        Raises NotFound when there is no such file, and what `render` raises.
        """
        path = self._path(storage_name)
        folder = path.with_name(f"{path.name}.pages")
        if not folder.is_dir():
            with _RENDERING:
                if not folder.is_dir():
                    self._render(self.open(storage_name), folder, render)
        return sorted(folder.iterdir())

    def _render(self, content: bytes, folder: Path, render: Callable[[bytes], Sequence[bytes]]) -> None:
        """Whole or not at all: other processes see the folder when every page is in it."""
        made = Path(tempfile.mkdtemp(dir=folder.parent))  # for its owner only
        try:
            for number, page in enumerate(render(content), start=1):
                (made / f"{number:03}.jpg").write_bytes(page)
            made.rename(folder)
        except OSError:
            shutil.rmtree(made, ignore_errors=True)
            if not folder.is_dir():  # another process was first, or the disk is full
                raise
        except BaseException:
            shutil.rmtree(made, ignore_errors=True)
            raise

    def _path(self, storage_name: str) -> Path:
        if not _STORAGE_NAME.match(storage_name):
            raise NotFound(_("The file is no longer here."))
        return self.folder / storage_name[:2] / storage_name


@dataclass
class _Files:
    """What the session's transaction has put and will delete."""

    put: list[tuple[Storage, str]]
    deleted: list[tuple[Storage, str]]

    def after_commit(self, _session: Session) -> None:
        self._remove(self.deleted)

    def after_rollback(self, _session: Session) -> None:
        self._remove(self.put)

    def _remove(self, files: list[tuple[Storage, str]]) -> None:
        for storage, name in files:
            storage.delete(name)
        self.put.clear()
        self.deleted.clear()


def _files_of(session: Session) -> _Files:
    files: _Files | None = session.info.get(_SESSION_KEY)
    if files is None:
        files = session.info[_SESSION_KEY] = _Files([], [])
        event.listen(session, "after_commit", files.after_commit)
        event.listen(session, "after_rollback", files.after_rollback)
    return files


def put_with(session: Session, storage: Storage, content: bytes, filename: str = "") -> Stored:
    """Keep the content for as long as the session's transaction holds: a rollback removes it again."""
    stored = storage.put(content, filename)
    _files_of(session).put.append((storage, stored.storage_name))
    return stored


def delete_with(session: Session, storage: Storage, storage_name: str) -> None:
    """Delete the file when the session's transaction is committed, and not before."""
    _files_of(session).deleted.append((storage, storage_name))
