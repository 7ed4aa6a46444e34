"""Pages of what comes after the list: where everybody stands, what has happened to one, many from a file."""

from collections import Counter
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import CombinedMultiDict

from forms.outcome import OutcomeFileForm, OutcomeForm, RemoveForm
from recruit import clock, outcome_words
from recruit.database import transaction
from recruit.errors import Conflict, Invalid, NotFound, Refusal
from recruit.i18n import gettext as _
from recruit.i18n import language, ngettext
from recruit.models import Intake, OutcomeKind, OutcomeReason, Role
from recruit.outcome_file import COLUMNS, read_outcomes, template
from recruit.queries import interview as lists
from recruit.queries import outcome as queries
from recruit.queries.outcome import CHAIN, ENDS, Candidate
from recruit.request import actor, db, roles
from recruit.request import region as present_region
from recruit.routes.monitoring_shared import intake_here
from recruit.routes.ranking_shared import own_levels_first
from recruit.services import outcome as service

blueprint = Blueprint("outcome", __name__)
PREFIX = "/g/<region>/<intake>/outcomes"


def _intake() -> Intake:
    """The intake, unless the reader has assessments of it to submit: an offer would tell what others think."""
    found = intake_here()
    own_levels_first(found, "screening", "interview")
    return found


def _may_enter() -> bool:
    return Role.COORDINATOR in roles()


@blueprint.get(PREFIX)
def index(region: str, intake: str) -> Any:
    """Everybody on the list with where they stand now, and how many have come how far."""
    found = _intake()
    people = queries.candidates(db(), intake=found)
    return render_template(
        "outcome/index.html",
        intake=found,
        list=lists.latest_confirmed(db(), intake=found),
        people=people,
        summary=_summary(found, people),
        names=_may_enter(),
        may_enter=_may_enter(),
        words=outcome_words,
        ends=ENDS,
    )


def _summary(found: Intake, people: list[Candidate]) -> list[tuple[str, int]]:
    """How many have reached each step, and how many have left."""
    reached = queries.reached(db(), intake=found)
    left = Counter(each.state for each in people)
    steps = [(str(outcome_words.kind_name(kind)), len(reached.get(kind.value, ()))) for kind in CHAIN]
    return [*steps, *((str(outcome_words.kind_name(kind)), left[kind]) for kind in ENDS)]


@blueprint.get(f"{PREFIX}/one/<code>")
def show(region: str, intake: str, code: str) -> Any:
    """What has happened to one, and for the coordinator a form for what is next."""
    found = _intake()
    return _page(found, queries.candidate(db(), intake=found, code=code))


@blueprint.post(f"{PREFIX}/one/<code>")
def enter(region: str, intake: str, code: str) -> Any:
    """Say what has happened."""
    found = _intake()
    person = queries.candidate(db(), intake=found, code=code)
    form = _form(person, request.form)
    if not form.validate():
        return _page(found, person, form, 422)
    assert form.on.data is not None
    entered = service.Entered(
        kind=OutcomeKind(form.kind.data),
        on=form.on.data,
        reason=OutcomeReason(form.reason.data) if form.ended else None,
        note=(form.note.data or "") if form.ended else "",
    )
    try:
        with transaction(db()):
            service.set_outcome(
                db(), intake=found, code=code, entered=entered, actor=actor(), now=clock.now()
            )
    except (Conflict, Invalid) as refusal:
        found = intake_here()
        person = queries.candidate(db(), intake=found, code=code)
        name = getattr(refusal, "field", None) or "kind"
        form[name].errors = [str(refusal.message)]
        return _page(found, person, form, refusal.status)
    flash(
        _(
            "%(code)s: “%(outcome)s” is entered.",
            code=person.mask_code,
            outcome=outcome_words.kind_name(entered.kind),
        )
    )
    return redirect(url_for("outcome.show", region=region, intake=intake, code=person.mask_code), 303)


@blueprint.post(f"{PREFIX}/one/<code>/remove")
def remove(region: str, intake: str, code: str) -> Any:
    """Take back what was entered by mistake."""
    found = _intake()
    form = RemoveForm(request.form, say=_)
    try:
        kind = OutcomeKind(form.kind.data)
    except ValueError:
        raise Invalid(_("Choose what to take back.")) from None
    try:
        with transaction(db()):
            service.remove(db(), intake=found, code=code, kind=kind, actor=actor(), now=clock.now())
    except Conflict as refusal:
        flash(str(refusal.message), "error")
    else:
        flash(_("“%(outcome)s” is taken back. The record keeps it.", outcome=outcome_words.kind_name(kind)))
    return redirect(url_for("outcome.show", region=region, intake=intake, code=code.upper()), 303)


def _form(person: Candidate, posted: Any = None) -> OutcomeForm:
    kinds = [*service.next_kinds(person), *(each.kind for each in person.outcomes)]
    return OutcomeForm(
        posted,
        data={"on": clock.in_stockholm(clock.now()).date()},
        say=_,
        kinds=[
            (kind.value, str(outcome_words.kind_name(kind)))
            for kind in OutcomeKind
            if posted is not None or kind in kinds
        ],
        reasons=[(reason.value, str(outcome_words.reason_name(reason))) for reason in OutcomeReason],
        ends=[kind.value for kind in ENDS],
    )


def _page(found: Intake, person: Candidate, form: OutcomeForm | None = None, status: int = 200) -> Any:
    shown = form or _form(person)
    return (
        render_template(
            "outcome/show.html",
            intake=found,
            person=person,
            form=shown,
            possible=service.next_kinds(person),
            names=_may_enter(),
            may_enter=_may_enter(),
            words=outcome_words,
            ends=ENDS,
        ),
        status,
    )


@blueprint.route(f"{PREFIX}/file", methods=["GET", "POST"])
def upload(region: str, intake: str) -> Any:
    """Enter the outcomes of many from a spreadsheet: all rows, or none."""
    found = _intake()
    form = OutcomeFileForm(
        CombinedMultiDict([request.files, request.form]) if request.method == "POST" else None, say=_
    )
    if request.method == "POST" and form.validate():
        chosen = form.file.chosen
        try:
            rows = read_outcomes(chosen.filename or "", chosen.stream.read())
            with transaction(db()):
                new = service.set_many(db(), intake=found, rows=rows, actor=actor(), now=clock.now())
            flash(
                ngettext(
                    "%(num)s row said something new; it is entered.",
                    "%(num)s rows said something new; they are entered.",
                    new,
                )
            )
            return redirect(url_for("outcome.index", region=region, intake=intake), 303)
        except Refusal as refusal:
            if isinstance(refusal, NotFound):
                raise
            form.file.errors = [str(refusal.message)]
            found = intake_here()
    page = render_template(
        "outcome/upload.html",
        intake=found,
        form=form,
        columns=COLUMNS,
        kinds=[(kind.value, outcome_words.kind_name(kind)) for kind in OutcomeKind],
        reasons=[(reason.value, outcome_words.reason_name(reason)) for reason in OutcomeReason],
        list=lists.latest_confirmed(db(), intake=found),
    )
    return page, 422 if form.errors else 200


@blueprint.get(f"{PREFIX}/file.csv")
def download(region: str, intake: str) -> Response:
    """The file to fill in: everybody on the list by code, with what has happened so far."""
    found = _intake()
    data = template(queries.candidates(db(), intake=found), language())
    response = Response(data, mimetype="text/csv; charset=utf-8")
    words = _("outcomes")
    name = f"{present_region().slug}-{found.slug}-{words}.csv"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
