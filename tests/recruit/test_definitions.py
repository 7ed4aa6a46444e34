"""Definitions of figures: every key of the schema has one, the docs and the page know the same keys."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from recruit.definitions import CHAPTERS, every, keys
from recruit.report.schema import schema, written

DOCS = Path(__file__).parents[2] / "docs"
#: What tells of a report or of a row and is no figure.
NO_FIGURES = frozenset(
    [
        "$schema",
        "action",
        "actions",
        "active_measures",
        "analysis",
        "attribute",
        "attributes",
        "case_number",
        "category",
        "comments",
        "confidential",
        "employer",
        "en",
        "figures",
        "finished_at",
        "from",
        "full",
        "full_figures",
        "full_group",
        "grounds",
        "groups",
        "holds",
        "intake",
        "interval",
        "introduction",
        "key",
        "kind",
        "level",
        "list",
        "note",
        "number",
        "outcome",
        "p",
        "page",
        "public_figures",
        "public_group",
        "publication",
        "region",
        "rows",
        "rule",
        "scoring",
        "section",
        "sections",
        "selection",
        "share",
        "signature",
        "signed_at",
        "signed_by",
        "slug",
        "steps",
        "stages",
        "sv",
        "title",
        "verdicts",
        "version",
        "voluntary_answers_left_out",
        "words",
        "covers",
        "count",
        "minimum",
    ]
)


def _properties(found: Any) -> set[str]:
    if isinstance(found, dict):
        own = set(found.get("properties", ())) if isinstance(found.get("properties"), dict) else set()
        return own.union(*(_properties(each) for each in found.values()))
    return set().union(*(_properties(each) for each in found)) if isinstance(found, list) else set()


def test_every_figure_of_the_schema_is_defined() -> None:
    assert _properties(schema()) - NO_FIGURES - keys() == set()


def test_figures_of_the_docs_are_defined() -> None:
    """The first table of docs/measures.md names each figure as in the JSON."""
    table = (DOCS / "measures.md").read_text().split("## The figures")[1].split("### Why")[0]
    named = {
        key.split(".")[-1]
        for row in re.findall(r"^\| [^|]*\(([^|]*)\) \|", table, re.M)
        for key in re.findall(r"`([a-z_.]+)`", row)
    }
    assert {"rate", "midp", "bounds", "of_applied"} <= named
    assert named <= keys()


def test_no_key_is_defined_twice() -> None:
    counted = Counter(key for each in every() for key in each.keys)
    assert [key for key, number in counted.items() if number > 1] == []


def test_page_has_an_anchor_for_every_key(client: FlaskClient) -> None:
    page = client.get("/definitions").text
    ids = Counter(re.findall(r'id="([^"]+)"', page))
    assert keys() <= ids.keys()
    assert [key for key, number in ids.items() if number > 1] == []


def test_page_is_in_swedish_and_in_english(client: FlaskClient) -> None:
    for language, word in (("sv", 0), ("en", 1)):
        page = client.get("/definitions", headers={"Accept-Language": language}).text
        for chapter in CHAPTERS:
            assert chapter.title[word] in page


def test_kept_schema_is_the_one_that_is_served(client: FlaskClient) -> None:
    kept = (DOCS / "monitoring-report.schema.json").read_text()
    assert kept == written() == client.get("/schema/monitoring-report.json").text
