"""What numbers in the record's values stand for: members of the group and sites by name, applications by code."""

import json
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any, NamedTuple

from sqlmodel import Session, col, select

from recruit.models import Application, Site
from recruit.queries.among import among

#: Fields whose values are accounts of the group.
OF_MEMBERS = frozenset({"assessor", "replacement", "replacements", "members"})
#: A field that holds who got what, each with the number of an application and of an account; and one of posts by site.
PAIRS, POSTS = "pairs", "posts"
#: A page shows the beginning of a value, and a plan hands out thousands.
MOST_PAIRS = 20

Kept = Iterable[tuple[str, str | None]]


class Called(NamedTuple):
    """By number: how members of the group are called, the codes of applications, the names of sites."""

    members: Mapping[int, str]
    codes: Mapping[int, str]
    sites: Mapping[int, str]


def accounts(field: str, text: str | None) -> set[int]:
    """The accounts that a value holds."""
    if text is None:
        return set()
    if field == PAIRS:
        return {account for _application, account in _pairs(text)}
    return _ids(text) if _of_members(field, text) else set()


def codes(session: Session, values: Kept) -> dict[int, str]:
    """The codes of the applications that values of `PAIRS` hold. One query, where there are any."""
    found = {number for field, text in values if field == PAIRS and text for number, _account in _pairs(text)}
    if not found:
        return {}
    statement = select(col(Application.id), col(Application.mask_code))
    rows = session.exec(statement.where(col(Application.id).in_(among(found))))
    return {number: code for number, code in rows if number is not None}


def sites(session: Session, *, region_id: int, values: Kept) -> dict[int, str]:
    """The names of the region's sites. One query, where values tell of posts."""
    if not any(field == POSTS for field, _text in values):
        return {}
    rows = session.exec(select(col(Site.id), Site.name).where(Site.region_id == region_id))
    return {number: name for number, name in rows if number is not None}


def by_name(field: str, text: str | None, called: Called) -> str | None:
    """A value as it is kept, with a name or a code for each number that stands for somebody or something."""
    if text is None:
        return None
    if field == PAIRS:
        said = [[called.codes.get(code, code), called.members.get(who, who)] for code, who in _pairs(text)]
        return json.dumps(said) if said else ""
    if field == POSTS:
        return json.dumps([[called.sites.get(site, site), *rest] for site, *rest in json.loads(text)])
    if not _of_members(field, text):
        return text
    return ", ".join(called.members.get(each, str(each)) for each in sorted(_ids(text)))


def _of_members(field: str, text: str) -> bool:
    """Whether the value is of people of the group. `assessors` are people in a list, else how many there are to be."""
    return field in OF_MEMBERS or (field == "assessors" and text.startswith("["))


def _ids(text: str) -> set[int]:
    """One number, or a list of them."""
    content: Any = json.loads(text)
    return set(content) if isinstance(content, list) else {content}


def _pairs(text: str) -> list[list[int]]:
    return list(islice(json.loads(text), MOST_PAIRS))
