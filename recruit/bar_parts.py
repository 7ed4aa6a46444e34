"""What the answers about the bar share: their shape, their notes, and which groups are drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from recruit import charts
from recruit.i18n import gettext as _
from recruit.i18n import language, ngettext
from recruit.sources_shown import Table

Figures = Mapping[str, Any]
_GROUPS_DRAWN = 5


@dataclass(frozen=True)
class PartView:
    """One question about the bar: the answer in words, its plots, and the same figures in a table."""

    words: str
    plot: Markup | None = None
    table: Table | None = None
    notes: tuple[str, ...] = ()


def reason_of(part: Figures, key: str) -> str | None:
    """Why there are no figures of an attribute, or None."""
    found = part if "reason" in part else part.get(key) or {}
    told = found.get("reason")
    if told:
        return str(told[language()])
    return None if found else _("There are no figures.")


def missing_note(n: int) -> tuple[str, ...]:
    """That so many did not answer; nothing where nobody did not."""
    if not n:
        return ()
    return (
        ngettext(
            "%(num)s did not answer: counted in all, in no group.",
            "%(num)s did not answer: counted in all, in no group.",
            n,
        ),
    )


GRAVEST = ("alarm", "watch", "no_concern", "no_conclusion")


def drawn_of(groups: Mapping[str, Figures]) -> list[str]:
    """The largest groups with somebody in them, in the order of the figures."""
    largest = sorted((name for name in groups if groups[name]["n"]), key=lambda name: -groups[name]["n"])
    return [name for name in groups if name in largest[:_GROUPS_DRAWN]]


def folded_note(count: int) -> tuple[str, ...]:
    """That so many groups are not drawn; nothing where all are."""
    if not count:
        return ()
    return (
        ngettext(
            "%(num)s smaller group is in the table only.",
            "%(num)s smaller groups are in the table only.",
            count,
        ),
    )


def tone_of(place: int) -> Any:
    """The kind of line of a group, counted from 1."""
    return min(place, charts.MOST_LINES)
