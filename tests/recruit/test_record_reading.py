"""Entries of the record in words: no field's key and no code stands for itself, in either language."""

import ast
import enum
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Enum
from sqlmodel import Session

import recruit
from recruit import record_reading, record_words
from recruit.disposing.register import EMPTIED, GOES
from recruit.i18n import force_locale
from recruit.models import Intake, ReleasedKind, metadata
from recruit.rights import words as rights_words
from recruit.services.intake import IntakePlan
from recruit.services.record import write
from tests.databases import ONE_DATABASE
from tests.recruit.factories import NOW, World, sign_in
from tests.recruit.intake_helpers import opened_intake, submitted

LANGUAGES = ("sv", "en")
SERVICES = Path(recruit.__file__).parent / "services"


def recorded() -> set[str]:
    """The fields that services write as `{"field": (old, new)}`, and those of an intake's plan."""
    found = set(IntakePlan.__dataclass_fields__)
    for path in SERVICES.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Dict):
                found |= set(_pairs(node))
    return found


def _pairs(node: ast.Dict) -> Iterator[str]:
    for key, value in zip(node.keys, node.values, strict=True):
        pair = isinstance(value, ast.Tuple) and len(value.elts) == 2
        if pair and isinstance(key, ast.Constant) and isinstance(key.value, str):
            yield key.value


def codes() -> Iterator[tuple[str, enum.Enum]]:
    """What columns that are called like a field of the record can hold."""
    names = recorded()
    for table in metadata().tables.values():
        for column in table.columns:
            kind = column.type.enum_class if isinstance(column.type, Enum) else None
            for each in kind or ():
                if column.name in names:
                    yield column.name, each


@pytest.fixture
def speaking(app: Flask, language: str) -> Iterator[str]:
    with app.test_request_context(), force_locale(language):
        yield language


@ONE_DATABASE
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_field_that_services_record_has_words(speaking: str) -> None:
    fields = recorded()
    assert {"status", "held_on", "programme", "starts_on"} < fields
    assert len(fields) > 80
    told = {name: record_reading.field(name, {}) for name in fields | {each.value for each in ReleasedKind}}
    own = {*record_words.FIELDS, *record_words.GROUP_FIELDS, *rights_words.FIELDS}
    assert {name for name, said in told.items() if said.lower() == name} - own == set()
    assert [said for said in told.values() if "_" in said or not said[:1].isupper()] == []


@ONE_DATABASE
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_of_a_recorded_field_has_words(speaking: str) -> None:
    found = set(codes())
    assert len(found) > 100
    told = {(name, each.value): record_reading.value(name, each.value, {}) for name, each in found}
    assert {key for key, said in told.items() if said == key[1]} == set()


NAMES = {"science": {"sv": "Vetenskap", "en": "Research"}, "E1": {"sv": "Legitimation", "en": "Licence"}}
VALUES = [
    ("E1", "yes", "Yes"),
    ("E9", "no", "No"),  # of a profile that is no longer there
    ("science", "3", "3"),
    ("status", "open", "Open"),
    ("starts_on", "2027-02-01", "1 February 2027"),
    ("opens_at", "2026-04-07T07:00:00+00:00", "7 April 2026 at 09:00"),
    ("levels", '{"science":2}', "Research: 2"),
    ("programme", '[["acute_care",8],["other",1]]', "Acute care – 8, Other – 1"),
    ("line", '{"groups":[{"name":"","places":30,"reserves":8,"sites":[]}]}', "groups: places: 30, in reserve: 8"),
    ("called", '["2GK6","36J8"]', "2GK6, 36J8"),
    ("above", "false", "No"),
    ("text", "[not JSON", "[not JSON"),
    ("text", "Null", "Null"),
]  # fmt: skip


@ONE_DATABASE
@pytest.mark.parametrize("language", ["en"])
@pytest.mark.parametrize(("name", "text", "said"), VALUES)
def test_values_as_they_are_read(speaking: str, name: str, text: str, said: str) -> None:
    assert record_reading.value(name, text, NAMES) == said


@ONE_DATABASE
@pytest.mark.parametrize("language", ["en"])
def test_fields_of_the_profile_by_name(speaking: str) -> None:
    assert record_reading.field("science", NAMES) == "Research"
    assert record_reading.field("science.note", NAMES).startswith("Research: ")
    assert record_reading.field("E1", NAMES) == "Licence"
    assert record_reading.field("E9", NAMES) == "E9"


@pytest.fixture
def intake(session: Session, world: World) -> Intake:
    return opened_intake(session, world)


def test_page_has_words_and_names(
    session: Session, world: World, client: FlaskClient, intake: Intake
) -> None:
    people = [world.assessors[0].id, world.assessors[1].id]
    write(
        session,
        region_id=intake.region_id,
        actor=world.actor,
        now=NOW,
        action="meeting.minutes_saved",
        subject=("meeting", 1),
        changes={"members": ([], people), "held_on": (None, NOW.date())},
        intake_id=intake.id,
    )
    session.commit()
    sign_in(client, world.coordinator)
    text = client.get("/g/alvmark/record?lang=sv").text
    page = " ".join(unescape(re.sub("<[^>]+>", " ", text)).split())
    assert f"De som deltog: – → {world.assessors[0].name}, {world.assessors[1].name}" in page
    assert re.search(rf"Platser: {re.escape(world.sites[0].name)} – \d+", page)
    assert "Läge: Utkast → Öppen" in page
    assert "Anställningsform: Fristående" in page
    assert "Upplägg: Introduktion – 2, Akutsjukvård – 8" in page
    assert re.search(r"\b(draft|standalone|acute_care|held_on|starts_on)\b", page) is None


def test_who_got_what_is_told_by_code_and_by_name_or_number(
    session: Session, world: World, client: FlaskClient, intake: Intake
) -> None:
    application, assessor = submitted(session, intake), world.assessors[0]
    write(
        session,
        region_id=intake.region_id,
        actor=world.actor,
        now=NOW,
        action="assessment.assigned",
        subject=("intake", intake.id or 0),
        changes={"pairs": ([], [[application.id, assessor.id]])},
        intake_id=intake.id,
    )
    session.commit()
    told = {}
    for who, reader in (("coordinator", world.coordinator), ("auditor", world.auditor)):
        sign_in(client, reader)
        text = client.get("/g/alvmark/record?action=assessment.assigned").text
        told[who] = " ".join(unescape(re.sub("<[^>]+>", " ", text)).split())
    code = application.mask_code
    assert f"{code} – {assessor.name}" in told["coordinator"]
    assert re.search(rf"Vem fick vad: – → {code} – Bedömare \d", told["auditor"])
    assert assessor.name not in told["auditor"]


@ONE_DATABASE
@pytest.mark.parametrize("language", LANGUAGES)
def test_tables_that_a_disposal_counts_have_words(app: Flask, language: str) -> None:
    with app.app_context(), force_locale(language):
        for table in {*GOES, *EMPTIED}:
            assert "_" not in (record_words.table(table) or "_"), table
