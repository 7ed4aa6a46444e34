"""Who does something."""

from dataclasses import dataclass

from recruit.errors import Invalid
from recruit.i18n import lazy_gettext as _


@dataclass(frozen=True)
class Actor:
    """The account behind a decision; `account_id` None is the system itself (a command)."""

    account_id: int | None

    def person(self) -> int:
        """The account of whoever decides. Raises Invalid for the system itself: a person must answer for it."""
        if self.account_id is None:
            raise Invalid(_("This must be done by a person with an account."))
        return self.account_id


SYSTEM = Actor(account_id=None)
