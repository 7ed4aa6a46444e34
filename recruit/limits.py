"""Limits on attempts to sign in, to create accounts and to ask for links, and on how much one applicant writes."""

from ipaddress import IPv6Address, ip_address, ip_network

from flask import Flask, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import current_user

from recruit.settings import Settings
from recruit.signin import half_key
from recruit.storage import MEGABYTE

#: What one subscriber is given of IPv6 addresses: whoever has one of them has 2⁶⁴.
SUBSCRIBER_BITS = 64
LONGEST_ADDRESS = 254


def by_sender() -> str:
    """One count per sender: its IPv4 address, or the network that its IPv6 address is in.

    A proxy may name the sender with the port, which is another for each connection.
    """
    told = get_remote_address()
    host = told[1:].partition("]")[0] if told.startswith("[") else told
    if host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return told
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ip_network((address, SUBSCRIBER_BITS), strict=False))


limiter = Limiter(key_func=by_sender)


def init_app(app: Flask, settings: Settings) -> None:
    """Attach the limiter with its storage."""
    app.config.update(
        RATELIMIT_ENABLED=settings.rate_limits, RATELIMIT_STORAGE_URI=settings.rate_limit_storage
    )
    limiter.init_app(app)


def by_address_and_email() -> str:
    """One count per sender and account, so that one person's mistakes do not lock others out."""
    return f"{by_sender()}|{by_email()}"


def by_email() -> str:
    """One count per account, whoever asks: many senders guessing at one password share it.

    Counts are kept for an hour in memory, so what is longer than any address is cut.
    """
    return request.form.get("email", "").strip().lower()[:LONGEST_ADDRESS]


def by_half() -> str:
    """One count per account that has shown its first factor, whoever asks and however often they begin anew."""
    return half_key()


def by_account() -> str:
    """One count per account that is signed in, and per sender where nobody is."""
    return str(current_user.get_id() or "").partition(".")[0] or by_sender()


def posts_only() -> bool:
    """Reading a form is no attempt."""
    return request.method != "POST"


def megabytes_sent() -> int:
    """What a request weighs where megabytes are counted; one that brings only text weighs nothing."""
    return (request.content_length or 0) // MEGABYTE
