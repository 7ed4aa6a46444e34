"""What the sources of a gap and their items are called, and what a verdict means, in Swedish and English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from recruit import monitoring_words
from recruit.figure_words import Pair, in_language
from recruit.sources_figures import FREE_CHOICES, Cell
from scoring.criteria import Profile

_SOURCES: dict[str, Pair] = {
    "stage": ("Steg", "Stage"),
    "requirement": ("Krav vid behörighet", "Eligibility requirement"),
    "override": ("Fria val om behörighet", "Free choices on eligibility"),
    "zone": ("Fria val i gränszonen", "Free choices in the borderline zone"),
    "criterion": ("Bedömningsgrund", "Criterion"),
    "item_bias": ("Samma förmåga, olika nivå", "Same ability, different level"),
    "assessor": ("Bedömare", "Assessor"),
}

_TITLES: dict[str, Pair] = {
    "stage": ("Efter steg", "By stage"),
    "requirement": ("Efter krav vid behörighet", "By eligibility requirement"),
    "override": ("Efter fria val om behörighet", "By free choices on eligibility"),
    "zone": ("Efter fria val i gränszonen", "By free choices in the borderline zone"),
    "criterion": ("Efter bedömningsgrund", "By criterion"),
    "item_bias": ("Samma förmåga, olika nivå", "Same ability, different level"),
    "assessor": ("Efter bedömare", "By assessor"),
}

_STEPS: dict[str, Pair] = {
    "applied": ("Ansökan", "Application"),
    "eligible": ("Behörighet", "Eligibility"),
    "screened": ("Rangordning", "Ranking"),
    "listed": ("Plats på listan", "A place on the list"),
    "called": ("Kallelse till intervju", "Call to interview"),
    "interviewed": ("Intervju", "Interview"),
    "offered": ("Erbjudande", "Offer"),
    "accepted": ("Ja till erbjudande", "Yes to an offer"),
    "started": ("Start", "Start"),
    "goals_reached": ("Mål nådda efter ett år", "Goals reached after a year"),
}

#: What those who reached a stage did, after their number.
WENT: dict[str, Pair] = {
    "eligible": ("blev behöriga", "became eligible"),
    "screened": ("rangordnades", "were ranked"),
    "listed": ("kom med på listan", "came on the list"),
    "called": ("kallades till intervju", "were called to interview"),
    "interviewed": ("intervjuades", "were interviewed"),
    "offered": ("erbjöds en plats", "were offered a post"),
    "accepted": ("tackade ja", "accepted an offer"),
    "started": ("började", "started"),
    "goals_reached": ("nådde målen", "reached the goals"),
}

#: What the verdict means, after the figures of a cell.
_ENDINGS: dict[str, Pair] = {
    "alarm": (
        "så mycket ger slumpen sällan, även när man räknar in hur många jämförelser som görs",
        "chance seldom gives so much, even allowing for how many comparisons are made",
    ),
    "watch": (
        "en större skillnad än slumpen brukar ge, men inte tydlig nog för ett larm",
        "a larger difference than chance usually gives, but not clear enough for an alarm",
    ),
    "no_concern": ("inte mer än slumpen ofta ger", "no more than chance often gives"),
    "no_conclusion": (
        "så få att ingenting hade synts ens i det värsta utfallet, vilket inte betyder att allt är bra",
        "so few that nothing would show even in the worst outcome, which does not mean that all is well",
    ),
}

_CHOICES: dict[tuple[str, str], Pair] = {
    ("override", "down"): ("Nej trots förslag", "No, though proposed"),
    ("override", "up"): ("Ja utan förslag", "Yes, though not proposed"),
    ("zone", "down"): ("Flyttad under linjen", "Moved below the line"),
    ("zone", "up"): ("Flyttad över linjen", "Moved above the line"),
}

#: Why there is no figure for an assessor, by the codes of `scoring.assessor_gaps`.
_REASONS: dict[str, Pair] = {
    "saw_one_group": (
        "har bara bedömt den ena sidan, så det finns inget att jämföra",
        "assessed one side only, so there is nothing to compare",
    ),
    "panel_without_others": (
        "delar ingen ansökan med någon annan som har bedömt båda sidor",
        "shares no application with anybody else who assessed both sides",
    ),
    "group_too_small": ("färre än två i gruppen är bedömda", "fewer than two of the group were assessed"),
    "variances_not_identifiable": (
        "för få ansökningar är bedömda av flera för att skilja bedömare från ansökningar",
        "too few applications were assessed by several to tell assessors from applications",
    ),
    "no_spread_left": (
        "alla nivåer är lika, så inget kan jämföras",
        "all levels are alike, so nothing can be compared",
    ),
}


@dataclass(frozen=True)
class Names:
    """What the items of a profile are called, as pairs of Swedish and English."""

    criteria: Mapping[str, Pair]
    requirements: Mapping[str, Pair]


def names_of(profile: Profile) -> Names:
    """The criteria and requirements of a profile, by key."""
    return Names(
        {each.key: (each.name.sv, each.name.en) for each in profile.criteria},
        {each.key: (each.name.sv, each.name.en) for each in profile.requirements},
    )


def source_name(source: str, language: str) -> str:
    """A kind of source in a word or two."""
    return in_language(_SOURCES[source], language)


def card_title(source: str, language: str) -> str:
    """A kind of source as the heading of its figures."""
    return in_language(_TITLES[source], language)


def step_name(stage: str, language: str) -> str:
    """A stage by what is reached; an unknown one stands for itself."""
    return in_language(_STEPS.get(stage, (stage, stage)), language)


def item_name(cell: Cell, names: Names, language: str) -> str:
    """A stage, requirement, criterion, assessor or kind of override. What is unknown stands for itself."""
    key = (cell.item, cell.item)
    if cell.source == "stage":
        return step_name(cell.item, language)
    if cell.source == "requirement":
        return in_language(names.requirements.get(cell.item, key), language)
    if cell.source == "assessor":
        return assessor_name(cell.item, language)
    if cell.source in FREE_CHOICES:
        return in_language(_CHOICES[cell.source, cell.item], language)
    return in_language(names.criteria.get(cell.item, key), language)


def assessor_name(code: str, language: str) -> str:
    """An assessor by the code that the ranking's inputs have."""
    return in_language(("Bedömare", "Assessor"), language) + f" {code}"


def reason(code: str, language: str) -> str:
    """Why there is no figure for an assessor, as the end of a sentence about the assessor."""
    return in_language(_REASONS[code], language)


def heading(cell: Cell, language: str) -> str:
    """Which group the cell is about, and the kind of source."""
    group = monitoring_words.group_name(cell.attribute, cell.group, language)
    source = source_name(cell.source, language)
    return f"{group} – {source[:1].lower()}{source[1:]}"


def ending(verdict: str, language: str) -> str:
    """What a verdict means, as the end of a sentence."""
    return in_language(_ENDINGS[verdict], language)
