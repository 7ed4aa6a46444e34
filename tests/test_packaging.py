"""The wheel holds everything that the application needs."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as `make wheel` builds it."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(ROOT)],
        check=True,
        capture_output=True,
    )
    return next(folder.glob("*.whl"))


def test_wheel_has_every_file_of_the_packages(wheel: Path) -> None:
    packed = set(zipfile.ZipFile(wheel).namelist())
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split("\n")
    wanted = {name for name in tracked if name.split("/")[0] in ("recruit", "forms", "scoring", "templates")}
    assert wanted - packed == set()


def test_wheel_installed_apart_loads_every_template(wheel: Path, tmp_path: Path) -> None:
    """From the wheel alone, in another folder, with nothing of the checkout on the path."""
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    program = (
        "import sys; sys.path.insert(0, 'site')\n"
        "import recruit; assert 'site' in recruit.__file__, recruit.__file__\n"
        "from recruit.settings import Settings\n"
        "from recruit.web import build_app\n"
        "app = build_app(Settings(data_dir='data', secret_key='x'))\n"
        "names = [n for n in app.jinja_env.list_templates() if n.endswith('.html')]\n"
        "[app.jinja_env.get_template(n) for n in names]\n"
        "from recruit.migrate import upgrade; upgrade('sqlite:///x.db')\n"
        "print(len(names))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 20
