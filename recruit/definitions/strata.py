"""Within strata: whether a gap is there in the parts as well as in the whole."""

from recruit.definitions.entry import Chapter, Definition

CHAPTER = Chapter(
    "strata",
    ("Inom skikt", "Within strata"),
    (
        Definition(
            ("within_strata", "stratified", "stratified_by", "pattern"),
            ("Skillnaden inom skikt", "The gap within strata"),
            (
                "En skillnad kan finnas i helheten men inte i någon av delarna, om grupperna söker till orter där "
                "olika många går "
                "vidare. Ordet säger vad som blir av skillnaden: består, vänder, försvinner, oklart, träder "
                "fram eller ingen säker skillnad.",
                "A gap can be there in the whole and in none of the parts, if groups apply to sites where "
                "different shares go "
                "on. The word says what becomes of it: remains, turns, vanishes, unclear, appears, or no sure gap.",
            ),
            (
                "Test och oddskvot för helheten jämförs med dem inom skikten.",
                "Test and odds ratio of the whole are compared with those within strata.",
            ),
            (
                "skiktet självt är följden av ett skevt steg: då döljs skillnaden i stället.",
                "the stratum itself follows from a biased step: then it hides the gap instead.",
            ),
            "Bickel, Hammel & O'Connell 1975",
        ),
        Definition(
            ("cmh", "cmh_p", "cmh_df", "cmh_corrected", "cmh_corrected_p"),
            ("Cochran–Mantel–Haenszels test", "Cochran–Mantel–Haenszel test"),
            (
                "Ett test av skillnaden när varje skikt bara jämförs med sig självt.",
                "One test of the gap, each stratum compared only with itself.",
            ),
            (
                "Summan över skikten av observerat minus väntat, i kvadrat, delat med variansernas summa; "
                "corrected drar först av en halv.",
                "The sum over strata of observed less expected, squared, over the sum of the variances; "
                "corrected takes "
                "off a half first.",
            ),
            (
                "skikten drar åt olika håll, eller de väntade antalen är små.",
                "strata pull in opposite directions, or the expected counts are small.",
            ),
            "Cochran 1954; Mantel & Haenszel 1959",
        ),
        Definition(
            ("exact_p", "exact"),
            ("Exakt test inom skikt", "Exact test within strata"),
            (
                "Fishers test för flera små skikt tillsammans.",
                "Fisher's test for several small strata together.",
            ),
            (
                "Summan av sannolikheterna för alla summor över skikten som inte är troligare än den som blev, "
                "när varje oddskvot är 1.",
                "The sum of the probabilities of all sums over strata that are no more probable than the "
                "observed one, when every odds ratio is 1.",
            ),
            ("skikten drar åt olika håll.", "strata pull in opposite directions."),
            "Birch 1964; Mehta, Patel & Gray 1985",
        ),
        Definition(
            ("odds_ratio_mh", "odds_ratio_interval", "odds_ratio_pooled"),
            ("Gemensam oddskvot", "Common odds ratio"),
            ("Oddskvoten inom skikten, vägd samman.", "The odds ratio within strata, weighed together."),
            (
                "Mantels och Haenszels skattning, med intervall av Robins, Breslow och Greenland.",
                "Mantel and Haenszel's estimate, with the interval of Robins, Breslow and Greenland.",
            ),
            ("skikten har olika oddskvoter.", "strata have different odds ratios."),
            "Mantel & Haenszel 1959; Robins, Breslow & Greenland 1986",
        ),
        Definition(
            (
                "breslow_day",
                "breslow_day_p",
                "breslow_day_tarone",
                "breslow_day_tarone_p",
                "woolf",
                "woolf_p",
                "heterogeneity_df",
            ),
            ("Olikhet mellan skikt", "Heterogeneity"),
            ("Om skillnaden är olika stor i olika skikt.", "Whether the gap differs between strata."),
            (
                "Breslows och Days test, utan och med Tarones korrigering, och Woolfs.",
                "Breslow and Day's test, without and with Tarone's correction, and Woolf's.",
            ),
            ("skikten är små.", "strata are sparse."),
            "Breslow & Day 1980; Tarone 1985; Woolf 1955",
        ),
        Definition(
            ("kitagawa", "standardised"),
            ("Sammansättning och andel", "Composition and rate"),
            (
                "Hur mycket av skillnaden som kommer av att grupperna är olika fördelade på skikten, och hur "
                "mycket av olika andelar "
                "inom dem.",
                "How much of the gap comes from the groups being spread differently over the strata, and how "
                "much from "
                "different rates within them.",
            ),
            (
                "Skillnad i fördelning gånger medelandel, plus skillnad i andel gånger medelfördelning; "
                "delarna är tillsammans skillnaden.",
                "Difference in spread times mean rate, plus difference in rate times mean spread; the parts "
                "add up to "
                "the gap.",
            ),
            (
                "sammansättningen tas för oskyldig: varför grupperna är olika fördelade är en fråga för sig.",
                "composition is taken for innocent: why the groups are spread differently is a question of "
                "its own.",
            ),
            "Kitagawa 1955",
        ),
    ),
)
