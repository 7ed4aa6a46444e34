"""Builders that tests share: a region with people, and a browser's habits."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache

from flask import session as flask_session
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf
from sqlalchemy.orm import object_session
from sqlmodel import Session, col, select
from werkzeug.test import TestResponse

from recruit.actor import Actor
from recruit.models import Account, CriteriaProfile, Region, Role, Site, SiteKind
from recruit.passwords import hash_password
from recruit.services import account as accounts

PASSWORD = "tre ord i rad"
NOW = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)


@dataclass
class World:
    """A seeded region and its people."""

    region: Region
    coordinator: Account
    chair: Account
    auditor: Account
    administrator: Account
    assessors: list[Account]
    sites: list[Site]
    profile: CriteriaProfile
    extra: dict[str, object] = field(default_factory=dict)

    @property
    def actor(self) -> Actor:
        """The coordinator as an actor."""
        return Actor(self.coordinator.id)

    @property
    def second(self) -> Actor:
        """Another coordinator, who confirms what the first has drawn."""
        return Actor(self.chair.id)


def member(session: Session, region: Region, email: str, *roles: Role) -> Account:
    """A person with roles, who can sign in with PASSWORD."""
    assert region.id is not None
    account = applicant(session, email)
    account.name = email.partition("@")[0].title()
    return accounts.add_member(session, region_id=region.id, email=email, name="", roles=roles, now=NOW)


@lru_cache
def password_hash() -> str:
    """The hash of PASSWORD, made once: argon2 is slow on purpose."""
    return hash_password(PASSWORD)


def applicant(session: Session, email: str = "ada@example.org", language: str = "sv") -> Account:
    """A verified account without any role."""
    account = Account(
        email=email,
        name="",
        password_hash=password_hash(),
        language=language,
        created_at=NOW,
        verified_at=NOW,
    )
    session.add(account)
    session.flush()
    return account


def make_world(session: Session, slug: str = "alvmark") -> World:
    """A region with two hospitals and a primary care centre, one of each role and four assessors; committed."""
    from recruit.services import profiles
    from scoring.profile import default_profile

    region = Region(slug=slug, name=f"Region {slug.title()}", contact_email=f"bt@{slug}.example")
    session.add(region)
    session.flush()
    assert region.id is not None
    names = (
        ("Älvstads sjukhus", SiteKind.HOSPITAL),
        ("Lindfors sjukhus", SiteKind.HOSPITAL),
        ("Hamra", SiteKind.PRIMARY_CARE),
    )
    sites = [Site(region_id=region.id, name=name, kind=kind) for name, kind in names]
    session.add_all(sites)
    coordinator = member(session, region, f"coordinator@{slug}.example", Role.COORDINATOR)
    world = World(
        region=region,
        coordinator=coordinator,
        chair=member(session, region, f"chair@{slug}.example", Role.COORDINATOR),
        auditor=member(session, region, f"auditor@{slug}.example", Role.AUDITOR),
        administrator=member(session, region, f"admin@{slug}.example", Role.ADMINISTRATOR),
        assessors=[
            member(session, region, f"assessor{i}@{slug}.example", Role.ASSESSOR) for i in range(1, 5)
        ],
        sites=sites,
        profile=profiles.save(
            session,
            region_id=region.id,
            toml=default_profile().to_toml(),
            actor=Actor(coordinator.id),
            now=NOW,
        ),
    )
    profiles.approve(session, profile=world.profile, actor=world.second, now=NOW)
    session.commit()
    return world


def approved_profile(
    session: Session, world: World, toml: str, now: datetime | None = None
) -> CriteriaProfile:
    """The text saved as a new version by the coordinator and approved by the chair."""
    from recruit.services import profiles

    at, region_id = now or NOW, world.region.id or 0
    row = profiles.save(session, region_id=region_id, toml=toml, actor=world.actor, now=at)
    return profiles.approve(session, profile=row, actor=world.second, now=at)


def world_of(session: Session) -> World:
    """The region that `make_world` has made as the first, read anew."""
    region = session.exec(select(Region).order_by(col(Region.id))).first()
    assert region is not None
    accounts_by_name = {
        account.email.partition("@")[0]: account
        for account in session.exec(select(Account).order_by(col(Account.id)))
    }
    world = World(
        region=region,
        coordinator=accounts_by_name["coordinator"],
        chair=accounts_by_name["chair"],
        auditor=accounts_by_name["auditor"],
        administrator=accounts_by_name["admin"],
        assessors=[accounts_by_name[f"assessor{i}"] for i in range(1, 5)],
        sites=list(session.exec(select(Site).order_by(col(Site.id)))),
        profile=session.exec(select(CriteriaProfile)).one(),
    )
    session.commit()  # a transaction left open would not see what others commit
    return world


def csrf_token(client: FlaskClient, page: str = "/login") -> str:
    """The token of the client's session."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(page).text)
    assert found, f"no CSRF token on {page}"
    return found.group(1)


def post(
    client: FlaskClient, url: str, data: dict[str, object] | None = None, **options: object
) -> TestResponse:
    """A POST with the CSRF token, as a browser sends it."""
    token = own_token(client)
    return client.post(url, data={**(data or {}), "csrf_token": token}, **options)  # type: ignore[arg-type]


def own_token(client: FlaskClient) -> str:
    """The token that the client's next page would hold, without making that page: it follows from the session."""
    app = client.application
    with client.session_transaction() as kept, app.app_context(), app.test_request_context():
        flask_session.update(kept)
        token: str = generate_csrf()
        kept.update(flask_session)
    return token


def sign_in(client: FlaskClient, account: Account) -> None:
    """Sign in with PASSWORD. What the test's session has read ends: signing in writes, and it is to see that."""
    reading = object_session(account)
    if reading is not None:
        reading.commit()
    response = post(client, "/login", {"email": account.email, "password": PASSWORD})
    assert response.status_code == 303, response.text
