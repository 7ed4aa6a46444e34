"""A walk along links, as somebody who is signed in would take it."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from html import unescape
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.test import TestResponse

LINK = re.compile(r'href="([^"#]+)|<form[^>]*method="get"[^>]*action="([^"]+)"')
GROUP = ("/g/alvmark/", "/me")
OWN = ("/my", "/me")


def walked(
    app: Flask, client: FlaskClient, start: Sequence[str] = GROUP, *, read_each: int = 2
) -> Iterator[tuple[str, TestResponse, set[str]]]:
    """Each address that links lead to from `start` and below, its answer, and the endpoints that it links to.

    So many addresses are read of one page and one intake as `read_each` says.
    """
    addresses = app.url_map.bind("localhost")
    waiting, known = list(start), set(start)
    within = tuple("/g/" if path.startswith("/g/") else path for path in start)
    read: Counter[tuple[str, object]] = Counter()
    while waiting:
        path = waiting.pop(0)
        answer = client.get(path)
        found = [answer.location] if answer.location else []
        if answer.mimetype == "text/html":
            found += [unescape(one or other) for one, other in LINK.findall(answer.text)]
        linked = set()
        for each in (urlsplit(link).path for link in found):
            if each in known or not each.startswith(within):
                continue
            known.add(each)
            try:
                endpoint, values = addresses.match(each, method="GET")
            except (HTTPException, RequestRedirect):
                continue
            linked.add(endpoint)
            page = endpoint, values.get("intake")
            read[page] += 1
            if read[page] <= read_each:
                waiting.append(each)
        yield path, answer, linked
