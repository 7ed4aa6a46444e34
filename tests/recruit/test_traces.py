"""Finding what gives a person away: every kind, in both languages, and what must be left alone."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recruit.traces import KINDS, Finder, Person
from recruit.traces.patterns import luhn

NOBODY = Person()


def found(text: str, person: Person = NOBODY) -> list[tuple[str, str]]:
    return [(trace.kind, text[trace.start : trace.end]) for trace in Finder(person)(text)]


@pytest.mark.parametrize(
    ("names", "written"),
    [
        (("Дар'я", "Коваленко"), "Kovalenko"),
        (("Daria", "Kovalenko"), "Коваленко"),
        (("Giorgi", "Beridze"), "ბერიძე"),
        (("ნინო", "ბერიძე"), "Beridze"),
        (("Eleni", "Papadakis"), "Παπαδάκης"),
        (("Ελένη", "Παπαδάκης"), "Papadakis"),
        (("Omar", "Al-Haddad"), "الحداد"),
        (("Mohammed", "Rashid"), "Muhammad"),
        (("Yusuf", "Demirtaş"), "Demirtas"),
        (("Søren", "Kjær"), "Soren"),
        (("Paweł", "Łuczak"), "Luczak"),
        (("Aleksandr", "Sjevtjenko"), "Шевченко"),
        (("Petros", "Christou"), "Hristou"),
        (("Armen", "Petrosyan"), "Պետրոսյան"),
    ],
)
def test_names_meet_across_scripts_and_spellings(names: tuple[str, ...], written: str) -> None:
    assert ("name", written) in found(f"Doktor {written} arbetar här.", Person(names=names))


def test_names_take_the_swedish_genitive_and_initials() -> None:
    person = Person(names=("Ilze", "Ozola"))
    assert found("Ozolas arbete", person) == [("name", "Ozolas")]
    assert found("handledd av I. Ozola och Ozola I. samt I.O.", person) == [
        ("name", "I. Ozola"),
        ("name", "Ozola I."),
        ("name", "I.O."),
    ]


def test_everyday_words_that_are_names_too_are_left() -> None:
    assert found("Man kan om man vill. En mark.", Person(names=("Mark", "Man"))) == []
    assert found("Finns det något att finna? A polish of china.") == []


@pytest.mark.parametrize(
    ("text", "kind", "part"),
    [
        ("Jag kommer från Lettland.", "place", "Lettland"),
        ("I am a Latvian doctor", "place", "Latvian"),
        ("Jag talar lettiska", "place", "lettiska"),
        ("ett år i Rom", "place", "Rom"),
        ("practice in Cairo", "place", "Cairo"),
        ("i Storbritannien", "place", "Storbritannien"),
        ("from the University of Patras", "school", "University of Patras"),
        ("vid Medizinische Universität Wien", "school", "Medizinische Universität Wien"),
        ("Lunds universitet", "school", "Lunds universitet"),
        ("född 1991", "age", "född 1991"),
        ("born on 3 May 1991", "age", "born on 3 May 1991"),
        ("Jag är 34 år.", "age", "34 år"),
        ("en 34-årig läkare", "age", "34-årig"),
        ("läkarexamen 2017", "age", "2017"),
        ("Hon kommer i tid", "sex", "Hon"),
        ("his notes", "sex", "his"),
        ("Herr Ek", "sex", "Herr"),
        ("a@b.example", "contact", "a@b.example"),
        ("ring 070-123 45 67", "contact", "070-123 45 67"),
        ("linkedin.com/in/xyz", "contact", "linkedin.com/in/xyz"),
        ("Storgatan 5", "contact", "Storgatan 5"),
    ],
)
def test_traces_of_every_kind(text: str, kind: str, part: str) -> None:
    assert any(kind == each and part in words for each, words in found(text)), found(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("640823-3234", "personal_number"),  # the tax agency's example
        ("19640823-3234", "personal_number"),
        ("6408233234", "personal_number"),
        ("640883-3231", "coordination_number"),
        ("640823-3230", "number_unchecked"),
        ("640823-T123", "interim_number"),
    ],
)
def test_personal_numbers(text: str, why: str) -> None:
    assert [(trace.kind, trace.why) for trace in Finder(NOBODY)(text)] == [("number", why)]


def test_luhn() -> None:
    assert luhn("6408233234")
    assert not luhn("6408233235")
    assert luhn("8112189876")  # Wikipedia's example of a personal number


@pytest.mark.parametrize(
    "text",
    [
        "10 års erfarenhet, 120 patienter, 2018–2019",
        "the bundle of His",
        "Man kan säga det.",
        "Sverige, svenska, Sweden and Swedish",
        "The university was large. Universitetet var stort.",
        "vårdavdelning 34, 12345678 nummer",
        "",
    ],
)
def test_what_gives_nobody_away_is_left(text: str) -> None:
    assert found(text) == []


def test_own_school_in_other_spellings() -> None:
    person = Person(school="Rīgas Stradiņa universitāte")
    assert ("school", "Stradins") in found("My time at Stradins was good", person)


@given(st.text(alphabet="abcåäö ABC 0123456789.-@+/\nñжقაΩ<>()[]:", max_size=300))
def test_any_text_gives_ordered_spans_that_do_not_overlap(text: str) -> None:
    traces = Finder(Person(names=("Abba", "Cöba", "Жж"), school="Abc universitet"))(text)
    for one, other in itertools.pairwise(traces):
        assert one.end <= other.start
    assert all(trace.kind in KINDS and trace.start < trace.end for trace in traces)


@pytest.mark.parametrize(
    "text",
    ["a" * 20_000, "9" * 20_000, "A. " * 7_000, "- " * 9_000, "a@" * 9_000, "A b " * 5_000, "1.1" * 6_000],
)
def test_no_text_takes_long(text: str) -> None:
    import time

    start = time.process_time()
    Finder(Person(names=("Abba", "Beta")))(text)
    assert time.process_time() - start < 2
