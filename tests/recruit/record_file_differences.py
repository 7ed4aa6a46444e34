"""What a check of record files says, and ways of changing one."""

from collections.abc import Callable
from typing import Any

from recruit.record_file.checking import check


def first_difference(data: bytes, **more: Any) -> str:
    return str(check(data, **more).differences[0])


def all_differences(data: bytes, **more: Any) -> list[str]:
    return [str(each) for each in check(data, **more).differences]


def flipped(data: bytes, at: int, by: int = 1) -> bytes:
    return data[:at] + bytes([data[at] ^ by]) + data[at + 1 :]


def swap(value: list[Any], one: int, other: int) -> None:
    value[one], value[other] = value[other], value[one]


def put_at(*path: Any) -> Callable[[Any], None]:
    """Sets the value at the end of a path."""
    *way, last, new = path

    def change(value: Any) -> None:
        for step in way:
            value = value[step]
        value[last] = new

    return change
