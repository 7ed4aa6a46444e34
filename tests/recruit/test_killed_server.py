"""A server that is killed while applications come in has kept everything that it has acknowledged."""

import random
from pathlib import Path

from recruit.web import build_app
from tests.bench.submissions_filling import make_intake, settings_for
from tests.bench.submissions_killed import killed_round


def test_nothing_acknowledged_is_missing_after_the_server_was_killed_in_the_middle(
    tmp_path: Path, sqlite_template: Path
) -> None:
    path = tmp_path / "recruit.db"
    path.write_bytes(sqlite_template.read_bytes())
    url = f"sqlite:///{path}"
    app = build_app(settings_for(str(tmp_path), url))
    intake = make_intake(app.extensions["recruit_engine"])
    done = killed_round(app, str(tmp_path), url, intake, 16, random.Random(3), people=4, workers=1)
    app.extensions["recruit_engine"].dispose()
    assert done.wrong == []
    assert done.acknowledged == 16
    assert 0 < done.before < 16  # some were in before the kill, and it cut others off
    assert done.cut
