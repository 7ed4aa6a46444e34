"""Who is compared with whom, and how large the difference is."""

from recruit.definitions.entry import Chapter, Definition

CHAPTER = Chapter(
    "comparison",
    ("Jämförelsen", "The comparison"),
    (
        Definition(
            ("n", "selected", "withdrawn", "undecided"),
            ("Antal", "Numbers"),
            (
                "n är hur många i gruppen som kom till steget, och selected hur många av dem som gick vidare. "
                "withdrawn är de som har återkallat, undecided de vars behörighet inte är avgjord.",
                "n is how many of the group came to the stage, and selected how many of them went on. withdrawn "
                "are those who withdrew, undecided those whose eligibility is not yet decided.",
            ),
            ("Räknat i personer.", "Persons, counted."),
            (
                "andelen läses utan n: 1 av 2 och 100 av 200 är båda 50 procent.",
                "the rate is read without n: 1 of 2 and 100 of 200 are both 50 per cent.",
            ),
        ),
        Definition(
            ("rate",),
            ("Andel", "Selection rate"),
            (
                "Hur stor del av dem i gruppen som kom till steget som gick vidare.",
                "The share of the group that came to the stage and went on from it.",
            ),
            (
                "De som gick vidare, delat med alla i gruppen som kom till steget.",
                "Those who went on, over all of the group who came to the stage.",
            ),
            ("n är litet.", "n is small."),
            "29 CFR 1607.4",
        ),
        Definition(
            ("interval",),
            ("95-procentigt konfidensintervall för andelen", "95 per cent confidence interval of the rate"),
            (
                "De sanna andelar som antalen är förenliga med. Ett brett intervall betyder att lite är känt.",
                "The true rates that the counts agree with. A wide interval means that little is known.",
            ),
            ("Wilsons scoreintervall.", "Wilson's score interval."),
            (
                "det läses som exakt: det täcker 95 procent i genomsnitt över andelar, men 91 procent vid n = "
                "2 och "
                "en sann andel på 30 procent.",
                "it is read as exact: it covers 95 per cent averaged over rates, but 91 per cent at n = 2 and "
                "a true "
                "rate of 30 per cent.",
            ),
            "Wilson 1927",
        ),
        Definition(
            ("impact_ratio",),
            ("Kvot mot högsta andel", "Impact ratio"),
            (
                "Gruppens andel mot den grupps andel som är högst. Det är den juridiska konventionen i USA.",
                "The group's rate against the rate of the group that has the highest. It is the legal "
                "convention in "
                "the United States.",
            ),
            ("Gruppens andel delad med den högsta.", "The group's rate over the highest."),
            (
                "den bästa gruppen är liten: bland många små grupper är den högsta andelen ofta bara tur.",
                "the best group is tiny: among many small groups the highest rate is often nothing but luck.",
            ),
            "29 CFR 1607.4 D; New York City Local Law 144, § 5-300",
        ),
        Definition(
            ("below_four_fifths",),
            ("Fyrafemtedelsregeln", "Four-fifths rule"),
            (
                "Om kvoten ligger under fyra femtedelar. Den visas, men avgör ingenting här.",
                "Whether the impact ratio is below four fifths. It is shown, and decides nothing here.",
            ),
            (
                "Kvoten mot 4/5, jämförda som bråk: 0,48 mot 0,60 är inte under.",
                "The ratio against 4/5, compared as fractions: .48 over .60 is not below.",
            ),
            (
                "nästan alltid: två lika grupper om tio med andelen 30 procent bryter mot regeln i 76 urval "
                "av 100.",
                "almost always: two equal groups of ten at a rate of 30 per cent fall foul of it in 76 "
                "selections "
                "of 100.",
            ),
            "29 CFR 1607.4 D",
        ),
        Definition(
            ("difference",),
            ("Skillnad mot alla andra", "Gap from all others"),
            (
                "Gruppens andel mindre alla andras, i procentenheter. De som inte har svarat hör inte till de "
                "andra.",
                "The group's rate less that of all others, in percentage points. Those who did not answer are "
                "not "
                "among the others.",
            ),
            ("Andel mindre de andras andel.", "Rate less the others' rate."),
            ("n är litet.", "n is small."),
        ),
        Definition(
            ("difference_interval", "interval_difference"),
            ("95-procentigt konfidensintervall för skillnaden", "95 per cent confidence interval of the gap"),
            (
                "De sanna skillnader som antalen är förenliga med. Rymmer det noll kan det vara slump.",
                "The true gaps that the counts agree with. If it holds zero, the gap may be chance.",
            ),
            (
                "Newcombes hybrid av Wilsons intervall (metod 10).",
                "Newcombe's hybrid of Wilson's intervals (method 10).",
            ),
            (
                "det läses som att den sanna skillnaden måste vara lika stor som den observerade.",
                "it is read as if the true difference had to be as large as the observed gap.",
            ),
            "Newcombe 1998",
        ),
        Definition(
            ("odds_ratio",),
            ("Oddskvot", "Odds ratio"),
            (
                "Oddsen att gå vidare i gruppen mot oddsen bland alla andra. 1 är lika.",
                "The odds of going on in the group against the odds among all others. 1 is equal.",
            ),
            (
                "De i gruppen som gick vidare gånger de andra som inte gjorde det, delat med de i gruppen som "
                "inte gick vidare gånger de andra som gjorde det.",
                "Those of the group who went on times the others who did not, over those of the group who did "
                "not times the others who did.",
            ),
            ("den läses som en kvot av andelar.", "it is read as a ratio of rates."),
        ),
        Definition(
            ("of_applied",),
            ("Andel av alla som sökte", "Share of all who applied"),
            (
                "Hur stor del av gruppens sökande som kom så långt. En skillnad som uppstår tidigt syns inte "
                "bland dem som "
                "är kvar.",
                "The share of the group's applicants who came so far. A gap that arises early is invisible "
                "among those who are left.",
            ),
            (
                "De som nådde steget delat med alla i gruppen som sökte, med Wilsons intervall.",
                "Those who reached the stage over all of the group who applied, with Wilson's interval.",
            ),
            ("ett tidigt steg döljer ett senare: läs båda.", "an early stage hides a later one: read both."),
            "Connecticut v. Teal, 457 U.S. 440 (1982)",
        ),
        Definition(
            ("missing", "bounds"),
            ("De som inte har svarat", "Those who did not answer"),
            (
                "De räknas men hör inte till någon grupp och prövas aldrig. Gränserna säger vad andelen och "
                "skillnaden kunde "
                "ha varit om alla hade svarat.",
                "They are counted, belong to no group and are never tested. The bounds say what the rate and "
                "the gap "
                "could have been had everybody answered.",
            ),
            (
                "Lägst: av dem utan svar hör alla som inte gick vidare till gruppen, och ingen som gick vidare. "
                "Högst: tvärtom.",
                "Lowest: of those who did not answer, all who did not go on belong to the group and none who "
                "did. Highest: the other way round.",
            ),
            (
                "gränserna läses som ett intervall: de rymmer ingen slump, bara det som inte besvarades.",
                "the bounds are read as an interval: they hold no chance, only what was not answered.",
            ),
        ),
        Definition(
            ("scoring_rate", "median", "without_score"),
            ("Andel över medianen", "Scoring rate"),
            (
                "Hur stor del av gruppen som fick fler poäng än medianen av alla. Säger något om poängen innan "
                "någon linje är dragen. De som saknar poäng räknas för sig.",
                "The share of the group that scored above the median of everybody. It tells of the points "
                "before any line is drawn. Those without a score are counted apart.",
            ),
            (
                "De som fick strikt mer än medianen, delat med alla i gruppen som har poäng.",
                "Those who scored strictly above the median, over all of the group with a score.",
            ),
            ("många har samma poäng som medianen.", "many have the same score as the median."),
            "New York City Local Law 144, § 5-300",
        ),
    ),
)
