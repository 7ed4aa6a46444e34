"""Common given and family names by country, put together at random: nobody real is meant.

A name is one word, or the Latin form and the native form with a slash between.
"""

SWEDISH = (
    "Elin Anna Maja Sara Malin Ida Klara Ebba Linnea Wilma",
    "Erik Oskar Johan Emil Viktor Anton Hugo Arvid Nils Axel",
    "Lindqvist Backlund Ekroth Holmgren Nyström Sjödahl Wallander Forsberg Åkerman Öhman Hedlund Norén",
)

# country of education -> (women's given names, men's given names, family names)
NAMES: dict[str, tuple[str, str, str]] = {
    "LV": (
        "Ilze Laura Anete Elīna Kristīne",
        "Kristaps Mārtiņš Toms Kaspars Jānis",
        "Ozols Bērziņa Liepa Kalniņa Zariņa Vītola",
    ),
    "RO": (
        "Andreea Ioana Elena Mădălina Raluca",
        "Ionuț Ștefan Radu Cătălin Andrei",
        "Șerban Țurcanu Munteanu Ciobanu Dobre Popa",
    ),
    "LT": (
        "Rūta Gabrielė Eglė Ieva Austėja",
        "Jonas Lukas Mantas Tomas Paulius",
        "Kazlauskas Petrauskas Stonys Jankauskas Žukas",
    ),
    "PL": (
        "Agnieszka Magdalena Kinga Maja Zuzanna",
        "Paweł Bartosz Jakub Michał Łukasz",
        "Wróbel Jabłoński Łuczak Kowalczyk Żurek Wójcik",
    ),
    "BG": (
        "Viktoria/Виктория Maria/Мария Desislava/Десислава",
        "Georgi/Георги Dimitar/Димитър Ivan/Иван",
        "Dimitrov/Димитров Petrov/Петров Iliev/Илиев Stoyanov/Стоянов",
    ),
    "GR": (
        "Eleni/Ελένη Maria/Μαρία Katerina/Κατερίνα",
        "Nikos/Νίκος Christos/Χρήστος Giorgos/Γιώργος",
        "Papadakis/Παπαδάκης Stathopoulos/Σταθόπουλος Vlachos/Βλάχος",
    ),
    "DE": (
        "Hanna Lena Johanna Franziska",
        "Lukas Johannes Felix Jonas",
        "Wehrmann Kröger Böhm Schäfer Müller",
    ),
    "HU": ("Zsófia Kinga Petra Réka", "Márton Dániel Bence Gergő", "Szűcs Halász Horváth Bíró Farkas"),
    "DK": ("Freja Sofie Ida", "Mikkel Søren Rasmus", "Østergaard Kjær Møller Søgaard"),
    "CZ": ("Tereza Klára Veronika", "Tomáš Jiří Ondřej", "Dvořák Němec Růžička Kučera"),
    "ES": ("Lucía Sofía Carmen", "Álvaro Javier Íñigo", "Iglesias Peña Muñoz Núñez"),
    "IT": ("Giulia Chiara Martina", "Lorenzo Matteo Niccolò", "Ferrari Esposito Lo-Conte"),
    "HR": ("Ivana Petra Lucija", "Marko Luka Ivan", "Kovačević Babić Šimić"),
    "SK": ("Zuzana Lucia Katarína", "Martin Matúš Peter", "Kováč Ďurica Hudák"),
    "EE": ("Liis Kadri Õnne", "Rasmus Jüri Märt", "Tamm Põld Käär"),
    "FI": ("Emilia Aino Päivi", "Eero Väinö Jussi", "Rantanen Mäkinen Hämäläinen"),
    "NL": ("Sanne Fleur Noor", "Daan Bram Sjoerd", "Visser Dijkstra Hoekstra"),
    "IE": ("Aoife Niamh Sinéad", "Cian Oisín Seán", "Murphy Ó-Briain Walsh"),
    "FR": ("Chloé Inès Zoé", "Rémi Loïc Théo", "Lefèvre Besançon Noël"),
    "NO": ("Ingrid Solveig Åse", "Håkon Bjørn Sigurd", "Haugen Bråten Øverland"),
    "SY": (
        "Layla/ليلى Rana/رنا Hala/هالة",
        "Omar/عمر Karim/كريم Samir/سمير",
        "Al-Haddad/الحداد Khoury/خوري Nasser/ناصر Darwish/درويش",
    ),
    "IQ": (
        "Zainab/زينب Noor/نور",
        "Ali/علي Hassan/حسن Mustafa/مصطفى",
        "Al-Jabburi/الجبوري Al-Saadi/السعدي Rashid/رشيد",
    ),
    "UA": (
        "Dariia/Дарія Olena/Олена Oksana/Оксана",
        "Andrii/Андрій Taras/Тарас",
        "Kovalenko/Коваленко Shevchuk/Шевчук Bondar/Бондар",
    ),
    "IR": ("Golnaz/گلناز Shirin/شیرین", "Reza/رضا Kaveh/کاوه", "Rahimi/رحیمی Moradi/مرادی Karimi/کریمی"),
    "GE": ("Nino/ნინო Tamar/თამარ", "Giorgi/გიორგი Levan/ლევან", "Beridze/ბერიძე Lomidze/ლომიძე"),
    "RS": (
        "Jelena/Јелена Milica/Милица",
        "Nikola/Никола Stefan/Стефан",
        "Jovanović/Јовановић Petrović/Петровић",
    ),
    "TR": ("Elif Zeynep", "Yusuf Emre", "Demirtaş Yıldız Şahin"),
    "EG": ("Mariam/مريم Salma/سلمى", "Youssef/يوسف Tarek/طارق", "Mansour/منصور Fahmy/فهمي"),
    "PK": ("Ayesha/عائشہ Sana/ثنا", "Bilal/بلال Hamza/حمزہ", "Qureshi/قریشی Malik/ملک"),
    "IN": ("Priya/प्रिया Ananya/अनन्या", "Arjun/अर्जुन Rohan/रोहन", "Sharma/शर्मा Iyer/अय्यर"),
    "CN": ("Yuxin/雨欣 Mei/梅", "Hao/浩 Jun/军", "Wang/王 Zhang/张 Liu/刘"),
    "VN": ("Ánh Thảo", "Minh Đức", "Nguyễn Trần Phạm"),
    "SO": ("Hodan Ifrah", "Abdi Guled", "Warsame Jama"),
    "ER": ("Selam/ሰላም Feven/ፌቨን", "Yonas/ዮናስ Dawit/ዳዊት", "Tesfay/ተስፋይ Haile/ሃይለ"),
    "RU": ("Anna/Анна Daria/Дарья", "Pavel/Павел Sergei/Сергей", "Sokolov/Соколов Morozov/Морозов"),
    "BA": ("Amina Lejla", "Emir Tarik", "Hadžić Begović"),
    "AF": ("Zahra/زهرا", "Farid/فرید", "Ahmadi/احمدی"),
    "NA": ("Ndapewa Selma", "Tangeni Petrus", "Shikongo Haufiku"),
    "XK": ("Arta Blerta", "Driton Besnik", "Krasniqi Gashi"),
}

# Share of applicants by country of education, per cent; the rest of 100 is spread over the other countries above.
SHARES = {
    "LV": 17, "RO": 11, "LT": 8, "PL": 8, "BG": 6, "GR": 6, "DE": 5, "HU": 5, "DK": 4, "CZ": 3,
    "ES": 1, "IT": 1, "HR": 1, "SK": 1, "EE": 1, "FI": 0.5, "NL": 0.5, "IE": 0.4, "FR": 0.3, "NO": 0.3,
    "SY": 6, "IQ": 4, "UA": 2, "IR": 2,
    "GE": 0.5, "RS": 0.7, "TR": 0.6, "EG": 0.6, "PK": 0.7, "IN": 0.6, "CN": 0.4, "VN": 0.3, "SO": 0.3, "ER": 0.3,
    "RU": 0.4, "BA": 0.4, "AF": 0.2, "NA": 0.2, "XK": 0.2,
}  # fmt: skip

EU_EEA = frozenset((
    "LV", "RO", "LT", "PL", "BG", "GR", "DE", "HU", "DK", "CZ",
    "ES", "IT", "HR", "SK", "EE", "FI", "NL", "IE", "FR", "NO",
))  # fmt: skip

UNIVERSITIES = {
    "LV": "Rīgas Stradiņa universitāte",
    "RO": "Universitatea de Medicină Carol Davila",
    "LT": "Lietuvos sveikatos mokslų universitetas",
    "PL": "Gdański Uniwersytet Medyczny",
    "BG": "Медицински университет – София",
    "GR": "Αριστοτέλειο Πανεπιστήμιο Θεσσαλονίκης",
    "DE": "Universität Leipzig",
    "HU": "Semmelweis Egyetem",
    "DK": "Københavns Universitet",
    "CZ": "Univerzita Karlova",
    "SY": "جامعة دمشق",
    "IQ": "جامعة بغداد",
    "UA": "Національний медичний університет імені О. О. Богомольця",
    "IR": "دانشگاه علوم پزشکی تهران",
}
