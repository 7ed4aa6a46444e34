"""Reading a region's members and sites."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from recruit.errors import NotFound
from recruit.i18n import lazy_gettext as _
from recruit.models import Account, Membership, Role, SecondFactor, Site

PER_PAGE = 50
#: The order in which roles are shown.
ROLES = (Role.COORDINATOR, Role.ASSESSOR, Role.AUDITOR, Role.ADMINISTRATOR)


@dataclass(frozen=True)
class Member:
    """One person in the group. `joined` False: the invitation has not been answered yet.

    `second_factor` is read for one member alone, not for the list.
    """

    public_id: str
    account_id: int
    name: str
    email: str
    roles: tuple[Role, ...]
    joined: bool
    active: bool
    created_at: datetime
    second_factor: bool = False


@dataclass(frozen=True)
class MemberPage:
    """One page of members."""

    items: Sequence[Member]
    number: int
    total: int


def members(session: Session, *, region_id: int, number: int = 1, per_page: int = PER_PAGE) -> MemberPage:
    """The region's members by name, a page at a time. One query: a group is tens of people, not thousands."""
    statement = (
        select(Account, col(Membership.role))
        .join(Membership, col(Membership.account_id) == col(Account.id))
        .where(Membership.region_id == region_id)
        .order_by(col(Account.name), col(Account.email))
    )
    found: dict[int, tuple[Account, list[Role]]] = {}
    for account, role in session.exec(statement):
        assert account.id is not None
        found.setdefault(account.id, (account, []))[1].append(role)
    everybody = [_member(account, roles) for account, roles in found.values()]
    number = min(max(number, 1), max(1, -(-len(everybody) // per_page)))
    return MemberPage(everybody[(number - 1) * per_page : number * per_page], number, len(everybody))


def _member(account: Account, roles: Sequence[Role], *, second_factor: bool = False) -> Member:
    assert account.id is not None
    return Member(
        public_id=account.public_id,
        account_id=account.id,
        name=account.name,
        email=account.email,
        roles=tuple(role for role in ROLES if role in roles),
        joined=account.verified_at is not None,
        active=account.active,
        created_at=account.created_at,
        second_factor=second_factor,
    )


def member(session: Session, *, region_id: int, public_id: str) -> Member:
    """One member of the region by public id. Raises NotFound."""
    statement = (
        select(Account, col(Membership.role), SecondFactor.confirmed_at)
        .join(Membership, col(Membership.account_id) == col(Account.id))
        .join(SecondFactor, col(SecondFactor.account_id) == col(Account.id), isouter=True)
        .where(Membership.region_id == region_id, Account.public_id == public_id)
    )
    rows = list(session.exec(statement))
    if not rows:
        raise NotFound(_("There is no such member in this region."))
    account, _role, confirmed_at = rows[0]
    return _member(account, [role for _account, role, _at in rows], second_factor=confirmed_at is not None)


def sites(session: Session, *, region_id: int) -> list[Site]:
    """The region's sites by name."""
    return list(session.exec(select(Site).where(Site.region_id == region_id).order_by(col(Site.name))))


def roles_anywhere(session: Session, *, account_id: int) -> frozenset[Role]:
    """The roles that a person has in any region."""
    held = select(col(Membership.role)).where(Membership.account_id == account_id)
    return frozenset(session.exec(held.distinct()))
