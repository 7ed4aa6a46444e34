"""`recruit audit` on any table of outcomes."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from recruit.commands import main

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
FIELDS = {
    "n",
    "selected",
    "rate",
    "impact_ratio",
    "interval",
    "fisher_p",
    "midp",
    "adjusted_p",
    "verdict",
    "reason",
}


def run(text: str, *arguments: str | Path) -> Result:
    given = ["audit", "-", "--by", "group", "--selected", "selected", *map(str, arguments)]
    return CliRunner().invoke(main, given, input=text.encode())


def figures(text: str, *arguments: str) -> dict[str, dict[str, dict[str, dict[str, float]]]]:
    done = run(text, "--json", "-", *arguments)
    assert done.exit_code == 0, done.output
    content: dict[str, dict[str, dict[str, dict[str, float]]]] = json.loads(done.stdout)["attributes"]
    return content


CELLS = "group,selected,persons\nA,1,48\nA,0,32\nB,1,12\nB,0,28\n"


def test_counted_cells_give_the_published_values() -> None:
    groups = figures(CELLS, "--count", "persons")["group"]["groups"]
    assert set(groups["A"]) >= FIELDS
    assert (groups["B"]["n"], groups["B"]["selected"], groups["B"]["impact_ratio"]) == (40, 12, 0.5)
    assert round(groups["B"]["fisher_p"], 8) == 0.00340922
    assert round(groups["B"]["midp"], 8) == 0.00214224
    assert groups["B"]["verdict"] == "alarm"


@pytest.mark.parametrize(("yes", "no"), [("1", "0"), ("yes", "no"), ("Ja", "Nej"), ("TRUE", "FALSE")])
def test_rows_of_persons_with_every_way_to_say_yes(yes: str, no: str) -> None:
    text = "group;selected\n" + f"NA;{yes}\n" * 3 + f"NA;{no}\n" + f"SE;{no}\n" * 2 + f";{yes}\n"
    found = figures(text)["group"]
    assert [(name, row["n"], row["selected"]) for name, row in found["groups"].items()] == [
        ("NA", 4, 3),
        ("SE", 2, 0),
    ]
    assert found["missing"]["n"] == 1


def test_json_and_page_as_files(tmp_path: Path) -> None:
    done = run(CELLS, "--count", "persons", "--json", tmp_path / "a.json", "--html", tmp_path / "a.html")
    assert done.exit_code == 0, done.output
    assert json.loads((tmp_path / "a.json").read_text())["n"] == 120
    assert "Vad granskningen visar" in (tmp_path / "a.html").read_text()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.html", "a.json"]


def test_terminal_says_the_verdict_in_words() -> None:
    assert "Larm" in run(CELLS, "--count", "persons").stdout
    assert "Alarm" in run(CELLS, "--count", "persons", "--language", "en").stdout


def test_example_runs() -> None:
    arguments = ["audit", str(EXAMPLES / "outcomes.csv"), "--by", "sex,route", "--selected", "called"]
    done = CliRunner().invoke(main, [*arguments, "--count", "persons", "--json", "-"])
    assert json.loads(done.stdout)["attributes"]["sex"]["missing"]["n"] == 10


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        ("group,selected\nA,1\nB,maybe\n", (), "row 3, column 'selected': 'maybe' is neither yes nor no"),
        ("group,selected\nA,1\nB,\n", (), "row 3, column 'selected': is empty"),
        ("group,chosen\nA,1\n", (), "the column 'selected' is missing"),
        ("groups,selected\nA,1\n", (), "Did you mean 'groups'?"),
        ("group,selected\n", (), "has headers but no rows"),
        ("group,selected,group\nA,1,B\n", (), "stands twice"),
        ("group,selected,n\nA,1,x\n", ("--count", "n"), "row 2, column 'n': 'x' is not a number"),
        ("group,selected,n\nA,1,-3\n", ("--count", "n"), "row 2, column 'n': '-3' is not a count"),
        ("group,selected,n\nA,1,\n", ("--count", "n"), "row 2, column 'n': is empty"),
        ("group,selected,n\nA,1,0\n", ("--count", "n"), "add up to 0"),
        ("group,selected\nA,1\n", ("--by", "group,group"), "'group' is named twice"),
        ("group,selected\nA,1\n", ("--strata", "selected"), "'selected' is also named by --strata"),
        ("group,selected\nA,1\n", ("--by", "group,Group"), "the column 'group' is named twice"),
        ("group,selected\nA,1\n", ("--by", "selected"), "The outcome cannot be a group"),
        ("group,selected\nA,1\n", ("--by", ","), "name at least one column"),
        (
            "group,selected\n" + "".join(f"{n},1\n" for n in range(501)),
            (),
            "501 different values, which are no groups",
        ),
    ],
)
def test_bad_table_is_refused_and_nothing_is_written(
    tmp_path: Path, text: str, options: tuple[str, ...], said: str
) -> None:
    done = run(text, "--json", tmp_path / "a.json", *options)
    assert done.exit_code == 1
    assert said in done.stderr
    assert list(tmp_path.iterdir()) == []


BERKELEY = {
    "A": (512, 313, 89, 19),
    "B": (353, 207, 17, 8),
    "C": (120, 205, 202, 391),
    "D": (138, 279, 131, 244),
    "E": (53, 138, 94, 299),
    "F": (22, 351, 24, 317),
}


def test_strata_give_the_published_values_of_berkeley() -> None:
    text = "group,department,selected,persons\n"
    for department, (men, men_out, women, women_out) in BERKELEY.items():
        text += f"man,{department},1,{men}\nman,{department},0,{men_out}\n"
        text += f"woman,{department},1,{women}\nwoman,{department},0,{women_out}\n"
    within = figures(text, "--count", "persons", "--strata", "department")["group"]["stratified"]
    assert (round(within["cmh"], 5), round(within["cmh_p"], 6)) == (1.52461, 0.216924)  # type: ignore[call-overload]
    assert round(within["odds_ratio_mh"], 7) == 0.9046968  # type: ignore[call-overload]
    assert set(within["kitagawa"]) == {"gap", "composition", "rate"}
    assert within["pattern"] == "vanishes"


STAGED = "group,site,points,applied,eligible,called\n" + "".join(
    f"{'AB'[i % 2]},{'NS'[i % 3 % 2]},{i * 7 % 40},1,{int(i % 4 > 0)},{int(i % 4 > 1)}\n" for i in range(80)
)


def of_staged(*arguments: str | Path) -> Result:
    given = ["audit", "-", "--by", "group", *map(str, arguments)]
    return CliRunner().invoke(main, given, input=STAGED.encode())


def test_stages_are_a_chain() -> None:
    done = of_staged("--stages", "applied,eligible,called", "--json", "-")
    found = json.loads(done.stdout)
    assert [(stage["key"], stage["from"], stage["n"]) for stage in found["stages"]] == [
        ("applied", None, 80),
        ("eligible", "applied", 80),
        ("called", "eligible", 60),
    ]
    assert set(found["attributes"]["group"]["stages"]["called"]["groups"]) == {"A", "B"}
    assert "selected" not in found


def test_stages_within_strata_have_the_whole_way_too() -> None:
    done = of_staged("--stages", "applied,eligible,called", "--strata", "site", "--json", "-")
    group = json.loads(done.stdout)["attributes"]["group"]
    done = of_staged("--selected", "called", "--strata", "site", "--json", "-")
    assert group["stratified"] == json.loads(done.stdout)["attributes"]["group"]["stratified"]
    assert group["stages"]["called"]["stratified"]["strata"] == 2
    assert (
        "Inom site, från första"
        in of_staged("--stages", "applied,eligible,called", "--strata", "site").stdout
    )


def test_stages_with_the_outcome_of_the_whole_and_everything_else(tmp_path: Path) -> None:
    options = [
        "--selected",
        "called",
        "--stages",
        "applied,eligible,called",
        "--strata",
        "site",
        "--score",
        "points",
    ]
    more = ["--pool", "group=site", "--intersections", "group+site", "--html", tmp_path / "a.html"]
    done = of_staged(*options, *more, "--json", tmp_path / "a.json")
    assert done.exit_code == 0, done.output
    found = json.loads((tmp_path / "a.json").read_text())
    group = found["attributes"]["group"]
    assert (found["selected"], group["groups"]["A"]["n"]) == (40, 40)
    assert group["stages"]["eligible"]["stratified"]["strata"] == 2
    assert group["scoring_rate"]["median"] == 19.5
    assert set(found["intersections"]) == {"group × site"}
    assert "eligible" in (tmp_path / "a.html").read_text()
    assert "eligible" in done.stdout


def test_score_alone_is_audited_as_a_scoring_rate() -> None:
    done = of_staged("--score", "points", "--json", "-")
    found = json.loads(done.stdout)["attributes"]["group"]
    assert found["groups"]["A"]["selected"] + found["groups"]["B"]["selected"] == 40
    assert found["scoring_rate"]["groups"] == found["groups"]


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        ("group,a,b\nX,1,1\nY,0,1\n", ("--stages", "a,b"), "row 3, column 'b': is yes, but 'a' is no"),
        ("group,a,b\nX,1,1\nY,0,\n", ("--stages", "a,b"), "row 3, column 'b': is empty"),
        ("group,a\nX,1\n", ("--stages", "a,c"), "the column 'c' is missing"),
        ("group,a\nX,1\n", ("--stages", "a,a"), "'a' is named twice"),
        ("group,a\nX,1\n", (), "Say what is audited"),
        ("group,a\nX,1\n", ("--selected", "a", "--strata", ","), "--strata: name at least one column"),
        ("group,a\nX,1\n", ("--selected", "a", "--strata", "site"), "the column 'site' is missing"),
        ("group,a\nX,1\n", ("--selected", "a", "--pool", "site"), "write it as country=route"),
        ("group,a\nX,1\n", ("--selected", "a", "--intersections", "group"), "at least two different columns"),
        ("group,a\nX,much\n", ("--score", "a"), "row 2, column 'a': 'much' is not a number"),
        ("group,a\nX,\n", ("--score", "a"), "nobody has a score"),
    ],
)
def test_questions_that_cannot_be_asked_are_refused(text: str, options: tuple[str, ...], said: str) -> None:
    done = CliRunner().invoke(main, ["audit", "-", "--by", "group", *options], input=text.encode())
    assert done.exit_code == 1
    assert said in done.stderr
