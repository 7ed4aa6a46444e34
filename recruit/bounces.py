"""Reading reports of undeliverable mail (delivery status notifications, RFC 3464). Anybody may have written them.

A report is believed about a message only if it names its key, which nobody but its recipient and the servers on the
way knows: in the address that it was returned to, or as the Message-ID of the message that it carries.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import Message
from email.utils import getaddresses
from mailbox import mbox
from pathlib import Path

#: Longer reports are cut: what is looked for stands near the beginning.
MOST_BYTES = 512 * 1024
MOST_PARTS = 50
_KEY = re.compile(r"(?<![0-9a-f])([0-9a-f]{32})(?![0-9a-f])")
_MESSAGE_ID = re.compile(r"<([0-9a-f]{32})@recruit>")
_STATUS = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})")


@dataclass(frozen=True)
class Report:
    """What a report says. `keys`: of the messages that it may be about, the likeliest first.

    `failed` is False for a report of delay or delivery, which changes nothing. `status` is "5.1.1", or empty.
    """

    keys: tuple[str, ...]
    failed: bool
    status: str
    diagnosis: str


def read_report(content: bytes) -> Report | None:
    """The report in a message, or None when it is none. Never raises, whatever the message is."""
    try:
        return _report(content[:MOST_BYTES])
    except Exception:  # hostile input reaches corners of the email package that raise what they like
        return None


def _report(content: bytes) -> Report | None:
    message = message_from_bytes(content, policy=policy.compat32)
    parts = []
    for part in message.walk():
        parts.append(part)
        if len(parts) == MOST_PARTS:
            break
    fields = _delivery_fields(parts)
    if fields is None:
        return None
    action = str(fields.get("action", "")).strip().lower()
    found = _STATUS.match(str(fields.get("status", "")).strip())
    status = ".".join(found.groups()) if found else ""
    return Report(
        keys=_keys(message, parts),
        failed=action == "failed" or (not action and status.startswith("5")),
        status=status,
        diagnosis=_clean(str(fields.get("diagnostic-code", "")).partition(";")[2]),
    )


def _delivery_fields(parts: list[Message]) -> Message | None:
    """The fields about the recipient, of the part message/delivery-status; None when there is no such part."""
    for part in parts:
        if part.get_content_type() != "message/delivery-status":
            continue
        blocks = part.get_payload()
        if not isinstance(blocks, list):
            return None
        about = [block for block in blocks if isinstance(block, Message) and block.get("action")]
        failed = [block for block in about if str(block["action"]).strip().lower() == "failed"]
        return next(iter(failed or about), None)
    return None


def _keys(message: Message, parts: list[Message]) -> tuple[str, ...]:
    addresses = [
        str(value) for name in ("to", "delivered-to", "x-original-to") for value in message.get_all(name, [])
    ]
    found = [key for _name, address in getaddresses(addresses) for key in _KEY.findall(address.lower())]
    for part in parts[1:]:
        kind = part.get_content_type()
        if kind == "text/rfc822-headers":
            payload = part.get_payload(decode=True)
            text = payload.decode("ascii", "replace") if isinstance(payload, bytes) else str(payload)
            found += _MESSAGE_ID.findall(text)
        else:
            found += _MESSAGE_ID.findall(str(part.get("message-id", "")))
    return tuple(dict.fromkeys(found))[:5]


def _clean(text: str) -> str:
    """One line without control characters, short enough to show."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:300]


def messages_in(path: Path) -> Iterator[bytes]:
    """Every message of a maildir (a folder with cur and new), an mbox file, or a file with one message."""
    if path.is_dir():
        for name in sorted((path / "new").glob("*")) + sorted((path / "cur").glob("*")):
            if name.is_file():
                with name.open("rb") as file:
                    yield file.read(MOST_BYTES)
        return
    with path.open("rb") as file:
        first = file.read(5)
    if first != b"From ":
        with path.open("rb") as file:
            yield file.read(MOST_BYTES)
        return
    box = mbox(path, create=False)
    try:
        for key in box.iterkeys():
            yield box.get_bytes(key)[:MOST_BYTES]
    finally:
        box.close()
