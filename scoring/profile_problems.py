"""Everything that is wrong with a criteria profile at once: its reader stops at the first mistake.

The reader is the only judge. Each mistake it finds is put right in a copy, with something that is always allowed there,
and it reads again, until nothing is left.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from scoring.criteria import Profile
from scoring.errors import ProfileError
from scoring.profile_toml import profile_of_table

_MOST = 300
_STEP = re.compile(r"([A-Za-z0-9_-]+)|\[(\d+)\]")
_TEXT = {"sv": "x", "en": "x"}
_BANDS = [1, 2, 3, 4]
#: What is always allowed, by the last name of a path.
_ALLOWED: dict[str, Any] = {
    "sv": "x",
    "en": "x",
    "name": _TEXT,
    "description": _TEXT,
    "version_note": "x",
    "weight": 1,
    "anchors": [_TEXT] * 5,
    "value": "x",
    "bands": _BANDS,
    "stage": "screening",
    "mandatory": True,
    "attachments": ["other"],
    "count": 1,
    "months_old_at_most": 1,
    "threshold": 0,
    "ties": [],
    "combine": "mean",
    "places": "raw",
    "low": Decimal("0.05"),
    "high": Decimal("0.95"),
    "settle": "discuss",
    "criteria": [],
    "requirements": [],
    "gates": [],
    "never_scored": [],
}


@dataclass(frozen=True)
class Problem:
    """A mistake, and where it stands: names of keys and, for items of lists, their numbers from 0."""

    at: tuple[str | int, ...]
    error: ProfileError


def read_whole(table: Mapping[str, Any]) -> tuple[Profile | None, list[Problem]]:
    """The profile, or None with every mistake that can be told from the others, in the order of the file.

    ``table`` is as for ``profile_of_table``. A mistake that hides others, such as a missing stage, stands alone.
    """
    left: Any = copy.deepcopy(dict(table))
    found = list(_twins(left))
    seen: set[tuple[str, str]] = set()
    while len(found) < _MOST:
        try:
            profile = profile_of_table(left)
        except ProfileError as error:
            if (error.key, str(error)) in seen:
                return None, found
            seen.add((error.key, str(error)))
            found.append(Problem(_place(left, error.key), error))
            if not _put_right(left, error):
                return None, found
        else:
            return (None if found else profile), found
    return None, found


def _twins(table: Any) -> Iterator[Problem]:
    """Items with the key of an earlier one, which get keys of their own: the reader names items by their key."""
    for name in ("criteria", "requirements"):
        items = table.get(name)
        keys: set[str] = set()
        for number, item in enumerate(items if isinstance(items, list) else ()):
            key = item.get("key") if isinstance(item, dict) else None
            if isinstance(key, str) and key in keys:
                error = ProfileError.expected(f"{name}[{number + 1}].key", "a key that no other has", key)
                item["key"] = f"put_right_{number}"
                yield Problem((name, number, "key"), error)
            elif isinstance(key, str):
                keys.add(key)


def _place(table: Any, path: str) -> tuple[str | int, ...]:
    """The steps of a path with every item of a list by its number from 0."""
    steps: list[str | int] = []
    place = table
    for name, number in _STEP.findall(path):
        step: str | int = name or int(number) - 1
        inside = _inside(place, step)
        if isinstance(place, list) and isinstance(step, str):
            step = next((n for n, each in enumerate(place) if each is inside), step)
        steps.append(step)
        place = inside
    return tuple(steps)


def _put_right(table: Any, error: ProfileError) -> bool:
    """Whether the mistake could be put right, so that reading can go on."""
    if error.key == "criteria" and table.get("criteria"):
        return _share_out(table["criteria"])
    steps = [name or int(number) - 1 for name, number in _STEP.findall(error.key)]
    if not steps:
        return False
    *way, last = steps
    place = table
    for step in way:
        place = _inside(place, step)
        if place is None:
            return False
    return _replace(place, last, steps, error)


def _inside(place: Any, step: str | int) -> Any:
    """What a step of a path leads to: a key of a table, or an item of a list by its number or its own key."""
    if isinstance(place, list):
        if isinstance(step, int):
            return place[step] if step < len(place) else None
        return next((each for each in place if isinstance(each, dict) and each.get("key") == step), None)
    if isinstance(place, dict) and isinstance(step, str):
        return place.get(step)
    return None


def _replace(place: Any, last: str | int, steps: list[str | int], error: ProfileError) -> bool:
    if isinstance(place, list):
        return _replace_item(place, last, steps)
    if not isinstance(place, dict) or not isinstance(last, str):
        return False
    if "remove it" in str(error) or "unknown key" in str(error):
        place.pop(last, None)
    elif last == "key":
        place["key"] = f"put_right_{id(place)}"  # like no other
    elif last == "kind":
        place["kind"] = "assessed"
        place.pop("value", None), place.pop("bands", None)
    elif last == "rule":
        place["rule"] = "bt_required"
        place.pop("attachments", None), place.pop("count", None), place.pop("months_old_at_most", None)
    elif last in ("forbidden_level", "at_most", "mean_at_least"):
        place[last] = {"1": 9} if last == "at_most" else 0
    elif last in _ALLOWED:
        place[last] = copy.deepcopy(_ALLOWED[last])
    else:
        return False
    return True


def _replace_item(place: list[Any], last: str | int, steps: list[str | int]) -> bool:
    """An item of a list that does not hold goes; bands and anchors keep their number."""
    fixed: dict[str, Callable[[], list[Any]]] = {
        "bands": lambda: list(_BANDS),
        "anchors": lambda: [_TEXT] * 5,
    }
    if len(steps) > 1 and steps[-2] in fixed:
        place[:] = copy.deepcopy(fixed[str(steps[-2])]())
        return True
    item = _inside(place, last)
    if item is None:
        return False
    if isinstance(item, dict) and steps[0] == "gates":
        item["mean_at_least"] = 0
    else:
        place.remove(item)
    return True


def _share_out(criteria: Any) -> bool:
    """Weights that add up to 100, and over 0 where they were: what else depends on them is still found."""
    if not isinstance(criteria, list) or not all(isinstance(each, dict) for each in criteria):
        return False
    counting = [each for each in criteria if each.get("weight")] or criteria
    part = (Decimal(100) / len(counting)).quantize(Decimal("0.0001"), rounding="ROUND_DOWN")
    for each in counting:
        each["weight"] = part
    counting[0]["weight"] = 100 - part * (len(counting) - 1)
    return True
