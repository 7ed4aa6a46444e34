"""Suppression against an adversary who has the published report and knows how its tables hang together."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import LinearConstraint, linprog, milp
from scipy.sparse import csr_array

from scoring.monitoring import Stage, audit, audit_stages
from scoring.public_report import (
    PUBLIC_ATTRIBUTE,
    PUBLIC_GROUP,
    PUBLIC_MISSING,
    PUBLIC_OF_APPLIED,
    PUBLIC_STAGE,
    PUBLIC_TOTALS,
)
from scoring.suppression import suppress

STAGES = [
    Stage("eligible", "eligible"),
    Stage("called", "called", "eligible"),
    Stage("listed", "listed", "eligible"),
]
COUNTRIES = {
    "LV": ("Baltic", 17), "LT": ("Baltic", 9), "EE": ("Baltic", 2), "RO": ("East", 11), "PL": ("East", 8),
    "BG": ("East", 6), "CZ": ("East", 3), "GR": ("South", 6), "IT": ("South", 2), "DE": ("West", 5),
    "SY": ("Middle East", 8), "IQ": ("Middle East", 5), "IR": ("Middle East", 2), "IN": ("Asia", 2),
    "PH": ("Asia", 1), "ET": ("Africa", 2), "NA": ("Africa", 1), "BR": ("America", 1),
}  # fmt: skip
OUTSIDE = {"Middle East", "Asia", "Africa", "America"}


def people(seed, n=180):
    """Applicants with country within group within route (outside the EU there are two), and two answers."""
    rng = np.random.default_rng(seed)
    weights = np.array([w for _, w in COUNTRIES.values()], dtype=float)
    country = rng.choice(list(COUNTRIES), n, p=weights / weights.sum())
    group = np.array([COUNTRIES[c][0] for c in country])
    outside = np.isin(group, list(OUTSIDE))
    table = pd.DataFrame(
        {
            "sex": rng.choice(["woman", "man", ""], n, p=[0.5, 0.44, 0.06]),
            "age": rng.choice(["25-29", "30-34", "35+", ""], n, p=[0.5, 0.3, 0.15, 0.05]),
            "country": country,
            "group": group,
            "route": np.where(outside, rng.choice(["exam", "programme"], n, p=[0.7, 0.3]), "EU"),
            "eligible": rng.random(n) < np.where(outside, 0.3, 0.55),
        }
    )
    table["called"] = table.eligible & (rng.random(n) < 0.6)
    table["listed"] = table.called | (table.eligible & (rng.random(n) < 0.4))
    return table


def staged(seed, by=("sex", "age", "country", "group", "route"), n=180):
    return audit_stages(people(seed, n), by, STAGES).to_dict()


def single(counts):
    rows = [(g, yes, k) for g, (s, n) in counts.items() for yes, k in ((1, s), (0, n - s))]
    table = pd.DataFrame(rows, columns=["group", "selected", "count"])
    return audit(table, ["group"], "selected", "count").to_dict()


class Adversary:
    """Writes down all that follows linearly from a published report, with one unknown per head count."""

    def __init__(self, original, published):
        self.unknown = {}
        self.equal, self.at_most = [], []
        self.known, self.tables_found = None, []
        self.published = published
        self.stages = [(s["key"], s["from"] or "applied", s["key"]) for s in published.get("stages", [])] or [
            (None, "applied", "selected")
        ]
        for name, attribute in published["attributes"].items():
            self._read(name, attribute)
        for shared in original["shared_margins"]:
            self._link(*shared.items())

    def cell(self, attribute, group, population):
        return self.unknown.setdefault((attribute, group, population), len(self.unknown))

    def _read(self, name, attribute):
        totals = {"applied": self.published["n"]}
        sums = {}
        for key, source, target in self.stages:
            part = attribute if key is None else attribute["stages"][key]
            stage = (
                self.published
                if key is None
                else next(s for s in self.published["stages"] if s["key"] == key)
            )
            totals[source], totals[target] = stage["n"], stage["selected"]
            for group, figures in [*part["groups"].items(), (None, part["missing"])]:
                for population, value in ((source, figures["n"]), (target, figures["selected"])):
                    self._know({self.cell(name, group, population): 1}, value)
                if "of_applied" in figures:
                    self._know({self.cell(name, group, "applied"): 1}, figures["of_applied"]["n"])
                    self._know({self.cell(name, group, target): 1}, figures["of_applied"]["selected"])
                self.at_most.append(
                    ({self.cell(name, group, target): 1, self.cell(name, group, source): -1}, 0)
                )
                if group is not None:
                    self.at_most.append(({self.cell(name, group, "applied"): -1}, -1))
                if {"called", "listed"} <= totals.keys():
                    parts = {self.cell(name, group, "called"): 1, self.cell(name, group, "listed"): -1}
                    self.at_most.append((parts, 0))
        for (attribute_name, _, population), i in self.unknown.items():
            if attribute_name == name:
                sums.setdefault(population, {})[i] = 1
        for population, members in sums.items():
            self._know(members, totals[population])

    def _link(self, first, second):
        for population in {p for _, source, target in self.stages for p in ("applied", source, target)}:
            row = {self.cell(first[0], g, population): 1 for g in first[1]}
            row |= {self.cell(second[0], g, population): -1 for g in second[1]}
            self._know(row, 0)

    def _know(self, row, value):
        if value is not None:
            self.equal.append((row, value))

    def matrices(self):
        def matrix(rows):
            at = [(i, j, v) for i, (row, _) in enumerate(rows) for j, v in row.items()]
            i, j, v = zip(*at, strict=True)
            return csr_array((v, (i, j)), shape=(len(rows), len(self.unknown))), [b for _, b in rows]

        return *matrix(self.equal), *matrix(self.at_most)

    def range_of(self, weights):
        """Smallest and largest value of a sum of cells that agrees with all that is known."""
        objective = self.objective(weights)
        return [float(objective @ self.solve(sign * objective)) for sign in (1, -1)]

    def is_open(self, weights, true):
        """Whether the sum of cells could differ by a whole person from what it is."""
        objective = self.objective(weights)
        if any(abs(objective @ table - true) > 1 - 1e-6 for table in self.tables_found):
            return True
        low, high = self.range_of(weights)
        assert low - 1e-6 <= true <= high + 1e-6
        return high - low > 1 - 1e-6

    def objective(self, weights):
        objective = np.zeros(len(self.unknown))
        for i, weight in weights.items():
            objective[i] += weight
        return objective

    def solve(self, objective):
        if self.known is None:
            self.known = self.matrices()
            for seed in range(20):
                self.solve(np.random.default_rng(seed).normal(size=len(self.unknown)))
        a_eq, b_eq, a_ub, b_ub = self.known
        found = linprog(
            objective, A_ub=a_ub, b_ub=b_ub, A_eq=a_eq, b_eq=b_eq, bounds=(0, 1000), method="highs"
        )
        assert found.status == 0, found.message
        self.tables_found.append(found.x)
        return found.x

    def another_table(self, cell, value):
        """Whole numbers that agree with all that is known and another value in the cell, or None."""
        a_eq, b_eq, a_ub, b_ub = self.matrices()
        for sign in (1, -1):
            objective = np.zeros(len(self.unknown))
            objective[cell] = sign
            found = milp(
                objective,
                constraints=[LinearConstraint(a_eq, b_eq, b_eq), LinearConstraint(a_ub, -np.inf, b_ub)],
                integrality=np.ones(len(self.unknown)),
            )
            if found.x is not None and round(found.x[cell]) != value:
                return {key: round(found.x[i]) for key, i in self.unknown.items()}
        return None


def hidden_cells(original, published):
    """(attribute, group, population): true count, of every count that is None; group None is the missing."""
    stages = [(s["key"], s["from"] or "applied", s["key"]) for s in original.get("stages", [])]
    found = {}
    for name, attribute in published["attributes"].items():
        for key, source, target in stages or [(None, "applied", "selected")]:
            part = attribute if key is None else attribute["stages"][key]
            true = original["attributes"][name]
            true = true if key is None else true["stages"][key]
            for group, figures in [*part["groups"].items(), (None, part["missing"])]:
                truth = true["missing"] if group is None else true["groups"][group]
                if figures["n"] is None:
                    found[name, group, source] = truth["n"]
                if figures["selected"] is None:
                    found[name, group, target] = truth["selected"]
    return found


def assert_nothing_follows(original, published, minimum=5):
    adversary = Adversary(original, published)
    for cell, true in hidden_cells(original, published).items():
        assert adversary.is_open({adversary.cell(*cell): 1}, true), f"{cell} must be {true}"
    for cell, rest, left in not_selected(original):
        if left < minimum:
            weights = {adversary.cell(*cell): -1, adversary.cell(*rest): 1}
            assert adversary.is_open(weights, left), f"{rest} without {cell} must be {left}"


def not_selected(original):
    """Cells of a group, of what they are part of, and how many are between, where not everybody went on."""
    staged = "stages" in original
    totals = {s["key"]: s["selected"] for s in original.get("stages", [])} | {"applied": original["n"]}
    pairs = [("applied", "selected")]
    if staged:
        pairs = [(s["from"] or "applied", s["key"]) for s in original["stages"]] + [("listed", "called")]
    for name, attribute in original["attributes"].items():
        counts = {}
        for key, part in attribute["stages"].items() if staged else [("selected", attribute)]:
            for group, figures in part["groups"].items():
                counts[group, key] = figures["selected"]
                counts[group, "applied"] = figures["of_applied"]["n"] if staged else figures["n"]
        totals |= {} if staged else {"selected": original["selected"]}
        for whole, part in pairs:
            for group in {group for group, _ in counts}:
                if totals[whole] != totals[part]:
                    left = counts[group, whole] - counts[group, part]
                    yield (name, group, part), (name, group, whole), left


def shown_counts(report):
    """Every count of a group that a reader sees."""
    for attribute in report["attributes"].values():
        for part in attribute["stages"].values() if "stages" in attribute else [attribute]:
            for figures in part["groups"].values():
                for counts in (figures, figures.get("of_applied", {})):
                    yield counts.get("n")
                    yield counts.get("selected")
                    if counts.get("n") is not None and counts.get("selected") is not None:
                        yield counts["n"] - counts["selected"]


def test_adversary_finds_what_hiding_the_small_cells_alone_would_leave():
    original = single({"a": (20, 40), "b": (9, 20), "c": (1, 3)})
    naive = json.loads(json.dumps(original))
    naive["attributes"]["group"]["groups"]["c"].update(n=None, selected=None)
    adversary = Adversary(original, naive)
    assert adversary.range_of({adversary.cell("group", "c", "applied"): 1}) == [3, 3]


def test_small_group_takes_another_with_it():
    original = single({"a": (20, 40), "b": (9, 20), "c": (1, 3)})
    published = suppress(original)
    groups = published["attributes"]["group"]["groups"]
    assert {name: (g["n"], g["selected"], g["suppressed"]) for name, g in groups.items()} == {
        "a": (40, 20, False),
        "b": (None, None, True),
        "c": (None, None, True),
    }
    assert_nothing_follows(original, published)


def test_two_small_groups_protect_each_other():
    published = suppress(single({"a": (20, 40), "b": (9, 20), "c": (1, 3), "d": (2, 4)}))
    groups = published["attributes"]["group"]["groups"]
    assert [name for name, g in groups.items() if g["suppressed"]] == ["c", "d"]


def test_report_without_small_cells_is_shown_whole():
    original = single({"a": (20, 40), "b": (9, 20), "": (6, 12)})
    published = suppress(original)
    for name, figures in original["attributes"]["group"]["groups"].items():
        public = {key: value for key, value in figures.items() if key in PUBLIC_GROUP}
        assert published["attributes"]["group"]["groups"][name] == public | {"suppressed": False}
    assert published["attributes"]["group"]["comparisons"] == 2
    assert published["suppressed"] is False


def test_few_selected_of_a_large_group_are_hidden_and_its_size_is_shown():
    groups = suppress(single({"a": (20, 40), "b": (2, 20), "c": (9, 30)}))["attributes"]["group"]["groups"]
    assert (groups["b"]["n"], groups["b"]["selected"], groups["b"]["rate"]) == (20, None, None)
    assert groups["b"]["interval"] is None


def test_few_not_selected_are_hidden_too():
    groups = suppress(single({"a": (20, 40), "b": (18, 20), "c": (9, 30)}))["attributes"]["group"]["groups"]
    assert (groups["b"]["n"], groups["b"]["selected"]) == (20, None)


def test_hidden_group_has_no_figure_left_but_says_why():
    group = suppress(single({"a": (20, 40), "b": (9, 20), "c": (1, 3)}))["attributes"]["group"]["groups"]["c"]
    assert {key for key, value in group.items() if value is not None} == {"reason", "suppressed"}
    assert group["reason"] == {
        "sv": "Visas inte, så att ingen enskild person kan räknas fram.",
        "en": "Not shown, so that no single person can be worked out.",
    }


def test_figures_that_rest_on_a_hidden_group_are_hidden():
    # The highest rate is that of a hidden group, and the adjustment rests on all groups.
    published = suppress(single({"a": (20, 40), "b": (9, 20), "c": (3, 3), "d": (1, 4)}))
    a = published["attributes"]["group"]["groups"]["a"]
    assert (a["rate"], a["impact_ratio"], a["below_four_fifths"], a["adjusted_p"]) == (0.5, None, None, None)
    assert published["attributes"]["group"]["comparisons"] is None
    assert "shared_margins" not in published


def test_alarm_of_a_hidden_group_still_shows_for_the_attribute():
    published = suppress(single({"a": (60, 120), "b": (0, 30), "c": (20, 40)}))
    assert published["attributes"]["group"]["groups"]["b"]["verdict"] is None
    assert published["attributes"]["group"]["verdict"] == "alarm"


def test_groups_with_something_hidden_come_last_by_name_and_not_by_size():
    published = suppress(single({"z": (3, 4), "y": (1, 3), "x": (1, 2), "b": (20, 40), "a": (9, 20)}))
    assert list(published["attributes"]["group"]["groups"]) == ["b", "a", "x", "y", "z"]


def test_ordered_categories_keep_their_order_when_some_are_hidden():
    ages = ["25-29"] * 3 + ["30-34"] * 40 + ["35+"] * 20
    table = pd.DataFrame({"age": pd.Categorical(ages, ordered=True), "selected": [1, 0, 0] * 21})
    groups = suppress(audit(table, ["age"], "selected").to_dict())["attributes"]["age"]["groups"]
    assert [(name, g["suppressed"]) for name, g in groups.items()] == [
        ("25-29", True),
        ("30-34", False),
        ("35+", True),
    ]


def test_those_who_did_not_answer_are_counted_openly_unless_they_are_to_be_protected():
    original = single({"women": (20, 38), "men": (26, 40), "": (2, 3)})
    open_report = suppress(original)["attributes"]["group"]
    assert (open_report["missing"]["n"], open_report["missing"]["selected"]) == (3, 2)
    assert open_report["groups"]["women"]["n"] == 38
    closed = suppress(original, protect_missing=True)
    missing = closed["attributes"]["group"]["missing"]
    assert (missing["n"], missing["selected"], missing["rate"], missing["bounds"]) == (None, None, None, None)
    assert closed["attributes"]["group"]["groups"]["men"]["fisher_p"] is None
    assert closed["attributes"]["group"]["groups"]["men"]["reason"]["en"].startswith(
        "26 of 40 went on; compared"
    )
    assert_nothing_follows(original, closed)


def test_number_selected_at_one_stage_is_hidden_as_the_size_of_the_next():
    table = pd.DataFrame({"g": ["a"] * 40 + ["b"] * 30 + ["c"] * 20})
    table["eligible"] = [1] * 20 + [0] * 20 + [1] * 3 + [0] * 27 + [1] * 10 + [0] * 10
    table["called"] = [1] * 10 + [0] * 30 + [1] * 2 + [0] * 28 + [1] * 5 + [0] * 15
    original = audit_stages(table, ["g"], STAGES[:2]).to_dict()
    stages = suppress(original)["attributes"]["g"]["stages"]
    assert (stages["eligible"]["groups"]["b"]["n"], stages["eligible"]["groups"]["b"]["selected"]) == (
        30,
        None,
    )
    assert stages["called"]["groups"]["b"]["n"] is None
    assert stages["called"]["groups"]["b"]["of_applied"]["n"] == 30
    assert stages["called"]["groups"]["b"]["of_applied"]["selected"] is None


def test_group_of_countries_does_not_give_its_small_country_away():
    # Without the link, b's small country c would be hidden beside another group's, and follow from b.
    table = pd.DataFrame(
        {
            "country": ["a1"] * 40 + ["a2"] * 3 + ["b1"] * 30 + ["b2"] * 3,
            "group": ["a"] * 43 + ["b"] * 33,
            "selected": [1, 0] * 38,
        }
    )
    original = audit(table, ["country", "group"], "selected").to_dict()
    published = suppress(original)
    countries = published["attributes"]["country"]["groups"]
    assert {name: g["n"] for name, g in countries.items()} == {"a1": None, "a2": None, "b1": None, "b2": None}
    assert published["attributes"]["group"]["groups"]["a"]["n"] == 43
    assert_nothing_follows(original, published)


def test_totals_are_hidden_where_they_alone_give_a_cell_away():
    published = suppress(single({"women": (1, 3)}))
    assert (published["n"], published["selected"], published["suppressed"]) == (None, None, True)


def test_everybody_going_on_is_not_taken_for_a_secret():
    published = suppress(single({"a": (40, 40), "b": (20, 20)}))
    groups = published["attributes"]["group"]["groups"]
    assert {name: (g["n"], g["selected"]) for name, g in groups.items()} == {"a": (40, 40), "b": (20, 20)}


@pytest.mark.parametrize("seed", range(4))
def test_adversary_with_all_stages_and_nested_attributes_finds_no_cell(seed):
    original = staged(seed)
    published = suppress(original)
    assert min(value for value in shown_counts(published) if value is not None) >= 5
    assert_nothing_follows(original, published)


@pytest.mark.parametrize("protect_missing", [False, True])
@pytest.mark.parametrize("seed", range(8))
def test_adversary_finds_no_cell_in_small_selections(seed, protect_missing):
    original = staged(seed + 100, by=("sex", "age", "group", "route"), n=[12, 25, 40, 60][seed % 4])
    published = suppress(original, protect_missing=protect_missing)
    assert (published["n"] is None) == published["suppressed"]
    assert_nothing_follows(original, published)


@pytest.mark.parametrize("seed", [863674708, 489323519])
def test_adversary_finds_no_cell_where_one_person_alone_is_a_part_of_two_attributes(seed):
    # The one person whose age is missing is the only one of a licence route, and three persons in all.
    for n in (3, 19):
        original = staged(seed, n=n)
        assert_nothing_follows(original, suppress(original))


@pytest.mark.parametrize("seed", range(10))
def test_some_other_selection_gives_the_same_published_figures(seed):
    rng = np.random.default_rng(seed)
    n = rng.integers(1, 30, 6)
    s = rng.binomial(n, rng.uniform(0.1, 0.9, 6))
    names = [*"abcde", ""]
    original = single({g: (int(s[i]), int(n[i])) for i, g in enumerate(names)})
    published = suppress(original)
    adversary = Adversary(original, published)
    for cell, true in hidden_cells(original, published).items():
        other = adversary.another_table(adversary.cell(*cell), true)
        assert other is not None
        counts = {
            g: (other["group", g or None, "selected"], other["group", g or None, "applied"]) for g in names
        }
        elsewhere = single(counts)["attributes"]["group"]
        for name, figures in published["attributes"]["group"]["groups"].items():
            skip = ("suppressed", "verdict", "reason", "impact_ratio", "below_four_fifths", "adjusted_p")
            for key, value in figures.items():
                if key not in skip and value is not None:
                    assert elsewhere["groups"][name][key] == pytest.approx(value), (cell, name, key)
        for name, bounds in published["attributes"]["group"]["missing"]["bounds"].items():
            assert bounds is None or bounds == elsewhere["missing"]["bounds"][name]


def test_minimum_is_a_setting_and_one_hides_only_nobody():
    original = single({"a": (20, 40), "b": (9, 20), "c": (1, 3), "d": (2, 4)})
    assert suppress(original, minimum=1)["attributes"]["group"]["groups"]["c"]["n"] == 3
    strict = suppress(original, minimum=10)["attributes"]["group"]["groups"]
    assert [name for name, g in strict.items() if not g["suppressed"]] == ["a"]
    with pytest.raises(ValueError, match="minimum: expected a whole number from 1, got 0"):
        suppress(original, minimum=0)


def test_suppression_leaves_its_input_as_it_was_and_gives_the_same_bytes_again():
    original = staged(3)
    before = json.dumps(original)
    first = json.dumps(suppress(original), allow_nan=False)
    assert json.dumps(suppress(original), allow_nan=False) == first
    assert json.dumps(original) == before


def test_report_of_nobody_is_suppressed_without_ado():
    original = audit_stages(people(1).iloc[:0], ["sex"], STAGES).to_dict()
    assert suppress(original)["attributes"]["sex"]["verdict"] == "no_conclusion"


# --- whatever is not known to be safe is left out


def keys_of_everything(value):
    if isinstance(value, dict):
        return set(value) | {key for each in value.values() for key in keys_of_everything(each)}
    if isinstance(value, list):
        return {key for each in value for key in keys_of_everything(each)}
    return set()


def public_names(report):
    groups = {name for a in report["attributes"].values() for name in keys_of_everything(a)}
    fixed = (
        PUBLIC_TOTALS | PUBLIC_STAGE | PUBLIC_ATTRIBUTE | PUBLIC_GROUP | PUBLIC_MISSING | PUBLIC_OF_APPLIED
    )
    return groups - fixed - {"suppressed", "rate", "difference", "sv", "en"}


@pytest.mark.parametrize("stages", [False, True])
def test_strata_intersections_and_shrunken_rates_never_leave_the_house(stages):
    table = people(3)
    by, more = (
        ["sex", "country"],
        {
            "strata": ["route"],
            "parents": {"country": "route"},
            "intersections": [("sex", "route")],
        },
    )
    found = audit_stages(table, by, STAGES, **more) if stages else audit(table, by, "eligible", **more)
    original = found.to_dict()
    assert "intersections" in original
    published = suppress(original)
    assert set(published) <= PUBLIC_TOTALS | {"suppressed"}
    known = {"woman", "man", *COUNTRIES, "eligible", "called", "listed"}
    assert public_names(published) <= known
    text = json.dumps(published)
    for key in (
        "stratified",
        "shrunk",
        "detectable",
        "funnel",
        "boschloo",
        "kitagawa",
        "interval_difference",
    ):
        assert key in json.dumps(original)
        assert key not in text


def test_a_key_that_suppression_does_not_know_is_left_out_at_every_level():
    original = staged(4, by=("sex", "country"))
    stage = original["attributes"]["sex"]["stages"]["called"]
    for part in (
        original,
        original["stages"][0],
        original["attributes"]["sex"],
        stage,
        stage["missing"],
        stage["missing"]["of_applied"],
        stage["groups"]["woman"],
        stage["groups"]["woman"]["of_applied"],
    ):
        part["unheard of"] = {"n": 1}
    original["attributes"]["sex"]["groups"] = stage["groups"]
    published = suppress(original)
    assert "unheard of" not in json.dumps(published)
    assert "groups" not in published["attributes"]["sex"]
    assert published == suppress(staged(4, by=("sex", "country")))
