"""The tests and the verdicts that rest on them."""

from recruit.definitions.entry import Chapter, Definition

CHAPTER = Chapter(
    "tests",
    ("Prövningen och omdömet", "The test and the verdict"),
    (
        Definition(
            ("verdict", "summary", "reason"),
            ("Omdöme", "Verdict"),
            (
                "Larm, bevaka, ingen slutsats möjlig eller inget att anmärka, med skälet i en mening. Ett "
                "omdöme säger "
                "att en skillnad finns, aldrig varför.",
                "Alarm, watch, no conclusion possible or no concern, with the reason in one sentence. A "
                "verdict says "
                "that there is a difference, never why.",
            ),
            (
                "I denna ordning. Larm: Fishers p, korrigerat, är högst 0,05. Bevaka: mid-P är högst 0,05. "
                "Ingen slutsats: inte "
                "ens om ingen i gruppen hade gått vidare hade det blivit larm. Inget att anmärka: resten.",
                "In this order. Alarm: Fisher's p, adjusted, is at most .05. Watch: mid-P is at most .05. No "
                "conclusion: "
                "not even if none of the group had gone on would there have been an alarm. No concern: the rest.",
            ),
            (
                "”ingen slutsats möjlig” läses som att allt är bra.",
                "“no conclusion possible” is read as if all were well.",
            ),
        ),
        Definition(
            ("fisher_p", "fisher_p_pooled"),
            ("Fishers p", "Fisher's p"),
            (
                "Hur ofta slumpen ensam skulle ge en fördelning som är minst lika osannolik, om gruppen inte "
                "spelade roll.",
                "How often chance alone would give an outcome at least as improbable if the group did not "
                "matter.",
            ),
            (
                "Summan av sannolikheterna för alla tabeller med samma summor som inte är troligare än den "
                "som blev.",
                "The sum of the probabilities of all tables with the same margins that are no more probable "
                "than this one.",
            ),
            (
                "det läses som sannolikheten att skillnaden är slump.",
                "it is read as the probability that the gap is chance.",
            ),
            "Fisher 1935",
        ),
        Definition(
            ("midp",),
            ("Mid-P", "Mid-P"),
            (
                "En mindre försiktig variant av Fishers p. Räcker för att bevaka, aldrig för larm.",
                "A less cautious form of Fisher's p. Enough to watch, never for an alarm.",
            ),
            (
                "Två gånger den mindre svansen, där den observerade tabellen räknas till hälften.",
                "Twice the smaller tail, the observed table counted half.",
            ),
            (
                "det tas som bevis: det kan larma något oftare än nivån säger.",
                "it is taken as proof: it can raise a false alarm a little more often than its level says.",
            ),
            "Lancaster 1961",
        ),
        Definition(
            ("boschloo_p", "boschloo"),
            ("Boschloos p", "Boschloo's p"),
            (
                "Ett starkare test än Fishers när båda antalen hade kunnat bli andra. Inget omdöme vilar på det.",
                "A stronger test than Fisher's where both counts could have been others. No verdict rests on it.",
            ),
            (
                "Sannolikheten för ett minst lika litet ensidigt Fisher-p vid den gemensamma andel där den är "
                "störst; den mindre sidan "
                "fördubblad.",
                "The probability of a one-sided Fisher p at least as small, at the common rate where it is "
                "greatest; the "
                "smaller side doubled.",
            ),
            (
                "antalet platser är bestämt på förhand, som det ofta är här. Över 1 000 personer utelämnas det.",
                "the number of places is fixed beforehand, as it often is here. Above 1,000 persons it is "
                "left out.",
            ),
            "Boschloo 1970",
        ),
        Definition(
            ("adjusted_p",),
            ("Korrigerat p", "Adjusted p"),
            (
                "Fishers p, med hänsyn till hur många jämförelser som görs. Larm vilar på det.",
                "Fisher's p, allowing for how many comparisons are made. Alarms rest on it.",
            ),
            (
                "Benjaminis och Hochbergs metod över alla grupper och steg i attributet.",
                "Benjamini and Hochberg's method over all groups and stages of the attribute.",
            ),
            (
                "det jämförs mellan attribut med olika många grupper.",
                "it is compared between attributes with different numbers of groups.",
            ),
            "Benjamini & Hochberg 1995",
        ),
        Definition(
            ("comparisons", "alpha", "ordered"),
            ("Antal test i familjen", "Tests in the family"),
            (
                "Hur många test korrigeringen betalar för, vid nivån alpha. Med trettio grupper utan skillnad "
                "ger "
                "annars nästan vartannat urval något p under 0,05.",
                "How many tests the adjustment pays for, at the level alpha. With thirty groups and no "
                "difference, "
                "nearly every other selection would otherwise give some p below .05.",
            ),
            (
                "Grupper gånger steg; en grupp där ingen kom till steget, eller som inte har några andra att "
                "jämföras med, räknas inte.",
                "Groups times stages; a group of whom nobody came to the stage, or without others to be "
                "compared with, is not counted.",
            ),
            (
                "familjen ändras efter att man har sett svaret.",
                "the family is changed after seeing the answer.",
            ),
        ),
    ),
)
