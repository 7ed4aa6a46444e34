"""Two versions of a profile beside each other in words: what came, what went, and which words changed."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from markupsafe import Markup, escape

from recruit.i18n import gettext as _
from recruit.profile_content import Content
from recruit.profile_editor import criteria_choices, in_language, part_name
from recruit.profile_field_words import label_of, value_words
from recruit.profile_parts import values_of

_WORDS = re.compile(r"\s+|[^\s]+")
#: Texts longer than this are not compared word by word: it would take long, and show nothing.
_LONGEST = 6000
#: With less of the words in common than this, two texts are shown one after the other.
_LIKE = 0.4


@dataclass(frozen=True)
class Change:
    """One thing that differs: "added", "removed", "changed" or "moved", and how each of its fields differs."""

    kind: str
    name: str
    fields: list[tuple[str, Markup]]


@dataclass(frozen=True)
class Section:
    """The changes of one part of the profile."""

    title: str
    changes: list[Change]


def sections(old: Content, new: Content) -> list[Section]:
    """Everything in which the two differ; empty when they say the same."""
    found = [
        Section(_("Name and note"), list(_fields(old, new, "texts", _("The profile")))),
        Section(_("Criteria and weights"), [*_items(old, new, "criteria"), *_order(old, new)]),
        Section(_("Requirements"), list(_items(old, new, "requirements"))),
        Section(_("Rules"), [*_rules(old, new), *_gates(old, new)]),
        Section(_("Never scored"), list(_never(old, new))),
    ]
    return [each for each in found if each.changes]


def marked(old: str, new: str) -> Markup:
    """The new text with what went struck and what came marked, word by word; whole where little is left of it."""
    if old and new and (len(old) + len(new) > _LONGEST or _likeness(old, new) < _LIKE):
        return Markup("<del>{}</del> <ins>{}</ins>").format(old, new)
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    parts = []
    for how, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if how == "equal":
            parts.append(escape("".join(before[a:b])))
            continue
        gone, come = "".join(before[a:b]), "".join(after[c:d])
        parts += [Markup("<del>{}</del>").format(gone)] if gone else []
        parts += [Markup("<ins>{}</ins>").format(come)] if come else []
    return Markup().join(parts)


def _likeness(old: str, new: str) -> float:
    return SequenceMatcher(None, old.split(), new.split(), autojunk=False).ratio()


def _items(old: Content, new: Content, name: str) -> Iterator[Change]:
    """Items of a list by their key: one that has another key is another."""
    before = {each["key"] or each["id"]: each["id"] for each in old[name]}
    after = {each["key"] or each["id"]: each["id"] for each in new[name]}
    for key, item_id in after.items():
        called = part_name(new, f"{name}/{item_id}")
        if key not in before:
            yield Change("added", called, list(_whole(new, f"{name}/{item_id}")))
        else:
            first = _flat(old, f"{name}/{before[key]}")
            yield from _changed(called, first, _flat(new, f"{name}/{item_id}"), old, new)
    for key, item_id in before.items():
        if key not in after:
            yield Change("removed", part_name(old, f"{name}/{item_id}"), [])


def _order(old: Content, new: Content) -> Iterator[Change]:
    before = [each["key"] for each in old["criteria"]]
    after = [each["key"] for each in new["criteria"]]
    stayed = set(before) & set(after)
    if [each for each in before if each in stayed] == [each for each in after if each in stayed]:
        return
    words = marked(
        ", ".join(name for _id, name in criteria_choices(old)),
        ", ".join(name for _id, name in criteria_choices(new)),
    )
    yield Change("moved", _("The order on the page"), [(_("Order"), words)])


def _rules(old: Content, new: Content) -> Iterator[Change]:
    for stage in new["stages"]:
        part = f"rules/{stage}"
        first = {**_flat(old, part), "ties": _names(old, old["stages"][stage]["ties"])}
        second = {**_flat(new, part), "ties": _names(new, new["stages"][stage]["ties"])}
        yield from _changed(part_name(new, part), first, second, old, new)


def _gates(old: Content, new: Content) -> Iterator[Change]:
    for place in range(max(len(old["gates"]), len(new["gates"]))):
        if place >= len(new["gates"]):
            yield Change("removed", _("Gate %(number)s", number=place + 1), [])
        elif place >= len(old["gates"]):
            part = f"gates/{new['gates'][place]['id']}"
            yield Change("added", part_name(new, part), list(_whole(new, part)))
        else:
            first, second = f"gates/{old['gates'][place]['id']}", f"gates/{new['gates'][place]['id']}"
            yield from _changed(part_name(new, second), _flat(old, first), _flat(new, second), old, new)


def _never(old: Content, new: Content) -> Iterator[Change]:
    before = [(each["sv"], each["en"]) for each in old["never_scored"]]
    after = [(each["sv"], each["en"]) for each in new["never_scored"]]
    for sv, en in after:
        if (sv, en) not in before:
            yield Change("added", in_language({"sv": sv, "en": en}), [])
    for sv, en in before:
        if (sv, en) not in after:
            yield Change("removed", in_language({"sv": sv, "en": en}), [])


def _fields(old: Content, new: Content, part: str, called: str) -> Iterator[Change]:
    yield from _changed(called, _flat(old, part), _flat(new, part), old, new)


def _changed(
    called: str, first: Mapping[str, Any], second: Mapping[str, Any], old: Content, new: Content
) -> Iterator[Change]:
    rows = []
    for name, value in second.items():
        before, after = value_words(name, first.get(name, ""), old), value_words(name, value, new)
        if before != after:
            rows.append((label_of(name), marked(before, after)))
    if rows:
        yield Change("changed", called, rows)


def _whole(content: Content, part: str) -> Iterator[tuple[str, Markup]]:
    for name, value in _flat(content, part).items():
        words = value_words(name, value, content)
        if words:
            yield label_of(name), Markup("<ins>{}</ins>").format(words)


def _flat(content: Content, part: str) -> dict[str, Any]:
    return values_of(content, part) or {}


def _names(content: Content, ids: list[str]) -> str:
    called = dict(criteria_choices(content))
    return _(", then ").join(called.get(each, each) for each in ids)
