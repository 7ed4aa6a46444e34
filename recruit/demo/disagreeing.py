"""What the demo's assessors differ on: one discussion that changed a level, one that is open, some that were left."""

from datetime import datetime, timedelta

from sqlmodel import Session

from recruit.actor import Actor
from recruit.demo.region import Group
from recruit.models import Application, Intake
from recruit.queries import disagreement as queries
from recruit.queries import discussion as discussions
from recruit.services import disagreement, discussion

STAGE = "screening"
WHY = "Bedömarna ligger långt ifrån varandra, och skillnaden kan avgöra om ansökan hamnar över eller under linjen."
FIRST = "Jag har gått på intyget, där handledaren beskriver självständigt arbete på akuten. Vad ser du som jag missar?"
SECOND = "Jag läste det som auskultation. Intyget på sista sidan säger tjänstgöring; det hade jag inte sett."
CHANGED = "Intyget visar tjänstgöring, inte auskultation."
SETTLED = "Bedömarna har läst om samma intyg. Den ena ändrade sin nivå, den andra står fast."
LEFT = "Nivåerna bygger på samma underlag men läses olika av två erfarna kollegor. Medelvärdet får gälla."


def talk_through(session: Session, intake: Intake, group: Group, now: datetime) -> int:
    """The largest disagreement is discussed and settled with a changed level, the others left; returns how many."""
    found = queries.queue(session, intake=intake, stage=STAGE).to_handle
    for number, each in enumerate(found):
        application = session.get_one(Application, each.application_id)
        if number:
            disagreement.leave(
                session, application=application, stage=STAGE, reason=LEFT, actor=group.actor, now=now
            )
            continue
        _discuss(session, application, group, now)
    return len(found)


def _discuss(session: Session, application: Application, group: Group, now: datetime) -> None:
    opened = disagreement.open_discussion(
        session, application=application, stage=STAGE, reason=WHY, actor=group.actor, now=now
    )
    sides = discussions.sides(session, application=application, stage=STAGE, numbers={})
    apart = {
        key: max(side.given[key].level for side in sides) - min(side.given[key].level for side in sides)
        for key in sides[0].given
    }
    criterion = max(apart, key=lambda key: (apart[key], key))
    low, high = sorted(sides, key=lambda side: (side.given[criterion].level, side.assessor_id))[
        :: len(sides) - 1
    ]
    for minutes, side, text in ((30, high, FIRST), (50, low, SECOND)):
        discussion.write_message(
            session,
            discussion=opened,
            text=text,
            actor=Actor(side.assessor_id),
            now=now + timedelta(minutes=minutes),
        )
    before = low.given[criterion].level
    discussion.change_levels(
        session,
        discussion=opened,
        levels={criterion: (before + 1, CHANGED)},
        seen={criterion: before},
        actor=Actor(low.assessor_id),
        now=now + timedelta(minutes=55),
    )
    discussion.settle(
        session, discussion=opened, reason=SETTLED, actor=group.actor, now=now + timedelta(minutes=90)
    )


def leave_open(session: Session, intake: Intake, group: Group, now: datetime) -> bool:
    """Open a discussion in which one has written and nobody has changed anything; whether there was one to open."""
    found = queries.queue(session, intake=intake, stage=STAGE).to_handle
    if not found:
        return False
    application = session.get_one(Application, found[0].application_id)
    opened = disagreement.open_discussion(
        session, application=application, stage=STAGE, reason=WHY, actor=group.actor, now=now
    )
    side = discussions.sides(session, application=application, stage=STAGE, numbers={})[0]
    discussion.write_message(
        session, discussion=opened, text=FIRST, actor=Actor(side.assessor_id), now=now + timedelta(hours=1)
    )
    return True
