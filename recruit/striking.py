"""Striking out of free text what tells who somebody is: their names, school, town and nationality, and their age.

It strikes known words, so it can miss: a nickname, a misspelling, a place that nothing else in the application names.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from babel import Locale
from babel.languages import get_official_languages

#: Free text in pieces: a string is shown, None is something that was struck out.
Pieces = tuple[str | None, ...]

_ADDRESS = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
_LINK = r"(?:https?://|www\.)\S+"
_NUMBER = r"\+?\d[\d\s()/.-]{6,}\d"
_PERSON = r"(?:woman|man|female|male|lady|girl|guy|kvinna|tjej|kille|mamma|pappa|mother|father)"
_AGE = (
    rf"\b\d{{2}}[ -]?(?:years?|yrs?)[ -]old(?:\s+{_PERSON}\b)?"
    rf"|\b\d{{2}}[ -]?(?:åring(?:en)?|årig(?:a|t)?)(?:\s+{_PERSON}\b)?"
    r"|\b[2-6]\d[ -]?år(?:\s+(?:gammal|ung))?\b(?!\s+(?:av|i|inom|som|med|erfarenhet|sedan|på|tillbaka))"
    r"|\baged?\s+\d{2}\b|\b(?:född|born)\s+(?:år\s+|den\s+|in\s+|on\s+)?(?:\d[\w ]{0,12} )?\d{4}\b"
)
#: The applicant telling their own sex; other people's, such as a patient's, is left.
_OWN_SEX = (
    rf"(?:(?<=\bjag är )|(?<=\bjag är en )|(?<=\bI am a )|(?<=\bI'm a )|(?<=\bsom )|(?<=\bas a )){_PERSON}\b"
)
#: In what a referee says it is the applicant who is meant.
_PRONOUNS = r"\b(?:he|she|him|his|her|hers|himself|herself|han|hon|hans|hennes|honom|henne)\b"

#: Scripts that write without spaces between words: a name is found anywhere.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]"
)


def _each(words: str) -> tuple[str, ...]:
    return tuple(words.split())


#: Words that are also names, without accents. They are struck with a capital inside a sentence only, since every
#: sentence begins so.
FUNCTION_WORDS = frozenset(
    _each(
        "a alla am an ar are ari as at av be by da dan de den det do du en go ha han har he hon i if in is it jag ju ma"
        " man mark may me med men min mina my ni no nu o of ok om on or pa sa se sen ser so som ta to up us vi vid we"
        " will"
    )
)
#: Demonyms and countries that are also everyday words in small letters.
NEEDS_CAPITAL = frozenset(_each("polish turkey china jordan georgia chad mali finn dan cuba thai german"))
#: Beginnings of words that any school's name may have, and that tell nothing.
_GENERIC = _each(
    "universi uniwersy univerzi yliopisto egyetem medic medez medis mediz fakult facult institut instytut hospital"
    " sjukhus klinik clinic academ akadem skola school hogskol colleg colegi state statl stats national nation science"
    " scienti vetenskap halso health human pharma farma dental nursing public private center centre centrum svensk"
    " sverige swed lakar lakare utbild educat research forsk teknisk techni royal kungl named after from with"
)
#: Adjectives, and names of people, by country. Endings such as "lettiskt" and "Latvians" are found by themselves.
DEMONYMS = {
    "AF": "afghan afghansk", "AL": "albanian albansk", "AM": "armenian armenisk",
    "AR": "argentinian argentinsk", "AT": "austrian österrikisk österrikare",
    "AZ": "azerbaijani azerbajdzjansk",
    "BA": "bosnian bosnisk bosnia bosnien herzegovina hercegovina bosniak", "BD": "bangladeshi bengali",
    "BE": "belgian belgisk", "BG": "bulgarian bulgarisk", "BR": "brazilian brasiliansk",
    "BY": "belarusian belarusisk vitrysk", "CH": "swiss schweizisk schweizare",
    "CN": "chinese kinesisk kines mandarin", "CO": "colombian colombiansk", "CU": "cuban kubansk",
    "CZ": "czech tjeckisk tjeck", "DE": "german tysk", "DK": "danish dansk dane", "DZ": "algerian algerisk",
    "EE": "estonian estnisk estländsk", "EG": "egyptian egyptisk egyptier", "ER": "eritrean eritreansk",
    "ES": "spanish spansk spanjor spaniard", "ET": "ethiopian etiopisk etiopier",
    "FI": "finnish finsk finländsk finländare finn", "FR": "french fransk fransman fransyska frenchman",
    "GB": "british brittisk engelsman england scotland skottland wales uk", "GE": "georgian georgisk",
    "GH": "ghanaian ghanansk", "GR": "greek grekisk grek", "HR": "croatian kroatisk kroat croat",
    "HU": "hungarian ungersk ungrare", "IE": "irish irländsk irländare", "IL": "israeli israelisk",
    "IN": "indian indisk indier", "IQ": "iraqi irakisk irakier",
    "IR": "iranian iransk iranier persian persisk", "IS": "icelandic isländsk islänning",
    "IT": "italian italiensk italienare", "JO": "jordanian jordansk", "JP": "japanese japansk japan",
    "KE": "kenyan kenyansk", "KR": "korean koreansk", "LB": "lebanese libanesisk",
    "LK": "lankan lankesisk lankes", "LT": "lithuanian litauisk litauer",
    "LV": "latvian lettisk lettländsk", "LY": "libyan libysk", "MA": "moroccan marockansk",
    "MD": "moldovan moldavisk", "MK": "macedonian makedonsk", "MM": "burmese burmesisk",
    "MX": "mexican mexikansk", "NG": "nigerian nigeriansk",
    "NL": "dutch nederländsk holländsk holländare dutchman holland", "NO": "norwegian norsk norrman",
    "NP": "nepalese nepali nepalesisk", "PE": "peruvian peruansk", "PH": "filipino filippinsk filipina",
    "PK": "pakistani pakistansk", "PL": "polish polsk polack", "PS": "palestinian palestinsk palestinier",
    "PT": "portuguese portugisisk portugis", "RO": "romanian rumänsk rumän", "RS": "serbian serbisk serb",
    "RU": "russian rysk ryss", "SA": "saudisk saudi", "SD": "sudanese sudanesisk",
    "SI": "slovenian slovensk slovene", "SK": "slovak slovakisk", "SO": "somali somalisk",
    "SY": "syrian syrisk syrier", "TH": "thai thailändsk", "TN": "tunisian tunisisk",
    "TR": "turkish turkisk turk turkey", "UA": "ukrainian ukrainsk ukrainare", "UG": "ugandan ugandisk",
    "US": "american amerikansk amerikan usa", "VE": "venezuelan venezuelansk",
    "VN": "vietnamese vietnamesisk", "ZA": "sydafrikansk", "XK": "kosovan kosovansk kosovar",
}  # fmt: skip
ENDINGS = "(?:a|t|e|an|en|er|or|ar|erna|orna|arna|na|n|es)?"
_GENITIVE = "(?:[’']?s)?"
_LETTERS = str.maketrans("đðłøıħŧŋ", "ddloihtn")


def fold(text: str) -> str:
    """The text in small letters without accents, letter for letter: positions stay. `text` is in NFC."""
    return "".join(map(_folded, text)).translate(_LETTERS)


@lru_cache(maxsize=4096)
def _folded(letter: str) -> str:
    base = unicodedata.normalize("NFD", letter)[0] if not "\uac00" <= letter <= "\ud7af" else letter
    small = base.lower()
    return small if len(small) == 1 else base


def _words(text: str) -> list[str]:
    return [
        word.strip(".,;:()\"'’") for word in re.split(r"[\s/,–-]+", text) if not re.fullmatch(r"\w\.", word)
    ]


@dataclass
class Known:
    """What is known of a person, as patterns to look for.

    `plain` and `stems` are matched without case and accents, as whole words; `stems` take endings. `cased` are short
    names, matched as they are written; `anywhere` are names in scripts without spaces.
    """

    plain: set[str] = field(default_factory=set)
    stems: set[str] = field(default_factory=set)
    cased: set[str] = field(default_factory=set)
    anywhere: set[str] = field(default_factory=set)
    chosen: set[str] = field(default_factory=set)

    def choose(self, text: str | None) -> None:
        """A phrase that a person has chosen: struck as a whole word wherever it stands, whatever it means."""
        text = _clean(text)
        if text:
            self.chosen.add(fold(" ".join(text.split())))

    def name(self, text: str | None) -> None:
        """A person's name: the whole of it, and each of its words."""
        text = _clean(text)
        for each in {text, *_words(text)} - {""}:
            if _UNSPACED.search(each):
                self.anywhere.add(each)
            elif len(each) <= 2:
                self.cased.add(each)
            else:
                self.plain.add(fold(each))

    def phrase(self, text: str | None) -> None:
        """Something that is struck as a whole, such as a town or an employer."""
        text = _clean(text)
        if len(text) >= 3:
            self.plain.add(fold(text))
        elif _UNSPACED.search(text):
            self.anywhere.add(text)

    def school(self, text: str | None) -> None:
        """A school: the whole name, and the words of it that other schools lack, in other spellings too."""
        self.phrase(text)
        for word in _words(_clean(text)):
            folded = fold(word)
            if len(folded) < 4 or folded.startswith(tuple(_GENERIC)) or not word[:1].isupper():
                continue
            self.plain.add(folded)
            if len(folded) >= 7:  # "Stradiņa" is "Stradins" elsewhere
                self.stems.add(re.escape(folded[:-1]) + r"\w{0,2}")
            elif folded.endswith("s") and len(folded) >= 5:  # "Rīgas" is "Riga"
                self.plain.add(folded[:-1])

    def country(self, code: str) -> None:
        """A country: its names, its people and its official languages, in Swedish and English."""
        for spoken in ("sv", "en"):
            locale = Locale.parse(spoken)
            self.phrase(locale.territories.get(code))
            for tongue in set(get_official_languages(code)) - {"sv", "en"}:
                self.phrase(locale.languages.get(tongue))
        for word in DEMONYMS.get(code, "").split():
            self.stems.add(re.escape(fold(word)) + ENDINGS)


def _clean(text: str | None) -> str:
    return unicodedata.normalize("NFC", text or "").strip()


class Striker:
    """Strikes what is known of a person, addresses, links, telephone numbers and ages out of a text."""

    def __init__(self, known: Known) -> None:
        plain = "|".join(re.escape(each) for each in sorted(known.plain, key=lambda each: (-len(each), each)))
        stems = "|".join(sorted(known.stems, key=lambda each: (-len(each), each)))
        whole = "|".join(each for each in (plain, stems) if each)
        self._named = re.compile(rf"(?<!\w)(?:{whole}){_GENITIVE}(?!\w)" if whole else r"(?!)")
        cased = "|".join(sorted(map(re.escape, known.cased)))
        self._cased = re.compile(rf"(?<!\w)(?:{cased}){_GENITIVE}(?!\w)" if cased else r"(?!)")
        inside = "|".join(sorted(map(re.escape, known.anywhere), key=lambda each: (-len(each), each)))
        self._anywhere = re.compile(inside or r"(?!)")
        picked = "|".join(
            r"\s+".join(map(re.escape, each.split()))
            for each in sorted(known.chosen, key=lambda each: (-len(each), each))
        )
        self._chosen = re.compile(rf"(?<!\w)(?:{picked})(?!\w)" if picked else r"(?!)")
        self._general = re.compile("|".join((_ADDRESS, _LINK, _NUMBER, _AGE, _OWN_SEX)), re.IGNORECASE)
        self._pronouns = re.compile(_PRONOUNS, re.IGNORECASE)

    def __call__(self, text: str | None, *, pronouns: bool = False) -> Pieces:
        """The text in pieces. `pronouns`: strike "she" and "he" too, where somebody else tells about the person."""
        text = unicodedata.normalize("NFC", text or "")
        return _pieces(text, self.spans(text, pronouns=pronouns))

    def spans(self, text: str, *, pronouns: bool = False) -> list[tuple[int, int]]:
        """Where the text, in NFC, is struck. Spans may overlap."""
        patterns = [self._general, self._anywhere, *([self._pronouns] if pronouns else [])]
        spans = [found.span() for pattern in patterns for found in pattern.finditer(text)]
        spans += [each.span() for each in self._named.finditer(fold(text)) if is_meant(text, *each.span())]
        spans += [each.span() for each in self._cased.finditer(text) if is_meant(text, *each.span())]
        return spans + [each.span() for each in self._chosen.finditer(fold(text))]


def is_meant(text: str, start: int, end: int) -> bool:
    """Whether a word that was found is the name, and not the everyday word that looks the same."""
    found = text[start:end]
    word = fold(found)
    if word in FUNCTION_WORDS:
        begins = re.search(r"(?:^|[.!?:\n]\s*)$", text[:start]) is not None
        return found[0].isupper() and not begins and found not in ("I", "A")
    return found[0].isupper() or word not in NEEDS_CAPITAL


def _pieces(text: str, spans: Iterable[tuple[int, int]]) -> Pieces:
    pieces: list[str | None] = []
    end = 0
    for start, stop in sorted(spans):
        if start > end:
            pieces.append(text[end:start])
        if not pieces or pieces[-1] is not None:
            pieces.append(None)
        end = max(end, stop)
    if end < len(text):
        pieces.append(text[end:])
    return tuple(pieces)
