"""What stands in everything held, in the words that the applicant's own pages use; days on Swedish clocks."""

from __future__ import annotations

import enum
import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import Enum

from recruit import display, record_words
from recruit.disclosing.words import KINDS as MASKED
from recruit.i18n import gettext, language
from recruit.models import Answer, AttachmentKind, metadata
from recruit.rights import words
from recruit.rights.codes import ITEMS, RECORDED, ROWS, SIGNS, TEXTS, WORDS
from recruit.rights.register import OF_ACCOUNT, PARTS
from recruit.traces_words import kind_words

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
_DAY = re.compile(r"\d{4}-\d\d-\d\d\Z")
_ASSESSOR = re.compile(r"assessor (\d+)")
_ASSESSORS = re.compile(r"assessor \d+(, assessor \d+)*\Z")
_COUNTRIES = frozenset({"country", "education_country"})
#: Fields of the record that tell of one row: what kind of row, and which.
_ROW = re.compile(r"(attachment|period)\.[0-9a-f]{32}\Z")
#: Fields of the record that join rows and tell nobody anything.
_JOINS = frozenset({"redacts"})

Names = Mapping[str, Mapping[str, str]]


def value(part: str, name: str, told: Any, names: Names) -> str:
    """A value as it is read. `names`: what the keys of the intake's requirements and criteria stand for.

    What is no code, or one that is new, stands as it is.
    """
    if isinstance(told, bool):
        return gettext("Yes") if told else gettext("No")
    text = str(told)
    for kind in _kinds_of(part, name):
        if text in {each.value for each in kind}:
            return _of_kind(kind, text)
    if name in _COUNTRIES:
        return display.country_name(text)
    if name == "action":
        return record_words.action(text)
    if text in names and name in ("requirement", "criterion"):
        return names[text][language()]
    if text in TEXTS.get(name, {}):
        return _say(TEXTS[name][text])
    if (part, name) in _OF_PART:
        return _OF_PART[part, name](text, names)
    return _BY_NAME[name](text) if name in _BY_NAME else _as_written(text)


def changed(field: str, told: str | None, names: Names, part: str = "answers") -> str:
    """A value of the record, which keeps all as text; `part`: what it is of."""
    if told is None or told == "":
        return "–"
    if told in ("true", "false"):
        return value("record", field, told == "true", names)
    if field in names:
        return _of_kind(Answer, told)
    if told[0] in "{[":
        content = _json(told)
        if content is None:
            return told
        row = _ROW.match(field)
        return _listed(part, f"{row[1]}s", [content], names) if row else _listed(part, field, content, names)
    return value(part, field, told, names)


def _listed(part: str, name: str, told: Any, names: Names) -> str:
    """What the record keeps as a list or as several answers together, in one text."""
    if isinstance(told, dict):
        return "; ".join(
            f"{heading(name, key, names)}: {_listed(part, key, each, names)}"
            for key, each in told.items()
            if each not in (None, "", []) and key != "sites"  # numbers of rows, which tell nobody anything
        )
    if isinstance(told, list):
        part, fields = ROWS.get(name, (part, ()))
        rows = [dict(zip(fields, row, strict=False)) if isinstance(row, list) else row for row in told]
        return " | ".join(_listed(part, name, row, names) for row in rows)
    return changed(name, told, names, part) if isinstance(told, str) else value(part, name, told, names)


def heading(name: str, key: str, names: Names) -> str:
    """What stands before a part of the field's value."""
    if name == "masked" and key in MASKED:
        return str(MASKED[key])
    if name in ("struck", "let_stand"):
        return kind_words().get(key, key)
    if key in names and name != _SENT:
        return names[key][language()]
    return str(words.PARTS[ROWS[key][0]]) if key in ROWS else words.field(key)


def tells(field: str) -> bool:
    """Whether a field of the record tells a reader anything: numbers of rows stand in the data alone."""
    return field not in _JOINS


def field_name(field: str, names: Names) -> str:
    """A field of the record: a requirement or criterion by its name, the rest as the record's own page has it, or this
    one.
    """
    key, _dot, rest = field.partition(".")
    if key in names:
        name = names[key][language()]
        return f"{name}: {words.field(rest)}" if rest else name
    if _ROW.match(field):
        return str(words.PARTS[ROWS[f"{key}s"][0]])
    named = record_words.field(field)
    named = words.field(field) if named == field else named
    return f"{named[:1].upper()}{named[1:]}"


def _kinds_of(part: str, name: str) -> Iterator[type[enum.Enum]]:
    """The kinds of code that a field may hold: its own, and in the record those of every column called so."""
    own = _kinds().get((part, name))
    if own is not None:
        yield own
    if part in ("answers", "record"):
        yield from _named().get(name, ())


def _of_kind(kind: type[enum.Enum], code: str) -> str:
    known = WORDS.get(kind)
    if known is None or code not in {each.value for each in kind}:
        return code
    return _say(known(kind(code)) if callable(known) else known.get(code, code))


def _asked_for(text: str) -> str:
    """What was asked for, as `services.completion_requests.what` writes it in the record."""
    what, _space, which = text.partition(" ")
    if what == "document":
        return gettext("Document: %(what)s", what=_of_kind(AttachmentKind, which))
    if what == "topic" and which in TEXTS["topic"]:
        return gettext("Section: %(what)s", what=TEXTS["topic"][which])
    return gettext("Answer to a question") if text == "answer" else text


def _signs(text: str) -> str:
    return ", ".join(str(SIGNS.get(each, each)) for each in text.split(","))


def _json(text: str) -> Any:
    """What the text holds as JSON; None when it is none."""
    try:
        return json.loads(text)
    except ValueError:
        return None


def _parts(text: str) -> str:
    found = _json(text)
    return "; ".join(str(TEXTS["parts"].get(each, each)) for each in found) if found else text


def _item(text: str) -> str:
    return str(ITEMS.get(text.partition(".")[0], text))


def _points(text: str) -> str:
    return display.number(Decimal(text) / 1000, 3)


def _carried(text: str, names: Names) -> str:
    """Answers given before there was an account."""
    found = _json(text)
    return _listed("answers", "", found, names) if isinstance(found, dict) else text


def _removed(text: str, names: Names) -> str:
    """A file or a period that has been removed, as it was."""
    row = _json(text)
    if not isinstance(row, dict):
        return text
    table = "attachment" if "storage_name" in row else "experience_period"
    told = {name: row[name] for name in PARTS[table].columns if name in row and name not in _OF_STORAGE}
    return _listed(PARTS[table].key, "", told, names)


#: What was sent, in the record: its keys are of answers, and some criteria are called the same.
_SENT = "content"
_OF_STORAGE = frozenset({"storage_name", "redacts_id"})
_BY_NAME: Mapping[str, Callable[[str], str]] = {
    "asked_for": _asked_for,
    "signs": _signs,
    "kinds": _signs,
    "answered_kinds": _signs,
    "parts": _parts,
    "item": _item,
    "points_milli": _points,
}
_OF_PART: Mapping[tuple[str, str], Callable[[str, Names], str]] = {
    ("links", "carried"): _carried,
    ("removed", "content"): _removed,
}


def _say(text: Any) -> str:
    return gettext(text) if isinstance(text, str) else str(text)


def _as_written(text: str) -> str:
    """Days and moments on Swedish clocks, assessors by their number, the rest as it is."""
    if _MOMENT.match(text):
        try:
            return display.when(datetime.fromisoformat(text))
        except ValueError:
            return text
    if _DAY.match(text):
        try:
            return display.day(date.fromisoformat(text))
        except ValueError:
            return text
    if _ASSESSORS.match(text):
        return _ASSESSOR.sub(lambda each: gettext("Assessor %(number)s", number=each[1]), text)
    return text


@lru_cache
def _kinds() -> dict[tuple[str, str], type[enum.Enum]]:
    """The kind of code of each field of each part, as the tables have it."""
    tables = metadata().tables
    found: dict[tuple[str, str], Any] = {
        ("answers", each.name): each.type for each in tables["application"].columns
    }
    for name, part in {**PARTS, **OF_ACCOUNT}.items():
        found |= {(part.key, each): tables[name].c[each].type for each in part.columns}
        found |= {
            (part.key, key): tables[other].c[its].type for key, (_of, other, its) in part.joined.items()
        }
    return {
        key: kind.enum_class
        for key, kind in found.items()
        if isinstance(kind, Enum) and kind.enum_class is not None
    }


@lru_cache
def _named() -> dict[str, tuple[type[enum.Enum], ...]]:
    """The kinds of code that columns of that name hold, the application's first; and what only the record has."""
    found: dict[str, dict[type[enum.Enum], None]] = {}
    for (_part, name), kind in _kinds().items():
        found.setdefault(name, {})[kind] = None
    for name, kind in RECORDED.items():
        found.setdefault(name, {})[kind] = None
    return {name: tuple(kinds) for name, kinds in found.items()}
