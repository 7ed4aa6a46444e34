"""Words of the forms: plain English sources that are translated where they are shown.

The forms know no language and no Flask. A text is marked with `N_` so that the translators' tool finds
it; a text with values in it is a `Message`, which carries its source and its values apart, so that the
page can translate the source first and put the values in afterwards.
"""

from collections.abc import Callable


def N_(text: str) -> str:
    """Mark `text` (an English source) for translation and return it unchanged."""
    return text


class Message(str):
    """A text with values, `Message(N_("Use at most %(max)s characters"), max=10)`.

    As a string it is the English sentence with its values filled in, so that it can be printed as it is.
    `msgid` is the untranslated source and `values` what goes into it; translate with `in_words`.
    """

    msgid: str
    values: dict[str, object]

    def __new__(cls, msgid: str, **values: object) -> "Message":
        message = super().__new__(cls, msgid % values)
        message.msgid = msgid
        message.values = values
        return message

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, object]]:
        return (self.msgid,), self.values


def in_words(text: str, translate: Callable[..., str]) -> str:
    """Return `text` in the reader's language; `translate` is gettext with keyword values."""
    if isinstance(text, Message):
        return translate(text.msgid, **text.values)
    return translate(text)
