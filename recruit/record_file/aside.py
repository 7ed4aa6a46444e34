"""Checking a record file that somebody uploads: in a process of its own with bounded time and memory.

`python -m recruit.record_file.aside`: in a line of JSON and the file; out JSON. Whatever the file does to the process,
the application goes on.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from recruit.errors import Invalid
from recruit.i18n import lazy_gettext as _

SECONDS, MEGABYTES = 60, 3072


@dataclass(frozen=True)
class Checked:
    """What checking found, as `checking.Result` says it; `differences` are (part, message)."""

    content_sha256: str
    chain_head: str
    facts: str
    differences: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


def check_aside(content: bytes, *, digest: str | None = None) -> Checked:
    """Check a record file. Raises Invalid, in words, for what is no record file and for what takes too long."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "recruit.record_file.aside"],
            input=json.dumps({"digest": digest}).encode() + b"\n" + content,
            capture_output=True,
            timeout=SECONDS + 10,
            env={"PYTHONPATH": os.pathsep.join(each for each in sys.path if each), "PATH": os.defpath},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _too_long() from None
    if done.returncode == 3:
        said = json.loads(done.stdout)["unreadable"]
        raise Invalid(_("This is no record file that can be read: %(reason)s.", reason=said), field="file")
    if done.returncode:
        raise _too_long()
    told: dict[str, Any] = json.loads(done.stdout)
    return Checked(
        told["content_sha256"],
        told["chain_head"],
        told["facts"],
        tuple((part, message) for part, message in told["differences"]),
        tuple(told["notes"]),
    )


def _too_long() -> Invalid:
    return Invalid(
        _(
            "The file could not be checked here: it takes too long or too much memory, or is not as a record file"
            " should be. Check it with “recruit verify” on a machine of your own."
        ),
        field="file",
    )


def main() -> int:
    """Read from standard input, answer on standard output; 3 for a file that cannot be read."""
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 2))
    resource.setrlimit(resource.RLIMIT_AS, (MEGABYTES << 20, MEGABYTES << 20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from recruit.record_file.checking import check
    from recruit.record_file.container import Unreadable

    task = json.loads(sys.stdin.buffer.readline())
    try:
        result = check(sys.stdin.buffer.read(), digest=task["digest"])
    except Unreadable as error:
        print(json.dumps({"unreadable": str(error)}))
        return 3
    told = {
        "content_sha256": result.content_sha256,
        "chain_head": result.chain_head,
        "facts": result.facts,
        "differences": [[each.part, each.message] for each in result.differences],
        "notes": result.notes,
    }
    print(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(main())
