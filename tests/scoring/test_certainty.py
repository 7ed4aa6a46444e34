"""How certain places are: what must hold for any levels, what cannot be told, and what is refused."""

import dataclasses
import warnings
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.assigning import Terms, plan
from scoring.certainty import CAVEATS, Certainty, certainty
from scoring.criteria import Profile
from scoring.errors import LevelError, ProfileError, TableError
from scoring.lists import draw_lines_by_group
from scoring.profile import default_profile
from scoring.ranking import rank

PROFILE = default_profile()
JUDGED = ("references", "science", "other_work")
FORM = ("swedish_work", "breadth")
DRAWS = 200


def with_rule(**settings: object) -> Profile:
    rule = dataclasses.replace(PROFILE.stages["screening"], threshold=Decimal(0), **settings)
    return dataclasses.replace(PROFILE, stages={**PROFILE.stages, "screening": rule})


OPEN = with_rule()


def intake(seed: int, n: int = 20, assessors: int = 4, per: int = 2, noise: float = 0.7) -> pd.DataFrame:
    """Levels of n applications, each assessed by some of the assessors, around a merit of its own."""
    random = np.random.default_rng(seed)
    rows = []
    for number in range(n):
        id, merit = f"A{number:02d}", random.normal(2, 0.9)
        for key in FORM:
            rows.append((id, "form", key, int(np.clip(round(merit + random.normal()), 0, 4))))
        for judge in random.choice(assessors, per, replace=False):
            for key in JUDGED:
                rows.append(
                    (id, f"J{judge}", key, int(np.clip(round(merit + noise * random.normal()), 0, 4)))
                )
    return pd.DataFrame(rows, columns=["application", "assessor", "criterion", "level"])


def certain(levels: pd.DataFrame, profile: Profile = OPEN, *, k: int = 5, **settings: object) -> Certainty:
    settings = {"seed": 1, "draws": DRAWS, **settings}
    return certainty(levels, rank(levels, profile, "screening", "lot"), profile, k=k, **settings)


def by_id(found: Certainty) -> pd.DataFrame:
    return found.table.sort_values("application", ignore_index=True)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 25), st.integers(2, 6), st.integers(1, 8))
def test_sets_hold_the_place_and_probabilities_add_up(seed: int, n: int, assessors: int, k: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = certain(intake(seed, n, assessors), k=k)
    table = found.table
    assert table["place"].tolist() == list(range(1, n + 1))
    assert found.caveats == tuple(each for each in CAVEATS if each in found.caveats)
    if not found.determinable:
        assert set(found.caveats) <= {"too_few_shared"}
        assert table["rank_low"].isna().all()
        assert table["p_top"].isna().all() or k >= n
        return
    assert (table["rank_low"] >= 1).all()
    assert (table["rank_low"] <= table["place"]).all()
    assert (table["place"] <= table["rank_high"]).all()
    assert (table["rank_high"] <= n).all()
    assert table["p_top"].sum() == pytest.approx(min(k, n))
    assert table["p_top"].between(0, 1).all()
    assert table["zone"].tolist() == [0.05 <= p <= 0.95 for p in table["p_top"]]
    assert found.mc_error <= 0.5 / np.sqrt(DRAWS)
    for total, group in table.groupby("total"):
        assert (group["rank_low"] <= group["place"].min()).all(), total
        assert (group["rank_high"] >= group["place"].max()).all(), total


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_neither_row_order_nor_lot_nor_names_of_assessors_matter(seed: int) -> None:
    levels = intake(seed)
    found = by_id(certain(levels))
    shuffled = levels.sample(frac=1, random_state=seed % 1000)
    again = certainty(shuffled, rank(shuffled, OPEN, "screening", "another"), OPEN, k=5, seed=1, draws=DRAWS)
    pd.testing.assert_frame_equal(by_id(again).drop(columns="place"), found.drop(columns="place"))
    renamed = levels.assign(assessor=levels["assessor"].replace({"J0": "J0x"}))
    pd.testing.assert_frame_equal(by_id(certain(renamed)), found)


def test_same_seed_same_result_and_another_seed_within_the_error_of_the_draws() -> None:
    levels = intake(2)
    first, again = certain(levels, draws=2000), certain(levels, draws=2000)
    pd.testing.assert_frame_equal(first.table, again.table)
    other = certain(levels, draws=2000, seed=2)
    difference = (first.table["p_top"] - other.table["p_top"]).abs().max()
    assert 0 < difference < 6 * first.mc_error


def test_a_level_more_for_everybody_changes_nothing_but_the_points() -> None:
    levels = intake(3)
    levels["level"] = levels["level"].clip(0, 3)
    raised = levels.assign(level=levels["level"] + 1)
    first, second = by_id(certain(levels)), by_id(certain(raised))
    assert second["total"].to_numpy() == pytest.approx(first["total"].to_numpy() + 25)
    pd.testing.assert_frame_equal(first.drop(columns="total"), second.drop(columns="total"))


def test_more_disagreement_makes_sets_wider_and_the_zone_larger() -> None:
    widths, zones = [], []
    for noise in (0.3, 0.8, 1.6):
        found = certain(intake(4, 40, 5, noise=noise), k=10).table
        widths.append((found["rank_high"] - found["rank_low"]).mean())
        zones.append(found["zone"].sum())
    assert widths == sorted(widths)
    assert zones[0] < zones[-1]


def test_more_confidence_makes_sets_wider() -> None:
    levels = intake(5, 40)
    usual, more = certain(levels).table, certain(levels, confidence=0.999).table
    assert (more["rank_low"] <= usual["rank_low"]).all()
    assert (more["rank_high"] >= usual["rank_high"]).all()
    assert (more["rank_high"] - more["rank_low"]).sum() > (usual["rank_high"] - usual["rank_low"]).sum()


def test_a_mild_panel_is_seen_through() -> None:
    """The same levels from an assessor who gives everybody more are worth less."""
    random = np.random.default_rng(6)
    rows = []
    for number in range(40):
        merit = random.normal(2, 0.4)
        judges = ["mild", "usual"] if number % 2 else ["strict", "usual"]
        for judge in judges:
            shift = {"mild": 1, "usual": 0, "strict": -1}[judge]
            for key in JUDGED:
                level = int(np.clip(round(merit + shift + 0.3 * random.normal()), 0, 4))
                rows.append((f"A{number:02d}", judge, key, level))
        rows.extend((f"A{number:02d}", "form", key, 2) for key in FORM)
    levels = pd.DataFrame(rows, columns=["application", "assessor", "criterion", "level"])
    found = certain(levels, k=20, draws=1000).table
    mild = found["application"].str[1:].astype(int) % 2 == 1
    assert (found["place"][mild] <= 20).mean() >= 0.75
    assert 0.3 < found["p_top"][mild].mean() < 0.7


def test_one_assessor_each_tells_nothing() -> None:
    found = certain(intake(7, per=1))
    assert found.caveats == ("one_assessor_each",)
    assert not found.determinable
    assert found.table[["rank_low", "rank_high", "p_top", "zone"]].isna().all(axis=None)
    assert np.isnan(found.mc_error)
    assert found.model == ()
    assert np.isnan(found.selected_probability(lambda order: order[:3])).all()


def test_too_few_that_are_shared_tell_nothing() -> None:
    found = certain(intake(8, n=2, assessors=1, per=1))
    assert not found.determinable
    # Two applications, each with two assessors of its own: nothing parts a strict panel from a weak application.
    apart = intake(8, n=2)
    apart.loc[apart["assessor"] != "form", "assessor"] += apart["application"]
    assert certain(apart, k=1).caveats == ("too_few_shared",)


def test_some_with_one_assessor_only_have_the_widest_sets() -> None:
    levels = intake(9, 30)
    alone = (levels["application"] == "A00") & (levels["assessor"] != "form")
    kept = levels.loc[alone, "assessor"].iloc[0]
    found = certain(levels[~alone | (levels["assessor"] == kept)])
    assert "some_one_assessor" in found.caveats
    width = (found.table["rank_high"] - found.table["rank_low"]).set_axis(found.table["application"])
    both = certain(levels).table
    before = (both["rank_high"] - both["rank_low"]).set_axis(both["application"])
    assert width["A00"] >= before["A00"]


def test_all_levels_equal() -> None:
    levels = intake(10, 12).assign(level=3)
    found = certain(levels, k=3, draws=4000)
    assert found.caveats == ("all_levels_equal",)
    assert (found.table["rank_low"] == 1).all()
    assert (found.table["rank_high"] == 12).all()
    assert found.table["p_top"].to_numpy(dtype=float) == pytest.approx(np.full(12, 0.25), abs=0.04)


def test_single_application_and_nobody() -> None:
    alone = certain(intake(11, 1), k=1)
    assert alone.caveats == ("single_application",)
    assert alone.table[["rank_low", "rank_high", "p_top"]].to_numpy(dtype=float).tolist() == [[1, 1, 1]]
    assert not alone.table["zone"].any()
    high = dataclasses.replace(OPEN.stages["screening"], threshold=Decimal(100))
    nobody = certain(intake(11), dataclasses.replace(OPEN, stages={**OPEN.stages, "screening": high}))
    assert nobody.caveats == ("nobody_ranked",)
    assert len(nobody.table) == 0


@pytest.mark.parametrize("per", [1, 2])
def test_everybody_is_among_the_first_of_all(per: int) -> None:
    found = certain(intake(12, per=per), k=20)
    assert (found.table["p_top"] == 1).all()
    assert not found.table["zone"].any()
    assert found.mc_error == 0


def test_panels_that_share_nobody_are_named() -> None:
    levels = intake(13, 24, assessors=3)
    second = levels["application"].str[1:].astype(int) >= 12
    levels.loc[second & (levels["assessor"] != "form"), "assessor"] += "b"
    found = certain(levels)
    assert "panels_apart" in found.caveats
    assert found.determinable


def test_a_level_that_an_assessor_left_out_is_filled_and_said() -> None:
    levels = intake(14)
    judged = levels.index[levels["assessor"] != "form"]
    found = certain(levels.drop(judged[4]))
    assert "levels_filled" in found.caveats
    assert len(found.model) == 1


def test_criteria_with_other_assessors_are_another_block() -> None:
    levels = intake(15, 30)
    other = levels["criterion"] == "science"
    levels.loc[other, "assessor"] = levels.loc[other, "assessor"] + "s"
    found = certain(levels)
    assert [each["criteria"] for each in found.model] == [("references", "other_work"), ("science",)]
    assert "blocks_overlap" not in found.caveats
    half = levels.drop(levels.index[other & (levels["application"] < "A15")])
    extra = intake(15, 30)
    both = pd.concat([half, extra[(extra["criterion"] == "science") & (extra["application"] < "A15")]])
    assert "blocks_overlap" in certain(both).caveats


def test_a_criterion_of_weight_0_is_left_out() -> None:
    levels = intake(16)
    criteria = tuple(
        dataclasses.replace(each, weight=Decimal(0)) if each.key == "science" else each
        for each in OPEN.criteria
    )
    profile = dataclasses.replace(OPEN, criteria=criteria)
    found = certain(levels, profile)
    without = certain(levels[levels["criterion"] != "science"], profile)
    pd.testing.assert_frame_equal(found.table, without.table)


def test_form_alone_leaves_coarseness_alone() -> None:
    criteria = tuple(
        dataclasses.replace(each, weight=Decimal(0)) if each.key in JUDGED else each for each in OPEN.criteria
    )
    rule = dataclasses.replace(OPEN.stages["screening"], ties=())
    profile = dataclasses.replace(OPEN, criteria=criteria, stages={**OPEN.stages, "screening": rule})
    rows = [("A", FORM[0], 4), ("A", FORM[1], 3), ("B", FORM[0], 3), ("B", FORM[1], 3)]
    levels = pd.DataFrame(
        [(id, "form", key, level) for id, key, level in rows],
        columns=["application", "assessor", "criterion", "level"],
    )
    found = certain(levels, profile, k=1, draws=20_000)
    assert found.table["p_top"].iloc[0] == pytest.approx(
        23 / 24, abs=0.01
    )  # Irwin-Hall, four uniform numbers
    assert found.caveats == ()
    assert found.model == ()


def test_those_without_a_place_inform_but_are_not_in_the_table() -> None:
    levels = intake(17, 40)
    found = certain(levels, PROFILE)
    assert 0 < len(found.table) < 40
    assert found.model[0]["n_applications"] == 40
    # One without a level on the form is incomplete, and does no harm.
    incomplete = levels.drop(
        levels.index[(levels["application"] == "A03") & (levels["criterion"] == FORM[0])]
    )
    some = certain(incomplete)
    assert "A03" not in set(some.table["application"])
    assert some.model[0]["n_applications"] == 39


@pytest.mark.parametrize(
    ("combine", "places"), [("median", "raw"), ("mean", "severity_adjusted"), ("median", "severity_adjusted")]
)
def test_other_ways_to_combine_and_to_order(combine: str, places: str) -> None:
    levels = intake(18, 25, assessors=5, per=3)
    found = certain(levels, with_rule(combine=combine, places=places))
    assert (found.table["rank_low"] <= found.table["place"]).all()
    assert (found.table["place"] <= found.table["rank_high"]).all()
    assert found.table["total"].is_monotonic_decreasing
    # The true points are the same whatever the order goes by.
    usual = by_id(certain(levels))
    assert by_id(found)["p_top"].tolist() == usual["p_top"].tolist()


def test_probability_of_being_called_where_posts_are_in_groups() -> None:
    levels = intake(19)
    found = certain(levels, k=4)
    first = found.selected_probability(lambda order: order[:4])
    assert first.tolist() == found.table["p_top"].tolist()
    ids = found.table["application"].tolist()
    preferences = {id: ["north"] if at % 2 else ["south", "north"] for at, id in enumerate(ids)}
    places = {"north": 1, "south": 3}

    def called(order: list[str]) -> list[str]:
        return [each.application for each in draw_lines_by_group(order, preferences, places, {}).called]

    grouped = found.selected_probability(called)
    assert grouped.sum() == pytest.approx(4)
    assert (grouped != first).any()
    with pytest.raises(TableError, match="select"):
        found.selected_probability(lambda order: [order[0], order[0]])
    with pytest.raises(TableError, match="select"):
        found.selected_probability(lambda order: ["nobody"])


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"k": 0}, "k: expected a whole number of 1 or more, got 0"),
        ({"k": -1}, "k: "),
        ({"k": 2.0}, "k: "),
        ({"k": True}, "k: "),
        ({"seed": -1}, "seed: "),
        ({"seed": "abc"}, "seed: "),
        ({"draws": 99}, "draws: expected a whole number of 100"),
        ({"confidence": 1}, "confidence: "),
        ({"confidence": float("nan")}, "confidence: "),
    ],
)
def test_refuses_settings_out_of_range(settings: dict, words: str) -> None:
    with pytest.raises(TableError, match=words):
        certain(intake(20), **settings)


def test_refuses_levels_and_profiles_of_another_ranking() -> None:
    levels = intake(21)
    ranking = rank(levels, OPEN, "screening", "lot")
    with pytest.raises(ProfileError, match="another profile"):
        certainty(levels, ranking, PROFILE, k=3, seed=1)
    other = levels.copy()
    other.loc[other["assessor"] != "form", "level"] = 4 - other["level"]
    with pytest.raises(TableError, match="the ranking has"):
        certainty(other, ranking, OPEN, k=3, seed=1)
    with pytest.raises(TableError, match="'A00' has a place but no level"):
        certainty(levels[levels["application"] != "A00"], ranking, OPEN, k=3, seed=1)
    with pytest.raises(LevelError, match="expected 0 to 4"):
        certainty(levels.assign(level=7), ranking, OPEN, k=3, seed=1)
    with pytest.raises(LevelError, match="no level"):
        certainty(levels.assign(level=float("nan")), ranking, OPEN, k=3, seed=1)
    with pytest.raises(TableError, match="unknown"):
        certainty(levels.assign(extra=1), ranking, OPEN, k=3, seed=1)


@pytest.mark.parametrize("assessors", range(2, 9))
def test_small_intakes_as_they_are_assigned_give_a_result_or_say_why_not(assessors: int) -> None:
    """A fit that has used up every level tells no error: it is no figure of 0, but too little that is shared."""
    for n in range(1, 13):
        made = plan(needs=dict.fromkeys(range(n), 2), assessors=dict.fromkeys(range(assessors), Terms()))
        random = np.random.default_rng(100 * assessors + n)
        rows = [(f"A{i:02d}", "form", key, 3) for i in range(n) for key in FORM]
        rows += [
            (f"A{i:02d}", f"J{j}", key, int(random.integers(2, 5))) for i, j in made.added for key in JUDGED
        ]
        levels = pd.DataFrame(rows, columns=["application", "assessor", "criterion", "level"])
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            found = certain(levels, k=1, draws=100)
        assert len(found.table) == n
        if n == 1:
            assert found.caveats == ("single_application",)
        elif not found.determinable:
            assert found.caveats == ("too_few_shared",)
            assert found.table["zone"].isna().all()
        else:
            assert min(block["df"] for block in found.model) > 0
        if (assessors, n) in ((3, 2), (4, 3), (6, 4), (8, 5)):
            assert not found.determinable
