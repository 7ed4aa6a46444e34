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

from recruit.record_file import shapes
from recruit.record_file.parts import canonical

GENESIS = "0" * 64
CONTENT = (
    *("region", "number", "at", "actor", "action", "subject"),
    *("intake", "application", "digests", "previous"),
)
#: The entries that the first file opens, and which of their values: those that follow from the file. No others.
SHOWN = {
    "intake.opened": ("commitment_screening", "commitment_interview"),
    "ranking.run": ("stage", "number", "applications", "inputs_sha256", "results_sha256"),
    "interview.confirmed": ("version", "run", "content_sha256"),
    "lot.revealed": ("stage", "seed", "commitment"),
}
OPENED, RUN, CONFIRMED, REVEALED = SHOWN

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


def check(entries: Sequence[Entry], head: str, *, whole: bool = False) -> Iterator[str]:
    """What does not hold in a chain that must end with `head`: one sentence for each thing.

    `whole`: every entry is open, and none shows values. Two rows with one hash cannot be: each hash is over the one
    before.
    """
    previous, seen = GENESIS, {GENESIS}
    for number, entry in enumerate(entries, 1):
        yield from (f"row {number}{found}" for found in shapes.differences(entry, _shape(entry, whole)))
        if entry["number"] != number:
            yield f"row {number}, number: the file has {entry['number']}, expected {number}; an entry is missing"
            return
        if entry["hash"] in seen:
            yield f"row {number}, hash: {entry['hash']} cannot stand there; it is no hash, or that of another row"
        if is_open(entry):
            yield from _check_open(entry, number, previous)
        previous = entry["hash"]
        seen.add(previous)
    if previous != head:
        yield (
            f"row {len(entries)}, hash: the file has {previous}, the head of the chain in manifest.json is {head}"
        )


def _shape(entry: Entry, whole: bool) -> shapes.Shape:
    if whole:
        return shapes.ENTRY
    if isinstance(entry, dict) and is_open(entry):
        return shapes.OPEN_ENTRY
    return shapes.SEALED_ENTRY


def _check_open(entry: Entry, number: int, previous: str) -> Iterator[str]:
    if entry["previous"] != previous:
        yield f"row {number}, previous: the file has {entry['previous']}, the row before has the hash {previous}"
    made = hash_of(entry)
    if made != entry["hash"]:
        yield f"row {number}, hash: the file has {entry['hash']}, recomputed {made}"
    digests = json.loads(entry["digests"])
    name = shapes.FIELD if "values" in entry else shapes.NAME
    yield from (f"row {number}, digests{found}" for found in shapes.differences(digests, {name: shapes.HASH}))
    for field, shown in entry.get("values", {}).items():
        text = canonical([shown["salt"], shown["old"], shown["new"]])
        digest = hashlib.sha256(text.encode()).hexdigest()
        if digests.get(field) != digest:
            yield (
                f"row {number}, digest of the value of {field}: the entry has {digests.get(field)}, recomputed {digest}"
            )


def check_opened(entries: Sequence[Entry], stage: str, *, committed: bool) -> Iterator[str]:
    """Which entries must be open with their values, and are not: the opening of the intake, the run, the confirmation.

    `committed`: whether there is a commitment to the seed of `stage`, which the opening then tells.
    """
    opened = [(number, entry) for number, entry in enumerate(entries, 1) if is_open(entry)]
    for number, entry in opened:
        action, shown = entry["action"], entry["values"].keys()
        if action not in SHOWN:
            yield f"row {number}, action: {action} is about no selection as a whole, and should be sealed"
            continue
        told = set(SHOWN[action])
        if action == OPENED:
            told &= json.loads(entry["digests"]).keys()
            if committed and f"commitment_{stage}" not in told:
                yield f"row {number}, digests: the opening of the intake has no commitment_{stage}"
        if shown != told:
            yield f"row {number}, values: {min(shown ^ told)} is {'missing' if told - shown else 'too much'}"
        if entry["subject"][0] != _SUBJECTS[action]:
            yield f"row {number}, subject: the file has {entry['subject'][0]}, expected {_SUBJECTS[action]}"
        for name in ("region", "intake"):
            if entry[name] is None or entry[name] != entries[-1].get(name):
                yield f"row {number}, {name}: the file has {entry[name]}, the head has {entries[-1].get(name)}"
    actions = [entry["action"] for _number, entry in opened]
    for action in (OPENED, RUN, CONFIRMED):
        if actions.count(action) != 1:
            yield f"{actions.count(action)} entries {action} are open, expected one: the {_NAMES[action]}"
    if actions.count(REVEALED) > 1:
        yield f"{actions.count(REVEALED)} entries {REVEALED} are open, expected one at most"
    if [action for action in actions if action != REVEALED] != [OPENED, RUN, CONFIRMED]:
        yield f"the open entries come in the order {', '.join(actions)}, expected {OPENED}, {RUN}, {CONFIRMED}"
    if actions[-1:] != [CONFIRMED] or not is_open(entries[-1]):
        yield f"row {len(entries)}: the head is not the {_NAMES[CONFIRMED]}"


_SUBJECTS = {OPENED: "intake", RUN: "ranking_run", CONFIRMED: "interview_list", REVEALED: "lot_seed"}
_NAMES = {
    OPENED: "opening of the intake",
    RUN: "making of the run",
    CONFIRMED: "confirmation of the list",
}


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
    yield from check(entries, head, whole=True)
