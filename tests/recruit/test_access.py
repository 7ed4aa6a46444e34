"""Every route × every role × the own and a foreign region: the access table is what happens."""

import itertools
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session
from werkzeug.routing import AnyConverter, IntegerConverter, Rule

from recruit.access import ACCESS, ACCOUNT, PUBLIC
from recruit.models import Account, Role
from tests.databases import ONE_DATABASE
from tests.recruit.factories import World, applicant, make_world, sign_in

pytestmark = ONE_DATABASE
SAMPLE = {"region": "alvmark", "intake": "none", "code": "AAAA", "stage": "screening", "language": "en"}


def rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def address(rule: Rule, region: str) -> str:
    """The route's address with sample values: the region is real, what lies in it need not exist."""
    values = {name: sample(name, rule) for name in rule._converters} | {"region": region}
    return re.sub(r"<(?:[^:<>]+:)?([^<>:]+)>", lambda found: str(values[found.group(1)]), rule.rule)


def sample(name: str, rule: Rule) -> object:
    converter = rule._converters[name]
    if isinstance(converter, IntegerConverter):
        return 1
    return min(converter.items) if isinstance(converter, AnyConverter) else SAMPLE.get(name, "sample")


def method(rule: Rule) -> str:
    return "GET" if "GET" in (rule.methods or set()) else "POST"


def test_every_route_is_in_the_access_table(app: Flask) -> None:
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == set(ACCESS)


@pytest.fixture
def people(session: Session, world: World) -> dict[str, Account | None]:
    """One person of each role, one without any, one of another region, and nobody."""
    foreign = make_world(session, "fjallnas")
    plain = applicant(session)
    session.commit()
    return {
        "nobody": None,
        "applicant": plain,
        Role.COORDINATOR.value: world.coordinator,
        Role.ASSESSOR.value: world.assessors[0],
        Role.AUDITOR.value: world.auditor,
        Role.ADMINISTRATOR.value: world.administrator,
        "foreign": foreign.coordinator,
    }


def expected(endpoint: str, person: str) -> set[int] | None:
    """The statuses that refuse, or None where the access table lets the person in (what then happens is the step's)."""
    access = ACCESS[endpoint]
    if access == PUBLIC:
        return None
    if person == "nobody":
        return {302, 303}
    if access == ACCOUNT:
        return None
    if person in ("applicant", "foreign"):
        return {404}
    assert isinstance(access, frozenset)
    return None if Role(person) in access else {403}


def test_routes_by_roles_and_regions(app: Flask, people: dict[str, Account | None]) -> None:
    app.config["WTF_CSRF_ENABLED"] = False  # this is about roles; CSRF has its own test
    wrong = []
    for person, account in people.items():
        client = app.test_client()
        if account is not None:
            sign_in(client, account)
        for rule in rules(app):
            if rule.endpoint in ("account.logout", "account.end_all_sessions", "rights.again"):
                continue
            response = client.open(address(rule, "alvmark"), method=method(rule))
            refusals = expected(rule.endpoint, person)
            if refusals is not None and response.status_code not in refusals:
                wrong.append((rule.endpoint, person, response.status_code))
            if refusals is None and response.status_code in (403, 500):
                wrong.append((rule.endpoint, person, response.status_code))
            if person == "nobody" and refusals and "/login" not in response.headers.get("Location", ""):
                wrong.append((rule.endpoint, person, response.headers.get("Location")))
    assert wrong == []


#: The address itself has a token that nobody can guess: whoever could forge the request could as well send it.
LINK_ALONE = {"referee.start", "referee.form", "referee.decline"}


def test_every_post_needs_a_csrf_token(
    app: Flask, client: FlaskClient, people: dict[str, Account | None]
) -> None:
    by_role = {role: people[role.value] for role in Role}
    accepted = []
    for (role, account), rule in itertools.product(by_role.items(), rules(app)):
        access = ACCESS[rule.endpoint]
        if rule.endpoint in LINK_ALONE:
            continue
        if "POST" not in (rule.methods or set()) or (isinstance(access, frozenset) and role not in access):
            continue
        client = app.test_client()
        assert account is not None
        if access != PUBLIC:
            sign_in(client, account)
        response = client.post(address(rule, "alvmark"), data={"email": "x@example.org"})
        if response.status_code != 400:
            accepted.append((rule.endpoint, role.value, response.status_code))
    assert accepted == []
