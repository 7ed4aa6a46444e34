"""A ZIP that is the same bytes for the same parts: stored, one fixed time, one fixed order, nothing else in it.

Written and read by hand: what a ZIP library writes changes with its version, and a reader that knows of nothing but
this layout can neither be made to unpack a bomb nor to write outside a folder.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

#: Larger files are refused, whatever is in them.
MOST_BYTES = 256 * 1024 * 1024
MOST_PARTS = 20

_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_LOCAL_MARK, _CENTRAL_MARK, _END_MARK = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_NEEDED, _MADE_BY = 10, 3 << 8 | 20
_TIME, _DATE = 0, 1 << 5 | 1  # midnight, 1 January 1980: the first moment that a ZIP can name
_MODE = 0o100644 << 16
_NAME = re.compile(r"[a-z_]{1,40}\.[a-z]{1,5}")


class Unreadable(Exception):
    """The file cannot be read as a record file. The message is one line: where, what, and what to do."""


@dataclass(frozen=True)
class _Piece:
    """Some bytes of the file and what they are, in words."""

    what: str
    content: bytes


def pack(parts: Mapping[str, bytes]) -> bytes:
    """The parts, in the order given, as a ZIP. The same parts in the same order give the same bytes."""
    return b"".join(piece.content for piece in _pieces(parts))


def unpack(data: bytes, what: str = "the file") -> dict[str, bytes]:
    """The parts of a ZIP by name, in the order in which they stand in it.

    Reads what stands before each part and never trusts the directory at the end: `difference` compares that.
    Raises Unreadable for whatever is not a ZIP of stored parts with plain names.
    """
    if len(data) > MOST_BYTES:
        raise Unreadable(f"{what} is larger than {MOST_BYTES} bytes; no record file is as large")
    if not data.startswith(_LOCAL_MARK):
        raise Unreadable(f"{what} is not a record file: it does not begin as a ZIP with a part in it")
    parts: dict[str, bytes] = {}
    at, before = 0, "its beginning"
    while data[at : at + 4] != _CENTRAL_MARK:
        name, start, end = _part(data, at, before, what)
        if name in parts:
            raise Unreadable(f"{what} holds {name} twice")
        if len(parts) == MOST_PARTS:
            raise Unreadable(f"{what} holds more than {MOST_PARTS} parts")
        parts[name] = data[start:end]
        at, before = end, name
    return parts


def _part(data: bytes, at: int, before: str, what: str) -> tuple[str, int, int]:
    """The name of the part whose header stands at a byte, and where its content starts and ends."""
    if at + _LOCAL.size > len(data):
        raise Unreadable(f"{what} is cut off after {before}: it ends at byte {len(data)}")
    mark, _needed, flags, method, _time, _date, _crc, packed, size, name_size, extra = _LOCAL.unpack_from(
        data, at
    )
    if mark != _LOCAL_MARK:
        raise Unreadable(f"{what} is damaged: after {before}, at byte {at}, comes neither a part nor the end")
    start = at + _LOCAL.size + name_size + extra
    name = data[at + _LOCAL.size : at + _LOCAL.size + name_size].decode("latin-1")
    if not _NAME.fullmatch(name):
        raise Unreadable(f"{what} holds a part with a name that is not allowed: {name[:60]!r}")
    if flags or method or packed != size:
        raise Unreadable(
            f"{what} holds {name} packed or encrypted; a record file holds its parts as they are. Get the file anew "
            "and do not pack it again"
        )
    if start + size > len(data):
        raise Unreadable(
            f"{what} is cut off in {name}: {size} bytes are announced, {max(len(data) - start, 0)} are there"
        )
    return name, start, start + size


def difference(data: bytes, parts: Mapping[str, bytes]) -> str | None:
    """Where a file differs first from the ZIP that its parts give; None where it is the same bytes."""
    at = 0
    for piece in _pieces(parts):
        there = data[at : at + len(piece.content)]
        if there != piece.content:
            for offset, byte in enumerate(piece.content):
                if offset >= len(there):
                    return f"{piece.what}: the file ends at byte {len(data)}, in the middle of it"
                if there[offset] != byte:
                    return (
                        f"{piece.what}, byte {at + offset} of the file: the file has {there[offset]:#04x}, "
                        f"made anew from its parts it has {byte:#04x}"
                    )
        at += len(piece.content)
    if at < len(data):
        return f"end of the file: {len(data) - at} bytes follow after it"
    return None


def _pieces(parts: Mapping[str, bytes]) -> Iterator[_Piece]:
    directory, at = [], 0
    for name, content in parts.items():
        crc, size, encoded = zlib.crc32(content), len(content), name.encode("ascii")
        common = (_NEEDED, 0, 0, _TIME, _DATE, crc, size, size, len(encoded), 0)
        yield _Piece(f"header of {name}", _LOCAL.pack(_LOCAL_MARK, *common) + encoded)
        yield _Piece(name, content)
        central = _CENTRAL.pack(_CENTRAL_MARK, _MADE_BY, *common, 0, 0, 0, _MODE, at)
        directory.append(_Piece(f"directory entry of {name}", central + encoded))
        at += _LOCAL.size + len(encoded) + size
    yield from directory
    length = sum(len(piece.content) for piece in directory)
    end = _END.pack(_END_MARK, 0, 0, len(directory), len(directory), length, at, 0)
    yield _Piece("end of the directory", end)
