"""`recruit audit`: intakes, assessors, criteria, requirements, overrides and the order, on tables of one's own."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from recruit.commands import main
from scoring.assessor_gaps import by_assessor
from scoring.criterion_gaps import by_criterion
from scoring.parity import parity
from scoring.sequential import e_process

Figures = dict[str, Any]
CRITERIA = ("language", "practice")


def run(text: str, options: str, *more: str | Path) -> Result:
    return CliRunner().invoke(main, ["audit", "-", *options.split(), *map(str, more)], input=text.encode())


def figures(text: str, options: str, *more: str | Path) -> Figures:
    done = run(text, options, *more, "--json", "-")
    assert done.exit_code == 0, done.output
    found: Figures = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    """Ninety applicants of two groups; the licence shuts group B out, and one assessor is stricter towards it."""
    rng = np.random.default_rng(20270303)
    n = 90
    table = pd.DataFrame({"id": [f"BT-{i}" for i in range(n)], "group": np.where(np.arange(n) % 3, "A", "B")})
    table["intake"] = [f"round {9 + i // 10 % 3}" for i in range(n)]
    table["place"] = rng.permutation(n) + 1
    for key in CRITERIA:
        table[key] = np.clip(rng.normal(2.2, 0.8, n).round(), 0, 4).astype(int)
    licence = np.where(table["group"] == "B", rng.random(n) < 0.3, rng.random(n) < 0.95)
    table["licence"] = np.where(licence, "yes", "no")
    table["papers"] = [("yes", "no", "")[i // 3 % 3] for i in range(n)]
    table["applied"] = 1
    table["eligible"] = licence.astype(int)
    table["proposed"] = (licence & (rng.random(n) < 0.6)).astype(int)
    table["called"] = (licence & (rng.random(n) < 0.6)).astype(int)
    return table


@pytest.fixture(scope="module")
def long(people: pd.DataFrame) -> pd.DataFrame:
    """Two of four assessors each; a row for each application, assessor and criterion."""
    rng = np.random.default_rng(20270304)
    rows = []
    for person in people.to_dict("records"):
        for a in rng.choice(4, 2, replace=False):
            for key in CRITERIA:
                strict = 1.5 if a == 0 and person["group"] == "B" else 0
                level = int(np.clip(person[key] + rng.integers(-1, 2) * 0.5 - strict, 0, 4))
                rows.append((person["id"], person["group"], f"a{a}", key, level, person["called"]))
    return pd.DataFrame(rows, columns=["id", "group", "who", "what", "level", "called"])


@pytest.fixture(scope="module")
def everything(people: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> tuple[Figures, Result, str]:
    """Figures, terminal and page of one run that asks for all that a row per person can answer."""
    folder = tmp_path_factory.mktemp("audit")
    options = (
        "--by group --stages applied,eligible,called --criteria language=60,practice=40 --place place "
        "--requirements licence,papers --proposed proposed --intake intake --seed 7 --language en"
    )
    done = run(
        people.to_csv(index=False),
        options,
        "--json",
        folder / "a.json",
        "--html",
        folder / "a.html",
    )
    assert done.exit_code == 0, done.output
    return json.loads((folder / "a.json").read_text()), done, (folder / "a.html").read_text()


def test_evidence_over_intakes_is_that_of_scoring(
    everything: tuple[Figures, Result, str], people: pd.DataFrame
) -> None:
    found = everything[0]["attributes"]["group"]["sequential"]
    counts = people.groupby(["intake", "group"], as_index=False).agg(
        n=("called", "size"), selected=("called", "sum")
    )
    # Named by number: the tenth round comes after the ninth.
    order = ["round 9", "round 10", "round 11"]
    expected = e_process(counts, intakes=order).to_dict()
    assert [each["intake"] for each in found["e_values"]] == order
    assert found["e_values"] == expected["e_values"]
    assert (found["alarm_at"], found["flagged"]) == (expected["alarm_at"], expected["flagged"])


def test_order_of_the_intakes_can_be_given(people: pd.DataFrame) -> None:
    given = "--intake", "intake=round 11,round 9,round 10"
    found = figures(people.to_csv(index=False), "--by group --selected called", *given)
    names = [each["intake"] for each in found["attributes"]["group"]["sequential"]["e_values"]]
    assert names == ["round 11", "round 9", "round 10"]


def test_strata_are_places_of_their_own_within_an_intake(people: pd.DataFrame) -> None:
    table = people.assign(site=np.where(np.arange(len(people)) % 2, "N", "S"))
    table.loc[0, "site"] = ""
    options = "--by group --selected called --strata site --intake intake"
    found = figures(table.to_csv(index=False), options)["attributes"]["group"]["sequential"]
    cells = table[table["site"] != ""].groupby(["intake", "site", "group"], as_index=False)
    counts = cells.agg(n=("called", "size"), selected=("called", "sum")).rename(columns={"site": "stratum"})
    expected = e_process(counts, intakes=["round 9", "round 10", "round 11"])
    assert [each["log10_e"] * np.log(10) for each in found["e_values"]] == pytest.approx(
        expected.log_evidence
    )
    assert found["without_stratum"] == 1


def test_sources_of_a_gap_are_found(everything: tuple[Figures, Result, str], people: pd.DataFrame) -> None:
    found = everything[0]["attributes"]["group"]
    sources = found["sources"]
    assert set(sources) == {"stage", "criterion", "item_bias", "requirement", "override"}
    assert sources["requirement"]["groups"]["B"]["requirements"]["licence"]["verdict"] == "alarm"
    assert sources["requirement"]["groups"]["B"]["requirements"]["papers"]["verdict"] != "alarm"
    parts = sources["stage"]["groups"]["B"]["stages"]
    assert sum(part["contribution"] for part in parts.values()) == pytest.approx(
        sources["stage"]["groups"]["B"]["gap"]
    )
    assert parts["eligible"]["verdict"] == "alarm"
    override = sources["override"]["groups"]["A"]
    assert override["down"]["n"] == int(people[people["group"] == "A"]["proposed"].sum())
    weights = {"language": 60, "practice": 40}
    expected = by_criterion(people[list(CRITERIA)], weights, people["group"], seed=7).to_dict()
    assert sources["criterion"] == expected
    assert found["proxies"]["groups"]["A"]["reason"] is None


def test_order_and_seed(everything: tuple[Figures, Result, str], people: pd.DataFrame) -> None:
    whole = everything[0]
    assert whole["seed"] == 7
    expected = parity(people["place"].to_numpy(), people["group"], seed=7).to_dict()
    assert whole["attributes"]["group"]["order"] == {"without_place": 0} | expected


def test_terminal_and_page_say_what_was_found(everything: tuple[Figures, Result, str]) -> None:
    _, done, page = everything
    for text in (done.stdout, page):
        assert "Where the gap arises: requirement" in text
        assert "Alarm: licence – A, licence – B." in text
        assert "The alarm line of 20 was reached at round" in text
        assert "How the groups lie in the order" in text
        assert "Can the group be told from the criteria?" in text


def test_rows_by_assessor(people: pd.DataFrame, long: pd.DataFrame) -> None:
    options = "--by group --assessor who --score level --application id --criterion what --selected called"
    whole = figures(long.to_csv(index=False), options)
    found = whole["attributes"]["group"]
    # One row for each application again, whatever the number of its rows.
    assert (whole["n"], whole["selected"]) == (90, int(people["called"].sum()))
    names = dict(zip(people["id"], people["group"], strict=True))
    levels = long.rename(columns={"id": "application", "who": "assessor", "what": "criterion"})
    assert (
        found["sources"]["assessor"]
        == by_assessor(levels, names, weights=dict.fromkeys(CRITERIA, 1)).to_dict()
    )
    assert found["sources"]["assessor"]["groups"]["B"]["a0"]["verdict"] == "alarm"
    assert set(found["sources"]["item_bias"]["groups"]["B"]) == set(CRITERIA)
    means = long.groupby(["id", "what"])["level"].mean().unstack()
    points = means.mean(axis=1) * 25
    assert found["scoring_rate"]["median"] == pytest.approx(float(points.median()))


def test_one_level_by_assessor_without_criteria_may_be_on_any_scale(long: pd.DataFrame) -> None:
    text = (
        long[long["what"] == "language"].assign(level=lambda table: table["level"] * 20).to_csv(index=False)
    )
    options = "--by group --assessor who --score level --application id"
    found = figures(text, options)["attributes"]["group"]
    assert set(found["sources"]) == {"assessor"}
    assert found["groups"] == found["scoring_rate"]["groups"]
    assert "proxies" not in found


def test_another_scale_gives_the_same_figures(people: pd.DataFrame) -> None:
    options = "--by group --criteria language,practice"
    found = figures(people.to_csv(index=False), options)
    stretched = people.assign(**{key: people[key] * 2.25 + 1 for key in CRITERIA})
    assert figures(stretched.to_csv(index=False), options, "--scale", "1,10") == found


def test_one_criterion_has_no_item_bias_and_says_why(people: pd.DataFrame) -> None:
    found = figures(people.to_csv(index=False), "--by group --criteria language")["attributes"]["group"]
    assert "two criteria" in found["sources"]["item_bias"]["reason"]["en"]


def test_rows_of_cells_give_what_rows_of_persons_give(people: pd.DataFrame) -> None:
    columns = ["group", "intake", "licence", "applied", "eligible", "proposed", "called"]
    cells = people.groupby(columns, as_index=False).size().rename(columns={"size": "persons"})
    options = "--by group --stages applied,eligible,called --requirements licence --proposed proposed --intake intake"
    one = figures(people.to_csv(index=False), options)
    many = figures(cells.to_csv(index=False), options, "--count", "persons")
    assert many == one


def test_counts_of_those_selected_beside_counts_of_all() -> None:
    """The published table of New York City's Local Law 144: one row for each group, as such tables are printed."""
    counts = {
        "Hispanic": (408, 204), "White": (797, 412), "Black": (390, 170), "NHPI": (119, 52), "Asian": (616, 302),
        "Native American": (41, 18), "Two or more": (213, 96), "": (250, 120),
    }  # fmt: skip
    text = "group,applicants,chosen\n" + "".join(f"{name},{n},{k}\n" for name, (n, k) in counts.items())
    found = figures(text, "--by group --count applicants --selected-count chosen")
    groups = found["attributes"]["group"]["groups"]
    ratios = {name: round(row["impact_ratio"], 2) for name, row in groups.items()}
    expected = {
        "Hispanic": 0.97,
        "White": 1,
        "Black": 0.84,
        "NHPI": 0.85,
        "Asian": 0.95,
        "Native American": 0.85,
    }
    assert ratios == expected | {"Two or more": 0.87}
    assert found["attributes"]["group"]["missing"]["n"] == 250
    keys = {"boschloo_p", "interval_difference", "shrunk_rate", "shrunk_interval"}
    assert all(keys <= set(row) for row in groups.values())


def test_every_option_has_an_example_in_the_help() -> None:
    from recruit.commands.audit import command

    said = {"--json", "--language", "--boschloo"}
    for option in command.params:
        if option.opts[0].startswith("--") and option.opts[0] not in said:
            # An example is the option itself, written out with what it takes.
            assert f"{option.opts[0]} " in getattr(option, "help", ""), option.opts
