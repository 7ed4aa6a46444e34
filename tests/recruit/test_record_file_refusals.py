"""What is no record file, or states what cannot be, is refused in a line."""

import io
import json
import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from recruit.exports.record_file import Files
from recruit.record_file import parts
from recruit.record_file.checking import check
from recruit.record_file.container import Unreadable, difference, pack, unpack
from recruit.record_file.parts import SELECTION
from tests.recruit.record_file_differences import first_difference, put_at
from tests.recruit.record_file_helpers import (
    changed,
    rewritten,
)


def test_files_that_are_none_are_refused_in_one_line(given_files: Files) -> None:
    good = unpack(given_files.selection)
    manifest = json.loads(good["manifest.json"])

    def with_manifest(**changes: Any) -> bytes:
        return pack({**good, "manifest.json": parts.json_part({**manifest, **changes})})

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in good.items():
            opened.writestr(name, content)
    bomb = bytearray(given_files.selection)
    struct.pack_into("<II", bomb, 18, 2**32 - 2, 2**32 - 2)
    cases = {
        b"": "does not begin as a ZIP",
        b"PK\x05\x06" + b"\0" * 18: "does not begin as a ZIP",
        b"%PDF-1.7": "does not begin as a ZIP",
        packed.getvalue(): "packed or encrypted",
        bytes(bomb): "4294967294 bytes are announced",
        with_manifest(version=2): "version 2 of the format",
        with_manifest(version=True): "version True of the format",
        with_manifest(format="something"): "of the format 'something'",
        given_files.monitoring: "is a recruit monitoring file, but a recruit record file is expected",
        pack({"manifest.json": b"[]"}): "no JSON object",
        pack({"manifest.json": b"{"}): "is not the JSON",
        pack({"manifest.json": b'{"a":1,"a":2}'}): "a key comes twice",
        pack({"manifest.json": b'{"a":NaN}'}): "NaN is no number",
        pack({"manifest.json": b"[" * 100_000}): "is not the JSON",
        pack({"manifest.json": b'{"a":' + b"9" * 5000 + b"}"}): "is not the JSON",
        pack({"manifest.json": b"\xff"}): "is not UTF-8",
        pack({"list.json": b"{}"}): "it has no manifest.json",
        pack({**good, "extra.json": b"{}"}): "holds extra.json, which belongs to no",
        pack({**good, "../../etc/passwd": b""}): "a name that is not allowed: '../../etc/passwd'",
        pack({**good, "/list.json": b""}): "a name that is not allowed",
        pack({f"{'a' * n}.json": b"" for n in range(1, 30)}): "more than 20 parts",
        pack({name: content for name, content in good.items() if name != "levels.csv"}): "has no levels.csv",
    }
    for data, expected in cases.items():
        with pytest.raises(Unreadable, match=r"^[^\n]+$") as refused:
            check(data)
        assert expected in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [("region", None), ("intake", "Å"), ("list", True), ("run", "1"), ("monitoring_sha256", ""), ("more", 1)],
)
def test_manifest_that_states_what_cannot_be_is_named(given_files: Files, name: str, value: Any) -> None:
    data = rewritten(given_files.selection, SELECTION, {"manifest.json": changed(put_at(name, value))})
    assert first_difference(data).startswith(f"manifest.json: {name}: ")


def test_part_that_comes_twice_is_refused(given_files: Files) -> None:
    data = pack({"manifest.json": b"{}", "manifesu.json": b"{}"}).replace(b"manifesu", b"manifest")
    with pytest.raises(Unreadable, match=r"holds manifest\.json twice"):
        check(data)


def test_profile_with_endless_arithmetic_is_refused(given_files: Files) -> None:
    data = rewritten(
        given_files.selection,
        SELECTION,
        {"profile.toml": lambda it: it.replace(b"threshold = 40", b"threshold = 1e-99999999", 1)},
    )
    assert "is written with an exponent" in first_difference(data)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
PATHS = st.lists(st.integers(0, 40), min_size=1, max_size=6)


def _put(value: Any, path: list[int], new: Any) -> Any:
    """Puts something somewhere into a value of JSON: the numbers choose the way down."""
    if not path or not isinstance(value, dict | list) or not value:
        return new
    if isinstance(value, dict):
        key = sorted(value)[path[0] % len(value)]
        return {**value, key: _put(value[key], path[1:], new)}
    at = path[0] % len(value)
    return [*value[:at], _put(value[at], path[1:], new), *value[at + 1 :]]


def _written(value: Any) -> bytes:
    """As `parts.json_part`, and also what that never writes: an infinite number."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


@given(
    name=st.sampled_from(["settings.json", "ranking.json", "certainty.json", "list.json"]),
    path=PATHS,
    new=JSON,
)
@example(name="certainty.json", path=[0, 0, 0], new=float("inf"))
@settings(max_examples=20, deadline=None, phases=[Phase.explicit, Phase.generate])
def test_whatever_stands_in_a_part_is_no_traceback(
    stored: Path, name: str, path: list[int], new: Any
) -> None:
    base = unpack(stored.read_bytes())
    found = {**base, name: _written(_put(json.loads(base[name]), path, new))}
    result = check(pack(found))
    assert result.identical == (found == base)
    assert not any("\n" in str(each) for each in result.differences)


@given(
    st.dictionaries(
        st.from_regex(r"[a-z_]{1,20}\.[a-z]{1,5}", fullmatch=True),
        st.binary(max_size=200),
        min_size=1,
        max_size=8,
    )
)
def test_container_gives_back_what_was_put_in(content: dict[str, bytes]) -> None:
    data = pack(content)
    assert unpack(data) == content
    assert difference(data, content) is None
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        assert {name: opened.read(name) for name in opened.namelist()} == content
