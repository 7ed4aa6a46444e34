"""What people write: blanks around it and a browser's line ends go, and none or too long a text is refused."""

from typing import Any

from recruit.errors import Invalid
from recruit.i18n import lazy_gettext as _

LONGEST_REASON = 2000


def checked(text: str, *, limit: int, field: str, missing: Any = None) -> str:
    """The text as it is kept. Raises Invalid, naming `field`: with the words `missing`, if any, for none; and for one
    of more than `limit` characters.
    """
    text = text.strip().replace("\r\n", "\n")
    if not text and missing is not None:
        raise Invalid(missing, field=field)
    if len(text) > limit:
        raise Invalid(_("Use at most %(max)s characters.", max=limit), field=field)
    return text


def checked_reason(text: str) -> str:
    """A reason as it is kept. Raises Invalid, naming `reason`, for none or too long a one."""
    missing = _("Write why, in a sentence. It is kept in the record.")
    return checked(text, limit=LONGEST_REASON, field="reason", missing=missing)
