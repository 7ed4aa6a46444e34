"""Who does something."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Actor:
    """The account behind a decision; `account_id` None is the system itself (a command)."""

    account_id: int | None


SYSTEM = Actor(account_id=None)
