"""Whoever writes to an SQLite file waits in turn.

SQLite has one writer at a time, and whoever comes second tries again after pauses that grow: with fifty people who save
at once the lock lies idle between tries, and some never get it. Here they queue, in a process by a lock of it, between
processes by a lock on a file beside the database. The kernel lets that go when its process ends, however it ends.
"""

import os
from collections import defaultdict
from threading import Lock

try:
    import fcntl
except ImportError:  # no such locks on this system: SQLite's own remains
    fcntl = None  # type: ignore[assignment]

#: As long as anything may take that writes, disclosed files included.
PATIENCE = 30.0
_IN_THIS_PROCESS: defaultdict[str, Lock] = defaultdict(Lock)


class Turn:
    """The right to write to a database file, until `end`."""

    def __init__(self, path: str) -> None:
        """Wait for it. Raises TimeoutError after `PATIENCE` seconds, also for a thread that has its turn already."""
        self._lock = _IN_THIS_PROCESS[path]
        if not self._lock.acquire(timeout=PATIENCE):
            raise TimeoutError(f"somebody has been writing to the database for {PATIENCE:.0f} seconds")
        self._file = None
        try:
            if fcntl is not None:
                self._file = os.open(f"{path}-turn", os.O_RDWR | os.O_CREAT, 0o600)
                fcntl.flock(self._file, fcntl.LOCK_EX)
        except BaseException:
            self.end()
            raise

    def end(self) -> None:
        """Let the next one write."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
        self._lock.release()
