"""`recruit audit` and `recruit agreement` with hostile cells, options and places to write to."""

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from recruit.commands import main
from recruit.tables import writing

#: Names of groups and of assessors: words for what is missing are names like any other.
NAMES = ("Null", "None", "NA", "nan", "O'Brien", "007", "7", "=1+1", "@cmd", "#N/A", "-", "العربية", "王小明")
LONG = "9" * 50_000


def run(*arguments: str | Path, sheet: str | bytes = "") -> Result:
    content = sheet if isinstance(sheet, bytes) else sheet.encode()
    return CliRunner().invoke(main, [str(each) for each in arguments], input=content)


def said_no(done: Result) -> str:
    """The line in which a command refused, which is short."""
    assert done.exception is None or isinstance(done.exception, SystemExit), repr(done.exception)
    assert done.exit_code in (1, 2), done.output
    assert len(done.stderr) < 600
    return done.stderr


def groups_of(*names: str) -> str:
    rows = [f"{name};{place};{place % 2};{place % 3}" for place, name in enumerate(names * 4, 1)]
    return "\n".join(("g;n;s;p", *rows)) + "\n"


def levels_of(*names: str) -> str:
    rows = [
        f"{application};{name};b;{(place + at) % 5}"
        for place, name in enumerate(names)
        for at, application in enumerate(names)
    ]
    return "\n".join(("application;assessor;criterion;level", *rows)) + "\n"


def test_names_that_look_like_something_else_are_names() -> None:
    done = run("audit", "-", "--by", "g", "--selected", "s", "--json", "-", sheet=groups_of(*NAMES))
    found = json.loads(done.stdout)["attributes"]["g"]
    assert set(found["groups"]) == set(NAMES)
    assert found["missing"]["n"] == 0
    done = run("agreement", "-", "--json", "-", sheet=levels_of(*NAMES))
    figures: dict[str, Any] = json.loads(done.stdout)
    part = figures.get("all", figures)
    assert set(part["severity"]) == set(NAMES)
    assert {row["application"] for row in figures["disagreements"]} == set(NAMES)


@pytest.mark.parametrize("enter", ["a\x1b[31mred", "a\x07", "\u202eevil", '"two\nlines"'])
def test_name_acts_on_no_terminal(enter: str) -> None:
    sheet = groups_of(enter, "B")
    for done in (
        run("audit", "-", "--by", "g", "--selected", "s", sheet=sheet),
        run("audit", "-", "--by", "g", "--selected", "s", "--intersections", "g+p", sheet=sheet),
        run("audit", "-", "--by", "s", "--selected", "g", sheet=sheet),
        run("agreement", "-", "--per", "criterion", sheet=levels_of(enter, "B", "C")),
        run("agreement", "-", "--column", f"level={enter}", sheet=levels_of(enter, "B", "C")),
    ):
        assert not {"\x1b", "\x07", "\u202e"} & set(done.output)
        assert "two\nlines" not in done.output


@pytest.mark.parametrize(
    "options",
    [
        ("--selected", "s", "--count", "n"),
        ("--score", "n"),
        ("--selected", "s", "--place", "n"),
        ("--criteria", "n"),
        ("--selected-count", "n", "--count", "p"),
    ],
)
@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "1e400", "=1", LONG, "x" * 50_000, "Null"])
def test_number_that_is_none_is_refused_with_row_and_column_in_few_words(
    options: tuple[str, ...], value: str
) -> None:
    sheet = f"g;n;s;p\nA;1;1;9\nB;{value};0;9\n"
    assert "row 3, column 'n'" in said_no(run("audit", "-", "--by", "g", *options, sheet=sheet))


def test_endless_names_are_refused_with_row_and_column() -> None:
    endless = "x" * 50_000
    for options in (
        ("--by", "g", "--selected", "s"),
        ("--by", "s", "--strata", "g", "--score", "n"),
        ("--by", "s", "--intake", "g", "--selected", "s2"),
    ):
        sheet = f"g;n;s;s2\nA;1;1;1\n{endless};2;0;0\n"
        refusal = said_no(run("audit", "-", *options, sheet=sheet))
        assert "row 3, column 'g': 50,000 characters. An id or a name has at most 200" in refusal
    for column in range(3):
        row = ["A", "x", "b", "1"]
        row[column] = LONG
        sheet = "application;assessor;criterion;level\nB;x;b;1\n" + ";".join(row) + "\n"
        assert "row 3, column" in said_no(run("agreement", "-", sheet=sheet))


def test_more_assessors_or_criteria_than_anybody_has_are_refused_at_once() -> None:
    head = "application;assessor;criterion;level\n"
    many = head + "".join(f"A{n % 50};x{n};b;{n % 5}\n" for n in range(501))
    assert "column 'assessor': 501 different values. There can be at most 500" in said_no(
        run("agreement", "-", sheet=many)
    )
    many = head + "".join(f"A{n};x;b{n};{n % 5}\n" for n in range(101))
    assert "column 'criterion': 101 different values" in said_no(run("agreement", "-", sheet=many))


@pytest.mark.parametrize("weight", ["1e999999999", "1e400", "nan", "inf", "-1", "1/0", "=1", "9" * 5000])
def test_weight_that_is_none_is_refused_at_once(weight: str) -> None:
    done = run("audit", "-", "--by", "g", "--criteria", f"n={weight}", sheet="g;n\nA;1\nB;2\n")
    assert "a weight is a number over 0, such as n=40" in said_no(done)


TABLE = groups_of("A", "B")
AUDIT = ("audit", "-", "--by", "g", "--selected", "s")


def test_both_files_are_written_or_neither(tmp_path: Path) -> None:
    there = tmp_path / "a.html"
    for wrong in (tmp_path / "gone" / "a.json", tmp_path, tmp_path / ("n" * 300), there / "under"):
        there.write_text("as it was")
        assert "cannot be written" in said_no(run(*AUDIT, "--html", there, "--json", wrong, sheet=TABLE))
        assert there.read_text() == "as it was"
        assert os.listdir(tmp_path) == ["a.html"]
    assert run(*AUDIT, "--html", there, "--json", tmp_path / "a.json", sheet=TABLE).exit_code == 0
    assert sorted(os.listdir(tmp_path)) == ["a.html", "a.json"]
    assert there.read_text().startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--json", ""), "--json: the name of the file is empty"),
        (("--html", ""), "--html: the name of the file is empty"),
        (("--html", "-"), "--html: name a file"),
        (("--html", "a", "--json", "a"), "name the same file"),
    ],
)
def test_files_without_a_name_of_their_own_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert said in said_no(run(*AUDIT, *options, sheet=TABLE))
    assert os.listdir(tmp_path) == []


def test_interruption_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_paths: object) -> None:
        raise KeyboardInterrupt

    (tmp_path / "a.json").write_text("as it was")
    monkeypatch.setattr(writing.os, "replace", interrupted)
    assert run(*AUDIT, "--json", tmp_path / "a.json", sheet=TABLE).exit_code != 0
    assert os.listdir(tmp_path) == ["a.json"]
    assert (tmp_path / "a.json").read_text() == "as it was"


def test_what_is_no_file_is_written_to_and_stays(tmp_path: Path) -> None:
    """A pipe stands for a device here: as root, replacing /dev/null by a file would harm the whole machine."""
    pipe, link, real = tmp_path / "pipe", tmp_path / "link", tmp_path / "real.json"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert run(*AUDIT, "--json", pipe, sheet=TABLE).exit_code == 0
        assert json.loads(os.read(reading, 1_000_000))["n"] == 8
    finally:
        os.close(reading)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    real.write_text("before")
    link.symlink_to(real)
    assert run("agreement", "-", "--json", link, sheet=levels_of("A", "B", "C")).exit_code == 0
    assert link.is_symlink()
    assert "icc" in real.read_text()
    assert sorted(os.listdir(tmp_path)) == ["link", "pipe", "real.json"]


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="there is no full device here")
def test_full_disk_is_said(tmp_path: Path) -> None:
    done = run(*AUDIT, "--html", tmp_path / "a.html", "--json", "/dev/full", sheet=TABLE)
    assert "/dev/full cannot be written: No space left on device" in said_no(done)
    assert os.listdir(tmp_path) == []
