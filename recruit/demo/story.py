"""Three intakes of the demo region: one finished, one being assessed, one open. Made by the real use cases.

Days are counted from the day on which the demo is made; everything else follows from SEED.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlmodel import Session

from recruit import clock
from recruit.actor import Actor
from recruit.demo import (
    applying,
    assigning,
    calibrating,
    completing,
    disagreeing,
    disclosing,
    following,
    judging,
    letters,
    meeting,
    planning,
    profiles,
    region,
)
from recruit.demo.copies import make_copies
from recruit.demo.judging import Judged
from recruit.demo.people import Person, draw_countries, draw_people
from recruit.demo.region import Group
from recruit.models import (
    Application,
    Intake,
    InterviewList,
    OutcomeKind,
    PlacementKind,
    PlanStep,
    PostForm,
)
from recruit.passwords import hash_password
from recruit.queries.analysis import figures_of
from recruit.services import analysis, application, interview, ranking
from recruit.services import intake as intakes
from recruit.services.cloning import NewIntake
from recruit.services.intake import IntakePlan, PlannedPosts
from recruit.services.lines import LineGroup
from recruit.services.publishing import publish
from recruit.services.record import sha256
from recruit.storage import Storage
from recruit.working_days import next_working
from scoring.criteria import STAGES

SEED = "Region Älvmark"
FINISHED, ASSESSED, OPEN = 82, 66, 34  # applications sent
DRAFTS = 9
PLACES, RESERVES = 30, 8
POSTS_AT_SITES = (10, 7, 5, 3)
PLANNED = sum(POSTS_AT_SITES)
ACUTE = ("Akutmottagning, medicin", "Akutmottagning, ortopedi", "Medicin, närakut", "Närakut")
PROGRAMME = [
    (PlacementKind.INTRODUCTION, 1),
    (PlacementKind.ACUTE_CARE, 8),
    (PlacementKind.PRIMARY_CARE, 8),
    (PlacementKind.PSYCHIATRY, 7),
]
Tell = Callable[[str], None]


@dataclass
class Demo:
    """What the story is told with: the session, the group, the files, chance, and someone who listens."""

    session: Session
    group: Group
    storage: Storage
    chance: random.Random
    today: date
    password_hash: str
    tell: Tell

    def at(self, days: int, hour: int = 9) -> datetime:
        """So many days from today, on Swedish clocks."""
        return clock.stockholm(self.today + timedelta(days=days), time(hour))


def make(session: Session, storage: Storage, *, today: date, tell: Tell) -> Group:
    """Make the whole region in the present transaction."""
    chance = random.Random(SEED)  # noqa: S311 (invented people, no secrets)
    session.info["chance"] = random.Random(SEED + " codes")  # noqa: S311 (so that codes are the same every time)
    group = region.create(session, clock.stockholm(today - timedelta(days=260), time(9)))
    tell(
        f"{group.region.name}: {len(group.sites)} sites, {len(group.assessors)} assessors, the default profile."
    )
    demo = Demo(session, group, storage, chance, today, hash_password(region.PASSWORD), tell)
    countries = draw_countries(FINISHED + ASSESSED + OPEN + DRAFTS, seed=SEED)
    first, second = FINISHED, FINISHED + ASSESSED
    finished = _finished(demo, countries[:first])
    _assessed(demo, countries[first:second])
    _open(demo, countries[second:], finished)
    profiles.make_profiles(demo)
    return group


def _finished(demo: Demo, countries: list[str]) -> Intake:
    demo.tell(f"Intake 1, finished: {len(countries)} people apply …")
    intake = _intake(demo, "varen", "våren", "spring", opens=-230, closes=-195, starts=45)
    judged = _apply(demo, intake, countries, first_number=1, from_day=-228, days=32)
    _extend(demo, intake)
    _withdraw(demo, judged[7], demo.at(-190))
    intakes.close(demo.session, intake=intake, actor=demo.group.actor, now=demo.at(-187))
    planning.plan(demo.session, intake, demo.group, demo.at(-187))
    judged = [each for each in judged if each.application.withdrawn_at is None]
    _decide(demo, judged, day=-184)
    judging.assign(demo.session, intake, demo.group, demo.at(-176))
    done = _assess(demo, judged, intake, day=-174, harsh=True)
    demo.tell(
        f"  {done} assessments by {len(demo.group.assessors)} assessors; one is harsher to one group (HARSH)."
    )
    differed = disagreeing.talk_through(demo.session, intake, demo.group, demo.at(-162))
    demo.tell(
        f"  {differed} large disagreements: one discussed, with a level changed, the others left with a reason."
    )
    run = ranking.run(demo.session, intake=intake, actor=demo.group.actor, now=demo.at(-160))
    begun = meeting.begin(demo.session, intake, demo.group, demo.at(-160, 10))
    drawn = interview.draft(
        demo.session,
        intake=intake,
        run=run,
        groups=[LineGroup("", (), PLACES, RESERVES)],
        actor=demo.group.actor,
        now=demo.at(-160, 10),
    )
    _settle(demo, drawn)
    interview.confirm(demo.session, interview_list=drawn, actor=demo.group.second, now=demo.at(-160, 13))
    meeting.close(demo.session, begun, demo.group, demo.at(-160, 14))
    demo.tell(f"  Ranked; the list is confirmed: up to {PLACES} called, {RESERVES} in reserve.")
    publish(demo.session, interview_list=drawn, actor=demo.group.second, now=demo.at(-159))
    sent = letters.send_outcome(demo.session, intake=intake, actor=demo.group.actor, now=demo.at(-159, 10))
    demo.tell(f"  {sent} letters about the outcome, one of which comes back.")
    _follow(demo, intake)
    _analyse(demo, intake)
    disclosing.disclose(
        demo.session,
        intake=intake,
        application=judged[0].application,
        storage=demo.storage,
        asked_on=demo.today - timedelta(days=101),
        actor=demo.group.actor,
        second=demo.group.second,
        now=demo.at(-100, 13),
    )
    planning.teach(demo.session, intake, demo.group, demo.at(-19), demo.at(-17))
    return intake


def _settle(demo: Demo, drawn: InterviewList) -> None:
    """The group talks about those whom the line cannot tell apart."""
    settlement = meeting.settle_zone(demo.session, drawn, demo.group, demo.at(-160, 11))
    if settlement is not None:
        demo.tell(
            f"  {len(settlement.zone)} are in the borderline zone; the meeting moved one and wrote down why."
        )


def _follow(demo: Demo, intake: Intake) -> None:
    states = following.follow(
        demo.session,
        intake=intake,
        posts=PLANNED,
        called_on=demo.today - timedelta(days=158),
        seed=SEED + " outcomes",
        actor=demo.group.actor,
        now=demo.at(-20),
    )
    left = states[OutcomeKind.DECLINED] + states[OutcomeKind.DROPPED_OUT]
    demo.tell(
        f"  {states[OutcomeKind.ACCEPTED]} of {PLANNED} posts are taken; {left} declined or dropped out."
    )


def _analyse(demo: Demo, intake: Intake) -> None:
    """The auditor's analysis, which a server would make on the side; its pages show it."""
    demo.tell("  The analysis for the auditor …")
    made = analysis.analyse_now(demo.session, intake=intake, now=demo.at(-20, 10))
    figures = figures_of(made)["funnel"]
    for attribute, found in figures["attributes"].items():
        demo.tell(f"  Monitoring {attribute.replace('_', ' ')}: {found['summary']['en']}")


def _assessed(demo: Demo, countries: list[str]) -> None:
    demo.tell(f"Intake 2, being assessed: {len(countries)} people apply …")
    intake = _intake(demo, "hosten", "hösten", "autumn", opens=-55, closes=-20, starts=110)
    judged = _apply(demo, intake, countries, first_number=1 + FINISHED, from_day=-54, days=33)
    intakes.close(demo.session, intake=intake, actor=demo.group.actor, now=demo.at(-19))
    planning.plan(demo.session, intake, demo.group, demo.at(-19), _tight(demo))
    _decide(demo, judged, day=-17)
    copies = make_copies(demo.session, judged, demo.group, demo.storage, demo.at(-15))
    demo.tell(f"  {copies} CVs gone through, with copies in which what gives the applicant away is struck.")
    levels = calibrating.calibrate(demo.session, intake, demo.group, demo.at(-13), f"{SEED} calibration")
    demo.tell(f"  A calibration: {levels} levels on the same cases, and what the group agreed on.")
    asked = assigning.prepare(demo.session, intake, demo.group, demo.at(-11))
    demo.tell(f"  {asked} possible conflicts of interest are found; most are answered.")
    judging.assign(demo.session, intake, demo.group, demo.at(-10))
    done = _assess(demo, judged, intake, day=-9, share=0.6)
    calibrating.put_aside(demo.session, intake, demo.group, demo.at(-3))
    demo.tell(f"  {done} assessments so far.")
    completing.while_assessed(demo, intake, judged)
    demo.tell("  Four are asked to complete their applications; two have answered, one is overdue.")
    letters.draft_information(demo.session, intake=intake, actor=demo.group.actor, now=demo.at(-4))
    if disagreeing.leave_open(demo.session, intake, demo.group, demo.at(-2)):
        demo.tell("  Two assessors discuss an application on which they differ.")


def _tight(demo: Demo) -> dict[PlanStep, date]:
    """Days that the assessing intake does not keep: its assessments were to be done days ago."""
    days = {PlanStep.COMPLETIONS_IN: -14, PlanStep.ELIGIBILITY_DECIDED: -12, PlanStep.CALIBRATED: -8}
    days |= {PlanStep.ASSESSED: -4, PlanStep.RANKING_MEETING: 5, PlanStep.LIST_PUBLISHED: 7}
    return {step: next_working(demo.today + timedelta(days=each)) for step, each in days.items()}


def _open(demo: Demo, countries: list[str], finished: Intake) -> None:
    demo.tell(f"Intake 3, open: {OPEN} have applied, {DRAFTS} have begun …")
    intake = _opened(demo, "nasta-var", _cloned(demo, finished), demo.at(-15))
    first = 1 + FINISHED + ASSESSED
    judged = _apply(demo, intake, countries[:OPEN], first_number=first, from_day=-11, days=10)
    completing.while_open(demo, intake, judged)
    people = _people(countries[OPEN:], first + OPEN, intake)
    for person in people:
        _one(demo, intake, person, demo.at(-2), send=False)


def _intake(demo: Demo, slug: str, sv: str, en: str, *, opens: int, closes: int, starts: int) -> Intake:
    start = _first_of_month(demo.today + timedelta(days=starts))
    decision = demo.today + timedelta(days=closes + 32)
    plan = IntakePlan(
        profile_id=demo.group.profile.id or 0,
        slug=f"bt-{slug}-{start.year}",
        title_sv=f"Bastjänstgöring, {sv}, start {start.year}",
        title_en=f"Basic service, {en}, start {start.year}",
        case_number=f"RÄ {demo.at(opens).year}/{1000 - opens}",
        form=PostForm.STANDALONE,
        starts_on=start,
        opens_at=demo.at(opens),
        closes_at=clock.stockholm(demo.today + timedelta(days=closes), time(23, 59)),
        decision_on=decision,
        interviews_from=decision + timedelta(days=12),
        interviews_until=decision + timedelta(days=15),
        posts=[
            PlannedPosts(site.id or 0, number, acute)
            for site, number, acute in zip(demo.group.sites, POSTS_AT_SITES, ACUTE, strict=True)
        ],
        programme=PROGRAMME,
    )
    actor, before = demo.group.actor, demo.at(opens - 3)
    intake = intakes.create(demo.session, region_id=demo.group.region_id, plan=plan, actor=actor, now=before)
    return _opened(demo, slug, intake, before)


def _cloned(demo: Demo, finished: Intake) -> Intake:
    """The open intake as a draft: made from the finished one, with its plan half a year later."""
    start = _first_of_month(demo.today + timedelta(days=190))
    new = NewIntake(
        title_sv=f"Bastjänstgöring, nästa vår, start {start.year}",
        title_en=f"Basic service, next spring, start {start.year}",
        slug=f"bt-nasta-var-{start.year}",
        case_number=f"RÄ {demo.at(-12).year}/1012",
        profile_id=demo.group.profile.id or 0,
        closes_on=demo.today + timedelta(days=18),
        starts_on=start,
    )
    return planning.cloned(demo.session, finished, demo.group, new, opens_at=demo.at(-12), now=demo.at(-15))


def _opened(demo: Demo, slug: str, intake: Intake, now: datetime) -> Intake:
    seeds: dict[str, str] = {stage: sha256(f"{SEED} {slug} {stage}") for stage in STAGES}
    return intakes.open_intake(demo.session, intake=intake, actor=demo.group.actor, now=now, seeds=seeds)


def _first_of_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _people(countries: list[str], first_number: int, intake: Intake) -> list[Person]:
    return draw_people(
        countries, seed=f"{SEED} {first_number}", first_number=first_number, starts_on=intake.starts_on
    )


def _apply(
    demo: Demo, intake: Intake, countries: list[str], *, first_number: int, from_day: int, days: int
) -> list[Judged]:
    people = _people(countries, first_number, intake)
    judged = []
    for number, person in enumerate(people):
        now = demo.at(from_day + number * days // len(people), 8 + number % 12)
        judged.append(Judged(_one(demo, intake, person, now), person))
        if (number + 1) % 20 == 0:
            demo.tell(f"  {number + 1} of {len(people)}")
    return judged


def _one(demo: Demo, intake: Intake, person: Person, now: datetime, send: bool = True) -> Application:
    account = applying.register(demo.session, person, demo.password_hash, now)
    return applying.apply(
        demo.session,
        person=person,
        account=account,
        intake=intake,
        sites=demo.group.sites,
        storage=demo.storage,
        chance=demo.chance,
        now=now,
        send=send,
    )


def _extend(demo: Demo, intake: Intake) -> None:
    intakes.extend(
        demo.session,
        intake=intake,
        closes_at=intake.closes_at + timedelta(days=7),
        reason="Få sökande till Hamra hälsocentral.",
        actor=demo.group.actor,
        now=demo.at(-196),
    )


def _withdraw(demo: Demo, judged: Judged, now: datetime) -> None:
    found = judged.application
    application.withdraw(
        demo.session,
        application=found,
        reason="Fått ett annat arbete.",
        actor=Actor(found.account_id),
        now=now,
    )


def _decide(demo: Demo, judged: list[Judged], *, day: int) -> None:
    judging.enter_references(demo.session, judged, demo.group, demo.chance, demo.at(day))
    judging.decide_eligibility(demo.session, judged, demo.group, demo.at(day + 1))
    eligible = sum(each.application.eligibility.value in ("eligible", "conditional") for each in judged)
    demo.tell(f"  {eligible} of {len(judged)} are eligible, decided by a person on every requirement.")


def _assess(
    demo: Demo, judged: list[Judged], intake: Intake, *, day: int, share: float = 1.0, harsh: bool = False
) -> int:
    people = {each.application.id or 0: each.person for each in judged}
    return judging.assess(
        demo.session,
        people,
        intake,
        demo.group,
        demo.chance,
        demo.at(day),
        share=share,
        harsh=harsh,
    )
