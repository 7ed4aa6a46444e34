"""Limits on attempts to sign in, to create accounts and to ask for links, and on how much one applicant writes."""

from flask import Flask, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import current_user

from recruit.settings import Settings
from recruit.signin import half_key

limiter = Limiter(key_func=get_remote_address)


def init_app(app: Flask, settings: Settings) -> None:
    """Attach the limiter with its storage."""
    app.config.update(
        RATELIMIT_ENABLED=settings.rate_limits, RATELIMIT_STORAGE_URI=settings.rate_limit_storage
    )
    limiter.init_app(app)


def by_address_and_email() -> str:
    """One count per sender and account, so that one person's mistakes do not lock others out."""
    return f"{get_remote_address()}|{request.form.get('email', '').strip().lower()}"


def by_email() -> str:
    """One count per account, whoever asks: many senders guessing at one password share it."""
    return request.form.get("email", "").strip().lower()


def by_half() -> str:
    """One count per account that has shown its first factor, whoever asks and however often they begin anew."""
    return half_key()


def by_account() -> str:
    """One count per account that is signed in, and per sender where nobody is."""
    return str(current_user.get_id() or "").partition(".")[0] or get_remote_address()


def posts_only() -> bool:
    """Reading a form is no attempt."""
    return request.method != "POST"
