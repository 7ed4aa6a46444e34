"""What importing the selection costs, and what ships with it."""

import subprocess
import sys
from importlib import resources

import pytest

import scoring


def imported_by(statement: str) -> set[str]:
    code = f"import sys; {statement}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "statement",
    ["import scoring", "import scoring.profile; scoring.profile.default_profile()", "import scoring.lists"],
)
def test_import_of_what_pages_need_loads_nothing_heavy(statement: str) -> None:
    assert imported_by(statement) & {"numpy", "pandas", "scipy", "sklearn", "statsmodels"} == set()


def test_version_is_three_numbers() -> None:
    assert [part.isdigit() for part in scoring.__version__.split(".")] == [True] * 3


def test_package_ships_the_default_profile_and_its_types() -> None:
    files = resources.files("scoring")
    assert files.joinpath("profiles/bt.toml").is_file()
    assert files.joinpath("py.typed").is_file()
