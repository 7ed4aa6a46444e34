"""Pages of an intake: the region's intakes, where one stands, creating, changing, opening, extending and closing."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from sqlalchemy.exc import SQLAlchemyError

from forms.intake import CloseForm, ExtendForm, intake_form, moment_parts
from recruit import charts, clock, display, intake_home
from recruit.database import OneRegion, make_session, transaction
from recruit.errors import Conflict, Invalid
from recruit.i18n import gettext as _
from recruit.i18n import language
from recruit.intake_home import changes, funnel, late, next_step, plan, waits, words
from recruit.models import Intake, IntakeStatus, PlacementKind, PostForm, Role
from recruit.navigation import present_intake, present_standing
from recruit.planning import PLANNED, assessed_by, is_behind, placed
from recruit.queries import changes as changed
from recruit.queries import glance, lessons, overview, time_plan
from recruit.queries import intake as intakes
from recruit.queries import profile as profiles
from recruit.queries import record as records
from recruit.queries.unchanged import kept
from recruit.queries.waiting import elsewhere
from recruit.request import account, actor, db, region, roles, settings
from recruit.services import intake as service
from recruit.services import visits
from recruit.services.intake import IntakePlan, PlannedPosts

blueprint = Blueprint("intake", __name__)
LATEST_ENTRIES = 60  # one decision writes several


@blueprint.get("/g/<region>/", endpoint="home")
def home(region: str) -> str:
    """The region's intakes: those at work side by side, those that are over in a table, for assessors their queues."""
    found = intakes.of_region(db())
    now = clock.now()
    today = clock.in_stockholm(now).date()
    oversees = bool(roles() & {Role.COORDINATOR, Role.AUDITOR})
    if not oversees:
        found = [each for each in found if each.status is not IntakeStatus.DRAFT]
    glances = glance.at(db(), found, account_id=account().id or 0, now=now) if oversees else []
    current = [each for each in glances if not each.is_finished(today)]
    cards = [intake_home.card_of(each, now, coordinates=Role.COORDINATOR in roles()) for each in current]
    shown = {each.intake.id for each in current}
    return render_template(
        "intake/home.html",
        cards=sorted(cards, key=lambda card: card.intake.closes_at),
        intakes=[each for each in found if each.id not in shown],
        posts=intakes.post_numbers(db())
        if not oversees
        else {g.intake.id: g.standing.posts for g in glances},
        state=lambda each: words.state_of(each, now),
        may_write=Role.COORDINATOR in roles(),
        oversees=oversees,
        assesses=Role.ASSESSOR in roles(),
        assessed=lessons.assessed(db(), account_id=account().id or 0) if Role.ASSESSOR in roles() else (),
        may_read=lessons.may_read(db(), account_id=account().id or 0) if Role.ASSESSOR in roles() else (),
        administers=Role.ADMINISTRATOR in roles(),
    )


@blueprint.get("/g/<region>/<intake>/", endpoint="show")
def show(region: str, intake: str) -> str:
    """Where the intake stands: what is late, the next step, the plan, what waits, and what has happened."""
    found = _present()
    standing, now = present_standing(found), clock.now()
    today = clock.in_stockholm(now).date()
    coordinates = Role.COORDINATOR in roles()
    since = _look(found)
    profile_row = intakes.profile_row_of(db(), found)
    waiting = kept(db(), lambda: overview.waiting(db(), found), "waiting", found.id)
    loads = kept(db(), lambda: overview.loads(db(), found), "loads", found.id)
    refusals = kept(db(), lambda: overview.refusals(db(), found), "refusals", found.id)
    rows = funnel.funnel_rows(standing, waiting.countries, refusals, intakes.parsed(profile_row), language())
    entries = records.latest(db(), region_id=found.region_id, intake_id=found.id, count=LATEST_ENTRIES)
    other = elsewhere(db(), found, standing, now)
    seen = glance.at(db(), [found], account_id=account().id or 0, now=now)[0]
    news = changed.since(db(), found, moment=since or now - changes.FIRST_LOOK, besides=account().id or 0)
    return render_template(
        "intake/show.html",
        intake=found,
        heading=words.title_of(found),
        standing=standing,
        profile=profile_row,
        sites=len(seen.posts),
        late=late.late_things(seen, today),
        next_step=next_step.next_step(
            found, standing, now, unapproved=profile_row.approved_at is None, unclear=waiting.unclear
        )
        if coordinates
        else None,
        timeline=plan.timeline(placed(seen.dates, seen.done, today), today),
        unplanned=sum(step not in seen.dates for step in PLANNED),
        funnel=funnel.funnel(rows),
        rows=rows,
        waits=waits.waits(found, standing, waiting, other, loads, coordinates=coordinates),
        loads=loads,
        bars=[charts.share_bar(each.submitted, each.assigned) for each in loads],
        slow=_slow(seen, loads, today),
        news=changes.told(news),
        news_since=changes.since_words(since, now),
        latest=changes.latest(entries),
        taught=_taught(found) if found.status is IntakeStatus.DRAFT else None,
        may_write=coordinates,
        state=words.state_of(found, now),
        now=now,
    )


def _slow(seen: glance.Glance, loads: Sequence[overview.Load], today: date) -> list[bool]:
    """Which assessors are marked as behind; nobody once the day has passed, when everybody with something left is."""
    until = assessed_by(seen.dates)
    open_ = until is not None and today <= until
    return [open_ and is_behind(each.share, until, today) for each in loads]


def _taught(found: Intake | None = None) -> lessons.Taught | None:
    return lessons.taught(db(), region_id=_region_id(), intake=found)


def _look(found: Intake) -> datetime | None:
    """Note the look and say when the last visit ended. In a transaction of its own: this request only reads.

    The page is shown all the same when the note cannot be made, since another was making it or the database is busy.
    """
    visit = changed.visit_of(db(), found, account_id=account().id or 0)
    if not visits.is_written(visit, clock.now()):
        engine = current_app.extensions["recruit_engine"]
        try:
            with make_session(engine, scope=OneRegion(found.region_id)) as session, transaction(session):
                return visits.look(session, intake=found, account_id=account().id or 0, now=clock.now())
        except SQLAlchemyError:
            current_app.logger.warning("a look at an intake could not be noted")
    return visit.since if visit else None


@blueprint.route("/g/<region>/new", methods=["GET", "POST"], endpoint="new")
def new(region: str) -> Any:
    """Create an intake as a draft."""
    form = _form(None if request.method == "GET" else request.form, _fresh())
    if request.method == "POST" and form.validate():
        try:
            with transaction(db()):
                made = service.create(
                    db(), region_id=_region_id(), plan=_plan(form), actor=actor(), now=clock.now()
                )
            flash(_("The intake is saved as a draft. Only the group sees it until you open it."))
            return redirect(_address("intake.show", made), 303)
        except Invalid as error:
            _show(form, error)
    page = render_template("intake/form.html", form=form, intake=None, taught=_taught())
    return page, 422 if form.errors else 200


@blueprint.route("/g/<region>/<intake>/edit", methods=["GET", "POST"], endpoint="edit")
def edit(region: str, intake: str) -> Any:
    """Change a draft. Once it is open this answers 409: profile, posts and dates are locked."""
    found = _present()
    if found.status is not IntakeStatus.DRAFT:
        raise Conflict(
            _(
                "The intake has opened. Its criteria profile, posts and dates are locked since then; only the"
                " closing time can be extended."
            )
        )
    form = _form(None if request.method == "GET" else request.form, _kept(found))
    if request.method == "POST" and form.validate():
        try:
            with transaction(db()):
                service.change(
                    db(),
                    intake=found,
                    plan=_plan(form),
                    actor=actor(),
                    now=clock.now(),
                    seen=request.form.get("seen"),
                )
            flash(_("The changes are saved."))
            return redirect(_address("intake.show", found), 303)
        except Invalid as error:
            _show(form, error)
        except service.ChangedMeanwhile as error:
            found = _present()
            return _edited(found, form, problem=error.message, saved=_differing(found, form)), 409
    return _edited(found, form), 422 if form.errors else 200


def _edited(found: Intake, form: Any, **more: Any) -> str:
    # A form that comes back with errors still says which draft it was filled in from.
    answered = request.form.get("seen") if not more else None
    seen = answered or service.seen_as(service.plan_of(db(), found))
    return render_template(
        "intake/form.html", form=form, intake=found, closed=_closed_since(found), seen=seen, **more
    )


def _differing(found: Intake, form: Any) -> list[dict[str, str]]:
    """What is saved now of every field in which a form differs from the draft."""
    saved = _form(None, _kept(found))
    return [
        {"key": each.label.text, "value": _said(saved[each.name])}
        for each in form
        if (each.data or None) != (saved[each.name].data or None)
    ]


def _said(field: Any) -> str:
    if isinstance(field.data, date):
        return display.day(field.data)
    words = dict(getattr(field, "choices", None) or ())
    return str(words.get(field.data) or field.data or "–") if words else str(field._value() or "–")


def _closed_since(found: Intake) -> list[tuple[str, int]]:
    """(site, posts) of a draft whose site has been closed since it was made."""
    open_ = {each.id for each in intakes.sites(db())}
    return [(each.site, each.number) for each in intakes.posts_of(db(), found) if each.site_id not in open_]


@blueprint.post("/g/<region>/<intake>/open", endpoint="open")
def open_(region: str, intake: str) -> Any:
    """Publish the advertisement and lock the profile."""
    found = _present()
    with transaction(db()):
        service.open_intake(db(), intake=found, actor=actor(), now=clock.now())
    flash(_("The intake is open. The advertisement is public and the criteria profile is locked."))
    return redirect(_address("intake.show", found), 303)


@blueprint.route("/g/<region>/<intake>/extend", methods=["GET", "POST"], endpoint="extend")
def extend(region: str, intake: str) -> Any:
    """Move the closing time forward. Of an intake that is not open this answers 409 before anything is typed."""
    found = _present()
    if found.status is not IntakeStatus.OPEN:
        raise Conflict(_("Only an open intake can be extended."))
    later = clock.in_stockholm(found.closes_at) + timedelta(days=14)
    day, at = moment_parts(later)
    form = ExtendForm(
        None if request.method == "GET" else request.form, data={"closes_on": day, "closes_time": at}, say=_
    )
    if request.method == "POST" and form.validate():
        closes_on, closes_time, reason = form.closes_on.data, form.closes_time.data, form.reason.data
        assert closes_on is not None
        assert closes_time is not None
        assert reason is not None
        before = clock.in_stockholm(found.closes_at).date()
        try:
            with transaction(db()):
                service.extend(
                    db(),
                    intake=found,
                    closes_at=clock.stockholm(closes_on, closes_time),
                    reason=reason,
                    actor=actor(),
                    now=clock.now(),
                    base_url=settings().base_url,
                )
            flash(_("The time to apply is extended. Everyone who has begun or applied gets a mail."))
            days = (closes_on - before).days
            if days and any(step in PLANNED for step in time_plan.of(db(), found)):
                return redirect(words.to("time_plan.show", found, later=days), 303)
            return redirect(_address("intake.show", found), 303)
        except Invalid as error:
            _show(form, error)
    return render_template("intake/extend.html", form=form, intake=found), 422 if form.errors else 200


@blueprint.route("/g/<region>/<intake>/close", methods=["GET", "POST"], endpoint="close")
def close(region: str, intake: str) -> Any:
    """Confirm that the time is over, or close early with a reason."""
    found = _present()
    form = CloseForm(None if request.method == "GET" else request.form, say=_)
    if request.method == "POST" and form.validate():
        try:
            with transaction(db()):
                service.close(db(), intake=found, actor=actor(), now=clock.now(), reason=form.reason.data)
            flash(_("The intake is closed."))
            return redirect(_address("intake.show", found), 303)
        except Invalid as error:
            _show(form, error)
    early = clock.now() < found.closes_at
    return render_template(
        "intake/close.html", form=form, intake=found, early=early
    ), 422 if form.errors else 200


def _present() -> Intake:
    found = present_intake()
    assert found is not None, "the address names an intake"
    return found


def _region_id() -> int:
    found = region().id
    assert found is not None
    return found


def _address(endpoint: str, intake: Intake) -> str:
    return url_for(endpoint, region=region().slug, intake=intake.slug)


def _form(formdata: Any, data: dict[str, Any]) -> Any:
    sites = [(each.id or 0, each.name) for each in intakes.sites(db())]
    choices = [
        (str(each.id), _("%(key)s, version %(version)s", key=each.key, version=each.version))
        for each in profiles.rows(db())
    ]
    return intake_form(formdata, sites=sites, profiles=choices, data=data, say=_)


def _fresh() -> dict[str, Any]:
    newest = profiles.rows(db())
    midnight = (
        clock.in_stockholm(clock.now()).replace(hour=23, minute=59).time().replace(second=0, microsecond=0)
    )
    return {
        "form": PostForm.STANDALONE.value,
        "profile_id": str(newest[0].id) if newest else None,
        "opens_time": midnight.replace(hour=8, minute=0),
        "closes_time": midnight,
        "kind_0": PlacementKind.ACUTE_CARE.value,
        "months_0": 6,
        "kind_1": PlacementKind.PRIMARY_CARE.value,
        "months_1": 6,
    }


def _kept(intake: Intake) -> dict[str, Any]:
    plan = service.plan_of(db(), intake)
    opens_on, opens_time = moment_parts(clock.in_stockholm(plan.opens_at))
    closes_on, closes_time = moment_parts(clock.in_stockholm(plan.closes_at))
    data: dict[str, Any] = {
        **plan.columns(),
        "form": plan.form.value,
        "profile_id": str(plan.profile_id),
        "opens_on": opens_on,
        "opens_time": opens_time,
        "closes_on": closes_on,
        "closes_time": closes_time,
    }
    for posts in plan.posts:
        data[f"posts_{posts.site_id}"], data[f"acute_{posts.site_id}"] = posts.number, posts.acute_care
    for row, (kind, halves) in enumerate(plan.programme):
        data[f"kind_{row}"], data[f"months_{row}"] = kind.value, halves
    return data


def _plan(form: Any) -> IntakePlan:
    return IntakePlan(
        profile_id=int(form.profile_id.data),
        slug=form.slug.data,
        title_sv=form.title_sv.data,
        title_en=form.title_en.data,
        case_number=form.case_number.data or "",
        form=PostForm(form["form"].data),
        starts_on=form.starts_on.data,
        opens_at=clock.stockholm(form.opens_on.data, form.opens_time.data),
        closes_at=clock.stockholm(form.closes_on.data, form.closes_time.data),
        decision_on=form.decision_on.data,
        interviews_from=form.interviews_from.data,
        interviews_until=form.interviews_until.data,
        posts=[PlannedPosts(site, number, acute) for site, number, acute in form.posts()],
        programme=[(PlacementKind(kind), halves) for kind, halves in form.programme()],
    )


def _show(form: Any, error: Invalid) -> None:
    """Put a refusal at the field that it concerns."""
    names = {"opens_at": "opens_on", "closes_at": "closes_on", "programme": "months_0"}
    name = names.get(error.field or "", error.field or "")
    site_ids = getattr(form, "site_ids", ())
    if name == "posts" and site_ids:
        name = f"posts_{site_ids[0]}"
    field = form[name] if name in form else next(iter(form))
    field.errors = [*field.errors, str(error)]
