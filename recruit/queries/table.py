"""The table of applications: which are on a page of it, the codes that match a filter, the search for a name, and kept
views. What is told of each stands in table_lines."""

import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import case, func
from sqlalchemy import select as select_columns  # the one of sqlmodel takes at most four columns
from sqlmodel import Session, col, or_, select

from recruit.models import (
    Application,
    ApplicationStatus,
    CompletionRequest,
    Intake,
    TableView,
)
from recruit.queries.table_filter import Filter, conditions
from recruit.queries.table_lines import Line, lines

PER_PAGE, MOST_PER_PAGE = 50, 250
SIZES = (50, 100, 250)


def page(
    session: Session, intake: Intake, chosen: Filter, day: date, *, number: int, per_page: int
) -> tuple[list[Line], int]:
    """One page of the table and how many there are in all; a page past the end gives the first. Two queries, there
    three."""
    found = conditions(intake, chosen, day)
    total, ids = _ids(session, found, chosen, (number - 1) * per_page, per_page)
    if not ids and number > 1:
        total, ids = _ids(session, found, chosen, 0, per_page)
    return lines(session, ids, chosen.documents), total


def _ids(
    session: Session, found: list[Any], chosen: Filter, offset: int, limit: int
) -> tuple[int, list[int]]:
    """How many match, and the ids of a page of them."""
    total = select(func.count()).select_from(Application).where(*found).scalar_subquery()
    wanted = select_columns(col(Application.id), total).where(*found).order_by(*_order(chosen))
    rows = session.execute(wanted.offset(offset).limit(limit)).all()
    return (rows[0][1] if rows else 0), [each for each, _total in rows]


def codes(session: Session, intake: Intake, chosen: Filter, day: date, most: int) -> list[str]:
    """The codes of all that match a filter, at most so many. One query."""
    matching = select(Application.mask_code).where(*conditions(intake, chosen, day))
    return list(session.exec(matching.order_by(*_order(chosen)).limit(most)))


def _order(chosen: Filter) -> list[Any]:
    columns: dict[str, list[Any]] = {
        "code": [col(Application.mask_code)],
        "submitted": [col(Application.submitted_at)],
        "name": [func.lower(col(Application.family_name)), func.lower(col(Application.given_name))],
        "eligibility": [col(Application.eligibility)],
        "due": [func.coalesce(_due(), date.max)],
    }
    order = columns.get(chosen.sort, columns["submitted"])
    found = [each.desc() if chosen.descending else each for each in order]
    if chosen.sort == "name" and chosen.masked:
        # A place in the alphabet would tell an initial of those whom the person assesses.
        found.insert(0, case((col(Application.id).in_(chosen.masked), 1), else_=0))
    return [*found, col(Application.id)]


def _due() -> Any:
    """The date of the application's first open request for completion."""
    waits = [col(CompletionRequest.answered_at).is_(None), col(CompletionRequest.cancelled_at).is_(None)]
    return (
        select(func.min(CompletionRequest.due_on))
        .where(CompletionRequest.application_id == Application.id, *waits)
        .correlate(Application)
        .scalar_subquery()
    )


def named(session: Session, intake: Intake, name: str) -> list[int]:
    """Ids of the applications whose names contain every word of `name`, in any script, accents aside. One query."""
    words = _plain(name).split()
    rows = session.execute(
        select(
            Application.id, Application.given_name, Application.family_name, Application.native_name
        ).where(Application.intake_id == intake.id, col(Application.status) != ApplicationStatus.DRAFT)
    )
    found = []
    for number, *names in rows:
        whole = _plain(" ".join(each for each in names if each))
        if all(word in whole for word in words):
            found.append(number)
    return found[:MOST_PER_PAGE]


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def views(session: Session, intake: Intake, account_id: int) -> Sequence[TableView]:
    """The person's own views of an intake's table, with the one left last (name ""), and those that others share."""
    seen = or_(TableView.account_id == account_id, (col(TableView.name) != "") & col(TableView.shared))
    chosen = select(TableView).where(TableView.intake_id == intake.id, seen)
    return session.exec(chosen.order_by(func.lower(col(TableView.name)), col(TableView.id))).all()
