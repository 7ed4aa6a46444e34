"""The order, the evidence over time, and what another bar or other weights would have done."""

from recruit.definitions.entry import Chapter, Definition

CHAPTER = Chapter(
    "further",
    ("Ordningen, tiden och vad som hade kunnat bli", "The order, time, and what might have been"),
    (
        Definition(
            ("ndkl", "order"),
            ("NDKL", "NDKL"),
            (
                "Hur ojämnt grupperna är blandade uppifrån och ned i ordningen. 0 är samma blandning överallt.",
                "How unevenly groups are mixed from the top of the order down. 0 is the same mix everywhere.",
            ),
            (
                "Kullback–Leibler-divergensen för varje början av ordningen, i vägt medeltal med vikterna "
                "1/log₂(1 + plats).",
                "Kullback–Leibler divergence of every beginning of the order, as a mean weighted by 1/log₂(1 + "
                "place).",
            ),
            (
                "det läses utan slumpens fördelning: trettio grupper om tre ger 0,77 av ren slump.",
                "it is read without its null: thirty groups of three have .77 by chance alone.",
            ),
            "Geyik, Ambler & Kenthapadi 2019",
        ),
        Definition(
            ("exposure",),
            ("Exponering", "Exposure"),
            (
                "Vad gruppens platser är värda i medeltal; höga platser väger mest.",
                "What the group's places are worth on average; high places weigh most.",
            ),
            ("Medelvärdet av 1/log₂(1 + plats).", "Mean of 1/log₂(1 + place)."),
            (
                "gruppen är liten: då är en enda förstaplats en stor del av värdet.",
                "the group is small: a single first place is then a large part of it.",
            ),
            "Singh & Joachims 2018",
        ),
        Definition(
            ("tops", "top"),
            ("De första k", "Tops"),
            (
                "Om någon början av ordningen rymmer färre ur gruppen än slumpen brukar ge.",
                "Whether some beginning of the order holds fewer of the group than chance usually gives.",
            ),
            (
                "Minsta binomialsannolikhet över alla k, mot slumpmässiga ordningar av samma personer.",
                "Smallest binomial probability over all k, against random orders of the same people.",
            ),
            (
                "det tas för en kvot. Det är bara en detektor.",
                "it is taken for a quota. It is a detector only.",
            ),
            "Zehlike et al. 2017 (FA*IR)",
        ),
        Definition(
            ("e_values", "over_time", "e_process", "sequential", "alarm_line"),
            ("Belägg över tid (e-värde)", "Evidence over time (e-value)"),
            (
                "Vad vadslagning mot ”ingen skillnad” har gjort av en krona. Larm vid 20. Får läsas efter varje "
                "omgång.",
                "What betting against “no gap” has made of one crown. Alarm at 20. May be read after every "
                "intake.",
            ),
            (
                "Likelihoodkvoten för andra odds mot ingen skillnad, för ett fast antal platser (hypergeometrisk), "
                "multiplicerad över omgångar och i genomsnitt över grupper.",
                "Likelihood ratio of other odds against no gap, for fixed places (hypergeometric), multiplied over "
                "intakes and "
                "averaged over groups.",
            ),
            (
                "omgångarna inte räknas i tidsordning, eller samma personer räknas i flera.",
                "intakes are not counted in order of time, or the same people in several.",
            ),
            "Ville 1939; Turner, Ly & Grünwald 2021; Wang & Ramdas 2022",
        ),
        Definition(
            ("proxies", "auc", "importance"),
            ("Ombud för gruppen", "Proxies"),
            (
                "Om gruppen går att gissa ur nivåerna på bedömningsgrunderna. 0,5 är ren slump, 1 är alltid "
                "rätt.",
                "Whether the group can be guessed from the levels on the criteria. .5 is chance, 1 is always "
                "right.",
            ),
            (
                "Arean under ROC-kurvan, korsvaliderad, mot grupper som delats ut på måfå.",
                "Area under the ROC curve, cross-validated, against groups dealt at random.",
            ),
            (
                "det tas för ett fel att en grund skiljer grupper åt; grupper under 15 prövas inte.",
                "that a criterion tells groups apart is taken for a wrong; groups below 15 are not tried.",
            ),
            "Ojala & Garriga 2010",
        ),
        Definition(
            ("alternatives",),
            ("Andra vikter", "Other weights"),
            (
                "Vikter, inom gränser som motiverats av arbetet, som hade gett mindre skillnad vid samma "
                "överensstämmelse. Visas för "
                "människor inför nästa omgång, används av ingen.",
                "Weights, within bounds justified by the job, that would have had less difference at the same "
                "agreement. Shown "
                "to people before the next intake, applied by nobody.",
            ),
            (
                "Slumpmässig sökning inom gränserna, prövad på omgångar som hölls undan.",
                "Random search within the bounds, tested on intakes held out.",
            ),
            ("omgångarna är få: vinsten kan vara slump.", "intakes are few: the gain may be chance."),
            "De Corte, Lievens & Sackett 2007",
        ),
        Definition(
            ("bar", "rejected", "without_offer", "vacant"),
            ("Över gränsen men utan erbjudande", "Qualified but rejected"),
            (
                "De som låg på eller över den publicerade gränsen men inte fick något erbjudande, bredvid "
                "platser som blev tomma.",
                "Those at or above the published threshold who got no offer, beside posts left vacant.",
            ),
            ("Räknade per grupp; platser per ort.", "Counted by group; posts by site."),
            (
                "de hade dragit sig ur före ett erbjudande, eller bara sökt andra orter.",
                "they had withdrawn before an offer, or applied to other sites only.",
            ),
        ),
        Definition(
            ("threshold", "thresholds"),
            ("En annan gräns", "Another threshold"),
            (
                "Hur många i varje grupp som hade legat på eller över en högre eller lägre gräns.",
                "How many of each group would have been at or above a higher or lower threshold.",
            ),
            (
                "Poängen mot gränsen, jämförda som bråk.",
                "Points against the threshold, compared as fractions.",
            ),
            (
                "andra kunde ha sökt om gränsen vore en annan.",
                "others might have applied had the threshold been another.",
            ),
        ),
        Definition(
            ("later_start", "weeks"),
            ("Senare start", "A later start"),
            (
                "Hur många fler som hade hunnit få legitimation om starten hade legat n veckor senare.",
                "How many more would have had their licence in time had the start been n weeks later.",
            ),
            (
                "De som uppfyller allt annat och väntade legitimation efter starten, men senast vid den senare.",
                "Those who meet all else and expected their licence after the start, but by the later one.",
            ),
            ("väntade datum inte hålls.", "expected dates are not kept."),
        ),
    ),
)
