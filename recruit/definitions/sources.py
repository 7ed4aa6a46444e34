"""Where a gap comes from."""

from recruit.definitions.entry import Chapter, Definition

CHAPTER = Chapter(
    "sources",
    ("Var en skillnad uppstår", "Where a gap comes from"),
    (
        Definition(
            ("stage", "sources"),
            ("Per steg", "By stage"),
            (
                "Hur mycket av skillnaden, från ansökan till sista steget, som uppstår vid varje steg.",
                "How much of the gap, from application to the last stage, arises at each stage.",
            ),
            (
                "Shapleys andel: vad som skulle försvinna om stegets andelar vore lika, i medeltal över alla "
                "ordningsföljder som de kan göras lika i. Delarna är tillsammans hela skillnaden.",
                "Shapley share: what making that stage's rates equal would take away, averaged over all "
                "orders in which "
                "they could be made equal. The parts add up to the gap.",
            ),
            (
                "ett tidigt steg tog bara de starkaste i en grupp: då ser ett senare steg skonsamt ut.",
                "an early stage took only the strongest of a group: then a late one looks kind.",
            ),
            "Shapley 1953",
        ),
        Definition(
            ("requirement", "requirements"),
            ("Per krav", "By requirement"),
            (
                "Hur ofta gruppen fick nej på ett krav, och hur många som hade varit behöriga utan det.",
                "How often the group got a no to a requirement, and how many would have been eligible without "
                "it.",
            ),
            (
                "Andelen nej bland de besvarade, mot alla andra; Fishers test över grupper gånger krav.",
                "The share of no among those answered, against all others; Fisher's test over groups times "
                "requirements.",
            ),
            (
                "krav brister tillsammans: att ta bort två ger mer än summan.",
                "requirements fail together: dropping two gains more than the sum.",
            ),
        ),
        Definition(
            ("override", "overrides"),
            ("Fria val", "Free choices"),
            (
                "Beslut som avvek från vad reglerna föreslog, och hur mycket de flyttade skillnaden.",
                "Decisions that differed from what the rules proposed, and by how much that moved the gap.",
            ),
            (
                "Den föreslagna skillnaden plus det som flyttades är den beslutade skillnaden.",
                "The proposed gap plus what was moved is the gap as decided.",
            ),
            ("bara ett fåtal beslut avvek.", "only a few decisions differed."),
        ),
        Definition(
            ("zone",),
            ("Gränszonen", "The borderline zone"),
            (
                "Vilka som flyttades över eller under linjen när gränszonen avgjordes.",
                "Who was moved above or below the line when the borderline zone was settled.",
            ),
            ("Som för fria val, bland dem i zonen.", "As for free choices, among those in the zone."),
            ("zonen är liten.", "the zone is small."),
        ),
        Definition(
            ("criterion", "criteria"),
            ("Per bedömningsgrund", "By criterion"),
            (
                "Hur mycket av skillnaden i medelpoäng som ligger på varje bedömningsgrund.",
                "How much of the difference in mean points lies at each criterion.",
            ),
            (
                "Vikten gånger skillnaden i medelnivå; delarna är tillsammans exakt skillnaden.",
                "Weight times difference in mean level; the parts add up to the difference exactly.",
            ),
            (
                "en stor del tas för skevhet: gruppen kan skilja sig i just det.",
                "a large part is taken for bias: the group may differ in just that.",
            ),
        ),
        Definition(
            ("item_bias",),
            ("Samma förmåga, olika nivå", "Item bias"),
            (
                "Om de som är lika på bedömningsgrunderna som helhet får olika nivå på en av dem.",
                "Whether people alike on the criteria as a whole get different levels on one of them.",
            ),
            (
                "Jämförelse inom skikt av lika eller närliggande totalpoäng: standardiserad skillnad, Mantels "
                "test och delta = "
                "−2,35 ln alfa (A under 1, "
                "B till 1,5, C däröver, räknat till beloppet).",
                "Compared within strata of equal or nearly equal totals: standardised difference, Mantel's test "
                "and delta = "
                "−2.35 ln alpha "
                "(A below 1, B to 1.5, C above, whatever its sign).",
            ),
            ("totalen själv är skev.", "the total itself is biased."),
            "Mantel 1963; Holland & Thayer 1988; Dorans & Schmitt 1991",
        ),
        Definition(
            ("assessor", "assessors"),
            ("Per bedömare", "By assessor"),
            (
                "Om en bedömares skillnad mellan gruppen och de andra skiljer sig från kollegernas på samma "
                "ansökningar.",
                "Whether one assessor's gap between the group and the others differs from that of colleagues "
                "on the same "
                "applications.",
            ),
            (
                "En modell av nivåer: bedömare gånger grupp, plus ansökan; ansökningar slumpmässiga (REML).",
                "A model of levels: assessor times group, plus application; applications random (REML).",
            ),
            (
                "alla bedömare delar samma skillnad: då syns den inte alls.",
                "all assessors share the same gap: then it cannot be seen at all.",
            ),
        ),
    ),
)
