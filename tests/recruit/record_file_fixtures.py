"""Record files made once for all tests that only read them."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlmodel import Session, select

from recruit.database import AllRegions, make_engine, make_session
from recruit.exports.record_file import Files, files
from recruit.models import (
    Account,
    Application,
    BorderlineDecision,
    ZoneDecision,
)
from tests.recruit.factories import make_world
from tests.recruit.record_file_helpers import (
    confirmed_list,
    discussed_list,
)


@dataclass(frozen=True)
class Sample:
    """Files made once for all tests that only read them, and what is printed on the list."""

    files: Files
    content_sha256: str
    chain_head: str
    other: Files
    secrets: frozenset[str]


@contextmanager
def temporary_session(template: Path, folder: Path) -> Iterator[Session]:
    """A session on an empty SQLite database of its own."""
    shutil.copy(template, folder / "own.db")
    engine = make_engine(f"sqlite:///{folder / 'own.db'}")
    try:
        with make_session(engine, scope=AllRegions("tests"), writes=False) as session:
            yield session
    finally:
        engine.dispose()


@pytest.fixture(scope="session")
def sample(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """The same list in a database of its own, and the list of another region."""
    with temporary_session(sqlite_template, tmp_path_factory.mktemp("sample")) as session:
        drawn = confirmed_list(session, make_world(session))
        other = confirmed_list(session, make_world(session, "fjallnas"), places=3)
        return Sample(
            files=files(session, interview_list=drawn),
            content_sha256=drawn.content_sha256,
            chain_head=drawn.chain_head or "",
            other=files(session, interview_list=other),
            secrets=frozenset(secrets_of(session)),
        )


@pytest.fixture(scope="session")
def given_files(sample: Sample) -> Files:
    """The two files of the sample."""
    return sample.files


@pytest.fixture(scope="session")
def stored(given_files: Files, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first file of the sample on the disk."""
    path = tmp_path_factory.mktemp("stored") / "list.record.zip"
    path.write_bytes(given_files.selection)
    return path


@pytest.fixture(scope="session")
def discussed(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """A list whose zone the group has settled otherwise than the points have it."""
    with temporary_session(sqlite_template, tmp_path_factory.mktemp("discussed")) as session:
        drawn = discussed_list(session, make_world(session))
        made = files(session, interview_list=drawn)
        return Sample(made, drawn.content_sha256, drawn.chain_head or "", made, frozenset())


def secrets_of(session: Session) -> set[str]:
    """Everything that the database says of persons: names, addresses, numbers, reasons."""
    texts: set[str] = set()
    for person in session.exec(select(Account)):
        texts |= {person.email, person.name, person.public_id}
    for each in session.exec(select(Application)):
        texts |= {each.given_name or "", each.family_name or "", each.native_name or "", each.reference}
        texts |= {each.motivation or "", each.phone or ""}
    for decision in session.exec(select(ZoneDecision)):
        texts.add(decision.rationale)
    for borderline in session.exec(select(BorderlineDecision)):
        texts.add(borderline.reason)
    return {text for text in texts if len(text) > 2}
