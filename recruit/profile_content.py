"""A criteria profile as the editor keeps it: what stands in its fields, whether it holds or not.

Content is plain JSON. Every number is the text that was typed; items of lists have an `id` that stays when their key
is changed, and ties and gates name criteria by it. `table_of` makes of it what TOML is read into, so that one reader
judges both. A profile put through `content_of`, `table_of` and the reader is the same profile.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

Content = dict[str, Any]
LISTS = ("criteria", "requirements", "gates", "never_scored")
LETTERS = {"criteria": "c", "requirements": "r", "gates": "g", "never_scored": "n"}
ANCHORS, BANDS, LEVELS_BELOW_TOP = 5, 4, 4
_NUMBER = re.compile(r"-?\d{1,30}(?:\.\d{1,30})?")
_OVER = re.compile(r"(?:over|över|>)\s*(.+)", re.IGNORECASE)


def content_of(profile: Any) -> Content:
    """The content of a `scoring.profile.Profile`."""
    from scoring.criteria import KINDS, PLACES, SETTLE, plain_decimal

    kinds = {kind: written for written, kind in KINDS.items()}
    places = {each: written for written, each in PLACES.items()}
    settle = {each: written for written, each in SETTLE.items()}
    ids = {each.key: f"c{number}" for number, each in enumerate(profile.criteria, 1)}
    content: Content = {"name": _text(profile.name), "note": _note(profile.version_note)}
    content["criteria"] = [
        {
            "id": ids[each.key],
            "key": each.key,
            "name": _text(each.name),
            "short": _text(each.short),
            "description": _text(each.description),
            "stage": each.stage,
            "kind": kinds[each.kind],
            "weight": plain_decimal(each.weight),
            "value": each.value or "",
            "bands": [f"over {plain_decimal(b.at)}" if b.strict else plain_decimal(b.at) for b in each.bands]
            or [""] * BANDS,
            "anchors": [_text(anchor) for anchor in each.anchors],
        }
        for each in profile.criteria
    ]
    content["requirements"] = [
        {
            "id": f"r{number}",
            "key": each.key,
            "name": _text(each.name),
            "description": _text(each.description),
            "rule": each.rule,
            "mandatory": each.mandatory,
            "attachments": list(each.attachments),
            "months_old_at_most": "" if each.months_old_at_most is None else str(each.months_old_at_most),
            "count": "" if each.count is None else str(each.count),
        }
        for number, each in enumerate(profile.requirements, 1)
    ]
    content["gates"] = [
        {
            "id": f"g{number}",
            "stage": each.stage,
            "criteria": [ids[key] for key in each.criteria],
            "forbidden_level": "" if each.forbidden_level is None else str(each.forbidden_level),
            "at_most": {str(level): str(each.max_count.get(level, "")) for level in range(LEVELS_BELOW_TOP)},
            "mean_at_least": "" if each.mean_at_least is None else str(each.mean_at_least),
        }
        for number, each in enumerate(profile.gates, 1)
    ]
    content["stages"] = {
        stage: {
            "threshold": plain_decimal(rule.threshold),
            "ties": [ids[key] for key in rule.ties],
            "combine": rule.combine,
            "places": places[rule.places],
            "borderline_low": plain_decimal(rule.borderline.low),
            "borderline_high": plain_decimal(rule.borderline.high),
            "borderline_settle": settle[rule.borderline.settle],
        }
        for stage, rule in profile.stages.items()
    }
    content["never_scored"] = [
        {"id": f"n{number}", **_text(each)} for number, each in enumerate(profile.never_scored, 1)
    ]
    content["next"] = 1 + max([len(content[name]) for name in LISTS])
    return content


def complete(content: Content) -> Content:
    """Content that was kept before a field came, with that field, empty."""
    for each in content["requirements"]:
        each.setdefault("months_old_at_most", "")
    return content


def empty_item(name: str, item_id: str) -> dict[str, Any]:
    """A new item of one of LISTS, with nothing written in it."""
    item: dict[str, Any] = {"id": item_id}
    if name == "criteria":
        anchors = [_text(None) for _level in range(ANCHORS)]
        item |= {
            "key": "",
            "name": _text(None),
            "short": _text(None),
            "description": _text(None),
            "stage": "screening",
            "kind": "assessed",
            "weight": "0",
            "value": "",
            "bands": [""] * BANDS,
            "anchors": anchors,
        }
    elif name == "requirements":
        item |= {"key": "", "name": _text(None), "description": _text(None), "rule": "", "mandatory": True}
        item |= {"attachments": [], "months_old_at_most": "", "count": ""}
    elif name == "gates":
        item |= {"stage": "interview", "criteria": [], "forbidden_level": "", "mean_at_least": ""}
        item["at_most"] = {str(level): "" for level in range(LEVELS_BELOW_TOP)}
    else:
        item |= _text(None)
    return item


def table_of(content: Content, key: str) -> dict[str, Any]:
    """What the TOML text of the content would be read into. `key` is the profile's."""
    keys = {each["id"]: each["key"] for each in content["criteria"]}
    table: dict[str, Any] = {"key": key, "name": dict(content["name"])}
    note = content["note"]
    if _said(note):
        same = note.get("one") and note["sv"] == note["en"]
        table["version_note"] = note["sv"] if same else {"sv": note["sv"], "en": note["en"]}
    table["criteria"] = [_criterion(each) for each in content["criteria"]]
    table["requirements"] = [_requirement(each) for each in content["requirements"]]
    table["gates"] = [_gate(each, keys) for each in content["gates"]]
    table["stages"] = {stage: _stage(rule, keys) for stage, rule in content["stages"].items()}
    table["never_scored"] = [{"sv": each["sv"], "en": each["en"]} for each in content["never_scored"]]
    return table


def users_of(content: Content, criterion: str) -> list[str]:
    """The rules that name the criterion with that id: "rules/screening", "gates/g1"."""
    ties = [f"rules/{stage}" for stage, rule in content["stages"].items() if criterion in rule["ties"]]
    return ties + [f"gates/{gate['id']}" for gate in content["gates"] if criterion in gate["criteria"]]


def number_of(text: str) -> Any:
    """A decimal, also with a comma; the text itself when it is none, for the reader to refuse."""
    plain = text.strip().replace(",", ".")
    return Decimal(plain) if _NUMBER.fullmatch(plain) else text


def _criterion(item: Mapping[str, Any]) -> dict[str, Any]:
    table = {name: item[name] for name in ("key", "stage", "kind")}
    table["name"] = dict(item["name"])
    table["weight"] = number_of(item["weight"])
    table["anchors"] = [dict(each) for each in item["anchors"]]
    table |= {name: dict(item[name]) for name in ("short", "description") if _said(item[name])}
    if item["kind"] == "from form":
        table["value"] = item["value"]
        table["bands"] = [_bound(each) for each in item["bands"]]
    return table


def _bound(text: str) -> Any:
    over = _OVER.fullmatch(text.strip())
    if over is None:
        return number_of(text)
    at = number_of(over[1])
    return f"over {at}" if isinstance(at, Decimal) else text


def _requirement(item: Mapping[str, Any]) -> dict[str, Any]:
    from scoring.criteria import RULES

    table = {name: item[name] for name in ("key", "rule", "mandatory")}
    table |= {name: dict(item[name]) for name in ("name", "description")}
    takes = RULES.get(item["rule"], {})
    if "attachments" in takes and item["attachments"]:
        table["attachments"] = list(item["attachments"])
    for name in ("months_old_at_most", "count"):
        if name in takes and item[name]:
            table[name] = _whole(item[name])
    return table


def _gate(item: Mapping[str, Any], keys: Mapping[str, str]) -> dict[str, Any]:
    table: dict[str, Any] = {"stage": item["stage"]}
    if item["criteria"]:
        table["criteria"] = [keys.get(each, each) for each in item["criteria"]]
    if item["forbidden_level"]:
        table["forbidden_level"] = _whole(item["forbidden_level"])
    counts = {level: _whole(count) for level, count in item["at_most"].items() if count}
    if counts:
        table["at_most"] = counts
    if item["mean_at_least"]:
        table["mean_at_least"] = item["mean_at_least"].strip().replace(",", ".")
    return table


def _stage(rule: Mapping[str, Any], keys: Mapping[str, str]) -> dict[str, Any]:
    return {
        "threshold": number_of(rule["threshold"]),
        "ties": [keys.get(each, each) for each in rule["ties"]],
        "combine": rule["combine"],
        "places": rule["places"],
        "borderline": {
            "low": number_of(rule["borderline_low"]),
            "high": number_of(rule["borderline_high"]),
            "settle": rule["borderline_settle"],
        },
    }


def _whole(text: str) -> Any:
    plain = text.strip()
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 10 else text


def _text(text: Any) -> dict[str, str]:
    return {"sv": text.sv, "en": text.en} if text is not None else {"sv": "", "en": ""}


def _note(note: Any) -> dict[str, Any]:
    return {"sv": note, "en": note, "one": True} if isinstance(note, str) else _text(note)


def _said(text: Mapping[str, Any]) -> bool:
    return bool(text["sv"].strip() or text["en"].strip())
