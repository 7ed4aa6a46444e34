"""`recruit export`: an intake's results as files, and everything that may stand in the way."""

import csv
import json
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result
from sqlmodel import Session

from recruit.commands import main
from recruit.database import AllRegions
from recruit.errors import Conflict
from recruit.exports import interview_list
from recruit.exports.files import FILES, write_region
from recruit.models import Eligibility, Intake, Region, Sex
from recruit.queries import ranking as rankings
from recruit.tables.errors import PdfUnavailable
from tests.recruit.factories import World
from tests.recruit.intake_helpers import opened_intake
from tests.recruit.kept import kept
from tests.recruit.ranking_helpers import assessed, closed_intake, confirmed, ranked

LEVELS = (4,) * 6 + (3,) * 6


@pytest.fixture
def export(database_url: str, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Runs the command on the test's database."""
    monkeypatch.setenv("RECRUIT_DATABASE_URL", database_url)

    def run(region: Region, out: Path, *arguments: str) -> Result:
        return CliRunner().invoke(main, ["export", "--region", region.slug, "--out", str(out), *arguments])

    return run


@pytest.fixture
@kept(Intake)
def intake(session: Session, world: World) -> Intake:
    """A closed intake with a confirmed list of six called and two in reserve."""
    made = closed_intake(session, world, LEVELS, sex=Sex.FEMALE, given_name="Åsa", family_name="Öberg")
    confirmed(session, world, made, ranked(session, world, made), 6, 2)
    return made


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def test_export_writes_every_file(export, world: World, intake: Intake, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    done = export(world.region, tmp_path / "out", "--intake", intake.slug)
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines() == [str(tmp_path / "out" / name) for name in FILES]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(FILES)
    rows = rows_of(tmp_path / "out" / "interview_list.csv")
    assert [row["Lista"] for row in rows] == ["Kallas"] * 6 + ["Reserv"] * 2
    sheet = openpyxl.load_workbook(tmp_path / "out" / "interview_list.xlsx").worksheets[0]
    assert [tuple(row.values()) for row in rows] == [
        tuple("" if cell is None else str(cell) for cell in line)
        for line in list(sheet.iter_rows(values_only=True))[1:]
    ]
    assert (tmp_path / "out" / "interview_list.pdf").read_bytes().startswith(b"%PDF")


def test_ranking_goes_by_mask_code_and_holds_the_stored_run(
    export,  # type: ignore[no-untyped-def]
    session: Session,
    world: World,
    intake: Intake,
    tmp_path: Path,
) -> None:
    export(world.region, tmp_path, "--intake", intake.slug)
    run = rankings.run_by_number(session, intake=intake, stage="screening", number=1)
    ranking = rows_of(tmp_path / "ranking.csv")
    in_order = [code for code, _id in rankings.ranked_applications(session, run=run)]
    assert [row["id"] for row in ranking] == in_order
    assert [int(row["place"]) for row in ranking] == list(range(1, len(in_order) + 1))
    for row in ranking:
        parts = [int(cell) for header, cell in row.items() if header.startswith("contribution_")]
        assert sum(parts) == int(row["total"])
    text = (tmp_path / "ranking.csv").read_text(encoding="utf-8")
    assert "Öberg" not in text
    assert "BT26-" not in text


def test_audit_is_suppressed_and_without_names(
    export,  # type: ignore[no-untyped-def]
    session: Session,
    world: World,
    tmp_path: Path,
) -> None:
    made = opened_intake(session, world)
    for number, level in enumerate(LEVELS):
        assessed(session, world, made, level, sex=Sex.MALE if number == 0 else Sex.FEMALE)
    made = _closed(session, world, made)
    confirmed(session, world, made, ranked(session, world, made), 6, 2)
    done = export(world.region, tmp_path, "--intake", made.slug, "--language", "en")
    assert done.exit_code == 0, done.output
    figures = json.loads((tmp_path / "audit.json").read_text())
    assert (figures["for_the_group"], figures["minimum"], figures["list"]["confirmed"]) == (True, 5, True)
    men = figures["attributes"]["sex"]["stages"]["eligible"]["groups"]["male"]
    assert (men["n"], men["selected"], men["verdict"], men["suppressed"]) == (None, None, None, True)
    page = (tmp_path / "audit.html").read_text()
    assert "Not shown" in page
    assert "None" not in page
    assert "Öberg" not in page


def _closed(session: Session, world: World, intake: Intake) -> Intake:
    from recruit.services import intake as intakes
    from tests.recruit.intake_helpers import CLOSES

    intakes.close(session, intake=intake, actor=world.actor, now=CLOSES)
    session.commit()
    return intake


def test_audit_is_withheld_while_eligibility_is_undecided(
    export,  # type: ignore[no-untyped-def]
    session: Session,
    world: World,
    intake: Intake,
    tmp_path: Path,
) -> None:
    export(world.region, tmp_path, "--intake", intake.slug)
    application = rankings.candidates(session, intake=intake, stage="screening")[-1]
    application.eligibility = Eligibility.PENDING
    session.add(application)
    session.commit()
    done = export(world.region, tmp_path, "--intake", intake.slug)
    assert done.exit_code == 0, done.output
    assert "audit.json and audit.html were not written: eligibility is still being decided" in done.stdout
    assert sorted(path.name for path in tmp_path.iterdir() if path.name in FILES) == sorted(FILES[:4])


def test_export_of_a_region_makes_a_folder_for_each_intake_with_a_list(
    export,  # type: ignore[no-untyped-def]
    session: Session,
    world: World,
    intake: Intake,
    tmp_path: Path,
) -> None:
    opened_intake(session, world, slug="another")
    session.commit()
    done = export(world.region, tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert [path.name for path in (tmp_path / "out").iterdir()] == [intake.slug]
    assert (tmp_path / "out" / intake.slug / "audit.html").exists()


def test_export_without_pdf_says_so_and_goes_on(
    export,  # type: ignore[no-untyped-def]
    world: World,
    intake: Intake,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unavailable(path: Path, html: str, base: Path) -> None:
        raise PdfUnavailable("PDF needs Pango.")

    monkeypatch.setattr(interview_list, "write_pdf", unavailable)
    done = export(world.region, tmp_path / "out", "--intake", intake.slug)
    assert done.exit_code == 0, done.output
    assert "interview_list.pdf was not written. PDF needs Pango." in done.stdout
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(
        set(FILES) - {"interview_list.pdf"}
    )


def test_export_again_gives_the_same_ranking_and_replaces_the_files(
    export,  # type: ignore[no-untyped-def]
    world: World,
    intake: Intake,
    tmp_path: Path,
) -> None:
    export(world.region, tmp_path, "--intake", intake.slug)
    before = {name: (tmp_path / name).read_bytes() for name in ("ranking.csv", "audit.json", "audit.html")}
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "ranking.csv").write_text("old")
    assert export(world.region, tmp_path, "--intake", intake.slug).exit_code == 0
    assert {name: (tmp_path / name).read_bytes() for name in before} == before
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_export_before_a_list_is_confirmed_is_refused(
    export,  # type: ignore[no-untyped-def]
    session: Session,
    world: World,
    tmp_path: Path,
) -> None:
    made = closed_intake(session, world)
    ranked(session, world, made)
    done = export(world.region, tmp_path / "out", "--intake", made.slug)
    assert (done.exit_code, (tmp_path / "out").exists()) == (1, False)
    assert "has no confirmed interview list yet" in done.stderr
    whole = export(world.region, tmp_path / "out")
    assert (whole.exit_code, (tmp_path / "out").exists()) == (1, False)
    assert "has a confirmed interview list yet" in whole.stderr


def test_export_of_an_unknown_intake_or_region_names_those_that_exist(
    export,  # type: ignore[no-untyped-def]
    world: World,
    intake: Intake,
    tmp_path: Path,
) -> None:
    done = export(world.region, tmp_path / "out", "--intake", "nowhere")
    assert done.exit_code == 1
    assert f"Intakes: {intake.slug}." in done.stderr
    done = export(Region(slug="nowhere", name="Nowhere"), tmp_path / "out")
    assert done.exit_code == 1
    assert f"Regions: {world.region.slug}." in done.stderr
    assert not (tmp_path / "out").exists()


def test_export_below_a_file_is_refused(export, world: World, intake: Intake, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "file").write_text("")
    done = export(world.region, tmp_path / "file" / "out", "--intake", intake.slug)
    assert done.exit_code == 1
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr


def test_write_region_leaves_the_scope_as_it_was(session: Session, world: World, tmp_path: Path) -> None:
    with pytest.raises(Conflict):
        write_region(session, world.region, tmp_path, tell=print)
    assert isinstance(session.info["scope"], AllRegions)
