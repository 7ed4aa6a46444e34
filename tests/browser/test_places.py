"""The table of pages leaves out no page that an applicant, a referee or anybody without an account can reach."""

import re

from flask import Flask
from werkzeug.exceptions import HTTPException

from recruit.access import ACCESS, ACCOUNT, PUBLIC
from tests.browser.test_pages import PLACES
from tests.databases import ONE_DATABASE

pytestmark = ONE_DATABASE

#: What answers with no page of its own.
NO_PAGE = {
    "static": "files",
    "public.dates": "a calendar",
    "public.all_dates": "a calendar",
    "public.language": "leads back to the page one came from",
    "public.health": "for monitors",
    "notice.schema": "JSON",
    "monitoring.report_schema": "JSON",
    "second_factor.picture": "a picture",
    "application.attachment": "the file itself",
    "application.preview": "a picture",
    "application.receipt_pdf": "a PDF; how it prints is in tests/recruit/test_printed_names.py",
    "application.decision_pdf": "a PDF; how it prints is in tests/recruit/test_printed_names.py",
    "account.logout": "leads to the page of signing in",
    "account.ask_link": "leads to the page that says to look in the mail, or shows that of signing in",
    "account.end_session": "leads back to one's account",
    "account.end_all_sessions": "leads back to one's account",
    "guide.again": "leads to the first question",
    "rights.again": "leads to the page of signing in",
    "rights.download": "an archive",
    "rights.download_one": "an archive",
    "second_factor.begin": "leads to the page of the second factor",
    "second_factor.remove": "leads to one's account, or shows the page of the second factor",
    "application.put_back": "leads back to the page where something was removed",
    "application.submit": "leads to the receipt, or shows the page of checks",
}
#: Pages that only a step before them gives, and the test that looks at them there.
ELSEWHERE = {
    "second_factor.check": "test_pages.py: /login after be_asked_for_code",
    "second_factor.confirm": "test_sign_in.py",
    "mail.as_html": "test_mail_in_html.py: nothing may run in that page, so that axe reads a copy of it",
    "second_factor.codes": "test_sign_in.py: the same page as after the first code",
}


def _looked_at(app: Flask) -> set[str]:
    """The endpoints that the table goes to."""
    found, addresses = set(), app.url_map.bind("localhost")
    for place in PLACES:
        path = re.sub(r"\{\w+\}", "1", place.path.partition("?")[0])
        try:
            found.add(addresses.match(path, method="GET")[0])
        except HTTPException:
            assert place.status == 404, place
    return found


def _for_everyone() -> set[str]:
    return {endpoint for endpoint, access in ACCESS.items() if access in (PUBLIC, ACCOUNT)}


def test_every_page_for_everyone_is_in_the_table(app: Flask) -> None:
    assert sorted(_for_everyone() - _looked_at(app) - NO_PAGE.keys() - ELSEWHERE.keys()) == []


def test_exceptions_are_needed(app: Flask) -> None:
    assert sorted((NO_PAGE.keys() | ELSEWHERE.keys()) - (_for_everyone() - _looked_at(app))) == []
