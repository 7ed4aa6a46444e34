"""The words of the files that the spreadsheet commands write, in Swedish and English, side by side."""

from types import SimpleNamespace

_WORDS: dict[str, tuple[str, str]] = {
    # the interview list
    "interview_list": ("Intervjulista", "Interview list"),
    "page": ("Sida", "Page"),
    "of": ("av", "of"),
    "alphabetical": (
        "De kallade står i bokstavsordning. Plats och poäng syns inte, så att panelen börjar från noll.",
        "Those called stand in alphabetical order. Place and points are left out, so that the panel "
        "starts from zero.",
    ),
    "v_means_before": ("", ""),
    "v_means_after": (" betyder villkor: något väntas före tillträdet.", " means conditional: something is "
                                                                    "awaited before the start."),
    "called_heading": ("Kallas till intervju", "Called to interview"),
    "reserves_heading": ("Reserver, i den ordning de kallas", "Reserves, in the order in which they are "
                                                              "called"),
    "nobody_called": ("Ingen sökande nådde listan.", "No application reached the list."),
    "called": ("Kallas", "Called"),
    "reserve": ("Reserv", "Reserve"),
    "reserves": ("Reserver", "Reserves"),
    "called_of": ("{called} av {ranked} i rangordningen, {all} sökande", "{called} of {ranked} ranked, "
                                                                         "{all} applications"),
    "in_order": ("{n}, i ordning", "{n}, in order"),
    "none": ("Inga", "None"),
    "stage": ("Steg", "Stage"),
    "screening": ("Urval till intervju", "Screening"),
    "interview": ("Efter intervju", "After the interview"),
    "threshold": ("Gräns", "Threshold"),
    "points_of_100": ("{n} poäng av 100", "{n} points of 100"),
    "profile": ("Kravprofil", "Criteria profile"),
    "checksum": ("kontrollsumma", "checksum"),
    "seed_word": ("Frö för lottning", "Seed of the lot"),
    "recompute": (
        "Listan kan räknas om av vem som helst med samma filer, kravprofil och frö.",
        "Anyone can recompute the list from the same files, criteria profile and seed.",
    ),
    "inputs": ("Underlag", "Input"),
    "ranking_checksum": ("SHA-256 för ranking.csv", "SHA-256 of ranking.csv"),
    "about": ("Om listan", "About the list"),
    "list": ("Lista", "List"),
    "order": ("Ordning", "Order"),
    "id": ("Ansökan", "Application"),
    "name": ("Namn", "Name"),
    "native_name": ("Namn i egen skrift", "Name in own script"),
    "conditional": ("Villkor", "Conditional"),
    "yes": ("ja", "yes"),
    "place": ("Plats", "Place"),
    "points": ("Poäng", "Points"),
    # the monitoring report
    "audit_title": ("Vad granskningen visar", "What the monitoring shows"),
    "alarm": ("Larm", "Alarm"),
    "watch": ("Bevaka", "Watch"),
    "no_conclusion": ("Ingen slutsats möjlig", "No conclusion possible"),
    "hidden": ("Visas inte", "Not shown"),
    "no_concern": ("Inget att anmärka", "No concern"),
    "stage_called": ("Från ansökan till kallad", "From application to called"),
    "stage_listed": ("Från ansökan till listan, kallade och reserver", "From application to the list, "
                                                                       "called and reserves"),
    "stage_selected": ("Utfall", "Outcome"),
    "applied_n": ("{n} sökande", "{n} applications"),
    "reached_called": ("kallas", "called"),
    "reached_listed": ("på listan", "on the list"),
    "reached_selected": ("valda", "selected"),
    "group": ("Grupp", "Group"),
    "went_on": ("Gick vidare", "Went on"),
    "rate": ("Andel", "Rate"),
    "difference_axis": ("Skillnad mot alla andra, procentenheter", "Difference from all others, "
                                                                   "percentage points"),
    "equal": ("lika", "equal"),
    "verdict": ("Omdöme", "Verdict"),
    "missing": ("Inte uppgivet", "Not given"),
    "missing_note": ("räknas, men prövas inte", "counted, not tested"),
    "all_figures": ("Alla siffror", "All figures"),
    "interval": ("95-procentigt intervall", "95% interval"),
    "difference": ("Skillnad, procentenheter", "Gap, percentage points"),
    "impact_ratio": ("Kvot mot högsta", "Impact ratio"),
    "below_four_fifths": ("under fyra femtedelar", "below four fifths"),
    "odds_ratio": ("Oddskvot", "Odds ratio"),
    "fisher_p": ("Fisher p", "Fisher p"),
    "midp": ("Mid-p", "Mid-P"),
    "adjusted_p": ("Korrigerat p", "Adjusted p"),
    "bounds": ("Andel om det som inte uppgetts vore känt", "Rate, had those not given been known"),
    "reason": ("Skäl", "Reason"),
    "no_attributes": (
        "Ingen egenskap valdes. Lägg till --monitor med kolumner, till exempel --monitor sex,country.",
        "No attribute was chosen. Add --monitor with columns, for example --monitor sex,country.",
    ),
    "how_heading": ("Så läser du", "How to read this"),
    "how_plot": (
        "Punkten är gruppens andel minus alla andras, linjen dess 95-procentiga intervall (Newcombe). Går "
        "linjen över "
        "”lika” kan skillnaden vara noll. Öppen punkt och streckad linje: gruppen är för liten för att "
        "kunna ge larm.",
        "The point is the group's rate less that of all others, the line its 95% interval (Newcombe). "
        "Where the line "
        "crosses “equal” the difference may be zero. Open point and dashed line: the group is too small "
        "to raise an alarm.",
    ),
    "how_verdict": (
        "Larm: Fishers exakta test mot alla andra, korrigerat för alla grupper och steg "
        "(Benjamini–Hochberg), ger p högst "
        "0,05. Bevaka: mid-p högst 0,05 men inget larm. Ingen slutsats möjlig: inte ens det mest extrema "
        "utfallet skulle "
        "ha gett larm. Ett omdöme beskriver skillnaden. Det säger inte varför den finns.",
        "Alarm: Fisher's exact test against all others, adjusted over all groups and stages "
        "(Benjamini–Hochberg), gives p "
        "at most .05. Watch: mid-P at most .05 but no alarm. No conclusion possible: not even the most "
        "extreme outcome "
        "would have raised an alarm. A verdict describes the difference. It does not say why it is there.",
    ),
    "how_fifths": (
        "Kvoten jämförs ofta med fyra femtedelar. I små grupper passerar den dem av ren slump, så den visas "
        "men avgör inget.",
        "The ratio is often held against four fifths. In small groups chance alone crosses it, so it is "
        "shown and decides nothing.",
    ),
    "how_small": (
        "Rapporten visar också grupper med få personer. Sprid den inte utanför dem som får se dem.",
        "The report also shows groups of few persons. Do not pass it on beyond those who may see them.",
    ),
    "how_hidden": (
        "Små grupper visas inte, och inte heller siffror som de kunde räknas fram ur: där står ett streck. "
        "Omdömet om en hel egenskap omfattar även dem.",
        "Small groups are not shown, nor figures from which they could be worked out: a dash stands there. "
        "The verdict on an attribute as a whole covers them too.",
    ),
}  # fmt: skip


def words(language: str) -> SimpleNamespace:
    """All words in "sv" or "en", as attributes."""
    index = 0 if language == "sv" else 1
    return SimpleNamespace(**{key: pair[index] for key, pair in _WORDS.items()})


def figure(value: float | None, language: str, decimals: int = 2) -> str:
    """A number with the decimal mark of the language; a dash where there is none."""
    if value is None:
        return "–"
    text = f"{value:.{decimals}f}".replace("-", "−")
    return text.replace(".", ",") if language == "sv" else text


def percent(value: float | None, language: str) -> str:
    """A share as whole per cent: "46 %" in Swedish, "46%" in English; a dash where there is none."""
    if value is None:
        return "–"
    space = "\u00a0" if language == "sv" else ""
    return f"{value * 100:.0f}{space}%"


def p_value(value: float | None, language: str) -> str:
    """A p-value with three decimals, "<0,001" when smaller."""
    if value is None:
        return "–"
    least = "<" + figure(0.001, language, 3)
    return least if value < 0.001 else figure(value, language, 3)


def signed_points(difference: float | None) -> str:
    """A difference of rates in whole percentage points, with its sign; a dash where there is none."""
    if difference is None:
        return "–"
    points = round(difference * 100)
    return f"{points:+d}".replace("-", "−") if points else "0"
