"""Small things about the text of cells and the names of columns."""

import re
import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches

from forms.texts import N_, Message

LONGEST_SHOWN = 80
SPACE = " \t\r\n\u00a0\u202f\ufeff\u200e\u200f"
#: Control characters, ends of lines, and what turns the direction of what follows.
ACTING = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class Count(int):
    """A number of things, with marks between thousands: English ones here, the reader's own on a page."""

    def __str__(self) -> str:
        return f"{int(self):,}"


def tidy(text: str) -> str:
    """The text without surrounding space, in Unicode's composed form (NFC), so that the same word is the
    same text."""
    return text.strip() if text.isascii() else unicodedata.normalize("NFC", text).strip(SPACE)


def plain(text: str) -> str:
    """The text as one line of a terminal: signs that would act there, or turn the line around, are written out."""
    return ACTING.sub(lambda sign: sign.group().encode("unicode_escape").decode(), text)


def shown(text: str) -> str:
    """The text as a refusal quotes it: on one line, and of a very long one its beginning."""
    return plain(text) if len(text) <= LONGEST_SHOWN else f"{plain(text[:LONGEST_SHOWN])}…"


def letter(index: int) -> str:
    """The letter of a column as spreadsheets show it: 0 is A, 26 is AA."""
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(65 + rest) + text
    return text


def listed(words: Iterable[str], most: int = 12) -> str:
    """'a', 'b', 'c' and how many more there are."""
    words = list(words)
    first = ", ".join(f"'{shown(word)}'" for word in words[:most])
    if len(words) <= most:
        return first
    return Message(N_("%(words)s and %(more)s more"), words=first, more=Count(len(words) - most))


def suggestion(word: str, known: Iterable[str]) -> str:
    """ " Did you mean 'x'?", or nothing when no known word is near."""
    by_fold = {each.casefold(): each for each in known}
    near = get_close_matches(word.casefold(), by_fold, n=1, cutoff=0.75)
    return Message(N_(" Did you mean '%(word)s'?"), word=by_fold[near[0]]) if near else ""
