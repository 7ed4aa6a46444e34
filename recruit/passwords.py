"""Passwords: argon2id, and the few rules that help (length, not a well-known one)."""

from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 10
LONGEST = 200
_hasher = PasswordHasher()
NO_PASSWORD = "!"  # no hash begins so: nobody can sign in until a link has been used  # noqa: S105


def hash_password(password: str) -> str:
    """The argon2id hash with its parameters and salt."""
    return _hasher.hash(password)


def matches(password: str, password_hash: str) -> bool:
    """Whether the password is the right one."""
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def outdated(password_hash: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return password_hash != NO_PASSWORD and _hasher.check_needs_rehash(password_hash)


@lru_cache
def decoy_hash() -> str:
    """A hash to check against when there is no account, so that the answer takes as long either way."""
    return hash_password("no such account")
