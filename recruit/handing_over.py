"""Handing one message to a mail server, word by word, so that it is known at every step whether the server has it.

MAIL, RCPT   nothing has been handed over: whatever happens, the message can be tried again
`about`      the caller writes down that the message is on its way, and may call it off
DATA, text   an error before the last byte has left: the server cannot have the message
answer       the only moment of doubt: the text has left and the answer has not come
"""

import re
import smtplib
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP


class Refused(Exception):
    """The server does not take this message. `permanent`: never; else it may later. `status`: "5.1.1", or empty."""

    def __init__(self, reply: str, *, permanent: bool, status: str = "") -> None:
        super().__init__(reply)
        self.permanent, self.status = permanent, status


class Away(Exception):
    """The server is not there, or has nothing to do with us: no message goes, this one has not gone."""


class Unsure(Exception):
    """The text had left when the line was cut: the server may have taken the message."""


class CalledOff(Exception):
    """Somebody stopped the message before its text left."""


_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")


def hand_over(
    line: smtplib.SMTP, message: EmailMessage, *, sender: str, recipient: str, about: Callable[[], bool]
) -> None:
    """Hand over one message. `about` is called right before its text leaves; if it returns False nothing is sent.

    Raises Refused, Away, Unsure or CalledOff; the line can be used again only after Refused and CalledOff.
    """
    international = not (sender + recipient).isascii()
    if international and not line.has_extn("smtputf8"):
        raise Refused("the mail server takes ASCII addresses only", permanent=True, status="5.6.7")
    content = _content(message, international)
    try:
        _say(line, *line.mail(sender, ["SMTPUTF8", "BODY=8BITMIME"] if international else []), ours=True)
        _say(line, *line.rcpt(recipient))
        if not about():
            line.rset()
            raise CalledOff
        code, reply = line.docmd("DATA")
        if code != 354:
            _say(line, code, reply)
            raise Away("the mail server does not wait for the text")
        line.send(content)
    except (OSError, smtplib.SMTPException) as error:
        raise Away(described(error)) from None
    try:
        code, reply = line.getreply()
    except (OSError, smtplib.SMTPException) as error:
        raise Unsure(described(error)) from None
    _say(line, code, reply)


def _content(message: EmailMessage, international: bool) -> bytes:
    """The text as it travels, with its end."""
    written = message.as_bytes(policy=SMTP.clone(utf8=international))
    quoted = re.sub(rb"(?m)^\.", b"..", written)
    return quoted + (b"" if quoted.endswith(b"\r\n") else b"\r\n") + b".\r\n"


def _say(line: smtplib.SMTP, code: int, reply: bytes, ours: bool = False) -> None:
    """Nothing when the server agrees. Raises Refused, or Away when it closes or refuses us (`ours`) altogether."""
    if 200 <= code < 300:
        return
    text = f"{code} {reply.decode('utf-8', 'replace')}"[:400]
    if code in (421, -1) or (ours and code >= 500):
        raise Away(text)
    try:
        line.rset()
    except (OSError, smtplib.SMTPException):
        line.close()  # the next message opens a new line
    found = _STATUS.search(text)
    raise Refused(text, permanent=code >= 500, status=found.group(1) if found else "")


def described(error: Exception) -> str:
    """What happened, in one line, as it stands with the message."""
    return f"{type(error).__name__}: {error}"[:400]
