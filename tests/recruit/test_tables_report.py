"""The monitoring report as a page: suppressed figures, the web's stages and names in words."""

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd
import pytest

from recruit import monitoring_words
from recruit.exports.files import labels_in
from recruit.frames import ATTRIBUTES, Monitored, monitoring_table
from recruit.models import AgeBand, LicenceRoute, Sex
from recruit.queries.monitoring import FROM_APPLICATIONS, Applied, audit
from recruit.tables.report import report_html
from scoring.monitoring import audit as audit_one
from scoring.suppression import suppress


def applicant(number: int, country: str, sex: Sex | None, *, eligible: bool = True) -> Monitored:
    route = LicenceRoute.EU_RECOGNITION if country in ("LV", "PL") else LicenceRoute.PROFICIENCY_TEST
    return Monitored(number, eligible, country, route, sex, AgeBand.UNDER_30)


def people() -> Applied:
    """Forty from Latvia, twenty from Syria, one from Namibia, one who did not answer on sex."""
    rows = [applicant(i, "LV", Sex.FEMALE if i % 2 else Sex.MALE) for i in range(1, 41)]
    rows += [applicant(i, "SY", Sex.FEMALE if i % 2 else Sex.MALE, eligible=i < 48) for i in range(41, 61)]
    rows += [applicant(61, "NA", Sex.FEMALE), applicant(62, "LV", None)]
    return Applied(tuple(rows), withdrawn=0, undecided=0)


def staged(minimum: int | None = None) -> dict[str, Any]:
    return audit(people(), called=set(range(1, 21)) | {61}, listed=set(range(1, 31)) | {61}, minimum=minimum)


def page(figures: Mapping[str, Any], language: str = "sv") -> str:
    labels = labels_in(language)
    return report_html(dict(figures), language=language, title="Omgång", facts=[], labels=labels)


def rows(html: str, group: str) -> list[str]:
    return re.findall(rf"<tr[^>]*><th scope=\"row\"><bdi>{group}</bdi>.*?</tr>", html, re.DOTALL)


@pytest.mark.parametrize(("language", "words"), [("sv", "Visas inte"), ("en", "Not shown")])
def test_suppressed_group_has_dashes_and_a_neutral_badge(language: str, words: str) -> None:
    html = page(staged(minimum=5), language)
    hidden = rows(html, "Namibia")
    assert len(hidden) == 6  # two tables for each of three stages
    for row in hidden:
        assert 'class="badge hidden"' in row or f"<td>{words}</td>" in row
        assert "no_concern" not in row
        assert '<td class="num">–</td>' in row
    assert "None" not in html


def test_suppressed_page_says_that_figures_are_left_out() -> None:
    assert "Små grupper visas inte" in page(staged(minimum=5))
    assert "Rapporten visar också grupper med få personer" in page(staged())


def test_report_without_voluntary_answers_has_no_word_of_them() -> None:
    called, listed = set(range(1, 21)) | {61}, set(range(1, 31)) | {61}
    html = page(audit(people(), called=called, listed=listed, minimum=5, by=FROM_APPLICATIONS))
    assert rows(html, "Kvinnor") == []
    assert rows(html, "Namibia") != []
    assert "None" not in html


def test_report_of_totals_that_are_hidden_has_no_numbers() -> None:
    few = Applied(tuple(applicant(i, "LV", Sex.MALE) for i in range(1, 4)), withdrawn=0, undecided=0)
    html = page(audit(few, called={1}, listed={1, 2}, minimum=5))
    assert "None" not in html
    assert "no_concern" not in re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)


def test_suppressed_report_of_one_selection() -> None:
    table = pd.DataFrame({"group": ["a"] * 30 + ["b"] * 2 + ["c"] * 20, "selected": [1, 0] * 26})
    html = report_html(
        suppress(audit_one(table, ["group"], "selected").to_dict()), language="en", title="x", facts=[]
    )
    assert "None" not in html
    assert len([row for row in rows(html, "b") if "no_concern" in row]) == 0


@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_group_that_the_monitoring_knows_has_a_name(language: str) -> None:
    table = monitoring_table((), called=(), listed=())
    for name in ATTRIBUTES:
        assert monitoring_words.attribute_name(name, language) != name
        if name != "country":
            for group in table[name].cat.categories:
                assert monitoring_words.group_name(name, group, language) != group
    assert monitoring_words.group_name("country", "NA", language) == "Namibia"
    assert monitoring_words.group_name("sex", "somethingelse", language) == "somethingelse"


@pytest.mark.parametrize(
    ("code", "expected"), [(None, "hidden"), ("no_concern", "No concern"), ("odd", "hidden")]
)
def test_verdict_that_is_missing_is_never_no_concern(code: str | None, expected: str) -> None:
    import jinja2

    from recruit.tables.pages import TEMPLATES

    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True)
    environment.globals["_"] = lambda text: text
    macros: Any = environment.get_template("macros/verdict.html").module
    assert macros.verdict_word(code) == expected
    shown = macros.verdict(code)
    assert f"<span>{expected}</span>" in shown
    if code is None:
        assert "verdict--no_conclusion" in shown
