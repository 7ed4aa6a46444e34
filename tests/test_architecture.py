"""Imports go down only: scoring and forms are the ground, recruit's floors stand on them, templates only display."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
STDLIB = sys.stdlib_module_names
SCORING_MAY = {"scoring", "numpy", "pandas", "scipy", "sklearn", "statsmodels"}
FORMS_MAY = {"forms", "wtforms", "markupsafe"}
# Each floor of recruit may import the floors named here and, beside them, everything that is no floor.
FLOORS = {
    "models": {"models"},
    "queries": {"models", "queries"},
    "services": {"models", "queries", "services"},
    "exports": {"models", "queries", "services", "exports"},
    "routes": {"models", "queries", "services", "exports", "routes"},
    "commands": {"models", "queries", "services", "exports", "commands", "demo"},
    "demo": {"models", "queries", "services", "exports", "demo"},
}
# Modules of recruit that belong to no floor but must not be reached from the floors below the routes.
WEB_ONLY = {
    "recruit.web",
    "recruit.request",
    "recruit.guard",
    "recruit.signin",
    "recruit.limits",
    "recruit.routes",
}
BELOW_THE_WEB = ("models", "queries", "services")


def modules(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def imports(path: Path) -> set[str]:
    """Every module that the file imports, wherever in the file."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            module = node.module or ""
            found.update(f"{module}.{alias.name}" for alias in node.names)
    return found


def imports_for_types(path: Path) -> set[str]:
    """What the file imports to name types by, and never runs."""
    blocks = [
        node
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
    ]
    return {
        alias.name
        for block in blocks
        for node in ast.walk(block)
        if isinstance(node, ast.Import)
        for alias in node.names
    }


def top(name: str) -> str:
    return name.split(".")[0]


@pytest.mark.parametrize("path", modules("scoring"), ids=lambda path: str(path.relative_to(ROOT)))
def test_scoring_stands_on_the_ground(path: Path) -> None:
    assert {top(name) for name in imports(path)} - STDLIB <= SCORING_MAY


@pytest.mark.parametrize("path", modules("forms"), ids=lambda path: str(path.relative_to(ROOT)))
def test_forms_stand_on_the_ground(path: Path) -> None:
    assert {top(name) for name in imports(path)} - STDLIB <= FORMS_MAY


@pytest.mark.parametrize("floor", FLOORS)
def test_floors_import_downwards_only(floor: str) -> None:
    climbing = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules(f"recruit/{floor}")
        for name in imports(path)
        if name.startswith("recruit.")
        and name.split(".")[1] in FLOORS
        and name.split(".")[1] not in FLOORS[floor]
    ]
    assert climbing == []


@pytest.mark.parametrize("floor", BELOW_THE_WEB)
def test_floors_below_the_web_know_no_request(floor: str) -> None:
    climbing = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules(f"recruit/{floor}")
        for name in imports(path)
        if any(name == web or name.startswith(web + ".") for web in WEB_ONLY)
    ]
    assert climbing == []


@pytest.mark.parametrize("floor", BELOW_THE_WEB)
def test_nothing_below_the_routes_commits(floor: str) -> None:
    committing = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in modules(f"recruit/{floor}")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in ("commit", "rollback")
    ]
    assert committing == []


def test_dataframes_are_made_in_frames_only() -> None:
    """Rows become DataFrames in one place; the spreadsheet path has its own, since it has no rows."""
    makers = {
        str(path.relative_to(ROOT))
        for path in modules("recruit")
        if "pandas" in {top(name) for name in imports(path) - imports_for_types(path)}
    }
    allowed = {name for name in makers if name.startswith("recruit/tables/")} | {
        "recruit/frames.py",
        "recruit/audited_frames.py",  # the auditor's, whom the ranking's frames do not know
        "recruit/commands/rank.py",
    }
    assert makers <= allowed, makers - allowed


def test_only_the_monitor_reads_the_monitoring_answers() -> None:
    """The table of sex and age answers is written by the application step and read by the monitor's query alone."""
    readers = {
        str(path.relative_to(ROOT))
        for path in modules("recruit")
        if any(name.endswith(".MonitoringAnswer") for name in imports(path))
    }
    allowed = {
        "recruit/models/__init__.py",
        "recruit/queries/monitoring.py",
        "recruit/services/answers.py",  # writes what the applicant answers
        "recruit/services/application.py",  # erases it when an application is taken up again
        "recruit/queries/application.py",  # shows applicants their own answers
    }
    assert readers <= allowed, readers - allowed


def ranking_modules() -> list[Path]:
    """`scoring.ranking`, what draws lists, and everything of scoring that they import, however deep."""
    found: set[str] = set()
    waiting = ["ranking", "lists"]
    while waiting:
        name = waiting.pop()
        if name in found or not (ROOT / "scoring" / f"{name}.py").exists():
            continue
        found.add(name)
        waiting += [
            each.split(".")[1]
            for each in imports(ROOT / "scoring" / f"{name}.py")
            if each.startswith("scoring.")
        ]
    return [ROOT / "scoring" / f"{name}.py" for name in sorted(found)]


def words_of(path: Path) -> set[str]:
    """Every identifier of a module and every short string that could name a column, docstrings apart."""
    tree = ast.parse(path.read_text())
    docstrings = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    found = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    found |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    found |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    found |= {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
    }
    return {word.lower() for word in found}


def test_ranking_takes_no_attribute_of_a_person() -> None:
    """Nothing in the code that ranks names a protected or personal attribute, as identifier or as column."""
    forbidden = {
        "sex",
        "gender",
        "age",
        "age_band",
        "country",
        "education_country",
        "email",
        "licence_route",
        "route",
    }
    modules_of_ranking = ranking_modules()
    assert {"ranking", "order", "levels", "lot", "lists"} <= {path.stem for path in modules_of_ranking}
    assert {
        path.stem: words_of(path) & forbidden for path in modules_of_ranking if words_of(path) & forbidden
    } == {}


def test_templates_have_no_inline_script_or_style() -> None:
    inline = []
    for path in sorted((ROOT / "templates").rglob("*.html")):
        if path == ROOT / "templates/mail/layout.html":  # mail programs read no stylesheets beside a message
            continue
        if path.parent.name == "spreadsheet" or path.name.endswith(
            "print.html"
        ):  # opened or printed without a server
            continue
        text = path.read_text()
        if "<style" in text or " style=" in text or " onclick=" in text or "<script>" in text:
            inline.append(str(path.relative_to(ROOT)))
    assert inline == []
