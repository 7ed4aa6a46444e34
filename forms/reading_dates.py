"""Reading a date as people write it: "2027-03-01", "1/3 2027", "1.3.2027", "1 mars 2027", "March 1st, 2027".

Digits may be of any script. What can mean two days is never guessed, nor is the century of a year with two digits:
`Unread` says what to write instead.
"""

import re
import unicodedata
from dataclasses import dataclass

from forms.texts import N_, Message

EARLIEST, LATEST = 1950, 2099
#: Names in Swedish, English, German, Danish, Norwegian and Finnish, without accents; three letters or more will do.
_MONTHS = (
    ("januari", "january", "januar", "janner", "tammikuu"),
    ("februari", "february", "februar", "helmikuu"),
    ("mars", "march", "marz", "maerz", "marts", "maaliskuu"),
    ("april", "huhtikuu"),
    ("maj", "may", "mai", "toukokuu"),
    ("juni", "june", "kesakuu"),
    ("juli", "july", "heinakuu"),
    ("augusti", "august", "elokuu"),
    ("september", "syyskuu"),
    ("oktober", "october", "lokakuu"),
    ("november", "marraskuu"),
    ("december", "dezember", "desember", "joulukuu"),
)
_SHORTEST = 3
_FILLERS = frozenset({"den", "the", "of", "av"})
_ORDINALS = re.compile(r"(?<=\d)(?::[ae]|st|nd|rd|th|\.(?=\s*[^\W\d]))(?![^\W\d])")
_PARTS = re.compile(r"\d+|[^\W\d_]+")


class Unread(ValueError):
    """A text that is no date, or more than one. `part`: what is wrong, "day", "month", "year" or "whole"."""

    def __init__(self, part: str, message: str) -> None:
        super().__init__(message)
        self.part, self.message = part, message


@dataclass(frozen=True)
class Parts:
    """What was read; None for a part that was not written. Whether there is such a day is not looked at."""

    year: int | None
    month: int | None
    day: int | None = None


def plain(text: str) -> str:
    """The text in small letters without accents, its digits 0–9, Chinese year, month and day marks as hyphens."""
    wide = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(letter for letter in wide if not unicodedata.combining(letter))
    digits = "".join(str(unicodedata.decimal(letter, letter)) for letter in kept)
    return re.sub("[年月]", "-", digits.replace("日", "")).replace("−", "-").replace("–", "-").strip()


def is_more_than_a_part(text: str) -> bool:
    """Whether the text is more than a day, a month or a year alone, so that it is to be read as a whole."""
    found = _PARTS.findall(_ORDINALS.sub("", plain(text)))
    return len(found) > 1 or any(part.isdecimal() and len(part) >= 6 for part in found)


def read_day(text: str) -> int | None:
    """The day of a month, 1–31, also written "1st" or "1:a"; None for anything else."""
    return _within(_ORDINALS.sub("", plain(text)), 1, 31)


def read_month(text: str) -> int | None:
    """A month as a number or by name, 1–12; None for anything else."""
    words = plain(text).rstrip(".")
    return _named(words) or _within(words, 1, 12)


def read_year(text: str) -> int | None:
    """A year with four digits, 1950–2099; None for anything else."""
    return _within(plain(text), EARLIEST, LATEST)


def read(text: str) -> Parts:
    """Read a whole date, or a month with its year. Raises Unread when it is neither, or could be two days."""
    words = _ORDINALS.sub("", plain(text))
    found = [part for part in _PARTS.findall(words) if part not in _FILLERS]
    names = [part for part in found if not part.isdecimal()]
    numbers = [part for part in found if part.isdecimal()]
    if len(names) > 1 or (names and _named(names[0]) is None):
        raise _unreadable(text)
    if names:
        return _with_name(text, _named(names[0]), numbers)
    if len(numbers) == 1 and len(numbers[0]) == 8:
        return _eight_digits(text, numbers[0])
    if len(numbers) == 3:
        return _three_numbers(text, words, numbers)
    if len(numbers) == 2:
        return _two_numbers(text, numbers)
    raise _century(text) if len(numbers) == 1 and len(numbers[0]) == 6 else _unreadable(text)


def _with_name(text: str, month: int | None, numbers: list[str]) -> Parts:
    years = [number for number in numbers if len(number) == 4]
    days = [number for number in numbers if len(number) <= 2]
    if len(numbers) > 2 or len(years) > 1 or len(years) + len(days) != len(numbers):
        raise _unreadable(text)
    if not years:
        raise _century(text) if len(days) == 2 else _no_year(text)
    return Parts(_year(years[0]), month, _day(days[0]) if days else None)


def _eight_digits(text: str, digits: str) -> Parts:
    if EARLIEST <= int(digits[:4]) <= LATEST and _within(digits[4:6], 1, 12):
        return Parts(int(digits[:4]), int(digits[4:6]), _day(digits[6:]))
    return _either_order(text, digits[:2], digits[2:4], digits[4:])


def _three_numbers(text: str, words: str, numbers: list[str]) -> Parts:
    first, second, third = numbers
    if len(first) == 4:
        return Parts(_year(first), _month(second), _day(third))
    if len(third) != 4:
        raise _century(text)
    # Where the month comes first, it is with a slash or a hyphen before the year: 3/4/2027. Points and "3/4 2027" begin
    # with the day wherever they are written.
    if re.fullmatch(r"\d+\s*[/-]\s*\d+\s*[/-]\s*\d+", words):
        return _either_order(text, first, second, third)
    return Parts(_year(third), _month(second), _day(first))


def _two_numbers(text: str, numbers: list[str]) -> Parts:
    first, second = numbers
    if len(first) == 4 and len(second) <= 2:
        return Parts(_year(first), _month(second))
    if len(second) == 4 and len(first) <= 2:
        return Parts(_year(second), _month(first))
    raise _no_year(text)


def _either_order(text: str, first: str, second: str, year: str) -> Parts:
    """Day first or month first: whichever is possible; when both are and differ, ask."""
    one, other = int(first), int(second)
    if one != other and 1 <= one <= 12 and 1 <= other <= 12:
        readings = {"one": f"{year}-{other:02}-{one:02}", "other": f"{year}-{one:02}-{other:02}"}
        message = Message(
            N_("%(text)s can mean %(one)s or %(other)s. Write it in one of those two ways."),
            text=text[:30],
            **readings,
        )
        raise Unread("whole", message)
    if other > 12:
        return Parts(_year(year), _month(first), _day(second))
    return Parts(_year(year), _month(second), _day(first))


def _named(word: str) -> int | None:
    if len(word) < _SHORTEST:
        return None
    for number, names in enumerate(_MONTHS, start=1):
        if any(name.startswith(word) for name in names):
            return number
    return None


def _within(digits: str, low: int, high: int) -> int | None:
    number = int(digits) if digits.isdecimal() and len(digits) < 6 else None
    return number if number is not None and low <= number <= high else None


def _day(digits: str) -> int:
    found = _within(digits, 1, 31)
    if found is None:
        raise Unread("day", wrong_day(digits))
    return found


def _month(digits: str) -> int:
    found = _within(digits, 1, 12)
    if found is None:
        raise Unread("month", wrong_month(digits))
    return found


def _year(digits: str) -> int:
    found = _within(digits, EARLIEST, LATEST)
    if found is None:
        raise Unread("year", wrong_year(digits))
    return found


def wrong_day(text: str) -> Message:
    """What to say of a text that is no day."""
    return Message(N_("%(text)s is not a day. Write a number from 1 to 31."), text=text[:20])


def wrong_month(text: str) -> Message:
    """What to say of a text that is no month."""
    return Message(N_("%(text)s is not a month. Write a number from 1 to 12, or its name."), text=text[:20])


def wrong_year(text: str) -> Message:
    """What to say of a text that is no year."""
    return Message(N_("%(text)s is not a year. Write all four digits, such as 2027."), text=text[:20])


def _century(text: str) -> Unread:
    message = N_("%(text)s has no year with four digits. Write all four, such as 2027.")
    return Unread("year", Message(message, text=text[:30]))


def _no_year(text: str) -> Unread:
    return Unread("year", Message(N_("%(text)s lacks the year. Write it too."), text=text[:30]))


def _unreadable(text: str) -> Unread:
    message = N_("%(text)s cannot be read as a date. Write it like 2027-03-01 or 1 March 2027.")
    return Unread("whole", Message(message, text=text[:30]))
