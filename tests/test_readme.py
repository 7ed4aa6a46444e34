"""What README and the documentation tell people to type works as it stands."""

import json
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from recruit.commands import SUBCOMMANDS, main
from recruit.settings import Settings

ROOT = Path(__file__).parents[1]


def commands(document: str) -> list[list[str]]:
    """Every `recruit rank` and `recruit audit` command line of a document, split as the shell does."""
    text = (ROOT / document).read_text().replace("\\\n", " ")
    lines = [
        line.strip()
        for line in text.splitlines()
        if re.match(r"\s*(\.venv/bin/)?recruit (rank|audit) ", line)
    ]
    return [shlex.split(line)[1:] for line in lines if "…" not in line and "(" not in line]


@pytest.mark.parametrize("document", ["README.md", "docs/spreadsheets.md"])
def test_commands_in_the_documents_work(
    document: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = commands(document)
    assert {words[0] for words in found} == {"rank", "audit"}
    for name in ("docs", "scoring"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)
    for words in found:
        result = CliRunner().invoke(main, words)
        assert result.exit_code == 0, (words, result.output)
        if words[0] == "audit" and words[-1] == "-":
            assert "attributes" in json.loads(result.stdout)


def test_every_command_is_documented() -> None:
    operations = (ROOT / "docs/operations.md").read_text()
    assert [name for name in SUBCOMMANDS if f"`recruit {name}`" not in operations] == []


def test_every_command_has_help_with_an_example() -> None:
    for name in SUBCOMMANDS:
        result = CliRunner().invoke(main, [name, "--help"])
        assert result.exit_code == 0, name
        assert "Example:" in result.output, name


def test_every_setting_is_documented_with_its_meaning() -> None:
    operations = (ROOT / "docs/operations.md").read_text()
    for name, field in Settings.__dataclass_fields__.items():
        line = next((line for line in operations.splitlines() if f"`RECRUIT_{name.upper()}`" in line), "")
        assert line, f"RECRUIT_{name.upper()} is not in docs/operations.md"
        first = field.metadata["help"].split()[0]
        assert first in line, f"{name}: {line}"


def test_links_and_pictures_in_the_documents_exist() -> None:
    for document in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text()):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_every_make_target_in_the_readme_exists() -> None:
    makefile = (ROOT / "Makefile").read_text()
    named = set(re.findall(r"make ([a-z-]+)", (ROOT / "README.md").read_text()))
    assert {name for name in named if not re.search(rf"^{name}:", makefile, re.MULTILINE)} == set()
