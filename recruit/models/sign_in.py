"""How somebody is signed in: the browsers, and the second factor."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from recruit.models.types import moment, public_id


class BrowserSession(SQLModel, table=True):
    """One browser in which an account is signed in. The cookie carries `public_id`, worth nothing after `ended_at`.

    `browser` is the kind in words ("Firefox, Android"), never an address: it is for its owner to recognise.
    """

    __tablename__ = "browser_session"

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(default_factory=public_id, unique=True, max_length=32)
    account_id: int = Field(foreign_key="account.id", index=True, ondelete="CASCADE")
    epoch: int
    browser: str = Field(default="", max_length=60)
    began_at: datetime = moment()
    ended_at: datetime | None = moment(default=None, nullable=True)


class SecondFactor(SQLModel, table=True):
    """An app that gives codes (TOTP, RFC 6238). It counts once `confirmed_at` is set, by a first right code.

    `seed` is not the secret: that follows from it and the server's key (`recruit.authenticator`). `last_step` is the
    time step of the newest code that was accepted; none of it or before is accepted again.
    """

    __tablename__ = "second_factor"

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", unique=True, ondelete="CASCADE")
    seed: str = Field(max_length=64)
    last_step: int = 0
    confirmed_at: datetime | None = moment(default=None, nullable=True)


class RecoveryCode(SQLModel, table=True):
    """A code for when the app is lost; works once. Only the SHA-256 is kept: it is drawn at random from 80 bits."""

    __tablename__ = "recovery_code"

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True, ondelete="CASCADE")
    digest: str = Field(unique=True, max_length=64)
    used_at: datetime | None = moment(default=None, nullable=True)
