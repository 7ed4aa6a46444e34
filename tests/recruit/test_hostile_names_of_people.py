"""People whose names other programs take for nothing, a number or a formula stay who they are, everywhere."""

import csv
import io
import json
import re
import zipfile
from html import unescape
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from sqlmodel import Session, select

from recruit import clock
from recruit.commands import main
from recruit.models import Application, InterviewList, LetterRecipient
from recruit.services import publishing
from recruit.tables.reading import read_content
from recruit.tables.writing import neutral
from tests.databases import ONE_DATABASE
from tests.recruit.application_helpers import begin, open_intake
from tests.recruit.factories import World, applicant, post, sign_in
from tests.recruit.kept import kept
from tests.recruit.page_helpers import english
from tests.recruit.ranking_helpers import LATER, assessed, closed_intake, confirmed, ranked

PEOPLE = (
    ("Null", "None"),
    ("NaN", "NA"),
    ("undefined", "O'Brien"),
    ("0", "007"),
    ("true", "FALSE"),
    ("=1+1", "@SUM(A1)"),
    ("<b>Bo</b>", "{{ 7*7 }} %(name)s"),
    ("Inf", "1e5"),
    ("משה", "כהן"),
    ("عبد الرحمن", "العلي"),
    ("小明", "王"),
    ("👩‍⚕️ Ö", 'Kom, "Citat"; tab'),
    ("-2+3", "+46"),
    ("x" * 60, "ÅÄÖ" * 19),
)
BASE = "/g/alvmark/bt-2026"
#: In a sheet of somebody's own: id and name.
OTHERS = (("null", "None"), ("NA", "NULL"), ("nan", "nan"))


@pytest.fixture
@kept(InterviewList)
def published(session: Session, world: World) -> InterviewList:
    intake = closed_intake(session, world, levels=())
    for given, family in PEOPLE:
        assessed(session, world, intake, 3, given_name=given, family_name=family)
    session.commit()
    made = confirmed(session, world, intake, ranked(session, world, intake), places=len(PEOPLE))
    publishing.publish(session, interview_list=made, actor=world.actor, now=LATER)
    session.commit()
    return made


@pytest.fixture
def group(client: FlaskClient, world: World, published: InterviewList) -> FlaskClient:
    sign_in(client, world.coordinator)
    english(client)
    return client


@ONE_DATABASE
def test_they_are_on_the_list_and_in_its_files_and_come_back_from_them(group: FlaskClient) -> None:
    page = unescape(group.get(f"{BASE}/interview-list/1").text)
    for given, family in PEOPLE:
        assert f"{given} {family}" in page
    wanted = sorted((neutral(given), neutral(family)) for given, family in PEOPLE)
    content = group.get(f"{BASE}/interview-list/1/csv").data
    again = read_content("list.csv", content)  # as the house itself reads it back
    assert sorted(zip(again.column("Given name"), again.column("Family name"), strict=True)) == wanted
    frame = pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False)
    assert sorted(zip(frame["Given name"], frame["Family name"], strict=True)) == wanted
    book = openpyxl.load_workbook(io.BytesIO(group.get(f"{BASE}/interview-list/1/xlsx").data))
    header, *rows = book.worksheets[0].iter_rows()
    places = [[cell.value for cell in header].index(name) for name in ("Given name", "Family name")]
    cells = [[row[at] for at in places] for row in rows]
    assert sorted((given.value, family.value) for given, family in cells) == sorted(PEOPLE)
    assert {cell.data_type for row in cells for cell in row} == {"s"}


@ONE_DATABASE
def test_csv_in_swedish_is_as_excel_in_swedish_takes_it(group: FlaskClient) -> None:
    with group.session_transaction() as cookie:
        cookie["language"] = "sv"
    content = group.get(f"{BASE}/interview-list/1/csv").data
    assert content.startswith(b"\xef\xbb\xbf")
    header, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";")
    assert {len(row) for row in rows} == {len(header)}
    names = [(row[header.index("Förnamn")], row[header.index("Efternamn")]) for row in rows]
    assert sorted(names) == sorted((neutral(given), neutral(family)) for given, family in PEOPLE)
    called = [row[header.index("Lista")] for row in rows]
    assert set(called) == {"Kallas"}


@ONE_DATABASE
def test_they_are_found_by_name_and_get_letters(group: FlaskClient, session: Session) -> None:
    codes = {
        (each.given_name, each.family_name): each.mask_code for each in session.exec(select(Application))
    }
    for given, family in PEOPLE:
        found = post(group, f"{BASE}/applications", {"name": f"{given} {family}"})
        assert found.status_code == 200
        assert codes[given, family] in found.text, (given, family)
    begun = post(group, f"{BASE}/letters/new", {"kind": "called"})
    assert begun.status_code == 303, begun.text
    assert group.get(begun.location).status_code == 200
    session.rollback()
    greetings = [
        re.sub("[\u2066-\u2069]", "", each.body).partition("\n")[0]
        for each in session.exec(select(LetterRecipient))
    ]
    assert sorted(greetings) == sorted(f"Hej {given}," for given, _family in PEOPLE)


@pytest.mark.parametrize(("given", "family"), PEOPLE[:6])
def test_they_apply_and_read_their_own_names(
    client: FlaskClient, session: Session, world: World, given: str, family: str
) -> None:
    account = applicant(session, language="en")
    session.commit()
    draft = begin(session, open_intake(session, world, now=clock.now()), account, now=clock.now())
    sign_in(client, account)
    answer = {"given_name": given, "family_name": family, "phone": "+46 70 123 45 67", "city": "null"}
    saved = post(client, f"/my/{draft.reference}/about_you", {**answer, "revision": draft.revision})
    assert saved.status_code == 303, saved.text
    session.rollback()
    session.refresh(draft)
    assert (draft.given_name, draft.family_name, draft.city) == (given, family, "null")
    page = unescape(client.get(f"/my/{draft.reference}/check").text)
    assert given in page
    assert family in page
    held = zipfile.ZipFile(io.BytesIO(post(client, "/me/data/everything.zip").data))
    (told,) = json.loads(held.read("everything.json"))["applications"]
    assert [each for each in (given, family) if json.dumps(each) not in json.dumps(told)] == []


def test_spreadsheet_path_keeps_their_names(tmp_path: Path) -> None:
    sheet = tmp_path / "in.csv"
    with sheet.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["id", "name", "swedish_months", "breadth", "references", "science", "other_work"])
        writer.writerows(
            [f"A{n}", f"{given} {family}", 3, 3, 3, 3, 3] for n, (given, family) in enumerate(PEOPLE)
        )
        writer.writerows([each, name, 4, 4, 4, 4, 4] for each, name in OTHERS)
    out = tmp_path / "out"
    done = CliRunner().invoke(main, ["rank", str(sheet), "--places", "17", "--seed", "1", "--out", str(out)])
    assert done.exit_code == 0, done.output
    with (out / "interview_list.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    names = {row["name"] for row in rows}
    assert {neutral(f"{given} {family}") for given, family in PEOPLE} | {name for _, name in OTHERS} == names
    assert {each for each, _ in OTHERS} <= {row["id"] for row in rows}
