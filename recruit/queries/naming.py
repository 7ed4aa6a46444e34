"""What a reader sees of an account of the group: the name, or for an auditor who is nothing else the role and a number.

An auditor judges what was decided, not who did it. This is the one place that knows; every query that shows who did
something selects `called` or asks `names`.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, func, null
from sqlmodel import Session, col, select

from recruit.i18n import lazy_gettext as _
from recruit.models import Account, Membership, RecordEntry, Role

#: Where a session keeps whose group it shows by role and number, and how those are called.
_REGION, _LABELS = "shown_by_role", "shown_by_role_as"
#: Which of several roles a member is called by.
CALLED_BY = (Role.COORDINATOR, Role.ASSESSOR, Role.AUDITOR, Role.ADMINISTRATOR)
_ROLE_LABELS = {
    Role.COORDINATOR: _("Coordinator"),
    Role.ASSESSOR: _("Assessor"),
    Role.AUDITOR: _("Auditor"),
    Role.ADMINISTRATOR: _("Administrator"),
}


@dataclass(frozen=True)
class Member:
    """Somebody of the group as the record calls them: by role and number where names are not shown."""

    account_id: int
    role: Role | None
    number: int
    name: str

    @property
    def label(self) -> str:
        """Role and number, such as "Coordinator 2"; of somebody who has left, that."""
        word = _ROLE_LABELS[self.role] if self.role else _("Former member")
        return f"{word} {self.number}"


def group(session: Session, *, region_id: int) -> list[Member]:
    """Everybody with a role in the region, numbered within the role by when they got an account."""
    rows = session.exec(
        select(Membership.account_id, col(Membership.role), Account.name, Account.email)
        .join(Account, col(Account.id) == col(Membership.account_id))
        .where(Membership.region_id == region_id)
        .order_by(col(Membership.account_id))
    ).all()
    held: dict[int, set[Role]] = {}
    names: dict[int, str] = {}
    for account_id, role, name, email in rows:
        held.setdefault(account_id, set()).add(role)
        names[account_id] = name or email
    counted: dict[Role, int] = {}
    found = []
    for account_id, roles in held.items():
        role = next(each for each in CALLED_BY if each in roles)
        counted[role] = counted.get(role, 0) + 1
        found.append(Member(account_id, role, counted[role], names[account_id]))
    return found


def former(session: Session, *, region_id: int) -> list[Member]:
    """Those who have left the group. The record itself knows them: roles were given to the account."""
    given = select(RecordEntry.subject_id).where(
        RecordEntry.region_id == region_id,
        RecordEntry.subject_kind == "account",
        col(RecordEntry.action).startswith("people."),
    )
    here = select(Membership.account_id).where(Membership.region_id == region_id)
    accounts = session.exec(
        select(Account)
        .where(col(Account.id).in_(given), col(Account.id).not_in(here))
        .order_by(col(Account.id))
    )
    return [
        Member(row.id or 0, None, number, row.name or row.email) for number, row in enumerate(accounts, 1)
    ]


def show_roles(session: Session, *, region_id: int) -> None:
    """Let everything read from now on name the region's group by role and number."""
    session.info[_REGION] = region_id
    session.info.pop(_LABELS, None)


def called(session: Session, account: Any = Account) -> Any:
    """The column to select for an account (or an alias of it) as the reader sees it; None where there is no account.

    Who groups rows groups them by the account's id. Role and number cost two queries, once per session.
    """
    labels = _labels(session)
    if labels is None:
        return func.coalesce(func.nullif(account.name, ""), account.email)
    known = [(account.id == identity, label) for identity, label in labels.items()]
    return case((account.id.is_(None), null()), *known, else_=str(_("Former member")))


def names(session: Session, *, ids: Collection[int | None]) -> dict[int, str]:
    """Accounts as the reader sees them, by account id. One query."""
    wanted = {each for each in ids if each is not None}
    found = select(Account.id, called(session)).where(col(Account.id).in_(wanted))
    return {identity: name for identity, name in session.exec(found) if identity is not None}


def _labels(session: Session) -> dict[int, str] | None:
    """Account id -> role and number; None for a reader who sees names."""
    region_id = session.info.get(_REGION)
    if region_id is None:
        return None
    if _LABELS not in session.info:
        everybody = [*group(session, region_id=region_id), *former(session, region_id=region_id)]
        session.info[_LABELS] = {each.account_id: each.label for each in everybody}
    found: dict[int, str] = session.info[_LABELS]
    return found
