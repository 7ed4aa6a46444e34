"""Selections of rows in the table: what is done with them, and one requirement set for many with an undo."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl

from flask import current_app, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from forms.completion import SettingForm
from recruit import applicant_view, clock, table_words
from recruit.database import transaction
from recruit.errors import Conflict, Invalid
from recruit.i18n import gettext as _
from recruit.i18n import ngettext
from recruit.models import Answer, Intake
from recruit.queries import completion, eligibility, table
from recruit.queries import intake as intakes
from recruit.request import account, actor, db
from recruit.routes.eligibility import blueprint, present, show_error
from recruit.routes.eligibility_table import read_filter
from recruit.services import requirement_setting
from recruit.services.requirement_setting import Setting
from recruit.services.selection import MOST_AT_ONCE, chosen, summary, too_many
from scoring.profile import Profile

#: Where rows go to be handed out and written to: the page takes one field `code` for each.
PAGES = {"assign": "assessment.assign", "message": "letters.new"}
MOST_IN_ALL = 10_000


@blueprint.route("/selected", methods=["GET", "POST"])
def selected(region: str, intake: str) -> Any:
    """Do something with the rows that were ticked, or with all that match the filter."""
    found = present()
    if request.method == "GET":
        return redirect(back_to(found, ""), 303)
    codes, query, act = codes_here(found), request.form.get("filter", ""), request.form.get("act", "")
    if not codes:
        flash(_("Tick at least one application in the table first."), "error")
        return redirect(back_to(found, query), 303)
    if act == "message" and len(codes) > MOST_AT_ONCE:
        flash(str(too_many(len(codes))), "error")
        return redirect(back_to(found, query), 303)
    if act in PAGES and PAGES[act] in current_app.view_functions:
        if request.form.get("scope") != "ticked":
            return render_template(
                "eligibility/selected.html",
                intake=found,
                codes=codes,
                act=act,
                target=_target(act),
                back=query,
            )
        return redirect(_target(act), 307)
    try:
        selection = chosen(db(), intake=found, codes=codes, actor=actor())
    except Invalid as error:
        flash(str(error), "error")
        return redirect(back_to(found, query), 303)
    codes = [each.mask_code for each in selection.applications]
    if act == "ask":
        from recruit.routes.completion import ask_page, empty_form

        return ask_page(found, empty_form(found), codes, selection.left_out, query)
    return _setting_page(found, _setting_form(found, None), codes, selection.left_out, query)


def _target(act: str) -> str:
    values = request.view_args or {}
    return url_for(PAGES[act], region=values["region"], intake=values["intake"])


def codes_here(intake: Intake) -> list[str]:
    """The codes that the form carries: ticked, listed in one field, all of the page, or all that match its filter."""
    scope = request.form.get("scope", "")
    if scope == "page":
        return request.form.get("shown", "").split()[:MOST_IN_ALL]
    if scope == "all":
        profile = intakes.profile_of(db(), intake)
        masked = eligibility.assessed_by(db(), intake.id or 0, account().id or 0)
        query: MultiDict[str, str] = MultiDict(parse_qsl(request.form.get("filter", ""))[:60])
        matching = read_filter(query, profile, masked)
        return table.codes(db(), intake, matching, completion.today(), MOST_IN_ALL)
    listed = request.form.get("codes", "").split()
    return list(dict.fromkeys([*request.form.getlist("code"), *listed]))[:MOST_IN_ALL]


def back_to(intake: Intake, query: str, **more: str) -> str:
    """The table with the filter that the selection was made in."""
    values = dict(parse_qsl(query)[:60]) | more
    values.pop("region", None)
    values.pop("intake", None)
    region = (request.view_args or {})["region"]
    return url_for("eligibility.index", region=region, intake=intake.slug, **values)  # type: ignore[arg-type]


def _setting_form(intake: Intake, posted: Any) -> SettingForm:
    profile = intakes.profile_of(db(), intake)
    return SettingForm(posted, requirements=table_words.requirements(profile), say=_)


def _setting_page(
    intake: Intake, form: SettingForm, codes: Sequence[str], left_out: Sequence[Any], query: str
) -> str:
    return render_template(
        "eligibility/set.html",
        intake=intake,
        form=form,
        codes=codes,
        left_out=left_out,
        back=query,
        most=MOST_AT_ONCE,
        last=requirement_setting.last(db(), intake, account().id or 0),
    )


@blueprint.route("/requirement", methods=["GET", "POST"])
def set_requirement(region: str, intake: str) -> Any:
    """Show what a setting would change and who is left out; then, when that is confirmed, set it."""
    found = present()
    if request.method == "GET":
        return redirect(back_to(found, ""), 303)
    form, codes, query = _setting_form(found, request.form), codes_here(found), request.form.get("filter", "")
    if not form.validate() or request.form.get("step") == "change":
        return _setting_page(found, form, codes, (), query), 422 if form.errors else 200
    setting = Setting(
        form.requirement.data or "", Answer(form.answer.data), form.reason.data or "", bool(form.over.data)
    )
    try:
        if request.form.get("step") == "set":
            return _set(found, setting, query)
        plan = requirement_setting.plan(db(), intake=found, codes=codes, setting=setting, actor=actor())
    except Invalid as error:
        show_error(form, error)
        return _setting_page(found, form, codes, (), query), 422
    return render_template(
        "eligibility/set_preview.html",
        intake=found,
        form=form,
        setting=setting,
        plan=plan,
        codes=codes,
        back=query,
        words=applicant_view,
        falls=_falls(found, setting, plan),
    )


def _falls(intake: Intake, setting: Setting, plan: requirement_setting.Plan) -> list[str]:
    """Codes of those that are being assessed and would be eligible no longer."""
    profile = intakes.profile_of(db(), intake)
    if setting.answer is not Answer.NO or not _stops(profile, setting.requirement):
        return []
    numbers = {each.application.id or 0: each.application.mask_code for each in plan.changes}
    return sorted(numbers[each] for each in eligibility.being_assessed(db(), numbers))


def _stops(profile: Profile, key: str) -> bool:
    """Whether a "no" to the requirement stops an application."""
    return any(each.key == key and each.mandatory for each in profile.requirements)


def _set(intake: Intake, setting: Setting, query: str) -> Any:
    try:
        with transaction(db()):
            made, plan = requirement_setting.set_many(
                db(),
                intake=intake,
                seen=request.form.get("seen", "").split(),
                setting=setting,
                actor=actor(),
                now=clock.now(),
            )
    except Conflict as error:
        flash(str(error), "error")
        return redirect(back_to(intake, query), 303)
    number = len(plan.changes)
    flash(
        ngettext(
            "%(requirement)s is set to %(answer)s for %(num)s application.",
            "%(requirement)s is set to %(answer)s for %(num)s applications.",
            number,
            requirement=setting.requirement,
            answer=applicant_view.answer_word(setting.answer).lower(),
        )
    )
    if plan.left_out:
        flash(summary(plan.left_out), "warning")
    return redirect(back_to(intake, query, set=made.public_id), 303)


@blueprint.post("/requirement/undo")
def undo_setting(region: str, intake: str) -> Any:
    """Put back what stood before one's last setting."""
    found = present()
    with transaction(db()):
        restored, left_out = requirement_setting.undo(
            db(),
            intake=found,
            public_id=request.form.get("setting", ""),
            actor=actor(),
            now=clock.now(),
        )
    flash(
        ngettext(
            "What stood before is back for %(num)s application.",
            "What stood before is back for %(num)s applications.",
            restored,
        )
    )
    if left_out:
        flash(summary(left_out), "warning")
    return redirect(back_to(found, request.form.get("filter", "")), 303)
