"""Passwords are hashed with argon2id at parameters that are at least RFC 9106's for limited memory."""

from argon2 import PasswordHasher, Type, extract_parameters

from recruit import passwords


def test_hashes_are_argon2id_with_enough_memory_and_passes(real_hasher: PasswordHasher) -> None:
    parameters = extract_parameters(real_hasher.hash("tre ord i rad"))
    assert parameters.type is Type.ID
    assert parameters.memory_cost >= 64 * 1024
    assert parameters.time_cost >= 3


def test_same_password_has_unlike_hashes() -> None:
    first, second = passwords.hash_password("tre ord i rad"), passwords.hash_password("tre ord i rad")
    assert first != second
    assert passwords.matches("tre ord i rad", first)
    assert not passwords.matches("tre ord i rad ", first)


def test_account_without_a_password_matches_nothing() -> None:
    assert not passwords.matches("", passwords.NO_PASSWORD)
    assert not passwords.matches(passwords.NO_PASSWORD, passwords.NO_PASSWORD)
    assert not passwords.outdated(passwords.NO_PASSWORD)


def test_hash_with_weaker_parameters_is_outdated() -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1, hash_len=16).hash("x")
    assert passwords.outdated(weak)
