"""The parts of a profile's content that the editor saves one at a time, each as fields with a value.

A part is named as the editor's addresses do: "texts", "never", "weights", "criteria/c3", "requirements/r1",
"gates/g1", "rules/screening". A field's name is its path inside the part, levels and lists counted from 1.
"""

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from recruit.profile_content import LISTS, Content

Path = tuple[str | int, ...]
#: What of a stage's rule is a field; the tie rule is an order, which has buttons of its own.
RULE_FIELDS = ("threshold", "combine", "places", "borderline_low", "borderline_high", "borderline_settle")
#: Where the texts of a part that is no item of a list stand.
_TEXTS = {"name": "name", "note": "note"}


def fields_of(content: Content, part: str) -> dict[str, Path] | None:
    """Where each field of the part stands in the content; None when the part is not there (any more)."""
    kind, _slash, which = part.partition("/")
    if part == "texts":
        return {f"{name}_{lang}": (name, lang) for name in _TEXTS for lang in ("sv", "en")}
    if part == "weights":
        return {
            f"weight_{each['id']}": ("criteria", n, "weight") for n, each in enumerate(content["criteria"])
        }
    if part == "never":
        return {
            f"{lang}_{each['id']}": ("never_scored", n, lang)
            for n, each in enumerate(content["never_scored"])
            for lang in ("sv", "en")
        }
    if kind == "rules" and which in content["stages"]:
        return {name: ("stages", which, name) for name in RULE_FIELDS}
    place = place_of(content, kind, which) if kind in LISTS else None
    if place is None:
        return None
    item = content[kind][place]
    return {
        _named(path): (kind, place, *path) for name in item if name != "id" for path in _leaves(item, (name,))
    }


def values_of(content: Content, part: str) -> dict[str, Any] | None:
    """The value of each field of the part; None when the part is not there."""
    fields = fields_of(content, part)
    return None if fields is None else {name: _at(content, path) for name, path in fields.items()}


def with_values(content: Content, part: str, values: Mapping[str, Any]) -> Content:
    """The content with those fields of the part changed. Fields that the part does not have are left out."""
    changed = copy.deepcopy(content)
    for name, path in (fields_of(changed, part) or {}).items():
        if name in values:
            _at(changed, path[:-1])[path[-1]] = values[name]
    return changed


def place_of(content: Content, name: str, item_id: str) -> int | None:
    """Where in a list the item with that id stands, or None."""
    return next((n for n, each in enumerate(content[name]) if each["id"] == item_id), None)


def field_at(content: Content, at: Sequence[str | int]) -> tuple[str, str | None]:
    """The part that a place in the profile belongs to, and its field; None for the part as a whole."""
    first = str(at[0]) if at else "texts"
    if first in ("name", "version_note"):
        return "texts", f"{'note' if first == 'version_note' else first}_{at[1] if len(at) > 1 else 'sv'}"
    if first == "never_scored" and len(at) > 1:
        return "never", f"{at[2] if len(at) > 2 else 'sv'}_{content['never_scored'][int(at[1])]['id']}"
    if first == "criteria" and len(at) == 1:
        return "weights", None
    if first == "stages" and len(at) > 1:
        part = f"rules/{at[1]}"
    elif first in LISTS and len(at) > 1:
        part = f"{first}/{content[first][int(at[1])]['id']}"
    else:
        return first, None
    name = _named(tuple(at[2:]))
    fields = fields_of(content, part) or {}
    return part, next(
        (each for each in fields if name and (each == name or each.startswith(name + "_"))), None
    )


@dataclass(frozen=True)
class Merged:
    """Two people's saves of one part: `values` to keep, and the fields that both have changed, unlike each other."""

    values: dict[str, Any]
    clashes: list[str]


def merge(typed: Mapping[str, Any], base: Mapping[str, Any], theirs: Mapping[str, Any]) -> Merged:
    """What was typed, on top of what somebody else has saved since `base` was shown. Clashes keep what was typed."""
    values, clashes = dict(theirs), []
    for name, value in typed.items():
        if name not in theirs or value == base.get(name):
            continue
        values[name] = value
        if theirs[name] not in (base.get(name), value):
            clashes.append(name)
    return Merged(values, clashes)


def _leaves(value: Any, path: Path) -> Iterator[Path]:
    """The paths of what is typed: texts, yes or no, and lists of names (which are one choice)."""
    value = value[path[0]] if len(path) == 1 else value
    if isinstance(value, dict):
        for name, inside in value.items():
            yield from _deeper(inside, (*path, name))
    elif isinstance(value, list) and path[0] in ("anchors", "bands"):
        for number, inside in enumerate(value):
            yield from _deeper(inside, (*path, number))
    else:
        yield path


def _deeper(value: Any, path: Path) -> Iterator[Path]:
    if isinstance(value, dict):
        for name, inside in value.items():
            yield from _deeper(inside, (*path, name))
    else:
        yield path


def _named(path: Sequence[str | int]) -> str:
    return "_".join(str(each + 1) if isinstance(each, int) else each for each in path)


def _at(content: Any, path: Sequence[str | int]) -> Any:
    for step in path:
        content = content[step]
    return content
