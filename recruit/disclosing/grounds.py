"""What may be secret, by kind, and the ground that is proposed for it: words that the reviewer chooses or writes anew.

OSL is the Public Access to Information and Secrecy Act (2009:400). The list is a house list to choose from, no legal
advice: which ground holds in a case, the region's lawyer says.
"""

import re
from collections.abc import Iterator

from recruit.traces.patterns import Span, contacts, personal_numbers

#: Kinds of what may be secret, in the order in which they are shown.
KINDS = ("number", "contact", "health", "protected", "referee", "own")
#: The grounds of the house list, in Swedish as they stand in a decision.
GROUNDS = (
    "39 kap. OSL (personaladministrativ verksamhet)",
    "21 kap. 1 § OSL (hälsa och sexualliv)",
    "21 kap. 3 § OSL (adress m.m. för den som är förföljd)",
    "21 kap. 7 § OSL (behandling i strid med dataskyddsregleringen)",
    "22 kap. 1 § OSL (folkbokföring, skyddade uppgifter)",
)
_PROPOSED = {"number": 0, "contact": 0, "health": 1, "protected": 2, "referee": 0, "own": 0}

_HEALTH = re.compile(
    r"\b(?:sjukskr\w+|sjukdom(?:en|ar|s)?\b(?! hos patient)|min(?:a)? diagnos\w*|diagnosti[sc]erad\w*"
    r"|depression\w*|deprimerad\w*|utbränd\w*|utmattning\w*|ångest\w*"
    r"|cancer(?:behandling\w*|sjuk\w*)?|adhd|autism\w*|dyslexi\w*|diabetes|epilepsi\w*|gravid\w*"
    r"|missfall\w*|funktionsnedsättning\w*|rehabiliter(?:ing|ades|ad)\w*|rullstol\w*|beroendeproblem\w*"
    r"|sick leave|my (?:illness|diagnosis|disease)|burn-?out|depressed|anxiety|pregnan\w+|disabilit\w+"
    r"|dyslexia|wheelchair)\b",
    re.IGNORECASE,
)
_PROTECTED = re.compile(
    r"\b(?:skyddad(?:e)? (?:folkbokföring|adress|identitet|personuppgifter)|sekretessmark\w+|kvarskrivning\w*"
    r"|förföljd\w*|hotbild\w*|kontaktförbud\w*|protected (?:address|identity|registration)|restraining order)\b",
    re.IGNORECASE,
)


def proposed(kind: str) -> str:
    """The ground that is filled in for a kind; a person may write another."""
    return GROUNDS[_PROPOSED.get(kind, 0)]


def found(text: str) -> Iterator[Span]:
    """What may be secret in a text by its shape: (start, end, kind, why). Health takes its whole sentence along."""
    for start, end, _kind, why in personal_numbers(text):
        yield start, end, "number", why
    for start, end, _kind, why in contacts(text):
        yield start, end, "contact", why
    for pattern, kind in ((_HEALTH, "health"), (_PROTECTED, "protected")):
        for each in pattern.finditer(text):
            yield *_sentence_around(text, each.start(), each.end()), kind, "words"


def _sentence_around(text: str, start: int, end: int) -> tuple[int, int]:
    begin = max(text.rfind(sign, 0, start) for sign in ".!?\n") + 1
    while begin < start and text[begin].isspace():
        begin += 1
    stops = [at for at in (text.find(sign, end) for sign in ".!?\n") if at >= 0]
    return begin, min(stops) + 1 if stops else len(text)
