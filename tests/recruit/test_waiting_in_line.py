"""A process works on a few requests at a time, and each has been received whole before it begins."""

import errno
import http.client
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from threading import Event, Lock
from typing import Any

import pytest
from flask import Flask, request

from recruit.waiting_in_line import WaitingInLine
from tests.bench import durable
from tests.bench.submissions_serving import APPLICATION, prepared, served

MOST = 1000


class _Line:
    """What a server gives to read from: pieces, each after what it waits for; an error instead of a piece is raised."""

    def __init__(self, *pieces: bytes | OSError, after: Event | None = None) -> None:
        self._pieces, self._after = list(pieces), after

    def read(self, size: int) -> bytes:
        if self._after is not None:
            assert self._after.wait(10)
        if not self._pieces:
            return b""
        piece = self._pieces.pop(0)
        if isinstance(piece, OSError):
            raise piece
        piece, rest = piece[:size], piece[size:]
        if rest:
            self._pieces.insert(0, rest)
        return piece


def _post(line: Any, length: int | None = None, **more: str) -> dict[str, Any]:
    environ: dict[str, Any] = {"REQUEST_METHOD": "POST", "wsgi.input": line, "wsgi.input_terminated": True}
    if length is not None:
        environ["CONTENT_LENGTH"] = str(length)
    return {**environ, **more}


def _get() -> dict[str, Any]:
    return {"REQUEST_METHOD": "GET", "wsgi.input": _Line(OSError("nobody reads a request without a body"))}


def _reading(environ: dict[str, Any], _start: Any) -> Iterable[bytes]:
    return [environ["wsgi.input"].read(), str(environ.get("CONTENT_LENGTH")).encode()]


def _answer(environ: dict[str, Any], application: Callable[..., Iterable[bytes]] = _reading) -> list[bytes]:
    return list(WaitingInLine(application, most=MOST)(environ, None))


class _Slow:
    """An application that works until it is let go, and counts how many work at once."""

    def __init__(self) -> None:
        self.go, self.most, self._now, self._lock = Event(), 0, 0, Lock()

    def __call__(self, _environ: dict[str, Any], _start: Any) -> Iterable[bytes]:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        assert self.go.wait(10)
        with self._lock:
            self._now -= 1
        return [b"done"]

    def wait_until(self, at_work: int) -> None:
        end = time.monotonic() + 10
        while self._now < at_work:
            assert time.monotonic() < end
            time.sleep(0.001)


def test_so_many_work_at_once_and_the_others_come_after_them() -> None:
    slow = _Slow()
    line = WaitingInLine(slow, most=MOST, places=3, patience=10)
    with ThreadPoolExecutor(8) as threads:
        answers = [threads.submit(line, _get(), None) for _ in range(8)]
        slow.wait_until(3)
        time.sleep(0.05)  # time enough for a fourth, if there were a place
        slow.go.set()
        assert [list(each.result()) for each in answers] == [[b"done"]] * 8
    assert slow.most == 3


def test_whoever_has_waited_long_goes_on_without_a_place() -> None:
    slow = _Slow()
    line = WaitingInLine(slow, most=MOST, places=1, patience=0.05)
    with ThreadPoolExecutor(3) as threads:
        for _ in range(3):
            threads.submit(line, _get(), None)
        slow.wait_until(3)
        slow.go.set()
    assert list(line(_get(), None)) == [b"done"]


def test_place_of_a_failed_request_is_free_again() -> None:
    def failing(_environ: dict[str, Any], _start: Any) -> Iterable[bytes]:
        raise RuntimeError("out of order")

    line = WaitingInLine(failing, most=MOST, places=1, patience=30)
    begin = time.monotonic()
    for _ in range(3):
        with pytest.raises(RuntimeError, match="out of order"):
            line(_get(), None)
    assert time.monotonic() - begin < 20  # nobody waited for a place that was never given back


def test_request_that_comes_slowly_holds_no_place() -> None:
    came = Event()
    line = WaitingInLine(_reading, most=MOST, places=1, patience=10)
    with ThreadPoolExecutor(4) as threads:
        late = [threads.submit(line, _post(_Line(b"late", after=came), 4), None) for _ in range(3)]
        begin = time.monotonic()
        assert list(line(_post(_Line(b"soon"), 4), None)) == [b"soon", b"4"]
        assert time.monotonic() - begin < 5  # less than the patience: it had the place
        came.set()
        assert [list(each.result()) for each in late] == [[b"late", b"4"]] * 3


@pytest.mark.parametrize("pieces", [(b"abcdef",), (b"ab", b"c", b"def"), (b"abcdefghi",)])
def test_request_is_received_whole_and_not_beyond_its_end(pieces: tuple[bytes, ...]) -> None:
    assert _answer(_post(_Line(*pieces), 6)) == [b"abcdef", b"6"]


def test_request_in_pieces_without_a_length_is_received_whole() -> None:
    sent = _post(_Line(b"ab", b"cdef"), HTTP_TRANSFER_ENCODING="chunked")
    assert _answer(sent) == [b"abcdef", b"6"]
    assert "HTTP_TRANSFER_ENCODING" not in sent


def test_request_in_pieces_without_end_is_read_one_byte_beyond_the_most() -> None:
    sent = _post(_Line(*[b"x" * 400] * 50), HTTP_TRANSFER_ENCODING="chunked")
    assert _answer(sent)[1] == str(MOST + 1).encode()  # the application sees that it is too large


@pytest.mark.parametrize("length", [str(MOST + 1), "-1", "many", ""])
def test_what_is_too_large_or_has_no_length_is_left_to_the_application(length: str) -> None:
    line = _Line(OSError("must not be read"))

    def looking(environ: dict[str, Any], _start: Any) -> Iterable[bytes]:
        assert environ["wsgi.input"] is line
        return [b"left"]

    assert _answer({"wsgi.input": line, "CONTENT_LENGTH": length}, looking) == [b"left"]


@pytest.mark.parametrize("line", [_Line(b"abc"), _Line(b"abc", ConnectionResetError("gone"))])
def test_request_cut_off_on_its_way_cannot_be_taken_for_the_whole(line: _Line) -> None:
    with pytest.raises(ConnectionAbortedError):
        _answer(_post(line, 6))


def test_full_disk_is_not_told_as_a_request_cut_off() -> None:
    with pytest.raises(OSError, match="No space left"):
        _answer(_post(_Line(b"abc", OSError(errno.ENOSPC, "No space left on device")), 6))


@pytest.mark.parametrize(("length", "status"), [(9, 200), (90, 400)])
def test_form_that_is_cut_off_is_refused(length: int, status: int) -> None:
    app = Flask("forms")
    app.add_url_rule("/", view_func=lambda: request.form["name"], methods=["POST"])
    app.config["MAX_CONTENT_LENGTH"] = MOST
    app.wsgi_app = WaitingInLine(app.wsgi_app, most=MOST)  # type: ignore[method-assign]
    sent = app.test_client().post(
        content_type="application/x-www-form-urlencoded",
        input_stream=BytesIO(b"name=Anna"),
        environ_overrides={"CONTENT_LENGTH": str(length), "wsgi.input_terminated": True},
    )
    assert sent.status_code == status


def test_large_request_lies_in_a_file_and_comes_whole() -> None:
    content = bytes(range(256)) * 12_000
    whole = WaitingInLine(_reading, most=len(content))
    found = b"".join(whole(_post(BytesIO(content), len(content)), None))
    assert found == content + str(len(content)).encode()


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The application, served by one process of eight threads."""
    folder = str(tmp_path_factory.mktemp("served"))
    url = f"sqlite:///{folder}/recruit.db"
    app, _intake = prepared(folder, url)
    app.extensions["recruit_engine"].dispose()
    found = durable.free_port()
    with served(APPLICATION, folder, url, found, workers=1):
        yield found


def _head(length: int) -> bytes:
    return (
        f"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {length}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n\r\n"
    ).encode()


def _status(line: socket.socket) -> int:
    return int(line.makefile("rb").readline().split()[1])


def test_pages_are_served_while_forms_come_slowly(port: int) -> None:
    lines = [socket.create_connection(("127.0.0.1", port), timeout=20) for _ in range(6)]
    try:
        for line in lines:
            line.sendall(_head(100) + b"email=")
        for _ in range(5):
            asked = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            asked.request("GET", "/")
            assert asked.getresponse().status == 200
            asked.close()
        for line in lines:
            line.sendall(b"x" * 94)
            assert _status(line) == 400  # whole now, and without the token of a form
    finally:
        for line in lines:
            line.close()


def test_form_in_pieces_that_is_too_large_is_refused(port: int) -> None:
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    pieces = (b"x" * 65536 for _ in range(60))
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Transfer-Encoding": "chunked"}
    asked.request("POST", "/login", pieces, headers, encode_chunked=True)
    assert asked.getresponse().status == 413
    asked.close()
