"""How the groups lie in an order, in sentences that follow from the figures."""

from typing import Any

import pytest

from recruit.order_words import (
    NO_RERANKING,
    figures_beside,
    finding,
    gravest_first,
    group_verdict,
    verdict_of,
)
from tests.recruit.sources_helpers import figures


@pytest.fixture(scope="module")
def order() -> dict[str, Any]:
    found: dict[str, Any] = figures()["order"]
    return found


def said(order: dict[str, Any], attribute: str, language: str) -> str:
    return finding(attribute, order[attribute], language).replace("\N{NO-BREAK SPACE}", " ")


def test_a_group_that_stands_last_is_an_alarm_told_with_its_places(order: dict[str, Any]) -> None:
    assert verdict_of(order["licence_route"]) == "alarm"
    text = said(order, "licence_route", "en")
    assert "From outside the EU/EEA: the 40 have places worth 67% of those of all others" in text
    assert "of the first 10, 0 are of them, against at least 1 in nearly all random orders" in text
    assert "a random order seldom has them like that, even allowing for how many groups are compared." in text


def test_ndkl_is_never_told_without_random_orders(order: dict[str, Any]) -> None:
    for attribute in ("sex", "licence_route", "country"):
        assert "random orders" in said(order, attribute, "en")
        assert "slumpordningar" in said(order, attribute, "sv")


def test_an_order_by_chance_is_of_no_concern(order: dict[str, Any]) -> None:
    assert verdict_of(order["sex"]) == "no_concern"
    assert "a random order often has them like that too." in said(order, "sex", "en")


def test_one_group_alone_has_nothing_to_compare(order: dict[str, Any]) -> None:
    assert verdict_of(order["age_band"]) == "no_conclusion"
    assert said(order, "age_band", "sv") == "Det finns inte två grupper i ordningen att jämföra."


def test_those_without_an_answer_and_groups_without_a_conclusion_are_counted(order: dict[str, Any]) -> None:
    assert figures_beside(order["sex"], "en") == "115 in the order. 5 without an answer are left out."
    groups = order["country"]["groups"].values()
    silent = sum(group_verdict(each) == "no_conclusion" for each in groups)
    assert silent > 0
    assert f"No conclusion possible for {silent} of 30 groups." in figures_beside(order["country"], "en")


def test_the_gravest_group_comes_first(order: dict[str, Any]) -> None:
    assert gravest_first(order["licence_route"]["groups"])[0] == "third_country"
    verdicts = [
        group_verdict(order["country"]["groups"][name]) for name in gravest_first(order["country"]["groups"])
    ]
    ranked = ["alarm", "watch", "no_concern", "no_conclusion"]
    assert verdicts == sorted(verdicts, key=ranked.index)


def test_nobody_is_re_ranked_in_both_languages() -> None:
    assert "ordnas någon om efter grupp" in NO_RERANKING[0]
    assert "re-ranked by group" in NO_RERANKING[1]
