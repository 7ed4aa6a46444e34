"""Reading intakes: one by its address, all of a region, all that are advertised, and what belongs to each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import bindparam, func
from sqlmodel import Session, col, select

from recruit.errors import Conflict, NotFound
from recruit.i18n import lazy_gettext as _
from recruit.models import (
    CriteriaProfile,
    DeadlineExtension,
    Intake,
    IntakeStatus,
    Placement,
    Posts,
    Region,
    Site,
)
from scoring.profile import Profile, parse_profile

_POSTS = (
    select(Site.id, Site.name, Posts.number, Posts.acute_care)
    .join(Posts, col(Posts.site_id) == col(Site.id))
    .where(col(Posts.intake_id) == bindparam("intake"))
    .order_by(col(Posts.number).desc(), Site.name)
)


@dataclass(frozen=True)
class PostsAtSite:
    """How many posts there are at a site, and which acute placement it offers."""

    site_id: int
    site: str
    number: int
    acute_care: str


@dataclass(frozen=True)
class Advertised:
    """One line in the list of intakes that everyone can see."""

    intake: Intake
    region: Region
    posts: int
    sites: int
    half_months: int


def published(session: Session, region_slug: str, slug: str) -> tuple[Intake, Region]:
    """An intake that has been opened, with its region, by the public address; NotFound for a draft."""
    found = session.exec(
        select(Intake, Region)
        .join(Region, col(Intake.region_id) == col(Region.id))
        .where(Region.slug == region_slug, Intake.slug == slug, col(Intake.status) != IntakeStatus.DRAFT)
    ).first()
    if found is None:
        raise NotFound(_("There is no such advertisement. It may not have been published yet."))
    return found


def accepts(intake: Intake, now: datetime) -> bool:
    """Whether the intake takes applications at this moment: it is open and opens_at <= now < closes_at."""
    return intake.status is IntakeStatus.OPEN and intake.opens_at <= now < intake.closes_at


def is_coming(intake: Intake, now: datetime) -> bool:
    """Whether the intake is advertised but does not take applications yet."""
    return intake.status is IntakeStatus.OPEN and now < intake.opens_at


def is_over(intake: Intake, now: datetime) -> bool:
    """Whether the time to apply has passed, confirmed by the coordinator or not."""
    return intake.status is IntakeStatus.CLOSED or (
        intake.status is IntakeStatus.OPEN and now >= intake.closes_at
    )


def of_region(session: Session) -> Sequence[Intake]:
    """Every intake of the session's region, the latest start first."""
    return session.exec(
        select(Intake).order_by(col(Intake.starts_on).desc(), col(Intake.closes_at).desc(), col(Intake.id))
    ).all()


def post_numbers(session: Session) -> dict[int, int]:
    """Number of posts per intake id, for every intake in the session's scope."""
    rows = session.exec(select(Posts.intake_id, func.sum(Posts.number)).group_by(col(Posts.intake_id)))
    return {intake_id: int(number) for intake_id, number in rows}


def advertised(session: Session) -> list[Advertised]:
    """Every intake that has been opened, in all regions, the last to close first. Three queries."""
    posts = {
        intake_id: (int(number), int(sites))
        for intake_id, number, sites in session.exec(
            select(Posts.intake_id, func.sum(Posts.number), func.count(col(Posts.id))).group_by(
                col(Posts.intake_id)
            )
        )
    }
    lengths = {
        intake_id: int(halves)
        for intake_id, halves in session.exec(
            select(Placement.intake_id, func.sum(Placement.half_months)).group_by(col(Placement.intake_id))
        )
    }
    found = session.exec(
        select(Intake, Region)
        .join(Region, col(Intake.region_id) == col(Region.id))
        .where(col(Intake.status) != IntakeStatus.DRAFT)
        .order_by(col(Intake.closes_at).desc(), Region.name, Intake.slug)
    )
    return [
        Advertised(intake, region, *posts.get(intake.id or 0, (0, 0)), lengths.get(intake.id or 0, 0))
        for intake, region in found
    ]


def posts_of(session: Session, intake: Intake) -> list[PostsAtSite]:
    """The intake's posts per site, most posts first."""
    rows = session.exec(_POSTS, params={"intake": intake.id})
    return [PostsAtSite(site_id or 0, name, number, acute) for site_id, name, number, acute in rows]


def placements_of(session: Session, intake: Intake) -> Sequence[Placement]:
    """The parts of the intake's programme, in order."""
    chosen = select(Placement).where(Placement.intake_id == intake.id)
    return session.exec(chosen.order_by(col(Placement.position))).all()


def extensions_of(session: Session, intake: Intake) -> Sequence[DeadlineExtension]:
    """Every extension of the closing time, the latest first."""
    chosen = select(DeadlineExtension).where(DeadlineExtension.intake_id == intake.id)
    return session.exec(chosen.order_by(col(DeadlineExtension.extended_at).desc())).all()


def sites(session: Session) -> Sequence[Site]:
    """The sites of the session's region that can have posts, by name."""
    return session.exec(select(Site).where(col(Site.closed_at).is_(None)).order_by(Site.name)).all()


def profile_row_of(session: Session, intake: Intake) -> CriteriaProfile:
    """The version of the criteria profile that the intake uses; read once as long as somebody holds on to it."""
    return session.get_one(CriteriaProfile, intake.profile_id)


def profile_of(session: Session, intake: Intake) -> Profile:
    """The intake's criteria profile, parsed (once per process and version).

    Raises Conflict if the stored text is no longer the one that was saved: nothing may be decided on it.
    """
    return parsed(profile_row_of(session, intake))


def parsed(row: CriteriaProfile) -> Profile:
    """A stored version of a profile, parsed and checked against its digest; Conflict if they differ."""
    profile, digest = _parse(row.toml)
    if digest != row.digest:
        raise Conflict(
            _(
                "Version %(version)s of the criteria profile %(key)s has been changed in the database after it was"
                " saved. Restore it before you go on.",
                version=row.version,
                key=row.key,
            )
        )
    return profile


@lru_cache(maxsize=64)
def _parse(toml: str) -> tuple[Profile, str]:
    profile = parse_profile(toml)
    return profile, profile.digest()
