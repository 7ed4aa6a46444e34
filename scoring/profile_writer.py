"""Criteria profiles as TOML text, laid out like the profile that ships with the product."""

from __future__ import annotations

import json
from collections.abc import Iterable

from scoring.criteria import (
    KINDS,
    PLACES,
    SETTLE,
    Criterion,
    Gate,
    Profile,
    Requirement,
    StageRule,
    Text,
    plain_decimal,
)

_KIND_NAMES = {kind: written for written, kind in KINDS.items()}
_PLACES_NAMES = {places: written for written, places in PLACES.items()}
_SETTLE_NAMES = {settle: written for written, settle in SETTLE.items()}


def profile_to_toml(profile: Profile) -> str:
    """A TOML file that ``parse_profile`` reads back as an equal profile."""
    head = [f"key = {_string(profile.key)}"]
    note = profile.version_note
    if note is not None:
        head.append(f"version_note = {_text(note) if isinstance(note, Text) else _string(note)}")
    head.append(f"name = {_text(profile.name)}")
    if not profile.requirements:
        head.append("requirements = []")
    parts = [head]
    parts += [_criterion(each) for each in profile.criteria]
    parts += [_requirement(each) for each in profile.requirements]
    parts += [_gate(each) for each in profile.gates]
    for stage, rule in profile.stages.items():
        parts += _stage_rule(stage, rule)
    parts += [
        ["[[never_scored]]", f"sv = {_string(each.sv)}", f"en = {_string(each.en)}"]
        for each in profile.never_scored
    ]
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _criterion(criterion: Criterion) -> list[str]:
    lines = [
        "[[criteria]]",
        f"key = {_string(criterion.key)}",
        f"name = {_text(criterion.name)}",
    ]
    if criterion.short is not None:
        lines.append(f"short = {_text(criterion.short)}")
    if criterion.description is not None:
        lines.append(f"description = {_text(criterion.description)}")
    lines += [
        f"stage = {_string(criterion.stage)}",
        f"kind = {_string(_KIND_NAMES[criterion.kind])}",
        f"weight = {plain_decimal(criterion.weight)}",
    ]
    if criterion.value is not None:
        bounds = (
            _string(f"over {plain_decimal(each.at)}") if each.strict else plain_decimal(each.at)
            for each in criterion.bands
        )
        lines += [f"value = {_string(criterion.value)}", f"bands = [{', '.join(bounds)}]"]
    anchors = [f"    {_text(each)}," for each in criterion.anchors]
    return [*lines, "anchors = [", *anchors, "]"]


def _requirement(requirement: Requirement) -> list[str]:
    lines = [
        "[[requirements]]",
        f"key = {_string(requirement.key)}",
        f"name = {_text(requirement.name)}",
        f"description = {_text(requirement.description)}",
        f"rule = {_string(requirement.rule)}",
        f"mandatory = {'true' if requirement.mandatory else 'false'}",
    ]
    if requirement.attachments:
        lines.append(f"attachments = {_strings(requirement.attachments)}")
    if requirement.months_old_at_most is not None:
        lines.append(f"months_old_at_most = {requirement.months_old_at_most}")
    if requirement.count is not None:
        lines.append(f"count = {requirement.count}")
    return lines


def _gate(gate: Gate) -> list[str]:
    lines = ["[[gates]]", f"stage = {_string(gate.stage)}"]
    if gate.criteria:
        lines.append(f"criteria = {_strings(gate.criteria)}")
    if gate.forbidden_level is not None:
        lines.append(f"forbidden_level = {gate.forbidden_level}")
    if gate.max_count:
        counts = ", ".join(f'"{level}" = {count}' for level, count in sorted(gate.max_count.items()))
        lines.append(f"at_most = {{ {counts} }}")
    if gate.mean_at_least is not None:
        lines.append(f"mean_at_least = {_string(str(gate.mean_at_least))}")
    return lines


def _stage_rule(stage: str, rule: StageRule) -> list[list[str]]:
    borderline = rule.borderline
    return [
        [
            f"[stages.{stage}]",
            f"threshold = {plain_decimal(rule.threshold)}",
            f"ties = {_strings(rule.ties)}",
            f"combine = {_string(rule.combine)}",
            f"places = {_string(_PLACES_NAMES[rule.places])}",
        ],
        [
            f"[stages.{stage}.borderline]",
            f"low = {plain_decimal(borderline.low)}",
            f"high = {plain_decimal(borderline.high)}",
            f"settle = {_string(_SETTLE_NAMES[borderline.settle])}",
        ],
    ]


def _text(text: Text) -> str:
    return f"{{ sv = {_string(text.sv)}, en = {_string(text.en)} }}"


def _strings(values: Iterable[str]) -> str:
    return f"[{', '.join(_string(each) for each in values)}]"


def _string(value: str) -> str:
    # JSON escapes what a TOML basic string must escape, except for the delete character.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
