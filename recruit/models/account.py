"""Regions, their sites, and the people who sign in."""

import enum
from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from recruit.models.types import RegionScoped, choice, moment, public_id


class Role(enum.Enum):
    """What a member of a recruitment group may do in one region."""

    COORDINATOR = "coordinator"
    ASSESSOR = "assessor"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class SiteKind(enum.Enum):
    HOSPITAL = "hospital"
    PRIMARY_CARE = "primary_care"


class TokenPurpose(enum.Enum):
    VERIFY = "verify"
    RESET = "reset"
    SIGN_IN = "sign_in"
    ADDRESS = "address"


class Region(SQLModel, table=True):
    """An organisation that runs its own intakes. The root of everything that is scoped.

    `second_factor_required`: its coordinators, auditors and administrators need a second factor to enter.
    """

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True, max_length=60)
    name: str = Field(max_length=120)
    contact_email: str = Field(max_length=254)
    contact_hours: str = Field(default="", max_length=120)
    second_factor_required: bool = False


class Site(RegionScoped, table=True):
    """A hospital or a primary care centre where posts are.

    A site with `closed_at` gets no new posts; intakes that had posts there keep them.
    """

    __table_args__ = (UniqueConstraint("region_id", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=120)
    kind: SiteKind = choice(SiteKind)
    closed_at: datetime | None = moment(default=None, nullable=True)


class Account(SQLModel, table=True):
    """A person who can sign in. Global: one person may apply to several regions.

    `email` is kept in lower case, so that uniqueness means one account per address.
    `session_epoch` is part of every session; raising it ends them all.
    """

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(default_factory=public_id, unique=True, max_length=32)
    email: str = Field(unique=True, max_length=254)
    name: str = Field(default="", max_length=200)
    password_hash: str = Field(max_length=200)
    language: str = Field(default="sv", max_length=2)
    active: bool = True
    session_epoch: int = 0
    created_at: datetime = moment()
    verified_at: datetime | None = moment(default=None, nullable=True)


class Membership(RegionScoped, table=True):
    """One role of one account in one region. `workplace` is an assessor's, a site's name or another; "" is not told."""

    __table_args__ = (UniqueConstraint("region_id", "account_id", "role"),)

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True, ondelete="RESTRICT")
    role: Role = choice(Role)
    workplace: str = Field(default="", max_length=200)


class EmailToken(SQLModel, table=True):
    """A one-time link sent by mail. Only the SHA-256 of the token is kept.

    `email` is where it went. Without an account it is for an address that has none: the account comes about when the
    link is used, since nobody but the reader of the mail can say that the address is theirs.

    A link that verifies carries the name and the password hash of the registration that asked for it: until it is used,
    nobody can change what another registration of the same address chose.

    A link that signs in holds while `epoch` is the account's, and carries where the person was going (`target`) and
    what they had answered before there was an account (`carried`, JSON): it may be opened on another device.
    """

    __tablename__ = "email_token"

    id: int | None = Field(default=None, primary_key=True)
    account_id: int | None = Field(default=None, foreign_key="account.id", index=True, ondelete="CASCADE")
    purpose: TokenPurpose = choice(TokenPurpose)
    digest: str = Field(unique=True, max_length=64)
    email: str = Field(default="", max_length=254, index=True)
    name: str = Field(default="", max_length=200)
    password_hash: str = Field(default="", max_length=200)
    epoch: int = 0
    target: str = Field(default="", max_length=500)
    carried: str = ""
    expires_at: datetime = moment()
    used_at: datetime | None = moment(default=None, nullable=True)
