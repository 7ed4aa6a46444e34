"""What a browser's test is served."""

from pathlib import Path

from recruit.database import AllRegions, make_engine, make_session
from recruit.settings import Settings
from tests.demo import moment
from tests.recruit.application_helpers import open_intake
from tests.recruit.factories import make_world


def with_open_intake(folder: Path, template: Path) -> Settings:
    """A region with one open intake in a folder, its mail caught."""
    (folder / "recruit.db").write_bytes(template.read_bytes())
    settings = Settings(data_dir=str(folder), secret_key="a secret", mail_url="catch:", rate_limits=False)
    engine = make_engine(settings.database)
    with make_session(engine, scope=AllRegions("tests")) as session:
        open_intake(session, make_world(session), now=moment())
    engine.dispose()
    return settings
