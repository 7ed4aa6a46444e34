"""Answering: a page per topic and per period of clinical work."""

from typing import Any

from flask import abort, flash, redirect, request

from forms.application import AboutYouForm
from forms.base import WordedForm
from forms.experience import PeriodForm
from recruit import clock, document_age_words
from recruit.database import transaction
from recruit.display import countries
from recruit.errors import Invalid
from recruit.i18n import gettext as _
from recruit.i18n import language
from recruit.institutions import suggestions
from recruit.models import Application, ApplicationStatus, ClinicalArea, ExperiencePeriod, RemovedKind
from recruit.queries import application as queries
from recruit.queries.application import Dossier
from recruit.request import account, actor, db
from recruit.routes import application_words as words
from recruit.routes.application_conflict import based_on, checksum
from recruit.routes.application_files import documents
from recruit.routes.application_sections import topic_rows
from recruit.routes.application_shared import (
    DOCUMENTS,
    ask_for_file_again,
    attach_file,
    back_to,
    blueprint,
    changeable,
    own_application,
    page,
    place,
    posted,
    tell_read_dates,
    url,
)
from recruit.routes.application_timeline import timeline_of
from recruit.routes.application_topics import PAGES, Saving
from recruit.routes.application_undo import removed
from recruit.services import application as services
from recruit.topic_words import TITLES


@blueprint.route("/my/<reference>/<topic>", methods=["GET", "POST"])
def topic(reference: str, topic: str) -> Any:
    """One topic on one page."""
    application = changeable(own_application(reference), topic)
    if topic == DOCUMENTS:
        if request.method == "POST":
            abort(405)
        return documents(application)
    if topic not in PAGES:
        abort(404)
    dossier = queries.dossier(db(), application)
    later = request.form.get("save") == "later" and application.status is ApplicationStatus.DRAFT
    form = PAGES[topic].make(dossier, posted(), not later)
    if request.method == "GET":
        if isinstance(form, AboutYouForm) and application.status is ApplicationStatus.DRAFT:
            form.suggest(account().name)
        return _topic_page(topic, dossier, form)
    if not form.validate():
        ask_for_file_again(form)
        return _topic_page(topic, dossier, form), 422
    form["revision"].data = based_on(application, form["revision"].data or 0, _held(topic, dossier))
    try:
        with transaction(db()):
            _save(topic, application, form)
    except Invalid as refusal:
        place(form, refusal)
        return _again(topic, application, form, 422)
    except services.Stale as refusal:
        return _again(topic, application, form, refusal.status, str(refusal))
    tell_read_dates(form)
    return redirect(back_to(application), 303)


def _held(topic: str, dossier: Dossier) -> str:
    """The checksum of what is kept of a topic."""
    return checksum(PAGES[topic].make(dossier, None, True).answers())


def _save(topic: str, application: Application, form: WordedForm) -> None:
    kind, now = PAGES[topic].document, clock.now()
    saving = Saving(application, form["revision"].data or 0, actor(), now)
    document = getattr(form, "document", None)
    sent = application.status is ApplicationStatus.SUBMITTED
    if document is not None and document.chosen is not None and kind is not None:
        # The file first: a sent application must be complete after every step.
        for file in request.files.getlist("document"):
            attach_file(application, kind, file)
    PAGES[topic].save(form, saving)
    if sent:
        flash(_("Your change is saved and counts at once."))


def _again(topic: str, application: Application, form: WordedForm, status: int, notice: str = "") -> Any:
    """The same page with what was typed; the next save is based on what is kept now."""
    dossier = queries.dossier(db(), application)
    form["revision"].data = application.revision
    return _topic_page(topic, dossier, form, notice), status


def _topic_page(topic: str, dossier: Dossier, form: WordedForm, notice: str = "") -> str:
    kind = PAGES[topic].document
    lacking = {each for each, _words, _message in words.lacking_documents(dossier)}
    return page(
        f"topics/{topic}",
        dossier,
        form=form,
        topic=topic,
        topic_title=TITLES[topic],
        notice_text=notice,
        seen=_held(topic, dossier),
        there=topic_rows(dossier, topic) if notice else [],
        files=words.files_of_kind(dossier, kind) if kind else [],
        document_kind=kind.value if kind else "",
        file_lacking=kind in lacking,
        age_rule=document_age_words.rule(dossier.ages, kind) if kind else "",
        back_to=back_to(dossier.application),
        periods=[words.period_facts(each) for each in dossier.periods] if topic == "experience" else [],
        removed=removed(dossier.application, RemovedKind.PERIOD) if topic == "experience" else [],
        total=words.experience_total(dossier),
        timeline=timeline_of(dossier) if topic == "experience" else None,
        institutions=suggestions() if topic == "education" else (),
    )


@blueprint.route("/my/<reference>/experience/<period>", methods=["GET", "POST"])
def period(reference: str, period: str) -> Any:
    """Add or change one period of clinical work; `period` is "new" or the period's own id."""
    application = changeable(own_application(reference), "experience")
    row = None if period == "new" else queries.period(db(), application, period)
    data = _told(row)
    form = PeriodForm(
        posted(),
        data={"revision": application.revision, **data},
        say=_,
        countries=countries(language()),
        today=clock.in_stockholm(clock.now()).date(),
    )
    if request.method == "GET":
        return _period_page(application, form, period)
    if not form.validate():
        return _period_page(application, form, period), 422
    form["revision"].data = based_on(application, form["revision"].data or 0, checksum(data))
    try:
        with transaction(db()):
            _save_period(application, form, None if period == "new" else period)
    except Invalid as refusal:
        place(form, refusal)
        form["revision"].data = application.revision
        return _period_page(application, form, period), 422
    except services.Stale as refusal:
        form["revision"].data = application.revision
        return _period_page(application, form, period, str(refusal)), refusal.status
    tell_read_dates(form)
    return redirect(url("topic", application, topic="experience"), 303)


def _told(row: ExperiencePeriod | None) -> dict[str, Any]:
    """What is kept of a period, as its form holds it; nothing of a new one."""
    if row is None:
        return {}
    told = {name: getattr(row, name) for name in services.PeriodAnswers.__dataclass_fields__}
    return told | {"area": row.area.value, "ongoing": row.ends_on is None}


def _save_period(application: Application, form: PeriodForm, public_id: str | None) -> None:
    answers = form.answers()
    answers.pop("ongoing")
    answers["area"] = ClinicalArea(answers["area"])
    services.save_period(
        db(),
        application=application,
        period=services.PeriodAnswers(**answers),
        public_id=public_id,
        revision=form["revision"].data or 0,
        actor=actor(),
        now=clock.now(),
    )


def _period_page(application: Application, form: PeriodForm, period: str, notice: str = "") -> str:
    dossier = queries.dossier(db(), application)
    row = next((each for each in dossier.periods if each.public_id == period), None)
    there = words.period_facts(row) if row is not None and notice else {}
    return page(
        "period",
        dossier,
        form=form,
        period=period,
        notice_text=notice,
        seen=checksum(_told(row)),
        there=[{"key": there["employer"], "value": f"{there['where']}, {there['when']}"}] if there else [],
    )


@blueprint.route("/my/<reference>/experience/<period>/remove", methods=["GET", "POST"])
def remove_period(reference: str, period: str) -> Any:
    """Remove a period, after asking."""
    application = changeable(own_application(reference), "experience")
    row = queries.period(db(), application, period)
    back = url("topic", application, topic="experience")
    if request.method == "GET":
        return page(
            "confirm",
            queries.dossier(db(), application),
            heading=_("Remove this period?"),
            what=row.employer,
            button_label=_("Remove the period"),
            back=back,
        )
    with transaction(db()):
        services.remove_period(
            db(), application=application, public_id=period, actor=actor(), now=clock.now()
        )
    return redirect(back, 303)
