"""The file that a person gets: the data, the same to read, its schema, and every file that belongs to them."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

from recruit.errors import NotFound
from recruit.rights.schema import schema
from recruit.storage import ENDINGS, Storage

DATA, PAGE, SCHEMA = "everything.json", "everything.html", "everything.schema.json"


def packed(
    content: dict[str, Any],
    page: Callable[[dict[str, Any]], str],
    storage: Storage,
    letters: Mapping[str, bytes],
) -> bytes:
    """A ZIP of the content, of the page that `page` makes of it, of the schema, and of the files it names.

    `letters`: decision letters by their checksum.
    """
    documents: dict[str, bytes] = {}
    for application in content["applications"]:
        application["files"] = [
            _file(application["reference"], number, each, documents, storage)
            for number, each in enumerate(application["files"], 1)
        ]
        for number, each in enumerate(application["decision_letters"], 1):
            each["path"] = f"files/{application['reference']}-letter-{number:02}.pdf"
            documents[each["path"]] = letters[each["sha256"]]
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(PAGE, page(content))
        archive.writestr(DATA, json.dumps(content, ensure_ascii=False, indent=1))
        archive.writestr(SCHEMA, json.dumps(schema(), ensure_ascii=False, indent=1))
        for name, document in documents.items():
            archive.writestr(name, document)
    return target.getvalue()


def _file(
    reference: str, number: int, row: dict[str, Any], documents: dict[str, bytes], storage: Storage
) -> dict[str, Any]:
    """What is told of a file, with its place in the ZIP; names of people's own making are no paths."""
    ending = ENDINGS.get(row["media_type"], "bin")
    path: str | None = f"files/{reference}-{number:02}-{row['kind']}.{ending}"
    try:
        documents[str(path)] = storage.open(row["storage_name"])
    except NotFound:
        path = None
    told = {name: value for name, value in row.items() if name not in ("storage_name", "redacts_id")}
    return {**told, "path": path, "redacted": row["redacts_id"] is not None}
