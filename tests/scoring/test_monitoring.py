import json
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.errors import TableError
from scoring.monitoring import Stage, audit, audit_stages, normalise_selected


def cells(counts, name="group"):
    """One row per cell from {group: (selected, n)}."""
    rows = [(g, yes, k) for g, (s, n) in counts.items() for yes, k in (("yes", s), ("no", n - s))]
    return pd.DataFrame(rows, columns=[name, "selected", "count"])


def of_counts(counts):
    return audit(cells(counts), ["group"], "selected", "count").to_dict()["attributes"]["group"]


def column(attribute, key, digits=None):
    values = {name: figures[key] for name, figures in attribute["groups"].items()}
    return values if digits is None else {name: round(value, digits) for name, value in values.items()}


def people(seed=1, n=180):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "sex": rng.choice(["woman", "man", ""], n, p=[0.5, 0.44, 0.06]),
            "country": rng.choice([f"C{i:02}" for i in range(30)], n),
            "eligible": rng.random(n) < 0.5,
        }
    )
    table["called"] = table.eligible & (rng.random(n) < 0.5)
    table["listed"] = table.called | (table.eligible & (rng.random(n) < 0.3))
    return table


STAGES = [
    Stage("eligible", "eligible"),
    Stage("called", "called", "eligible"),
    Stage("listed", "listed", "eligible"),
]


# --- published values


def test_local_law_144_example_by_sex_and_race():
    by_sex = of_counts({"male": (667, 1390), "female": (555, 1181)})
    assert column(by_sex, "impact_ratio", 3) == {"male": 1.0, "female": 0.979}
    by_race = of_counts(
        {
            "Hispanic": (204, 408),
            "White": (412, 797),
            "Black": (170, 390),
            "NHPI": (52, 119),
            "Asian": (302, 616),
            "Native American": (18, 41),
            "Two or more": (96, 213),
            "": (0, 250),
        }
    )
    assert column(by_race, "impact_ratio", 2) == {
        "White": 1.0,
        "Asian": 0.95,
        "Hispanic": 0.97,
        "Black": 0.84,
        "Two or more": 0.87,
        "NHPI": 0.85,
        "Native American": 0.85,
    }
    assert by_race["missing"]["n"] == 250


def test_48_of_80_against_12_of_40():
    women = of_counts({"women": (12, 40), "men": (48, 80)})["groups"]["women"]
    assert women["impact_ratio"] == 0.5
    assert women["below_four_fifths"] is True
    assert women["difference"] == -0.3
    assert round(women["fisher_p"], 8) == 0.00340922
    assert round(women["midp"], 8) == 0.00214224
    assert round(women["adjusted_p"], 8) == 0.00340922
    assert round(women["odds_ratio"], 4) == 0.2857
    assert women["verdict"] == "alarm"


def test_four_fifths_compares_rates_as_rationals():
    found = of_counts({"a": (60, 100), "b": (45, 100), "c": (48, 100), "d": (51, 100)})
    assert column(found, "impact_ratio") == {"a": 1.0, "b": 0.75, "c": 0.8, "d": 0.85}
    assert column(found, "below_four_fifths") == {"a": False, "b": True, "c": False, "d": False}


def test_berkeley_gap_is_there_pooled_and_not_within_the_departments():
    departments = {
        "A": (512, 313, 89, 19),
        "B": (353, 207, 17, 8),
        "C": (120, 205, 202, 391),
        "D": (138, 279, 131, 244),
        "E": (53, 138, 94, 299),
        "F": (22, 351, 24, 317),
    }
    rates = {}
    for name, (men, men_out, women, women_out) in departments.items():
        found = of_counts({"men": (men, men + men_out), "women": (women, women + women_out)})
        rates[name] = tuple(column(found, "rate", 2)[sex] for sex in ("men", "women"))
    assert rates == {
        "A": (0.62, 0.82),
        "B": (0.63, 0.68),
        "C": (0.37, 0.34),
        "D": (0.33, 0.35),
        "E": (0.28, 0.24),
        "F": (0.06, 0.07),
    }
    total = np.array(list(departments.values())).sum(axis=0).tolist()
    pooled = of_counts({"men": (total[0], total[0] + total[1]), "women": (total[2], total[2] + total[3])})
    assert column(pooled, "rate", 3) == {"men": 0.445, "women": 0.304}
    assert round(pooled["groups"]["men"]["odds_ratio"], 4) == 1.8411
    assert pooled["verdict"] == "alarm"


# --- missing is never a group


def test_missing_group_data_are_counted_and_never_tested():
    known = of_counts({"women": (20, 38), "men": (26, 40)})
    some = of_counts({"women": (20, 38), "men": (26, 40), "": (2, 3)})
    assert some["groups"] == known["groups"]
    assert list(some["groups"]) == ["men", "women"]
    assert {k: some["missing"][k] for k in ("n", "selected", "rate")} == {
        "n": 3,
        "selected": 2,
        "rate": 2 / 3,
    }


def test_missing_bounds_are_what_the_figures_could_have_been():
    bounds = of_counts({"women": (20, 38), "men": (26, 40), "": (2, 3)})["missing"]["bounds"]["women"]
    assert bounds["rate"] == [20 / 39, 22 / 40]
    assert bounds["difference"] == [
        float(Fraction(20, 39) - Fraction(28, 42)),
        float(Fraction(22, 40) - Fraction(26, 41)),
    ]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_missing_bounds_hold_for_every_way_the_missing_could_have_answered(seed):
    rng = np.random.default_rng(seed)
    n = rng.integers(1, 8, 3)
    s = rng.binomial(n, 0.5)
    found = of_counts({g: (int(s[i]), int(n[i])) for i, g in enumerate(["a", "b", ""])})
    bounds = found["missing"]["bounds"]["a"]
    rates, differences = [], []
    for yes in range(int(s[2]) + 1):
        for no in range(int(n[2] - s[2]) + 1):
            mine = Fraction(int(s[0]) + yes, int(n[0]) + yes + no)
            rest_n = int(n[1] + n[2]) - yes - no
            rates.append(mine)
            differences.append(mine - Fraction(int(s[1] + s[2]) - yes, rest_n))
    assert bounds["rate"] == [float(min(rates)), float(max(rates))]
    assert bounds["difference"] == [float(min(differences)), float(max(differences))]


@pytest.mark.parametrize("blank", [None, np.nan, "", "  ", pd.NA])
def test_blank_is_missing_and_na_is_namibia(blank):
    table = pd.DataFrame({"country": ["NA", "NA", "SE", blank], "selected": [1, 0, 1, 0]})
    found = audit(table, ["country"], "selected").to_dict()["attributes"]["country"]
    assert column(found, "n") == {"NA": 2, "SE": 1}
    assert found["missing"]["n"] == 1


def test_attribute_that_nobody_answered_is_no_conclusion():
    found = of_counts({"": (2, 9)})
    assert (found["groups"], found["verdict"], found["missing"]["n"]) == ({}, "no_conclusion", 9)


# --- groups


def test_group_that_is_everybody_has_no_others_and_no_conclusion():
    only = of_counts({"women": (3, 9)})["groups"]["women"]
    assert (only["rate"], only["difference"], only["fisher_p"]) == (1 / 3, None, None)
    assert only["verdict"] == "no_conclusion"


def test_groups_come_by_size_then_name_and_ordered_categories_in_their_order():
    assert list(of_counts({"b": (1, 5), "c": (1, 9), "a": (1, 5)})["groups"]) == ["c", "a", "b"]
    ages = pd.Categorical(["35+", "25-29", "35+", None], ["25-29", "30-34", "35+"], ordered=True)
    table = pd.DataFrame({"age": ages, "selected": [1, 0, 1, 0]})
    assert list(audit(table, ["age"], "selected").to_dict()["attributes"]["age"]["groups"]) == [
        "25-29",
        "35+",
    ]


def test_ordered_categories_without_anybody_are_an_audit_of_nobody():
    table = pd.DataFrame({"age": pd.Categorical([], ["25-29", "30-34"], ordered=True), "eligible": []})
    found = audit_stages(table, ["age"], STAGES[:1]).to_dict()["attributes"]["age"]
    assert (found["stages"]["eligible"]["groups"], found["ordered"]) == ({}, True)


def test_impact_ratio_is_missing_where_nobody_was_selected():
    found = of_counts({"a": (0, 20), "b": (0, 10)})
    assert column(found, "impact_ratio") == {"a": None, "b": None}
    assert column(found, "below_four_fifths") == {"a": None, "b": None}


def test_four_fifths_alone_raises_nothing():
    small = of_counts({"a": (2, 5), "b": (3, 5)})
    assert column(small, "below_four_fifths") == {"a": True, "b": False}
    assert small["verdict"] == "no_conclusion"


# --- input


@pytest.mark.parametrize(
    "values",
    [
        [1, 0],
        [1.0, 0.0],
        ["1", "0"],
        ["Yes", "no"],
        ["JA", "nej"],
        ["true", "FALSE"],
        [True, False],
        [" ja ", "Nej"],
    ],
)
def test_selected_is_read_in_every_accepted_form(values):
    assert normalise_selected(pd.Series(values, name="called")).tolist() == [True, False]


@pytest.mark.parametrize(
    ("values", "shown"),
    [(["ja", "maybe"], "'maybe'"), ([1, 2], "'2'"), ([1, None], "nothing"), (["1", ""], "nothing")],
)
def test_selected_that_cannot_be_read_names_column_row_and_value(values, shown):
    with pytest.raises(TableError) as refused:
        normalise_selected(pd.Series(values, name="called"))
    assert str(refused.value) == (
        "column 'called', row 2 below the header: expected 1/0, yes/no, ja/nej or true/false, got " + shown
    )


@pytest.mark.parametrize(("value", "shown"), [(-1, "'-1'"), (1.5, "'1.5'"), ("x", "'x'"), (None, "nothing")])
def test_count_that_is_no_whole_number_names_column_row_and_value(value, shown):
    table = pd.DataFrame({"sex": ["f", "m"], "selected": [1, 0], "count": [3, value]})
    with pytest.raises(TableError) as refused:
        audit(table, ["sex"], "selected", "count")
    assert str(refused.value) == (
        f"column 'count', row 2 below the header: expected a whole number from 0, got {shown}"
    )


def test_columns_that_are_missing_or_stand_twice_are_named():
    table = pd.DataFrame([["f", 1, 1]], columns=["sex", "selected", "selected"])
    with pytest.raises(TableError, match="column 'age' is missing; the table has sex, selected, selected"):
        audit(table, ["age"], "selected")
    with pytest.raises(TableError, match="column 'selected' stands twice"):
        audit(table, ["sex"], "selected")
    with pytest.raises(TableError, match="attribute 'sex' is named twice"):
        audit(table, ["sex", "sex"], "selected")


def test_table_without_rows_is_refused_and_stages_of_nobody_are_shown():
    table = people().iloc[:0]
    with pytest.raises(TableError, match="the table has no rows"):
        audit(table, ["sex"], "eligible")
    found = audit_stages(table, ["sex"], STAGES).to_dict()
    assert (found["n"], found["attributes"]["sex"]["verdict"]) == (0, "no_conclusion")


def test_alpha_out_of_range_no_attribute_and_no_stage_are_refused():
    with pytest.raises(TableError, match="alpha"):
        audit(people(), ["sex"], "eligible", alpha=Fraction(1))
    with pytest.raises(TableError, match="no attribute"):
        audit(people(), [], "eligible")
    with pytest.raises(TableError, match="no stages"):
        audit_stages(people(), ["sex"], [])
    with pytest.raises(TableError, match="stage 'eligible' is named twice"):
        audit_stages(people(), ["sex"], [STAGES[0], STAGES[0]])


def test_somebody_who_reached_a_stage_without_the_one_before_is_named():
    table = pd.DataFrame({"sex": ["f", "m"], "eligible": [1, 0], "called": [0, 1]})
    with pytest.raises(TableError, match="row 2 below the header: 'called' is yes but 'eligible' is no"):
        audit_stages(table, ["sex"], STAGES[:2])


def test_alpha_is_a_setting():
    table = cells({"a": (4, 20), "b": (9, 20)})
    assert audit(table, ["group"], "selected", "count").to_dict()["attributes"]["group"]["verdict"] != "alarm"
    loose = audit(table, ["group"], "selected", "count", alpha=Fraction(1, 4)).to_dict()
    assert (loose["alpha"], loose["attributes"]["group"]["verdict"]) == (0.25, "alarm")


# --- stages


def test_stages_are_shares_of_the_stage_before_and_of_all_who_applied():
    table = pd.DataFrame(
        {
            "sex": ["f"] * 6 + ["m"] * 4,
            "eligible": [1] * 4 + [0] * 2 + [1] * 4,
            "called": [1] + [0] * 5 + [1] * 4,
        }
    )
    found = audit_stages(table, ["sex"], STAGES[:2]).to_dict()
    assert found["stages"] == [
        {"key": "eligible", "from": None, "n": 10, "selected": 8},
        {"key": "called", "from": "eligible", "n": 8, "selected": 5},
    ]
    women = found["attributes"]["sex"]["stages"]["called"]["groups"]["f"]
    assert (women["n"], women["selected"], women["rate"]) == (4, 1, 0.25)
    share = women["of_applied"]
    assert (share["n"], share["selected"], share["rate"]) == (6, 1, 1 / 6)


def test_stages_share_one_family_of_tests():
    table = people()
    staged = audit_stages(table, ["sex"], STAGES).to_dict()["attributes"]["sex"]
    alone = audit(table, ["sex"], "eligible").to_dict()["attributes"]["sex"]
    assert (staged["comparisons"], alone["comparisons"]) == (6, 2)
    first = staged["stages"]["eligible"]["groups"]["man"]
    assert first["fisher_p"] == alone["groups"]["man"]["fisher_p"]
    assert first["adjusted_p"] >= alone["groups"]["man"]["adjusted_p"]


def test_group_that_did_not_reach_a_stage_is_shown_with_no_rate():
    table = pd.DataFrame({"sex": ["f", "f", "m", "m"], "eligible": [0, 0, 1, 1], "called": [0, 0, 1, 0]})
    women = audit_stages(table, ["sex"], STAGES[:2]).to_dict()["attributes"]["sex"]["stages"]["called"][
        "groups"
    ]["f"]
    assert (women["n"], women["rate"], women["interval"], women["verdict"]) == (
        0,
        None,
        None,
        "no_conclusion",
    )
    assert women["reason"]["en"] == "Nobody in the group got this far, so there is nothing to compare."


def test_attribute_verdict_is_no_concern_beside_groups_without_conclusion():
    found = of_counts({"a": (30, 60), "b": (31, 60), "c": (1, 2)})
    assert found["verdict"] == "no_concern"
    assert found["summary"]["en"] == (
        "No concern for 2 of 3 groups. For 1 no conclusion is possible; that does not mean that all is well."
    )


def test_shared_margins_tell_which_groups_make_up_groups_of_another_attribute():
    table = pd.DataFrame(
        {
            "country": ["LV", "LV", "RO", "SY", "IQ", None],
            "route": ["EU", "EU", "EU", "exam", "programme", None],
            "sex": ["f", "m", "f", "m", "f", "f"],
            "selected": [1, 0, 1, 0, 1, 0],
        }
    )
    assert audit(table, ["country", "route", "sex"], "selected").to_dict()["shared_margins"] == [
        {"country": ["LV", "RO"], "route": ["EU"]},
        {"country": ["IQ"], "route": ["programme"]},
        {"country": ["SY"], "route": ["exam"]},
        {"country": [None], "route": [None]},
    ]


# --- the same input, the same bytes


def as_bytes(found):
    return json.dumps(found.to_dict(), allow_nan=False).encode()


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_order_of_rows_leaves_every_byte(seed):
    table = people()
    shuffled = table.sample(frac=1, random_state=np.random.default_rng(seed))
    by = ["sex", "country"]
    assert as_bytes(audit_stages(shuffled, by, STAGES)) == as_bytes(audit_stages(table, by, STAGES))


def test_one_row_per_person_or_per_cell_is_the_same_audit():
    table = people()
    counted = table.groupby(["sex", "country", "eligible"], as_index=False).size()
    per_cell = audit(counted, ["sex", "country"], "eligible", "size")
    assert as_bytes(per_cell) == as_bytes(audit(table, ["sex", "country"], "eligible"))


def test_exchanging_selected_and_not_selected_mirrors_the_gap():
    counts = {"a": (9, 36), "b": (72, 144), "c": (5, 20)}
    there = of_counts(counts)["groups"]
    back = of_counts({g: (n - s, n) for g, (s, n) in counts.items()})["groups"]
    for name in counts:
        assert back[name]["difference"] == -there[name]["difference"]
        assert back[name]["fisher_p"] == pytest.approx(there[name]["fisher_p"])
        assert back[name]["odds_ratio"] == pytest.approx(1 / there[name]["odds_ratio"])


def test_what_the_groups_are_called_changes_no_figure():
    table = people()
    renamed = table.assign(sex=table.sex.map({"woman": "man", "man": "woman", "": ""}))
    there = audit(table, ["sex"], "eligible").to_dict()["attributes"]["sex"]["groups"]
    back = audit(renamed, ["sex"], "eligible").to_dict()["attributes"]["sex"]["groups"]
    assert (back["man"], back["woman"]) == (there["woman"], there["man"])
