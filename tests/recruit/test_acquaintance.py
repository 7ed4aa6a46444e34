"""Signs that an assessor may know an applicant, and what is none."""

import pytest

from recruit.acquaintance import Applicant, Assessor, Named, find, same_person, same_workplace

RANA = Assessor(1, "Rana Haddad", "rana@example.org", "Älvstads sjukhus")
MARTA = Assessor(2, "Marta Zieliński", "marta@example.org", "")
HASSAN = Assessor(3, "حسن كريمي", "hassan@example.org", "Hamra vårdcentral")


def signs(
    *,
    family: tuple[str, ...] = (),
    employers: tuple[str, ...] = (),
    referees: tuple[Named, ...] = (),
    account: int = 9,
) -> dict[tuple[int, int], tuple[str, ...]]:
    return find([Applicant(7, account, family, employers, referees)], [RANA, MARTA, HASSAN])


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Älvstads sjukhus", "Älvstad sjukhus, medicinkliniken", True),
        ("ÄLVSTADS SJUKHUS", "alvstads sjukhus", True),
        ("Hamra hälsocentral", "Hamra vårdcentral", True),
        ("Vårdcentralen Björken", "Björkens vårdcentral", True),
        ("Lindfors sjukhus", "Lindfors lasarett", True),
        ("Hamra sjukhus", "Hamra hälsocentral", False),
        ("Medicinkliniken", "Medicinkliniken, Åsnäs sjukhus", False),
        ("Södra vårdcentralen", "Norra vårdcentralen", False),
        ("sjukhus", "Älvstads sjukhus", False),
        ("", "Älvstads sjukhus", False),
    ],
)
def test_workplaces_meet_by_their_distinct_words(one: str, other: str, same: bool) -> None:
    assert same_workplace(one, other) is same
    assert same_workplace(other, one) is same


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Anna Berg", "Berg, Anna Maria", True),
        ("Ахмед Хассан", "Ahmed Hassan", True),
        ("Anna Berg", "Anna Bergström", False),
        ("Anna Berg", "Karin Berg", False),
        ("Anna", "Anna Berg", False),
    ],
)
def test_full_names_meet_in_any_order_and_script(one: str, other: str, same: bool) -> None:
    assert same_person(one, other) is same


@pytest.mark.parametrize("name", ["Haddad", "HADDAD", "Haddād", "Lundin Haddad"])
def test_a_surname_is_a_sign_however_it_is_written(name: str) -> None:
    assert signs(family=(name,)) == {(7, 1): ("surname",)}


@pytest.mark.parametrize(
    ("name", "who"), [("Хаддад", 1), ("Zielinski", 2), ("Zielińska", 2), ("Karimi", 3), ("Hadid", None)]
)
def test_surnames_meet_over_scripts(name: str, who: int | None) -> None:
    assert signs(family=(name,)) == ({(7, who): ("surname",)} if who else {})


def test_given_names_are_no_sign() -> None:
    assert signs(family=("Rana", "Marta")) == {}


def test_every_kind_is_found_and_told_once() -> None:
    found = signs(
        family=("Haddad",),
        employers=("Älvstads sjukhus", "Älvstads sjukhus, akuten"),
        referees=(
            Named("R. H.", "RANA@example.org", "Älvstads sjukhus"),
            Named("Marta Zielinska", "x@y.z", ""),
        ),
    )
    assert found == {(7, 1): ("referee", "referee_workplace", "employer", "surname"), (7, 2): ("referee",)}


def test_nobody_is_asked_about_themselves() -> None:
    assert signs(family=("Haddad",), account=1) == {}
