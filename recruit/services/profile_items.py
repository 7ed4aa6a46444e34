"""What changes the lists of a draft: criteria, requirements, gates, what is never scored, and the tie rules."""

import copy
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from recruit.actor import Actor
from recruit.errors import Conflict, Invalid, NotFound
from recruit.i18n import lazy_gettext as _
from recruit.models import ProfileDraft
from recruit.profile_content import LETTERS, LISTS, Content, empty_item, users_of
from recruit.profile_parts import place_of, with_values
from recruit.services.profile_drafts import content, hold, keep

MOST_ITEMS = 60


class StillUsed(Conflict):
    """A criterion that is to go is named by rules. `users` are those: "rules/screening", "gates/g1"."""

    def __init__(self, users: list[str]) -> None:
        self.users = users
        super().__init__(_("Rules name this criterion. Take it out of them with it, or leave it."))


def add(session: Session, *, draft: ProfileDraft, name: str, actor: Actor, now: datetime) -> str:
    """Add an empty item to one of LISTS and give its id. Raises Invalid when there are very many already."""
    row = hold(session, draft)
    changed = content(row)
    _refuse_full(changed, name)
    item = empty_item(name, f"{LETTERS[name]}{changed['next']}")
    changed["next"] += 1
    changed[name].append(item)
    keep(session, row, changed, f"{name}/{item['id']} +", actor, now)
    return str(item["id"])


def put_back(
    session: Session,
    *,
    draft: ProfileDraft,
    name: str,
    item_id: str,
    values: Mapping[str, Any],
    actor: Actor,
    now: datetime,
) -> None:
    """Add again an item that somebody has removed, with the values of its fields as they were typed.

    Raises NotFound for an id that this draft has never given, Conflict when the item is there, Invalid when there are
    very many already.
    """
    row = hold(session, draft)
    changed = content(row)
    _refuse_full(changed, name)
    if not _was_given(changed, name, item_id):
        raise NotFound(_("This profile has never had such a part."))
    if place_of(changed, name, item_id) is not None:
        raise Conflict(_("Somebody has put it back already. Nothing has been changed."))
    alone: Content = {**changed, name: [empty_item(name, item_id)]}
    changed[name].append(with_values(alone, f"{name}/{item_id}", values)[name][0])
    keep(session, row, changed, f"{name}/{item_id} +", actor, now)


def _was_given(changed: Content, name: str, item_id: str) -> bool:
    return item_id in {f"{LETTERS[name]}{number}" for number in range(1, changed["next"])}


def _refuse_full(changed: Content, name: str) -> None:
    if len(changed[_list(name)]) >= MOST_ITEMS:
        raise Invalid(_("There are %(number)s already, which is the most.", number=MOST_ITEMS))


def remove(
    session: Session,
    *,
    draft: ProfileDraft,
    name: str,
    item_id: str,
    with_rules: bool,
    actor: Actor,
    now: datetime,
) -> None:
    """Remove an item. Raises StillUsed for a criterion in rules unless `with_rules`, NotFound when it is gone."""
    row = hold(session, draft)
    changed = content(row)
    place = _place(changed, name, item_id)
    users = users_of(changed, item_id) if name == "criteria" else []
    if users and not with_rules:
        raise StillUsed(users)
    del changed[name][place]
    for rule in (*changed["stages"].values(), *changed["gates"]):
        named = "ties" if "ties" in rule else "criteria"
        rule[named] = [each for each in rule[named] if each != item_id]
    keep(session, row, changed, f"{name}/{item_id} -", actor, now)


def move(
    session: Session,
    *,
    draft: ProfileDraft,
    name: str,
    item_id: str,
    up: bool,
    actor: Actor,
    now: datetime,
) -> None:
    """Move an item one step; at the end of the list it stays. Raises NotFound when it is gone."""
    row = hold(session, draft)
    changed = content(row)
    _shift(changed[_list(name)], _place(changed, name, item_id), up)
    keep(session, row, changed, f"{name}/{item_id} ~", actor, now)


def change_ties(
    session: Session,
    *,
    draft: ProfileDraft,
    stage: str,
    item_id: str,
    how: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Put a criterion last in a stage's tie rule ("add"), take it out ("remove") or move it ("up", "down").

    Raises NotFound for a criterion that is not there, or not in the rule.
    """
    row = hold(session, draft)
    changed: Content = copy.deepcopy(content(row))
    if stage not in changed["stages"]:
        raise NotFound(_("There is no such stage."))
    ties = changed["stages"][stage]["ties"]
    if how == "add":
        _place(changed, "criteria", item_id)
        if item_id not in ties:
            ties.append(item_id)
    elif item_id not in ties:
        raise NotFound(_("The criterion is no longer in the rule."))
    elif how == "remove":
        ties.remove(item_id)
    else:
        _shift(ties, ties.index(item_id), how == "up")
    keep(session, row, changed, f"rules/{stage}", actor, now)


def _shift(items: list[Any], place: int, up: bool) -> None:
    other = place - 1 if up else place + 1
    if 0 <= other < len(items):
        items[place], items[other] = items[other], items[place]


def _list(name: str) -> str:
    if name not in LISTS:
        raise NotFound(_("A profile has no such list."))
    return name


def _place(changed: Content, name: str, item_id: str) -> int:
    place = place_of(changed, _list(name), item_id)
    if place is None:
        raise NotFound(_("Somebody has removed this meanwhile. Undo brings it back."))
    return place
