"""Small things about the text of cells and the names of columns."""

import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches

SPACE = " \t\r\n\u00a0\u202f\ufeff\u200e\u200f"


def tidy(text: str) -> str:
    """The text without surrounding space, in Unicode's composed form (NFC), so that the same word is the
    same text."""
    return text.strip() if text.isascii() else unicodedata.normalize("NFC", text).strip(SPACE)


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
    shown = ", ".join(f"'{word}'" for word in words[:most])
    return f"{shown} and {len(words) - most} more" if len(words) > most else shown


def suggestion(word: str, known: Iterable[str]) -> str:
    """ " Did you mean 'x'?", or nothing when no known word is near."""
    by_fold = {each.casefold(): each for each in known}
    near = get_close_matches(word.casefold(), by_fold, n=1, cutoff=0.75)
    return f" Did you mean '{by_fold[near[0]]}'?" if near else ""
