"""Invented texts in which every trace is marked: `[[kind|text]]`; `{…}` is filled in for each person.

`DEVELOPMENT` was looked at while the rules were made. `HELD_OUT`, and the people in it, were written before the first
measurement and are never used to change a rule: whoever tunes the rules writes new ones for the next measurement.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Someone:
    """An invented person as the forms know them, and what their texts are filled with."""

    given: str
    family: str
    native: str
    other_spelling: str  # of the whole name, as a passport or another language has it
    school: str
    school_elsewhere: str  # the same school as others write it
    city: str
    country_sv: str
    country_en: str
    adjective_sv: str
    adjective_en: str
    woman: bool
    year: int
    number: str


DEVELOPMENT_PEOPLE = (
    Someone("Darya", "Kovalenko", "Дар'я Коваленко", "Daria Kowalenko", "Національний медичний університет",
            "National Medical University", "Kyiv", "Ukraina", "Ukraine", "ukrainsk", "Ukrainian", True, 2017, "910304-2389"),
    Someone("Mārtiņš", "Bērziņš", "", "Martins Berzins", "Rīgas Stradiņa universitāte", "Riga Stradins University",
            "Riga", "Lettland", "Latvia", "lettisk", "Latvian", False, 2016, "900212-1239"),
    Someone("Omar", "Al-Haddad", "عمر الحداد", "Omar Elhaddad", "جامعة دمشق", "Damascus University",
            "Damaskus", "Syrien", "Syria", "syrisk", "Syrian", False, 2014, "880171-1230"),
)  # fmt: skip
HELD_OUT_PEOPLE = (
    Someone("Oleksandra", "Tymoshchuk", "Олександра Тимощук", "Alexandra Timoschuk", "Львівський національний медичний університет",
            "Danylo Halytsky Lviv National Medical University", "Lviv", "Ukraina", "Ukraine", "ukrainsk", "Ukrainian",
            True, 2015, "900618-2384"),
    Someone("Kyriakos", "Panagiotidis", "Κυριάκος Παναγιωτίδης", "Kiriakos Panayotidis", "Ιατρική Σχολή Πανεπιστημίου Πατρών",
            "University of Patras", "Patras", "Grekland", "Greece", "grekisk", "Greek", False, 2013, "870923-1236"),
    Someone("Ketevan", "Mchedlishvili", "ქეთევან მჭედლიშვილი", "Ketewan Mtschedlischwili", "თბილისის სახელმწიფო სამედიცინო უნივერსიტეტი",
            "Tbilisi State Medical University", "Tbilisi", "Georgien", "Georgia", "georgisk", "Georgian", True, 2018,
            "930701-2386"),
    Someone("Abdulrahman", "Al-Sharif", "عبد الرحمن الشريف", "Abdel Rahman Elsherif", "جامعة عين شمس", "Ain Shams University",
            "Kairo", "Egypten", "Egypt", "egyptisk", "Egyptian", False, 2012, "860564-1231"),
    Someone("Agnė", "Grigaliūnaitė", "", "Agne Grigaliunaite", "Vilniaus universitetas", "Vilnius University", "Vilnius",
            "Litauen", "Lithuania", "litauisk", "Lithuanian", True, 2017, "920415-2382"),
    Someone("Wojciech", "Błaszczykowski", "", "Wojciech Blaszczykowski", "Śląski Uniwersytet Medyczny",
            "Medical University of Silesia", "Katowice", "Polen", "Poland", "polsk", "Polish", False, 2014, "890827-1237"),
    Someone("Nasrin", "Hosseini", "نسرین حسینی", "Nasreen Hoseini", "دانشگاه علوم پزشکی شیراز",
            "Shiraz University of Medical Sciences", "Shiraz", "Iran", "Iran", "iransk", "Iranian", True, 2011, "850303-2385"),
    Someone("Bence", "Szilágyi", "", "Bence Szilagyi", "Szegedi Tudományegyetem", "University of Szeged", "Szeged", "Ungern",
            "Hungary", "ungersk", "Hungarian", False, 2019, "941111-1238"),
    Someone("Mădălina", "Păunescu", "", "Madalina Paunescu", "Universitatea de Medicină și Farmacie Iuliu Hațieganu",
            "Iuliu Hatieganu University of Medicine and Pharmacy", "Cluj-Napoca", "Rumänien", "Romania", "rumänsk", "Romanian",
            True, 2016, "911224-2389"),
    Someone("Teodora", "Hristova", "Теодора Христова", "Theodora Christova", "Тракийски университет", "Trakia University",
            "Stara Zagora", "Bulgarien", "Bulgaria", "bulgarisk", "Bulgarian", True, 2015, "900509-2380"),
    Someone("Jens", "Nørgaard", "", "Jens Noergaard", "Aarhus Universitet", "Aarhus University", "Aarhus", "Danmark", "Denmark",
            "dansk", "Danish", False, 2018, "930214-1234"),
    Someone("Amarachi", "Okonkwo", "", "Amarachi Okonkwo", "University of Ibadan", "Ibadan College of Medicine", "Ibadan",
            "Nigeria", "Nigeria", "nigeriansk", "Nigerian", True, 2013, "880930-2381"),
)  # fmt: skip

DEVELOPMENT = (
    """[[name|{given} {family}]]
[[number|{number}]], e-post: [[contact|{email}]], tel [[contact|{phone}]]
Nationalitet: [[place|{adjective_sv}]]
Läkarexamen [[age|{year}]], [[school|{school}]]. [[sex|{Pronoun_sv}]] arbetar i [[place|{city}]].
Jag är en [[age|34-årig]] [[sex|{noun_sv}]] från [[place|{country_sv}]] och talar svenska.
2018-2019 Lindfors sjukhus, medicin. Man kan säga att finns och finna en patient.
""",
    """Curriculum vitae of [[name|{other_spelling}]]
Born [[age|3 May 1991]] in [[place|{country_en}]], [[place|{adjective_en}]] citizen
I graduated from [[school|{school_elsewhere}]] in [[age|{year}]].
The university was large. Right bundle of His was studied in 2019.
""",
)
HELD_OUT = (
    """MERITFÖRTECKNING

[[name|{given} {family}]]
[[contact|Kungsgatan 12 B, 903 25 Umeå]]
Mobil: [[contact|{phone}]]
[[contact|{email}]]
Personnummer: [[number|{number}]]

UTBILDNING
[[age|{year_before}–{year}]]  Läkarprogrammet, [[school|{school}]], [[place|{country_sv}]]
[[age|2005]] Gymnasieexamen, [[place|{city}]]

ARBETE
2019-01 – 2019-08  Underläkare, akutmottagningen, Hamra
2020–2021  Vikarierande underläkare, geriatrik, 100 %
Ansvarig för 34 vårdplatser. Deltog i 12 simuleringar och 3 förbättringsarbeten.

SPRÅK
Svenska (C1), engelska, [[place|{adjective_sv}a]]
""",
    """Rekommendation

Jag har handlett [[name|{given}]] under tolv månader. [[sex|{Pronoun_sv}]] visar gott omdöme, och jag har aldrig sett
[[sex|{object_sv}]] tappa lugnet. [[name|{given}]]s patienter uttrycker förtroende, och [[sex|{possessive_sv}]] journaler är
tydliga. Kollegerna uppskattar doktor [[name|{family}]]. Finns det något att förbättra är det tempot. Man märker att
utbildningen vid [[school|{school_elsewhere}]] varit gedigen.
""",
    """PERSONAL STATEMENT

My name is [[name|{other_spelling}]] ([[name|{native}]]) and I come from [[place|{city}]]. At [[age|29 years of age]] I decided to
leave [[place|{country_en}]]. I finished my degree in [[age|{year}]] at [[school|{school_elsewhere}]] and have since worked with
acute stroke, sepsis and chest pain. As a [[sex|{noun_en}]] in surgery I learnt to be patient. My [[sex|{spouse_en}]] works in the
same hospital. I speak [[place|{adjective_en}]], English and some [[place|German]]. In 2022 I passed the Swedish course.
""",
    """Letter of reference

To whom it may concern. [[sex|{title_en}]] [[name|{family}]] worked at our ward from March 2019 to June 2020. [[sex|{Pronoun_en}]] was
punctual, [[sex|{possessive_en}]] notes were brief, and our [[place|{adjective_en}]] colleague soon led the morning round. Dr
[[name|{initial}. {family}]] took part in a study of 240 patients with atrial fibrillation. You may call me on 2 West.
Further particulars: [[contact|www.{domain}.com/team]], [[contact|linkedin.com/in/{handle}]].
""",
    """Lärandebehov

Jag behöver träna på palliativ vård, intyg och svensk lagstiftning. I [[place|{country_sv}]] skrivs intyg av administratörer.
Under min tid som AT-läkare på sjukhuset i [[place|{city}]] gjorde jag 40 nattjourer. Jag fyllde [[age|31]] när jag kom hit.
Som [[place|{adjective_sv}]] läkare saknar jag vana av primärvårdens arbetssätt. Min svärmor är sjuksköterska.
Handledaren föreslog en plan på 18 månader; vi följer den sedan hösten 2023.
""",
    """CV / {given_initial}{family_initial}

Full name: [[name|{given} {family}]]
Date of birth: [[age|{born}]]
Gender: [[sex|{gender_en}]]
Citizenship: [[place|{country_en}]]
Phone: [[contact|{phone}]]

Research: co-author of two papers on heart failure ([[name|{family} {initial}]], et al., 2021).
Thesis: "Outcomes after hip fracture", [[school|{school_elsewhere}]].
Teaching: supervised 15 students in clinical examination. Courses: ALS 2021, radiation safety 2020.
Hobbies: chess, running, Turkish coffee is not among them.
""",
    """Kvalitetsarbete

Projektet om läkemedelsgenomgångar omfattade 120 patienter, 65–90 år gamla, på en medicinavdelning. Resultatet visade att
antalet fall minskade med 18 procent. Rapporten publicerades 2022. Inga andra sjukhus deltog. En 54-årig patient med
bröstsmärta beskrivs i bilagan. Arbetet leddes av [[name|{given} {family}]] och handledare på kliniken.
""",
    """Motivation

[[name|{native}]]
I want to become a safe doctor in Swedish health care. My studies in [[place|{city}]] gave me a solid ground, but little practice.
I was [[age|born in {birth_year}]], moved here with my family, and my children go to school in Lindfors. For the last two years I
have worked 75 % in primary care. I can be reached at [[contact|{phone}]] after 16.00.
""",
)
