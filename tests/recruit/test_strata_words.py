"""What becomes of a gap within strata, in sentences by fixed rules: Berkeley first, then every pattern."""

from typing import Any

import pandas as pd
import pytest

from recruit import strata_words
from recruit.strata_compared import PATTERNS, Compared, compared
from scoring.monitoring import audit

# Bickel, Hammel & O'Connell (1975): men admitted, rejected, women admitted, rejected, departments A to F.
BERKELEY = (
    (512, 313, 89, 19),
    (353, 207, 17, 8),
    (120, 205, 202, 391),
    (138, 279, 131, 244),
    (53, 138, 94, 299),
    (22, 351, 24, 317),
)
Cells = tuple[tuple[int, int, int, int], ...]


def stratified(cells: Cells, order: tuple[str, str] = ("female", "male")) -> dict[str, Any]:
    """The stratified figures of men and women (men selected, not, women selected, not; a stratum per row)."""
    rows = []
    for stratum, counts in zip("ABCDEFGH", cells, strict=False):
        for (sex, selected), count in zip(
            (("male", 1), ("male", 0), ("female", 1), ("female", 0)), counts, strict=True
        ):
            rows.append((sex, stratum, selected, count))
    table = pd.DataFrame(rows, columns=["sex", "site", "selected", "people"])
    table["sex"] = pd.Categorical(table["sex"], categories=list(order), ordered=True)
    found = audit(table, ["sex"], "selected", count="people", strata=["site"]).to_dict()
    figures: dict[str, Any] = found["attributes"]["sex"]["stratified"]
    return figures


def one(cells: Cells) -> Compared:
    (found,) = compared("sex", stratified(cells))
    return found


def test_berkeley_is_told_as_it_was() -> None:
    found = one(BERKELEY)
    assert strata_words.heading(found, "en") == "Women against men"
    assert strata_words.pattern_word(found.pattern, "en") == "Vanishes"
    assert strata_words.sentences(found, "site", "en") == [
        "In all, 30% (557 of 1835) went on, against 45% (1198 of 2691).",
        "Within each site the difference is gone: more of the group applied where few go on.",
        "Of the gap of −14.2 percentage points, −17.8 come from being spread differently over the sites, "
        "+3.6 from different rates within them.",
        "The sites are not alike: the gap differs between them more than chance gives. Look at each.",
    ]


def test_berkeley_in_swedish() -> None:
    found = one(BERKELEY)
    assert strata_words.heading(found, "sv") == "Kvinnor mot män"
    assert strata_words.pattern_word(found.pattern, "sv") == "Försvinner"
    assert strata_words.sentences(found, "site", "sv") == [
        "I det hela gick 30\N{NO-BREAK SPACE}% (557 av 1835) vidare, mot 45\N{NO-BREAK SPACE}% (1198 av 2691).",
        "Inom varje ort är skillnaden borta: fler av gruppen sökte till orter där få går vidare.",
        "Av skillnaden på −14,2 procentenheter kommer −17,8 av att grupperna är olika fördelade på orterna, "
        "+3,6 av olika andelar inom dem.",
        "Orterna är inte lika: skillnaden skiljer sig mellan dem mer än slumpen ger. Se på var och en.",
    ]


# Men selected, not, women selected, not.
STAYS = ((40, 10, 20, 30), (30, 20, 12, 38))
TURNS = ((90, 10, 20, 0), (2, 18, 30, 70))
UNCLEAR = ((19, 1, 5, 1), (3, 5, 7, 13))
APPEARS = ((8, 12, 60, 40), (72, 28, 20, 0))
ABSENT = ((10, 10, 11, 9), (9, 11, 10, 10))
NOTHING = ((10, 0, 5, 0), (0, 4, 0, 9))


@pytest.mark.parametrize(
    ("cells", "pattern", "words"),
    [
        (
            STAYS,
            "stays",
            "Within each intake the difference remains, the same way: compared in the same intake",
        ),
        (TURNS, "turns", "went on more often instead: more of the group applied when few go on."),
        (
            UNCLEAR,
            "unclear",
            "no sure difference is seen, but too few can be compared to say that it is gone.",
        ),
        (
            APPEARS,
            "appears",
            "within each intake there is a difference: compared in the same intake, the group went",
        ),
        (
            ABSENT,
            "absent",
            "Neither in all nor within each intake is the difference wider than chance often gives.",
        ),
    ],
    ids=["stays", "turns", "unclear", "appears", "absent"],
)
def test_each_pattern_has_its_sentence(cells: Cells, pattern: str, words: str) -> None:
    found = one(cells)
    assert found.pattern == pattern
    assert words in strata_words.within(found, "intake", "en")


def test_the_way_of_a_gap_is_that_of_the_odds_within() -> None:
    assert "mer sällan" in strata_words.within(one(STAYS), "site", "sv")
    assert "oftare" in strata_words.within(one(TURNS), "site", "sv")
    # A gap that the whole hides, since more women are where few go on.
    assert strata_words.within(one(APPEARS), "site", "en").endswith(
        "the group went on more often: more of the group applied where few go on."
    )


def test_strata_that_compare_nothing_are_said_to() -> None:
    found = one(NOTHING)
    assert not found.comparable
    assert strata_words.within(found, "licence_route", "en").startswith(
        "Nothing can be compared within each licence route"
    )
    # And no parts are given of what cannot be split within.
    assert strata_words.split(found, "licence_route", "en") == ""


def test_every_word_exists_in_both_languages() -> None:
    for language in ("sv", "en"):
        assert all(strata_words.pattern_word(pattern, language) for pattern in PATTERNS)
        assert all(strata_words.kind_name(kind, language) for kind in strata_words.KINDS)
    for cells in (STAYS, TURNS, UNCLEAR, APPEARS, ABSENT, NOTHING, BERKELEY):
        for kind in strata_words.KINDS:
            swedish, english = (strata_words.sentences(one(cells), kind, each) for each in ("sv", "en"))
            assert len(swedish) == len(english)
            assert all("{" not in sentence for sentence in swedish + english)
            assert not set(swedish) & set(english)


def several() -> dict[str, Any]:
    """Three groups at two sites; one of them has done worse than the others at both."""
    rows = []
    for site in ("A", "B"):
        for group, selected, n in (("under_30", 10, 20), ("30_34", 11, 20), ("35_39", 5, 20)):
            rows += [(group, site, 1, selected), (group, site, 0, n - selected)]
    table = pd.DataFrame(rows, columns=["age_band", "site", "selected", "people"])
    found = audit(table, ["age_band"], "selected", count="people", strata=["site"]).to_dict()
    figures: dict[str, Any] = found["attributes"]["age_band"]["stratified"]
    return figures


def test_each_of_several_groups_is_compared_with_all_others() -> None:
    found = {each.group: each for each in compared("age_band", several())}
    assert set(found) == {"under_30", "30_34", "35_39"}
    last = found["35_39"]
    assert (last.selected, last.n, last.other_selected, last.other_n) == (10, 40, 42, 80)
    assert last.against is None
    assert strata_words.heading(last, "en") == "35–39 against all others"


def test_a_gap_that_many_comparisons_explain_is_said_to_be_so() -> None:
    (last,) = (each for each in compared("age_band", several()) if each.group == "35_39")
    assert last.pattern == "stays"
    assert not any("Allowing" in sentence for sentence in strata_words.sentences(last, "site", "en"))
    chance = Compared(
        **{
            **{key: getattr(last, key) for key in Compared.__dataclass_fields__},
            "row": {**last.row, "adjusted_p": 0.2},
        }
    )
    assert (
        strata_words.sentences(chance, "site", "en")[-1]
        == "Allowing for the 3 groups that are compared here, chance may have given it."
    )


def test_one_group_compares_with_nobody() -> None:
    table = pd.DataFrame({"sex": ["female"] * 4, "site": list("AABB"), "selected": [1, 0, 1, 0]})
    found = audit(table, ["sex"], "selected", strata=["site"]).to_dict()
    assert compared("sex", found["attributes"]["sex"]["stratified"]) == []


def test_without_the_counts_the_rates_are_left_out() -> None:
    figures = stratified(BERKELEY)
    del figures["tables"]
    (found,) = compared("sex", figures)
    assert (found.n, found.other_n) == (None, None)
    assert strata_words.sentences(found, "site", "en")[0].startswith(
        "Within each site the difference is gone"
    )
