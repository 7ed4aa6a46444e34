"""`recruit audit` on tables that are odd, too small, or wrong: a figure with its caveat, or row and column."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from recruit.commands import main

EVERYTHING = (
    "--by g --selected s --stages st1,s --intake intake --strata site --place place --criteria a=60,b=40 "
    "--requirements req --proposed prop --intersections g+h --pool g=h"
)


def run(text: str, options: str, *more: str | Path) -> Result:
    return CliRunner().invoke(main, ["audit", "-", *options.split(), *map(str, more)], input=text.encode())


def table(
    n: int, group: Callable[[int], str], selected: Callable[[int], int] = lambda i: int(i % 3 == 0)
) -> str:
    lines = ["g,h,s,st1,site,intake,place,a,b,req,prop"]
    for i in range(n):
        s = selected(i)
        first = int(s or i % 5 > 1)
        person = [
            group(i),
            "xy"[i % 2],
            s,
            first,
            "NS"[i % 2],
            2024 + i % 3,
            i + 1,
            i % 5,
            i * 2 % 5,
            i % 2,
            i % 2,
        ]
        lines.append(",".join(map(str, person)))
    return "\n".join(lines) + "\n"


def two(i: int) -> str:
    return "AB"[i % 2]


NOTHING, FINE = "no_conclusion", "no_concern"


@pytest.mark.parametrize(
    ("text", "verdicts"),
    [
        pytest.param(table(40, lambda i: "A"), {"A": NOTHING}, id="one group only"),
        pytest.param(table(40, lambda i: ""), {}, id="nobody with a group"),
        pytest.param(table(40, two, lambda i: 0), {"A": NOTHING, "B": NOTHING}, id="nobody selected"),
        pytest.param(table(40, two, lambda i: 1), {"A": FINE, "B": FINE}, id="everybody selected"),
        pytest.param(
            table(40, lambda i: "B" if i == 7 else "A"), {"A": NOTHING, "B": NOTHING}, id="a group of one"
        ),
        pytest.param(table(1, two), {"A": NOTHING}, id="one row"),
        pytest.param(
            table(40, lambda i: ("??", "<i>")[i % 2]), {"??": FINE, "<i>": FINE}, id="unknown codes"
        ),
    ],
)
def test_all_that_can_be_asked_of_an_odd_table_is_answered_with_a_caveat(
    tmp_path: Path, text: str, verdicts: dict[str, str]
) -> None:
    done = run(text, EVERYTHING, "--json", tmp_path / "a.json", "--html", tmp_path / "a.html")
    assert done.exit_code == 0, done.output
    found = json.loads((tmp_path / "a.json").read_text())["attributes"]["g"]
    assert {name: row["verdict"] for name, row in found["groups"].items()} == verdicts
    assert all(row["reason"]["sv"] and row["reason"]["en"] for row in found["groups"].values())
    assert {"sequential", "order", "proxies", "sources"} <= set(found)
    assert "<i>" not in (tmp_path / "a.html").read_text()


def found_of(text: str, options: str) -> Any:
    done = run(text, options, "--json", "-")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)["attributes"]["g"]


def test_two_hundred_groups() -> None:
    options = "--by g --selected s --strata site --intake intake --requirements req --pool g=h"
    found = found_of(table(600, lambda i: f"G{i % 200}"), options)
    assert len(found["groups"]) == 200
    assert all(row["verdict"] != "alarm" for row in found["groups"].values())


def test_five_thousand_strata() -> None:
    rows = "".join(f"{'AB'[i % 2]},{int(i % 3 == 0)},S{i // 2},{i % 2}\n" for i in range(10_000))
    found = found_of("g,s,site,t\n" + rows, "--by g --selected s --strata site --intake t")
    within = found["stratified"]
    assert (within["strata"], "tables" in within) == (5_000, False)
    assert within["exact_p"] is not None
    assert found["sequential"]["verdict"] == "no_conclusion"


LONG = "--by g --score l --assessor r"


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        ("g,s,n\nA,1,5\nB,0,-2\n", "--selected s --count n", "row 3, column 'n': '-2' is not a count"),
        (
            "g,s,n\nA,1,5\nB,0,9999999999\n",
            "--selected s --count n",
            "row 3, column 'n': '9999999999' is more",
        ),
        ("g,s,t,n\nA,1,1,900000000\nB,1,0,2\n", "--stages s,t --count n", "at most 10,000,000"),
        (
            "g,k,n\nA,5,10\nB,12,10\n",
            "--selected-count k --count n",
            "row 3, column 'k': 12 of 10 ('n'): more",
        ),
        (
            "g,k,n\nA,5,10\nB,-1,10\n",
            "--selected-count k --count n",
            "row 3, column 'k': '-1' is not a count",
        ),
        ("g,k,n\nA,5,10\nB,,10\n", "--selected-count k --count n", "row 3, column 'k': is empty"),
        ("g,k,n\nA,5,10\n", "--selected-count k --count k", "name the same column"),
        ("g,k,n\nA,5,10\n", "--selected-count k", "it stands with --count"),
        ("g,s,t\nA,1,1\nB,0,1\n", "--stages s,t", "row 3, column 't': is yes, but 's' is no"),
        ("g,s,p,n\nA,1,1,3\n", "--selected s --place p --count n", "--place needs a row for each person"),
        ("g,s,p\nA,1,1\nB,0,0\n", "--selected s --place p", "row 3, column 'p': '0' is not a place"),
        ("g,s,p\nA,1,1\nB,0,last\n", "--selected s --place p", "row 3, column 'p': 'last' is not a number"),
        ("g,s,p\nA,1,\nB,0,\n", "--selected s --place p", "nobody has a place"),
        ("g,s,p\nA,1,1\nB,0,\n", "--selected s --intake p", "row 3, column 'p': is empty"),
        (
            "g,s,p\nA,1,1\nB,0,2\n",
            "--selected s --intake p=1",
            "row 3, column 'p': the intake '2' is not among",
        ),
        ("g,s,p\nA,1,1\n", "--selected s --intake p=1,1", "'1' is named twice"),
        ("g,s,p\nA,1,1\n", "--score s --intake p", "--intake: say who was selected too"),
        ("g,a\nA,1\nB,5\n", "--criteria a", "row 3, column 'a': level 5 is outside the scale 0 to 4"),
        ("g,a\nA,1\nB,x\n", "--criteria a", "row 3, column 'a': 'x' is not a number"),
        ("g,a,b\nA,,1\nB,,2\n", "--criteria a,b", "column 'a': is empty"),
        ("g,a,b\nA,,1\nB,2,\n", "--criteria a,b", "no application has a level on every criterion"),
        ("g,a\nA,1\n", "--criteria a=0", "a weight is a number over 0"),
        ("g,a,b\nA,1,1\n", "--criteria a=3,b", "'b' has no weight"),
        ("g,a,b\nA,1,1\n", "--criteria a=3,a=4", "'a' is named twice"),
        ("g,a\nA,1\n", "--criteria a --scale 4,1", "write the lowest and the highest level"),
        (
            "g,s,r\nA,1,1\nB,0,perhaps\n",
            "--selected s --requirements r",
            "row 3, column 'r': 'perhaps' is neither",
        ),
        ("g,s,r\nA,1,1\nB,0,\n", "--selected s --proposed r", "row 3, column 'r': is empty"),
        ("g,s,r\nA,1,1\n", "--score s --proposed r", "--proposed: say who was selected too"),
        ("g,s,r\nA,1,1\n", "--selected s --assessor r", "such as --score level"),
        ("g,s,r\nA,1,1\n", "--score s --criterion r", "use --criteria"),
        ("g,l,r\nA,1,1\n", "--score l --assessor r", "the column 'application' is missing"),
        (
            "application,g,l,r\n1,A,1,x\n1,B,0,y\n",
            "--score l --assessor r",
            "row 3, column 'g': application '1' has 'B' here and 'A' in row 2",
        ),
        (
            "application,g,l,r\n1,A,1,x\n,B,0,y\n",
            "--score l --assessor r",
            "row 3, column 'application': is empty",
        ),
        ("application,g,l,r\n1,A,1,x\n2,B,0,\n", "--score l --assessor r", "row 3, column 'r': is empty"),
        (
            "application,g,l,r\n1,A,1,x\n1,A,0,x\n",
            "--score l --assessor r",
            "row 3: assessor 'x' has already",
        ),
        ("application,g,l,r\n1,A,,x\n1,A,,y\n", "--score l --assessor r", "column 'l': is empty"),
        (
            "application,g,l,r,n\n1,A,1,x,1\n",
            "--score l --assessor r --count n",
            "--assessor needs a row for each",
        ),
        (
            "application,g,c,l,r\n1,A,p,1,x\n2,B,q,7,x\n",
            "--score l --assessor r --criterion c",
            "row 3, column 'l': level 7 is outside the scale",
        ),
        (
            "application,g,c,l,r\n1,A,p,1,x\n",
            "--score l --assessor r --criterion c --criteria z",
            "has no levels of 'z'",
        ),
    ],
)
def test_what_cannot_be_answered_is_refused_with_row_and_column(
    tmp_path: Path, text: str, options: str, said: str
) -> None:
    done = run(text, f"--by g {options}", "--json", tmp_path / "a.json", "--html", tmp_path / "a.html")
    assert done.exit_code == 1
    assert said in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_too_few_assessments_have_a_reason_instead_of_a_figure() -> None:
    text = "application,g,l,r\n1,A,1,x\n2,B,2,x\n3,A,3,x\n4,B,2,x\n"
    found = found_of(text, LONG)["sources"]["assessor"]["groups"]["A"]["x"]
    assert (found["effect"], found["verdict"], found["reason"]) == (
        None,
        "no_conclusion",
        "panel_without_others",
    )


def test_a_level_that_is_missing_is_told_and_left_out() -> None:
    text = "application,g,l,r\n1,A,1,x\n1,A,,y\n2,B,2,x\n2,B,3,y\n"
    done = run(text, LONG, "--json", "-")
    assert "1 of 4 rows have no level" in done.stderr
    assert json.loads(done.stdout)["n"] == 2
