"""Active measures by the Discrimination Act (2008:567), 3 kap.: what the report gives, what the employer must write.

Said modestly: the Act asks for more than a recruitment's figures, and its wording in force is what counts.
"""

from __future__ import annotations

from dataclasses import dataclass

from recruit.figure_words import Pair

INTRODUCTION: Pair = (
    "Arbetsgivare ska arbeta förebyggande och främjande i fyra steg, fortlöpande och inom fem områden; "
    "rekrytering och befordran "
    "är ett av dem (diskrimineringslagen 3 kap. 2–5 §§). Rapporten är underlag till det arbetet för en "
    "rekrytering. Den är inte "
    "arbetsgivarens dokumentation och avgör inte om någon har diskriminerats. Läs lagen i dess gällande lydelse.",
    "Employers are to work preventively and proactively in four steps, continuously and in five areas, of "
    "which recruitment and "
    "promotion is one (Discrimination Act, ch. 3 ss. 2–5). The report is material for that work on one "
    "recruitment. It is not the "
    "employer's documentation, and does not settle whether anybody has been discriminated against. Read the "
    "Act as in force.",
)

GROUNDS: Pair = (
    "Lagen gäller sju diskrimineringsgrunder. Här mäts två av dem, kön och ålder, och bara för dem som har "
    "svarat. "
    "Utbildningsland och väg till legitimation mäts också, men de är inte etnisk tillhörighet. "
    "Könsöverskridande identitet eller "
    "uttryck, etnisk tillhörighet, religion eller annan trosuppfattning, funktionsnedsättning och sexuell "
    "läggning samlas inte in "
    "och måste undersökas på andra sätt.",
    "The Act covers seven grounds. Two of them are measured here, sex and age, and only for those who "
    "answered. Country of "
    "education and licence route are measured as well, but they are not ethnicity. Transgender identity or "
    "expression, ethnicity, "
    "religion or other belief, disability and sexual orientation are not collected, and must be investigated "
    "by other means.",
)


@dataclass(frozen=True)
class Step:
    """One duty: where it stands, what the report gives to it, and what the employer must write."""

    key: str
    section: str
    title: Pair
    covers: Pair
    employer: Pair


STEPS: tuple[Step, ...] = (
    Step(
        "investigate",
        "3 kap. 2 § 1, 5 §",
        ("Undersöka risker och hinder", "Investigate risks and obstacles"),
        (
            "Hur urvalet föll ut per steg, med osäkerhet och med vad som inte kunde ha synts.",
            "How the selection fell out at each stage, with its uncertainty and with what could not have been "
            "seen.",
        ),
        (
            "Risker som inte syns i siffror: annonsens ord, kraven, bemötandet; de grunder som inte mäts; de "
            "fyra andra områdena.",
            "Risks that no figures show: the wording of the advertisement, the requirements, how people are "
            "met; the grounds that "
            "are not measured; the four other areas.",
        ),
    ),
    Step(
        "analyse",
        "3 kap. 2 § 2",
        ("Analysera orsaker", "Analyse causes"),
        (
            "Vid vilket steg, krav, val eller bedömare skillnaden uppstår. Det är var, inte varför.",
            "At which stage, requirement, choice or assessor a gap arises. That is where, not why.",
        ),
        (
            "Vad som ligger bakom, efter samtal med dem som berörs.",
            "What lies behind it, after talking with those concerned.",
        ),
    ),
    Step(
        "measures",
        "3 kap. 2 § 3, 3 §",
        ("Vidta åtgärder", "Take measures"),
        (
            "En kort lista på vad som bör ses över, ur siffrorna efter fasta regler.",
            "A short list of what to look at, from the figures by fixed rules.",
        ),
        (
            "Vilka åtgärder som beslutas, av vem, till när; de ska planeras och genomföras så snart som möjligt.",
            "Which measures are decided on, by whom, by when; they are to be planned and carried out as soon "
            "as possible.",
        ),
    ),
    Step(
        "follow_up",
        "3 kap. 2 § 4",
        ("Följa upp och utvärdera", "Follow up and evaluate"),
        (
            "Samma siffror omgång efter omgång, och belägg som får läsas varje gång.",
            "The same figures intake after intake, and evidence that may be read every time.",
        ),
        (
            "Om åtgärderna gjorde nytta, och vad som ändras.",
            "Whether the measures did any good, and what is changed.",
        ),
    ),
    Step(
        "guidelines",
        "3 kap. 6 §",
        ("Riktlinjer och rutiner mot trakasserier", "Guidelines against harassment"),
        ("Ingenting.", "Nothing."),
        (
            "Riktlinjer och rutiner mot trakasserier, sexuella trakasserier och repressalier, med uppföljning.",
            "Guidelines and routines against harassment, sexual harassment and reprisals, followed up and "
            "evaluated.",
        ),
    ),
    Step(
        "balance",
        "3 kap. 7 §",
        ("Främja jämn könsfördelning", "Promote an even distribution of the sexes"),
        (
            "Könsfördelningen bland sökande, kallade och anställda, när svaren räcker.",
            "The sexes among applicants, those called and those hired, where answers suffice.",
        ),
        (
            "Utbildning och andra åtgärder för jämn könsfördelning i skilda typer av arbete och bland ledare.",
            "Training and other measures for an even distribution of the sexes in different types of work and "
            "among leaders.",
        ),
    ),
    Step(
        "document",
        "3 kap. 13 §",
        ("Dokumentera", "Document"),
        (
            "En daterad, undertecknad rapport med kontrollsumma, som kan bifogas.",
            "A dated and signed report with a checksum, which may be enclosed.",
        ),
        (
            "Arbetsgivare med 25 eller fler anställda: varje år skriftligt alla delar av arbetet enligt 4–10 "
            "§§, och hur samverkan "
            "enligt 11 § sker.",
            "Employers of 25 or more: every year, in writing, all parts of the work by ss. 4–10, and how the "
            "co-operation by s. 11 is "
            "carried out.",
        ),
    ),
)
