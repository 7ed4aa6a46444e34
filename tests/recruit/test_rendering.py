"""Values come into pages escaped, as Jinja has it."""

import enum
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup, escape

from recruit.rendering import Environment, written


class Word(enum.StrEnum):
    """Text of a kind of its own."""

    OF_A_KIND = "<of a kind>"


class Badge:
    """Something that says itself how it looks in a page."""

    def __html__(self) -> str:
        return "<b>&</b>"


@given(
    st.one_of(st.text(), st.integers(), st.floats(), st.booleans(), st.none(), st.text(alphabet="&<>\"'a "))
)
def test_value_is_written_as_markupsafe_escapes_it(value: Any) -> None:
    assert written(value) == escape(value)


@pytest.mark.parametrize("value", [Markup("<b>&amp;</b>"), Badge(), Word.OF_A_KIND, b"<", ["<"]])
def test_what_is_no_plain_text_is_written_as_markupsafe_escapes_it(value: Any) -> None:
    assert written(value) == escape(value)


def test_templates_escape_wherever_a_value_stands(app: Flask) -> None:
    template = app.jinja_env.from_string(
        "{% macro m(x) %}<i>{{ x }}</i>{% endmacro %}{% set block %}<u>{{ v }}</u>{% endset %}"
        "{{ v }}{{ m(v) }}{{ block }}{{ v|upper }}{{ 'a' ~ v }}{{ v|safe }}{{ missing }}"
        "{% autoescape false %}{{ v }}{% endautoescape %}"
    )
    with app.app_context():
        assert template.render(v="<&>") == (
            "&lt;&amp;&gt;<i>&lt;&amp;&gt;</i><u>&lt;&amp;&gt;</u>&lt;&amp;&gt;a&lt;&amp;&gt;<&><&>"
        )


def test_pages_take_the_short_way(app: Flask) -> None:
    """If a newer Jinja asks differently, everything is still escaped; this tells that the detour is back."""
    assert isinstance(app.jinja_env, Environment)
    assert "environment.written(" in app.jinja_env.compile(
        "{{ v }}", filename="page.html", name="page.html", raw=True
    )
