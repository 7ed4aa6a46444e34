"""`recruit agreement` on any table of levels."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from recruit.commands import main
from recruit.tables.agreement_words import _WORDS

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
SHROUT_FLEISS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]


def run(text: str, *arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["agreement", "-", *map(str, arguments)], input=text.encode())


def figures(text: str, *arguments: str) -> dict[str, Any]:
    done = run(text, "--json", "-", *arguments)
    assert done.exit_code == 0, done.output
    content: dict[str, Any] = json.loads(done.stdout)
    return content


def table(matrix: list[list[int]], separator: str = ",") -> str:
    rows = [("application", "assessor", "level")]
    rows += [(f"a{n}", f"x{at}", str(level)) for n, row in enumerate(matrix) for at, level in enumerate(row)]
    return "\n".join(separator.join(row) for row in rows) + "\n"


def test_published_values_without_a_column_criterion() -> None:
    content = figures(table(SHROUT_FLEISS), "--scale", "1,10")
    assert set(content["icc"]) == {"1,1", "2,1", "3,1", "1,k", "2,k", "3,k"}
    assert round(content["icc"]["2,1"], 6) == 0.289764
    assert round(content["icc"]["3,k"], 6) == 0.909316
    assert set(content["alpha"]) == {"nominal", "ordinal", "interval", "ratio"}
    assert set(content["severity"]["x1"]) >= {"severity", "low", "high", "n", "panel", "identifiable"}
    assert content["icc_interval"]["2,1"][0] < content["icc"]["2,1"] < content["icc_interval"]["2,1"][1]
    assert "criteria" not in content


def test_per_criterion_and_the_example() -> None:
    source = str(EXAMPLES / "assessments.csv")
    done = CliRunner().invoke(main, ["agreement", source, "--per", "criterion", "--json", "-"])
    assert done.exit_code == 0, done.output
    content = json.loads(done.stdout)
    assert set(content["criteria"]) == {"references", "science", "other_work"}
    assert set(content["criteria"]["science"]) >= {"icc", "alpha", "severity", "icc_interval"}
    again = CliRunner().invoke(main, ["agreement", source, "--per", "criterion", "--json", "-"])
    assert again.stdout == done.stdout


def test_terminal_in_both_languages() -> None:
    text = "application;assessor;criterion;level\n" + "".join(
        f"a{n};{who};c;{level}\n" for n in range(12) for who, level in (("Å", n % 5), ("B", (n + n % 2) % 5))
    )
    english, swedish = (run(text, "--per", "criterion", "--language", each) for each in ("en", "sv"))
    assert english.exit_code == swedish.exit_code == 0, english.output
    assert "24 levels, 12 applications, 2 assessors." in english.stdout
    assert "ICC(A,1)" in english.stdout
    assert "α ordinal" in english.stdout
    assert "Largest disagreements" in english.stdout
    assert "0–4, 2 assessors, s = 2.83" in english.stdout
    assert "24 nivåer, 12 ansökningar, 2 bedömare." in swedish.stdout
    assert "Bedömningsgrund c" in swedish.stdout
    assert "s = 2,83" in swedish.stdout


def test_notes_are_in_the_language_and_count_one_as_one() -> None:
    text = "application,assessor,criterion,level\na,x,c,1\na,y,c,2\nb,x,c,3\nb,y,c,3\nd,x,c,2\n"
    english, swedish = (run(text, "--language", each).stderr for each in ("en", "sv"))
    assert "Note: Once only one assessor gave a level on a criterion." in english
    assert "Obs: En gång gav bara en bedömare en nivå på en bedömningsgrund." in swedish
    assert "Note:" not in swedish
    single = "application,assessor,criterion,level\na,x,c,1\na,y,c,2\n"
    assert "2 nivåer, en ansökan, 2 bedömare." in run(single).stdout
    assert "2 levels, one application, 2 assessors." in run(single, "--language", "en").stdout


def test_notes_about_the_file_are_in_the_language_of_messages_about_files() -> None:
    done = run(table(SHROUT_FLEISS))
    assert "Note: the levels go from 1 to 10" in done.stderr
    assert "Obs: the" not in done.stderr


def test_what_cannot_be_said_is_said() -> None:
    done = run("application,assessor,level\na,x,1\nb,x,2\n", "--language", "en")
    assert done.exit_code == 0
    assert "ICC(A,1)          cannot be computed: only one assessor" in done.stdout
    assert "cannot be computed: no application has two assessors" in done.stdout
    assert "shares no application with anybody" in done.stdout
    assert "None: all agree, or judged different applications." in done.stdout
    assert "Note: One assessor did everything." in done.stderr
    content = figures("application,assessor,level\na,x,1\nb,x,2\n")
    assert content["icc"]["2,1"] is None
    assert content["icc_reason"]["2,1"] == "one_assessor"
    separate = "a,x,1\na,y,2\nb,x,3\nb,y,3\nc,z,0\nc,w,1\nd,z,4\nd,w,4\n"
    assert ", panel 2" in run("application,assessor,level\n" + separate, "--language", "en").stdout


def test_every_reason_and_note_has_words() -> None:
    from typing import get_args

    from scoring import agreement, alpha, icc_forms
    from scoring import severity as severities

    for kind in (alpha.Reason, alpha.IntervalReason, icc_forms.Reason, severities.Reason):
        assert {reason for reason in get_args(kind) if reason} <= set(_WORDS)
    assert {f"note_{code}" for code in get_args(agreement.NoteCode)} <= set(_WORDS)


def test_decimal_commas_empty_levels_and_other_headers() -> None:
    text = "Ansökan;assessor;criterion;level;Kommentar\n"
    text += "a;x;c;2,5\na;y;c;3\nb;x;c;\nb;y;c;1\nd;x;c;0\nd;y;c;1\n"
    rows = [line.split(";") for line in text.splitlines()]
    text = "\n".join(";".join([*row, "bra"][:5]) for row in rows) + "\n"
    done = run(text, "--column", "application=Ansökan", "--json", "-")
    assert done.exit_code == 0, done.output
    assert "1 of 6 rows have no level and are left out: missing is never zero." in done.stderr
    assert "Not used: 'Kommentar'" in done.stderr
    content = json.loads(done.stdout)
    assert content["n"] == {"levels": 5, "applications": 3, "assessors": 2, "units": 3, "pairable_units": 2}


def test_json_as_a_file(tmp_path: Path) -> None:
    done = run(table([[1, 2], [3, 4]]), "--json", tmp_path / "a.json", "--language", "en")
    assert done.exit_code == 0
    assert "In all" in done.stdout
    assert json.loads((tmp_path / "a.json").read_text())["scale"] == [0, 4]


def test_other_scales_are_taken_as_they_are_and_said() -> None:
    done = run(table(SHROUT_FLEISS), "--json", "-")
    assert done.exit_code == 0
    assert "the levels go from 1 to 10, not from 0 to 4" in done.stderr
    content = json.loads(done.stdout)
    assert content["scale"] == [1, 10]
    assert round(content["icc"]["2,1"], 6) == 0.289764


HEAD = "application,assessor,criterion,level\n"


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        (
            HEAD + "a,x,references,7\n",
            (),
            "row 2, column 'level': level 7 is outside the scale 0 to 4. Correct it, or name",
        ),
        (HEAD + "a,x,c,nan\n", (), "row 2, column 'level': 'nan' is not a number"),
        (HEAD + "a,x,c,inf\n", (), "'inf' is not a number"),
        (HEAD + "a,,c,1\n", (), "row 2, column 'assessor': is empty. Every row names its assessor"),
        (
            HEAD + "a,x,c,1\na,x,c,2\n",
            (),
            "row 3: assessor 'x' has already given 'a' a level on 'c' in row 2",
        ),
        ("application,assessor,level\na,x,1\na,x,1\n", (), "If there are several criteria, add the column"),
        (HEAD + "a,x,c,\n", (), "the column 'level' is empty. There is nothing to compare"),
        (HEAD, (), "has headers but no rows"),
        ("application,assesor,level\na,x,1\n", (), "Did you mean 'assesor'?"),
        (
            "application,assessor,criteria,level\na,x,c,1\n",
            (),
            "'criteria' is unknown. Did you mean 'criterion'?",
        ),
        (HEAD + "a,x,c,1\n", ("--scale", "ten"), "--scale 'ten': write the lowest and the highest level"),
        (HEAD + "a,x,c,1\n", ("--scale", "4,0"), "--scale '4,0'"),
        (HEAD + "a,x,c,1\n", ("--column", "rater=assessor"), "'rater' is unknown"),
        (HEAD + "a,form,c,1\n", (), "no assessor gave a level: all 1 rows are from the form"),
    ],
)
def test_bad_table_is_refused_and_nothing_is_written(
    tmp_path: Path, text: str, options: tuple[str, ...], said: str
) -> None:
    done = run(text, "--json", tmp_path / "a.json", *options)
    assert done.exit_code == 1
    assert said in done.stderr
    assert list(tmp_path.iterdir()) == []
