"""Applicants at work: each uploads the files of a draft, one request each as the page's script does, and sends it.

A process of its own, so that what it does takes no time of the server's interpreter: it reads drafts as JSON, a line
each, and writes what came of each as it comes.
"""

from __future__ import annotations

import http.client
import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from recruit.models import AttachmentKind
from tests.bench.submissions_filling import FILES, Draft, content

PATIENCE = 60
_LINE = "----------a-line-between-the-parts"


@dataclass(frozen=True)
class Sent:
    """What came of a draft: when the last answer came (of `time.monotonic`), the milliseconds of each request, and
    what went wrong; "" when everything was acknowledged.
    """

    reference: str
    at: float
    times: tuple[float, ...]
    wrong: str = ""


def upload_body(draft: Draft, kind: AttachmentKind, name: str) -> bytes:
    """What a browser sends with one file."""
    fields = "".join(
        f'--{_LINE}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
        for key, value in (("csrf_token", draft.token), ("kind", kind.value))
    )
    head = (
        f'--{_LINE}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        "Content-Type: application/pdf\r\n\r\n"
    )
    return f"{fields}{head}".encode() + content(draft, kind) + f"\r\n--{_LINE}--\r\n".encode()


def send(connection: http.client.HTTPConnection, draft: Draft) -> Sent:
    """Upload the files and send the draft. Anything but the expected answers is told as wrong."""
    times: list[float] = []
    try:
        for kind, name, _size in FILES:
            body = upload_body(draft, kind, name)
            headers = {
                "Cookie": draft.cookie,
                "Accept": "application/json",
                "Content-Type": f"multipart/form-data; boundary={_LINE}",
            }
            status = _ask(connection, f"/my/{draft.reference}/attachments/new", body, headers, times)
            if status != 200:
                return Sent(draft.reference, time.monotonic(), tuple(times), f"upload: {status}")
        headers = {"Cookie": draft.cookie, "Content-Type": "application/x-www-form-urlencoded"}
        body = f"csrf_token={draft.token}".encode()
        status = _ask(connection, f"/my/{draft.reference}/submit", body, headers, times)
    except (OSError, http.client.HTTPException) as error:
        connection.close()
        return Sent(draft.reference, time.monotonic(), tuple(times), type(error).__name__)
    return Sent(draft.reference, time.monotonic(), tuple(times), "" if status == 303 else f"send: {status}")


def _ask(
    connection: http.client.HTTPConnection,
    path: str,
    body: bytes,
    headers: dict[str, str],
    times: list[float],
) -> int:
    begin = time.perf_counter()
    connection.request("POST", path, body, headers)
    answer = connection.getresponse()
    answer.read()
    times.append((time.perf_counter() - begin) * 1000)
    return answer.status


@contextmanager
def at_work(port: int, drafts: Iterable[Draft], people: int) -> Iterator[Iterator[Sent]]:
    """So many people who send the drafts at once; gives what comes of each, as it comes."""
    command = [sys.executable, "-m", "tests.bench.submissions_clients", str(port), str(people)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("".join(f"{json.dumps(asdict(each))}\n" for each in drafts))
        process.stdin.close()
        try:
            yield (Sent(**json.loads(line)) for line in process.stdout)
        finally:
            process.kill()


def main() -> None:
    """The process: port and number of people."""
    port, people = int(sys.argv[1]), int(sys.argv[2])
    waiting: queue.SimpleQueue[Draft] = queue.SimpleQueue()
    for line in sys.stdin:
        waiting.put(Draft(**json.loads(line)))
    telling = threading.Lock()

    def work() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        while True:
            try:
                draft = waiting.get_nowait()
            except queue.Empty:
                return
            told = json.dumps(asdict(send(connection, draft)))
            with telling:
                print(told, flush=True)

    threads = [threading.Thread(target=work) for _ in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
