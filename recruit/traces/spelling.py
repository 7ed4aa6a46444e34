"""Keys under which the spellings of one name meet: scripts, diacritics, and the usual ways to write it in Latin letters.

Two keys for each word: `close` keeps the vowels, `wide` makes them all alike. `skeleton` is the consonants alone, for
scripts that do not write vowels. They are made for comparing, not for reading; no one standard is followed, since
people spell their names by many.
"""

import re
import unicodedata
from functools import lru_cache

from recruit.striking import fold

_CYRILLIC = dict(
    zip(
        "абвгґдђеєёжзиіїйјклљмнњопрстћуўфхцчџшщъыьэюя",
        "a b v g g d dj e ie e z z i i i i i k l lj m n nj o p r s t c u u f h c c dz s s a i . e iu ia".split(),
        strict=True,
    )
)
_GREEK = dict(
    zip("αβγδεζηθικλμνξοπρσςτυφχψω", "a v g d e z i t i k l m n x o p r s s t i f h P o".split(), strict=True)
)
_GREEK["ψ"] = "ps"
_GEORGIAN = dict(
    zip(
        "აბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰ",
        "a b g d e v z t i k l m n o p z r s t u p k g k s c c dz c c h j h".split(),
        strict=True,
    )
)
_ARMENIAN = dict(
    zip(
        "աբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփքօֆ",
        "a b g d e z e e t z i l h c k h dz g c m i n s o c p j r s v t r c v p k o f".split(),
        strict=True,
    )
)
_LETTERS = {
    key: "" if value == "." else value
    for each in (_CYRILLIC, _GREEK, _GEORGIAN, _ARMENIAN)
    for key, value in each.items()
}
_CONSONANTS = dict(
    zip(
        "بتثجحخدذرزسشصضطظغفقكلمنهپچژگکبגדהזחטכךלמםנןספףצץקרשת",
        "b t t j h h d d r z s s s d t z g f k k l m n h p c z g k b g d h z h t k k l m m n n s p p c c k r s t".split(),
        strict=True,
    )
)
_CONSONANTS["ב"] = "b"
_GREEK_PAIRS = (("ου", "u"), ("αυ", "av"), ("ευ", "ev"), ("μπ", "b"), ("ντ", "d"), ("γκ", "g"), ("γγ", "ng"))
_PAIRS = (
    ("sch", "s"), ("sh", "s"), ("sj", "s"), ("sz", "s"), ("zh", "z"), ("kh", "h"), ("gh", "g"), ("th", "t"),
    ("ph", "f"), ("dh", "d"), ("tsch", "c"), ("tch", "c"), ("tj", "c"), ("ts", "c"), ("tz", "c"), ("cz", "c"),
    ("ck", "k"), ("q", "k"), ("x", "ks"), ("w", "v"), ("ß", "ss"), ("æ", "ae"), ("œ", "oe"), ("þ", "t"),
)  # fmt: skip
_VOWELS = (("ou", "u"), ("oo", "u"), ("ee", "i"), ("y", "i"), ("j", "i"))
WORD = re.compile(r"[^\W\d_]+(?:[\u0300-\u036f\u0900-\u0963]+[^\W\d_]*)*")


def is_latin(word: str) -> bool:
    """Whether the word is written in Latin letters."""
    return bool(word) and unicodedata.name(word[0], "").startswith("LATIN")


def _unspoken(word: str) -> bool:
    """Whether the script writes consonants, or syllables, so that vowels cannot be compared."""
    return unicodedata.name(word[0], "").split(" ")[0] in (
        "ARABIC",
        "HEBREW",
        "ETHIOPIC",
        "DEVANAGARI",
        "BENGALI",
    )


def _to_latin(word: str) -> set[str]:
    """The word in plain Latin letters, in the ways that differ."""
    plain = fold(unicodedata.normalize("NFC", word))
    for pair, letter in _GREEK_PAIRS:
        plain = plain.replace(pair, letter)
    found = {"".join(_LETTERS.get(letter, letter) for letter in plain)}
    if "г" in plain:  # Ukrainian and Belarusian say h
        found.add("".join(_LETTERS.get(letter, letter) for letter in plain.replace("г", "х")))
    if "x" in plain or "ch" in plain:  # Christos, Hristos and Xristos
        found |= {each.replace("ch", "h") for each in found}
    if "c" in plain:
        found |= {re.sub(r"c(?!h)", "k", each) for each in found}
    return {_simple(each) for each in found}


def _simple(word: str) -> str:
    for pair, letter in _PAIRS:
        word = word.replace(pair, letter)
    return re.sub(r"(.)\1+", r"\1", word.replace("ch", "c").replace("z", "s"))


@lru_cache(maxsize=20_000)
def close(word: str) -> frozenset[str]:
    """Keys that keep the vowels. Empty for scripts that do not write them."""
    if not word or _unspoken(word):
        return frozenset()
    found = set()
    for each in _to_latin(word):
        for pair, letter in _VOWELS:
            each = each.replace(pair, letter)
        found.add(re.sub(r"(.)\1+", r"\1", each))
    return frozenset(found)


@lru_cache(maxsize=20_000)
def wide(word: str) -> frozenset[str]:
    """Keys in which all vowels are alike, for words of at least three consonants; shorter ones say too little."""
    keys = {re.sub(r"[aeiou]+", "a", key) for key in close(word)}
    return frozenset(key for key in keys if len(key.replace("a", "")) >= 3 and len(key) >= 5)


@lru_cache(maxsize=20_000)
def skeleton(word: str) -> str:
    """The consonants alone, so that Arabic and Latin spellings can be compared; "" where there are fewer than two."""
    plain = fold(unicodedata.normalize("NFC", word))
    if not plain:
        return ""
    if _unspoken(word):
        plain = plain.removeprefix("ال") if len(plain) > 4 else plain
        letters = "".join(_CONSONANTS.get(letter, _by_its_name(letter)) for letter in plain)
    else:
        letters = re.sub(r"[aeiouyvw]", "", min(_to_latin(word), key=len))
    letters = re.sub(
        r"(.)\1+", r"\1", letters.replace("z", "s").replace("f", "p").replace("v", "").rstrip("h")
    )
    return letters if len(letters) >= 2 else ""


def _by_its_name(letter: str) -> str:
    """The consonants of a letter of another script, from its Unicode name: DEVANAGARI LETTER SHA is s."""
    name = unicodedata.name(letter, "")
    script, _, rest = name.partition(" ")
    if script not in ("ETHIOPIC", "DEVANAGARI", "BENGALI") or "VOWEL" in rest or "SIGN" in rest:
        return ""
    spoken = re.sub(r"[^a-z]", "", rest.rpartition(" ")[2].lower())
    return re.sub(r"[aeiouwy]", "", _simple(spoken))[:1]
