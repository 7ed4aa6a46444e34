"""The record file: made from a confirmed list, recomputed without a database, and every change of it found."""

import inspect
import io
import json
import re
import shutil
import struct
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from recruit.commands import main
from recruit.database import AllRegions, make_engine, make_session
from recruit.exports.record_file import Files, files
from recruit.models import (
    Account,
    Application,
    BorderlineDecision,
    InterviewList,
    MonitoringAnswer,
    Region,
    Role,
    Sex,
    ZoneDecision,
)
from recruit.record_file import parts
from recruit.record_file.checking import check
from recruit.record_file.container import Unreadable, difference, pack, unpack
from recruit.record_file.parts import MONITORING, SELECTION
from recruit.record_file.recomputing import DRAWS
from recruit.services import interview
from scoring.certainty import certainty
from tests.demo import REGION, Demo
from tests.recruit.factories import World, make_world, member, sign_in
from tests.recruit.ranking_helpers import LATER, one_line, ranked, settle
from tests.recruit.record_file_helpers import (
    changed,
    changed_lines,
    closed,
    confirmed_list,
    discussed_list,
    grouped_list,
    lot_list,
    rewritten,
)


@pytest.fixture
def drawn(session: Session, world: World) -> InterviewList:
    """A confirmed list of four called and two in reserve, with a borderline zone that was discussed."""
    return confirmed_list(session, world)


@pytest.fixture
def made(session: Session, drawn: InterviewList) -> Files:
    """Its two files."""
    return files(session, interview_list=drawn)


@dataclass(frozen=True)
class Sample:
    """Files made once for all tests that only read them, and what is printed on the list."""

    files: Files
    content_sha256: str
    chain_head: str
    other: Files
    secrets: frozenset[str]


@contextmanager
def temporary_session(template: Path, folder: Path) -> Iterator[Session]:
    """A session on an empty SQLite database of its own."""
    shutil.copy(template, folder / "own.db")
    engine = make_engine(f"sqlite:///{folder / 'own.db'}")
    try:
        with make_session(engine, scope=AllRegions("tests"), writes=False) as session:
            yield session
    finally:
        engine.dispose()


@pytest.fixture(scope="module")
def sample(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """The same list in a database of its own, and the list of another region."""
    with temporary_session(sqlite_template, tmp_path_factory.mktemp("sample")) as session:
        drawn = confirmed_list(session, make_world(session))
        other = confirmed_list(session, make_world(session, "fjallnas"), places=3)
        return Sample(
            files=files(session, interview_list=drawn),
            content_sha256=drawn.content_sha256,
            chain_head=drawn.chain_head or "",
            other=files(session, interview_list=other),
            secrets=frozenset(secrets_of(session)),
        )


@pytest.fixture(scope="module")
def given_files(sample: Sample) -> Files:
    """The two files of the sample."""
    return sample.files


@pytest.fixture(scope="module")
def stored(given_files: Files, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first file of the sample on the disk."""
    path = tmp_path_factory.mktemp("stored") / "list.record.zip"
    path.write_bytes(given_files.selection)
    return path


@pytest.fixture(scope="module")
def discussed(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """A list whose zone the group has settled otherwise than the points have it."""
    with temporary_session(sqlite_template, tmp_path_factory.mktemp("discussed")) as session:
        drawn = discussed_list(session, make_world(session))
        made = files(session, interview_list=drawn)
        return Sample(made, drawn.content_sha256, drawn.chain_head or "", made, frozenset())


def first_difference(data: bytes, **more: Any) -> str:
    return str(check(data, **more).differences[0])


def all_differences(data: bytes, **more: Any) -> list[str]:
    return [str(each) for each in check(data, **more).differences]


# What is made


@pytest.mark.parametrize("make", [confirmed_list, grouped_list, discussed_list, lot_list])
def test_file_is_identical_when_recomputed(
    session: Session, world: World, make: Callable[[Session, World], InterviewList]
) -> None:
    drawn = make(session, world)
    made = files(session, interview_list=drawn)
    for digest in (drawn.content_sha256, drawn.chain_head):
        result = check(made.selection, monitoring=made.monitoring, digest=digest)
        assert result.differences == []
    assert (result.content_sha256, result.chain_head) == (drawn.content_sha256, drawn.chain_head)
    found = unpack(made.selection)
    assert json.loads(found["settings.json"])["settlement"]["zone"], "the test needs a zone"
    assert ("preferences.json" in found) == (make is grouped_list)
    session.expire_all()
    assert files(session, interview_list=drawn) == made, "the same list gives the same bytes"
    assert_nobody(made.selection, secrets_of(session))


def test_lot_with_groups_of_posts_is_recomputed(sqlite_template: Path, tmp_path: Path) -> None:
    with temporary_session(sqlite_template, tmp_path) as session:
        world = make_world(session)
        intake = closed(session, world, settle_by="lot")
        groups = [
            interview.LineGroup(name, (site.id or 0,), 2, 1)
            for name, site in zip("AB", world.sites, strict=False)
        ]
        run_ = ranked(session, world, intake)
        drawn = interview.draft(session, intake=intake, run=run_, groups=groups, actor=world.actor, now=LATER)
        settle(session, world, drawn)
        interview.confirm(session, interview_list=drawn, actor=world.second, now=LATER)
        made = files(session, interview_list=drawn)
        assert json.loads(unpack(made.selection)["settings.json"])["settlement"]["zone"], (
            "the test needs a zone"
        )
        assert check(made.selection, digest=drawn.chain_head).differences == []


def _without_reasons(value: Any) -> None:
    for each in value["decisions"]:
        each["reason_given"] = False


def test_settled_zones_are_checked(sqlite_template: Path, tmp_path: Path) -> None:
    with temporary_session(sqlite_template, tmp_path) as session:
        discussed = files(session, interview_list=discussed_list(session, make_world(session)))
        by_lot = files(session, interview_list=lot_list(session, make_world(session, "fjallnas")))
    settings = json.loads(unpack(discussed.selection)["settings.json"])
    assert [each["reason_given"] for each in settings["decisions"]].count(True) == 2
    cases = (
        (discussed, _without_reasons, "settings.json: decisions, row"),
        (discussed, lambda v: swap(v["settlement"]["order"], -1, -2), "settings.json: settlement.order"),
        (by_lot, lambda v: swap(v["settlement"]["order"], 0, 1), "settings.json: settlement.order"),
        (by_lot, _set("settlement", "zone", 0, "p", 0.5), "settings.json: settlement.zone[1].p"),
    )
    for made, change, expected in cases:
        data = rewritten(made.selection, SELECTION, {"settings.json": changed(change)})
        assert any(each.startswith(expected) for each in all_differences(data)), expected


def test_any_zip_program_can_open_both(given_files: Files) -> None:
    for data, kind in ((given_files.selection, SELECTION), (given_files.monitoring, MONITORING)):
        with zipfile.ZipFile(io.BytesIO(data)) as opened:
            assert opened.testzip() is None
            names = opened.namelist()
            assert {name: opened.read(name) for name in names} == unpack(data)
        assert names == [name for name in parts.KINDS[kind].parts if name in names]


def test_number_of_draws_is_that_of_the_model() -> None:
    assert inspect.signature(certainty).parameters["draws"].default == DRAWS


# What must not be in it


def secrets_of(session: Session) -> set[str]:
    """Everything that the database says of persons: names, addresses, numbers, reasons."""
    texts: set[str] = set()
    for person in session.exec(select(Account)):
        texts |= {person.email, person.name, person.public_id}
    for each in session.exec(select(Application)):
        texts |= {each.given_name or "", each.family_name or "", each.native_name or "", each.reference}
        texts |= {each.motivation or "", each.phone or ""}
    for decision in session.exec(select(ZoneDecision)):
        texts.add(decision.rationale)
    for borderline in session.exec(select(BorderlineDecision)):
        texts.add(borderline.reason)
    return {text for text in texts if len(text) > 2}


def assert_nobody(data: bytes, secrets: set[str]) -> None:
    contents = {name: content.decode() for name, content in unpack(data).items() if name != "profile.toml"}
    assert {
        (name, text) for name, content in contents.items() for text in secrets if text in content
    } == set()
    assert not any("@" in content for content in contents.values())


def test_nobody_is_named(sample: Sample) -> None:
    assert {"Öbergström3", "Åsa-Maria", "Jag vill bli läkare i Älvmark."} < sample.secrets
    for data in (sample.files.selection, sample.files.monitoring):
        assert_nobody(data, set(sample.secrets))


def test_nobody_of_the_demo_is_named(demo: Demo) -> None:
    with demo.session() as session:
        found = session.exec(
            select(InterviewList)
            .join(Region, col(Region.id) == InterviewList.region_id)
            .where(Region.slug == REGION, col(InterviewList.chain_head).is_not(None))
        ).all()
        assert found
        secrets = secrets_of(session)
        for drawn in found:
            made = files(session, interview_list=drawn)
            for data in (made.selection, made.monitoring):
                assert_nobody(data, secrets)
            result = check(made.selection, monitoring=made.monitoring, digest=drawn.chain_head)
            assert result.differences == []


def test_first_file_opens_no_entry_about_a_single_application(given_files: Files) -> None:
    entries = [json.loads(line) for line in unpack(given_files.selection)["chain.jsonl"].splitlines()]
    opened = [each for each in entries if "action" in each]
    assert [each["action"] for each in opened] == ["intake.opened", "ranking.run", "interview.confirmed"]
    assert {each["application"] for each in opened} == {None}
    assert all(each.keys() == {"number", "hash"} for each in entries if "action" not in each)
    fields = {field for each in opened for field in each["values"]}
    assert "reason" not in fields
    assert "status" not in fields, "its salt makes the monitoring file's"


def test_digest_of_the_monitoring_file_cannot_be_guessed(given_files: Files) -> None:
    salt = json.loads(unpack(given_files.monitoring)["manifest.json"])["salt"]
    assert len(salt) == 64
    assert salt.encode() not in given_files.selection


# Monitoring that changes afterwards


def test_changed_answer_changes_nothing_but_the_digest(
    session: Session, drawn: InterviewList, made: Files
) -> None:
    answer = session.exec(select(MonitoringAnswer).where(MonitoringAnswer.sex == Sex.FEMALE)).first()
    assert answer is not None
    answer.sex = Sex.MALE
    session.add(answer)
    session.flush()
    again = files(session, interview_list=drawn)
    before, after = unpack(made.selection), unpack(again.selection)
    assert {name for name in before if before[name] != after[name]} == {"manifest.json"}
    one, other = json.loads(before["manifest.json"]), json.loads(after["manifest.json"])
    assert {key for key in one if one[key] != other[key]} == {"monitoring_sha256"}
    assert check(again.selection, monitoring=again.monitoring).identical
    assert "monitoring file: its SHA-256 is" in first_difference(made.selection, monitoring=again.monitoring)


# One changed byte


def flipped(data: bytes, at: int, by: int = 1) -> bytes:
    return data[:at] + bytes([data[at] ^ by]) + data[at + 1 :]


def finding(data: bytes, **more: Any) -> str:
    """What checking says of a file that is not as it was: a difference, or that it cannot be read."""
    try:
        result = check(data, first_only=True, **more)
    except Unreadable as error:
        return str(error)
    assert not result.identical
    return str(result.differences[0])


@pytest.mark.parametrize("by", [1, 0x80])
def test_every_changed_byte_is_found(given_files: Files, by: int) -> None:
    """Every byte of what is no content, and every eleventh of the contents; `by`: which bit."""
    data = given_files.selection
    contents = set()
    for content in unpack(data).values():
        start = data.index(content)
        contents |= set(range(start, start + len(content)))
    for at in range(len(data)):
        if at in contents and at % 11:
            continue
        said = finding(flipped(data, at, by))
        assert "\n" not in said
        assert len(said) < 400


def test_every_changed_byte_of_the_monitoring_file_is_found(given_files: Files) -> None:
    """The digest in the first file finds each; here that the file itself gives each away as well."""
    from recruit.record_file.checking import _container, _digests

    for at in range(0, len(given_files.monitoring), 37):
        data = flipped(given_files.monitoring, at)
        try:
            manifest, found = parts.read(data, MONITORING, "the monitoring file")
        except Unreadable:
            continue
        assert [*_digests(manifest, found), *_container(data, MONITORING, found)]


def test_cut_file_is_found_at_every_length(given_files: Files) -> None:
    for length in [*range(200), *range(200, len(given_files.selection), 97), len(given_files.selection) - 1]:
        finding(given_files.selection[:length])
    assert "bytes follow" in finding(given_files.selection + b"\0")


# Tampering by somebody who knows the format: the manifest is hashed anew


def test_changed_level_changes_the_ranking(given_files: Files) -> None:
    row = b"other_work,3\n"
    data = rewritten(
        given_files.selection, SELECTION, {"levels.csv": lambda it: it.replace(row, b"other_work,0\n", 1)}
    )
    said = all_differences(data)
    assert said[0].startswith("levels.csv: put together with profile, applications and settings")
    ranking = next(each for each in said if each.startswith("ranking.json"))
    # Identities are drawn anew each time, and with them which applicant stands first and who moves.
    assert re.search(r"row \d+ \(application \w+\), column \w+: the file has .+, recomputed .+", ranking)
    assert any(each.startswith("manifest.json: content_sha256") for each in said)


def test_everything_made_to_fit_is_found_by_what_is_printed(sample: Sample) -> None:
    """Somebody invents another selection, whole and consistent: nothing but what is printed on paper tells."""
    assert check(sample.other.selection).identical
    for digest in (sample.content_sha256, sample.chain_head):
        said = first_difference(sample.other.selection, digest=digest)
        assert said.startswith(f"printed digest: {digest} is printed on the list; the file has the checksum")


def swap(value: list[Any], one: int, other: int) -> None:
    value[one], value[other] = value[other], value[one]


def _list_reordered(value: Any) -> None:
    first, second = value["entries"][0], value["entries"][1]
    first["application"], second["application"] = second["application"], first["application"]


def _called_and_reserve_changed(value: Any) -> None:
    swap(value["entries"], 3, 4)
    value["entries"][3] |= {"kind": "called", "position": 4}
    value["entries"][4] |= {"kind": "reserve", "position": 1}


def _set(*path: Any) -> Callable[[Any], None]:
    """Sets the value at the end of a path."""
    *way, last, new = path

    def change(value: Any) -> None:
        for step in way:
            value = value[step]
        value[last] = new

    return change


TAMPERING = {
    "list reordered": ("list.json", changed(_list_reordered), "list.json: row 1 (application "),
    "reserve called": ("list.json", changed(_called_and_reserve_changed), "list.json: row 4 (application "),
    "one left out": (
        "list.json",
        changed(lambda v: {"entries": v["entries"][:-1]}),
        "list.json: the file has 5 rows",
    ),
    "condition": (
        "list.json",
        changed(_set("entries", 0, "conditional", True)),
        "manifest.json: content_sha256",
    ),
    "seed": (
        "settings.json",
        changed(_set("seed", "another seed")),
        "settings.json: seed: it does not belong",
    ),
    "place": (
        "ranking.json",
        changed(_set("table", "place", 0, 2)),
        "ranking.json: row 1 (application ",
    ),
    "threshold": ("ranking.json", changed(_set("threshold", 1)), "ranking.json: threshold: the file has 1,"),
    "rank set": (
        "certainty.json",
        changed(_set("rows", 0, "rank_high", 1)),
        "certainty.json: row 1 (application ",
    ),
    "probability": (
        "certainty.json",
        changed(_set("rows", 4, "p", 0.97)),
        "certainty.json: row 5 (application ",
    ),
    "zone": (
        "certainty.json",
        changed(_set("rows", 1, "zone", False)),
        "certainty.json: row 2 (application ",
    ),
    "settled by lot": (
        "settings.json",
        changed(_set("settlement", "settle", "lot")),
        "settings.json: settlement.settle: the file has lot, recomputed discuss",
    ),
    "zone settled otherwise": (
        "settings.json",
        changed(lambda v: swap(v["settlement"]["order"], 0, 5)),
        "settings.json: settlement.order[",
    ),
    "line": ("settings.json", changed(_set("line", "groups", 0, "places", 5)), "certainty.json: row"),
    "applicant left out": (
        "applications.csv",
        lambda it: b"\n".join(it.split(b"\n")[:-2]) + b"\n",
        "levels.csv: put together",
    ),
    "profile": (
        "profile.toml",
        lambda it: it.replace(b"threshold = 40", b"threshold = 41", 1),
        "settings.json: profile_digest",
    ),
    "sealed entry removed": (
        "chain.jsonl",
        changed_lines(lambda v: v[:3] + v[4:]),
        "chain.jsonl: row 4, number: the file has 5, expected 4",
    ),
    "entry removed, others renumbered": (
        "chain.jsonl",
        changed_lines(lambda v: [{**each, "number": n} for n, each in enumerate(v[:3] + v[4:], 1)]),
        "chain.jsonl: row 10, hash: the file has",
    ),
    "head removed": ("chain.jsonl", changed_lines(lambda v: v[:-1]), "chain.jsonl: row "),
    "first entry removed": ("chain.jsonl", changed_lines(lambda v: v[1:]), "chain.jsonl: row 1, number"),
    "chain emptied": ("chain.jsonl", lambda _it: b"", "chain.jsonl: there is no entry"),
    "told value": (
        "chain.jsonl",
        changed_lines(_set(-1, "values", "content_sha256", "new", "0" * 64)),
        "chain.jsonl: row ",
    ),
    "time": ("chain.jsonl", changed_lines(_set(-1, "at", "2020-01-01T00:00:00+00:00")), "chain.jsonl: row "),
    "run": ("manifest.json", changed(_set("run", 2)), "chain.jsonl: row "),
    "list": ("manifest.json", changed(_set("list", 2)), "chain.jsonl: row "),
}


def _seal_all_but_the_head(rows: Any) -> Any:
    return [{"number": row["number"], "hash": row["hash"]} for row in rows[:-1]] + rows[-1:]


def _strip_values(rows: Any) -> None:
    for row in rows[:-1]:
        if "values" in row:
            row["values"] = {}


def _note_in_the_first_open(rows: Any) -> None:
    next(row for row in rows if "action" in row)["note"] = "Anna Ek"


def _all_reasons(value: Any) -> None:
    for each in value["decisions"]:
        each["reason_given"] = True


def _nearer_probability(value: Any) -> None:
    row = next(each for each in value["rows"] if not each["zone"])
    row["p"] = round(row["p"] - 0.004 if row["p"] > 0.5 else row["p"] + 0.004, 4)


_KEY = "belongs to no file of this format"
#: What no digest that is printed covers by itself: (part, change, what is said). The manifest is made to fit.
UNPRINTED: dict[str, tuple[str, Callable[[bytes], bytes], str]] = {
    "decisions emptied": (
        "settings.json",
        changed(_set("decisions", [])),
        "settings.json: decisions, the file has 0",
    ),
    "every reason given": (
        "settings.json",
        changed(_all_reasons),
        "settings.json: decisions, row 1 (application ",
    ),
    "decision turned": (
        "settings.json",
        changed(lambda v: v["decisions"][0].update(above=not v["decisions"][0]["above"])),
        "settings.json: decisions, row 1 (application ",
    ),
    "name in a decision": (
        "settings.json",
        changed(_set("decisions", 0, "name", "Anna Ek")),
        f"settings.json: decisions[1]: the key 'name' {_KEY}",
    ),
    "key in settings": (
        "settings.json",
        changed(_set("note", "Anna Ek")),
        f"settings.json: the key 'note' {_KEY}",
    ),
    "key in the line": (
        "settings.json",
        changed(_set("line", "groups", 0, "note", "x")),
        f"settings.json: line.groups[1]: the key 'note' {_KEY}",
    ),
    "key in the settlement": (
        "settings.json",
        changed(_set("settlement", "note", "x")),
        f"settings.json: settlement: the key 'note' {_KEY}",
    ),
    "key missing": (
        "settings.json",
        changed(lambda v: {key: v[key] for key in v if key != "decisions"}),
        "settings.json: the key 'decisions' is missing",
    ),
    "no commitment": ("settings.json", changed(_set("commitment", None)), "chain.jsonl: row "),
    "key in the list": ("list.json", changed(_set("note", 1)), f"list.json: the key 'note' {_KEY}"),
    "key in an entry": (
        "list.json",
        changed(_set("entries", 0, "name", "Anna Ek")),
        f"list.json: entries[1]: the key 'name' {_KEY}",
    ),
    "key in certainty": (
        "certainty.json",
        changed(_set("note", 1)),
        "certainty.json: 'note' is only in the file",
    ),
    "key in a place": (
        "certainty.json",
        changed(_set("rows", 0, "name", "x")),
        "certainty.json: row 1: column 'name'",
    ),
    "probability nearby": ("certainty.json", changed(_nearer_probability), "certainty.json: row "),
    "key in a sealed row": (
        "chain.jsonl",
        changed_lines(_set(0, "name", "Anna Ek")),
        f"chain.jsonl: row 1: the key 'name' {_KEY}",
    ),
    "key in an open row": ("chain.jsonl", changed_lines(_note_in_the_first_open), "chain.jsonl: row "),
    "zeros for a hash": (
        "chain.jsonl",
        changed_lines(_set(0, "hash", "0" * 64)),
        "chain.jsonl: row 1, hash: 000",
    ),
    "no hash": (
        "chain.jsonl",
        changed_lines(_set(0, "hash", "Anna Ek")),
        "chain.jsonl: row 1.hash: the file has",
    ),
    "one hash twice": (
        "chain.jsonl",
        changed_lines(lambda v: v[0].update(hash=v[1]["hash"])),
        "chain.jsonl: row 2, hash: ",
    ),
    "all but the head sealed": (
        "chain.jsonl",
        changed_lines(_seal_all_but_the_head),
        "chain.jsonl: 0 entries intake.opened are open, expected one: the opening of the intake",
    ),
    "values stripped": ("chain.jsonl", changed_lines(_strip_values), "chain.jsonl: row "),
}


@pytest.mark.parametrize("case", UNPRINTED)
def test_what_no_printed_digest_covers_is_found(discussed: Sample, case: str) -> None:
    name, change, expected = UNPRINTED[case]
    data = rewritten(discussed.files.selection, SELECTION, {name: change})
    for digest in (discussed.content_sha256, discussed.chain_head):
        said = all_differences(data, digest=digest)
        assert any(each.startswith(expected) for each in said), said


def test_probability_that_other_draws_could_give_is_told_apart(given_files: Files) -> None:
    data = rewritten(given_files.selection, SELECTION, {"certainty.json": changed(_nearer_probability)})
    assert "another release of NumPy may draw other numbers" in first_difference(data)
    data = rewritten(given_files.selection, SELECTION, {"certainty.json": changed(_set("rows", 0, "p", 0.5))})
    assert "another release of NumPy" not in first_difference(data)


def test_wishes_hold_nothing_else(sqlite_template: Path, tmp_path: Path) -> None:
    with temporary_session(sqlite_template, tmp_path) as session:
        made = files(session, interview_list=grouped_list(session, make_world(session)))
    wishes = json.loads(unpack(made.selection)["preferences.json"])["sites"]
    code = next(code for code in wishes if len(wishes[code]) == 1)
    for change, expected in (
        (_set("note", 1), f"preferences.json: the key 'note' {_KEY}"),
        (_set("sites", "ZZZZZ", [1]), "preferences.json: application ZZZZZ: it has no place"),
        (_set("sites", code, ["Anna Ek"]), f"preferences.json: sites.{code}[1]: the file has 'Anna Ek'"),
        (_set("sites", code, wishes[code] * 2), f"preferences.json: application {code}: the file has"),
    ):
        data = rewritten(made.selection, SELECTION, {"preferences.json": changed(change)})
        assert any(each.startswith(expected) for each in all_differences(data)), expected


def test_what_nothing_printed_vouches_for_is_said(sample: Sample) -> None:
    data = rewritten(
        sample.files.selection, SELECTION, {"manifest.json": changed(_set("code_version", "another"))}
    )
    by_head = check(data, digest=sample.chain_head)
    assert by_head.identical
    assert any("Nothing printed vouches for region, intake, code_version" in note for note in by_head.notes)
    by_checksum = check(data, digest=sample.content_sha256)
    assert any("A checksum vouches for no row of the chain" in note for note in by_checksum.notes)


@pytest.mark.parametrize("case", TAMPERING)
def test_tampering_is_found_and_named(given_files: Files, case: str) -> None:
    name, change, expected = TAMPERING[case]
    said = all_differences(rewritten(given_files.selection, SELECTION, {name: change}))
    assert any(each.startswith(expected) for each in said), said
    assert all("\n" not in each for each in said)
    assert not any("Error" in each and "TableError" not in each for each in said), said


def _sex_changed(content: bytes) -> bytes:
    return content.replace(b",female,", b",male,", 1)


def test_changed_row_of_the_monitoring_file_is_found(given_files: Files) -> None:
    data = rewritten(given_files.monitoring, MONITORING, {"monitoring.csv": _sex_changed})
    said = all_differences(given_files.selection, monitoring=data)
    assert said[0].startswith("monitoring file: its SHA-256 is")
    assert said[1].startswith("monitoring file, figures.json: attributes.")
    assert "the file has" in said[1]
    assert "recomputed" in said[1]


@pytest.mark.parametrize(
    ("name", "change", "expected"),
    [
        ("figures.json", changed(_set("n", 11)), "figures.json: n: the file has 11, recomputed 10"),
        (
            "monitoring.csv",
            lambda it: it.replace(b",1,1,1,0,0", b",1,0,1,0,0", 1),
            "monitoring.csv: row ",
        ),
        ("monitoring.csv", lambda it: it.replace(b"baltic", b"nordic", 1), "monitoring.csv: row "),
        (
            "monitoring.csv",
            lambda it: b"\n".join(it.split(b"\n")[:-2]) + b"\n",
            "monitoring.csv: application ",
        ),
        ("chain.jsonl", changed_lines(_set(4, "actor", 77)), "chain.jsonl: row 5, hash"),
        ("chain.jsonl", changed_lines(lambda v: v[:4] + v[5:]), "chain.jsonl: rows: the file has"),
        ("manifest.json", changed(_set("list", 7)), "manifest.json: list: the file has 7"),
    ],
)
def test_tampering_with_the_monitoring_file_is_named(
    given_files: Files, name: str, change: Callable[[bytes], bytes], expected: str
) -> None:
    data = rewritten(given_files.monitoring, MONITORING, {name: change})
    said = all_differences(given_files.selection, monitoring=data)
    assert said[0].startswith("monitoring file: its SHA-256 is")
    assert any(each.startswith(f"monitoring file, {expected}") for each in said), said


# Files that are none


def test_files_that_are_none_are_refused_in_one_line(given_files: Files) -> None:
    good = unpack(given_files.selection)
    manifest = json.loads(good["manifest.json"])

    def with_manifest(**changes: Any) -> bytes:
        return pack({**good, "manifest.json": parts.json_part({**manifest, **changes})})

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in good.items():
            opened.writestr(name, content)
    bomb = bytearray(given_files.selection)
    struct.pack_into("<II", bomb, 18, 2**32 - 2, 2**32 - 2)
    cases = {
        b"": "does not begin as a ZIP",
        b"PK\x05\x06" + b"\0" * 18: "does not begin as a ZIP",
        b"%PDF-1.7": "does not begin as a ZIP",
        packed.getvalue(): "packed or encrypted",
        bytes(bomb): "4294967294 bytes are announced",
        with_manifest(version=2): "version 2 of the format",
        with_manifest(version=True): "version True of the format",
        with_manifest(format="something"): "of the format 'something'",
        given_files.monitoring: "is a recruit monitoring file, but a recruit record file is expected",
        pack({"manifest.json": b"[]"}): "no JSON object",
        pack({"manifest.json": b"{"}): "is not the JSON",
        pack({"manifest.json": b'{"a":1,"a":2}'}): "a key comes twice",
        pack({"manifest.json": b'{"a":NaN}'}): "NaN is no number",
        pack({"manifest.json": b"[" * 100_000}): "is not the JSON",
        pack({"manifest.json": b'{"a":' + b"9" * 5000 + b"}"}): "is not the JSON",
        pack({"manifest.json": b"\xff"}): "is not UTF-8",
        pack({"list.json": b"{}"}): "it has no manifest.json",
        pack({**good, "extra.json": b"{}"}): "holds extra.json, which belongs to no",
        pack({**good, "../../etc/passwd": b""}): "a name that is not allowed: '../../etc/passwd'",
        pack({**good, "/list.json": b""}): "a name that is not allowed",
        pack({f"{'a' * n}.json": b"" for n in range(1, 30)}): "more than 20 parts",
        pack({name: content for name, content in good.items() if name != "levels.csv"}): "has no levels.csv",
    }
    for data, expected in cases.items():
        with pytest.raises(Unreadable, match=r"^[^\n]+$") as refused:
            check(data)
        assert expected in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [("region", None), ("intake", "Å"), ("list", True), ("run", "1"), ("monitoring_sha256", ""), ("more", 1)],
)
def test_manifest_that_states_what_cannot_be_is_named(given_files: Files, name: str, value: Any) -> None:
    data = rewritten(given_files.selection, SELECTION, {"manifest.json": changed(_set(name, value))})
    assert first_difference(data).startswith(f"manifest.json: {name}: ")


def test_part_that_comes_twice_is_refused(given_files: Files) -> None:
    data = pack({"manifest.json": b"{}", "manifesu.json": b"{}"}).replace(b"manifesu", b"manifest")
    with pytest.raises(Unreadable, match=r"holds manifest\.json twice"):
        check(data)


def test_profile_with_endless_arithmetic_is_refused(given_files: Files) -> None:
    data = rewritten(
        given_files.selection,
        SELECTION,
        {"profile.toml": lambda it: it.replace(b"threshold = 40", b"threshold = 1e-99999999", 1)},
    )
    assert "is written with an exponent" in first_difference(data)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
PATHS = st.lists(st.integers(0, 40), min_size=1, max_size=6)


def _put(value: Any, path: list[int], new: Any) -> Any:
    """Puts something somewhere into a value of JSON: the numbers choose the way down."""
    if not path or not isinstance(value, dict | list) or not value:
        return new
    if isinstance(value, dict):
        key = sorted(value)[path[0] % len(value)]
        return {**value, key: _put(value[key], path[1:], new)}
    at = path[0] % len(value)
    return [*value[:at], _put(value[at], path[1:], new), *value[at + 1 :]]


@given(
    name=st.sampled_from(["settings.json", "ranking.json", "certainty.json", "list.json"]),
    path=PATHS,
    new=JSON,
)
@settings(max_examples=20, deadline=None, phases=[Phase.explicit, Phase.generate])
def test_whatever_stands_in_a_part_is_no_traceback(
    stored: Path, name: str, path: list[int], new: Any
) -> None:
    base = unpack(stored.read_bytes())
    found = {**base, name: parts.json_part(_put(json.loads(base[name]), path, new))}
    result = check(pack(found))
    assert result.identical == (found == base)
    assert not any("\n" in str(each) for each in result.differences)


@given(
    st.dictionaries(
        st.from_regex(r"[a-z_]{1,20}\.[a-z]{1,5}", fullmatch=True),
        st.binary(max_size=200),
        min_size=1,
        max_size=8,
    )
)
def test_container_gives_back_what_was_put_in(content: dict[str, bytes]) -> None:
    data = pack(content)
    assert unpack(data) == content
    assert difference(data, content) is None
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        assert {name: opened.read(name) for name in opened.namelist()} == content


# The commands


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(each) for each in arguments])


@pytest.fixture
def exported(
    database_url: str, monkeypatch: pytest.MonkeyPatch, world: World, drawn: InterviewList, tmp_path: Path
):  # type: ignore[no-untyped-def]
    """Runs `recruit export --record` on the test's database into a folder `out`."""
    monkeypatch.setenv("RECRUIT_DATABASE_URL", database_url)

    def export(*arguments: str) -> Result:
        base = ("export", "--record", "--region", world.region.slug, "--out", tmp_path / "out")
        return run(*base, *arguments)

    return export


def test_export_and_verify_by_command(
    exported,  # type: ignore[no-untyped-def]
    made: Files,
    drawn: InterviewList,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = tmp_path / "out"
    done = exported("--intake", "bt-2026")
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines() == [str(out / made.names[0])]
    assert [path.name for path in out.iterdir()] == [made.names[0]]
    assert exported("--intake", "bt-2026", "--list", "1", "--with-monitoring").exit_code == 0
    assert {path.name: path.read_bytes() for path in out.iterdir()} == dict(
        zip(made.names, (made.selection, made.monitoring), strict=True)
    )
    unknown = exported("--intake", "bt-2026", "--list", "9")
    assert unknown.exit_code == 1
    assert "no such confirmed interview list" in unknown.stderr
    checked = run("verify", "--head", drawn.chain_head or "")
    assert (checked.exit_code, checked.stdout.splitlines()[-1]) == (0, "Everything matches."), checked.output
    # From here on without any database.
    monkeypatch.setenv("RECRUIT_DATABASE_URL", "sqlite:////nowhere/at/all.db")
    file, second = out / made.names[0], out / made.names[1]
    whole = run("verify", file, "--monitoring", second, "--digest", drawn.content_sha256.upper())
    assert (whole.exit_code, whole.stdout.splitlines()[0]) == (0, "identical"), whole.output
    alone = run("verify", file)
    assert alone.exit_code == 0
    assert "Compare the checksum and the chain head with those printed" in alone.stdout
    assert drawn.content_sha256 in alone.stdout
    wrong = run("verify", file, "--digest", "0" * 64)
    assert (wrong.exit_code, wrong.stdout.splitlines()[0]) == (1, "different")
    assert wrong.stdout.splitlines()[1].startswith("printed digest: 000")
    file.write_bytes(flipped(made.selection, len(made.selection) // 2))
    damaged = run("verify", file)
    assert damaged.exit_code == 1
    assert "identical" not in damaged.output
    file.write_bytes(b"nothing")
    refused = run("verify", file)
    assert refused.exit_code == 1
    assert refused.stderr.count("\n") == 1


def test_commands_refuse_what_does_not_belong_together(tmp_path: Path) -> None:
    file = tmp_path / "x.zip"
    file.write_bytes(b"")
    export = ("export", "--region", "alvmark", "--out", tmp_path / "out")
    usage = [
        run("verify", "--digest", "0" * 64),
        run("verify", "--monitoring", file),
        run("verify", file, "--region", "alvmark"),
        run("verify", file, "--head", "0" * 64),
        run("verify", file, "--digest", "4f1c"),
        run("verify", tmp_path),
        run("verify", tmp_path / "missing.zip"),
        run(*export, "--record"),
        run(*export, "--record", "--intake", "bt-2026", "--list", "0"),
        run(*export, "--with-monitoring"),
        run(*export, "--list", "1"),
    ]
    assert [each.exit_code for each in usage] == [2] * len(usage)


# The pages


def test_downloads_are_for_those_who_may(
    client: FlaskClient, session: Session, world: World, drawn: InterviewList, made: Files
) -> None:
    both = member(session, world.region, "both@alvmark.example", Role.AUDITOR, Role.COORDINATOR)
    session.commit()
    page = "/g/alvmark/bt-2026/interview-list/1"
    expected = {world.coordinator.email: (200, 403), world.auditor.email: (200, 200), both.email: (200, 403)}
    for person in (world.coordinator, world.auditor, both):
        sign_in(client, person)
        answers = [client.get(f"{page}/{name}.zip") for name in ("record", "monitoring")]
        assert tuple(each.status_code for each in answers) == expected[person.email]
        assert answers[0].data == made.selection
        assert made.names[0] in answers[0].headers["Content-Disposition"]
        if answers[1].status_code == 200:
            assert answers[1].data == made.monitoring
        assert client.get("/g/alvmark/bt-2026/interview-list/2/record.zip").status_code == 404
        client.get("/logout")


@pytest.mark.parametrize("number", [str(2**31), "9" * 23, "9" * 5000])
def test_number_larger_than_any_stored_leads_nowhere(
    client: FlaskClient, session: Session, world: World, number: str
) -> None:
    closed(session, world)
    session.commit()
    sign_in(client, world.coordinator)
    for address in (
        f"interview-list/{number}/record.zip",
        f"interview-list/{number}",
        f"ranking/screening/{number}",
    ):
        assert client.get(f"/g/alvmark/bt-2026/{address}").status_code == 404
    assert client.get(f"/g/alvmark/bt-2026/ranking/screening/{2**31 - 1}").status_code == 404


def test_download_of_a_draft_is_refused(client: FlaskClient, session: Session, world: World) -> None:
    intake = closed(session, world)
    run_ = ranked(session, world, intake)
    interview.draft(session, intake=intake, run=run_, groups=one_line(4), actor=world.actor, now=LATER)
    session.commit()
    sign_in(client, world.coordinator)
    assert client.get("/g/alvmark/bt-2026/interview-list/1/record.zip").status_code == 409
