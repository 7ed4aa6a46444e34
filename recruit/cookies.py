"""The cookie of a session."""

import time
from typing import Any

from flask import Flask, Request, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from itsdangerous import BadSignature, URLSafeTimedSerializer

#: Seconds after which a cookie is signed anew, so that whoever is active stays signed in; at most this part of the time
#: for which it holds, so that a short time is not shortened much.
GOOD_FOR, PART = 60, 10


class Opened(SecureCookieSession):
    """A session, with when its cookie was signed, in seconds of `time.time`; 0 for a new one."""

    signed_at = 0.0


class Sessions(SecureCookieSessionInterface):
    """Flask's own, but no file of style or script sets the cookie, and no page sets one that is as good as new.

    A page's files are fetched beside the next page: their answer, which still holds the session as it was, must not
    come after the next page's and undo what that changed, the language or who is signed in.
    """

    session_class = Opened

    def __init__(self) -> None:
        self._serializer: URLSafeTimedSerializer | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Flask's own, made once: the secret stays the same for as long as a process lives."""
        if self._serializer is None:
            self._serializer = super().get_signing_serializer(app)
        return self._serializer

    def open_session(self, app: Flask, request: Request) -> Opened | None:
        """The session that the request's cookie holds; an empty one if it holds none, is forged or has run out."""
        serializer = self.get_signing_serializer(app)
        if serializer is None:
            return None
        cookie = request.cookies.get(self.get_cookie_name(app), "")
        lifetime = int(app.permanent_session_lifetime.total_seconds())
        try:
            values, signed_at = serializer.loads(cookie, max_age=lifetime, return_timestamp=True)
        except BadSignature:
            return Opened()
        opened = Opened(values)
        opened.signed_at = signed_at.timestamp()
        return opened

    def should_set_cookie(self, app: Flask, session: Any) -> bool:
        """Whether the answer sets the cookie."""
        if request.endpoint == "static":
            return False
        good_for = min(GOOD_FOR, app.permanent_session_lifetime.total_seconds() / PART)
        return session.modified or (session.permanent and time.time() - session.signed_at > good_for)
