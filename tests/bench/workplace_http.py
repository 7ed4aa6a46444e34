"""A browser of the plainest kind: one connection, its cookies, links and forms."""

from __future__ import annotations

import http.client
import re
import time
from dataclasses import dataclass
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from tests.recruit.factories import PASSWORD

PATIENCE = 60


@dataclass(frozen=True)
class Answer:
    """A status, where it sends one, and the page."""

    status: int
    location: str
    text: str


class Browser:
    """One person's connection to the server."""

    def __init__(self, port: int) -> None:
        self.port, self.cookies = port, dict[str, str]()
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)

    def wait(self) -> None:
        """Until the server answers."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                self.get("/health")
                return
            except OSError:
                self._connection.close()
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)

    def close(self) -> None:
        """Leave."""
        self._connection.close()

    def get(self, url: str) -> Answer:
        """A page."""
        return self._ask("GET", url, None)

    def post(self, url: str, fields: list[tuple[str, str]]) -> Answer:
        """Send a form."""
        return self._ask("POST", url, urlencode(fields))

    def sign_in(self, email: str) -> Browser:
        """Sign in with the tests' password."""
        token = dict(form_fields(self.get("/login").text))["csrf_token"]
        answer = self.post("/login", [("email", email), ("password", PASSWORD), ("csrf_token", token)])
        assert answer.status == 303, (email, answer.status)
        return self

    def links(self, url: str, start: str) -> list[str]:
        """Addresses on a page that begin so, without their questions."""
        found = re.findall(r'href="([^"?#]+)[^"]*"', self.get(url).text)
        return [each for each in found if each.startswith(start)]

    def _ask(self, method: str, url: str, body: str | None) -> Answer:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            self._connection.request(method, url, body, headers)
            response = self._connection.getresponse()
        except (
            http.client.RemoteDisconnected,
            ConnectionResetError,
            BrokenPipeError,
        ):  # closed meanwhile: once more
            self._connection.close()
            self._connection.request(method, url, body, headers)
            response = self._connection.getresponse()
        text = response.read().decode()
        for name, value in response.getheaders():
            if name.lower() == "set-cookie":
                self.cookies |= {key: morsel.value for key, morsel in SimpleCookie(value).items()}
        return Answer(response.status, response.getheader("Location", "") or "", text)


def form_fields(page: str, having: str = "csrf_token") -> list[tuple[str, str]]:
    """What the first form that has a field sends as it stands; buttons are left out."""
    reader = _Forms()
    reader.feed(page)
    return next((form for form in reader.forms if any(name == having for name, _ in form)), [])


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[list[tuple[str, str]]] = []
        self._area: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "form":
            self.forms.append([])
        elif not self.forms or not name:
            return
        elif tag == "textarea":
            self.forms[-1].append((name, ""))
        elif tag == "input":
            kind = given.get("type") or "text"
            if kind in ("radio", "checkbox") and "checked" not in given:
                return
            if kind not in ("submit", "button", "file"):
                self.forms[-1].append((name, given.get("value") or ""))
