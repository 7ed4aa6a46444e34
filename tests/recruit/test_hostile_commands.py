"""Commands that are given hostile files and words: each says what is wrong, and nothing half-written stays."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, func, select

from recruit.bounces import MOST_BYTES, messages_in
from recruit.commands import main
from recruit.models import Account, Region
from recruit.record_file.container import pack
from recruit.tables.reading import read_table
from scoring.errors import ProfileError
from scoring.profile import default_profile_text, load_profile
from scoring.profile_toml import parse_profile
from tests.databases import Database
from tests.recruit.hostile import archive

DIGITS = b"9" * 6000
SHEET = b"id;swedish_months;breadth;references;science;other_work\nA1;3;3;3;3;3\nA2;4;3;3;2;1\n"
LONG = (
    b"application;assessor;criterion;level\nA1;x;breadth;3\nA2;x;breadth;3\nA1;y;breadth;2\nA2;y;breadth;3\n"
)
#: Neither a sheet, a profile nor a record file, each for a reason of its own.
CONTENTS = {
    "nothing": b"",
    "zeros": b"\0" * 100,
    "half a text": SHEET[: SHEET.index(b"\n") // 2],
    "deep JSON": b'{"a":' * 100_000,
    "deep lists": b"a = " + b"[" * 100_000,
    "NaN": b"NaN",
    "infinity": b'{"a": Infinity}',
    "an endless number in JSON": b'{"a": ' + DIGITS + b"}",
    "an endless number in TOML": b"key = " + DIGITS,
    "an endless key": b"a" + b".a" * 50_000 + b" = 1",
    "an endless quoted key": b'"a"' + b" . 'a'" * 50_000 + b" = 1",
    "a key twice": b'{"a": 1, "a": 2}',
    "a mark of UTF-8": b"\xef\xbb\xbf",
    "UTF-16": '{"key": "bt"}'.encode("utf-16"),
    "UTF-16 without a mark": '{"key": "bt"}'.encode("utf-16-le"),
    "UTF-32": '{"key": "bt"}'.encode("utf-32"),
    "a sheet in UTF-32": SHEET.decode().encode("utf-32"),
    "a sheet in UTF-16 without a mark": LONG.decode().encode("utf-16-le"),
    "a separator alone": b"sep=;\n",
    "half of UTF-16": "application;assessor".encode("utf-16")[:-1],
    "half letters": b"key = '\xed\xa0\x80\xff'",
    "half letters in JSON": b'{"a": "\\ud800"}',
    "a date that is none": b"key = 2027-99-99",
    "quotes": b'"' * 10_000,
    "an archive that leads out": archive(_dot__dot___dot__dot___etc__passwd=b"x", __etc__passwd=b"x"),
    "half an archive": archive(a=b"x")[:40],
    "the end of an archive": b"PK\x05\x06" + b"\0" * 18,
    "a record file of deep JSON": pack({"manifest.json": b"[" * 100_000}),
    "a record file of a version without end": pack(
        {"manifest.json": b'{"format": "recruit record file", "version": ' + DIGITS + b"}"}
    ),
}


def hostile_paths(folder: Path) -> dict[str, Path]:
    """A file of each content, and what is no file."""
    found = {}
    for number, (what, content) in enumerate(CONTENTS.items()):
        found[what] = folder / f"{number}.dat"
        found[what].write_bytes(content)
    (folder / "a folder").mkdir()
    os.symlink(folder / "gone", folder / "a link to nothing")
    os.symlink(folder / "a link to itself", folder / "a link to itself")
    others = ("a folder", "a link to nothing", "a link to itself", "not there", "n" * 300)
    return found | {name: folder / name for name in others}


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(each) for each in arguments])


def refused(result: Result) -> str | None:
    """What is wrong with how a command refused; None when it said why in a line and ended so."""
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        return repr(result.exception)[:200]
    if result.exit_code not in (1, 2):
        return f"ended with {result.exit_code}"
    said = result.output.strip().split("\n")
    if not said or not said[-1].startswith("Error: "):
        return result.output[-200:]
    return None


Asked = Callable[[Path, Path, Path], tuple[str | Path, ...]]
#: Each takes a sheet that is as it should be, a hostile file and a folder for results.
COMMANDS: dict[str, Asked] = {
    "verify": lambda _sheet, bad, _out: ("verify", bad),
    "verify with monitoring": lambda sheet, bad, _out: ("verify", sheet, "--monitoring", bad),
    "rank": lambda _sheet, bad, out: ("rank", bad, "--places", "1", "--out", out),
    "rank by criteria": lambda sheet, bad, out: (
        *("rank", sheet, "--criteria", bad, "--places", "1", "--out", out),
    ),
    "rank by assessments": lambda sheet, bad, out: (
        *("rank", sheet, "--assessments", bad, "--places", "1", "--out", out),
    ),
    "audit": lambda _sheet, bad, out: ("audit", bad, "--by", "a", "--selected", "b", "--json", out),
    "audit by assessor": lambda _sheet, bad, out: (
        *("audit", bad, "--by", "criterion", "--score", "level", "--assessor", "assessor", "--html", out),
    ),
    "agreement": lambda _sheet, bad, out: ("agreement", bad, "--json", out),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_files_that_are_none_are_refused_in_a_line_and_nothing_is_written(
    tmp_path: Path, command: str
) -> None:
    sheet, out = tmp_path / "sheet.csv", tmp_path / "out"
    sheet.write_bytes(SHEET)
    paths = hostile_paths(tmp_path)
    before = sorted(os.listdir(tmp_path))
    wrong = {
        what: said
        for what, path in paths.items()
        if (said := refused(run(*COMMANDS[command](sheet, path, out)))) is not None
    }
    assert wrong == {}
    assert sorted(os.listdir(tmp_path)) == before


ORDINARY = {"agreement": LONG, "rank by criteria": default_profile_text().encode()}


@given(
    command=st.sampled_from(sorted(ORDINARY)),
    at=st.integers(0, 10_000),
    gone=st.integers(0, 400),
    new=st.binary(max_size=30),
)
@settings(max_examples=10, deadline=None, phases=[Phase.explicit, Phase.generate])
def test_damage_anywhere_in_a_file_is_no_traceback(
    tmp_path_factory: pytest.TempPathFactory, command: str, at: int, gone: int, new: bytes
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    content = ORDINARY[command]
    at %= len(content)
    sheet, bad, out = folder / "sheet.csv", folder / "bad", folder / "out"
    sheet.write_bytes(SHEET)
    bad.write_bytes(content[:at] + new + content[at + gone :])
    result = run(*COMMANDS[command](sheet, bad, out))
    if result.exit_code != 0:
        assert refused(result) is None
        assert not out.exists()


def ranked_of(folder: Path, content: bytes) -> Result:
    """Rank a sheet of these bytes, with its results in the folder's "out"."""
    sheet = folder / "sheet.csv"
    sheet.write_bytes(content)
    return run("rank", sheet, "--places", "1", "--language", "en", "--out", folder / "out")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (
            f"{'A' * 50_000};Ada;3;3;3;3;3",
            "row 2, column 'id': 50,000 characters. An id or a name has at most",
        ),
        (
            f"A1;{'x' * 50_000};3;3;3;3;3",
            "row 2, column 'name': 50,000 characters. An id or a name has at most",
        ),
        (f"A1;Ada;3;3;{'3' * 50_000};3;3", "333…' is a number of 50,000 characters. A number has at most 60"),
        (f"A1;Ada;3;3;{'x' * 50_000};3;3", "row 2, column 'references': 'xxxx"),
        ("A1;Ada;3;3;=3;3;3", "row 2, column 'references': '=3' is not a number"),
        ("A1;Ada;3;3;Null;3;3", "row 2, column 'references': 'Null' is not a number"),
        ("A1;Ada;3;3;None;3;3", "row 2, column 'references': 'None' is not a number"),
        ("A1;Ada;3;3;<b>3</b>;3;3", "row 2, column 'references': '<b>3</b>' is not a number"),
        ("A1;Ada;3;3;\u202e3;3;3", "row 2, column 'references': '\\u202e3' is not a number"),
        ("A\0;Ada;3;3;3;3;3", "is not text: it holds null bytes"),
    ],
)
def test_hostile_value_is_refused_with_its_row_and_column_in_few_words(
    tmp_path: Path, row: str, said: str
) -> None:
    header = "id;name;swedish_months;breadth;references;science;other_work\n"
    answer = ranked_of(tmp_path, f"{header}{row}\nA2;Eva;4;3;3;2;1\n".encode())
    assert refused(answer) is None
    assert said in answer.output
    assert len(answer.output) < 400
    assert not (tmp_path / "out").exists()


def test_letters_that_are_none_are_refused_with_their_row(tmp_path: Path) -> None:
    half = SHEET.replace(b"A1", b"A\xed\xa0\x80").replace(b"A2", "Å2".encode())
    answer = ranked_of(tmp_path, half)
    assert refused(answer) is None
    assert "row 2: byte 0xed is not UTF-8" in answer.output
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_names_that_look_like_something_else_are_kept_whatever_the_lines_end_with(
    tmp_path: Path, end: str, separator: str, mark: bytes
) -> None:
    names = ["Null", "None", "O'Brien", "NaN", "=1+1", "\u202eevil", "<script>alert(1)</script>"]
    lines = ["id;name;swedish_months;breadth;references;science;other_work"]
    lines += [f"A{number};{name};3;3;3;3;3" for number, name in enumerate(names)]
    sheet = tmp_path / "sheet.csv"
    sheet.write_bytes(mark + end.join(lines).replace(";", separator).encode())
    found = read_table(str(sheet))
    assert list(found.column("id")) == [f"A{number}" for number in range(len(names))]
    assert list(found.column("name")) == names


def test_what_is_longer_than_any_profile_is_not_read_to_its_end(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="is larger than 2 MB"):
        load_profile("/dev/zero")
    with pytest.raises(ProfileError, match="a key of more than 20 parts"):
        parse_profile("[" + ".".join("a" * 21) + "]")
    with pytest.raises(ProfileError, match="more than 4,000 digits"):
        parse_profile("key = -" + "9" * 4001)
    long = tmp_path / "message"
    long.write_bytes(b"Subject: x\n\n" + b"y" * MOST_BYTES)
    assert [len(each) for each in messages_in(long)] == [MOST_BYTES]


#: Bytes of a command line that are no text; Python carries them as halves of letters.
BYTES = os.fsdecode(b"\xff\xed\xa0\x80")
NEW = ("--region", "fjallnas", "--role", "administrator")
WORDS: dict[str, tuple[str, ...]] = {
    "an address": ("create-user", f"{BYTES}@x.se", "--name", "N", "--password", "tre ord i rad", *NEW),
    "a name": ("create-user", "a@x.se", "--name", BYTES, "--password", "tre ord i rad", *NEW),
    "a password": ("create-user", "a@x.se", "--name", "N", "--password", f"{BYTES} ord i rad", *NEW),
    "an account": ("reset-second-factor", BYTES),
    "a head": ("verify", "--head", BYTES),
    "a region": ("export", "--region", BYTES, "--out", "out"),
    "an intake": ("analyse", "--intake", BYTES),
    "an application": ("dispose", BYTES, "--reason", "x", "--yes"),
}


@pytest.mark.parametrize("what", WORDS)
def test_words_that_are_no_text_are_refused_and_leave_nothing(
    database: Database, session: Session, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, what: str
) -> None:
    monkeypatch.setenv("RECRUIT_DATABASE_URL", database.url)
    monkeypatch.chdir(tmp_path)
    arguments = WORDS[what]
    if arguments[0] == "create-user":
        arguments = (*arguments, "--new-region", "Region Fjällnäs")
    result = run(*arguments)
    assert refused(result) is None
    assert "is not text in UTF-8" in result.output
    for model in (Account, Region):
        assert session.exec(select(func.count()).select_from(model)).one() == 0
    assert os.listdir(tmp_path) == []
