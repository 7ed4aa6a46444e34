"""An entry's fields and values as the group reads them: codes in words, keys of the criteria profile by name, days and
moments on Swedish clocks, lists and answers that were kept together in one line. What is nobody's code stands as it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from typing import Any

from recruit import record_words, released_words
from recruit.i18n import gettext
from recruit.models import Answer, ReleasedKind
from recruit.rights import values
from recruit.rights.codes import ROWS
from recruit.rights.values import Names

#: Letters of a value that are put into words: a page shows the beginning, and an order may hold ten thousand codes.
MOST = 160
#: Fields whose values are made of the group's own.
_OF_THE_GROUP = frozenset({"settlement", "line", "groups", "zone"})
_RELEASED = {each.value: each for each in ReleasedKind}
_ANSWERS = frozenset(each.value for each in Answer)


class Reading:
    """How a page reads fields and values: hundreds of entries say a handful of things, each put into words once.

    `names`: what the keys of requirements and criteria stand for.
    """

    def __init__(self, names: Names) -> None:
        self.field = cache(lambda name: field(name, names))
        self.value = cache(lambda name, text: value(name, text, names))
        self.fields = lambda found: ", ".join(map(self.field, found))


def field(name: str, names: Names) -> str:
    """What was changed. `names`: what the keys of requirements and criteria stand for."""
    if name in names or name in record_words.FIELDS:
        said = values.field_name(name, names)
    elif name in _RELEASED:
        said = released_words.kind_word(_RELEASED[name])
    else:
        said = record_words.group_field(name) or values.field_name(name, names)
    return said[:1].upper() + said[1:]


def value(name: str, text: str, names: Names) -> str:
    """A value of a field that the record keeps as text."""
    if text[:1] in ("{", "["):
        try:
            content = json.loads(text)
        except ValueError:
            return text  # somebody's own words that begin with a bracket
        rows = f"{name.partition('.')[0]}s"  # one file or period, by its number
        return _row(rows, content, names) if rows in ROWS else _said(name, content, names)
    return _worded(name, text, names)


def _said(name: str, content: Any, names: Names) -> str:
    if isinstance(content, dict):
        told = ((key, each) for key, each in content.items() if each not in (None, "", [], {}))
        return _begun(", ", (f"{_key(name, key, names)}: {_said(key, each, names)}" for key, each in told))
    if isinstance(content, list):
        return _listed(name, content, names)
    if isinstance(content, bool):
        return gettext("Yes") if content else gettext("No")
    return _worded(name, str(content), names)


def _listed(name: str, content: list[Any], names: Names) -> str:
    between = "; " if content and isinstance(content[0], dict) else ", "
    said = (
        _row(name, each, names) if isinstance(each, list) else _said(name, each, names) for each in content
    )
    return _begun(between, said)


def _begun(between: str, parts: Iterable[str]) -> str:
    """The parts in one line, as far as a page shows them."""
    said, letters = [], 0
    for each in parts:
        said.append(each)
        letters += len(each) + len(between)
        if letters > MOST:
            break
    return between.join(said)


def _row(name: str, cells: list[Any], names: Names) -> str:
    """What the record keeps as a row without names: of an application, of a programme, or of numbers."""
    columns = ("placement",) if name == "programme" else ROWS[name][1] if name in ROWS else ()
    said = (
        _said(columns[number] if number < len(columns) else "", each, names)
        for number, each in enumerate(cells)
        if each is not None
    )
    return _begun(" – ", said)


def _key(name: str, key: str, names: Names) -> str:
    """What stands before a part of a value."""
    own = record_words.group_field(key) if name in _OF_THE_GROUP else ""
    if name == "rows":  # of a disposal, by table
        own = record_words.table(key)
    return own or values.heading(name, key, names)


def _worded(name: str, text: str, names: Names) -> str:
    if name not in names and text in _ANSWERS and record_words.field(name) == name:
        return values.value(
            "answers", "answer", text, names
        )  # of a requirement that no profile has any longer
    found = values.changed(name, text, names, "record")
    return record_words.value(name, text) if found == text else found
