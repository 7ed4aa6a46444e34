"""What a criteria profile is made of. All of it is frozen: a changed profile is a new one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from scoring.bands import Bound
from scoring.errors import ProfileError

Stage = Literal["screening", "interview"]
Kind = Literal["from_form", "assessed", "external"]
Language = Literal["sv", "en"]
Combine = Literal["mean", "median"]
Places = Literal["raw", "severity_adjusted"]
Settle = Literal["discuss", "third_assessment", "lot"]

#: The stages in the order in which they come.
STAGES: tuple[Stage, ...] = ("screening", "interview")
#: How each kind of criterion is written in the TOML file.
KINDS: dict[str, Kind] = {"from form": "from_form", "assessed": "assessed", "external": "external"}
#: How the levels of several assessors become one.
COMBINE: tuple[Combine, ...] = ("mean", "median")
#: What the order goes by, as the TOML file writes it: the levels as given, or adjusted for severity.
PLACES: dict[str, Places] = {"raw": "raw", "severity adjusted": "severity_adjusted"}
#: How the borderline zone is settled, as the TOML file writes it.
SETTLE: dict[str, Settle] = {"discuss": "discuss", "third assessment": "third_assessment", "lot": "lot"}
#: The built-in eligibility rules, and the settings that each takes (True: must be given).
RULES: dict[str, dict[str, bool]] = {
    "licence_by_start": {},
    "swedish_c1": {"attachments": False, "months_old_at_most": False},
    "bt_required": {},
    "no_earlier_bt": {},
    "documents": {"attachments": True, "months_old_at_most": False},
    "references": {"count": True},
    "work_permit": {},
    "can_start": {},
}
#: The kinds of attachment that a requirement can ask for.
ATTACHMENT_KINDS = ("cv", "diploma", "licence", "language", "work_permit", "reference", "merit", "other")
#: Marks a field that came after profiles had been stored: at its default it leaves no trace in the canonical
#: bytes, so that the digest of a stored profile stays what it was.
_LATER = {"later": True}
#: Levels go from 0 to this.
TOP_LEVEL = 4


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in Swedish and English."""

    sv: str
    en: str

    def in_language(self, language: str) -> str:
        """The text in ``"sv"`` or ``"en"``; English for any other language."""
        return self.sv if language == "sv" else self.en


@dataclass(frozen=True, slots=True)
class Criterion:
    """One ground of assessment, scored on levels 0 to 4 with a written anchor for each.

    ``value`` and ``bands`` (lower bounds of levels 1 to 4) belong to the kind ``from_form``.
    """

    key: str
    name: Text
    stage: Stage
    kind: Kind
    weight: Decimal
    anchors: tuple[Text, ...]
    description: Text | None = None
    short: Text | None = None
    value: str | None = None
    bands: tuple[Bound, ...] = ()

    @property
    def required(self) -> bool:
        """A criterion of weight 0 is never required."""
        return self.weight > 0

    @property
    def short_name(self) -> Text:
        """The name where there is little room."""
        return self.short or self.name


@dataclass(frozen=True, slots=True)
class Requirement:
    """One eligibility requirement and the built-in rule that proposes its answer.

    ``attachments`` are the kinds of attachment it asks for; ``months_old_at_most``, how old each of them may be at the
    closing date, None for any age; ``count`` is the number of references.
    One that is not mandatory is answered and shown, but does not stop an application.
    """

    key: str
    name: Text
    description: Text
    rule: str
    mandatory: bool = True
    attachments: tuple[str, ...] = ()
    count: int | None = None
    months_old_at_most: int | None = field(default=None, metadata=_LATER)


@dataclass(frozen=True, slots=True)
class Gate:
    """What a complete application must pass at a stage, whatever its total.

    A mean counts at the level that it has reached: 3/2 is at level 1. No criterion may be at
    ``forbidden_level`` or below; at most ``max_count[level]`` may be at that level or below (so that
    more of a criterion never hurts); the unweighted mean is at least ``mean_at_least``.
    ``criteria`` are the keys it looks at; empty means those that belong to the stage itself.
    """

    stage: Stage
    forbidden_level: int | None
    max_count: Mapping[int, int]
    mean_at_least: Fraction | None
    criteria: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Borderline:
    """Where the line cannot tell applicants apart, and how that is settled.

    The zone holds those whose probability of truly being above the line is at least ``low`` and at most
    ``high`` (0 < low < high < 1). ``settle``: by a discussion with recorded reasons, by a third
    assessment, or by lot.
    """

    low: Decimal = Decimal("0.05")
    high: Decimal = Decimal("0.95")
    settle: Settle = "discuss"


@dataclass(frozen=True, slots=True)
class StageRule:
    """What decides the order of a stage.

    ``threshold`` on 0–100: nobody below takes a place. ``ties``: the criteria that break ties, in order.
    ``combine``: how the levels of several assessors become one. ``places``: whether the order goes by the
    levels as given or by those adjusted for the severity of their assessors.
    """

    threshold: Decimal
    ties: tuple[str, ...]
    combine: Combine = field(default="mean", metadata=_LATER)
    places: Places = field(default="raw", metadata=_LATER)
    borderline: Borderline = field(default=Borderline(), metadata=_LATER)


@dataclass(frozen=True, slots=True)
class Profile:
    """A criteria profile: criteria, requirements, gates and the rules of each stage."""

    key: str
    name: Text
    criteria: tuple[Criterion, ...]
    requirements: tuple[Requirement, ...]
    gates: tuple[Gate, ...]
    stages: Mapping[str, StageRule]
    never_scored: tuple[Text, ...]
    version_note: str | Text | None = None

    def criterion(self, key: str) -> Criterion:
        """The criterion with that key; ProfileError if there is none."""
        for criterion in self.criteria:
            if criterion.key == key:
                return criterion
        known = ", ".join(each.key for each in self.criteria)
        raise ProfileError.expected("criteria", f"one of the criteria {known}", key)

    def requirement(self, key: str) -> Requirement:
        """The requirement with that key; ProfileError if there is none."""
        for requirement in self.requirements:
            if requirement.key == key:
                return requirement
        known = ", ".join(each.key for each in self.requirements)
        raise ProfileError.expected("requirements", f"one of the requirements {known}", key)

    def months_old_at_most(self, kind: str) -> int | None:
        """How many months old an attachment of that kind may be at the closing date; None for any age.

        Where several requirements say so of the same kind, the shortest counts.
        """
        found = (each.months_old_at_most for each in self.requirements if kind in each.attachments)
        return min((months for months in found if months is not None), default=None)

    def criteria_at(self, stage: str) -> tuple[Criterion, ...]:
        """Criteria that may count at a stage, in the order of the profile, weight 0 included.

        Stages add up: at screening the criteria of screening, after the interview all.
        """
        last = STAGES.index(_stage(stage))
        return tuple(each for each in self.criteria if STAGES.index(each.stage) <= last)

    def required_at(self, stage: str) -> tuple[Criterion, ...]:
        """The criteria that an application needs a level on to be ranked at a stage: weight over 0."""
        return tuple(each for each in self.criteria_at(stage) if each.required)

    def weights_at(self, stage: str) -> dict[str, Fraction]:
        """Weight of each required criterion at a stage, rescaled exactly to a sum of 100."""
        required = self.required_at(stage)
        total = sum((Fraction(each.weight) for each in required), Fraction(0))
        return {each.key: Fraction(each.weight) * 100 / total for each in required}

    def gate_criteria(self, gate: Gate) -> tuple[str, ...]:
        """Keys of the criteria that a gate looks at."""
        return gate.criteria or tuple(
            each.key for each in self.required_at(gate.stage) if each.stage == gate.stage
        )

    def canonical(self) -> bytes:
        """The whole profile as sorted UTF-8 JSON: equal profiles give equal bytes."""
        return json.dumps(_plain(self), sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()

    def digest(self) -> str:
        """SHA-256 of the canonical bytes, in hexadecimal: the identity of this version."""
        return hashlib.sha256(self.canonical()).hexdigest()

    def to_toml(self) -> str:
        """The profile as a TOML file that reads back as an equal profile."""
        from scoring.profile_writer import profile_to_toml

        return profile_to_toml(self)


def _stage(stage: str) -> Stage:
    if stage not in STAGES:
        raise ProfileError.expected("stage", "'screening' or 'interview'", stage)
    return stage


def plain_decimal(number: Decimal) -> str:
    """A decimal without exponent and without zeros at its end: 10.0 and 1E+1 are both ``10``."""
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def _plain(value: Any) -> Any:
    """A value of the profile as JSON knows it; numbers that are equal get the same text."""
    if isinstance(value, Decimal):
        return plain_decimal(value)
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if hasattr(value, "__dataclass_fields__"):
        return {
            each.name: _plain(getattr(value, each.name))
            for each in fields(value)
            if not (each.metadata.get("later") and getattr(value, each.name) == each.default)
        }
    return value
