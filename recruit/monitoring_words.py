"""What the monitoring's attributes, groups and stages are called, in Swedish and English.

Pages and exported files share these words; a file is written without a request, and so without a catalogue.
"""

from recruit import display

_ATTRIBUTES: dict[str, tuple[str, str]] = {
    "sex": ("Kön", "Sex"),
    "age_band": ("Ålder", "Age"),
    "licence_route": ("Väg till legitimation", "Licence route"),
    "country_group": ("Ländergrupp", "Group of countries"),
    "country": ("Utbildningsland", "Country of education"),
}

_GROUPS: dict[str, dict[str, tuple[str, str]]] = {
    "sex": {
        "female": ("Kvinnor", "Women"),
        "male": ("Män", "Men"),
        "other": ("Annat eller icke-binär", "Other or non-binary"),
    },
    "age_band": {
        "under_30": ("Under 30 år", "Under 30"),
        "30_34": ("30–34 år", "30–34"),
        "35_39": ("35–39 år", "35–39"),
        "40_over": ("40 år och äldre", "40 and over"),
    },
    "licence_route": {
        "eu_eea": ("Erkännande från EU/EES", "EU/EEA recognition"),
        "third_country": ("Från land utanför EU/EES", "From outside the EU/EEA"),
        "swedish": ("Svensk läkarexamen", "Swedish degree"),
    },
    "country_group": {
        "nordic": ("Norden", "Nordic countries"),
        "baltic": ("Baltikum", "Baltic countries"),
        "other_eu_eea": ("Övriga EU/EES och Schweiz", "Other EU/EEA and Switzerland"),
        "outside_eu_eea": ("Utanför EU/EES", "Outside the EU/EEA"),
    },
}

#: Groups whose names do not stand inside a sentence as they are.
_INSIDE: dict[str, tuple[str, str]] = {
    "eu_eea": ("dem med erkännande från EU/EES", "those with EU/EEA recognition"),
    "third_country": ("dem från land utanför EU/EES", "those from outside the EU/EEA"),
    "swedish": ("dem med svensk läkarexamen", "those with a Swedish degree"),
    "nordic": ("Norden", "the Nordic countries"),
    "baltic": ("Baltikum", "the Baltic countries"),
    "outside_eu_eea": ("länder utanför EU/EES", "countries outside the EU/EEA"),
}

_STAGES: dict[str, tuple[str, str]] = {
    "eligible": ("Från ansökan till behörig", "From applied to eligible"),
    "screened": ("Från behörig till rangordnad", "From eligible to ranked"),
    "called": ("Från behörig till kallad", "From eligible to called"),
    "listed": (
        "Från behörig till listan, reserver inräknade",
        "From eligible to the list, reserves included",
    ),
    "interviewed": ("Från kallad till intervjuad", "From called to interviewed"),
    "offered": ("Från steget före till erbjuden plats", "From the step before to offered a post"),
    "accepted": ("Från erbjuden till tackat ja", "From offered to accepted"),
    "started": ("Från tackat ja till börjat", "From accepted to started"),
    "goals_reached": (
        "Från börjat till nått målen ett år senare",
        "From started to goals reached a year later",
    ),
}

_REACHED: dict[str, tuple[str, str]] = {
    "eligible": ("behöriga", "eligible"),
    "screened": ("rangordnade", "ranked"),
    "called": ("kallas", "called"),
    "listed": ("på listan", "on the list"),
    "interviewed": ("intervjuade", "interviewed"),
    "offered": ("erbjudna plats", "offered a post"),
    "accepted": ("har tackat ja", "accepted"),
    "started": ("har börjat", "started"),
    "goals_reached": ("har nått målen", "reached the goals"),
}


def _in(pair: tuple[str, str], language: str) -> str:
    return pair[0 if language == "sv" else 1]


def attribute_name(name: str, language: str) -> str:
    """An attribute of `frames.ATTRIBUTES` in words. Raises KeyError for any other."""
    return _in(_ATTRIBUTES[name], language)


def group_name(attribute: str, group: str, language: str) -> str:
    """A group of an attribute in words, a country by its name. An unknown group stands for itself."""
    if attribute == "country":
        return display.country_name(group, language)
    pair = _GROUPS[attribute].get(group)
    return _in(pair, language) if pair else group


def group_inside(attribute: str, group: str, language: str) -> str:
    """A group's name inside a sentence, without a capital where it is no name of its own."""
    if attribute == "country":
        return group_name(attribute, group, language)
    if group in _INSIDE:
        return _in(_INSIDE[group], language)
    name = group_name(attribute, group, language)
    return name[:1].lower() + name[1:]


def stage_name(key: str, language: str) -> str:
    """A stage as what it is a share of and what was reached."""
    return _in(_STAGES[key], language)


def reached(key: str, language: str) -> str:
    """What those who reached a stage are, after their number."""
    return _in(_REACHED[key], language)
