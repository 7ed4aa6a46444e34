"""What may stand in the parts of JSON: every object has exactly the keys that are named here, and nothing else.

A key more would be a place for anything, also for names, that nothing printed vouches for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True)
class Maybe:
    """A value that may be null."""

    shape: Shape


@dataclass(frozen=True)
class Optional:
    """A value whose key may be missing."""

    shape: Shape


#: A pattern of text, a type, a list of one shape, several shapes in turn, or an object. An object whose only key is a
#: pattern may have any number of keys that it fits.
Shape: TypeAlias = (
    "re.Pattern[str] | type | Maybe | Optional | list[Any] | tuple[Any, ...] "
    "| Mapping[str | re.Pattern[str], Any]"
)

HASH = re.compile(r"[0-9a-f]{64}")
FIELD = re.compile(r"[a-z0-9_]{1,60}")
#: The name of anything in the record; in a chain that is whole the head vouches for every one.
NAME = re.compile(r"[^\n]{1,200}")
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,40}")
_STAGE = re.compile("screening|interview")
_LIMIT = re.compile(r"[0-9.]{1,40}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?\+00:00")

SETTINGS: Shape = {
    "stage": _STAGE,
    "profile_digest": HASH,
    "seed": str,
    "commitment": Maybe(HASH),
    "line": {"groups": [{"name": str, "sites": [int], "places": int, "reserves": int}]},
    "settlement": Maybe(
        {
            "settle": re.compile("discuss|third_assessment|lot"),
            "low": _LIMIT,
            "high": _LIMIT,
            "k": int,
            "zone": [{"application": _CODE, "p": float}],
            "order": [_CODE],
            "undeterminable": bool,
            "caveats": [FIELD],
            "third_asked": bool,
            "rationale_sha256": Maybe(HASH),
            "third_missing": Optional([_CODE]),
        }
    ),
    "decisions": [{"application": _CODE, "above": bool, "reason_given": bool}],
}
LIST: Shape = {
    "entries": [
        {
            "application": _CODE,
            "kind": re.compile("called|reserve"),
            "group": str,
            "position": int,
            "conditional": bool,
        }
    ]
}
PREFERENCES: Shape = {"sites": {_CODE: [int]}}
SEALED_ENTRY: Shape = {"number": int, "hash": HASH}
ENTRY: dict[str | re.Pattern[str], Any] = {
    "region": int,
    "number": int,
    "at": _MOMENT,
    "actor": Maybe(int),
    "action": NAME,
    "subject": (NAME, int),
    "intake": Maybe(int),
    "application": Maybe(int),
    "digests": str,
    "previous": HASH,
    "hash": HASH,
}
#: An entry about a single application is never open.
OPEN_ENTRY: Shape = {
    **ENTRY,
    "application": type(None),
    "values": {FIELD: {"salt": re.compile(r"[0-9a-f]{16,64}"), "old": type(None), "new": str}},
}


def differences(value: Any, shape: Shape, path: str = "") -> Iterator[str]:
    """Where a value is not of a shape: sentences that begin with `path`, which names the place in the part."""
    if isinstance(shape, Maybe):
        if value is not None:
            yield from differences(value, shape.shape, path)
    elif isinstance(shape, Optional):
        yield from differences(value, shape.shape, path)
    elif isinstance(shape, Mapping):
        yield from _object(value, shape, path)
    elif isinstance(shape, list | tuple):
        yield from _list(value, shape, path)
    elif isinstance(shape, re.Pattern):
        if not isinstance(value, str) or not shape.fullmatch(value):
            yield f"{path}: the file has {_shown(value)}, which cannot stand there"
    elif type(value) is not shape:
        yield f"{path}: the file has {_shown(value)}, expected {_TYPES[shape]}"


_TYPES: dict[type, str] = {
    int: "a whole number",
    float: "a number with decimals",
    str: "text",
    bool: "true or false",
    type(None): "null",
}


def _object(value: Any, shape: Mapping[str | re.Pattern[str], Any], path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{path}: the file has {_shown(value)}, expected an object"
        return
    pattern = next((key for key in shape if isinstance(key, re.Pattern)), None)
    for key in sorted(value):
        if pattern is not None and pattern.fullmatch(key):
            yield from differences(value[key], shape[pattern], f"{path}.{key}")
        elif pattern is None and key in shape:
            yield from differences(value[key], shape[key], f"{path}.{key}")
        else:
            yield f"{path}: the key {_shown(key)} belongs to no file of this format"
    for name, each in shape.items():
        if isinstance(name, str) and name not in value and not isinstance(each, Optional):
            yield f"{path}: the key {name!r} is missing"


def _list(value: Any, shape: list[Any] | tuple[Any, ...], path: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{path}: the file has {_shown(value)}, expected a list"
        return
    if isinstance(shape, tuple) and len(value) != len(shape):
        yield f"{path}: the file has {len(value)} values, expected {len(shape)}"
        return
    each_shape = shape if isinstance(shape, tuple) else shape * len(value)
    for number, (each, one) in enumerate(zip(value, each_shape, strict=True), 1):
        yield from differences(each, one, f"{path}[{number}]")


def _shown(value: Any) -> str:
    return repr(value)[:60]
