"""Everything held, to read: no code of a table or of the record stands in it, in either language."""

import enum
import html
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Enum
from sqlmodel import Session, col, select

import recruit.models
from recruit import acquaintance, traces_words
from recruit.disclosing import items
from recruit.disclosing import words as disclosing
from recruit.i18n import force_locale
from recruit.models import Account, Application, AttachmentKind, InterviewList, ListPublication, metadata
from recruit.queries.completeness import TOPICS
from recruit.rights import packing, register, values, words
from recruit.rights.content import everything
from recruit.routes import rights
from recruit.services import completion_requests
from recruit.services.completion import Wanted
from recruit.storage import ENDINGS, Storage
from scoring.ranking_table import STATUSES
from tests.recruit.application_helpers import open_intake, sent
from tests.recruit.factories import NOW, World, applicant
from tests.recruit.planting import Planter
from tests.recruit.ranking_helpers import closed_intake, confirmed, ranked

LANGUAGES = ("sv", "en")


def kinds() -> Iterator[tuple[str, str, type[enum.Enum]]]:
    """Every field that is told and holds a code: its part, its name and the kind of code."""
    tables = metadata().tables
    for column in tables["application"].columns:
        if isinstance(column.type, Enum) and column.type.enum_class:
            yield "answers", column.name, column.type.enum_class
    for name, part in {**register.PARTS, **register.OF_ACCOUNT}.items():
        told = [(each, tables[name].c[each]) for each in part.columns]
        told += [
            (key, tables[other].c[its])
            for key, (_of, other, its) in part.joined.items()
            if key != "list_status"
        ]
        for key, column in told:
            if isinstance(column.type, Enum) and column.type.enum_class:
                yield part.key, key, column.type.enum_class


TEXTS = {
    ("rankings", "status"): STATUSES,
    ("rankings", "stage"): ("screening", "interview"),
    ("assessments", "stage"): ("screening", "interview", "calibration"),
    ("requests_for_completion", "topic"): TOPICS,
    ("possible_conflicts", "kinds"): acquaintance.KINDS,
    ("maskings", "kind"): tuple(disclosing.KINDS),
    ("files", "media_type"): tuple(ENDINGS),
    ("record", "by"): ("you", "the group", "system", "assessor 2"),
}


@pytest.fixture
def swedish(app: Flask) -> Iterator[None]:
    """Swedish pages: a text that has Swedish words has English ones."""
    with app.test_request_context("/"), force_locale("sv"):
        yield


@pytest.mark.usefixtures("swedish")
def test_every_code_of_a_table_has_words() -> None:
    found = [(part, name, each.value) for part, name, kind in kinds() for each in kind]
    found += [(part, name, code) for (part, name), codes in TEXTS.items() for code in codes]
    assert len(found) > 150
    assert [each for each in found if values.value(*each, {}) == each[2]] == []


@pytest.mark.usefixtures("swedish")
def test_the_same_codes_have_words_in_the_record() -> None:
    """The record keeps a change under the name of the column, whichever table it is of."""
    told = [(name, each.value) for _part, name, kind in kinds() for each in kind]
    assert [(name, code) for name, code in told if values.changed(name, code, {}) == code] == []


@pytest.mark.usefixtures("swedish")
def test_every_field_that_is_told_has_a_name() -> None:
    tables = metadata().tables
    told = {each.name for each in tables["application"].columns} - register.KEYS | set(register.ACCOUNT)
    for part in (register.PARTS | register.OF_ACCOUNT).values():
        told |= {*part.columns, *part.joined} - register.KEYS
    unread = {"storage_name", "redacts_id", "list_status", "disposed_at"}  # taken out before it is read
    told = {name.removesuffix("_id") if name in register.ASSESSORS else name for name in told - unread} | {
        "path",
        "redacted",
    }
    assert sorted(name for name in told if words.field(name) == name) == []


@pytest.mark.usefixtures("swedish")
def test_what_is_asked_for_and_counted_has_words_in_the_record() -> None:
    asked = [completion_requests.what(Wanted(kind=kind)) for kind in AttachmentKind]
    asked += [completion_requests.what(Wanted(topic=topic)) for topic in TOPICS]
    asked.append(completion_requests.what(Wanted(text="När?")))
    said = [values.changed("asked_for", code, {}) for code in asked]
    assert [each for each in said if each in asked or each.rpartition(": ")[2] in codes()] == []
    traces = traces_words.kind_words()
    for field, counted in (("masked", disclosing.KINDS), ("struck", traces), ("let_stand", traces)):
        text = values.changed(field, json.dumps(dict.fromkeys(counted, 1)), {})
        assert [each for each in counted if re.search(rf"(?:^|; ){each}: ", text)] == []
    parts = values.value("disclosures", "parts", json.dumps([*items.PARTS, items.MONITORING]), {})
    assert set(items.PARTS) & set(parts.split("; ")) == set()
    names = {"references": {"sv": "Referenserna", "en": "The references"}}
    assert values.changed("levels", '{"references": 3}', names) == "Referenserna: 3"
    assert values.field_name("references.note", names).startswith("Referenserna: ")
    rows = ["attachment." + 32 * "a", "period." + 32 * "b"]
    assert [field for field in rows if values.field_name(field, {}) == field] == []


@pytest.mark.usefixtures("swedish")
def test_the_groups_members_and_the_sites_of_the_record_stand_without_their_numbers(
    session: Session, world: World, tmp_path: Path
) -> None:
    from recruit.rights.content import _Masker

    application = sent(session, open_intake(session, world), applicant(session), tmp_path)
    masker = _Masker(session, application)
    one, two = (each.id or 0 for each in world.assessors[:2])
    assert masker.field("assessors", json.dumps([one, two])) == "assessor 1, assessor 2"
    assert masker.field("replacements", "[]") is None
    assert masker.field("site_ids", json.dumps([world.sites[1].id])) == world.sites[1].name
    assert values.changed("assessors", "assessor 1, assessor 2", {}) == "Bedömare 1, Bedömare 2"


def codes() -> set[str]:
    """Every code of every kind that the application has, and the keys of what is counted and masked."""
    found = {
        each.value
        for kind in vars(recruit.models).values()
        if isinstance(kind, type) and issubclass(kind, enum.Enum)
        for each in kind
    }
    found |= {code for texts in TEXTS.values() for code in texts}
    return found | set(TOPICS) | set(items.PARTS) | set(disclosing.KINDS)


def tokens(page: str) -> set[str]:
    """What stands between the marks that part the values of the page."""
    told = re.findall(r"<dt>(.*?)</dt><dd><bdi>(.*?)</bdi></dd>", page, re.DOTALL)
    return {
        token.strip()
        for pair in told
        for text in pair
        for token in re.split(r" → |; |: | \| |, ", html.unescape(text))
    }


def raw(app: Flask, session: Session, application: Application, folder: Path, language: str) -> set[str]:
    """The codes on the readable page of somebody's applications."""
    account = session.get_one(Account, application.account_id)
    made = packing.without_files(everything(session, account=account, now=NOW), Storage(folder))
    with app.test_request_context("/"), force_locale(language):
        page = rights._page_of(made)
        every = [(part, name, each.value) for part, name, kind in kinds() for each in kind]
        same = {code for part, name, code in every if values.value(part, name, code, {}) == code}
    found = tokens(page)
    assert len(found) > 50
    unsaid = codes() - same  # "refused" is an English word, too
    return {each for each in found if each in unsaid or re.fullmatch(r"[a-z]+(?:_[a-z0-9]+)+", each)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_code_stands_on_the_page_of_one_whose_every_row_is_told(
    app: Flask,
    session: Session,
    world: World,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
) -> None:
    monkeypatch.setattr("recruit.clock.now", lambda: NOW)
    application = sent(session, open_intake(session, world), applicant(session), tmp_path)
    Planter(session, world, application, Storage(tmp_path)).everything()
    session.commit()
    monkeypatch.setattr("recruit.clock.now", lambda: NOW + timedelta(days=400))
    assert raw(app, session, application, tmp_path, language) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_code_stands_on_the_page_of_one_who_was_ranked_and_called(
    app: Flask, session: Session, world: World, tmp_path: Path, language: str
) -> None:
    intake = closed_intake(session, world)
    drawn: InterviewList = confirmed(session, world, intake, ranked(session, world, intake), 2)
    session.add(
        ListPublication(
            region_id=drawn.region_id,
            list_id=drawn.id or 0,
            published_at=NOW,
            published_by_id=world.chair.id or 0,
        )
    )
    session.commit()
    found: Any = select(Application).where(Application.intake_id == intake.id).order_by(col(Application.id))
    application = session.exec(found).first()
    assert raw(app, session, application, tmp_path, language) == set()
    assert words.field("came_by") != "came_by"


@pytest.mark.usefixtures("swedish")
def test_answers_that_were_sent_are_not_called_by_criteria_of_the_same_key() -> None:
    names = {"other_work": {"sv": "Grunden annat arbete", "en": "The criterion other work"}}
    assert values.changed("content", '{"other_work": "Undervisning"}', names) == "Annat arbete: Undervisning"
    assert values.changed("levels", '{"other_work": 2}', names) == "Grunden annat arbete: 2"


@pytest.mark.usefixtures("swedish")
def test_fields_of_the_record_begin_as_the_others_do() -> None:
    assert values.field_name("case_number", {}) == "Diarienummer"
    assert values.field_name("assessors", {}) == "Bedömare"
    assert (words.field("by"), words.field("decided_at"), words.field("answered_at")) == (
        "Av",
        "Beslutat",
        "Besvarat",
    )
