"""Typed text made clean: any script is welcome, invisible tricks are not."""

import unicodedata

# Marks and overrides that turn the direction of the text around them, and spaces without width. The joiners
# U+200C and U+200D stay: Persian, Hindi and others are misspelt without them.
_INVISIBLE = frozenset("\u200b\u200e\u200f\u2060\ufeff\u061c\u00ad") | frozenset(
    map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A)))
)
_JOINERS = "\u200c\u200d"


def _visible(character: str) -> bool:
    if character in _INVISIBLE:
        return False
    return unicodedata.category(character) not in ("Cc", "Cs", "Cn", "Co")


def clean_line(text: str | None) -> str | None:
    """One line in NFC without control characters or doubled blanks; None when nothing is left."""
    if text is None:
        return None
    spaced = "".join(" " if character.isspace() else character for character in text)
    kept = "".join(character for character in unicodedata.normalize("NFC", spaced) if _visible(character))
    line = " ".join(kept.split())
    return line if line.strip(_JOINERS + " ") else None


def clean_text(text: str | None) -> str | None:
    """Several lines in NFC, ends of lines as \\n, no control characters; None when nothing is left."""
    if text is None:
        return None
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept = (
        "".join(character for character in line.replace("\t", " ") if _visible(character)).rstrip()
        for line in lines
    )
    whole = "\n".join(kept).strip("\n ")
    return whole if whole.strip(_JOINERS + " \n") else None
