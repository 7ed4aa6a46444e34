"""What the editor's pages show of a draft: its parts with their names, what remains in each, and weights by stage."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlmodel import Session

from recruit import profile_problem_words
from recruit.display import number
from recruit.i18n import gettext as _
from recruit.i18n import language
from recruit.profile_content import Content, number_of, table_of
from recruit.profile_field_words import label_of, value_words
from recruit.profile_parts import place_of
from recruit.profile_problem_words import Shown, weights_sum
from recruit.queries import profile as profiles
from recruit.services import profile_drafts as service

if TYPE_CHECKING:
    from recruit.models import ProfileDraft
    from recruit.services.profile_drafts import Clash
    from scoring.criteria import Profile
    from scoring.profile_problems import Problem

#: Parts with a page of their own that are lists, and hold no field.
PAGES = ("requirements", "rules")
#: Parts that are no item of a list.
SINGLE = ("texts", "weights", "never")
_TEMPLATES = {"criteria": "criterion", "requirements": "requirement", "gates": "gate", "rules": "rule"}


def read(row: ProfileDraft) -> tuple[Profile | None, list[Problem]]:
    """The draft as a profile, or None and everything that is wrong with it."""
    from scoring.profile_problems import read_whole

    return read_whole(table_of(service.content(row), row.key))


def problems_of(row: ProfileDraft) -> list[Shown]:
    """Everything that is wrong with the draft, in the reader's words."""
    return profile_problem_words.shown(read(row)[1], service.content(row))


def has_page(part: str) -> bool:
    """Whether a part can be called so, whether or not it is there (any more)."""
    kind, slash, _which = part.partition("/")
    return kind in _TEMPLATES if slash else part in (*PAGES, *SINGLE)


def template_of(part: str) -> str:
    """The template of a part's page."""
    kind, slash, _which = part.partition("/")
    name = {"weights": "criteria"}.get(part, part) if not slash else _TEMPLATES[kind]
    return f"profile/draft/{name}.html"


def frame(session: Session, row: ProfileDraft, part: str) -> dict[str, Any]:
    """What every page of the editor shows."""
    content, problems = service.content(row), problems_of(row)
    saved = profiles.steps(session, row.id or 0, limit=1)
    ended = row.discarded_at is not None or row.became_id is not None
    kind = part.partition("/")[0]
    return {
        "draft": row,
        "content": content,
        "part": part,
        "kind": kind,
        "item": part.partition("/")[2],
        "title": part_name(content, part),
        "problems": problems,
        "remaining": _count(problems),
        "last": saved[0] if saved else None,
        "last_words": step_words(content, saved[0][0].what) if saved else "",
        "step_words": lambda what: step_words(content, what),
        "ended": ended,
        "base": profiles.by_id(session, row.region_id, row.base_id) if row.base_id else None,
        "name_of": lambda each: part_name(content, each),
        "criterion_names": dict(criteria_choices(content)),
        "weights": weights_by_stage(content),
        "heading": in_language(content["name"]) or row.key,
    }


def in_language(text: dict[str, str]) -> str:
    """A text in the reader's language, in the other one while it lacks that."""
    first, second = ("sv", "en") if language() == "sv" else ("en", "sv")
    return text[first].strip() or text[second].strip()


def criteria_choices(content: Content) -> list[tuple[str, str]]:
    """Id and name of every criterion, in order."""
    return [(each["id"], _item_name(each, _("Criterion without a name"))) for each in content["criteria"]]


def part_name(content: Content, part: str) -> str:
    """What a part is called."""
    kind, slash, which = part.partition("/")
    if not slash:
        names = {
            "overview": _("Overview"),
            "texts": _("Name and note"),
            "weights": _("Criteria and weights"),
            "requirements": _("Requirements"),
            "rules": _("Rules"),
            "never": _("Never scored"),
            "preview": _("Preview"),
            "differences": _("Differences"),
        }
        return names.get(part, part)
    if kind == "rules":
        return _("Rules at screening") if which == "screening" else _("Rules after the interview")
    place = place_of(content, kind, which) if kind in content else None
    if place is None:
        return _("Removed")
    item = content[kind][place]
    if kind == "gates":
        return _("Gate %(number)s", number=place + 1)
    if kind == "never_scored":
        return in_language(item) or _("Never scored")
    return _item_name(item, _("Without a name"))


def step_words(content: Content, what: str) -> str:
    """What one save was about."""
    part, _space, sign = what.partition(" ")
    if part in ("begun", "undo"):
        return _("begun") if part == "begun" else _("gone back to an earlier save")
    name = part_name(content, part)
    words = {
        "+": _("%(name)s: added", name=name),
        "-": _("%(name)s: removed", name=name),
        "~": _("%(name)s: moved", name=name),
    }
    return words.get(sign, name)


def weights_by_stage(content: Content) -> dict[str, Any]:
    """The sum of the weights, and each weight rescaled to 100 at the stages where it counts."""
    total = weights_sum(content)
    read_as = {each["id"]: number_of(each["weight"]) for each in content["criteria"]}
    known = {key: value for key, value in read_as.items() if isinstance(value, Decimal) and value > 0}
    screening = {each["id"] for each in content["criteria"] if each["stage"] == "screening"}
    rescaled: dict[str, dict[str, str]] = {"screening": {}, "interview": {}}
    for stage, counting in (
        ("screening", {key: value for key, value in known.items() if key in screening}),
        ("interview", known),
    ):
        whole = sum(counting.values(), Decimal(0))
        rescaled[stage] = {
            key: number((value * 100 / whole).quantize(Decimal("0.1"))) for key, value in counting.items()
        }
    return {"sum": None if total is None else number(total), "whole": total == 100, "rescaled": rescaled}


def choices_of(row: ProfileDraft, clash: Clash) -> list[dict[str, Any]]:
    """Both people's words for every field that both have changed."""
    content, theirs = service.content(row), clash.theirs or {}
    names = clash.fields if clash.theirs is not None else list(clash.typed)
    return [
        {
            "name": name,
            "label": label_of(name),
            "mine": clash.typed[name],
            "theirs": theirs.get(name, ""),
            "mine_words": value_words(name, clash.typed[name], content),
            "theirs_words": value_words(name, theirs.get(name, ""), content),
        }
        for name in names
    ]


def kept_of(clash: Clash) -> list[tuple[str, str]]:
    """The fields that are not chosen in, as a form sends them."""
    sent = []
    for name, value in clash.typed.items():
        if clash.theirs is not None and name in clash.fields:
            continue
        for each in value if isinstance(value, list) else [value]:
            if each is not False:
                sent.append((name, "true" if each is True else each))
    return sent


def _count(problems: list[Shown]) -> dict[str, int]:
    """How much remains, by the entry of the menu that leads there."""
    homes = {"criteria": "weights", "gates": "rules", "never_scored": "never"}
    counted: dict[str, int] = {}
    for each in problems:
        kind = each.part.partition("/")[0]
        home = homes.get(kind, kind)
        counted[home] = counted.get(home, 0) + 1
    return counted


def _item_name(item: dict[str, Any], otherwise: str) -> str:
    return in_language(item["name"]) or item["key"] or otherwise
