"""Where a gap comes from, in sentences: what they say follows from the figures by fixed rules."""

from typing import Any

import pytest

from recruit.sources_figures import SOURCES, Cell, cells, gravest, groups_of, worst
from recruit.sources_names import Names
from recruit.sources_words import figures as beside
from recruit.sources_words import sentence as sentence_of
from tests.recruit.sources_helpers import STRICT, figures

NAMES = Names({"references": ("Referenser", "References")}, {"E1": ("Legitimation", "Licence")})


@pytest.fixture(scope="module")
def sources() -> dict[str, Any]:
    found: dict[str, Any] = figures()["sources"]
    return found


def of(
    sources: dict[str, Any], source: str, attribute: str = "licence_route", group: str | None = None
) -> Cell:
    found = gravest(
        cell for cell in cells(sources, attribute=attribute, group=group) if cell.source == source
    )
    assert found is not None
    return found


def sentence(cell: Cell, names: Names, language: str) -> str:
    return sentence_of(cell, names, language).replace("\N{NO-BREAK SPACE}", " ")


def test_what_was_planted_is_the_gravest_of_its_kind(sources: dict[str, Any]) -> None:
    found = {source: of(sources, source) for source in ("requirement", "assessor", "override", "stage")}
    assert {source: (cell.verdict, cell.group, cell.item) for source, cell in found.items()} == {
        "requirement": ("alarm", "third_country", "E1"),
        "assessor": ("alarm", "third_country", STRICT),
        "override": ("alarm", "third_country", "down"),
        "stage": ("alarm", "third_country", "eligible"),
    }


def test_the_gravest_of_all_is_towards_those_at_a_disadvantage(sources: dict[str, Any]) -> None:
    found = gravest(cells(sources))
    assert found is not None
    assert (found.attribute, found.group, found.verdict) == ("licence_route", "third_country", "alarm")


def test_a_requirement_is_told_with_its_counts_and_what_it_alone_decides(sources: dict[str, Any]) -> None:
    cell = of(sources, "requirement")
    assert sentence(cell, NAMES, "en") == (
        "Licence: 24 of 40 in the group got a no (60%), against 4 of 80 (5%) of all others: chance seldom gives so "
        "much, even allowing for how many comparisons are made. For 21 it was the only obstacle: without it 35 of 40 "
        "in the group would have been eligible instead of 14."
    )
    assert sentence(cell, NAMES, "sv").startswith(
        "Legitimation: 24 av 40 i gruppen fick nej (60 %), mot 4 av 80"
    )
    assert beside(cell, "en").startswith("+55.0 percentage points (")
    assert beside(cell, "sv").startswith("+55,0 procentenheter (")


def test_an_assessor_is_told_by_code_with_how_many_of_each_were_assessed(sources: dict[str, Any]) -> None:
    cell = of(sources, "assessor")
    assert sentence(cell, NAMES, "en").startswith(
        f"Assessor {STRICT} gives the group 1.05 levels lower than the other"
    )
    assert f"({cell.row['n']} of the group, {cell.row['others_n']} others)" in sentence(cell, NAMES, "en")
    assert "p below 0.001" in beside(cell, "en").replace("\N{NO-BREAK SPACE}", " ")


def test_the_parts_that_are_told_add_up(sources: dict[str, Any]) -> None:
    for group in ("third_country", "eu_eea"):
        for source in ("stage", "criterion"):
            parts = [
                cell
                for cell in cells(sources, attribute="licence_route", group=group)
                if cell.source == source
            ]
            assert sum(cell.size or 0 for cell in parts) == pytest.approx(parts[0].whole["gap"])


def test_what_was_proposed_and_what_was_moved_add_up_to_what_was_decided(sources: dict[str, Any]) -> None:
    groups = sources["override"]["licence_route"]["groups"]
    taken = {
        name: row["proposed"] - row["down"]["count"] + row["up"]["count"] for name, row in groups.items()
    }
    rates = {name: taken[name] / row["n"] for name, row in groups.items()}
    decided = groups["third_country"]["proposed_gap"] + groups["third_country"]["moved"]
    assert decided == pytest.approx(rates["third_country"] - rates["eu_eea"])


def test_where_no_part_stands_out_the_one_is_told_that_makes_most_of_the_gap(sources: dict[str, Any]) -> None:
    for group in ("female", "male"):
        cell = of(sources, "criterion", "sex", group)
        assert not cell.notable
        gap = cell.whole["gap"]
        parts = [row["contribution"] for row in cell.whole["criteria"].values()]
        assert cell.size == (min(parts) if gap < 0 else max(parts))


def test_a_part_that_is_told_goes_the_way_of_the_gap(sources: dict[str, Any]) -> None:
    for attribute in ("sex", "licence_route", "country"):
        for group in groups_of(sources, attribute):
            for source in ("stage", "criterion"):
                cell = of(sources, source, attribute, group)
                if not cell.notable and cell.whole["gap"]:
                    assert cell.size is not None
                    assert cell.size * cell.whole["gap"] > 0


def test_free_choices_move_a_gap_and_both_ends_are_told(sources: dict[str, Any]) -> None:
    said = sentence(of(sources, "override"), NAMES, "en")
    assert "The rules proposed 24 of 40 in the group; 10 of them got a no all the same" in said
    assert "moved the gap from all others by −25.0 percentage points, from −26.2 to −51.2" in said


def test_nothing_can_be_concluded_is_never_said_to_be_well(sources: dict[str, Any]) -> None:
    silent = [cell for cell in cells(sources) if cell.verdict == "no_conclusion"]
    assert len(silent) > 50
    for cell in silent:
        for language, words in (("en", "no more than chance"), ("sv", "inte mer än slumpen")):
            assert words not in sentence(cell, NAMES, language)


def test_an_assessor_without_a_figure_says_why(sources: dict[str, Any]) -> None:
    cell = of(sources, "assessor", "age_band")
    assert cell.size is None
    assert sentence(cell, NAMES, "en").endswith("assessed one side only, so there is nothing to compare.")


@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_cell_has_a_sentence_that_describes_and_blames_nobody(
    sources: dict[str, Any], language: str
) -> None:
    for cell in cells(sources):
        said = sentence(cell, NAMES, language)
        assert said.endswith(".")
        assert not any(word in said for word in ("{", "None", "nan", "iskrimin"))


def test_a_part_that_could_not_be_computed_has_no_cells(sources: dict[str, Any]) -> None:
    assert {cell.source for cell in cells(sources)} == set(SOURCES) - {"zone"}
    assert cells(sources, attribute="country_group") == []
    assert cells({"reason": {"sv": "–", "en": "–"}}) == []


def test_groups_come_with_the_largest_first(sources: dict[str, Any]) -> None:
    assert groups_of(sources, "licence_route") == ["eu_eea", "third_country"]
    assert len(groups_of(sources, "country")) == 30


def test_no_conclusion_is_the_verdict_of_several_only_if_none_allows_one() -> None:
    assert worst(["no_conclusion", "no_concern"]) == "no_concern"
    assert worst(["no_concern", "watch", "alarm"]) == "alarm"
    assert worst([]) == "no_conclusion"
