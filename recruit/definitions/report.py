"""What belongs to the report itself."""

from recruit.definitions.entry import Chapter, Definition

CHAPTER = Chapter(
    "report",
    ("Rapporten", "The report"),
    (
        Definition(
            ("suppressed", "left_out", "withheld"),
            ("Dolt", "Hidden"),
            (
                "Antal under en gräns, och allt de kunde räknas ut ur, visas inte utanför granskningen. "
                "Skikt, källor, ordning, "
                "kombinationer och belägg över tid finns inte alls i det som publiceras.",
                "Counts below a limit, and all from which they could be worked out, are not shown outside the "
                "audit. Strata, "
                "sources, order, intersections and evidence over time are not in what is published at all.",
            ),
            (
                "Ett antal räknas som skyddat bara om en annan tabell av heltal, med ett annat antal där, "
                "stämmer med allt som visas.",
                "A count is taken as protected only if another table of whole numbers, with another count "
                "there, agrees with all "
                "that is shown.",
            ),
            (
                "flera publiceringar av samma omgång läggs bredvid varandra: varje skyddas för sig, kön och "
                "ålder också mot tidigare visningar.",
                "several publications of one intake are laid side by side: each is protected by itself, sex "
                "and age also "
                "against earlier showings.",
            ),
        ),
        Definition(
            ("local_law_144", "ratio", "unknown"),
            ("Tabell enligt Local Law 144", "Local Law 144 table"),
            (
                "Antal sökande, antal valda, andel och kvot mot högsta andel, i den form som New York City "
                "kräver av "
                "automatiska verktyg. Visas som jämförelse: lagen gäller inte i Sverige.",
                "Applicants, selected, rate and impact ratio in the form that New York City asks of automated "
                "tools. "
                "Shown for comparison: the law does not apply in Sweden.",
            ),
            (
                "Valda är de som kallades, av alla som sökte; de med okänd kategori räknas bredvid.",
                "Selected are those called, of all who applied; those of unknown category are counted beside.",
            ),
            (
                "små kategorier: kvoten är då mest slump.",
                "small categories: the ratio is then mostly chance.",
            ),
            "Rules of the City of New York §§ 5-300, 5-301",
        ),
        Definition(
            ("seal", "salt", "figures_sha256", "inputs_sha256", "code_version", "seed"),
            ("Underskriftens kontrollsumma", "The checksum of the signature"),
            (
                "Binder underskriften till just dessa siffror och kommentarer. Den publicerade summan är "
                "saltad, så att ingen kan gissa "
                "enskilda svar och pröva dem mot den.",
                "Ties the signature to exactly these figures and comments. The published sum is salted, so "
                "that nobody can "
                "guess single answers and try them against it.",
            ),
            (
                "SHA-256 över salt, siffrornas SHA-256, kommentarerna och den publicerade tabellens SHA-256, "
                "som JSON.",
                "SHA-256 over salt, the figures' SHA-256, the comments and the published table's SHA-256, as "
                "JSON.",
            ),
            (
                "den tas som bevis för att siffrorna är rätta: den visar att de är oförändrade.",
                "it is taken as proof that the figures are right: it shows that they are unchanged.",
            ),
        ),
    ),
)
