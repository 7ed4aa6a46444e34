"""What assessors and administrators type."""

import pytest
from werkzeug.datastructures import MultiDict

from forms.assessment import ConflictForm, ExternalForm, RecuseForm, levels_form
from forms.people import MemberForm, RolesForm

TwoCriteria = levels_form(["references", "science"])


def test_levels_are_numbers_and_what_is_missing_is_none() -> None:
    form = TwoCriteria(MultiDict({"level-references": "0", "note-references": "  Svag. \r\nEn rad till. "}))
    assert form.validate()
    assert form.levels() == {"references": (0, "Svag.\nEn rad till."), "science": (None, "")}


@pytest.mark.parametrize("text", ["5", "-1", "2.5", "x", "٣"])
def test_a_level_outside_0_to_4_is_an_error_of_its_criterion(text: str) -> None:
    form = TwoCriteria(MultiDict({"level-references": "3", "level-science": text}))
    assert not form.validate()
    assert form.error("references") is None
    assert text in (form.error("science") or "")


def test_a_note_has_a_limit() -> None:
    form = TwoCriteria(MultiDict({"level-science": "3", "note-science": "x" * 2001}))
    assert not form.validate()
    assert "2000" in (form.error("science") or "")


def test_saved_levels_fill_the_form() -> None:
    form = TwoCriteria(data={"level-science": 4, "note-science": "Publicerat."})
    assert form.levels()["science"] == (4, "Publicerat.")
    assert form["level-references"].data is None


def test_a_conflict_needs_a_known_assessor_and_a_reason() -> None:
    whole = {"code": "7K4M", "assessor": "12", "reason": "Kollegor"}
    people = [("12", "Åsa"), ("13", "Omar")]
    assert ConflictForm(MultiDict(whole), assessors=people).validate()
    for wrong in ({"assessor": "99"}, {"assessor": ""}, {"reason": " "}, {"code": ""}):
        assert not ConflictForm(MultiDict({**whole, **wrong}), assessors=people).validate()


def test_recusing_needs_a_reason() -> None:
    assert not RecuseForm(MultiDict({"reason": "\n"})).validate()
    assert RecuseForm(MultiDict({"reason": "Kusin"})).validate()


def test_an_import_needs_a_criterion_and_a_file() -> None:
    form = ExternalForm(MultiDict(), criteria=[("theory_test", "Teoriprov")])
    assert not form.validate()
    assert set(form.errors) == {"criterion", "file"}


@pytest.mark.parametrize("roles", [[], ["king"], ["assessor", "king"]])
def test_roles_are_known_and_at_least_one(roles: list[str]) -> None:
    assert not RolesForm(MultiDict([("roles", role) for role in roles])).validate()


def test_a_member_has_an_address_a_name_and_roles() -> None:
    form = MemberForm(
        MultiDict([("email", "a@b.se"), ("name", "Ümit"), ("roles", "assessor"), ("roles", "auditor")])
    )
    assert form.validate()
    assert form.roles.data == ["assessor", "auditor"]
