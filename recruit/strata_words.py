"""What becomes of a gap when like is compared with like, in sentences by fixed rules, in Swedish and English.

The figures are those of `scoring.strata_figures`. The language is passed in, so that a file or a report may use the
sentences without a request.
"""

from __future__ import annotations

from dataclasses import dataclass

from recruit import monitoring_words
from recruit.figure_words import Pair, in_language, percent, points
from recruit.strata_compared import Compared

#: Kinds of strata, in the order in which they are shown.
KINDS = ("site", "licence_route", "intake")
_PATTERNS: dict[str, Pair] = {
    "stays": ("Består", "Remains"),
    "turns": ("Vänder", "Turns"),
    "vanishes": ("Försvinner", "Vanishes"),
    "unclear": ("Oklart", "Unclear"),
    "appears": ("Träder fram", "Appears"),
    "absent": ("Ingen säker skillnad", "No sure gap"),
}


@dataclass(frozen=True)
class _Kind:
    """How a kind of stratum is spoken of: each a pair of Swedish and English."""

    name: Pair
    several: Pair
    each: Pair
    same: Pair
    few: Pair
    many: Pair


_KINDS = {
    "site": _Kind(
        ("ort", "site"),
        ("orterna", "sites"),
        ("inom varje ort", "within each site"),
        ("på samma ort", "at the same site"),
        ("fler av gruppen sökte till orter där få går vidare", "more of the group applied where few go on"),
        (
            "fler av gruppen sökte till orter där många går vidare",
            "more of the group applied where many go on",
        ),
    ),
    "licence_route": _Kind(
        ("väg till legitimation", "licence route"),
        ("vägarna till legitimation", "licence routes"),
        ("inom varje väg till legitimation", "within each licence route"),
        ("med samma väg till legitimation", "with the same licence route"),
        (
            "fler av gruppen har en väg till legitimation som få går vidare med",
            "more of the group have a licence route with which few go on",
        ),
        (
            "fler av gruppen har en väg till legitimation som många går vidare med",
            "more of the group have a licence route with which many go on",
        ),
    ),
    "intake": _Kind(
        ("omgång", "intake"),
        ("omgångarna", "intakes"),
        ("inom varje omgång", "within each intake"),
        ("i samma omgång", "in the same intake"),
        ("fler av gruppen sökte i omgångar där få går vidare", "more of the group applied when few go on"),
        (
            "fler av gruppen sökte i omgångar där många går vidare",
            "more of the group applied when many go on",
        ),
    ),
}


def pattern_word(pattern: str, language: str) -> str:
    """What becomes of the gap, in a word or two."""
    return in_language(_PATTERNS[pattern], language)


def kind_name(kind: str, language: str) -> str:
    """A kind of stratum, in the singular."""
    return in_language(_KINDS[kind].name, language)


def kind_plural(kind: str, language: str) -> str:
    """A kind of stratum, in the plural."""
    return in_language(_KINDS[kind].several, language)


def kind_choice(kind: str, language: str) -> str:
    """A kind of stratum where one is chosen, with a capital."""
    return _capital(kind_name(kind, language))


def heading(found: Compared, language: str) -> str:
    """Who is compared with whom."""
    name = monitoring_words.group_name(found.attribute, found.group, language)
    if found.against is None:
        return f"{name} {in_language(('mot alla andra', 'against all others'), language)}"
    against = monitoring_words.group_inside(found.attribute, found.against, language)
    return f"{name} {in_language(('mot', 'against'), language)} {against}"


def sentences(found: Compared, kind: str, language: str, alpha: float = 0.05) -> list[str]:
    """What a lay reader should know of one comparison: the whole, within the strata, the split, what to mind."""
    said = [whole(found, language), within(found, kind, language), split(found, kind, language)]
    said += [_differing(found, kind, language, alpha), _allowing(found, language, alpha)]
    return [sentence for sentence in said if sentence]


def whole(found: Compared, language: str) -> str:
    """The rates of both sides, all strata together."""
    if not found.n or not found.other_n or found.selected is None or found.other_selected is None:
        return ""
    return in_language(
        (
            "I det hela gick {rate} ({s} av {n}) vidare, mot {other} ({os} av {on}).",
            "In all, {rate} ({s} of {n}) went on, against {other} ({os} of {on}).",
        ),
        language,
    ).format(
        rate=percent(found.selected / found.n, language),
        s=found.selected,
        n=found.n,
        other=percent(found.other_selected / found.other_n, language),
        os=found.other_selected,
        on=found.other_n,
    )


def within(found: Compared, kind: str, language: str) -> str:
    """What becomes of it within the strata, and why where the figures say so."""
    words = _KINDS[kind]
    if not found.comparable:
        return in_language(
            (
                "Inget kan jämföras {each}: ingenstans finns båda sidor, och några men inte alla som gick vidare.",
                "Nothing can be compared {each}: nowhere are there both sides, and some but not all who went on.",
            ),
            language,
        ).format(each=in_language(words.each, language))
    text = in_language(_WITHIN[found.pattern], language)
    return text.format(
        each=in_language(words.each, language),
        Each=_capital(in_language(words.each, language)),
        same=in_language(words.same, language),
        how=in_language(_more_or_less(found), language),
        because=_because(found, words, language),
    )


_WITHIN: dict[str, Pair] = {
    "stays": (
        "{Each} består skillnaden, åt samma håll: jämförd {same} gick gruppen vidare {how}.",
        "{Each} the difference remains, the same way: compared {same}, the group went on {how}.",
    ),
    "turns": (
        "{Each} vänder den: jämförd {same} gick gruppen tvärtom vidare {how}{because}.",
        "{Each} it turns: compared {same}, the group went on {how} instead{because}.",
    ),
    "vanishes": ("{Each} är skillnaden borta{because}.", "{Each} the difference is gone{because}."),
    "unclear": (
        "{Each} syns ingen säker skillnad, men för få kan jämföras för att säga att den är borta.",
        "{Each} no sure difference is seen, but too few can be compared to say that it is gone.",
    ),
    "appears": (
        "Det är mindre än slumpen kan ge, men {each} finns en skillnad: jämförd {same} gick gruppen vidare "
        "{how}{because}.",
        "That is no more than chance may give, but {each} there is a difference: compared {same}, the group went "
        "on {how}{because}.",
    ),
    "absent": (
        "Varken i det hela eller {each} är skillnaden större än slumpen ofta ger.",
        "Neither in all nor {each} is the difference wider than chance often gives.",
    ),
}


def _more_or_less(found: Compared) -> Pair:
    ratio = found.row["odds_ratio_mh"]
    # Without a value it is infinite: everybody of the group who could be compared went on.
    return ("oftare", "more often") if ratio is None or ratio > 1 else ("mer sällan", "less often")


def _because(found: Compared, words: _Kind, language: str) -> str:
    """Where the group is, said only if that pulls the way of the gap, or hides it, by at least half of it."""
    gap, part = found.row["kitagawa"]["gap"], found.row["kitagawa"]["composition"]
    if not gap and not part:
        return ""
    if found.pattern == "appears":
        rate = found.row["kitagawa"]["rate"]
        tells = part * rate < 0 and abs(part) >= abs(rate) / 2
    else:
        tells = part * gap > 0 and abs(part) >= abs(gap) / 2
    return ": " + in_language(words.few if part < 0 else words.many, language) if tells else ""


def split(found: Compared, kind: str, language: str) -> str:
    """Kitagawa's two parts, which add up to the gap, where there is one."""
    parts = found.row["kitagawa"]
    if parts["gap"] is None or not found.comparable or found.pattern == "absent":
        return ""
    return in_language(
        (
            "Av skillnaden på {gap} procentenheter kommer {composition} av att grupperna är olika fördelade på "
            "{several}, {rate} av olika andelar inom dem.",
            "Of the gap of {gap} percentage points, {composition} come from being spread differently over the "
            "{several}, {rate} from different rates within them.",
        ),
        language,
    ).format(
        gap=points(parts["gap"], language),
        composition=points(parts["composition"], language),
        rate=points(parts["rate"], language),
        several=in_language(_KINDS[kind].several, language),
    )


def _differing(found: Compared, kind: str, language: str, alpha: float) -> str:
    """That the strata disagree, so that one figure for all of them misleads."""
    p = found.row["breslow_day_tarone_p"]
    if p is None or p > alpha or found.row["heterogeneity_df"] < 1:
        return ""
    return in_language(
        (
            "{several} är inte lika: skillnaden skiljer sig mellan dem mer än slumpen ger. Se på var och en.",
            "The {several} are not alike: the gap differs between them more than chance gives. Look at each.",
        ),
        language,
    ).format(several=_at_start(in_language(_KINDS[kind].several, language), language))


def _allowing(found: Compared, language: str, alpha: float) -> str:
    """That many groups were compared, where this one no longer stands out when they are counted."""
    p = found.row.get("adjusted_p")
    if p is None or p <= alpha or found.pattern not in ("stays", "turns", "appears"):
        return ""
    return in_language(
        (
            "Räknar man in att {groups} grupper jämförs här kan slumpen ha gett det.",
            "Allowing for the {groups} groups that are compared here, chance may have given it.",
        ),
        language,
    ).format(groups=found.groups)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _at_start(text: str, language: str) -> str:
    return _capital(text) if language == "sv" else text
