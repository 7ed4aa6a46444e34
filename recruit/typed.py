"""What somebody typed into a page after being signed out, kept in the page itself until they have signed in again.

Nothing of it is stored here: it goes back to the browser as one hidden field, from form to form, and is sent to where
it was going when the person presses the button. It is taken over only from a page of this site: another site must not
be able to have something saved that the person never wrote.
"""

import json
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import current_app, request
from werkzeug.exceptions import HTTPException

from recruit.access import ACCESS, PUBLIC
from recruit.request import safe_target, settings

FIELD = "typed"
#: Pages where passwords and codes are written: those are typed again.
_SECRETS = ("account", "second_factor")
_NEVER = ("csrf_token", FIELD)


@dataclass(frozen=True)
class Typed:
    """The fields of a form, and the address that it was sent to. `files`: there were some, which cannot be kept."""

    to: str
    fields: tuple[tuple[str, str], ...]
    files: bool = False

    def packed(self) -> str:
        """As the content of one hidden field."""
        return json.dumps({"to": self.to, "fields": self.fields, "files": self.files}, ensure_ascii=False)


def sent(*, signed_in: bool = True) -> Typed | None:
    """What the present request would have saved; None when it came from elsewhere, from a script, or holds secrets.

    `signed_in`: only of the forms that one has to be signed in for.
    """
    if request.method != "POST" or not _is_form(request.endpoint, signed_in=signed_in) or not _from_here():
        return None
    fields = tuple((name, value) for name, value in request.form.items(multi=True) if name not in _NEVER)
    return Typed(request.full_path.rstrip("?"), fields, files=bool(request.files))


def carried() -> Typed | None:
    """What an earlier page handed on in its hidden field; None without one, or when it cannot be read."""
    try:
        read = json.loads(request.form.get(FIELD, ""))
        json.dumps(
            read, ensure_ascii=False
        ).encode()  # halves of letters, which no page can show, are no text
        fields = tuple((str(name), str(value)) for name, value in read["fields"])
        found = Typed(str(read["to"]), fields, files=bool(read["files"]))
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return found if _leads_to_a_form(found.to) else None


def _leads_to_a_form(address: str) -> bool:
    if safe_target(address) is None:
        return False
    try:
        endpoint, _values = current_app.url_map.bind("").match(urlsplit(address).path, method="POST")
    except HTTPException:
        return False
    return _is_form(endpoint)


def _is_form(endpoint: str | None, *, signed_in: bool = True) -> bool:
    if endpoint is None or (signed_in and ACCESS.get(endpoint, PUBLIC) == PUBLIC):
        return False
    return endpoint.split(".")[0] not in _SECRETS


def _from_here() -> bool:
    """Whether a page of this site sent the form, as browsers tell; a script of it gets its answer as before."""
    if request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate":
        return False
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = urlsplit(request.headers.get("Origin") or request.headers.get("Referer") or "").netloc
    return bool(origin) and origin in (request.host, urlsplit(settings().base_url).netloc)
