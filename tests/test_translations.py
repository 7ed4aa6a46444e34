"""Swedish is complete: every text of forms, recruit and templates has one, and what is compiled is what is written."""

from tests.translations import COMPILED, collect, compiled, read, untranslated, update


def test_every_text_has_swedish() -> None:
    assert untranslated(update()) == []


def test_catalogue_has_no_text_that_is_gone() -> None:
    found = {message.id for message in collect() if message.id}
    kept = {message.id for message in read() if message.id}
    assert kept - found == set()


def test_compiled_catalogue_is_up_to_date() -> None:
    assert COMPILED.read_bytes() == compiled(read())


def test_values_in_texts_are_the_same_in_swedish() -> None:
    assert [str(message.id) for message in read() if message.id and list(message.check())] == []
