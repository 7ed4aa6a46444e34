"""The pattern of a case number: what it may hold, and what it gives. Pure: no database, no web."""

import re
from dataclasses import dataclass
from typing import Any

from recruit.errors import Invalid
from recruit.i18n import lazy_gettext as _

#: What a region uses until its administrator has chosen something else.
DEFAULTS = {"intake": "BT {year}/{number}", "application": "{intake}-{number:03}"}
#: How long a number may become, by what it is of: the widths of the columns.
LONGEST = {"intake": 40, "application": 60}
LONGEST_PATTERN = 60
#: Numbers are shown to be short enough up to this one.
HIGHEST = 99_999

_PART = re.compile(r"\{([^{}]*)\}")
_NUMBER = re.compile(r"number(?::0([1-8]))?")


@dataclass(frozen=True)
class Pattern:
    """A pattern that holds. `kind` is intake or application."""

    kind: str
    text: str

    def series(self, *, year: int, intake: str = "") -> str:
        """All but the number filled in. Numbers with the same series are counted together."""
        return _PART.sub(lambda found: _filled(found[1], year, intake) or "#", self.text)

    def number(self, number: int, *, year: int, intake: str = "") -> str:
        """The case number itself."""

        def part(found: re.Match[str]) -> str:
            wide = _NUMBER.fullmatch(found[1])
            return f"{number:0{wide[1] or 1}d}" if wide else _filled(found[1], year, intake)

        return _PART.sub(part, self.text)


def _filled(name: str, year: int, intake: str) -> str:
    return {"year": str(year), "intake": intake}.get(name, "")


def parse(kind: str, text: str) -> Pattern:
    """A pattern as typed, checked. Raises Invalid, naming the field `kind`, with what is wrong and what to write."""
    text = " ".join(text.split())
    if not text:
        raise Invalid(_("Write a pattern, such as %(example)s.", example=DEFAULTS[kind]), field=kind)
    if len(text) > LONGEST_PATTERN:
        raise Invalid(_("A pattern has at most %(number)s signs.", number=LONGEST_PATTERN), field=kind)
    if not text.isprintable():
        raise Invalid(_("The pattern holds a sign that cannot be printed. Write it anew."), field=kind)
    rest = _PART.sub("\0", text)
    if "{" in rest or "}" in rest:
        raise Invalid(_("A brace is open or left over: each part stands in { and }."), field=kind)
    names = _PART.findall(text)
    known = ("year", "intake") if kind == "application" else ("year",)
    for name in names:
        if name not in known and not _NUMBER.fullmatch(name):
            raise Invalid(_unknown(kind, name), field=kind)
    if sum(name.startswith("number") for name in names) != 1:
        raise Invalid(_("{number} must stand exactly once: it tells the cases apart."), field=kind)
    if re.search(r"(?:\d|\0)\0|\0\d", rest):
        raise Invalid(
            _("Put a sign between the parts, such as a hyphen: digits side by side cannot be told apart."),
            field=kind,
        )
    pattern = Pattern(kind, text)
    if len(pattern.number(HIGHEST, year=2000, intake="x" * LONGEST["intake"])) > LONGEST[kind]:
        raise Invalid(
            _(
                "The number could become longer than %(number)s signs. Shorten the words.",
                number=LONGEST[kind],
            ),
            field=kind,
        )
    return pattern


def _unknown(kind: str, name: str) -> Any:
    if name == "intake":
        return _(
            "{intake} is the intake's own case number and can only stand in the pattern of applications."
        )
    if kind == "application":
        return _(
            "{%(name)s} is not known. Use {year}, {intake}, {number} or, with zeros in front, {number:03}.",
            name=name,
        )
    return _("{%(name)s} is not known. Use {year}, {number} or, with zeros in front, {number:03}.", name=name)
