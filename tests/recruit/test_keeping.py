"""What was computed lately is kept: the same value, not computed twice, the oldest forgotten."""

import pytest

from recruit.keeping import Latest


def test_value_is_made_once_while_it_is_kept() -> None:
    latest: Latest[str, list[int]] = Latest(2)
    first = latest.get("a", lambda: [1])
    assert latest.get("a", lambda: [2]) is first


def test_the_one_asked_for_longest_ago_is_forgotten() -> None:
    latest: Latest[str, int] = Latest(2)
    latest.get("a", lambda: 1)
    latest.get("b", lambda: 1)
    latest.get("a", lambda: 2)
    latest.get("c", lambda: 1)
    assert [latest.get(key, lambda: 3) for key in ("a", "c", "b")] == [1, 1, 3]


def test_failure_is_passed_on_and_not_kept() -> None:
    latest: Latest[str, float] = Latest(2)
    with pytest.raises(ZeroDivisionError):
        latest.get("a", lambda: 1 / 0)
    assert latest.get("a", lambda: 2.0) == 2.0
