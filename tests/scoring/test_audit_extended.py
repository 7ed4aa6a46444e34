"""What joins the audit beside rates and verdicts: strata, stages in a chain, pools, intersections."""

import json

import numpy as np
import pandas as pd
import pytest

from scoring.errors import TableError
from scoring.exact_strata import exact_conditional_p
from scoring.exact_tests import boschloo
from scoring.monitoring import Stage, audit, audit_stages, funnel
from scoring.shrinkage import shrink
from scoring.strata import cochran_mantel_haenszel, stratified
from tests.scoring.test_strata import BERKELEY


def berkeley():
    rows = [
        (sex, department, yes, count)
        for department, cells in zip("ABCDEF", BERKELEY.tolist(), strict=True)
        for (sex, yes), count in zip((("man", 1), ("man", 0), ("woman", 1), ("woman", 0)), cells, strict=True)
    ]
    return pd.DataFrame(rows, columns=["sex", "department", "admitted", "persons"])


def people(n=400, seed=1):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "sex": rng.choice(["woman", "man", ""], n, p=[0.5, 0.45, 0.05]),
            "country": rng.choice([f"C{i:02}" for i in range(12)], n),
            "site": rng.choice(["north", "south", ""], n, p=[0.5, 0.4, 0.1]),
            "intake": rng.choice([2026, 2027], n),
            "applied": 1,
            "eligible": rng.integers(0, 2, n),
        }
    )
    table["route"] = np.where(table.country < "C07", "EU", "exam")
    table["called"] = table.eligible & rng.integers(0, 2, n)
    return table


def test_berkeley_by_department():
    found = audit(berkeley(), ["sex"], "admitted", "persons", strata=["department"]).to_dict()
    sex = found["attributes"]["sex"]
    within = sex["stratified"]
    assert (within["group"], within["against"], within["strata"]) == ("man", "woman", 6)
    assert round(sex["groups"]["man"]["odds_ratio"], 4) == 1.8411
    assert (round(within["cmh"], 5), round(within["cmh_p"], 6)) == (1.52461, 0.216924)
    assert (round(within["cmh_corrected"], 5), round(within["cmh_corrected_p"], 6)) == (1.42695, 0.232263)
    assert round(within["odds_ratio_mh"], 7) == 0.9046968
    assert [round(end, 5) for end in within["odds_ratio_interval"]] == [0.77191, 1.06033]
    assert within["breslow_day"] != within["breslow_day_tarone"]
    split = within["kitagawa"]
    assert split["gap"] == pytest.approx(split["composition"] + split["rate"])
    assert split["gap"] == pytest.approx(sex["groups"]["man"]["difference"])
    assert within["pattern"] == "vanishes"
    assert [row["stratum"] for row in within["tables"]] == [[name] for name in "ABCDEF"]
    assert within["tables"][0]["groups"]["woman"] == {"n": 108, "selected": 89, "rate": 89 / 108}
    # More than a thousand persons: Boschloo is left out, and the report says so.
    assert (found["boschloo"], sex["groups"]["man"]["boschloo_p"]) == ("left_out", None)


def test_boschloo_joins_up_to_a_thousand_persons_or_when_asked_for():
    table = pd.DataFrame({"sex": ["m", "m", "w", "w"], "called": [1, 0, 1, 0], "persons": [48, 32, 12, 28]})
    found = audit(table, ["sex"], "called", "persons")
    women = found.to_dict()["attributes"]["sex"]["groups"]["w"]
    assert round(women["boschloo_p"], 8) == 0.00200596
    assert women["interval_difference"] == women["difference_interval"]
    assert found.to_dict(boschloo=False)["boschloo"] == "left_out"
    large = audit(table.assign(persons=table.persons * 9), ["sex"], "called", "persons")
    assert large.to_dict()["boschloo"] == "left_out"
    asked = large.to_dict(boschloo=True)["attributes"]["sex"]["groups"]["w"]["boschloo_p"]
    assert asked == pytest.approx(boschloo(108, 360, 432, 720).p, rel=0.05)


def test_several_groups_are_each_compared_with_all_others_within_strata():
    table = people()
    found = audit(table, ["country"], "eligible", strata=["site", "intake"]).to_dict()["attributes"][
        "country"
    ]
    within = found["stratified"]
    assert (within["cmh_df"], within["exact_p"], within["odds_ratio_mh"]) == (11, None, None)
    kept = table[table.site != ""]
    name = "C03"
    parts = [part for _, part in kept.groupby(["site", "intake"])]
    mine = [part[part.country == name].eligible for part in parts]
    rest = [part[part.country != name].eligible for part in parts]
    counts = stratified(
        [s.sum() for s in mine], [len(s) for s in mine], [s.sum() for s in rest], [len(s) for s in rest]
    )
    row = within["groups"][name]
    assert row["cmh_p"] == pytest.approx(float(cochran_mantel_haenszel(counts).p))
    assert row["exact_p"] == pytest.approx(exact_conditional_p(counts))
    assert row["adjusted_p"] >= row["exact_p"]
    missing = table[table.site == ""]
    assert within["without_stratum"] == {"n": len(missing), "selected": int(missing.eligible.sum())}


def test_strata_at_every_stage():
    stages = funnel(["applied", "eligible", "called"])
    found = audit_stages(people(), ["sex"], stages, strata=["site"]).to_dict()["attributes"]["sex"]["stages"]
    assert {key: part["stratified"]["strata"] for key, part in found.items()} == dict.fromkeys(found, 2)


def test_one_group_has_no_stratified_comparison():
    table = people().assign(sex="woman")
    within = audit(table, ["sex"], "eligible", strata=["site"]).to_dict()["attributes"]["sex"]["stratified"]
    assert "cmh" not in within
    assert within["strata"] == 2


def test_five_thousand_strata_and_two_hundred_groups():
    rng = np.random.default_rng(5)
    n = 20_000
    table = pd.DataFrame(
        {
            "sex": rng.choice(["woman", "man"], n),
            "country": rng.choice([f"C{i:03}" for i in range(200)], n),
            "site": rng.integers(0, 5_000, n),
            "called": rng.integers(0, 2, n),
        }
    )
    found = audit(table, ["sex", "country"], "called", strata=["site"]).to_dict()["attributes"]
    assert found["sex"]["stratified"]["strata"] > 4_800
    assert found["country"]["stratified"]["cmh_df"] == 199
    assert "tables" not in found["sex"]["stratified"]


def test_funnel_is_a_chain_and_its_entry_is_not_tested():
    assert funnel(["applied", "eligible", "called"]) == (
        Stage("applied", "applied", None, entry=True),
        Stage("eligible", "eligible", "applied"),
        Stage("called", "called", "eligible"),
    )
    found = audit_stages(people(), ["sex"], funnel(["applied", "eligible", "called"])).to_dict()
    sex = found["attributes"]["sex"]
    assert sex["comparisons"] == 4
    row = sex["stages"]["applied"]["groups"]["woman"]
    assert (row["rate"], row["fisher_p"], row["verdict"]) == (1.0, None, "no_conclusion")
    assert row["reason"]["en"].startswith("Everyone got this far")
    assert [stage["from"] for stage in found["stages"]] == [None, "applied", "eligible"]
    # Where somebody was turned away at the entry, that too is a selection.
    some = people()
    some.loc[:30, ["applied", "eligible", "called"]] = 0
    assert (
        audit_stages(some, ["sex"], funnel(["applied", "eligible"])).to_dict()["attributes"]["sex"][
            "comparisons"
        ]
        == 4
    )


def test_nine_stages_in_a_chain_have_one_family():
    names = [
        "applied",
        "eligible",
        "screened",
        "listed",
        "called",
        "interviewed",
        "offered",
        "accepted",
        "started",
    ]
    rng = np.random.default_rng(2)
    left = rng.integers(1, 10, 300)
    table = pd.DataFrame({name: (left > place).astype(int) for place, name in enumerate(names)})
    table["sex"] = rng.choice(["woman", "man"], 300)
    found = audit_stages(table, ["sex"], funnel(names)).to_dict()
    assert list(found["attributes"]["sex"]["stages"]) == names
    assert found["attributes"]["sex"]["comparisons"] == 16
    assert found["stages"][8]["n"] == found["stages"][7]["selected"]


def test_stage_that_grows_names_row_and_columns():
    table = people()
    table.loc[6, ["eligible", "called"]] = [0, 1]
    with pytest.raises(TableError, match="row 7 below the header: 'called' is yes but 'eligible' is no"):
        audit_stages(table, ["sex"], funnel(["applied", "eligible", "called"]))
    with pytest.raises(TableError, match="'eligible' is named twice"):
        funnel(["eligible", "eligible"])
    with pytest.raises(TableError, match="no stages"):
        funnel([])


def test_bottom_line_stands_beside_the_stages_and_is_in_their_family():
    table = people()
    found = audit_stages(
        table, ["sex"], funnel(["applied", "eligible", "called"]), bottom_line="called"
    ).to_dict()
    sex = found["attributes"]["sex"]
    alone = audit(table, ["sex"], "called").to_dict()["attributes"]["sex"]
    assert (found["selected"], len(found["stages"])) == (int(table.called.sum()), 3)
    assert sex["groups"]["man"]["fisher_p"] == alone["groups"]["man"]["fisher_p"]
    assert (sex["comparisons"], alone["comparisons"]) == (6, 2)
    assert sex["missing"] == alone["missing"]


def test_shrunken_rates_are_pooled_within_the_route():
    table = people()
    found = audit(table, ["country", "route"], "eligible", parents={"country": "route"}).to_dict()
    rows = found["attributes"]["country"]["groups"]
    eu = [row for name, row in rows.items() if name < "C07"]
    direct = shrink([row["selected"] for row in eu], [row["n"] for row in eu])
    assert [row["shrunk_rate"] for row in eu] == pytest.approx(direct.rate.tolist())
    route = found["attributes"]["route"]["groups"]["EU"]
    assert [row["shrunk_towards"] for row in eu] == pytest.approx([route["rate"]] * len(eu))
    assert {row["shrunk_within"] for row in rows.values()} == {"parent"}
    assert {row["shrunk_pool"] for row in eu} == {"EU"}


def test_intersections_large_enough_are_tested_and_the_others_are_listed():
    table = people(200)
    found = audit(table, ["sex"], "eligible", intersections=[("sex", "site")], smallest=42).to_dict()
    crossed = found["intersections"]["sex × site"]
    sizes = table[(table.sex != "") & (table.site != "")].groupby(["sex", "site"]).size()
    expected = {f"{sex} × {site}": int(n) for (sex, site), n in sizes.items()}
    assert {name: row["n"] for name, row in crossed["groups"].items()} == expected
    assert set(crossed["too_small"]) == {name for name, n in expected.items() if n < 42} != set()
    assert crossed["comparisons"] == sum(n >= 42 for n in expected.values())
    assert crossed["missing"]["n"] == 200 - sum(expected.values())
    few = crossed["groups"][crossed["too_small"][0]]
    assert (few["fisher_p"], few["verdict"]) == (None, "no_conclusion")
    assert few["reason"]["en"].endswith("at least 42 are asked for.")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"strata": ["nowhere"]}, "column 'nowhere' is missing"),
        ({"strata": ["site", "site"]}, "column of strata 'site' is named twice"),
        ({"parents": {"country": "route"}}, "'country' is none of the attributes sex"),
        ({"intersections": [("sex",)]}, "name at least two columns"),
        ({"intersections": [("sex", "sex")]}, "'sex' is named twice"),
        ({"smallest": 0}, "expected a whole number from 1, got 0"),
    ],
)
def test_what_cannot_be_asked_is_refused(more, said):
    with pytest.raises(TableError, match=said):
        audit(people(), ["sex"], "eligible", **more)


def test_order_of_rows_leaves_every_byte_of_the_extended_figures():
    table = people()
    shuffled = table.sample(frac=1, random_state=np.random.default_rng(8))

    def as_bytes(rows):
        found = audit_stages(
            rows,
            ["sex", "country"],
            funnel(["applied", "eligible", "called"]),
            strata=["site", "intake"],
            parents={"country": "route"},
            intersections=[("sex", "site")],
            bottom_line="called",
        )
        return json.dumps(found.to_dict(boschloo=False), allow_nan=False)

    assert as_bytes(shuffled) == as_bytes(table)


@pytest.mark.parametrize("outcome", [0, 1])
def test_nobody_or_everybody_selected_is_a_figure_with_its_caveat(outcome):
    table = people().assign(eligible=outcome)
    found = audit(table, ["country"], "eligible", strata=["site"], parents={"country": "route"}).to_dict()
    row = found["attributes"]["country"]["groups"]["C01"]
    assert (row["rate"], row["shrunk_rate"], row["shrunk_method"]) == (outcome, outcome, "no_variation")
    assert found["attributes"]["country"]["stratified"]["cmh_p"] == 1.0
    json.dumps(found, allow_nan=False)


def test_figures_of_small_groups_may_be_left_out_and_the_rest_is_the_same():
    found = audit(people(), ["country"], "eligible", strata=["site"])
    whole, short = found.to_dict(), found.to_dict(small_groups=False)
    rows = short["attributes"]["country"]["groups"]
    for name, row in whole["attributes"]["country"]["groups"].items():
        assert rows[name] == {key: row[key] for key in rows[name]}
        assert set(row) - set(rows[name]) == {
            "shrunk_rate",
            "shrunk_interval",
            "shrunk_below",
            "shrunk_towards",
            "shrunk_method",
            "shrunk_within",
            "shrunk_pool",
            "funnel",
            "detectable",
        }
