"""The pages of the profile editor: every part saved as typed, messages at their field, lists, undo, and two people."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session, col, select

from recruit.models import CriteriaProfile, ProfileDraft
from recruit.services import profile_drafts, profiles
from scoring.profile import default_profile, parse_profile
from tests.databases import ONE_DATABASE
from tests.recruit.factories import NOW, World, approved_profile, post, sign_in
from tests.recruit.page_helpers import english

HOME = "/g/alvmark/profiles"
pytestmark = ONE_DATABASE


@pytest.fixture
def coordinator(app: Flask, world: World) -> FlaskClient:
    return _person(app, world.coordinator)


@pytest.fixture
def chair(app: Flask, world: World) -> FlaskClient:
    return _person(app, world.chair)


def _person(app: Flask, account: object) -> FlaskClient:
    client = app.test_client()
    sign_in(client, account)  # type: ignore[arg-type]
    english(client)
    return client


@pytest.fixture
def draft(coordinator: FlaskClient, session: Session) -> str:
    """The address of a draft begun from version 1."""
    version = session.exec(select(CriteriaProfile.id)).one()
    session.rollback()
    begun = post(coordinator, f"{HOME}/new-draft", {"source": version, "key": "bt"})
    assert begun.status_code == 303, begun.text
    return begun.location


def fields(client: FlaskClient, page: str) -> dict[str, object]:
    """What a browser would send of the page's fields."""
    text = client.get(page).text
    found: dict[str, object] = {}
    for tag in re.findall(r"<input[^>]*>", text):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if not name or name[1] in ("csrf_token", "list", "item", "to", "seen", "how"):
            continue
        if ("radio" in tag or "checkbox" in tag) and "checked" not in tag:
            continue
        here = _plain(value[1]) if value else ""
        if "checkbox" in tag and name[1] in found:
            found[name[1]] = [*found[name[1]], here]  # type: ignore[misc]
        else:
            found[name[1]] = [here] if "checkbox" in tag else here
    for name, inside in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\r?\n?(.*?)</textarea>', text, re.S):
        found[name] = _plain(inside).replace("\n", "\r\n")
    for name, inside in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', text, re.S):
        if name != "item":
            chosen = re.search(r'<option selected value="([^"]*)"', inside)
            found[name] = chosen[1] if chosen else ""
    return found


def _plain(text: str) -> str:
    from html import unescape

    return unescape(text)


def content_of_newest(session: Session) -> dict[str, object]:
    session.rollback()
    row = session.exec(select(ProfileDraft).order_by(col(ProfileDraft.id).desc())).first()
    assert row is not None
    found = profile_drafts.content(row)
    session.rollback()
    return found


PARTS = (
    "texts",
    "weights",
    "requirements",
    "rules",
    "never",
    "criteria/c3",
    "criteria/c1",
    "requirements/r5",
    "gates/g1",
    "rules/screening",
    "rules/interview",
)


def test_every_part_saved_unchanged_changes_nothing(
    coordinator: FlaskClient, session: Session, draft: str
) -> None:
    before = content_of_newest(session)
    for part in PARTS:
        page = f"{draft}edit/{part}"
        assert coordinator.get(page).status_code == 200, part
        if part not in ("requirements", "rules"):
            sent = post(coordinator, page, fields(coordinator, page))
            assert sent.status_code == 303, (part, sent.text)
    assert content_of_newest(session) == before
    assert coordinator.get(draft.rstrip("/") + ".toml").text == default_profile().to_toml()


def test_every_page_in_both_languages_and_with_script_in_the_texts(
    coordinator: FlaskClient, draft: str
) -> None:
    page = f"{draft}edit/criteria/c3"
    sent = fields(coordinator, page) | {"name_en": "<script>alert(1)</script>", "anchors_2_sv": "<b>fet</b>"}
    assert post(coordinator, page, sent).status_code == 303
    pages = [f"{draft}edit/{part}" for part in PARTS]
    pages += [
        draft,
        f"{draft}preview",
        f"{draft}preview?who=assessor",
        f"{draft}differences",
        f"{draft}trial",
    ]
    for code in ("en", "sv"):
        coordinator.get(f"/language/{code}")
        for each in pages:
            answer = coordinator.get(each)
            assert answer.status_code == 200, (each, answer.text)
            assert "<script>alert" not in answer.text
            assert "<b>fet" not in answer.text


def test_weights_show_their_sum_and_what_is_missing(
    coordinator: FlaskClient, session: Session, draft: str
) -> None:
    page = f"{draft}edit/weights"
    sent = fields(coordinator, page) | {"weight_c3": "12,5"}
    after = coordinator.get(post(coordinator, page, sent).location).text
    assert "The weights add up to 97.5: 2.5 are missing." in after
    assert "29.4" in after  # 12.5 of 42.5 at screening
    assert re.search(r'<button[^>]*type="submit" form="weights-form">Save the weights</button>', after)
    refused = post(coordinator, f"{draft}version", {"seen": 2})
    assert refused.status_code == 422
    assert "The weights add up to 97.5" in refused.text
    assert f'href="{draft}trial"' not in coordinator.get(draft).text  # it would be refused
    post(coordinator, page, fields(coordinator, page) | {"weight_c3": "15"})
    assert f'href="{draft}trial"' in coordinator.get(draft).text
    session.rollback()
    assert len(session.exec(select(CriteriaProfile)).all()) == 1


def test_numbers_follow_the_language_and_are_not_changed_by_being_shown(
    coordinator: FlaskClient, session: Session, draft: str
) -> None:
    page = f"{draft}edit/weights"
    post(coordinator, page, fields(coordinator, page) | {"weight_c3": "12,5"})
    shown = fields(coordinator, page)
    assert shown["weight_c3"] == "12.5"
    post(coordinator, page, shown)
    assert content_of_newest(session)["criteria"][2]["weight"] == "12,5"  # type: ignore[index]
    coordinator.get("/language/sv")
    assert fields(coordinator, page)["weight_c3"] == "12,5"


def test_a_new_draft_begins_from_the_newest_version_of_its_key(
    coordinator: FlaskClient, world: World
) -> None:
    page = coordinator.get(f"{HOME}/new-draft").text
    assert re.search(
        rf'<option[^>]*value="{world.profile.id}"[^>]*selected|selected[^>]*value="{world.profile.id}"', page
    )


def test_message_stands_at_its_field_and_what_was_typed_stays(coordinator: FlaskClient, draft: str) -> None:
    page = f"{draft}edit/criteria/c3"
    sent = fields(coordinator, page) | {"weight": "many", "anchors_4_en": " ", "key": "Fel nyckel"}
    after = coordinator.get(post(coordinator, page, sent).location).text
    assert 'href="#anchors_4_en"' in after
    assert "Write a number from 0 to 100 with at most four decimals." in after
    assert 'value="many"' in after
    assert 'value="Fel nyckel"' in after
    overview = coordinator.get(draft).text
    assert "3 things remain to correct" in overview
    assert coordinator.get(draft.rstrip("/") + ".toml").status_code == 409


def test_text_that_is_too_long_is_refused_with_all_that_was_typed(
    coordinator: FlaskClient, session: Session, draft: str
) -> None:
    page = f"{draft}edit/criteria/c3"
    before = content_of_newest(session)
    answer = post(coordinator, page, fields(coordinator, page) | {"anchors_1_sv": "x" * 50_000})
    assert answer.status_code == 422
    assert "Use at most 2000 characters; now there are 50000" in answer.text
    assert "x" * 50_000 in answer.text
    assert content_of_newest(session) == before


def test_items_are_added_moved_removed_and_brought_back(
    coordinator: FlaskClient, session: Session, draft: str
) -> None:
    before = content_of_newest(session)
    for name, part in (
        ("criteria", "criteria/c11"),
        ("requirements", "requirements/r12"),
        ("gates", "gates/g13"),
    ):
        added = post(coordinator, f"{draft}add", {"list": name})
        assert added.location == f"{draft}edit/{part}"
        assert coordinator.get(f"{added.location}?checked=1").status_code == 200
        item = part.partition("/")[2]
        assert post(coordinator, f"{draft}move", {"list": name, "item": item, "to": "up"}).status_code == 303
        assert post(coordinator, f"{draft}remove", {"list": name, "item": item}).status_code == 303
    post(coordinator, f"{draft}add", {"list": "never_scored"})
    seen = content_of_newest(session)
    assert len(seen["never_scored"]) == len(before["never_scored"]) + 1  # type: ignore[arg-type]
    assert post(coordinator, f"{draft}undo", {"seen": 11, "to": 1}).status_code == 303
    assert content_of_newest(session) == before


def test_criterion_that_the_tie_rule_names_is_asked_about(
    coordinator: FlaskClient, session: Session, draft: str
) -> None:
    asked = post(coordinator, f"{draft}remove", {"list": "criteria", "item": "c3"})
    assert asked.status_code == 409
    assert "Rules at screening" in asked.text
    gone = post(coordinator, f"{draft}remove", {"list": "criteria", "item": "c3", "with_rules": "1"})
    assert gone.status_code == 303
    content = content_of_newest(session)
    assert all("c3" not in rule["ties"] for rule in content["stages"].values())  # type: ignore[attr-defined]
    assert post(coordinator, f"{draft}remove", {"list": "criteria", "item": "c3"}).status_code == 404


def test_tie_rule_is_ordered_with_buttons(coordinator: FlaskClient, session: Session, draft: str) -> None:
    ties = f"{draft}ties/screening"
    first = content_of_newest(session)["stages"]["screening"]["ties"]  # type: ignore[index]
    post(coordinator, ties, {"item": first[0], "how": "down"})
    post(coordinator, ties, {"item": first[2], "how": "remove"})
    post(coordinator, ties, {"item": "c4", "how": "add"})
    after = content_of_newest(session)["stages"]["screening"]["ties"]  # type: ignore[index]
    assert after == [first[1], first[0], "c4"]
    assert post(coordinator, ties, {"item": "c99", "how": "add"}).status_code == 404


def test_two_people_in_different_fields_keep_both(
    coordinator: FlaskClient, chair: FlaskClient, session: Session, draft: str
) -> None:
    page = f"{draft}edit/criteria/c3"
    mine = fields(coordinator, page) | {"name_en": "Referees"}
    theirs = fields(chair, page) | {"name_sv": "Referenserna"}
    assert post(chair, page, theirs).status_code == 303
    after = post(coordinator, page, mine, follow_redirects=True)
    assert "Chair had saved in the same draft meanwhile. Both are kept." in after.text
    name = content_of_newest(session)["criteria"][2]["name"]  # type: ignore[index]
    assert name == {"sv": "Referenserna", "en": "Referees"}


def test_two_people_in_the_same_field_choose(
    coordinator: FlaskClient, chair: FlaskClient, session: Session, draft: str
) -> None:
    page = f"{draft}edit/criteria/c3"
    mine = fields(coordinator, page) | {"name_en": "Mine", "short_en": "Own"}
    post(chair, page, fields(chair, page) | {"name_en": "Theirs"})
    clash = post(coordinator, page, mine)
    assert clash.status_code == 409
    assert "Chair" in clash.text
    assert 'value="Mine"' in clash.text
    assert 'value="Theirs"' in clash.text
    assert content_of_newest(session)["criteria"][2]["name"]["en"] == "Theirs"  # type: ignore[index]
    chosen = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', clash.text))
    chosen = {
        name: _plain(value) for name, value in chosen.items() if name not in ("seen", "to", "csrf_token")
    }
    assert post(coordinator, page, {**chosen, "name_en": "Mine"}).status_code == 303
    saved = content_of_newest(session)["criteria"][2]  # type: ignore[index]
    assert (saved["name"]["en"], saved["short"]["en"]) == ("Mine", "Own")
    assert len(saved["anchors"]) == 5
    assert all(each["en"] for each in saved["anchors"])


def test_part_that_another_removed_can_be_put_back_as_it_was_typed(
    coordinator: FlaskClient, chair: FlaskClient, session: Session, draft: str
) -> None:
    page = f"{draft}edit/criteria/c4"
    mine = fields(coordinator, page) | {"name_en": "Research"}
    post(chair, f"{draft}remove", {"list": "criteria", "item": "c4", "with_rules": "1"})
    clash = post(coordinator, page, mine)
    assert clash.status_code == 409
    assert "What you have written" in clash.text
    rest = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', clash.text))
    sent = {name: _plain(value) for name, value in rest.items() if name not in ("csrf_token", "seen", "to")}
    assert post(coordinator, f"{draft}put-back/criteria/c4", sent).status_code == 303
    item = content_of_newest(session)["criteria"][-1]  # type: ignore[index]
    assert (item["id"], item["name"]["en"], item["weight"]) == ("c4", "Research", "5")


@pytest.mark.parametrize(
    ("part", "status"),
    [
        ("criteria/c4", 409),
        ("criteria/c99", 404),
        ("criteria/g1", 404),
        ("criteria/c01", 404),
        ("criteria/", 404),
        ("stages/screening", 404),
        ("next/1", 404),
    ],
)
def test_part_that_was_never_removed_cannot_be_put_back(
    coordinator: FlaskClient, session: Session, draft: str, part: str, status: int
) -> None:
    before = content_of_newest(session)
    assert post(coordinator, f"{draft}put-back/{part}", {"name_en": "Forged"}).status_code == status
    assert content_of_newest(session) == before


def test_undo_after_somebody_else_has_saved_is_refused(
    coordinator: FlaskClient, chair: FlaskClient, draft: str
) -> None:
    page = f"{draft}edit/texts"
    post(chair, page, fields(chair, page) | {"name_en": "Another name"})
    answer = post(coordinator, f"{draft}undo", {"seen": 1, "to": 1})
    assert answer.status_code == 409
    assert "Chair has saved since" in answer.text


def test_draft_becomes_a_version_with_the_same_content(
    coordinator: FlaskClient, session: Session, draft: str
) -> None:
    page = f"{draft}edit/rules/screening"
    post(coordinator, page, fields(coordinator, page) | {"threshold": "45"})
    made = post(coordinator, f"{draft}version", {"seen": 2})
    assert made.location == f"{HOME}/bt/2"
    session.rollback()
    row = session.exec(select(CriteriaProfile).where(CriteriaProfile.version == 2)).one()
    profile = parse_profile(row.toml)
    assert profile.stages["screening"].threshold == 45
    assert profile.criteria == default_profile().criteria
    late = post(coordinator, page, {"threshold": "50", "revision": 2})
    assert late.status_code == 409
    assert "has become version 2" in late.text
    compared = coordinator.get(f"{HOME}/bt/compare").text
    assert "<del>40</del> <ins>45</ins>" in compared
    assert "<del>40</del> <ins>45</ins>" in coordinator.get(f"{HOME}/bt/compare?from=1&to={10**20}").text


def test_draft_of_an_old_version_is_not_saved_over_a_newer_unseen(
    coordinator: FlaskClient, session: Session, world: World, draft: str
) -> None:
    approved_profile(session, world, default_profile().to_toml().replace("threshold = 40", "threshold = 41"))
    session.commit()
    page = f"{draft}edit/rules/screening"
    post(coordinator, page, fields(coordinator, page) | {"threshold": "45"})
    stopped = post(coordinator, f"{draft}version", {"seen": 2})
    assert stopped.status_code == 409
    assert "Compare with version 2" in stopped.text
    assert post(coordinator, f"{draft}version", {"seen": 2, "over": 2}).location == f"{HOME}/bt/3"


def test_draft_is_discarded_and_brought_back(coordinator: FlaskClient, draft: str) -> None:
    assert post(coordinator, f"{draft}discard").status_code == 303
    listed = coordinator.get(f"{HOME}/").text
    assert "Discarded drafts" in listed
    late = post(coordinator, f"{draft}edit/texts", {"name_sv": "Skrivet för sent", "revision": 1})
    assert late.status_code == 409
    assert 'value="Skrivet för sent"' in late.text
    assert "has discarded this draft" in late.text
    assert post(coordinator, f"{draft}take-up").status_code == 303
    assert "Being written" in coordinator.get(f"{HOME}/").text


def test_second_draft_of_a_key_leads_to_the_first(coordinator: FlaskClient, draft: str) -> None:
    again = post(coordinator, f"{HOME}/new-draft", {"source": "sample", "key": "bt"})
    assert again.status_code == 422
    assert draft in again.text
    other = post(coordinator, f"{HOME}/new-draft", {"source": "sample", "key": "bt_small"})
    assert other.status_code == 303
    bad = post(coordinator, f"{HOME}/new-draft", {"source": "sample", "key": "BT 2"})
    assert bad.status_code == 422
    assert 'value="BT 2"' in bad.text


def test_file_is_opened_in_the_editor(coordinator: FlaskClient, session: Session) -> None:
    text = "# a comment\n" + default_profile().to_toml().replace('key = "bt"', 'key = "other"', 1)
    opened = post(coordinator, f"{HOME}/new", {"toml": text, "open": "editor"})
    assert opened.status_code == 303
    again = coordinator.get(opened.location.rstrip("/") + ".toml").text
    assert parse_profile(again) == parse_profile(text)
    broken = post(
        coordinator, f"{HOME}/new", {"toml": text.replace("weight = 15", "weight = 16", 1), "open": "editor"}
    )
    assert broken.status_code == 422
    assert "101" in broken.text


def test_version_is_approved_sent_back_and_commented_on_its_page(
    coordinator: FlaskClient, chair: FlaskClient, session: Session, world: World
) -> None:
    toml = default_profile().to_toml().replace("threshold = 40", "threshold = 45")
    profiles.save(session, region_id=world.region.id or 0, toml=toml, actor=world.actor, now=NOW)
    session.commit()
    page = f"{HOME}/bt/2"
    own = coordinator.get(page).text
    assert "You saved this version. Another coordinator looks at it and approves it." in own
    assert f"{page}/approve" not in own
    assert post(coordinator, f"{page}/approve").status_code == 403
    silent = post(chair, f"{page}/send-back", {"comment": " "})
    assert silent.status_code == 422
    assert "Write what you want to say" in silent.text
    assert post(coordinator, f"{page}/comment", {"comment": "See <anchor> 3"}).status_code == 303
    assert "See &lt;anchor&gt; 3" in chair.get(page).text
    assert post(chair, f"{page}/send-back", {"comment": "Too high a threshold."}).status_code == 303
    assert "Sent back" in coordinator.get(f"{HOME}/").text
    assert post(chair, f"{page}/approve", {"comment": "I was wrong."}).status_code == 303
    assert "Approved" in coordinator.get(page).text
    assert post(chair, f"{page}/approve").status_code == 409
