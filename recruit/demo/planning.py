"""Time plans, what the finished intake taught, and the open intake, which was made from it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlmodel import Session

from recruit import clock
from recruit.actor import Actor
from recruit.demo.region import Group
from recruit.models import Intake, LessonKind, LessonSubject, PlanStep
from recruit.planning import proposed
from recruit.services import cloning, intake, lessons, time_plan
from recruit.services.cloning import NewIntake

#: (assessor's number, 0 for the coordinator; subject; kind; words)
COMMENTS: Sequence[tuple[int, LessonSubject, LessonKind, str]] = (
    (
        0,
        LessonSubject.ADVERTISEMENT,
        LessonKind.CHANGE,
        "Vi fick förlänga en vecka för Hamra. Annonsera hälsocentralens tjänster för sig och tidigare.",
    ),
    (
        2,
        LessonSubject.ASSESSMENT,
        LessonKind.KEEP,
        "Nivåbeskrivningarna räckte långt. Det gick att bedöma fem ansökningar på en timme utan att gissa.",
    ),
    (
        4,
        LessonSubject.ASSESSMENT,
        LessonKind.TRY,
        "Bedöm samma fem ansökningar allihop först och prata igenom skillnaderna. Vi läste referenserna olika strängt.",
    ),
    (
        5,
        LessonSubject.APPLICATION,
        LessonKind.CHANGE,
        "Många språkintyg saknades. Säg redan på första sidan vilka intyg som godtas.",
    ),
    (
        0,
        LessonSubject.OFFERS,
        LessonKind.CHANGE,
        "Två tackade nej efter svarstiden. Ring reserverna samma dag som erbjudandena går ut.",
    ),
    (
        7,
        LessonSubject.WORK,
        LessonKind.KEEP,
        "Mötet höll tiden, eftersom alla hade läst gränszonen i förväg.",
    ),
)
AGREED = (
    "– Hälsocentralens tjänster annonseras två veckor före de andra.\n"
    "– Första sidan i ansökan säger vilka språkintyg som godtas.\n"
    "– Bedömningen börjar med fem gemensamma ansökningar och ett samtal om skillnaderna.\n"
    "– Reserverna rings samma dag som erbjudandena går ut.\n"
    "– Alla läser gränszonen före mötet, som den här gången."
)


def plan(
    session: Session,
    made: Intake,
    group: Group,
    now: datetime,
    changes: Mapping[PlanStep, date] | None = None,
) -> None:
    """Keep the days that are proposed, but for some."""
    time_plan.save(
        session,
        intake=made,
        dates=proposed(made) | dict(changes or {}),
        seen=None,
        actor=group.actor,
        now=now,
    )


def teach(session: Session, finished: Intake, group: Group, commented: datetime, agreed: datetime) -> None:
    """The group comments, and the chair agrees what the next intake takes along."""
    for number, subject, kind, words in COMMENTS:
        writer = Actor(group.assessors[number - 1].id) if number else group.actor
        lessons.comment(
            session, intake=finished, subject=subject, kind=kind, text=words, actor=writer, now=commented
        )
    lessons.agree(session, intake=finished, text=AGREED, version=0, actor=group.second, now=agreed)


def cloned(
    session: Session, source: Intake, group: Group, new: NewIntake, *, opens_at: datetime, now: datetime
) -> Intake:
    """A draft made from an earlier intake, which then gets an opening time of its own."""
    made = cloning.clone(session, source=source, new=new, seen=None, actor=group.actor, now=now)
    whole = replace(intake.plan_of(session, made), opens_at=clock.in_stockholm(opens_at))
    return intake.change(session, intake=made, plan=whole, actor=group.actor, now=now)
