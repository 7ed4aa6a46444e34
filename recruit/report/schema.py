"""The JSON Schema of the report (draft 2020-12). Descriptions are the words of the page of definitions."""

from __future__ import annotations

import json
from typing import Any

from recruit.definitions import definition_of
from recruit.frames import ATTRIBUTES
from recruit.report.content import FULL, PUBLICATION, SCHEMA, SECTIONS, VERSION

Schema = dict[str, Any]

VERDICT: Schema = {"enum": ["alarm", "watch", "no_conclusion", "no_concern"]}
_MAYBE = {"number": ["number", "null"], "integer": ["integer", "null"], "string": ["string", "null"]}


def schema() -> Schema:
    """The whole schema. What a publication may hold is closed; what an audit adds beside it is open."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA,
        "title": "Report of the bias monitor on one intake",
        "description": "A full report is for auditors; a publication is suppressed. null is hidden or "
        "undefined, never 0.",
        "oneOf": [{"$ref": "#/$defs/full"}, {"$ref": "#/$defs/publication"}],
        "$defs": {
            "words": _object({"sv": {"type": "string"}, "en": {"type": "string"}}),
            "verdict": _defined("verdict", VERDICT),
            "share": {"type": ["number", "null"], "minimum": 0, "maximum": 1},
            "p": {"type": ["number", "null"], "minimum": 0, "maximum": 1},
            "count": {"type": ["integer", "null"], "minimum": 0},
            "interval": {
                "oneOf": [
                    {"type": "null"},
                    {"type": "array", "items": {"type": ["number", "null"]}, "minItems": 2, "maxItems": 2},
                ]
            },
            "reason": _object({"reason": _ref("words")}),
            "of_applied": _closed(("n", "selected", "rate", "interval"), {"suppressed": _hidden()}),
            "public_group": _group(public=True),
            "full_group": _group(public=False),
            "missing": _missing(),
            "public_figures": _figures(public=True),
            "full_figures": _figures(public=False),
            "action": _object(
                {
                    "rule": {"type": "string"},
                    "level": {"enum": ["alarm", "watch", "ask", "follow"]},
                    "page": {"type": "string"},
                    "words": _ref("words"),
                }
            ),
            "local_law_144": _local_law(),
            "active_measures": _object(
                {
                    "introduction": _ref("words"),
                    "grounds": _ref("words"),
                    "steps": {"type": "array", "items": _step()},
                }
            ),
            "comments": {
                "type": "object",
                "propertyNames": {"enum": ["overall", *ATTRIBUTES]},
                "additionalProperties": {"type": "string"},
                "required": ["overall"],
            },
            "full": _full(),
            "publication": _publication(),
        },
    }


def written() -> str:
    """The schema as the file that is served and kept in docs."""
    return json.dumps(schema(), ensure_ascii=False, indent=1) + "\n"


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _or_null(found: Schema) -> Schema:
    return {"oneOf": [{"type": "null"}, found]}


def _object(properties: Schema, optional: Schema | None = None) -> Schema:
    """All of `properties` and nothing else but `optional`."""
    return {
        "type": "object",
        "required": list(properties),
        "properties": properties | (optional or {}),
        "additionalProperties": False,
    }


def _defined(key: str, found: Schema) -> Schema:
    """With the words of the page of definitions, whose anchor is the key."""
    about = definition_of(key)
    text = f"{about.term[1]}. {about.meaning[1]} {about.formula[1]} Misleads: {about.misleads[1]}"
    return {"description": text, **found}


#: Figure of a group -> its type. Every one is defined.
_GROUP: dict[str, Schema] = {
    "n": _ref("count"),
    "selected": _ref("count"),
    "rate": _ref("share"),
    "interval": _ref("interval"),
    "impact_ratio": {"type": ["number", "null"], "minimum": 0, "maximum": 1},
    "below_four_fifths": {"type": ["boolean", "null"]},
    "difference": {"type": ["number", "null"], "minimum": -1, "maximum": 1},
    "difference_interval": _ref("interval"),
    "odds_ratio": {"type": ["number", "null"], "minimum": 0},
    "fisher_p": _ref("p"),
    "midp": _ref("p"),
    "adjusted_p": _ref("p"),
    "verdict": _or_null(_ref("verdict")),
    "reason": _ref("words"),
    "of_applied": _ref("of_applied"),
}
_FULL_GROUP: dict[str, Schema] = {
    "interval_difference": _ref("interval"),
    "boschloo_p": _ref("p"),
    "shrunk_rate": _ref("share"),
    "shrunk_interval": _ref("interval"),
    "shrunk_below": _ref("p"),
    "shrunk_towards": _ref("share"),
    "shrunk_within": {"type": _MAYBE["string"]},
    "shrunk_pool": {"type": _MAYBE["string"]},
    "shrunk_method": {"type": _MAYBE["string"]},
    "detectable": {"type": ["object", "null"]},
    "funnel": {"type": ["object", "null"]},
}


def _hidden() -> Schema:
    return _defined("suppressed", {"type": "boolean"})


def _closed(keys: tuple[str, ...], optional: Schema) -> Schema:
    found = _object({key: _defined(key, _GROUP[key]) for key in keys}, optional)
    found["required"] = ["n", "selected", "rate"]
    return found


def _group(*, public: bool) -> Schema:
    basic = {key: _defined(key, found) for key, found in _GROUP.items()}
    if public:
        return _object(basic | {"suppressed": _hidden()})
    of_applied = basic.pop("of_applied")
    return _object(
        basic, {"of_applied": of_applied} | {key: _defined(key, found) for key, found in _FULL_GROUP.items()}
    )


def _missing() -> Schema:
    bounds = {"type": ["object", "null"], "additionalProperties": {"type": ["object", "null"]}}
    return _defined(
        "missing",
        _object(
            {"n": _ref("count"), "selected": _ref("count"), "rate": _ref("share")},
            {"bounds": _defined("bounds", bounds), "of_applied": _ref("of_applied"), "suppressed": _hidden()},
        ),
    )


def _part(group: str, optional: Schema) -> Schema:
    return _object(
        {
            "groups": {"type": "object", "additionalProperties": _ref(group)},
            "missing": _ref("missing"),
            "verdict": _ref("verdict"),
            "summary": _defined("summary", _ref("words")),
        },
        optional,
    )


def _figures(*, public: bool) -> Schema:
    group = "public_group" if public else "full_group"
    stage = _object(
        {
            "key": {"type": "string"},
            "from": {"type": ["string", "null"]},
            "n": _ref("count"),
            "selected": _ref("count"),
        }
    )
    whole = {
        "comparisons": _defined("comparisons", {"type": _MAYBE["integer"], "minimum": 0}),
        "ordered": _defined("ordered", {"type": "boolean"}),
    }
    own: Schema = {} if public else {"stratified": _defined("stratified", {"type": ["object", "null"]})}
    attribute = _object(
        {
            "stages": {"type": "object", "additionalProperties": _part(group, own)},
            "verdict": _ref("verdict"),
            "summary": _ref("words"),
            **whole,
        },
        {} if public else {"scoring_rate": _defined("scoring_rate", {"type": "object"})},
    )
    optional = {} if public else {
        "boschloo": _defined("boschloo", {"enum": ["computed", "left_out"]}),
        "intersections": _defined("intersections", {"type": "object"}),
    }  # fmt: skip
    if public:
        optional["suppressed"] = _hidden()
    return _object(
        {
            "n": _ref("count"),
            "alpha": _defined("alpha", {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}),
            "stages": {"type": "array", "items": stage},
            "attributes": {
                "type": "object",
                "propertyNames": {"enum": list(ATTRIBUTES)},
                "additionalProperties": attribute,
            },
            "withdrawn": {"type": "integer", "minimum": 0},
            "undecided": {"type": "integer", "minimum": 0},
        },
        optional,
    )


def _local_law() -> Schema:
    row = _object(
        {
            "category": {"type": "string"},
            "n": _ref("count"),
            "selected": _ref("count"),
            "rate": _ref("share"),
            "ratio": _defined("ratio", _ref("share")),
        }
    )
    table = _object({"rows": {"type": "array", "items": row}, "unknown": _defined("unknown", _ref("count"))})
    both = _object({"selection": table, "scoring": _or_null(table)})
    return _defined(
        "local_law_144",
        _object(
            {
                "outcome": {"type": "string"},
                "attributes": {"type": "object", "additionalProperties": both},
                "note": _ref("words"),
            },
            {"intersections": {"type": "object", "additionalProperties": table}},
        ),
    )


def _step() -> Schema:
    texts = dict.fromkeys(("title", "covers", "employer"), _ref("words"))
    return _object({"key": {"type": "string"}, "section": {"type": "string"}, **texts})


def _common(kind: str) -> Schema:
    figures = "full_figures" if kind == FULL else "public_figures"
    return {
        "$schema": {"const": SCHEMA},
        "version": {"const": VERSION},
        "kind": {"const": kind},
        "confidential": {"const": kind == FULL},
        "region": {"type": "string"},
        "intake": _object(
            {"slug": {"type": "string"}, "title": _ref("words"), "case_number": {"type": _MAYBE["string"]}}
        ),
        "minimum": {"type": _MAYBE["integer"], "minimum": 1},
        "withheld": _defined("withheld", {"enum": [None, "open", "undecided"]}),
        "voluntary_answers_left_out": {"type": "boolean"},
        "left_out": _defined("left_out", {"type": "array", "items": {"type": "string"}}),
        "verdicts": {
            "type": "array",
            "items": _object(
                {
                    "attribute": {"enum": list(ATTRIBUTES)},
                    "verdict": _ref("verdict"),
                    "summary": _ref("words"),
                }
            ),
        },
        "actions": {"type": "array", "items": _ref("action")},
        "figures": _or_null(_ref(figures)),
        "local_law_144": _or_null(_ref("local_law_144")),
        "active_measures": _ref("active_measures"),
        "reason": _or_null(_ref("words")),
    }


def _signature(optional: Schema) -> Schema:
    return _or_null(
        _object(
            {
                "signed_at": {"type": "string", "format": "date-time"},
                "signed_by": {"type": "string"},
                "comments": _ref("comments"),
                "seal": _defined("seal", _digest()),
                **optional,
            }
        )
    )


def _digest() -> Schema:
    return {"type": "string", "pattern": "^[0-9a-f]{64}$"}


def _full() -> Schema:
    analysis = {
        "number": {"type": "integer", "minimum": 1},
        "finished_at": {"type": "string", "format": "date-time"},
        "holds": {"type": "boolean"},
        "seed": _defined("seed", {"type": "integer"}),
        "code_version": _defined("code_version", {"type": "string"}),
        "inputs_sha256": _defined("inputs_sha256", _digest()),
        "figures_sha256": _defined("figures_sha256", _digest()),
    }
    sections = {name: _defined(name, {"type": "object"}) for name in SECTIONS}
    return _object(
        _common(FULL)
        | {
            "list": {"type": ["object", "null"]},
            "analysis": _object(analysis),
            "sections": _object(sections),
            "signature": _signature({"salt": _defined("salt", _digest())}),
        }
    )


def _publication() -> Schema:
    analysis = {
        "number": {"type": "integer", "minimum": 1},
        "finished_at": {"type": "string", "format": "date-time"},
    }
    return _object(
        _common(PUBLICATION) | {"analysis": _or_null(_object(analysis)), "signature": _signature({})}
    )
