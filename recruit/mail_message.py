"""An outgoing message in the form in which it travels: plain text and HTML, and the headers that say what it is."""

import re
from email.message import EmailMessage

from recruit.mail_html import as_html
from recruit.mail_server import CATCH, parse
from recruit.models import OutgoingMail
from recruit.settings import SettingError, Settings

#: What of the Message-ID stands in the sender of a message whose bounces are to find it.
_KEY = re.compile(r"<([0-9a-f]{32})@recruit>")
KEY_PLACE = "{id}"


def compose(mail: OutgoingMail, settings: Settings, *, sender_name: str) -> EmailMessage:
    """The message, always the same for the same row. `sender_name` (the region's) stands above the HTML.

    Raises ValueError for an address that no header can hold.
    """
    message = EmailMessage()
    message["From"] = settings.mail_from
    message["To"] = mail.recipient
    message["Subject"] = mail.subject
    message["Message-ID"] = mail.message_id
    message["Date"] = mail.created_at
    message["Content-Language"] = mail.language
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.body, cte="quoted-printable")
    html = as_html(subject=mail.subject, body=mail.body, language=mail.language, sender=sender_name)
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    return message


def envelope_sender(mail: OutgoingMail, settings: Settings) -> str:
    """Where the server is to return the message to if it cannot be delivered.

    RECRUIT_MAIL_BOUNCES, in which {id} becomes the message's own key, or else the sender that people see.
    """
    if not settings.mail_bounces:
        return settings.mail_from
    found = _KEY.fullmatch(mail.message_id)
    return settings.mail_bounces.replace(KEY_PLACE, found.group(1) if found else "none")


def check(settings: Settings) -> None:
    """Raise SettingError, in words, when what is set for mail cannot be used."""
    if settings.mail_url and settings.mail_url != CATCH:
        parse(settings.mail_url)
    for name, address in (("MAIL_FROM", settings.mail_from), ("MAIL_BOUNCES", settings.mail_bounces)):
        plain = address.replace(KEY_PLACE, "id") if name == "MAIL_BOUNCES" else address
        if address and not re.fullmatch(r"[^\s<>@,;\"]+@[^\s<>@,;\"]+", plain):
            raise SettingError(
                f"RECRUIT_{name} is {address!r}; write one address, such as bt@example.org"
                + (" or bounces+{id}@example.org" if name == "MAIL_BOUNCES" else "")
            )
