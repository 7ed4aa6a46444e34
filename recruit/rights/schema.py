"""The JSON Schema (draft 2020-12) of everything held, made from the tables: docs/everything-held.schema.json."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, Column, Date, Enum, Integer
from sqlalchemy.types import TypeDecorator

from recruit.i18n import BOTH
from recruit.models import metadata
from recruit.models.types import UtcDateTime
from recruit.rights.content import FORMAT, VERSION
from recruit.rights.register import ACCOUNT, ASSESSORS, HELD_ANSWERS, KEYS, LEFT_OUT, OF_ACCOUNT, PARTS, Part

Schema = dict[str, Any]


def schema() -> Schema:
    """The whole schema. Closed: a file with anything else is of another version."""
    words: Schema = {"type": "array", "items": {"type": "string"}}
    account = metadata().tables["account"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Everything held about a person",
        "description": "What docs/everything-held.md describes. Moments are in UTC; null was never told or decided.",
        **_object(
            {
                "format": {"const": FORMAT},
                "version": {"const": VERSION},
                "made_at": {"type": "string", "format": "date-time"},
                "account": _object(
                    {
                        **{name: _column(account.c[name]) for name in ACCOUNT},
                        **{part.key: _rows(name, part) for name, part in OF_ACCOUNT.items()},
                        "mail": _rows("outgoing_mail", PARTS["outgoing_mail"]),
                    }
                ),
                "applications": {"type": "array", "items": _application(words)},
            }
        ),
    }


def _application(words: Schema) -> Schema:
    table = metadata().tables["application"]
    answers = {
        each.name: _column(each)
        for each in table.columns
        if each.name not in KEYS and f"application.{each.name}" not in LEFT_OUT
    }
    text: Schema = {"type": "string"}
    maybe: Schema = {"type": ["string", "null"]}
    files = _rows("attachment", PARTS["attachment"])
    values = _object({"field": text, "old": maybe, "new": maybe})
    names = {"type": "object", "additionalProperties": _object(dict.fromkeys(BOTH, text))}
    entry = {"number": {"type": "integer"}, "at": text, "action": text, "by": text, "hash": text}
    return _object(
        {
            "reference": text,
            "region": text,
            "intake": _object(
                {
                    "title_sv": text,
                    "title_en": text,
                    "case_number": text,
                    "requirements": names,
                    "criteria": names,
                }
            ),
            "explanation": {"anyOf": [_object(dict.fromkeys(BOTH, words)), {"type": "null"}]},
            "kept_until": maybe,
            "answers": _object(answers, needed=[name for name in answers if name not in HELD_ANSWERS]),
            **{part.key: _rows(name, part) for name, part in PARTS.items()},
            "files": files,
            "record": {
                "type": "array",
                "items": _object({**entry, "values": {"type": "array", "items": values}}),
            },
            "held_back": words,
            "held_back_until": maybe,
        }
    )


def _rows(name: str, part: Part) -> Schema:
    table = metadata().tables[name]
    fields = {_name(each): _column(table.c[each]) for each in part.columns}
    fields |= {
        key: _column(metadata().tables[other].c[its])
        for key, (_column_of, other, its) in part.joined.items()
        if key != "list_status"
    }
    if name == "attachment":
        del fields["storage_name"], fields["redacts_id"]
        fields |= {"path": {"type": ["string", "null"]}, "redacted": {"type": "boolean"}}
    if name == "decision_letter":
        fields["path"] = {"type": "string"}
    if part.held_columns:
        fields |= {each: {"anyOf": [fields[each], {"type": "null"}]} for each in part.held_columns}
    return {"type": "array", "items": _object(fields)}


def _name(column: str) -> str:
    return column.removesuffix("_id") if column in ASSESSORS else column


def _object(fields: dict[str, Schema], needed: list[str] | None = None) -> Schema:
    return {
        "type": "object",
        "properties": fields,
        "required": sorted(fields if needed is None else needed),
        "additionalProperties": False,
    }


def _column(column: Column[Any]) -> Schema:
    kind = column.type
    found: Schema
    if column.name in ASSESSORS:
        found = {"type": "string"}
    elif isinstance(kind, UtcDateTime):
        found = {"type": "string", "format": "date-time"}
    elif isinstance(kind, Enum) and kind.enum_class is not None:
        found = {"enum": [each.value for each in kind.enum_class]}
    else:
        inner = kind.impl_instance if isinstance(kind, TypeDecorator) else kind
        names = {Boolean: "boolean", Integer: "integer", Date: "string"}
        word = next((name for each, name in names.items() if isinstance(inner, each)), "string")
        found = {"type": word, **({"format": "date"} if isinstance(inner, Date) else {})}
    if not column.nullable:
        return found
    return {"anyOf": [found, {"type": "null"}]}
