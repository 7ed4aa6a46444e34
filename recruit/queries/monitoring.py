"""How the selection fell out between groups. The only reader of the monitoring answers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlmodel import Session, col, select

from recruit.frames import ATTRIBUTES, VOLUNTARY, Monitored, monitoring_table
from recruit.keeping import Latest
from recruit.models import (
    Application,
    ApplicationStatus,
    Eligibility,
    Intake,
    InterviewList,
    ListStatus,
    MonitoringAnswer,
    MonitoringShowing,
)
from recruit.queries import intake as intakes
from recruit.queries import interview as lists
from recruit.queries import outcome as outcomes
from recruit.queries.unchanged import kept

if TYPE_CHECKING:
    from scoring.monitoring import Stage

GOES_ON = (Eligibility.ELIGIBLE, Eligibility.CONDITIONAL)
#: What follows from applications that the group reads anyway; the rest of the attributes are voluntary answers.
FROM_APPLICATIONS = tuple(name for name in ATTRIBUTES if name not in VOLUNTARY)


#: The steps after the list, each a share of those who reached the one before; the first of those called.
AFTER_THE_LIST = ("interviewed", "offered", "accepted", "started", "goals_reached")


#: What every report has, whatever comes after.
ENTRY_AND_LIST = ("eligible", "called", "listed")
#: Where fewer than so many times the smallest group shown came so far, their groups need not be tried: they are hidden.
MANY = 10


@dataclass(frozen=True)
class Reached:
    """Ids of applications by how far they came. `called` and `listed` are None while no line is drawn.

    `further` is stage -> ids: "screened", who has a place in the ranking, and each of `AFTER_THE_LIST` that somebody
    has reached. Who reached one of these was called, also from the reserves or by an earlier version of the list.
    """

    called: frozenset[int] | None = None
    listed: frozenset[int] | None = None
    further: Mapping[str, frozenset[int]] = field(default_factory=dict)


def reached(session: Session, *, intake: Intake, drawn: InterviewList | None) -> Reached:
    """How far everybody has come: by a list and its ranking, and once it is confirmed by what was entered after it."""
    if drawn is None:
        return Reached()
    above, reserves = lists.ids_by_kind(session, interview_list=drawn)
    confirmed = drawn.status is ListStatus.CONFIRMED
    after = outcomes.reached(session, intake=intake) if confirmed else {}
    called = above.union(*after.values())
    further = {"screened": outcomes.screened(session, run_id=drawn.run_id) | called}
    further |= {stage: after[stage] for stage in AFTER_THE_LIST if stage in after}
    return Reached(
        frozenset(called),
        frozenset(called | reserves),
        {stage: frozenset(ids) for stage, ids in further.items()},
    )


@dataclass(frozen=True)
class Applied:
    """Everybody who applied to an intake, and what is still open.

    `versions`: for each row a digest of the person and of when the application was last saved. It tells two
    sets of persons apart without naming anybody; whoever changes an answer counts as somebody else.
    """

    rows: tuple[Monitored, ...]
    withdrawn: int
    undecided: int
    versions: tuple[str, ...] = ()

    @property
    def decided(self) -> int:
        """How many applications have a decision on eligibility."""
        return len(self.rows) - self.undecided


def applied(session: Session, *, intake: Intake) -> Applied:
    """Everybody who has submitted an application, also those who withdrew it later; drafts have not applied.

    Someone who withdrew before a decision did not become eligible; after it, the decision counts.
    """
    return applied_to(session, intakes=[intake])[0]


def applied_to(session: Session, *, intakes: Sequence[Intake]) -> list[Applied]:
    """The same for several intakes, in their order. One query."""
    found = (
        select(  # type: ignore[call-overload,misc]
            Application.id,
            Application.status,
            Application.eligibility,
            Application.education_country,
            Application.licence_route,
            MonitoringAnswer.sex,
            MonitoringAnswer.age_band,
            Application.saved_at,
            Application.intake_id,
        )
        .join(MonitoringAnswer, col(MonitoringAnswer.application_id) == Application.id, isouter=True)
        .where(
            col(Application.intake_id).in_([each.id for each in intakes]),
            col(Application.submitted_at).is_not(None),
        )
        .order_by(col(Application.id))
    )
    rows: dict[int | None, list[Any]] = {each.id: [] for each in intakes}
    for row in session.exec(found):
        rows[row[8]].append(row)
    return [_applied(rows[each.id]) for each in intakes]


def _applied(rows: Sequence[Any]) -> Applied:
    return Applied(
        rows=tuple(
            Monitored(
                application_id=row[0] or 0,
                eligible=row[2] in GOES_ON,
                country=row[3],
                licence_route=row[4],
                sex=row[5],
                age_band=row[6],
            )
            for row in rows
        ),
        withdrawn=sum(row[1] is ApplicationStatus.WITHDRAWN for row in rows),
        undecided=sum(
            row[2] is Eligibility.PENDING and row[1] is ApplicationStatus.SUBMITTED for row in rows
        ),
        versions=tuple(_version(row[0] or 0, row[7]) for row in rows),
    )


def _version(application_id: int, saved_at: datetime) -> str:
    text = f"{application_id} {saved_at.astimezone(UTC).isoformat()}"
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def figures(
    session: Session,
    *,
    intake: Intake,
    called: Collection[int] | None,
    listed: Collection[int] | None = None,
    minimum: int | None = None,
    further: Mapping[str, Collection[int]] | None = None,
) -> dict[str, Any]:
    """The monitor's figures, JSON-ready, as `scoring.monitoring.Audit.to_dict` gives them.

    `called` and `listed` are ids of applications: above the line, and called or in reserve; None leaves the
    stage out. Each is a share of the eligible; `further` as in `Reached`. With `minimum`, smaller cells are
    suppressed (for the group).
    """
    people = applied(session, intake=intake)
    return audit(people, called=called, listed=listed, minimum=minimum, further=further)


def audit(
    people: Applied,
    *,
    called: Collection[int] | None,
    listed: Collection[int] | None = None,
    minimum: int | None = None,
    by: Sequence[str] = ATTRIBUTES,
    further: Mapping[str, Collection[int]] | None = None,
    whole: bool = True,
) -> dict[str, Any]:
    """The same from rows that have been read; each stage also has the verdict and summary of its groups.

    `by`: the attributes; suppression too sees no others. `whole`: with each group's shrunken rate, control limits and
    detectable counts, which take most of the time and which a suppressed report never has.
    """

    reached = dict(sorted((further or {}).items()))
    asked = {
        "people": [tuple(vars(row).values()) for row in people.rows],
        "open": [people.withdrawn, people.undecided],
        "called": None if called is None else sorted(called),
        "listed": None if listed is None else sorted(listed),
        "further": {stage: sorted(ids) for stage, ids in reached.items()},
        "asked": [minimum, list(by), whole],
    }
    # A digest, so that nobody's answers stay in memory. As text, since whoever reads figures may alter them.
    key = hashlib.sha256(json.dumps(asked, default=lambda member: member.value).encode()).hexdigest()
    text = _AUDITS.get(
        key,
        lambda: json.dumps(_audit(people, called, listed, minimum, by, reached, whole), ensure_ascii=False),
    )
    found: dict[str, Any] = json.loads(text)
    return found


_AUDITS: Latest[str, str] = Latest(64)


def _audit(
    people: Applied,
    called: Collection[int] | None,
    listed: Collection[int] | None,
    minimum: int | None,
    by: Sequence[str],
    further: Mapping[str, Collection[int]],
    whole: bool,
) -> dict[str, Any]:
    def audited(stages: Mapping[str, Collection[int]]) -> dict[str, Any]:
        return _audited(people, called, listed, by, stages, whole and minimum is None)

    if minimum is None:
        return audited(further)
    shown = _suppressed(audited({}), minimum)
    screened = {stage: ids for stage, ids in further.items() if stage == "screened"}
    if screened and len(further) > len(screened):
        shown = _with_further(shown, audited(screened), minimum)
    return _with_further(shown, audited(further), minimum) if further else shown


def _audited(
    people: Applied,
    called: Collection[int] | None,
    listed: Collection[int] | None,
    by: Sequence[str],
    further: Mapping[str, Collection[int]],
    small_groups: bool,
) -> dict[str, Any]:
    from scoring.monitoring import audit_stages
    from scoring.verdicts import summary, worst

    stages = stages_of(called is not None, listed is not None, further)
    table = monitoring_table(people.rows, called=called or (), listed=listed or (), further=further)
    # Few come from any one country: their rates are drawn to that of their licence route first.
    parents = {name: "licence_route" for name in ("country", "country_group") if name in by}
    found = audit_stages(table, by, stages, parents=parents).to_dict(
        boschloo=False, small_groups=small_groups
    )
    for attribute in found["attributes"].values():
        for part in attribute["stages"].values():
            verdicts = [group["verdict"] for group in part["groups"].values()]
            part["verdict"], part["summary"] = worst(verdicts), summary(verdicts)
    found["withdrawn"] = people.withdrawn
    found["undecided"] = people.undecided
    return found


def stages_of(called: bool, listed: bool, further: Collection[str]) -> list[Stage]:
    """The stages that there are: screening, line and list a share of the eligible, later ones of the stage before."""
    from scoring.monitoring import Stage

    stages = [Stage("eligible", "eligible")]
    if "screened" in further:
        stages.append(Stage("screened", "screened", "eligible"))
    if called:
        stages.append(Stage("called", "called", "eligible"))
    if listed:
        stages.append(Stage("listed", "listed", "eligible"))
    before = "called"
    for key in AFTER_THE_LIST:
        if key in further:
            stages.append(Stage(key, key, before))
            before = key
    return stages


def _with_further(plain: dict[str, Any], whole: Mapping[str, Any], minimum: int) -> dict[str, Any]:
    """A report for the group with more stages, suppressed together where that hides no figure that `plain` shows.

    Steps that few have reached would hide figures of steps before them. Then `plain` stays as it is, and of the
    further stages the group sees totals and verdicts alone.
    """
    from scoring.suppression import suppress

    reached = [stage["selected"] for stage in whole["stages"] if stage["key"] not in ENTRY_AND_LIST]
    if min(reached) < MANY * minimum:
        return _beside(plain, whole)
    together = suppress(whole, minimum)
    return together if _shows_as_much(together, plain) else _beside(plain, whole)


def _beside(plain: dict[str, Any], whole: Mapping[str, Any]) -> dict[str, Any]:
    """The further stages put beside the list's, without a figure of any group."""
    from scoring.public_report import without_figures, without_totals
    from scoring.verdicts import worst

    # Where totals alone would give a count away, `plain` has none; nor may those of further stages stand there.
    plain["stages"] = without_totals(whole["stages"], hidden=plain["suppressed"])
    for name, attribute in plain["attributes"].items():
        source = whole["attributes"][name]
        attribute["stages"] = {
            key: attribute["stages"].get(key) or without_figures(part, ordered=source["ordered"])
            for key, part in source["stages"].items()
        }
        if worst([attribute["verdict"], source["verdict"]]) != attribute["verdict"]:
            attribute["verdict"], attribute["summary"] = source["verdict"], source["summary"]
    return plain


def _shows_as_much(together: Mapping[str, Any], plain: Mapping[str, Any]) -> bool:
    """Whether whatever one report shows of a group is shown in the other as well."""
    return not together.get("suppressed") and all(
        not together["attributes"][name]["stages"][key]["groups"][group]["suppressed"]
        for name, attribute in plain["attributes"].items()
        for key, stage in attribute["stages"].items()
        for group, row in stage["groups"].items()
        if not row["suppressed"]
    )


def _suppressed(found: Mapping[str, Any], minimum: int) -> dict[str, Any]:
    """Suppressed for the group, so that the figures of those called are kept where there is a choice.

    Few in reserve are the difference between called and listed: shown together, most of both would have to be
    hidden. Then those listed are left out whole, which leaves nothing to subtract.
    """
    from scoring.public_report import without_figures, without_totals
    from scoring.suppression import suppress

    whole = suppress(found, minimum)
    if {"called", "listed"} - {stage["key"] for stage in found["stages"]}:
        return whole
    without = deepcopy(dict(found))
    without["stages"] = [stage for stage in found["stages"] if stage["key"] != "listed"]
    for attribute in without["attributes"].values():
        del attribute["stages"]["listed"]
    shorter = suppress(without, minimum)
    if _shown(shorter) <= _shown(whole):
        return whole
    shorter["stages"] = without_totals(found["stages"], hidden=shorter["suppressed"])
    for name, attribute in found["attributes"].items():
        hidden = without_figures(attribute["stages"]["listed"], ordered=attribute["ordered"])
        shorter["attributes"][name]["stages"]["listed"] = hidden
        _forget_family(shorter["attributes"][name])
    return shorter


def _shown(figures: Mapping[str, Any]) -> int:
    """How many groups' figures of those called are shown."""
    stages = (attribute["stages"]["called"] for attribute in figures["attributes"].values())
    return sum(not group["suppressed"] for stage in stages for group in stage["groups"].values())


def _forget_family(attribute: dict[str, Any]) -> None:
    """The adjustment rests on hidden groups as well."""
    attribute["comparisons"] = None
    for stage in attribute["stages"].values():
        for group in stage["groups"].values():
            group["adjusted_p"] = None


@dataclass(frozen=True)
class Reader:
    """Who reads. `inside`: of the recruitment group, who could recognise people; `minimum` is for them."""

    inside: bool
    minimum: int


#: Why figures are not shown: applications are still coming in, or eligibility is still being decided.
OPEN, UNDECIDED = "open", "undecided"


@dataclass(frozen=True)
class Seen:
    """What a reader may see. `figures` is None when `withheld` says why.

    `veiled`: the voluntary answers are left out whole: no figure, no verdict.
    """

    figures: dict[str, Any] | None
    withheld: str | None = None
    veiled: bool = False


def for_reader(
    session: Session,
    *,
    intake: Intake,
    reader: Reader,
    now: datetime,
    called: Collection[int] | None,
    listed: Collection[int] | None = None,
    drawn: InterviewList | None = None,
    further: Mapping[str, Collection[int]] | None = None,
    whole: bool = True,
) -> Seen:
    """The figures as this reader may see them.

    An auditor sees all of them at any time. To the group they are suppressed, and shown only when nobody can
    apply any more and eligibility is decided for all. The voluntary answers are shown only with a list that
    was drawn (`drawn`), exactly as they were kept then: what is decided afterwards changes nothing in them, so
    that no two looks can be compared to learn one person's answer. `further` and `whole` as in `audit`.
    """
    over = _is_over(intake, now)

    def shown() -> str:
        people = applied(session, intake=intake)
        asked: dict[str, Any] = {"called": called, "listed": listed, "further": further}
        if not reader.inside:
            return json.dumps(audit(people, **asked, whole=whole), ensure_ascii=False)
        if people.undecided or not over:
            return ""
        by, minimum = FROM_APPLICATIONS, reader.minimum
        return json.dumps(audit(people, **asked, minimum=minimum, by=by), ensure_ascii=False)

    lines = _digest(called, listed, further)
    # As text, since whoever reads figures may alter them.
    text = kept(session, shown, "monitor", intake.id, reader, over, whole, lines)
    if not text:
        return Seen(None, withheld=UNDECIDED if over else OPEN)
    figures: dict[str, Any] = json.loads(text)
    if not reader.inside:
        return Seen(figures)
    voluntary = _kept(session, drawn, reader.minimum)
    if voluntary is None:
        return Seen(figures, veiled=True)
    figures["attributes"] = voluntary | figures["attributes"]
    return Seen(figures)


def _digest(
    called: Collection[int] | None,
    listed: Collection[int] | None,
    further: Mapping[str, Collection[int]] | None,
) -> str:
    """Names who came how far."""
    asked = [
        None if called is None else sorted(called),
        None if listed is None else sorted(listed),
        [[stage, sorted(ids)] for stage, ids in sorted((further or {}).items())],
    ]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()


def is_settled(people: Applied, intake: Intake, now: datetime) -> bool:
    """Whether nobody can apply any more and everybody has a decision on eligibility."""
    return not people.undecided and _is_over(intake, now)


def _is_over(intake: Intake, now: datetime) -> bool:
    return intakes.is_over(intake, now) and not intakes.accepts(intake, now)


def _kept(session: Session, drawn: InterviewList | None, minimum: int) -> dict[str, Any] | None:
    """The voluntary attributes as they were shown with a list; None where they are not for these readers."""
    if drawn is None:
        return None
    found = session.exec(select(MonitoringShowing).where(MonitoringShowing.list_id == drawn.id)).first()
    if found is None or found.minimum < minimum:
        return None
    kept: dict[str, Any] = json.loads(found.figures)
    return kept
