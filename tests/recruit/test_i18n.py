"""Writing in another language for a while: what is for somebody else than the reader, or for the authority's files."""

from flask import Flask

from recruit.display import country_name, percent, whole_ranges
from recruit.figure_words import NO_BREAK
from recruit.i18n import force_locale, gettext, language
from tests.databases import ONE_DATABASE

pytestmark = ONE_DATABASE


def test_forced_language_reaches_countries_and_ends(app: Flask) -> None:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert country_name("LV") == "Latvia"
        with force_locale("sv"):
            assert (gettext("Save"), country_name("LV")) == ("Spara", "Lettland")
            with force_locale("en"):
                assert country_name("LV") == "Latvia"
            assert country_name("LV") == "Lettland"
        assert (gettext("Save"), country_name("LV")) == ("Save", "Latvia")


def test_forced_language_needs_no_request(app: Flask) -> None:
    with app.app_context():
        with force_locale("en"):
            assert language() == "en"
        assert language() == "sv"


def test_figures_stay_on_one_line_with_what_belongs_to_them(app: Flask) -> None:
    with app.test_request_context(headers={"Accept-Language": "sv"}):
        assert percent(0.95) == f"95{NO_BREAK}%"
    assert whole_ranges("<1–3 months>") == '&lt;<span class="nowrap">1–3</span> months&gt;'
