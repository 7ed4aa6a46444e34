"""Every language is complete: each text of forms, recruit and templates has its words, compiled as they are written."""

import pytest

from tests.translations import collect, compiled, locales, path, read, untranslated, unwritten, update

each_language = pytest.mark.parametrize("locale", locales())


def test_swedish_has_a_catalogue() -> None:
    assert "sv" in locales()


@each_language
def test_every_text_is_translated(locale: str) -> None:
    assert untranslated(update(locale)) == []


@each_language
def test_every_mail_and_notice_is_written(locale: str) -> None:
    assert unwritten(locale) == []


@each_language
def test_catalogue_has_no_text_that_is_gone(locale: str) -> None:
    found = {message.id for message in collect(locale) if message.id}
    kept = {message.id for message in read(locale) if message.id}
    assert kept - found == set()


@each_language
def test_compiled_catalogue_is_up_to_date(locale: str) -> None:
    assert path(locale).with_suffix(".mo").read_bytes() == compiled(read(locale))


@each_language
def test_values_in_texts_are_the_same(locale: str) -> None:
    assert [str(message.id) for message in read(locale) if message.id and list(message.check())] == []


def test_what_a_new_language_lacks_is_named() -> None:
    new = update("fi")
    new["Sign in"].string = "Kirjaudu sisään"
    lacking = untranslated(new)
    assert "Sign in" not in lacking
    assert "Sign out" in lacking
    assert "templates/mail/application_receipt.fi.txt" in unwritten("fi")
    assert "templates/notice/1.fi.txt" in unwritten("fi")
