"""The invented region: its sites, its recruitment group and its criteria profile."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from recruit.actor import Actor
from recruit.models import Account, CriteriaProfile, Region, Role, Site, SiteKind
from recruit.services import account as accounts
from recruit.services import profiles
from scoring.profile import default_profile

SLUG = "alvmark"
PASSWORD = "linden blommar sent"  # noqa: S105 (printed by the demo, on purpose)
SITES = (
    ("Älvstads sjukhus", SiteKind.HOSPITAL),
    ("Lindfors sjukhus", SiteKind.HOSPITAL),
    ("Åsnäs närsjukhus", SiteKind.HOSPITAL),
    ("Hamra hälsocentral", SiteKind.PRIMARY_CARE),
)
ASSESSORS = (
    "Birgitta Hellström",
    "Olof Sandgren",
    "Farida Noori",
    "Mats Ekwall",
    "Cecilia Brandt",
    "Jonas Hägg",
    "Marta Zieliński",
    "Per-Olov Ström",
)


@dataclass(frozen=True)
class Group:
    """The region and everyone in its recruitment group."""

    region: Region
    sites: list[Site]
    coordinator: Account
    chair: Account
    auditor: Account
    administrator: Account
    assessors: list[Account]
    profile: CriteriaProfile

    @property
    def region_id(self) -> int:
        """The region's id."""
        assert self.region.id is not None
        return self.region.id

    @property
    def actor(self) -> Actor:
        """The coordinator, who makes most decisions."""
        return Actor(self.coordinator.id)

    @property
    def second(self) -> Actor:
        """The group's chair, a coordinator too, who confirms what the other has drawn."""
        return Actor(self.chair.id)


def create(session: Session, now: datetime) -> Group:
    """Create the region with its people and the default profile."""
    region = Region(
        slug=SLUG,
        name="Region Älvmark",
        contact_email="bt@alvmark.example",
        contact_hours="vardagar 9–15",
    )
    session.add(region)
    session.flush()
    assert region.id is not None
    sites = [Site(region_id=region.id, name=name, kind=kind) for name, kind in SITES]
    session.add_all(sites)
    session.flush()
    coordinator = _member(session, region.id, "samordnare", "Annika Forslund", Role.COORDINATOR, now)
    group = Group(
        region=region,
        sites=sites,
        coordinator=coordinator,
        chair=_member(session, region.id, "ordforande", "Karin Lindqvist", Role.COORDINATOR, now),
        auditor=_member(session, region.id, "granskare", "Helena Vik", Role.AUDITOR, now),
        administrator=_member(session, region.id, "administrator", "Ove Stark", Role.ADMINISTRATOR, now),
        assessors=[
            _member(session, region.id, f"bedomare{number}", name, Role.ASSESSOR, now)
            for number, name in enumerate(ASSESSORS, start=1)
        ],
        profile=profiles.save(
            session,
            region_id=region.id,
            toml=default_profile().to_toml(),
            actor=Actor(coordinator.id),
            now=now,
        ),
    )
    profiles.approve(session, profile=group.profile, actor=group.second, now=now)
    return group


def _member(session: Session, region_id: int, mailbox: str, name: str, role: Role, now: datetime) -> Account:
    return accounts.add_member(
        session,
        region_id=region_id,
        email=f"{mailbox}@{SLUG}.example",
        name=name,
        roles=[role],
        password=PASSWORD,
        now=now,
    )
