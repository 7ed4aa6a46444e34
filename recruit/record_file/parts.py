"""What is in the two files: names, order, and each part as text, one way only, so that its bytes can be made anew."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from recruit.record_file.container import Unreadable, unpack

VERSION = 1
SELECTION, MONITORING = "recruit record file", "recruit monitoring file"

MANIFEST = "manifest.json"
PROFILE, APPLICATIONS, LEVELS = "profile.toml", "applications.csv", "levels.csv"
SETTINGS, PREFERENCES = "settings.json", "preferences.json"
RANKING, CERTAINTY, LIST = "ranking.json", "certainty.json", "list.json"
CHAIN = "chain.jsonl"
PEOPLE, FIGURES = "monitoring.csv", "figures.json"


@dataclass(frozen=True)
class Kind:
    """One of the two files: its format and its parts in order; those in `optional` may be missing."""

    format: str
    parts: tuple[str, ...]
    optional: frozenset[str] = frozenset()


KINDS = {
    SELECTION: Kind(
        SELECTION,
        (
            *(MANIFEST, PROFILE, APPLICATIONS, LEVELS, SETTINGS, PREFERENCES),
            *(RANKING, CERTAINTY, LIST, CHAIN),
        ),
        frozenset({PREFERENCES, CERTAINTY}),
    ),
    MONITORING: Kind(MONITORING, (MANIFEST, PEOPLE, FIGURES, CHAIN)),
}
LEVEL_COLUMNS = ("application", "assessor", "criterion", "level")
PEOPLE_COLUMNS = (
    *("application", "sex", "age_band", "licence_route", "licence_route_group", "country_group", "country"),
    *("eligible", "called", "listed", "withdrawn", "undecided"),
)
#: Codes, pseudonyms, keys and groups: nothing that a CSV would have to quote.
_CELL = re.compile(r"[A-Za-z0-9_.-]*")


_HASH, _SLUG = r"[0-9a-f]{64}", r"[a-z0-9-]{1,80}"
_BOTH: dict[str, str | type[int]] = {
    "region": _SLUG,
    "intake": _SLUG,
    "list": int,
    "content_sha256": _HASH,
    "chain_head": _HASH,
}
#: What the manifest of each file states beside format, version and parts: a pattern of text, or a whole number.
FACTS: dict[str, dict[str, str | type[int]]] = {
    SELECTION: {
        **_BOTH,
        "stage": "screening|interview",
        "run": int,
        "code_version": r"[A-Za-z0-9 ,.+-]{1,60}",
        "inputs_sha256": _HASH,
        "results_sha256": _HASH,
        "monitoring_sha256": _HASH,
    },
    MONITORING: {**_BOTH, "salt": _HASH},
}


def sha256(content: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def canonical(value: Any) -> str:
    """JSON with sorted keys and no spaces, as the record's hashes are made from."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def json_part(value: Any) -> bytes:
    """A value as a part."""
    return canonical(value).encode()


def lines_part(values: Iterable[Any]) -> bytes:
    """Values as a part with one line of JSON for each."""
    return "".join(canonical(value) + "\n" for value in values).encode()


def csv_part(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Rows as a part: commas, no quotes, LF after each line. None is an empty cell."""
    lines = [",".join(columns)]
    for row in rows:
        cells = ["" if cell is None else str(cell) for cell in row]
        for cell in cells:
            if not _CELL.fullmatch(cell):
                raise ValueError(f"{cell!r} cannot stand in a table of a record file")
        lines.append(",".join(cells))
    return "".join(line + "\n" for line in lines).encode()


def with_manifest(kind: str, facts: Mapping[str, Any], parts: Mapping[str, bytes]) -> dict[str, bytes]:
    """All parts in their order, the manifest first: the facts, and the SHA-256 of every other part."""
    order = [name for name in KINDS[kind].parts if name in parts]
    manifest = {
        **facts,
        "format": kind,
        "version": VERSION,
        "parts": {name: sha256(parts[name]) for name in order},
    }
    return {MANIFEST: json_part(manifest), **{name: parts[name] for name in order}}


def read(data: bytes, kind: str, what: str) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The manifest and the parts of a file.

    Raises Unreadable where it is none of this kind and version, or where a part is missing or too much.
    """
    parts = unpack(data, what)
    if MANIFEST not in parts:
        raise Unreadable(f"{what} is not a record file: it has no {MANIFEST}")
    manifest = read_json(parts[MANIFEST], MANIFEST)
    if not isinstance(manifest, dict):
        raise Unreadable(f"{MANIFEST} of {what} is no JSON object")
    if manifest.get("format") != kind:
        other = next((each for each in KINDS if each == manifest.get("format")), None)
        found = f"a {other}" if other else f"of the format {_shown(manifest.get('format'))}"
        raise Unreadable(f"{what} is {found}, but a {kind} is expected")
    if manifest.get("version") != VERSION or isinstance(manifest.get("version"), bool):
        raise Unreadable(
            f"{what} has version {_shown(manifest.get('version'))} of the format, and only version {VERSION} can be "
            "read; use the release of recruit that it was made with, or a newer one"
        )
    known = KINDS[kind]
    for name in known.parts:
        if name not in parts and name not in known.optional:
            raise Unreadable(f"{what} has no {name}")
    for name in parts:
        if name not in known.parts:
            raise Unreadable(f"{what} holds {name}, which belongs to no {kind}")
    return manifest, parts


def check_facts(manifest: Mapping[str, Any], kind: str) -> Iterator[str]:
    """What a manifest states that it should not, lacks, or states as something else than it is."""
    for name, rule in FACTS[kind].items():
        value = manifest.get(name)
        if isinstance(rule, str):
            right = isinstance(value, str) and re.fullmatch(rule, value) is not None
        else:
            right = isinstance(value, int) and not isinstance(value, bool) and value >= 1
        if not right:
            yield f"{name}: the file has {_shown(value)}, which it cannot be"
    for name in sorted(manifest.keys() - FACTS[kind].keys() - {"format", "version", "parts"}):
        yield f"{name[:60]}: it belongs to no manifest"


def ordered(kind: str, parts: Mapping[str, bytes]) -> dict[str, bytes]:
    """The parts in the order of the format."""
    return {name: parts[name] for name in KINDS[kind].parts if name in parts}


def _shown(value: Any) -> str:
    return repr(value)[:60]


def read_text(content: bytes, name: str) -> str:
    """A part as text. Raises Unreadable."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable(f"{name} is not UTF-8 at its byte {error.start}") from None


def read_json(content: bytes, name: str) -> Any:
    """The value of a part. Raises Unreadable for what is no JSON, or JSON with a key twice or NaN."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise ValueError("a key comes twice")
        return found

    def refuse(text: str) -> Any:
        raise ValueError(f"{text} is no number")

    text = read_text(content, name)
    try:
        value = json.loads(text, object_pairs_hook=once, parse_constant=refuse)
        canonical(value).encode()
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"{name} is not the JSON of a record file: {str(error)[:120]}") from None
    return value


def read_lines(content: bytes, name: str) -> list[Any]:
    """The values of a part with one line of JSON for each. Raises Unreadable naming the line."""
    lines = content.split(b"\n")
    return [read_json(line, f"{name}, line {number}") for number, line in enumerate(lines[:-1], 1)]


def read_csv(content: bytes, columns: Sequence[str], name: str) -> list[list[str]]:
    """The rows of a part below its header. Raises Unreadable naming row and column."""
    lines = read_text(content, name).split("\n")
    if lines[0].split(",") != list(columns):
        raise Unreadable(f"{name}: the columns are {_shown(lines[0])}, expected {','.join(columns)}")
    if lines[-1]:
        raise Unreadable(f"{name}: the last line does not end")
    rows = []
    for number, line in enumerate(lines[1:-1], 1):
        cells = line.split(",")
        if len(cells) != len(columns):
            raise Unreadable(f"{name}, row {number}: {len(cells)} cells, expected {len(columns)}")
        for column, cell in zip(columns, cells, strict=True):
            if not _CELL.fullmatch(cell):
                raise Unreadable(f"{name}, row {number}, column {column}: {_shown(cell)} cannot stand there")
        rows.append(cells)
    return rows


def read_level(cell: str, number: int) -> int:
    """A level. Raises Unreadable naming the row."""
    if cell not in ("0", "1", "2", "3", "4"):
        raise Unreadable(f"{LEVELS}, row {number}, column level: {_shown(cell)}, expected 0 to 4")
    return int(cell)
