"""Thirty small countries."""

from recruit.definitions.entry import Chapter, Definition

CHAPTER = Chapter(
    "small",
    ("Små grupper", "Small groups"),
    (
        Definition(
            (
                "shrunken_rate",
                "shrunk_rate",
                "shrunk_interval",
                "shrunk_below",
                "shrunk_towards",
                "shrunk_within",
                "shrunk_pool",
                "shrunk_method",
            ),
            ("Sammanvägd andel", "Shrunken rate"),
            (
                "Tre sökandes andel säger nästan ingenting för sig. Den dras mot andelen för vägen till "
                "legitimation, eller för alla länder där vägen har färre än tre, mer ju färre de sökande är.",
                "The rate of three applicants says next to nothing by itself. It is drawn towards that of their "
                "licence route, or of all countries where the route has fewer than three, the more so the fewer "
                "they are.",
            ),
            (
                "Medelvärdet av aposteriorifördelningen i en beta-binomialmodell, i genomsnitt över hur lika "
                "grupperna kan vara; intervallet är fördelningens mellersta 95 procent.",
                "The mean of the posterior of a beta-binomial model, averaged over how alike the groups may be; "
                "the interval is its middle 95 per cent.",
            ),
            ("grupperna som vägs samman inte liknar varandra.", "the groups of a pool are not alike."),
            "Griffin & Krutchkoff 1971; Deely & Lindley 1981",
        ),
        Definition(
            ("funnel_plot", "funnel"),
            ("Kontrollgränser", "Control limits"),
            (
                "Hur långt från allas andel en grupp av den storleken kan hamna av slump.",
                "How far from the rate of all a group of that size may lie by chance.",
            ),
            ("Exakta binomialgränser, 95 och 99,8 procent.", "Exact binomial limits, 95 and 99.8 per cent."),
            (
                "de läses som ett test: av trettio grupper kan en eller två hamna utanför de inre gränserna av "
                "ren slump.",
                "they are read as a test: of thirty groups one or two may be outside the inner limits by chance.",
            ),
            "Spiegelhalter 2005",
        ),
        Definition(
            ("detectable",),
            ("Vad som hade kunnat synas", "What could have been seen"),
            (
                "Den minsta skillnad, nedåt och uppåt, som hade gett larm med så många i gruppen.",
                "The smallest gap, down and up, that would have been an alarm with so many in the group.",
            ),
            (
                "Antalet ändras ett steg i taget från de andras andel, medan övriga antal är som de blev.",
                "The count is tried step by step from the others' rate, the other counts as observed.",
            ),
            (
                "det läses som vad som vore önskvärt: det är vad som hade kunnat synas.",
                "it is read as what is wanted: it is what could be seen.",
            ),
        ),
        Definition(
            ("intersections", "too_small", "smallest", "minimum_intersection"),
            ("Kombinationer", "Intersections"),
            (
                "Två attribut tillsammans, till exempel kvinnor från länder utanför EU/EES. Kombinationer med "
                "färre än 20 sökande "
                "nämns men prövas inte.",
                "Two attributes together, such as women from outside the EU/EEA. Combinations with fewer than "
                "20 applicants "
                "are named and not tested.",
            ),
            (
                "Varje kombination mot alla andra som har svarat på båda.",
                "Each combination against all others who answered both.",
            ),
            ("många kombinationer läses utan korrigering.", "many combinations are read without adjustment."),
        ),
    ),
)
