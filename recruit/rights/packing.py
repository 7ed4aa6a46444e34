"""The file that a person gets: the data, the same to read, its schema, and every file that belongs to them.

It is made on the disk, one document after the other: thirty of ten megabytes each must not stand in memory at once.
"""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import IO, Any

from recruit.rights.schema import schema
from recruit.storage import ENDINGS, Storage

DATA, PAGE, SCHEMA = "everything.json", "everything.html", "everything.schema.json"


def packed(
    content: dict[str, Any],
    page: Callable[[dict[str, Any]], str],
    storage: Storage,
    letters: Mapping[str, bytes],
) -> IO[bytes]:
    """A ZIP of the content, of the page that `page` makes of it, of the schema, and of the files it names; open at its
    beginning.

    `letters`: decision letters by their checksum. Whoever closes the file removes it. Raises NotFound when a document
    goes while it is made.
    """
    stored = _name_files(content, storage)
    target = tempfile.TemporaryFile()  # noqa: SIM115 (closed by whoever sends it)
    try:
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(PAGE, page(content))
            archive.writestr(DATA, json.dumps(content, ensure_ascii=False, indent=1))
            archive.writestr(SCHEMA, json.dumps(schema(), ensure_ascii=False, indent=1))
            for application in content["applications"]:
                for each in application["decision_letters"]:
                    archive.writestr(each["path"], letters[each["sha256"]])
            at = datetime.fromisoformat(content["made_at"])
            for path, storage_name in stored.items():
                # PDF and pictures are compressed already
                info = zipfile.ZipInfo(path, at.timetuple()[:6])
                with archive.open(info, "w") as entry:
                    storage.copy_to(storage_name, entry)
        target.seek(0)
    except BaseException:
        target.close()
        raise
    return target


def without_files(content: dict[str, Any], storage: Storage) -> dict[str, Any]:
    """The content as it is told where no files lie beside it."""
    _name_files(content, storage)
    for application in content["applications"]:
        for each in (*application["files"], *application["decision_letters"]):
            each["path"] = None
    return content


def parts(packed_file: IO[bytes]) -> Iterator[bytes]:
    """The file bit by bit; it is closed at its end, or when nobody reads on."""
    with packed_file:
        while part := packed_file.read(1 << 16):
            yield part


def _name_files(content: dict[str, Any], storage: Storage) -> dict[str, str]:
    """Give each file its place in the ZIP, in the content; returns which stored file lies where."""
    stored: dict[str, str] = {}
    for application in content["applications"]:
        reference = application["reference"]
        application["files"] = [
            _file(reference, number, each, stored, storage)
            for number, each in enumerate(application["files"], 1)
        ]
        for number, each in enumerate(application["decision_letters"], 1):
            each["path"] = f"files/{reference}-letter-{number:02}.pdf"
    return stored


def _file(
    reference: str, number: int, row: dict[str, Any], stored: dict[str, str], storage: Storage
) -> dict[str, Any]:
    """What is told of a file, with its place in the ZIP; names of people's own making are no paths."""
    ending = ENDINGS.get(row["media_type"], "bin")
    path: str | None = f"files/{reference}-{number:02}-{row['kind']}.{ending}"
    if storage.has(row["storage_name"]):
        stored[str(path)] = row["storage_name"]
    else:
        path = None
    told = {name: value for name, value in row.items() if name not in ("storage_name", "redacts_id")}
    return {**told, "path": path, "redacted": row["redacts_id"] is not None}
