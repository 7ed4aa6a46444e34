"""Typed text made clean."""

import unicodedata

import pytest

from forms.cleaning import clean_line, clean_text


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Anna   Berg ", "Anna Berg"),
        ("Дарія", "Дарія"),
        ("محمد", "محمد"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("A\u202eB", "AB"),
        ("A\x00B", "AB"),
        ("A\nB", "A B"),
        ("", None),
        (" \u200b\u200c ", None),
        (None, None),
    ],
)
def test_clean_line_keeps_every_script_and_drops_what_is_invisible(
    typed: str | None, kept: str | None
) -> None:
    assert clean_line(typed) == kept


def test_clean_line_composes_accents() -> None:
    assert clean_line(unicodedata.normalize("NFD", "Ångström")) == "Ångström"


def test_clean_text_keeps_lines_and_drops_control_characters() -> None:
    assert clean_text("one\r\ntwo \rthree\x07\n\n") == "one\ntwo\nthree"
    assert clean_text("\r\n \n") is None
