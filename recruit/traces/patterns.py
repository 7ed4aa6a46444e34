"""What is a trace by its shape: numbers, dates, ages, words that tell the sex, addresses, links, schools."""

import re
from collections.abc import Iterator
from datetime import date

#: (start, end, kind, why)
Span = tuple[int, int, str, str]

_MONTH = (
    r"(?:jan(?:uari|uary)?|feb(?:ruari|ruary)?|mar(?:s|ch)?|apr(?:il)?|ma[jy]|jun[ie]?|jul[iy]?|aug(?:usti|ust)?|"
    r"sept?(?:ember)?|o[ck]t(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_YEAR = r"(?:19[3-9]\d|20[0-4]\d)"
_DATE = (
    rf"(?:\d{{1,2}}(?:\.|st|nd|rd|th|:?e)?\s+(?:of\s+)?{_MONTH}\.?,?\s+{_YEAR}|{_MONTH}\.?\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+{_YEAR}"
    rf"|{_MONTH}\.?\s+{_YEAR}|{_YEAR}[-/.]\d{{1,2}}[-/.]\d{{1,2}}|\d{{1,2}}[-/.]\d{{1,2}}[-/.](?:{_YEAR}|\d{{2}})|{_YEAR})"
)
_BORN = re.compile(
    rf"\b(?:född(?:elsedatum|elsedag|elseår)?|born|date of birth|birth ?date|birthday|year of birth|d\.?o\.?b\.?|f\.|b\.)"
    rf"(?:\s*[:=–-])?\s*(?:(?:år|den|in|on|the)\s+){{0,2}}{_DATE}",
    re.IGNORECASE,
)
_TENS = "(?:twenty|thirty|forty|fifty|tjugo|trettio|fyrtio|femtio)"
_ONES = "(?:one|two|three|four|five|six|seven|eight|nine|ett|en|två|tre|fyra|fem|sex|sju|åtta|nio)"
_COUNT = rf"(?:[2-6]\d|{_TENS}[ -]?{_ONES}?)"
_AGE = re.compile(
    rf"\b{_COUNT}[ -]?(?:years?|yrs?)[ -](?:old|of age)\b|\b{_COUNT}[ -]?(?:åring(?:en)?|årig(?:a|t|e)?)\b"
    rf"|\b{_COUNT}[ -]?år\s+(?:gammal|gamla|ung)\b|(?<=\bär )[2-6]\d år\b(?!\s+(?:av|i|sedan))"
    rf"|\b(?:aged?|ålder|åldern)(?:\s*[:=])?\s*(?:of\s+|på\s+|är\s+)?[2-6]\d\b(?:\s+(?:år|years))?"
    r"|\b(?:in|i) (?:my|mina) (?:early |late |mid-?|sena |tidiga )?(?:twenties|thirties|forties|fifties|tjugo|trettio|fyrtio)\w*"
    r"|\b(?:årgång|class of)\s+(?:’|')?\d{2,4}\b|\b(?:turning|turn|turned|fyller|fyllde|fyllt) [2-6]\d\b(?:\s+år\b)?"
    r"|\b(?:sextio|sjuttio|åttio|nittio)talist(?:en)?\b|\bborn in the (?:\d{4}s|\w+ties)\b|\b[6-9]0-talist\b",
)
_STUDIES = re.compile(
    r"\b(?:graduat\w+|examen|examinerad\w*|läkarexamen|läkarprogram\w*|degree|diploma|M\.?D\.?(?=\W)|(?<!was )(?<!were )stud(?:ied|ent|ies)|"
    r"medicine programme|qualified|utexaminerad\w*|studera\w+|gymnasi\w+|studenten|matura\w*|avlade|alumn\w+|"
    r"high school|secondary school|legitimerad\w*|bachelor|master)\b",
    re.IGNORECASE,
)
_YEARS = re.compile(rf"(?<![\d-]){_YEAR}(?:\s?[–-]\s?(?:{_YEAR}|\d{{2}}))?(?![\d-])")
_NUMBER = re.compile(
    r"(?<![\d+])((?:19|20)?\d{2})(\d{2})(\d{2})\s?([-+–]?)\s?(\d{4}|[TRSUWXJKLMN]\d{3})(?!\d)"
)
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}\s?(?:@|\[at\]|\(at\))\s?[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
_LINK = re.compile(
    r"(?:https?://|www\.)[^\s<>()]+|(?<![\w.-])(?:[\w-]+\.){0,3}(?:linkedin|facebook|instagram|twitter|github|researchgate|orcid|"
    r"xing|tiktok|youtube|t|wa|bsky)\.(?:com|org|net|me|app|se)/[^\s<>()]+"
    r"|(?<![\w-])[\w-]{2,}\.(?:se|com|org|net|eu|me|io|info)\b(?:/[^\s<>()]*)?"
    r"|(?<=orcid )\d{4}-\d{4}-\d{4}-\d{3}[\dX]|\b\d{4}-\d{4}-\d{4}-\d{3}[\dX]\b",
    re.IGNORECASE,
)
_HANDLE = re.compile(
    r"\b(?:skype|instagram|facebook|twitter|linkedin|whatsapp|telegram|snapchat|messenger|github|bluesky)\s*[:=]\s*(\S+(?: \w+)?)"
    r"|(?<![\w.])@[A-Za-z][\w.]{2,}",
    re.IGNORECASE,
)
_PHONE = re.compile(r"(?<![\w-])(?:\+|00|\(0|0)[\d\s()/.–-]{6,}\d(?!\w)")
_STREET = re.compile(
    r"\b[A-ZÅÄÖ][\w’'.-]*(?:gatan|vägen|gränd|torget|stigen|allén|backen|plan|gata|väg)\s+\d+\s?[A-Za-z]?\b(?:,?\s+\d{3} ?\d{2}\s+[A-ZÅÄÖ]\w+)?"
    r"|\b\d{1,4}\s+(?:[A-Z]\w+\s+){1,3}(?:Street|St\.|Road|Rd\.|Avenue|Ave\.|Lane|Drive)(?!\w)"
    r"|\b(?:ul\.|str\.|Str\.|Strada|Calle|Via|Rue|rue)\s+[A-Z][\w’'-]+(?:\s+[A-Z][\w’'-]+)?,?\s+\d+\w?"
    r"|(?<!\d)[1-9]\d{2} \d{2}\s+[A-ZÅÄÖ][a-zåäö]{2,}\b"
)
_SEX = re.compile(
    r"(?<!bundle of )\b(?:he|she|him|his(?! bundle)|her|hers|himself|herself|han|hon|hans|hennes|honom|henne|"
    r"mr|mrs|ms|miss|herr|fru|fröken|kvinna|kvinnlig|manlig|female|male|woman|lady|girl|boy|kille|tjej|"
    r"mother|father|mamma|pappa|mor till|far till|wife|husband|hustru|daughter|"
    r"mammaledig\w*|pappaledig\w*|maternity leave|paternity leave|dotter till|son till|"
    r"(?:spokes|chair|business|sports)(?:man|woman)|sister|brother)\b\.?(?<!\w\.(?=\s[a-zåäö]))"
    r"|(?<=\ben )(?:[\w-]+ )?man\b|(?<=\ba )(?:[\w-]+ )?man\b|(?<=\bjag är )man\b|\b(?:kön|sex|gender)\s*[:=]\s*\w+",
)
_LABELS = (
    ("name", r"namn|name|full name|first name|last name|surname|family name|given name|förnamn|efternamn|tilltalsnamn"),
    ("place", r"nationalitet|nationality|medborgarskap|citizenship|födelseort|födelseland|place of birth|country of birth|"
              r"hemland|home country|ursprung|origin|modersmål|native language|mother tongue|first language|ethnicity|"
              r"religion|pass|passport"),
    ("age", r"födelsedatum|date of birth|ålder|age|född|born"),
    ("sex", r"kön|sex|gender|civilstånd|marital status|family status|familj|family"),
    ("contact", r"adress|address|bostadsadress|telefon|phone|tel|mobil|mobile|e-post|e-mail|email|mejl|webb|website"),
    ("number", r"personnummer|personal (?:identity )?number|samordningsnummer|passnummer|passport (?:no|number)|cnp|pesel"),
    ("school", r"lärosäte|universitet|university|alma mater|skola|school|högskola"),
)  # fmt: skip
_LABELLED = [
    (
        kind,
        re.compile(
            rf"^[ \t•*-]*(?:{words})\s*[:=]\s*(?P<said>[^\n]{{2,70}}?)[ \t]*$", re.IGNORECASE | re.MULTILINE
        ),
    )
    for kind, words in _LABELS
]
_STEM = (
    r"(?:universi\w+|uniwersytet\w*|univerzit\w+|univerza|üniversite\w*|yliopisto\w*|ülikool\w*|egyetem\w*|sveučilišt\w+|"
    r"akademi(?:n|ja|a|et)?|academy|college|högskolan?|hochschule|institute|institutet|medical school|läkarhögskolan?|"
    r"medical faculty|faculty of medicine|medicinska fakulteten|fakultet\w*|facult(?:y|é|ad|atea)|école|scuola|szkoła|"
    r"lyceum|lycée|gymnasium|gimnazij\w*|liceum|liceul|high school|"
    r"університет\w*|университет\w*|универзитет\w*|академи[яи]|πανεπιστήμιο\w*|უნივერსიტეტი\w*|համալսարան\w*|جامعة|جامعه|دانشگاه)"
)
_CAPITAL = r"[^\W\d_a-zåäöéèüßāčēģīķļņšūžąęėįųćłńóśźżşğıčřů][\w’'.&-]*"
_LINKING = (
    r"(?:of|in|at|and|for|the|i|vid|och|för|de|da|do|del|della|dello|degli|delle|di|la|le|et|y|e|w|we|im|in der|u|v|na|"
    r"für|zu|von|der|si|și|in|ім\.?|імені|им\.?|ს|–|-|&)"
)
_SCHOOL = re.compile(
    rf"(?:(?<!\w)(?:{_CAPITAL}\s+(?:{_LINKING}\s+)?){{0,6}}(?:(?i:medic\w*|medyczn\w*|medicin\w*|tekniska|technical|state|national|statliga|nationella)\s+){{0,2}})?"
    rf"(?<!\w)(?i:{_STEM})(?!\w)(?:(?:,?\s+(?:{_LINKING}\s+){{0,3}})(?:{_CAPITAL}|studi|sciences?|medicine|medicină|medicina|vetenskap\w*)(?!\w)){{0,6}}"
)
#: Words with a capital that name no school by themselves.
_PLAIN = re.compile(
    rf"(?i:{_STEM}|the|my|our|at|in|from|i|vid|på|from|jag|medical|medicine|medicin\w*|faculty|state|dr|md|läkar\w*|"
    r"a|an|this|that|hospital|clinic|research|studied|studerade|graduated|of|and|och|school|student\w*|some|after|during|efter|under)"
)


def _small(text: str) -> str:
    """In small letters, letter for letter; much faster to search than with a pattern that ignores case."""
    small = text.lower()
    return small if len(small) == len(text) else "".join(each.lower()[0] for each in text)


def luhn(digits: str) -> bool:
    """Whether the last of ten digits is the check digit of a personal number."""
    total = sum(sum(divmod(int(each) * (2 - at % 2), 10)) for at, each in enumerate(digits))
    return total % 10 == 0


def personal_numbers(text: str) -> Iterator[Span]:
    """Swedish personal and coordination numbers (day + 60), with and without a fitting check digit, and interim ones."""
    for found in _NUMBER.finditer(text):
        year, month, day, sign, last = found.groups()
        if not 1 <= int(month) <= 12 or not (1 <= int(day) <= 31 or 61 <= int(day) <= 91):
            continue
        if len(year) == 4 and not 1900 <= int(year) <= date.max.year:
            continue
        coordination = int(day) > 60
        if not last.isdigit():
            why = "interim_number"
        elif luhn(year[-2:] + month + day + last):
            why = "coordination_number" if coordination else "personal_number"
        elif sign or len(year) == 4 or _said_before(text, found.start()):
            why = "number_unchecked"
        else:
            continue
        yield *found.span(), "number", why


def _said_before(text: str, at: int) -> bool:
    return (
        re.search(r"(?:nummer|number|nr|no|pnr|ID)\W{0,3}$", text[max(0, at - 24) : at], re.IGNORECASE)
        is not None
    )


def ages(text: str, graduation_year: int | None = None) -> Iterator[Span]:
    """Dates of birth, ages, and years close to words of studies; the person's own year of graduation too."""
    for found in _BORN.finditer(text):
        yield *found.span(), "age", "born"
    for found in _AGE.finditer(_small(text)):
        yield *found.span(), "age", "age"
    for found in _YEARS.finditer(text):
        start = max(
            text.rfind("\n", 0, found.start()) + 1, text.rfind(". ", 0, found.start()) + 1, found.start() - 70
        )
        ends = [each for each in (text.find("\n", found.end()), text.find(". ", found.end())) if each >= 0]
        stop = min([*ends, found.end() + 70, len(text)])
        if _STUDIES.search(text, start, stop):
            yield *found.span(), "age", "studies"
        elif graduation_year is not None and str(graduation_year) == found.group():
            yield *found.span(), "age", "graduation_year"


def sexes(text: str) -> Iterator[Span]:
    """Pronouns, titles and nouns that tell the sex. "His" is left in the bundle of His."""
    for found in _SEX.finditer(_small(text)):
        yield *found.span(), "sex", "sex"


def contacts(text: str) -> Iterator[Span]:
    """E-mail, links, profiles, telephone numbers and street addresses."""
    for pattern, why in ((_EMAIL, "email"), (_LINK, "link"), (_HANDLE, "link"), (_STREET, "address")):
        for found in pattern.finditer(text):
            yield *found.span(), "contact", why
    for found in _PHONE.finditer(text):
        digits = re.sub(r"\D", "", found.group())
        if 8 <= len(digits) <= 15 and not re.match(rf"0?\d[./-]\d\d[./-]{_YEAR}", found.group()):
            yield *found.span(), "contact", "phone"


def labelled(text: str) -> Iterator[Span]:
    """What stands after a label on a line of its own: "Nationality: …"."""
    for kind, pattern in _LABELLED:
        for found in pattern.finditer(text):
            yield *found.span("said"), kind, "labelled"


def schools(text: str) -> Iterator[Span]:
    """Names of universities and schools by their pattern; "the university" alone is none."""
    for found in _SCHOOL.finditer(text):
        start, end = found.span()
        words = list(re.finditer(r"[^\s,]+", text[start:end]))
        while words and re.fullmatch(
            r"(?i:at|in|from|i|vid|på|the|my|jag|studied|studerade|graduated|efter|after|under|during|dr|md|this|a|an)",
            words[0].group(),
        ):
            words.pop(0)
        if not words or not any(
            word.group()[:1] != word.group()[:1].lower() and not _PLAIN.fullmatch(word.group())
            for word in words
        ):
            unicased = any(not re.match(r"[A-Za-zÀ-ɏΑ-ωА-я]", word.group()) for word in words)
            if not (unicased and len(words) > 1):
                continue
        yield start + words[0].start(), end, "school", "school"
