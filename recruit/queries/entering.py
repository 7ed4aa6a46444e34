"""What every page of a group is entered by: its region, the person's roles there, and the intake it is about."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import bindparam
from sqlalchemy import select as select_columns  # the one of sqlmodel takes at most four columns
from sqlmodel import Session, col, select

from recruit.models import CriteriaProfile, Intake, Membership, RecordEntry, Region, Role


@dataclass(frozen=True)
class Entered:
    """`intake` and the `profile` that it uses are None where the address names none, or none that the region has.

    `head`: the hash of the newest entry of the region's record; None while there is none.
    """

    region: Region
    roles: frozenset[Role]
    intake: Intake | None
    profile: CriteriaProfile | None
    head: str | None


def entered(session: Session, *, region: str, intake: str | None, account_id: int | None) -> Entered | None:
    """The region of that address with what every page reads; None where there is no such region.

    One query, outside the scope of a region: which one it is, is what it tells.
    """
    rows = session.execute(_entering(), {"region": region, "intake": intake, "account_id": account_id}).all()
    if not rows:
        return None
    found, _role, present, profile, newest_hash = rows[0]
    roles = frozenset(row[1] for row in rows if row[1] is not None)
    return Entered(found, roles, present, profile, newest_hash)


@cache  # every page asks it, and no value of a request is in it
def _entering() -> Any:
    """What reads that, for the parameters `region`, `intake` and `account_id`."""
    mine = (col(Membership.region_id) == Region.id) & (col(Membership.account_id) == bindparam("account_id"))
    named = (col(Intake.region_id) == Region.id) & (col(Intake.slug) == bindparam("intake"))
    newest = select(RecordEntry.hash).where(RecordEntry.region_id == Region.id).correlate(Region)
    head = newest.order_by(col(RecordEntry.number).desc()).limit(1).scalar_subquery()
    return (
        select_columns(Region, col(Membership.role), Intake, CriteriaProfile, head)
        .outerjoin(Membership, mine)
        .outerjoin(Intake, named)
        .outerjoin(CriteriaProfile, col(CriteriaProfile.id) == Intake.profile_id)
        .where(col(Region.slug) == bindparam("region"))
    )
