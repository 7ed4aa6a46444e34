"""Two versions beside each other in words, and the list of versions with many of them."""

import copy

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session

from recruit.profile_compare import marked, sections
from recruit.profile_content import content_of, empty_item
from recruit.services import profiles
from scoring.profile import default_profile
from tests.databases import ONE_DATABASE
from tests.recruit.factories import NOW, World, sign_in
from tests.recruit.page_helpers import count_queries, english


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("one two", "one two", "one two"),
        ("one two", "one three", "one <del>two</del><ins>three</ins>"),
        ("all of it", "something else", "<del>all of it</del> <ins>something else</ins>"),
        ("", "<b>", "<ins>&lt;b&gt;</ins>"),
        ("a & b", "a", "a<del> &amp; b</del>"),
    ],
)
def test_words_that_went_and_came_are_marked(old: str, new: str, expected: str) -> None:
    assert str(marked(old, new)) == expected


def test_long_texts_are_set_beside_each_other_whole() -> None:
    assert "<del>" + "x" * 9000 + "</del>" in str(marked("x" * 9000, "y"))


@ONE_DATABASE
def test_changes_are_said_by_part(app: Flask) -> None:
    old = content_of(default_profile())
    new = copy.deepcopy(old)
    new["criteria"][2]["weight"] = "10"
    new["criteria"][2]["anchors"][4]["en"] = "two very strong"
    del new["criteria"][4]
    new["criteria"].append({**empty_item("criteria", "c77"), "key": "calm", "weight": "10"})
    new["criteria"][0], new["criteria"][1] = new["criteria"][1], new["criteria"][0]
    new["stages"]["screening"]["ties"].reverse()
    new["gates"] = []
    new["requirements"][0]["mandatory"] = False
    new["never_scored"][0]["en"] = "Land"
    with app.test_request_context(headers={"Accept-Language": "en"}):
        found = {each.title: each.changes for each in sections(old, new)}
        assert sections(old, copy.deepcopy(old)) == []
    kinds = {title: sorted(each.kind for each in changes) for title, changes in found.items()}
    assert kinds == {
        "Criteria and weights": ["added", "changed", "moved", "removed"],
        "Requirements": ["changed"],
        "Rules": ["changed", "removed"],
        "Never scored": ["added", "removed"],
    }
    changed = next(each for each in found["Criteria and weights"] if each.kind == "changed")
    words = {label: str(value) for label, value in changed.fields}
    assert words["Weight"] == "<del>15</del> <ins>10</ins>"
    assert "<ins>very </ins>" in words["Level 4, in English"]


@ONE_DATABASE
def test_list_of_versions_takes_the_same_queries_with_many(
    app: Flask, session: Session, world: World, client: FlaskClient
) -> None:
    sign_in(client, world.coordinator)
    english(client)
    counted = []
    text, made = default_profile().to_toml(), 40
    for wanted in (1, 3, 50):
        while made < 39 + wanted:
            made += 1
            toml = text.replace("threshold = 40", f"threshold = {made}")
            profiles.save(session, region_id=world.region.id or 0, toml=toml, actor=world.actor, now=NOW)
        session.commit()
        counted.append(count_queries(app, client, "/g/alvmark/profiles/"))
    assert counted[0] == counted[1] == counted[2] <= 10
