"""A process works on a few requests at a time, each of which has been received whole before.

The threads of a process share one interpreter. When all of them work at once, whoever holds what others need (the turn
to write, a region's record) gets the interpreter back late after each statement, and everybody waits for that. So a
request waits in line before it begins. Receiving one that comes slowly, from somebody's phone, holds no place, nor does
an answer on its way: for that there are more threads than places.
"""

from collections.abc import Callable, Iterable
from errno import EDQUOT, ENOSPC
from io import RawIOBase
from tempfile import SpooledTemporaryFile
from threading import BoundedSemaphore
from typing import IO, Any

#: Requests that a process works on at a time.
PLACES = 3
#: Seconds after which a request goes on without a place: those in front may be making a long document.
PATIENCE = 0.5
#: Bytes of a request that are kept in memory; one that is larger lies in a file without a name.
IN_MEMORY = 1024 * 1024
_PIECE = 64 * 1024

_Environ = dict[str, Any]
_Application = Callable[[_Environ, Any], Iterable[bytes]]


class WaitingInLine:
    """A WSGI application in front of which requests wait in line."""

    def __init__(
        self, application: _Application, *, most: int, places: int = PLACES, patience: float = PATIENCE
    ) -> None:
        """`most`: bytes that a request may have. Of a larger one nothing is kept; the application refuses it."""
        self._application, self._most = application, most
        self._places, self._patience = BoundedSemaphore(places), patience

    def __call__(self, environ: _Environ, start_response: Any) -> Iterable[bytes]:
        """Receive the request, wait for a place, and give it back with the answer."""
        with SpooledTemporaryFile(IN_MEMORY) as body:
            _receive(environ, body, self._most)
            has_place = self._places.acquire(timeout=self._patience)
            try:
                return self._application(environ, start_response)
            finally:
                if has_place:
                    self._places.release()


def _receive(environ: _Environ, body: IO[bytes], most: int) -> None:
    """Put what is sent in the place of the line. What is told to be too large is not read."""
    told = environ.get("CONTENT_LENGTH") or ""
    in_pieces = bool(environ.get("HTTP_TRANSFER_ENCODING"))  # without a length: it ends where it ends
    if not in_pieces and not (told.isdecimal() and int(told) <= most):
        return
    try:
        missing = _copy(environ["wsgi.input"], body, most + 1 if in_pieces else int(told))
    except OSError as error:
        if error.errno in (ENOSPC, EDQUOT):
            raise
        environ["wsgi.input"] = _Cut()  # whoever sent it is gone
        return
    if in_pieces:
        environ["CONTENT_LENGTH"] = str(body.tell())
        environ.pop("HTTP_TRANSFER_ENCODING", None)
    body.seek(0)
    environ["wsgi.input"] = _Cut() if missing and not in_pieces else body


def _copy(line: IO[bytes], body: IO[bytes], left: int) -> int:
    """Copy at most so many bytes; how many of them did not come."""
    while left and (piece := line.read(min(left, _PIECE))):
        body.write(piece)
        left -= len(piece)
    return left


class _Cut(RawIOBase):
    """A request that ended before its end: nothing of it may be taken for the whole."""

    def readinto(self, _buffer: object) -> int:
        raise ConnectionAbortedError("the request was cut off")
