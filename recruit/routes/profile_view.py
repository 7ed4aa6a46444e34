"""A draft or a version looked at: as applicants and assessors see it, beside another, and tried on earlier intakes."""

from typing import Any

from flask import Blueprint, render_template, request, url_for

from recruit import profile_compare, profile_editor, profile_view
from recruit.errors import Conflict
from recruit.i18n import gettext as _
from recruit.i18n import language
from recruit.models import CriteriaProfile
from recruit.profile_content import Content, content_of
from recruit.profile_field_words import number_words
from recruit.queries import intake as intakes
from recruit.queries import profile as profiles
from recruit.request import db, stored_number
from recruit.routes import trial as trials
from recruit.services import profile_drafts as service

blueprint = Blueprint("profile_view", __name__, url_prefix="/g/<region>/profiles")


@blueprint.get("/draft-<int:draft>/preview")
def preview(region: str, draft: int) -> str:
    """The draft as the applicant sees it in the advertisement, or as the assessor has it on the scoring page."""
    row = profiles.draft_by_id(db(), draft)
    profile, _problems = profile_editor.read(row)
    content = service.content(row)
    return render_template(
        "profile/draft/preview.html",
        **profile_editor.frame(db(), row, "preview"),
        who="assessor" if request.args.get("who") == "assessor" else "applicant",
        profile=profile_view.view_of(profile, language()) if profile else None,
        groups=_groups(content),
        cards=[each for each in _cards(content) if each["kind"] == "assessed"],
    )


@blueprint.get("/draft-<int:draft>/differences")
def differences(region: str, draft: int) -> str:
    """The draft beside a version, the one that it was begun from unless another is chosen."""
    row = profiles.draft_by_id(db(), draft)
    earlier = profiles.of_key(db(), row.key)
    asked = request.args.get("version", type=int)
    chosen = next((each for each in earlier if each.version == asked), None) or next(
        (each for each in earlier if each.id == row.base_id), None
    )
    return render_template(
        "profile/draft/differences.html",
        **profile_editor.frame(db(), row, "differences"),
        earlier=earlier,
        chosen=chosen,
        sections=profile_compare.sections(_content(chosen), service.content(row)) if chosen else None,
    )


@blueprint.get("/<key>/compare")
def compare(region: str, key: str) -> str:
    """Two versions of a profile beside each other, the two newest unless others are chosen."""
    versions = profiles.of_key(db(), key)
    newest = profiles.by_version(db(), key, versions[0].version if versions else 0)
    second = request.args.get("to", newest.version, type=stored_number)
    first = request.args.get("from", max(1, second - 1), type=stored_number)
    old, new = profiles.by_version(db(), key, first), profiles.by_version(db(), key, second)
    return render_template(
        "profile/compare.html",
        key=key,
        versions=versions,
        old=old,
        new=new,
        heading=intakes.parsed(new).name.in_language(language()),
        sections=profile_compare.sections(_content(old), _content(new)),
    )


@blueprint.get("/draft-<int:draft>/trial")
def trial(region: str, draft: int) -> Any:
    """What the draft would have made of those who have applied before."""
    row = profiles.draft_by_id(db(), draft)
    profile, problems = profile_editor.read(row)
    if profile is None:
        number = len(problems)
        raise Conflict(
            _("Only a whole draft can be tried. Something remains to correct (%(number)s).", number=number)
        )
    here = url_for("profile_view.trial", region=region, draft=draft)
    back = (url_for("profile_draft.show", region=region, draft=draft), _("Draft of %(key)s", key=row.key))
    return trials.page(profile, here=here, back=back, name=_("the draft of %(key)s", key=row.key))


def _content(row: CriteriaProfile) -> Content:
    return content_of(intakes.parsed(row))


def _cards(content: Content) -> list[dict[str, Any]]:
    """Every criterion as a page shows it, whether the draft is whole or not."""
    text = profile_editor.in_language
    return [
        {
            "key": each["id"],
            "number": number,
            "kind": each["kind"],
            "stage": each["stage"],
            "name": text(each["name"]) or _("Criterion without a name"),
            "weight": number_words(each["weight"]),
            "description": text(each["description"]),
            "anchors": [text(anchor) or "–" for anchor in each["anchors"]],
        }
        for number, each in enumerate(content["criteria"], 1)
    ]


def _groups(content: Content) -> list[dict[str, Any]]:
    cards = _cards(content)
    titles = {"screening": _("From the application"), "interview": _("At the interview")}
    return [
        {"title": title, "criteria": [each for each in cards if each["stage"] == stage]}
        for stage, title in titles.items()
    ]
