"""Fixtures that several files of these tests share."""

from tests.recruit.record_file_fixtures import discussed, given_files, sample, stored  # noqa: F401 (fixtures)
