"""The cookie of a session."""

from typing import Any

from flask import Flask, request
from flask.sessions import SecureCookieSessionInterface


class Sessions(SecureCookieSessionInterface):
    """Flask's own, but no file of style or script sets the cookie.

    A page's files are fetched beside the next page: their answer, which still holds the session as it was, must not
    come after the next page's and undo what that changed, the language or who is signed in.
    """

    def should_set_cookie(self, app: Flask, session: Any) -> bool:
        """Whether the answer sets the cookie."""
        return request.endpoint != "static" and super().should_set_cookie(app, session)
