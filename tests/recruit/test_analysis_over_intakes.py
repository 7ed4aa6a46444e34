"""What an analysis says of several intakes: evidence that builds up, and other weights tried on intakes held out."""

import json
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from sqlmodel import select

from recruit.analysis.alternatives import LEAST, MOST, alternatives
from recruit.analysis.over_time import called
from recruit.analysis.settings import Work
from recruit.models import Intake
from recruit.queries.audited import Audited, audited
from tests.demo import Demo

INTAKES = ("first", "second", "third", "fourth")


@pytest.fixture(scope="module")
def one(demo: Demo) -> Audited:
    """The demo's finished intake."""
    with demo.session() as session:
        intake = session.exec(select(Intake).where(Intake.slug == "bt-varen-2027")).one()
        return audited(session, intake)


@pytest.fixture(scope="module")
def several(one: Audited) -> Audited:
    """Four intakes, each with the people of the demo's finished one."""
    people = pd.concat([one.intakes.assign(intake=slug) for slug in INTAKES], ignore_index=True)
    return replace(one, intakes=people, order_of_intakes=INTAKES)


def plain(value: Any) -> Any:
    return json.loads(json.dumps(value))


def test_other_weights_are_searched_on_the_earlier_intakes_and_tested_on_the_newest(several: Audited) -> None:
    found = plain(alternatives(Work(several, seed=1)))
    searched = [
        each
        for attribute in found.values()
        for each in attribute.get("groups", {}).values()
        if "reason" not in each
    ]
    assert searched
    for each in searched:
        assert (each["train"], each["holdout"]) == (list(INTAKES[:3]), list(INTAKES[3:]))
        assert each["present"]["weights"] == pytest.approx(
            {key: float(weight) for key, weight in several.weights.items()}
        )
        for point in each["points"]:
            assert sum(point["weights"].values()) == pytest.approx(100)
            for key, weight in point["weights"].items():
                present = float(several.weights[key])
                assert LEAST * present - 1e-6 <= weight <= MOST * present + 1e-6
            # The intake held out has the same people, so what was gained holds there.
            assert "gain_lost_on_holdout" not in point["caveats"]
            assert point["holdout"]["impact"] == pytest.approx(point["train"]["impact"])


def test_evidence_is_multiplied_over_intakes(one: Audited, several: Audited) -> None:
    once, often = plain(called(Work(one, seed=1))), plain(called(Work(several, seed=1)))
    for name, each in often.items():
        assert len(each["e_values"]) == len(INTAKES)
        assert each["e_values"][0]["e"] == pytest.approx(once[name]["e_values"][0]["e"])
        assert [part["n"] for part in each["e_values"]] == [once[name]["e_values"][0]["n"]] * len(INTAKES)
