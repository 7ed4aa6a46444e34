"""The record file by command and by download."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient
from sqlmodel import Session

from recruit.commands import main
from recruit.exports.record_file import Files, files
from recruit.models import (
    InterviewList,
    Role,
)
from recruit.services import interview
from tests.recruit.factories import World, member, sign_in
from tests.recruit.kept import kept
from tests.recruit.ranking_helpers import LATER, one_line, ranked
from tests.recruit.record_file_differences import flipped
from tests.recruit.record_file_helpers import (
    closed,
    confirmed_list,
)


@pytest.fixture
@kept(InterviewList)
def drawn(session: Session, world: World) -> InterviewList:
    """A confirmed list of four called and two in reserve, with a borderline zone that was discussed."""
    return confirmed_list(session, world)


@pytest.fixture
def made(session: Session, drawn: InterviewList) -> Files:
    """Its two files."""
    return files(session, interview_list=drawn)


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
