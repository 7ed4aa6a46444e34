"""Uploaded files: what they are by their content, and a folder of opaque names outside the web root.

A file and the row that names it must stay or go together. `put_with` and `delete_with` tie the file to the session's
transaction: a rollback removes what was put, and a file is deleted only once its row's deletion is committed. Where
nobody can know whether a commit took, the file stays (`recruit.stray_files` looks for a row that names it).
"""

import errno
import hashlib
import os
import re
import secrets
import shutil
import tempfile
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import IO, Any

import filetype
from sqlalchemy import event
from sqlmodel import Session

from recruit.errors import Full, Invalid, NotFound
from recruit.i18n import lazy_gettext as _

MEGABYTE = 1024 * 1024
MAX_FILE_BYTES = 10 * MEGABYTE
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
#: A picture of more pixels is not drawn by anything here: it would fill the memory of whoever opens it.
MAX_PIXELS = 120_000_000
#: What Windows takes for a device, whatever the ending.
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)\s*(\.|$)", re.IGNORECASE)
_ZIP_END, _ZIP_PART = b"PK\x05\x06", b"PK\x01\x02"
_ZIP_END_WITHIN = 22 + 0xFFFF  # its own length, and the longest comment after it
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
    """The file's own name without folders, control characters and what no system lets a file be called.

    At most 150 characters, ending kept. A name that means a device gets an underscore.
    """
    name = unicodedata.normalize("NFC", filename).replace("\\", "/").rpartition("/")[2]
    name = "".join(letter for letter in name if _may_stand(letter)).strip(" .")
    if _DEVICES.match(name):
        name = f"_{name}"
    stem, dot, ending = name.rpartition(".")
    if dot and len(ending) <= 10:
        return f"{stem[:139]}.{ending}"
    return name[:150] or "file"


def _may_stand(letter: str) -> bool:
    return letter not in '<>:"|?*' and unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Zl", "Zp")


def free_bytes(folder: Path) -> int:
    """What is free on the disk of a folder, which need not be there yet."""
    try:
        return shutil.disk_usage(folder).free
    except FileNotFoundError:
        return free_bytes(folder.absolute().parent)


def _full() -> Full:
    return Full(_("There is no room for more files here just now. Try again later."), field="file")


def media_type(content: bytes, filename: str) -> str:
    """The type of a file by its content: PDF, PNG or JPEG.

    Raises Invalid, naming the file, when it is empty, too large, of another type, cut off, called something that it
    is not, an archive as well, or a picture too large to be shown.
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
    _refuse_archive(content, name)
    _refuse_huge(content, found, name)
    return found


def _refuse_archive(content: bytes, name: str) -> None:
    """Programs that open ZIP files look for the list of parts from the end: a file that has one is two in one."""
    end = content.rfind(_ZIP_END, max(len(content) - _ZIP_END_WITHIN, 0))
    if end < 0 or len(content) - end < 22:
        return
    size = int.from_bytes(content[end + 12 : end + 16], "little")
    if content[max(end - size, 0) :].startswith(_ZIP_PART):
        raise Invalid(
            _("%(name)s is also an archive (ZIP). Save it again as PDF, PNG or JPEG alone.", name=name),
            field="file",
        )


def _refuse_huge(content: bytes, kind: str, name: str) -> None:
    width, height = _size(content, kind)
    if width * height > MAX_PIXELS:
        raise Invalid(
            _(
                "%(name)s is %(width)s × %(height)s pixels, which is too large to be shown. Save it in a smaller size.",
                name=name,
                width=width,
                height=height,
            ),
            field="file",
        )


def _size(content: bytes, kind: str) -> tuple[int, int]:
    """Width and height that a picture's header tells, without opening it; 0 for a PDF, and where none is told."""
    if kind == PNG:
        return int.from_bytes(content[16:20]), int.from_bytes(content[20:24])
    at = 2
    while kind == JPEG and at + 9 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return int.from_bytes(content[at + 7 : at + 9]), int.from_bytes(content[at + 5 : at + 7])
        # A filling byte and marks without content stand alone; every other segment tells its length.
        alone = marker == 0xFF or 0xD0 <= marker <= 0xD8 or marker == 0x01
        at += (1 if marker == 0xFF else 2) if alone else 2 + int.from_bytes(content[at + 2 : at + 4])
    return 0, 0


def _by_content(content: bytes) -> str | None:
    """The type whose beginning and end the content has; a file cut off on its way lacks the end."""
    if content.startswith(b"%PDF-"):
        return PDF if b"%%EOF" in content[-2048:] else None
    if content.startswith(b"\x89PNG\r\n\x1a\n") and content[12:16] == b"IHDR":
        return PNG if b"IEND" in content[-64:] else None
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG if b"\xff\xd9" in content[3:] else None
    return None


def _write(path: Path, content: bytes) -> None:
    """Write for the owner alone, and wait until it is on the disk."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


class Storage:
    """A folder of files under opaque names, readable by its owner only."""

    def __init__(self, folder: Path, *, keep_free: int = 0) -> None:
        """`keep_free`: bytes that no file may take of what is free on the disk, which the database may need."""
        self.folder = folder
        self.keep_free = keep_free

    def put(self, content: bytes, filename: str = "") -> Stored:
        """Keep the content, if its type is allowed (`media_type`). The name tells nothing about it.

        Raises Full when there is no room for it; then nothing of it stays.
        """
        kind = media_type(content, filename)
        if self.keep_free and free_bytes(self.folder) - len(content) < self.keep_free:
            raise _full()
        name = secrets.token_hex(24)
        path = self._path(name)
        try:
            try:
                _write(path, content)
            except FileNotFoundError:  # the first in its folder
                self._make_folder(path.parent)
                _write(path, content)
            _sync(path.parent)
        except OSError as error:
            path.unlink(missing_ok=True)
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise _full() from error
            raise
        return Stored(name, hashlib.sha256(content).hexdigest(), len(content), kind)

    def _make_folder(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for above in (self.folder, self.folder.parent):
            _sync(above)

    def open(self, storage_name: str) -> bytes:
        """The content. Raises NotFound when there is no such file."""
        try:
            return self._path(storage_name).read_bytes()
        except FileNotFoundError:
            raise NotFound(_("The file is no longer here.")) from None

    def has(self, storage_name: str) -> bool:
        """Whether there is such a file."""
        return self._path(storage_name).is_file()

    def older_than(self, moment: datetime) -> list[str]:
        """The names of the files stored before the moment, and of those gone whose pages are left; in order."""
        found = set()
        for path in self.folder.glob("[0-9a-f][0-9a-f]/*"):
            name = path.name.removesuffix(".pages")
            try:
                if _STORAGE_NAME.match(name) and path.stat().st_mtime < moment.timestamp():
                    found.add(name)
            except FileNotFoundError:
                continue  # it went meanwhile
        return sorted(found)

    def copy_to(self, storage_name: str, target: IO[bytes]) -> None:
        """Write the content into an open file, bit by bit. Raises NotFound when there is no such file."""
        try:
            with self._path(storage_name).open("rb") as source:
                shutil.copyfileobj(source, target)
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


def _sync(folder: Path) -> None:
    """Make sure that the names in a folder outlast a power cut: a synced file that no name leads to is lost."""
    if os.name != "posix":
        return  # folders cannot be opened there
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@dataclass
class _Files:
    """What the session's transaction has put and will delete, and whether it is being committed."""

    put: list[tuple[Storage, str]] = field(default_factory=list)
    deleted: list[tuple[Storage, str]] = field(default_factory=list)
    committing: bool = False


def _files_of(session: Session) -> _Files:
    files: _Files = session.info.setdefault(_SESSION_KEY, _Files())
    return files


@event.listens_for(Session, "before_commit")
def _before_commit(session: Session) -> None:
    if _SESSION_KEY in session.info:
        _files_of(session).committing = True


@event.listens_for(Session, "after_commit")
def _after_commit(session: Session) -> None:
    if _SESSION_KEY in session.info:
        _remove(session.info.pop(_SESSION_KEY).deleted)


@event.listens_for(Session, "after_rollback")
def _after_rollback(session: Session) -> None:
    if _SESSION_KEY in session.info:
        files = session.info.pop(_SESSION_KEY)
        # A commit that fails may have reached the disk before the line to the server was cut: then the rows are there.
        # What no row names after all goes with the other strays.
        _remove([] if files.committing else files.put)


def _remove(files: list[tuple[Storage, str]]) -> None:
    for storage, name in files:
        storage.delete(name)


def put_with(session: Session, storage: Storage, content: bytes, filename: str = "") -> Stored:
    """Keep the content for as long as the session's transaction holds: a rollback removes it again."""
    stored = storage.put(content, filename)
    remove_without(session, storage, stored)
    return stored


def remove_without(session: Session, storage: Storage, stored: Stored) -> None:
    """Remove a file that was put before the session's transaction, if that is rolled back."""
    _files_of(session).put.append((storage, stored.storage_name))


def delete_with(session: Session, storage: Storage, storage_name: str) -> None:
    """Delete the file when the session's transaction is committed, and not before."""
    _files_of(session).deleted.append((storage, storage_name))
