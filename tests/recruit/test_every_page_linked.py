"""Every page of the group is reached by links from the home: nobody has to know an address."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from recruit import clock
from recruit.access import ACCESS
from recruit.demo.region import PASSWORD
from recruit.models import Role
from recruit.web import build_app
from tests.demo import Demo, moment
from tests.recruit.crawling import walked
from tests.recruit.factories import post

PEOPLE = {
    Role.COORDINATOR: "samordnare",
    Role.ASSESSOR: "bedomare1",
    Role.AUDITOR: "granskare",
    Role.ADMINISTRATOR: "administrator",
}
#: Pages that no link of the demo leads to, each with the reason.
EXCEPTIONS = {
    "assessment.page_picture": "a picture in a page",
    "disclosure.review": "only while a request is gone through, and the demo's is decided",
    "eligibility.scanned_page": "a picture in a page",
    "eligibility.selected": "shows what was chosen by a form that is posted",
    "eligibility.set_requirement": "shows what was chosen by a form that is posted",
    "intake.edit": "only a draft can be changed, and the demo has none",
    "meeting.one": "only where somebody stands in a borderline zone of the stage's order",
    "merits.answer": "nobody in the demo has asked",
    "profile_draft.download": "only when nothing in the draft remains to correct",
    "profile_view.trial": "only when nothing in the draft remains to correct",
}


def test_every_page_is_linked(demo: Demo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(clock, "now", moment)
    app = build_app(demo.copy(tmp_path / "demo").settings)
    pages = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    unlinked = {}
    for role, name in PEOPLE.items():
        client = app.test_client()
        answer = post(client, "/login", {"email": f"{name}@alvmark.example", "password": PASSWORD})
        assert answer.status_code == 303
        allowed = {each for each, access in ACCESS.items() if not isinstance(access, str) and role in access}
        unlinked[role] = sorted((allowed & pages) - linked_from_home(app, client) - set(EXCEPTIONS))
    app.extensions["recruit_engine"].dispose()
    assert unlinked == {role: [] for role in PEOPLE}


def linked_from_home(app: Flask, client: FlaskClient) -> set[str]:
    """The endpoints that some page links to, of those that links from the region's home lead to."""
    linked = {"intake.home"}
    for _path, _answer, endpoints in walked(app, client):
        linked |= endpoints
    return linked
