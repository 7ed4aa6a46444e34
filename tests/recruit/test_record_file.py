"""The record file: made from a confirmed list, recomputed without a database, and naming nobody."""

import inspect
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from recruit.exports.record_file import Files, files
from recruit.models import (
    InterviewList,
    MonitoringAnswer,
    Region,
    Sex,
)
from recruit.record_file import parts
from recruit.record_file.checking import check
from recruit.record_file.container import unpack
from recruit.record_file.parts import MONITORING, SELECTION
from recruit.record_file.recomputing import DRAWS
from recruit.services import interview
from scoring.certainty import certainty
from tests.demo import REGION, Demo
from tests.recruit.factories import World, make_world
from tests.recruit.ranking_helpers import LATER, ranked, settle
from tests.recruit.record_file_differences import first_difference
from tests.recruit.record_file_fixtures import Sample, secrets_of, temporary_session
from tests.recruit.record_file_helpers import (
    closed,
    confirmed_list,
    discussed_list,
    grouped_list,
    lot_list,
)

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


def test_any_zip_program_can_open_both(given_files: Files) -> None:
    for data, kind in ((given_files.selection, SELECTION), (given_files.monitoring, MONITORING)):
        with zipfile.ZipFile(io.BytesIO(data)) as opened:
            assert opened.testzip() is None
            names = opened.namelist()
            assert {name: opened.read(name) for name in names} == unpack(data)
        assert names == [name for name in parts.KINDS[kind].parts if name in names]


def test_number_of_draws_is_that_of_the_model() -> None:
    assert inspect.signature(certainty).parameters["draws"].default == DRAWS


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


def test_changed_answer_changes_nothing_but_the_digest(session: Session, world: World) -> None:
    drawn = confirmed_list(session, world)
    made = files(session, interview_list=drawn)
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
