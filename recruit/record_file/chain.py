"""The chain of hashes in the two files: whole entries, sealed ones of which only the hash is given, and their checks.

An entry as a dict has the keys of `CONTENT`, from which its hash is made, and `hash`. A sealed one has `number` and
`hash` alone: times and account numbers of every step of a selection could be laid beside the levels and tell who is
who, so the first file opens only those entries that speak of the selection as a whole.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from recruit.record_file.parts import canonical

GENESIS = "0" * 64
CONTENT = (
    *("region", "number", "at", "actor", "action", "subject"),
    *("intake", "application", "digests", "previous"),
)

Entry = Mapping[str, Any]


def hash_of(entry: Entry) -> str:
    """SHA-256 over everything in an entry and the hash of the one before."""
    return hashlib.sha256(canonical({name: entry[name] for name in CONTENT}).encode()).hexdigest()


def is_open(entry: Entry) -> bool:
    """Whether the entry's content is there."""
    return "action" in entry


def sealed(entry: Entry) -> dict[str, Any]:
    """What is left of an entry when its content is left out."""
    return {"number": entry["number"], "hash": entry["hash"]}


def value(entry: Entry, field: str) -> str | None:
    """The new value that an open entry shows of a field; None when it shows none."""
    shown = entry.get("values", {}).get(field)
    found: str | None = None if shown is None else shown["new"]
    return found


def check(entries: Sequence[Entry], head: str) -> Iterator[str]:
    """What does not hold in a chain that must end with `head`: one sentence for each thing."""
    previous = GENESIS
    for number, entry in enumerate(entries, 1):
        if entry["number"] != number:
            yield f"row {number}, number: the file has {entry['number']}, expected {number}; an entry is missing"
            return
        if is_open(entry):
            yield from _check_open(entry, number, previous)
        previous = entry["hash"]
    if previous != head:
        yield (
            f"row {len(entries)}, hash: the file has {previous}, the head of the chain in manifest.json is {head}"
        )


def _check_open(entry: Entry, number: int, previous: str) -> Iterator[str]:
    if entry["previous"] != previous:
        yield f"row {number}, previous: the file has {entry['previous']}, the row before has the hash {previous}"
    made = hash_of(entry)
    if made != entry["hash"]:
        yield f"row {number}, hash: the file has {entry['hash']}, recomputed {made}"
    digests = json.loads(entry["digests"])
    for field, shown in entry.get("values", {}).items():
        text = canonical([shown["salt"], shown["old"], shown["new"]])
        digest = hashlib.sha256(text.encode()).hexdigest()
        if digests.get(field) != digest:
            yield (
                f"row {number}, digest of the value of {field}: the entry has {digests.get(field)}, recomputed {digest}"
            )


def check_whole(entries: Sequence[Entry], beside: Sequence[Entry], head: str) -> Iterator[str]:
    """What does not hold in the chain of the second file, where every entry is open, beside that of the first."""
    if len(entries) != len(beside):
        yield f"rows: the file has {len(entries)}, the record file has {len(beside)}"
    for number, (entry, other) in enumerate(zip(entries, beside, strict=False), 1):
        if not is_open(entry):
            yield f"row {number}: the content of the entry is missing"
            return
        if entry["hash"] != other["hash"]:
            yield f"row {number}, hash: the file has {entry['hash']}, the record file has {other['hash']}"
            return
    yield from check(entries, head)
