"""Where medical degrees are taken: suggestions for the countries that applicants most often come from.

Universities with a medical programme, under the names that they use themselves in Latin letters. The lists are help
with spelling and no register: they are not complete, nothing is compared with them, and whatever is written instead is
kept as it is. Whether a degree counts is decided by the National Board of Health and Welfare. An institution that has
changed its name stands under both: a degree says what it was called then. What the names were checked against stands in
`docs/decisions.md`.
"""

_NAMES = """
AF
  Herat University
  Kabul University of Medical Sciences
  Kandahar University
  Nangarhar University
AT
  Johannes Kepler Universität Linz
  Medizinische Universität Graz
  Medizinische Universität Innsbruck
  Medizinische Universität Wien
  Paracelsus Medizinische Privatuniversität
BA
  Univerzitet u Banjoj Luci
  Univerzitet u Sarajevu
  Univerzitet u Tuzli
  Sveučilište u Mostaru
BG
  Medical University of Plovdiv
  Medical University of Sofia
  Medical University of Varna
  Medical University of Pleven
  Sofia University St. Kliment Ohridski
  Trakia University
CZ
  Masarykova univerzita
  Ostravská univerzita
  Univerzita Karlova
  Univerzita Palackého v Olomouci
DE
  Charité – Universitätsmedizin Berlin
  Christian-Albrechts-Universität zu Kiel
  Friedrich-Schiller-Universität Jena
  Goethe-Universität Frankfurt
  Heinrich-Heine-Universität Düsseldorf
  Ludwig-Maximilians-Universität München
  Medizinische Hochschule Hannover
  Rheinische Friedrich-Wilhelms-Universität Bonn
  Ruprecht-Karls-Universität Heidelberg
  RWTH Aachen
  Technische Universität Dresden
  Technische Universität München
  Universität Greifswald
  Universität Hamburg
  Universität Leipzig
  Universität Rostock
  Universität Ulm
  Universität Würzburg
  Universität zu Köln
  Universität zu Lübeck
DK
  Aalborg Universitet
  Aarhus Universitet
  Københavns Universitet
  Syddansk Universitet
EE
  Tartu Ülikool
EG
  Ain Shams University
  Al-Azhar University
  Alexandria University
  Assiut University
  Cairo University
  Mansoura University
  Tanta University
  Zagazig University
ES
  Universidad Autónoma de Madrid
  Universidad Complutense de Madrid
  Universidad de Granada
  Universidad de Navarra
  Universidad de Salamanca
  Universidad de Sevilla
  Universidad de Zaragoza
  Universitat Autònoma de Barcelona
  Universitat de Barcelona
  Universitat de València
ET
  Addis Ababa University
  Hawassa University
  Jimma University
  Mekelle University
  University of Gondar
FI
  Helsingin yliopisto
  Itä-Suomen yliopisto
  Oulun yliopisto
  Tampereen yliopisto
  Turun yliopisto
FR
  Aix-Marseille Université
  Sorbonne Université
  Université Claude Bernard Lyon 1
  Université de Bordeaux
  Université de Lille
  Université de Montpellier
  Université de Strasbourg
  Université Paris Cité
GB
  Imperial College London
  King's College London
  Queen Mary University of London
  University College London
  University of Birmingham
  University of Cambridge
  University of Edinburgh
  University of Glasgow
  University of Leeds
  University of Manchester
  University of Oxford
  University of Sheffield
GE
  Batumi Shota Rustaveli State University
  David Tvildiani Medical University
  Ivane Javakhishvili Tbilisi State University
  Tbilisi State Medical University
GR
  Aristotle University of Thessaloniki
  Democritus University of Thrace
  National and Kapodistrian University of Athens
  University of Crete
  University of Ioannina
  University of Patras
  University of Thessaly
HR
  Sveučilište Josipa Jurja Strossmayera u Osijeku
  Sveučilište u Rijeci
  Sveučilište u Splitu
  Sveučilište u Zagrebu
HU
  Debreceni Egyetem
  Pécsi Tudományegyetem
  Semmelweis Egyetem
  Szegedi Tudományegyetem
IE
  RCSI University of Medicine and Health Sciences
  Trinity College Dublin
  University College Cork
  University College Dublin
  University of Galway
  University of Limerick
IN
  All India Institute of Medical Sciences, New Delhi
  Armed Forces Medical College, Pune
  Christian Medical College, Vellore
  Grant Government Medical College, Mumbai
  Kasturba Medical College, Manipal
  King George's Medical University, Lucknow
  Madras Medical College
  Maulana Azad Medical College, New Delhi
IQ
  Al-Nahrain University
  Hawler Medical University
  Mustansiriyah University
  University of Baghdad
  University of Basrah
  University of Duhok
  University of Kufa
  University of Mosul
  University of Sulaimani
IR
  Iran University of Medical Sciences
  Isfahan University of Medical Sciences
  Mashhad University of Medical Sciences
  Shahid Beheshti University of Medical Sciences
  Shiraz University of Medical Sciences
  Tabriz University of Medical Sciences
  Tehran University of Medical Sciences
IS
  Háskóli Íslands
IT
  Sapienza Università di Roma
  Università degli Studi di Milano
  Università degli Studi di Napoli Federico II
  Università degli Studi di Padova
  Università degli Studi di Pavia
  Università degli Studi di Torino
  Università di Bologna
  Università di Pisa
JO
  Hashemite University
  Jordan University of Science and Technology
  Mutah University
  University of Jordan
  Yarmouk University
LB
  American University of Beirut
  Beirut Arab University
  Lebanese University
  Université Saint-Joseph de Beyrouth
  University of Balamand
LT
  Lietuvos sveikatos mokslų universitetas
  Vilniaus universitetas
LV
  Latvijas Universitāte
  Rīgas Stradiņa universitāte
LY
  Misurata University
  University of Benghazi
  University of Tripoli
MK
  Goce Delčev University of Štip
  Ss. Cyril and Methodius University in Skopje
  University of Tetova
NL
  Erasmus Universiteit Rotterdam
  Maastricht University
  Radboud Universiteit
  Rijksuniversiteit Groningen
  Universiteit Leiden
  Universiteit Utrecht
  Universiteit van Amsterdam
  Vrije Universiteit Amsterdam
NO
  NTNU – Norges teknisk-naturvitenskapelige universitet
  Universitetet i Bergen
  Universitetet i Oslo
  UiT Norges arktiske universitet
PK
  Aga Khan University
  Allama Iqbal Medical College
  Dow University of Health Sciences
  Khyber Medical College
  King Edward Medical University
  Nishtar Medical University
  Rawalpindi Medical University
PL
  Gdański Uniwersytet Medyczny
  Pomorski Uniwersytet Medyczny w Szczecinie
  Śląski Uniwersytet Medyczny w Katowicach
  Uniwersytet Jagielloński
  Uniwersytet Medyczny im. Karola Marcinkowskiego w Poznaniu
  Uniwersytet Medyczny im. Piastów Śląskich we Wrocławiu
  Uniwersytet Medyczny w Białymstoku
  Uniwersytet Medyczny w Lublinie
  Uniwersytet Medyczny w Łodzi
  Warszawski Uniwersytet Medyczny
RO
  Universitatea de Medicină și Farmacie Carol Davila București
  Universitatea de Medicină și Farmacie din Craiova
  Universitatea de Medicină și Farmacie Grigore T. Popa Iași
  Universitatea de Medicină și Farmacie Iuliu Hațieganu Cluj-Napoca
  Universitatea de Medicină și Farmacie Victor Babeș Timișoara
  Universitatea Ovidius din Constanța
  Universitatea Lucian Blaga din Sibiu
RS
  Univerzitet u Beogradu
  Univerzitet u Kragujevcu
  Univerzitet u Nišu
  Univerzitet u Novom Sadu
RU
  Lomonosov Moscow State University
  Pavlov First Saint Petersburg State Medical University
  Pirogov Russian National Research Medical University
  Sechenov University
SD
  Ahfad University for Women
  Omdurman Islamic University
  University of Gezira
  University of Khartoum
SE
  Göteborgs universitet
  Karolinska Institutet
  Linköpings universitet
  Lunds universitet
  Umeå universitet
  Uppsala universitet
  Örebro universitet
SK
  Univerzita Komenského v Bratislave
  Univerzita Pavla Jozefa Šafárika v Košiciach
SY
  Al-Baath University
  Damascus University
  Homs University
  Latakia University
  Tishreen University
  University of Aleppo
  University of Kalamoon
TR
  Ankara Üniversitesi
  Dokuz Eylül Üniversitesi
  Ege Üniversitesi
  Gazi Üniversitesi
  Hacettepe Üniversitesi
  İstanbul Üniversitesi
  Marmara Üniversitesi
UA
  Bogomolets National Medical University
  Danylo Halytsky Lviv National Medical University
  Dnipro State Medical University
  Kharkiv National Medical University
  Odesa National Medical University
  Ternopil National Medical University
  Vinnytsia National Pirogov Medical University
XK
  Universiteti i Prishtinës Hasan Prishtina
"""


def _by_country() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    country = ""
    for line in _NAMES.strip().splitlines():
        if line.startswith(" "):
            found[country] += (line.strip(),)
        else:
            country = line
            found[country] = ()
    return found


#: Country (ISO 3166 alpha-2, and XK) -> names.
INSTITUTIONS = _by_country()


def suggestions() -> tuple[tuple[str, str], ...]:
    """(country, name) of every institution, by country."""
    return tuple((code, name) for code, names in INSTITUTIONS.items() for name in names)
