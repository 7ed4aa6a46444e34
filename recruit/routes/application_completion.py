"""What comes after the closing time: what the region has asked for, a page per request, and what was expected."""

from typing import Any

from flask import flash, redirect, request

from forms.attachments import FileForm
from forms.completion import AnswerForm
from recruit import clock, document_age_words
from recruit.database import transaction
from recruit.errors import Invalid, NotFound
from recruit.i18n import gettext as _
from recruit.models import Application, AttachmentKind, CompletionRequest, Intake
from recruit.queries import application as queries
from recruit.queries import completion
from recruit.queries.expected import HERE, Expected, waited_for
from recruit.queries.released import Released
from recruit.request import actor, db
from recruit.routes import completion_words
from recruit.routes.application_shared import blueprint, own_application, page, posted, storage, url
from recruit.services import attachments, completion_answers, expected_documents


def open_for(application: Application) -> list[tuple[CompletionRequest, str]]:
    """The requests that wait for the applicant's answer, the first due first, each in words."""
    waiting = [
        each
        for each in completion.of_application(db(), application)
        if completion.may_answer(each, application, clock.now())
    ]
    waiting.sort(key=lambda each: (each.due_on, each.id or 0))
    return [(each, completion_words.what(each)) for each in waiting]


@blueprint.route("/my/<reference>/completion/<request_id>", methods=["GET", "POST"], endpoint="completion")
def completion_page(reference: str, request_id: str) -> Any:
    """One request: what is asked, by when, and the answer."""
    application = own_application(reference)
    row = completion.own(db(), application, request_id)
    age_rule = _age_rule(application, row.kind)
    form = AnswerForm(posted(), data={}, say=_, dated=bool(age_rule))
    if request.method == "GET":
        return _shown(application, row, form)
    if not form.validate():
        return _shown(application, row, form), 422
    try:
        with transaction(db()):
            _answer(application, row, form)
    except Invalid as refusal:
        db().refresh(row)
        _place(form, refusal, form.answer)
        return _shown(application, row, form), 422
    flash(_("Your answer has come in. Nothing more is needed for this."))
    return redirect(url("completion", application, request_id=row.public_id), 303)


def still_expected(
    application: Application, intake: Intake, told: Released
) -> list[tuple[Expected, str, str]]:
    """What the applicant said would come: each in words, and why it cannot be added, empty when it can."""
    if told.is_over:
        return []
    now = clock.now()
    return [
        (each, completion_words.what(each), str(expected_documents.why_not(each, told, now) or ""))
        for each in waited_for(application, intake)
    ]


@blueprint.route("/my/<reference>/expected/<kind>", methods=["GET", "POST"])
def expected(reference: str, kind: str) -> Any:
    """Add a document that one has said would come, unasked, until the day of the start."""
    application = own_application(reference)
    if kind not in {each.value for each in HERE}:
        raise NotFound(_("There is no such page."))
    wanted, now = AttachmentKind(kind), clock.now()
    age_rule = _age_rule(application, wanted)
    form = FileForm(posted(), data={}, say=_, dated=bool(age_rule))
    waited = expected_documents.addable(db(), application=application, kind=wanted, now=now)
    if request.method == "POST" and form.validate():
        try:
            with transaction(db()):
                expected_documents.add(
                    db(),
                    application=application,
                    kind=wanted,
                    filename=form.file.chosen.filename or "",
                    content=form.file.chosen.read(),
                    storage=storage(),
                    issued_on=form.issued_on.data if form.issued_on else None,
                    actor=actor(),
                    now=now,
                )
        except Invalid as refusal:
            _place(form, refusal, form.file)
        else:
            flash(_("It is added. The region sees it and looks at the requirement again."))
            return redirect(url("status", application), 303)
    shown = page(
        "expected",
        queries.dossier(db(), application),
        form=form,
        waited=waited,
        age_rule=age_rule,
        what=completion_words.what(waited),
    )
    return shown, 422 if form.errors else 200


def _answer(application: Application, row: CompletionRequest, form: AnswerForm) -> None:
    now, answer = clock.now(), form.answer.data or ""
    if row.kind is None or form.file.chosen is None:
        completion_answers.answer_in_words(
            db(), request=row, application=application, answer=answer, actor=actor(), now=now
        )
        return
    completion_answers.refuse_unless_answerable(row, application, now)
    attachments.attach(
        db(),
        application=application,
        kind=row.kind,
        filename=form.file.chosen.filename or "",
        content=form.file.chosen.read(),
        storage=storage(),
        issued_on=form.issued_on.data if form.issued_on else None,
        answer=answer,
        actor=actor(),
        now=now,
    )


def _age_rule(application: Application, kind: AttachmentKind | None) -> str:
    """How old the document that is asked for may be; empty when any age will do."""
    return document_age_words.rule(queries.dossier(db(), application).ages, kind) if kind else ""


def _place(form: AnswerForm | FileForm, refusal: Invalid, otherwise: Any) -> None:
    """Show a refusal at the file or at its date, where it is about one of them."""
    field = form[refusal.field] if refusal.field in ("file", "issued_on") else otherwise
    field.errors = [str(refusal)]


def _shown(application: Application, row: CompletionRequest, form: AnswerForm) -> str:
    now = clock.now()
    changed = application.changed_at is not None and application.changed_at >= row.asked_at
    return page(
        "completion",
        queries.dossier(db(), application),
        row=row,
        form=form,
        what=completion_words.what(row),
        may_answer=completion.may_answer(row, application, now),
        age_rule=_age_rule(application, row.kind),
        late=completion.today(now) > row.due_on,
        changed=changed,
        words=completion_words,
    )
