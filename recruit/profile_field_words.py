"""The fields of a profile and their values in words, for pages that set two of them beside each other."""

import re
from typing import Any

from forms import profile_parts as fields
from recruit.i18n import gettext as _
from recruit.i18n import language
from recruit.profile_content import Content

_CHOICES: dict[str, tuple[tuple[str, str], ...]] = {
    "stage": fields.STAGES,
    "kind": fields.KINDS,
    "rule": fields.RULES,
    "combine": fields.COMBINE,
    "places": fields.PLACES,
    "borderline_settle": fields.SETTLE,
    "attachments": fields.ATTACHMENTS,
}
_NUMBERED = re.compile(r"(anchors|bands|at_most)_(\d)(?:_(sv|en))?")


def label_of(name: str) -> str:
    """What a field is called, with its language where it has one."""
    numbered = _NUMBERED.fullmatch(name)
    if numbered is not None:
        kind, digit, lang = numbered.groups()
        if kind == "bands":
            return _("Lower bound of level %(level)s", level=digit)
        if kind == "at_most":
            return _("At most so many at level %(level)s or below", level=digit)
        return _in(_("Level %(level)s", level=int(digit) - 1), lang)
    if name.startswith("weight"):
        return _("Weight")
    if re.fullmatch(r"(sv|en)_n\d+", name):
        return _in(_("Never scored"), name[:2])
    plain, _line, lang = name.rpartition("_")
    if lang in ("sv", "en") and plain in fields.LIMITS:
        return _in(_(fields.TEXT_LABELS[plain]), lang)
    found = fields.LABELS.get(name)
    return _(found) if found else name


def value_words(name: str, value: Any, content: Content) -> str:
    """A value as people read it; empty for nothing."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    known = dict(_CHOICES.get(name, ()))
    if name in ("criteria", "ties"):
        called = {each["id"]: each["key"] or "–" for each in content["criteria"]}
        return ", ".join(called.get(each, each) for each in value)
    if isinstance(value, list):
        return ", ".join(_(known[each]) if each in known else each for each in value)
    return _(known[value]) if value in known else number_words(str(value))


def number_words(text: str) -> str:
    """A number as it was typed, with the decimal mark of the reader's language; anything else as it stands."""
    if not fields.is_number(text):
        return text
    return text.replace(".", ",") if language() == "sv" else text.replace(",", ".")


def _in(label: str, lang: str | None) -> str:
    if lang is None:
        return label
    return (
        _("%(label)s, in Swedish", label=label) if lang == "sv" else _("%(label)s, in English", label=label)
    )
