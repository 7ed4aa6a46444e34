"""Profiles in TOML that hold what no reader should meet: refused with the key and the value, and no version is made."""

import re

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session, select

from recruit.models import CriteriaProfile, ProfileDraft
from scoring.errors import ProfileError
from scoring.profile import default_profile_text
from scoring.profile_toml import parse_profile
from tests.recruit.factories import World, sign_in
from tests.recruit.hostile import send_named
from tests.recruit.page_helpers import english

SHIPPED = default_profile_text()
NAME = '{ sv = "Kliniskt arbete i Sverige", en = "Clinical work in Sweden" }'


def named(text: str) -> str:
    """The shipped profile with this as the name of its first criterion."""
    assert NAME in SHIPPED
    return SHIPPED.replace(NAME, text, 1)


def with_one(pattern: str, text: str) -> str:
    """The shipped profile with the first match of the pattern replaced."""
    assert re.search(pattern, SHIPPED)
    return re.sub(pattern, lambda _found: text, SHIPPED, count=1)


AT = "criteria.swedish_work.name"
ENDLESS = "x" * 50_000
#: A text, and what is said of it.
HOSTILE: dict[str, tuple[str, str]] = {
    "zero": (
        named(r'{ sv = "a\u0000b", en = "y" }'),
        rf"{AT}.sv: expected a text without control characters, got 'a\x00b'",
    ),
    "escape": (
        named(r'{ sv = "x", en = "a\u001b[31m" }'),
        rf"{AT}.en: expected a text without control characters, got 'a\x1b[31m'",
    ),
    "turned": (named(r'{ sv = "\u202Eevil", en = "y" }'), r"got '\u202eevil'"),
    "isolated": (named(r'{ sv = "x", en = "\u2067evil" }'), r"got '\u2067evil'"),
    "nothing seen": (named(r'{ sv = "\u200B", en = "y" }'), f"{AT}.sv: expected a text that is not empty"),
    "endless": (
        named(f'{{ sv = "{ENDLESS}", en = "y" }}'),
        f"{AT}.sv: expected a text of at most 20,000 characters, got one of 50,000",
    ),
    "endless unknown key": (named(f'{NAME}\n"{ENDLESS}" = 1'), "criteria.swedish_work.xxxx"),
    "endless key": (with_one(r'(?m)^key = "bt"', f'key = "{"b" * 61}"'), "at most 60 in all, got 'bbb"),
    "one language": (named('{ sv = "x" }'), f"{AT}.en: this key is required and missing"),
    "a key twice": (named(f"{NAME}\nname = {NAME}"), "Line 14: 'name = { sv ="),
    "a word": (named("nope"), "Line 13: 'name = nope'"),
    "weight as text": (
        with_one(r"weight = 10\b", 'weight = "10"'),
        "criteria.swedish_work.weight: expected a whole number or decimal from 0 to 100, got '10'",
    ),
    "weight that is none": (with_one(r"weight = 10\b", "weight = nan"), "got NaN"),
    "weight below zero": (with_one(r"weight = 10\b", "weight = -10"), "got -10"),
    "date as name": (
        named("{ sv = 2027-01-01, en = 2027-01-01 }"),
        f"{AT}.sv: expected a text that is not empty, got 2027-01-01",
    ),
    "list of lists as ties": (
        with_one(r"ties = \[[^]]*\]", 'ties = [["references"]]'),
        "stages.screening.ties[1]: expected a name of small letters a–z, digits and _, a letter first",
    ),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_profile_is_refused_with_key_and_value_in_few_words(what: str) -> None:
    text, said = HOSTILE[what]
    with pytest.raises(ProfileError) as refused:
        parse_profile(text)
    assert said in str(refused.value)
    assert len(str(refused.value)) < 400
    assert str(refused.value).isprintable()


def test_texts_may_have_lines_and_any_letters() -> None:
    name = (
        parse_profile(named(r'{ sv = "الجراحة 王小明 👩‍⚕️", en = "two\nlines\tof O\u2019Brien" }'))
        .criteria[0]
        .name
    )
    assert (name.sv, name.en) == ("الجراحة 王小明 👩‍⚕️", "two\nlines\tof O’Brien")


def test_page_refuses_them_too_and_makes_neither_version_nor_draft(
    client: FlaskClient, session: Session, world: World
) -> None:
    sign_in(client, world.coordinator)
    english(client)
    for what, (text, _said) in HOSTILE.items():
        for values in ({}, {"open": "1"}):
            answer = send_named(client, "/g/alvmark/profiles/new", text.encode(), "profile.toml", values)
            assert answer.status_code == 422, what
    session.rollback()
    assert len(session.exec(select(CriteriaProfile)).all()) == 1
    assert session.exec(select(ProfileDraft)).all() == []


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_page_takes_a_profile_as_editors_save_it(
    client: FlaskClient, session: Session, world: World, mark: bytes, end: bytes
) -> None:
    sign_in(client, world.coordinator)
    content = mark + named('{ sv = "Arbete", en = "Work" }').encode().replace(b"\n", end)
    answer = send_named(client, "/g/alvmark/profiles/new", content, "profile.toml", {})
    assert answer.status_code == 303
    session.rollback()
    assert len(session.exec(select(CriteriaProfile)).all()) == 2
