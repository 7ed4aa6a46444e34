"""Refusals: what a use case raises instead of returning False. The web shows them as a page, commands as one line."""

from typing import Any


class Refusal(Exception):
    """The request cannot be carried out; `message` says what to do. Nothing has been changed.

    `message` may be a lazy translation; it is turned into text when shown.
    """

    status = 400

    def __init__(self, message: Any) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return str(self.message)


class Invalid(Refusal):
    """What was sent breaks a rule that the form could not know. `field` names the input, when there is one."""

    status = 422

    def __init__(self, message: Any, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class Full(Invalid):
    """There is no room for what was sent. Where it is shown at its field, what else was typed stays."""

    status = 507


class NotAllowed(Refusal):
    """The person may not do this."""

    status = 403


class NotFound(Refusal):
    """There is no such thing, or not in this region."""

    status = 404


class Conflict(Refusal):
    """Something has changed or been decided in between; look again before you go on."""

    status = 409


class ScopeError(RuntimeError):
    """A programming error: rows of a region were read or written outside that region's scope."""
