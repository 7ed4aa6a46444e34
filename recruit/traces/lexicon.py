"""Countries, nationalities, languages and cities in Swedish and English.

Countries, languages and cities are CLDR's, through Babel; cities are those that name a time zone, which are mostly
capitals. Nationalities are the list that free text is struck by, and `MORE`. Sweden and Swedish are no secret.
"""

from functools import cache

from babel import Locale
from babel.core import get_global
from babel.languages import get_official_languages

from recruit.striking import DEMONYMS, NEEDS_CAPITAL, fold
from recruit.traces.spelling import WORD

MORE = (
    "kazakh kazakisk kazakstansk uzbek uzbekisk uzbekistansk kyrgyz kirgizisk tajik tadzjikisk turkmen turkmensk yemeni"
    " jemenitisk kuwaiti kuwaitisk qatari emirati cypriot cypriotisk maltese maltesisk montenegrin montenegrinsk"
    " chilean chilensk ecuadorian ecuadoriansk bolivian boliviansk uruguayan uruguaysk paraguayan guatemalan"
    " honduran dominican haitian haitisk jamaican jamaicansk malaysian malaysisk indonesian indonesisk singaporean"
    " taiwanese taiwanesisk cambodian kambodjansk cameroonian kamerunsk senegalese senegalesisk zambian zambisk"
    " zimbabwean zimbabwisk tanzanian tanzanisk rwandan rwandisk burundian burundisk congolese kongolesisk ivorian"
    " gambian gambisk malian liberian liberiansk namibian namibisk angolan angolansk mozambican moçambikisk botswanan"
    " mongolian mongolisk canadian kanadensisk kanadensare australian australisk australiensisk australiensare korean"
    " koreansk bosnien syrian albaner kosovoalban kurd kurdish kurdisk kurmanji sorani soviet sovjetisk yugoslav jugoslavisk"
    " tamil tamilsk punjabi urdu hindi pashto pashtu dari farsi tigrinja tigrinya amhariska amharic arab arabic arabisk"
    " scandinavian nordic baltic baltisk balkan african afrikansk asian asiatisk european latinamerikansk"
)
#: Countries by other names than CLDR's.
ALIASES = (
    "Great Britain|United Kingdom|UK|U.K.|England|Scotland|Wales|Northern Ireland|Holland|Burma|Ivory Coast|Kosovo|"
    "Czech Republic|Macedonia|Makedonien|Nordmakedonien|Moldavia|Moldova|Turkiet|Turkey|Türkiye|Persien|Persia|"
    "Soviet Union|Sovjetunionen|Sovjet|Yugoslavia|Jugoslavien|Palestine|Palestina|Gaza|West Bank|Västbanken|Kurdistan|"
    "Hong Kong|Hongkong|Bosnia|Bosnien|Congo|Kongo|Swaziland|USA|U.S.|United States|Förenta staterna|UAE|"
    "Förenade Arabemiraten|Vitryssland|Baltics|Baltikum|Balkan|Middle East|Mellanöstern|Cabo Verde|Korea"
)
#: Forms of nationalities that are everyday words.
_EVERYDAY = frozenset(
    "finna finns finner finnar finnes finn greka dane daner indiana estet persa turka chilen est arabica nordic"
    " europea uka uker uken fula venda".split()
)
_ENDINGS = (
    "",
    "a",
    "t",
    "e",
    "an",
    "en",
    "er",
    "or",
    "ar",
    "erna",
    "orna",
    "arna",
    "na",
    "n",
    "es",
    "s",
    "as",
)
#: Time zones and countries whose names are also everyday words or people's names.
_NO_CITY = frozenset(
    "center knox regina resolute nome wake midway easter casey davis troll creston macquarie syowa mawson rothera"
    " victoria".split()
)

#: First word -> entries (all words, kind detail, whether a capital is needed), the longest first.
Entries = dict[str, list[tuple[tuple[str, ...], str, bool]]]


@cache
def entries() -> Entries:
    """The whole lexicon, built once."""
    found: dict[tuple[str, ...], tuple[str, bool]] = {}

    def add(phrase: str, why: str, capital: bool) -> None:
        words = tuple(fold(word) for word in WORD.findall(phrase))
        if words and not (len(words) == 1 and len(words[0]) < 2):
            found[words] = (why, capital and found.get(words, (why, True))[1])

    for phrase in ALIASES.split("|"):
        add(phrase, "country", True)
    for spoken in ("sv", "en"):
        locale = Locale.parse(spoken)
        for code, name in locale.territories.items():
            if code.isalpha() and code not in ("SE", "EU", "EZ", "UN", "ZZ", "XA", "XB", "QO"):
                add(name.partition(" (")[0], "country", True)
        for code in get_global("territory_languages"):
            for tongue in set(get_official_languages(code, regional=True)) - {"sv", "en"}:
                if name := locale.languages.get(tongue):
                    add(name, "language", name[0].isupper() or len(name) < 4 or name in _EVERYDAY)
        for zone, names in locale.time_zones.items():
            if city := names.get("city"):
                _city(add, zone, city)
    for zone in get_global("zone_territories"):
        _city(add, zone, zone.rpartition("/")[2].replace("_", " "))
    for stem in [*(word for words in DEMONYMS.values() for word in words.split()), *MORE.split()]:
        for ending in _ENDINGS:
            form = fold(stem) + ending
            if form not in _EVERYDAY:
                add(form, "nationality", stem in NEEDS_CAPITAL or len(form) < 4)
    table: Entries = {}
    for words, (why, capital) in found.items():
        table.setdefault(words[0], []).append((words, why, capital))
    for rows in table.values():
        rows.sort(key=lambda row: -len(row[0]))
    return table


def _city(add: object, zone: str, name: str) -> None:
    area = zone.partition("/")[0]
    here = get_global("zone_territories").get(zone) == "SE"
    if area in ("Etc", "Antarctica", "Arctic") or here or fold(name) in _NO_CITY:
        return
    add(name, "city", True)  # type: ignore[operator]
