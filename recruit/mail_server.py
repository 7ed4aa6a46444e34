"""The mail server: where it is and how it is spoken to, read from one address (RECRUIT_MAIL_URL)."""

import smtplib
import ssl
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from recruit.settings import SettingError

CATCH = "catch:"
USUAL_TIMEOUT = 60.0
#: A message is held for five minutes while it is handed over; one word with the server must take less.
LONGEST_TIMEOUT = 120.0
STARTTLS = ("required", "offered", "never")
_FORMS = (
    "smtp://host:587, smtp://user:password@host:587, smtps://host:465 or catch:, with ?starttls=required, offered or "
    "never and ?timeout=SECONDS where needed"
)


@dataclass(frozen=True)
class MailServer:
    """A server that takes mail. `implicit_tls`: TLS from the first byte (smtps).

    `starttls`: "required", "offered" (used if the server offers it) or "never".
    """

    host: str
    port: int
    implicit_tls: bool
    starttls: str
    user: str
    password: str
    timeout: float


def parse(url: str) -> MailServer:
    """The server that an address names. Raises SettingError, in words, when it cannot be used."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise SettingError(f"RECRUIT_MAIL_URL cannot be read; use {_FORMS}") from None
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.path.strip("/"):
        raise SettingError(f"RECRUIT_MAIL_URL is {parts.scheme or '…'}:…; use {_FORMS}")
    asked = parse_qs(parts.query)
    unknown = sorted(set(asked) - {"starttls", "timeout"})
    if unknown:
        raise SettingError(f"RECRUIT_MAIL_URL has ?{unknown[0]}=…, which means nothing; use {_FORMS}")
    user = unquote(parts.username or "")
    starttls = asked.get("starttls", ["required" if user else "offered"])[0]
    if starttls not in STARTTLS or (user and starttls != "required" and parts.scheme == "smtp"):
        raise SettingError(
            f"RECRUIT_MAIL_URL has starttls={starttls}; use required, offered or never, and with a password only "
            "required: it is not sent in the clear"
        )
    return MailServer(
        host=parts.hostname,
        port=port or (465 if parts.scheme == "smtps" else 25),
        implicit_tls=parts.scheme == "smtps",
        starttls=starttls,
        user=user,
        password=unquote(parts.password or ""),
        timeout=_timeout(asked.get("timeout", [""])[0]),
    )


def _timeout(text: str) -> float:
    if not text:
        return USUAL_TIMEOUT
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 1 <= seconds <= LONGEST_TIMEOUT:
        raise SettingError(
            f"RECRUIT_MAIL_URL has timeout={text}; use from 1 to {LONGEST_TIMEOUT:.0f} seconds"
        )
    return seconds


def connect(server: MailServer) -> smtplib.SMTP:
    """A connection that has greeted, is encrypted as asked, and has logged in.

    Raises OSError or SMTPException when the server is away or will not have us.
    """
    context = ssl.create_default_context()
    if server.implicit_tls:
        made: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, timeout=server.timeout, context=context
        )
    else:
        made = smtplib.SMTP(server.host, server.port, timeout=server.timeout)
    try:
        made.ehlo_or_helo_if_needed()
        if not server.implicit_tls and server.starttls != "never":
            if made.has_extn("starttls"):
                made.starttls(context=context)
                made.ehlo()
            elif server.starttls == "required":
                raise smtplib.SMTPNotSupportedError("the server offers no STARTTLS, which is required")
        if server.user:
            made.login(server.user, server.password)
    except BaseException:
        made.close()
        raise
    return made
