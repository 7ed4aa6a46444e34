"""The meeting on the projector: the order, the zone one by one, the monitor's figures, decisions, and the release."""

from typing import Any

from flask import Blueprint, flash, redirect, request

from forms.interview import ConfirmForm
from forms.zone import RationaleForm
from recruit import (
    agreement_words,
    certainty_words,
    clock,
    explanation_view,
    meeting_view,
    monitoring_view,
    ranking_view,
    zone_view,
)
from recruit.database import transaction
from recruit.errors import Conflict, NotFound, Refusal
from recruit.frames import run_results
from recruit.i18n import gettext as _
from recruit.models import ListStatus, Role
from recruit.navigation import present_standing
from recruit.place_standing import standing_on
from recruit.queries import disagreement as disagreements
from recruit.queries import disagreement_decisions as decided_on
from recruit.queries import intake as intakes
from recruit.queries import interview as lists
from recruit.queries import monitoring, naming
from recruit.queries import ranking as rankings
from recruit.queries import release as releases
from recruit.queries.unchanged import kept
from recruit.ranking_view import TheLine
from recruit.request import actor, db, roles, settings
from recruit.routes.agreement import first_levels
from recruit.routes.interview import gate_of
from recruit.routes.meeting_shared import PREFIX, About, about, address, page
from recruit.routes.zone_shared import beside_its_field, form_of
from recruit.routes.zone_shared import decide as write_decision
from recruit.run_analysis import analysis
from recruit.services import interview, ranking, settling
from recruit.services.lines import line_groups, line_on

blueprint = Blueprint("meeting", __name__)


@blueprint.get(PREFIX)
@blueprint.get(f"{PREFIX}/<any(done, order, zone, monitor, decisions, release):step>")
def show(region: str, intake: str, step: str = "done") -> Any:
    """One step of the meeting."""
    subject = about()
    pages = {
        "done": _done,
        "order": _order,
        "zone": _zone,
        "monitor": _monitor,
        "decisions": _decisions,
        "release": _release,
    }
    return pages[step](subject)


def _done(subject: About) -> Any:
    """What has been done: the funnel, how far assessors agree, and what is still open."""
    found, run = subject.intake, subject.run
    agreed = analysis(run).as_first_given(first_levels(found, run)).agreement if run is not None else None
    return page(
        subject,
        "done",
        standing=present_standing(found),
        tally=decided_on.tally(db(), intake=found, stage="screening"),
        agreement=[agreement_words.title(agreed), *agreement_words.sentences(agreed)[:1]] if agreed else [],
        open=_open_matters(subject),
    )


def _open_matters(subject: About) -> list[meeting_view.Open]:
    found, run = subject.intake, subject.run
    differing = disagreements.how_many(db(), intake=found, stage="screening")
    locked = subject.drawn is not None and not subject.is_draft
    unsettled = (
        gate_of(subject.drawn, subject.decision)["unsettled"] if subject.is_draft and subject.drawn else ""
    )

    def unsubmitted() -> int:
        return len(rankings.unsubmitted(db(), intake=found, stage="screening"))

    return meeting_view.open_matters(
        stale=run is not None and not locked and not ranking.is_current(db(), intake=found, run=run),
        waiting=kept(db(), unsubmitted, "unsubmitted", found.id) - differing.waiting,
        discussed=differing.discussed,
        to_handle=0 if locked else differing.to_handle,
        third_out=differing.waiting,
        unsettled=unsettled,
    )


def _order(subject: About) -> Any:
    """The order with its bands, and the rows nearest the line."""
    if subject.run is None:
        return page(subject, "order", plot=None, rows=[])
    run = subject.run
    results = run_results(run)
    counts = results.counts()
    profile = intakes.profile_of(db(), subject.intake)
    line, sure = None, None
    if subject.drawn is not None:
        drawn = line_on(db(), run=run, groups=line_groups(subject.drawn))
        sure = settling.certainty_of(run, drawn)
        line = (
            TheLine(drawn.places, sum(group.reserves for group in drawn.groups))
            if drawn.wishes is None
            else None
        )
    start, count = meeting_view.around(line.places if line else None)
    placed = rankings.rows(db(), run=run, start=start, size=count)
    rows = ranking_view.rows(results, profile, placed, start, line, sure, analysis(run).adjusted)
    return page(
        subject,
        "order",
        title=ranking_view.heading(results, counts, line, sure),
        plot=ranking_view.plot(results, line, counts, sure),
        columns=ranking_view.columns(results, profile),
        rows=[each for each in rows if each.place] if line else rows,
        line=line,
        sure=sure,
        uncertain=certainty_words.uncertain(sure)[:1],
    )


def _zone(subject: About) -> Any:
    """Who is in the zone, by code alone; from here they are gone through one by one."""
    how = zone_view.how(subject.zone.settle) if subject.zone else ""
    return page(subject, "zone", how=how)


@blueprint.get(f"{PREFIX}/zone/<code>")
def one(region: str, intake: str, code: str) -> Any:
    """One application of the zone with the explanation of its place."""
    subject = about()
    if code not in subject.codes or subject.run is None or subject.drawn is None:
        raise NotFound(
            _("%(code)s is not in the borderline zone; its place follows from its points.", code=code)
        )
    taken = analysis(subject.run)
    stands = standing_on(db(), subject.drawn, subject.run, code)
    return page(
        subject,
        "zone",
        code=code,
        how="",
        row=next(each for each in subject.zone.rows if each.code == code) if subject.zone else None,
        at=subject.codes.index(code) + 1,
        story=explanation_view.story(
            taken.explain(code, places=stands.places),
            taken.profile,
            called=stands.called,
            reserve=stands.reserve,
            certainty=stands.certainty,
            settled=stands.settled,
        ),
        apart=next(
            (
                each
                for each in disagreements.queue(db(), intake=subject.intake, stage="screening").items
                if each.code == code
            ),
            None,
        ),
    )


def _monitor(subject: About) -> Any:
    """What the group may see of the monitor with this line, as it was kept when the line was drawn.

    On a wall everybody reads, so an auditor sees the group's figures here too.
    """
    beside, seen = [], None
    if subject.drawn is not None:
        called, reserves = lists.ids_by_kind(db(), interview_list=subject.drawn)
        seen = monitoring.for_reader(
            db(),
            intake=subject.intake,
            reader=monitoring.Reader(inside=True, minimum=settings().suppress_below),
            now=clock.now(),
            called=frozenset(called),
            listed=frozenset(called | reserves),
            drawn=subject.drawn,
            whole=False,
        )
        beside = monitoring_view.beside_line(seen.figures) if seen.figures else []
    return page(
        subject,
        "monitor",
        seen=seen,
        beside=meeting_view.by_group(beside, monitoring_view.attribute_name("country")),
    )


def _decisions(
    subject: About,
    form: RationaleForm | None = None,
    *,
    status: int = 200,
    problem: Any = None,
    typed: Any = (),
) -> Any:
    """What the group decides about the zone, or has decided."""
    may = subject.is_draft and Role.COORDINATOR in roles()
    settlement, zone = subject.settlement, subject.zone
    partial = (
        releases.partial_in(
            db(), intake=subject.intake, mask_codes=settlement.codes, account_id=actor().account_id
        )
        if may and settlement
        else []
    )
    if (
        form is None
        and may
        and not partial
        and settlement
        and zone
        and subject.drawn
        and settlement.of_the_group
    ):
        form = form_of(subject.drawn, zone, subject.decision, settlement)
    ids = [subject.decision.decided_by_id if subject.decision else None]
    return page(
        subject,
        "decisions",
        status=status,
        form=form,
        problem=problem,
        typed=typed,
        partial=partial,
        decision=subject.decision,
        people=naming.names(db(), ids=ids),
        how=zone_view.how(settlement.settle) if settlement else "",
        kind_words=zone_view.kind_words,
    )


@blueprint.post(f"{PREFIX}/decisions/<int:version>")
def decide(region: str, intake: str, version: int) -> Any:
    """Write what the group has decided about the zone of the version that was on the page."""
    subject = about()
    if not subject.is_draft or not subject.drawn or subject.drawn.version != version:
        return _decisions(subject, status=409, problem=_gone(version), typed=_typed())
    assert subject.zone is not None
    assert subject.settlement is not None
    form = form_of(subject.drawn, subject.zone, None, subject.settlement)
    if not form.validate():
        return _decisions(subject, form, status=422)
    try:
        write_decision(subject.intake, version, subject.zone, subject.settlement, form)
    except Refusal as refusal:
        problem = None if beside_its_field(form, refusal) else refusal.message
        again = about()
        if not again.is_draft:
            return _decisions(again, status=409, problem=_gone(version), typed=_typed())
        return _decisions(again, form, status=refusal.status, problem=problem)
    flash(_("The decisions are written down. Another coordinator releases the list."))
    return redirect(address(subject.intake, "minutes"), 303)


def _gone(version: int) -> str:
    return _(
        "Version %(version)s is no longer a draft: somebody has confirmed or discarded it since you opened this page."
        " What you wrote is below, so that nothing is lost.",
        version=version,
    )


def _typed() -> list[tuple[str, str]]:
    """What was written on a page that can no longer be saved: (what, text)."""
    found = [("", request.form.get("rationale", ""))]
    found += [
        (name.removeprefix("reason_"), text)
        for name, text in request.form.items()
        if name.startswith("reason_")
    ]
    return [(code, text.strip()[:4000]) for code, text in found if text.strip()]


def _release(subject: About, *, status: int = 200, problem: Any = None) -> Any:
    """The gate: every check, and the second person's confirmation."""
    drawn = subject.drawn
    people = naming.names(db(), ids=[drawn.created_by_id, drawn.confirmed_by_id] if drawn is not None else [])
    gate = gate_of(drawn, subject.decision) if subject.is_draft and drawn else None
    entries = lists.entries(db(), interview_list=drawn) if drawn is not None else []
    called = sum(each.kind.value == "called" for each in entries)
    open_matters = _open_matters(subject) if subject.is_draft else []
    return page(
        subject,
        "release",
        status=status,
        problem=problem,
        gate=gate,
        people=people,
        called=called,
        reserves=len(entries) - called,
        open=open_matters,
        blocked=bool(
            (gate and (gate["failed"] or gate["broken"] or gate["unsettled"]))
            or any(each.endpoint != "disagreement.index" for each in open_matters)
        ),
    )


@blueprint.post(f"{PREFIX}/release/<int:version>")
def confirm(region: str, intake: str, version: int) -> Any:
    """Confirm the draft that was on the page, as the second coordinator."""
    subject = about()
    form = ConfirmForm(request.form, say=_)
    try:
        with transaction(db()):
            drawn = lists.by_version(db(), intake=subject.intake, version=version)
            if drawn.status is not ListStatus.DRAFT:
                raise Conflict(_gone(version))
            interview.confirm(
                db(), interview_list=drawn, actor=actor(), now=clock.now(), seen=form.seen.data or ""
            )
    except Refusal as refusal:
        return _release(about(), status=refusal.status, problem=refusal.message)
    flash(_("Version %(version)s is confirmed and locked.", version=version))
    return redirect(address(about().intake, "release"), 303)


from recruit.routes import meeting_minutes as meeting_minutes  # noqa: E402 (adds its routes)
