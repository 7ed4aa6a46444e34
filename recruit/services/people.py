"""A region's group and its sites: roles given and taken back, access ended, sites added, closed and opened again.

Members are added by `services.account.add_member`.
"""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session, col, select

from recruit.actor import Actor
from recruit.errors import Conflict, Invalid, NotFound
from recruit.i18n import lazy_gettext as _
from recruit.models import Account, Membership, Region, Role, Site, SiteKind
from recruit.services import record


def change_roles(
    session: Session,
    *,
    region_id: int,
    account_id: int,
    roles: Collection[Role],
    actor: Actor,
    now: datetime,
) -> None:
    """Give a member exactly these roles. Raises Invalid for none, Conflict when nobody would be
    administrator.

    Assignments that a former assessor has not submitted stay until the coordinator assigns again.
    """
    if not roles:
        raise Invalid(_("Choose at least one role, or end the person's access."), field="roles")
    _set_roles(session, region_id, account_id, set(roles), actor, now, action="people.roles_changed")


def end_access(session: Session, *, region_id: int, account_id: int, actor: Actor, now: datetime) -> None:
    """Take back every role in the region and end the person's sessions everywhere.

    The account stays: it is one person's for all regions, and may hold applications of their own.
    """
    _set_roles(session, region_id, account_id, set(), actor, now, action="people.access_ended")
    account = session.get_one(Account, account_id)
    account.session_epoch += 1
    session.add(account)


def require_second_factor(
    session: Session, *, region_id: int, required: bool, actor: Actor, now: datetime
) -> None:
    """Decide whether coordinators, auditors and administrators need a second factor to enter the region."""
    region = session.get_one(Region, region_id)
    before, region.second_factor_required = region.second_factor_required, required
    if before == required:
        return
    session.add(region)
    record.write(
        session,
        region_id=region_id,
        actor=actor,
        now=now,
        action="people.second_factor_required",
        subject=("region", region_id),
        changes={"required": (before, required)},
    )


def _set_roles(
    session: Session,
    region_id: int,
    account_id: int,
    roles: set[Role],
    actor: Actor,
    now: datetime,
    *,
    action: str,
) -> None:
    held = {
        row.role: row
        for row in session.exec(
            select(Membership).where(Membership.region_id == region_id, Membership.account_id == account_id)
        )
    }
    if not held:
        raise NotFound(_("There is no such member in this region."))
    before = set(held)
    if before == roles:
        return
    if Role.ADMINISTRATOR in before - roles:
        _keep_an_administrator(session, region_id, account_id)
    for role in sorted(before - roles, key=_by_value):
        session.delete(held[role])
    for role in sorted(roles - before, key=_by_value):
        session.add(Membership(region_id=region_id, account_id=account_id, role=role))
    session.flush()
    record.write(
        session,
        region_id=region_id,
        actor=actor,
        now=now,
        action=action,
        subject=("account", account_id),
        changes={"roles": (_words(before), _words(roles))},
    )


def _keep_an_administrator(session: Session, region_id: int, account_id: int) -> None:
    """Refuse unless somebody else who can sign in is administrator."""
    statement = (
        select(Membership.account_id)
        .join(Account, col(Account.id) == col(Membership.account_id))
        .where(
            Membership.region_id == region_id,
            Membership.role == Role.ADMINISTRATOR,
            Membership.account_id != account_id,
            col(Account.active).is_(True),
            col(Account.verified_at).is_not(None),
        )
        .with_for_update()
    )
    if not session.exec(statement).all():
        raise Conflict(
            _("This is the last administrator of the region. Make somebody else administrator first.")
        )


def _by_value(role: Role) -> str:
    return role.value


def _words(roles: Collection[Role]) -> str:
    return ", ".join(sorted(role.value for role in roles))


def add_site(
    session: Session, *, region_id: int, name: str, kind: SiteKind, actor: Actor, now: datetime
) -> Site:
    """Add a hospital or primary care centre. Raises Invalid for an empty name, Conflict for one that
    exists.
    """
    name = " ".join(name.split())
    if not name:
        raise Invalid(_("Write the site's name."), field="name")
    known = session.exec(select(Site).where(Site.region_id == region_id)).all()
    if any(site.name.casefold() == name.casefold() for site in known):
        raise Conflict(_("There is already a site called %(name)s.", name=name))
    site = Site(region_id=region_id, name=name, kind=kind)
    session.add(site)
    session.flush()
    assert site.id is not None
    record.write(
        session,
        region_id=region_id,
        actor=actor,
        now=now,
        action="people.site_added",
        subject=("site", site.id),
        changes={"name": (None, name), "kind": (None, kind)},
    )
    return site


def close_site(session: Session, *, region_id: int, site_id: int, actor: Actor, now: datetime) -> Site:
    """Close a site: it gets no new posts, and intakes that had posts there keep them. Raises NotFound, Conflict."""
    site = _site(session, region_id, site_id)
    if site.closed_at is not None:
        raise Conflict(_("%(name)s is closed already.", name=site.name))
    return _set_closed(session, site, now, actor, now)


def reopen_site(session: Session, *, region_id: int, site_id: int, actor: Actor, now: datetime) -> Site:
    """Open a closed site again. Raises NotFound, Conflict."""
    site = _site(session, region_id, site_id)
    if site.closed_at is None:
        raise Conflict(_("%(name)s is open already.", name=site.name))
    return _set_closed(session, site, None, actor, now)


def _site(session: Session, region_id: int, site_id: int) -> Site:
    chosen = select(Site).where(Site.region_id == region_id, Site.id == site_id).with_for_update()
    site = session.exec(chosen).first()
    if site is None:
        raise NotFound(_("There is no such site in this region."))
    return site


def _set_closed(session: Session, site: Site, at: datetime | None, actor: Actor, now: datetime) -> Site:
    before, site.closed_at = site.closed_at, at
    session.add(site)
    session.flush()
    assert site.id is not None
    record.write(
        session,
        region_id=site.region_id,
        actor=actor,
        now=now,
        action="people.site_closed" if at else "people.site_reopened",
        subject=("site", site.id),
        changes={"closed_at": (before, at)},
    )
    return site
