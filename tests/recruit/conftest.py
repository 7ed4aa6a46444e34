"""Fixtures that several files of these tests share."""

from collections.abc import Iterator

import pytest

from tests.recruit.drafting import browser, draft, intake  # noqa: F401 (fixtures)
from tests.recruit.record_file_fixtures import discussed, given_files, sample, stored  # noqa: F401 (fixtures)
from tests.recruit.watching import watched


@pytest.fixture(autouse=True, scope="session")
def nothing_unrecorded() -> Iterator[None]:
    """No page changes what figures are kept from without an entry in the record."""
    with watched():
        yield
