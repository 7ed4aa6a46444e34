"""Links in mail that let whoever has them act as somebody else: hidden wherever others can read the mail."""

import re

#: The address of a referee's form, below the base address.
PLACE = "/reference/"
_LINK = re.compile(re.escape(PLACE) + r"[\w-]{43}")


def hidden(text: str) -> str:
    """The text without the tokens of referees' links."""
    return _LINK.sub(PLACE + "…", text)


def has_link(text: str) -> bool:
    """Whether the text is a mail to a referee, with its link or with that hidden."""
    return PLACE + "…" in text or _LINK.search(text) is not None
