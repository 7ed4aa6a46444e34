"""The words of `recruit agreement` at a terminal, in Swedish and English, side by side."""

_WORDS: dict[str, tuple[str, str]] = {
    "levels": ("{count} nivåer", "{count} levels"),
    "levels_one": ("en nivå", "one level"),
    "applications": ("{count} ansökningar", "{count} applications"),
    "applications_one": ("en ansökan", "one application"),
    "assessors": ("{count} bedömare", "{count} assessors"),
    "assessors_one": ("en bedömare", "one assessor"),
    "in_all": ("Sammantaget", "In all"),
    "criterion": ("Bedömningsgrund {key}", "Criterion {key}"),
    "of_one": ("en bedömare", "one assessor"),
    "of_mean": ("medel av {k}", "mean of {k}"),
    "severity": ("Stränghet", "Severity"),
    "n": ("{n} bedömda", "{n} assessed"),
    "panel": ("panel {n}", "panel {n}"),
    "disagreements": ("Störst oenighet", "Largest disagreements"),
    "of_disagreements": ("{shown} av {all}", "{shown} of {all}"),
    "none_disagree": (
        "Inga: alla är eniga, eller har bedömt olika ansökningar.",
        "None: all agree, or judged different applications.",
    ),
    "row": ("{low}–{high}, {n} bedömare", "{low}–{high}, {n} assessors"),
    "to": ("till", "to"),
    "no_interval": ("intervall saknas: {reason}", "no interval: {reason}"),
    "not_known": ("kan inte beräknas: {reason}", "cannot be computed: {reason}"),
    # why there is no figure
    "no_levels": ("inga nivåer", "no levels"),
    "one_application": ("bara en ansökan", "only one application"),
    "one_assessor": ("bara en bedömare", "only one assessor"),
    "one_level_each": ("ingen ansökan har två bedömare", "no application has two assessors"),
    "no_variance": ("alla nivåer är lika", "all levels are equal"),
    "too_few_shared": ("för få ansökningar har två bedömare", "too few applications have two assessors"),
    "undefined": ("odefinierat för dessa nivåer", "undefined for these levels"),
    "no_pairs": ("ingen ansökan har två bedömare", "no application has two assessors"),
    "no_variation": ("alla nivåer är lika", "all levels are equal"),
    "ratio_below_zero": ("kvoter kräver nivåer från 0", "ratios need levels from 0"),
    "no_value": ("inget värde", "no value"),
    "one_unit": ("bara en ansökan har två bedömare", "only one application has two assessors"),
    "too_little_variation": ("nivåerna varierar för lite", "the levels vary too little"),
    "no_shared_application": (
        "delar ingen ansökan med någon annan", "shares no application with anybody"
    ),
    "no_spread": ("alla nivåer är lika", "all levels are the same"),
    "too_few_levels": ("för få gemensamma ansökningar", "too few shared applications"),
    # notes; `_one` where there is one only
    "note": ("Obs", "Note"),
    "note_form_left_out_one": (
        "En nivå kommer från formuläret. Ingen har bedömt den, så den är inte med.",
        "One level comes from the form. Nobody assessed it, so it is left out.",
    ),
    "note_all_equal_one": (
        "Det finns bara en nivå. Hur eniga bedömare är går inte att skilja från slump.",
        "There is only one level. Agreement cannot be told from chance.",
    ),
    "note_assessed_once_one": (
        "En gång gav bara en bedömare en nivå på en bedömningsgrund. Där finns inget att jämföra för α.",
        "Once only one assessor gave a level on a criterion. There is nothing to compare there for α.",
    ),
    "note_partly_assessed_one": (
        "En gång lämnade en bedömare någon bedömningsgrund utan nivå. Övriga nivåer räknas från bedömningsgrundens "
        "medel.",
        "Once an assessor left some criterion without a level. The other levels are taken from the mean of their "
        "criterion.",
    ),
    "note_few_units_one": (
        "Bara en gång gav flera bedömare en nivå på samma bedömningsgrund. Intervallen för α är grova.",
        "Only once several assessors gave a level on the same criterion. The intervals of α are rough.",
    ),
    "note_form_left_out": (
        "{count} nivåer kommer från formuläret. Ingen har bedömt dem, så de är inte med.",
        "{count} levels come from the form. Nobody assessed them, so they are left out.",
    ),
    "note_one_assessor": (
        "En bedömare har gjort allt. Hur eniga bedömare är kan inte beräknas.",
        "One assessor did everything. How far assessors agree cannot be computed.",
    ),
    "note_one_application": (
        "Det finns bara en ansökan. Hur eniga bedömare är kan inte beräknas.",
        "There is only one application. How far assessors agree cannot be computed.",
    ),
    "note_all_equal": (
        "Alla {count} nivåer är lika. Hur eniga bedömare är går inte att skilja från slump.",
        "All {count} levels are equal. Agreement cannot be told from chance.",
    ),
    "note_assessed_once": (
        "{count} gånger gav bara en bedömare en nivå på en bedömningsgrund. Där finns inget att jämföra för α.",
        "{count} times only one assessor gave a level on a criterion. There is nothing to compare there for α.",
    ),
    "note_partly_assessed": (
        "{count} gånger lämnade en bedömare någon bedömningsgrund utan nivå. Övriga nivåer räknas från "
        "bedömningsgrundens medel.",
        "{count} times an assessor left some criterion without a level. The other levels are taken from the mean of "
        "their criterion.",
    ),
    "note_separate_panels": (
        "Bedömarna bildar {count} paneler utan gemensamma ansökningar. Stränghet kan bara jämföras inom en panel.",
        "The assessors form {count} panels that share no application. Severity can be compared only within a panel.",
    ),
    "note_few_units": (
        "Bara {count} gånger gav flera bedömare en nivå på samma bedömningsgrund. Intervallen för α är grova.",
        "Only {count} times several assessors gave a level on the same criterion. The intervals of α are rough.",
    ),
}  # fmt: skip


def words(language: str) -> dict[str, str]:
    """All words in "sv" or "en"."""
    return {key: pair[0 if language == "sv" else 1] for key, pair in _WORDS.items()}
