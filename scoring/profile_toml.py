"""Criteria profiles from TOML: every key is checked, and a message says what was expected of it."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any, TypeVar, cast

from scoring.bands import Bound, parse_bound
from scoring.criteria import (
    ATTACHMENT_KINDS,
    COMBINE,
    KINDS,
    PLACES,
    RULES,
    SETTLE,
    STAGES,
    TOP_LEVEL,
    Borderline,
    Combine,
    Criterion,
    Gate,
    Kind,
    Profile,
    Requirement,
    Stage,
    StageRule,
    Text,
    plain_decimal,
)
from scoring.errors import LevelError, ProfileError

#: Column names of the tables of levels, which a criterion may therefore not be called.
RESERVED_KEYS = frozenset({"id", "application", "assessor", "criterion", "level"})
#: What a profile and a criterion may be called.
KEY = re.compile(r"[a-z][a-z0-9_]*")
_REQUIREMENT_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_WEIGHT_DECIMALS = 4
_MOST_DECIMALS = 12
_LONGEST_NUMBER = 24
_MOST_KEY_PARTS = 20
_LONGEST_KEY = 60
_LONGEST_TEXT = 20_000
_LONGEST_LINE = 60
#: Ends of lines and tabs are no control characters here; what turns the direction of the text that follows is one.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_ENDLESS_KEY = re.compile(
    r"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){%d}""" % _MOST_KEY_PARTS  # noqa: UP031 (braces)
)
_ENDLESS_NUMBER = re.compile(r"(?<![\w])[0-9_]{4001}")
_MOST_MONTHS_OLD = 120

Table = Mapping[str, Any]
T = TypeVar("T")


def parse_profile(text: str) -> Profile:
    """Read a criteria profile from TOML text.

    Raises ProfileError, whose message names the path of the key, what was expected and what was
    there, for the first thing that is wrong. Items of a list are counted from 1, or named by
    their key where they have one.
    """
    return profile_of_table(read_toml(text, parse_float=Decimal))


def read_toml(text: str, *, parse_float: Callable[[str], Any]) -> dict[str, Any]:
    """The tables of a TOML text, read within bounds. Raises ProfileError, and what `parse_float` raises.

    A key of very many parts would take the reader minutes, and Python reads no whole number of thousands of digits.
    """
    if _ENDLESS_KEY.search(text):
        raise ProfileError("", f"the criteria profile has a key of more than {_MOST_KEY_PARTS} parts")
    if _ENDLESS_NUMBER.search(text):
        raise ProfileError("", "the criteria profile holds a number of more than 4,000 digits")
    try:
        return tomllib.loads(text, parse_float=parse_float)
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(
            "", f"the criteria profile is not valid TOML: {error}{_line(text, str(error))}"
        ) from error
    except RecursionError as error:
        raise ProfileError("", "the criteria profile is nested too deeply to be read") from error


def _line(text: str, error: str) -> str:
    """The line that an error of TOML points at, as far as it can be quoted; nothing where it points at none."""
    found = re.search(r"at line (\d+)", error)
    if found is None:
        return ""
    line = text.replace("\r\n", "\n").split("\n")[int(found[1]) - 1].strip()
    quoted = line if len(line) <= _LONGEST_LINE else line[: _LONGEST_LINE - 1] + "…"
    return f". Line {found[1]}: {quoted!r}"


def profile_of_table(top: Table) -> Profile:
    """Read a criteria profile from what TOML text is read into: tables, lists, texts, whole numbers and decimals.

    Raises ProfileError as `parse_profile` does.
    """
    _known_keys(
        top,
        "",
        required=("key", "name", "criteria", "requirements", "stages"),
        optional=("version_note", "gates", "never_scored"),
    )
    criteria = _criteria(top["criteria"])
    return Profile(
        key=_key(top["key"], "key"),
        name=_text(top["name"], "name"),
        version_note=_optional(top, "version_note", "", _note),
        criteria=criteria,
        requirements=_requirements(top["requirements"]),
        gates=_gates(top.get("gates", []), criteria),
        stages=_stages(top["stages"], criteria),
        never_scored=tuple(
            _text(item, path) for path, item in _items(top.get("never_scored", []), "never_scored")
        ),
    )


# The parts of a profile


def _criteria(value: Any) -> tuple[Criterion, ...]:
    criteria = tuple(_criterion(item, path) for path, item in _items(value, "criteria"))
    if not criteria:
        raise ProfileError.expected("criteria", "at least one criterion", value)
    _no_twins((each.key for each in criteria), "criteria")
    total = sum((each.weight for each in criteria), Decimal(0))
    if total != 100:
        raise ProfileError(
            "criteria",
            f"the weights add up to {plain_decimal(total)}, expected 100; change one of "
            + ", ".join(f"{each.key} {plain_decimal(each.weight)}" for each in criteria),
        )
    return criteria


def _criterion(table: Any, path: str) -> Criterion:
    _known_keys(
        table,
        path,
        required=("key", "name", "stage", "kind", "weight", "anchors"),
        optional=("description", "short", "value", "bands"),
    )
    key = _key(table["key"], f"{path}.key")
    kind = KINDS[_choice(table["kind"], f"{path}.kind", KINDS)]
    if key in RESERVED_KEYS:
        raise ProfileError.expected(
            f"{path}.key", "another name, since a column of the tables of levels is called so", key
        )
    value, bands = _form_value(table, path, kind)
    return Criterion(
        key=key,
        name=_text(table["name"], f"{path}.name"),
        stage=cast(Stage, _choice(table["stage"], f"{path}.stage", STAGES)),
        kind=kind,
        weight=_weight(table["weight"], f"{path}.weight"),
        anchors=_anchors(table["anchors"], f"{path}.anchors"),
        description=_optional(table, "description", path, _text),
        short=_optional(table, "short", path, _text),
        value=value,
        bands=bands,
    )


def _form_value(table: Table, path: str, kind: Kind) -> tuple[str | None, tuple[Bound, ...]]:
    """The value and the bands, which a criterion from the form has and no other kind may have."""
    for name in ("value", "bands"):
        if kind == "from_form" and name not in table:
            what = "the name of a value in the application" if name == "value" else _BANDS
            raise ProfileError(
                f"{path}.{name}", f"expected {what}, since the kind is 'from form'; it is missing"
            )
        if kind != "from_form" and name in table:
            raise ProfileError(
                f"{path}.{name}",
                f"expected only where the kind is 'from form', and the kind is {table['kind']!r}; remove it",
            )
    if kind != "from_form":
        return None, ()
    return _key(table["value"], f"{path}.value"), _bands(table["bands"], f"{path}.bands")


_BANDS = f"{TOP_LEVEL} increasing lower bounds, for the levels 1 to {TOP_LEVEL}"


def _bands(value: Any, path: str) -> tuple[Bound, ...]:
    if not isinstance(value, list) or len(value) != TOP_LEVEL:
        raise ProfileError.expected(path, _BANDS, value)
    bounds = []
    for number, item in enumerate(value, 1):
        try:
            bounds.append(parse_bound(item))
        except LevelError:
            raise ProfileError.expected(
                f"{path}[{number}]", "a number, or a text such as 'over 0'", item
            ) from None
        if bounds[-1].at < 0:
            raise ProfileError.expected(f"{path}[{number}]", "a bound of 0 or more", item)
        if number > 1 and bounds[-1].sort_key <= bounds[-2].sort_key:
            raise ProfileError.expected(
                f"{path}[{number}]", f"a bound above the one before it, {bounds[-2]}", item
            )
    return tuple(bounds)


def _anchors(value: Any, path: str) -> tuple[Text, ...]:
    wanted = TOP_LEVEL + 1
    if not isinstance(value, list):
        raise ProfileError.expected(path, f"a list of {wanted} texts, for the levels 0 to {TOP_LEVEL}", value)
    if len(value) != wanted:
        raise ProfileError(
            path, f"expected {wanted} texts, for the levels 0 to {TOP_LEVEL}, got {len(value)} of them"
        )
    return tuple(_text(item, f"{path}[{number}]") for number, item in enumerate(value, 1))


def _requirements(value: Any) -> tuple[Requirement, ...]:
    requirements = tuple(_requirement(item, path) for path, item in _items(value, "requirements"))
    _no_twins((each.key for each in requirements), "requirements")
    return requirements


def _requirement(table: Any, path: str) -> Requirement:
    _known_keys(
        table,
        path,
        required=("key", "name", "description", "rule"),
        optional=("mandatory", "attachments", "count", "months_old_at_most"),
    )
    rule = _choice(table["rule"], f"{path}.rule", RULES)
    for setting in ("attachments", "count", "months_old_at_most"):
        if setting in table and setting not in RULES[rule]:
            raise ProfileError(f"{path}.{setting}", f"the rule {rule!r} has no such setting; remove it")
        if RULES[rule].get(setting) and setting not in table:
            raise ProfileError(f"{path}.{setting}", f"expected, since the rule is {rule!r}; it is missing")
    if "months_old_at_most" in table and "attachments" not in table:
        raise ProfileError(
            f"{path}.attachments", "expected, since months_old_at_most is given; it is missing"
        )
    mandatory = table.get("mandatory", True)
    if not isinstance(mandatory, bool):
        raise ProfileError.expected(f"{path}.mandatory", "true or false", mandatory)
    return Requirement(
        key=_key(table["key"], f"{path}.key", _REQUIREMENT_KEY),
        name=_text(table["name"], f"{path}.name"),
        description=_text(table["description"], f"{path}.description"),
        rule=rule,
        mandatory=mandatory,
        attachments=_optional(table, "attachments", path, _attachments) or (),
        count=_optional(table, "count", path, lambda value, at: _whole(value, at, 1, 9)),
        months_old_at_most=_optional(
            table, "months_old_at_most", path, lambda value, at: _whole(value, at, 1, _MOST_MONTHS_OLD)
        ),
    )


def _attachments(value: Any, path: str) -> tuple[str, ...]:
    kinds = _key_list(value, path)
    if not kinds:
        raise ProfileError.expected(path, "at least one kind of attachment", value)
    for number, kind in enumerate(kinds, 1):
        _choice(kind, f"{path}[{number}]", ATTACHMENT_KINDS)
    return kinds


def _gates(value: Any, criteria: tuple[Criterion, ...]) -> tuple[Gate, ...]:
    return tuple(_gate(item, path, criteria) for path, item in _items(value, "gates"))


def _gate(table: Any, path: str, criteria: tuple[Criterion, ...]) -> Gate:
    tests = ("forbidden_level", "at_most", "mean_at_least")
    _known_keys(table, path, required=("stage",), optional=(*tests, "criteria"))
    if not any(test in table for test in tests):
        raise ProfileError(path, "expected at least one of " + ", ".join(tests))
    stage = cast(Stage, _choice(table["stage"], f"{path}.stage", STAGES))
    keys = _optional(table, "criteria", path, _key_list) or ()
    _counting_at(stage, keys, f"{path}.criteria", criteria)
    if not keys and not any(each.required and each.stage == stage for each in criteria):
        raise ProfileError.expected(f"{path}.stage", "a stage with criteria of a weight over 0", stage)
    return Gate(
        stage=stage,
        forbidden_level=_optional(
            table, "forbidden_level", path, lambda value, at: _whole(value, at, 0, TOP_LEVEL - 1)
        ),
        max_count=_optional(table, "at_most", path, _at_most) or {},
        mean_at_least=_optional(table, "mean_at_least", path, _mean),
        criteria=keys,
    )


def _at_most(value: Any, path: str) -> dict[int, int]:
    levels = {str(level): level for level in range(TOP_LEVEL)}
    if not isinstance(value, dict) or not value:
        raise ProfileError.expected(path, 'a table from level to number, such as { "1" = 1 }', value)
    for level in value:
        if level not in levels:
            raise ProfileError.expected(path, f"levels from 0 to {TOP_LEVEL - 1} as keys", level)
    return {levels[level]: _whole(value[level], f"{path}.{level}", 0, 999) for level in sorted(value)}


def _mean(value: Any, path: str) -> Fraction:
    what = f"a number from 0 to {TOP_LEVEL}, or a fraction as text such as '7/3'"
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        raise ProfileError.expected(path, what, value)
    if len(str(value)) > _LONGEST_NUMBER or "e" in str(value).lower():  # 1e-99999999 would take minutes
        raise ProfileError.expected(path, what, value)
    try:
        mean = Fraction(str(value))
    except (ValueError, ZeroDivisionError):
        raise ProfileError.expected(path, what, value) from None
    if not 0 <= mean <= TOP_LEVEL:
        raise ProfileError.expected(path, what, value)
    return mean


def _stages(value: Any, criteria: tuple[Criterion, ...]) -> dict[str, StageRule]:
    _known_keys(value, "stages", required=STAGES)
    return {stage: _stage_rule(value[stage], f"stages.{stage}", stage, criteria) for stage in STAGES}


def _stage_rule(table: Any, path: str, stage: Stage, criteria: tuple[Criterion, ...]) -> StageRule:
    _known_keys(table, path, required=("threshold", "ties"), optional=("combine", "places", "borderline"))
    last = STAGES.index(stage)
    if not any(each.required and STAGES.index(each.stage) <= last for each in criteria):
        raise ProfileError(path, "expected at least one criterion of the stage with a weight over 0")
    ties = _key_list(table["ties"], f"{path}.ties")
    _counting_at(stage, ties, f"{path}.ties", criteria)
    return StageRule(
        threshold=_hundred(table["threshold"], f"{path}.threshold"),
        ties=ties,
        combine=cast(Combine, _choice(table.get("combine", COMBINE[0]), f"{path}.combine", COMBINE)),
        places=PLACES[_choice(table.get("places", "raw"), f"{path}.places", PLACES)],
        borderline=_borderline(table.get("borderline", {}), f"{path}.borderline"),
    )


def _borderline(table: Any, path: str) -> Borderline:
    _known_keys(table, path, required=(), optional=("low", "high", "settle"))
    usual = Borderline()
    low = _probability(table.get("low", usual.low), f"{path}.low")
    high = _probability(table.get("high", usual.high), f"{path}.high")
    if low >= high:
        raise ProfileError.expected(f"{path}.high", f"a decimal over {path}.low, which is {low}", high)
    settle = SETTLE[_choice(table.get("settle", "discuss"), f"{path}.settle", SETTLE)]
    return Borderline(low, high, settle)


def _counting_at(stage: Stage, keys: Iterable[str], path: str, criteria: tuple[Criterion, ...]) -> None:
    """Each key must be a criterion that counts at the stage: nothing else can decide there."""
    by_key = {each.key: each for each in criteria}
    last = STAGES.index(stage)
    counting = [each.key for each in criteria if each.required and STAGES.index(each.stage) <= last]
    for number, key in enumerate(keys, 1):
        at = f"{path}[{number}]"
        if key not in by_key:
            raise ProfileError.expected(at, "a criterion: one of " + ", ".join(counting), key)
        if not by_key[key].required:
            raise ProfileError.expected(at, "a criterion with a weight over 0", key)
        if key not in counting:
            raise ProfileError.expected(
                at, f"a criterion of the stage {stage!r}: one of " + ", ".join(counting), key
            )


# The values that the parts are made of


def _known_keys(table: Any, path: str, required: Iterable[str], optional: Iterable[str] = ()) -> None:
    """The table has all keys it must have and none that is unknown."""
    if not isinstance(table, dict):
        raise ProfileError.expected(path, "a table", table)
    known = (*required, *optional)
    for key in table:
        if key not in known:
            raise ProfileError(_joined(path, key), "unknown key; expected one of " + ", ".join(known))
    for key in required:
        if key not in table:
            raise ProfileError(_joined(path, key), "this key is required and missing")


def _joined(path: str, key: str) -> str:
    key = key if len(key) <= _LONGEST_KEY else key[: _LONGEST_KEY - 1] + "…"
    shown = key if re.fullmatch(r"[A-Za-z0-9_…-]+", key) else repr(key)
    return f"{path}.{shown}" if path else shown


def _items(value: Any, path: str) -> list[tuple[str, Any]]:
    """The items of a list of tables, each with its path: by its key, else by its number from 1."""
    if not isinstance(value, list):
        raise ProfileError.expected(path, f"a list of tables, each headed [[{path}]]", value)
    items = []
    for number, item in enumerate(value, 1):
        key = item.get("key") if isinstance(item, dict) else None
        usable = isinstance(key, str) and _REQUIREMENT_KEY.fullmatch(key)
        items.append((f"{path}.{key}" if usable else f"{path}[{number}]", item))
    return items


def _no_twins(keys: Iterable[str], path: str) -> None:
    seen = set()
    for number, key in enumerate(keys, 1):
        if key in seen:
            raise ProfileError.expected(f"{path}[{number}].key", "a key that no other has", key)
        seen.add(key)


def _optional(table: Table, key: str, path: str, read: Callable[[Any, str], T]) -> T | None:
    return read(table[key], _joined(path, key)) if key in table else None


def _words(value: Any, path: str) -> str:
    if not isinstance(value, str) or not any(_seen(letter) for letter in value):
        raise ProfileError.expected(path, "a text that is not empty", value)
    if len(value) > _LONGEST_TEXT:
        raise ProfileError(
            path, f"expected a text of at most {_LONGEST_TEXT:,} characters, got one of {len(value):,}"
        )
    if _CONTROL.search(value):
        raise ProfileError.expected(path, "a text without control characters", value)
    return value


def _seen(letter: str) -> bool:
    """Whether a letter can be seen: no space, and nothing that only steers others."""
    return unicodedata.category(letter)[0] not in "ZC"


def _note(value: Any, path: str) -> str | Text:
    """One string, or the same in both languages."""
    return _text(value, path) if isinstance(value, dict) else _words(value, path)


def _text(value: Any, path: str) -> Text:
    _known_keys(value, path, required=("sv", "en"))
    return Text(sv=_words(value["sv"], f"{path}.sv"), en=_words(value["en"], f"{path}.en"))


def _key(value: Any, path: str, pattern: re.Pattern[str] = KEY) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value) or len(value) > _LONGEST_KEY:
        letters = "small letters" if pattern is KEY else "letters"
        raise ProfileError.expected(
            path,
            f"a name of {letters} a–z, digits and _, a letter first, at most {_LONGEST_KEY} in all",
            value,
        )
    return value


def _key_list(value: Any, path: str) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ProfileError.expected(path, "a list of names", value)
    keys = tuple(_key(item, f"{path}[{number}]") for number, item in enumerate(value, 1))
    for number, key in enumerate(keys, 1):
        if key in keys[: number - 1]:
            raise ProfileError.expected(f"{path}[{number}]", "each name only once", key)
    return keys


def _choice(value: Any, path: str, choices: Iterable[str]) -> str:
    known = list(choices)
    if not isinstance(value, str) or value not in known:
        raise ProfileError.expected(path, "one of " + ", ".join(repr(each) for each in known), value)
    return value


def _whole(value: Any, path: str, lowest: int, highest: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
        raise ProfileError.expected(path, f"a whole number from {lowest} to {highest}", value)
    return value


def _hundred(value: Any, path: str) -> Decimal:
    what = "a whole number or decimal from 0 to 100"
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ProfileError.expected(path, what, value)
    try:
        number = Decimal(value)
        in_range = 0 <= number <= 100
    except InvalidOperation:
        in_range = False
    if not in_range:
        raise ProfileError.expected(path, what, value)
    if _decimals(number) > _MOST_DECIMALS:  # exact arithmetic with thousands of decimals would take minutes
        raise ProfileError(path, f"expected at most {_MOST_DECIMALS} decimals, got {_decimals(number)}")
    return number


def _decimals(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


def _probability(value: Any, path: str) -> Decimal:
    what = "a decimal over 0 and under 1, with at most 4 decimals"
    if not isinstance(value, Decimal) or not value.is_finite() or not 0 < value < 1:
        raise ProfileError.expected(path, what, value)
    scaled = value.scaleb(4)
    if scaled != scaled.to_integral_value():
        raise ProfileError.expected(path, what, value)
    return value


def _weight(value: Any, path: str) -> Decimal:
    weight = _hundred(value, path)
    scaled = weight.scaleb(_WEIGHT_DECIMALS)
    if scaled != scaled.to_integral_value():
        raise ProfileError.expected(path, f"at most {_WEIGHT_DECIMALS} decimals", value)
    return weight
