"""`recruit rank`, run as a person would, on files as people have them."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from recruit.commands import SUBCOMMANDS, main
from recruit.commands.rank import FILES
from scoring.profile import default_profile

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
WIDE = "id;name;sex;country;swedish_months;breadth;references;science;other_work\n"
ROWS = [
    "A1;Åsa Öberg;woman;SE;7;4;4;4;4",
    "A2;=HYPERLINK(1);man;NA;0,5;1;2,5;1;0",
    "A3;Nino;;GE;6,9;3;3;3;3",
    "A4;Chen;man;TW;;2;2;2;2",
    "A5;Lo;woman;;0;0;0;0;0",
    "A6;Ed;man;SE;6,9;3;3;3;3",
]


def run(*arguments: str | Path, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["rank", *map(str, arguments)], input=stdin)


def sheet(folder: Path, text: str, name: str = "applications.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def wide(folder: Path, *rows: str) -> Path:
    return sheet(folder, WIDE + "\n".join(rows or ROWS) + "\n")


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of the wide sheet, monitored by sex and country."""
    folder = tmp_path_factory.mktemp("rank")
    done = run(
        wide(folder),
        "--places",
        1,
        "--reserves",
        1,
        "--monitor",
        "sex,country",
        "--seed",
        "x",
        "--out",
        folder / "out",
    )
    assert done.exit_code == 0, done.output
    return folder / "out"


@pytest.fixture
def no_pdf(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine without Pango: a test that looks at other files need not wait for the PDF."""
    monkeypatch.setitem(sys.modules, "weasyprint", None)


def test_all_files_are_written(result: Path) -> None:
    assert sorted(path.name for path in result.iterdir()) == sorted(FILES)
    assert (result / "interview_list.pdf").read_bytes().startswith(b"%PDF")


def test_ranking_adds_up_and_lists_the_incomplete(result: Path) -> None:
    rows = table(result / "ranking.csv")
    assert [(row["id"], row["status"], row["points"]) for row in rows if row["id"] not in ("A3", "A6")] == [
        ("A1", "ranked", "100,000"),
        ("A2", "below_threshold", "34,722"),
        ("A5", "below_threshold", "0,000"),
        ("A4", "incomplete", ""),
    ]
    assert rows[-1]["missing"] == "swedish_work"
    keys = [key for key in rows[0] if key.startswith("contribution_")]
    for row in rows[:-1]:
        assert sum(int(row[key]) for key in keys) == int(row["total"])
    assert [row["level_swedish_work"] for row in rows if row["id"] in ("A2", "A3")] == ["3", "1"]
    assert [row["level_references"] for row in rows if row["id"] == "A2"] == ["2,5"]


def test_list_has_the_names_and_the_ranking_has_not(result: Path) -> None:
    rows = table(result / "interview_list.csv")
    assert [rows[0][key] for key in ("list", "order", "id")] == ["called", "1", "A1"]
    assert rows[0]["name"] == "Åsa Öberg"
    assert rows[1]["list"] == "reserve"
    assert "Åsa" not in (result / "ranking.csv").read_text("utf-8")


def test_xlsx_is_in_the_language(result: Path) -> None:
    book = openpyxl.load_workbook(result / "interview_list.xlsx")
    header = [cell.value for cell in book["Intervjulista"][1]]
    assert header == ["Lista", "Ordning", "Ansökan", "Namn", "Plats", "Poäng"]
    assert book["Intervjulista"]["F2"].value == 100


def test_audit_json_counts_stages_and_keeps_namibia(result: Path) -> None:
    figures = json.loads((result / "audit.json").read_text())
    assert [(stage["key"], stage["selected"]) for stage in figures["stages"]] == [
        ("called", 1),
        ("listed", 2),
    ]
    country = figures["attributes"]["country"]["stages"]["called"]
    assert country["groups"]["NA"]["n"] == 1
    assert country["missing"]["n"] == 1
    assert figures["run"]["seed"] == "x"


def test_audit_html_loads_nothing_from_elsewhere(result: Path) -> None:
    page = (result / "audit.html").read_text()
    assert "Vad granskningen visar" in page
    for word in ("http://", "https://", "<script", " src=", "<link", "url("):
        assert word not in page


def test_same_input_gives_the_same_bytes_and_order_of_rows_never_matters(
    tmp_path: Path, result: Path
) -> None:
    arguments = (
        "--places",
        1,
        "--reserves",
        1,
        "--monitor",
        "sex,country",
        "--seed",
        "x",
        "--out",
        tmp_path / "out",
    )
    assert run(wide(tmp_path, *reversed(ROWS)), *arguments).exit_code == 0
    for name in (
        "ranking.csv",
        "interview_list.csv",
        "interview_list.xlsx",
        "interview_list.pdf",
        "audit.html",
    ):
        assert (tmp_path / "out" / name).read_bytes() == (result / name).read_bytes(), name


@pytest.mark.usefixtures("no_pdf")
def test_default_seed_is_the_profiles_digest_and_is_printed(tmp_path: Path) -> None:
    done = run(wide(tmp_path), "--places", 2, "--out", tmp_path / "out")
    assert default_profile().digest() in done.stdout


def test_examples_with_mapped_columns_and_both_languages(tmp_path: Path) -> None:
    files = (EXAMPLES / "applications.csv", "--assessments", EXAMPLES / "assessments.csv")
    line = ("--places", 12, "--reserves", 5, "--monitor", "Kön,Utbildningsland", "--language", "en")
    mapped = ("--column", "swedish_months=Månader i Sverige")
    done = run(*files, *line, *mapped, "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert "12 called to interview, 5 in reserve" in done.stdout
    assert "What the monitoring shows" in (tmp_path / "out" / "audit.html").read_text()
    assert (tmp_path / "out" / "interview_list.csv").read_text("utf-8-sig").startswith("list,order,id,name,")


@pytest.mark.usefixtures("no_pdf")
def test_applications_from_standard_input(tmp_path: Path) -> None:
    done = run("-", "--places", 1, "--out", tmp_path / "out", stdin=(WIDE + ROWS[0] + "\n").encode())
    assert done.exit_code == 0, done.output


def number_or_text(cell: str) -> float | str:
    number = cell.replace(",", ".").replace("=", "")  # a formula that was never calculated would be refused
    return float(number) if number.replace(".", "").isdigit() else number


@pytest.mark.usefixtures("no_pdf")
def test_workbook_gives_the_same_order(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(WIDE.strip().split(";"))
    for row in ROWS:
        book.active.append([number_or_text(cell) for cell in row.split(";")])
    book.save(tmp_path / "applications.xlsx")
    assert run(tmp_path / "applications.xlsx", "--places", 2, "--out", tmp_path / "a").exit_code == 0
    assert run(wide(tmp_path), "--places", 2, "--out", tmp_path / "b").exit_code == 0
    assert (tmp_path / "a" / "ranking.csv").read_bytes() == (tmp_path / "b" / "ranking.csv").read_bytes()


@pytest.mark.usefixtures("no_pdf")
def test_level_column_stands_in_for_a_value_column(tmp_path: Path) -> None:
    header = "id;swedish_work;areas;supervised;references;science;other_work\n"
    text = header + "A1;3;3;yes;4;4;4\nA2;1;5;no;4;4;4\nA3;1;3;;4;4;4\n"
    assert run(sheet(tmp_path, text), "--places", 1, "--out", tmp_path / "out").exit_code == 0
    rows = {row["id"]: row for row in table(tmp_path / "out" / "ranking.csv")}
    assert [rows["A1"]["level_swedish_work"], rows["A1"]["level_breadth"]] == ["3", "4"]
    assert rows["A2"]["level_breadth"] == "3"
    assert rows["A3"]["missing"] == "breadth"


LONG = "application,assessor,criterion,level\n"
VALUES = "id,swedish_months,breadth\nA1,5,2\nA2,5,2\n"
LEVELS = "".join(
    f"A{n},{who},{key},3\n" for n in (1, 2) for who in "ab" for key in ("references", "science", "other_work")
)


@pytest.mark.usefixtures("no_pdf")
def test_means_over_two_and_three_assessors_tie_exactly(tmp_path: Path) -> None:
    levels = LONG + LEVELS + "A2,c,references,3\nA2,c,Vetenskapligt arbete,\n"
    levels = levels.replace("Vetenskapligt arbete", default_profile().criterion("science").name.sv)
    files = (sheet(tmp_path, VALUES), "--assessments", sheet(tmp_path, levels, "long.csv"))
    done = run(*files, "--places", 1, "--reserves", 1, "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    first, second = table(tmp_path / "out" / "ranking.csv")
    assert (first["total"], second["decided_by"]) == (second["total"], "lot")
    assert "The line cuts a tie" in done.stdout


def refused(tmp_path: Path, *arguments: str | Path, code: int = 1) -> str:
    """The message of a run that must fail and leave nothing behind."""
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    done = run(*arguments, "--out", tmp_path / "new" / "out")
    assert done.exit_code == code, done.output
    assert done.exception is None or isinstance(done.exception, SystemExit)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
    assert not (tmp_path / "new").exists()
    return done.stderr


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (["A1;x;m;SE;seven;4;4;4;4"], "row 2, column 'swedish_months': 'seven' is not a number"),
        (["A1;x;m;SE;-1;4;4;4;4"], "row 2, column 'swedish_months': value -1"),
        (["A1;x;m;SE;1;4;4;4;9"], "row 2, column 'other_work': level 9 is out of range"),
        (["A1;x;m;SE;1;4;4;4;1", "A1;y;m;SE;1;4;4;4;1"], "row 3, column 'id': 'A1' is already in row 2"),
        ([";x;m;SE;1;4;4;4;1"], "row 2, column 'id': the id is empty"),
        (
            [f"A{n};x;m;SE;1;4;{n};4;1" for n in range(1, 9)],
            "column 'references': the values are the numbers 1 to 8, which is a rank",
        ),
    ],
)
def test_bad_cells_are_refused(tmp_path: Path, rows: list[str], said: str) -> None:
    assert said in refused(tmp_path, wide(tmp_path, *rows), "--places", 1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("number;breadth\nA1;2\n", "the column 'id' is missing"),
        (
            "id;swedish_month;breadth\nA1;2;2\n",
            "the column 'swedish_months' is missing (for criterion 'swedish_work'",
        ),
        ("id;swedish_month;breadth\nA1;2;2\n", "Did you mean 'swedish_month'?"),
        ("id;swedish_months;breadth;references;science\nA1;2;2;2;2\n", "the column 'other_work' is missing"),
        ("id;id\nA1;2\n", "the header 'id' stands twice, in columns A and B"),
        (WIDE, "has headers but no rows"),
    ],
)
def test_bad_columns_are_refused(tmp_path: Path, text: str, said: str) -> None:
    assert said in refused(tmp_path, sheet(tmp_path, text), "--places", 1)


@pytest.mark.parametrize(
    ("levels", "said"),
    [
        (
            "A1,a,references,3\nA1,a,references,2\n",
            "row 3: assessor 'a' has already given 'A1' a level on 'references' in row 2",
        ),
        ("A9,a,references,3\n", "row 2, column 'application': application 'A9' is not in applications.csv"),
        ("A1,a,reference,3\n", "criterion 'reference' is not in the profile. Did you mean 'references'?"),
        ("A1,a,references,5\n", "row 2, column 'level': level 5 is out of range"),
        ("A1,,references,3\n", "row 2, column 'assessor': is empty"),
        ("A1,a,references,3\n", "long.csv has no rows for it"),
        (
            LEVELS + "A1,a,swedish_work,3\n",
            "criterion 'swedish_work' has a column in applications.csv and rows in long.csv",
        ),
    ],
)
def test_bad_assessments_are_refused(tmp_path: Path, levels: str, said: str) -> None:
    long = sheet(tmp_path, LONG + levels, "long.csv")
    assert said in refused(tmp_path, sheet(tmp_path, VALUES), "--assessments", long, "--places", 1)


def test_unknown_column_of_assessments_is_refused(tmp_path: Path) -> None:
    long = sheet(tmp_path, "application,assessor,criterion,level,weight\nA1,a,references,3,2\n", "long.csv")
    message = refused(tmp_path, sheet(tmp_path, VALUES), "--assessments", long, "--places", 1)
    assert "unknown column 'weight'" in message


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--column", "swedish_months"), 'write it as key="Header"'),
        (("--column", "clinical_month=sex"), "'clinical_month' is unknown"),
        (("--column", "swedish_months=Months"), "the column 'Months' is missing"),
        (("--column", "swedish_months=breadth"), "also has a column 'swedish_months'"),
        (("--column", "id=name", "--column", "id=sex"), "'id' is given twice"),
        (("--monitor", "shoe"), "the column 'shoe' is missing (named by --monitor)"),
        (("--monitor", "sex,sex"), "'sex' is named twice"),
        (("--criteria", "none.toml"), "none.toml"),
    ],
)
def test_bad_options_are_refused(tmp_path: Path, options: tuple[str, ...], said: str) -> None:
    assert said in refused(tmp_path, wide(tmp_path), "--places", 1, *options)


def test_each_known_key_of_a_column_is_named_once(tmp_path: Path) -> None:
    message = refused(tmp_path, wide(tmp_path), "--places", 1, "--column", "foo=sex")
    assert message.count("'breadth'") == 1


def test_profile_whose_weights_do_not_add_up_is_refused(tmp_path: Path) -> None:
    text = default_profile().to_toml().replace("weight = 15", "weight = 16", 1)
    message = refused(
        tmp_path, wide(tmp_path), "--places", 1, "--criteria", sheet(tmp_path, text, "profile.toml")
    )
    assert "101" in message


@pytest.mark.parametrize(
    "options", [(), ("--places", "0"), ("--places", "x"), ("--places", "1", "--stage", "offer")]
)
def test_wrong_usage_is_refused(tmp_path: Path, options: tuple[str, ...]) -> None:
    assert "Usage: " in refused(tmp_path, wide(tmp_path), *options, code=2)


@pytest.mark.usefixtures("no_pdf")
def test_results_are_not_overwritten_unless_forced(tmp_path: Path) -> None:
    arguments = (wide(tmp_path), "--places", 1, "--out", tmp_path / "out")
    assert run(*arguments).exit_code == 0
    assert "already holds ranking.csv" in run(*arguments).stderr
    assert run(*arguments, "--force").exit_code == 0


@pytest.mark.usefixtures("no_pdf")
def test_pdf_is_skipped_with_a_warning_where_pango_is_missing(tmp_path: Path) -> None:
    done = run(wide(tmp_path), "--places", 1, "--out", tmp_path / "out")
    assert done.exit_code == 0
    assert "apt install libpango-1.0-0" in done.stderr
    written = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert written == sorted(set(FILES) - {"interview_list.pdf"})


@pytest.mark.usefixtures("no_pdf")
def test_protected_attribute_flipped_leaves_the_ranking_untouched(tmp_path: Path, result: Path) -> None:
    flipped = [row.replace("woman", "?").replace("man", "woman").replace("?", "man") for row in ROWS]
    arguments = (
        "--places",
        1,
        "--reserves",
        1,
        "--monitor",
        "sex,country",
        "--seed",
        "x",
        "--out",
        tmp_path / "out",
    )
    assert run(wide(tmp_path, *flipped), *arguments).exit_code == 0
    assert (tmp_path / "out" / "ranking.csv").read_bytes() == (result / "ranking.csv").read_bytes()


def test_help_lists_every_command_and_imports_nothing_heavy() -> None:
    code = (
        "import sys; from recruit.commands import main; "
        "main(['--help'], standalone_mode=False); print(sorted(sys.modules))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    for name in SUBCOMMANDS:
        assert f"\n  {name} " in shown
    for heavy in ("pandas", "numpy", "flask", "sqlalchemy", "weasyprint"):
        assert f"'{heavy}'" not in shown


def test_column_that_is_nearly_a_known_one_is_refused(tmp_path: Path) -> None:
    """A misspelt optional column would otherwise be left out in silence."""
    text = (
        (EXAMPLES / "applications.csv").read_text(encoding="utf-8-sig").replace("conditional", "condtional")
    )
    path = sheet(tmp_path, text)
    assessments = EXAMPLES / "assessments.csv"
    column = "swedish_months=Månader i Sverige"
    result = run(
        path, "--assessments", assessments, "--column", column, "--places", "3", "--out", tmp_path / "o"
    )
    assert result.exit_code == 1
    assert "'condtional' is unknown. Did you mean 'conditional'?" in result.output
    assert not (tmp_path / "o").exists()
