"""Marked texts and messages with values."""

import copy
import pickle

from forms.texts import N_, Message, in_words


def test_message_is_its_english_sentence_and_keeps_its_parts() -> None:
    message = Message(N_("Use at most %(limit)s characters"), limit=10)
    assert message == "Use at most 10 characters"
    assert (message.msgid, message.values) == ("Use at most %(limit)s characters", {"limit": 10})


def test_message_survives_copying() -> None:
    message = Message("%(n)s files", n=2)
    assert copy.copy(message).values == pickle.loads(pickle.dumps(message)).values == {"n": 2}


def test_in_words_translates_the_source_before_the_values_go_in() -> None:
    swedish = {"Write your name": "Skriv ditt namn", "%(n)s files": "%(n)s filer"}

    def say(text: str, **values: object) -> str:
        return swedish[text] % values if values else swedish[text]

    assert in_words("Write your name", say) == "Skriv ditt namn"
    assert in_words(Message("%(n)s files", n=2), say) == "2 filer"
