"""The demo's meeting on the line: who took part, what was decided with which reasons, and its minutes."""

from datetime import datetime, timedelta

from sqlmodel import Session

from recruit.demo.region import Group
from recruit.models import EntryKind, Intake, InterviewList, Meeting, ZoneReason
from recruit.models.types import id_of
from recruit.queries import interview as lists
from recruit.services import meeting
from recruit.services.settling import Settlement, settlement_of
from recruit.services.zone import decide_zone

RATIONALE = (
    "Gruppen har gått igenom underlaget för alla i gränszonen. I ett fall väger det som står i intygen över; för övriga"
    " talar inget utöver det som nivåerna redan väger in, så poängens ordning får gälla."
)
UP = "Intygen visar handledd tjänstgöring inom två områden som programmet behöver, vilket nivåerna inte fångar."
DOWN = "Platsen går till en ansökan där underlaget är starkare. Poängen skiljer dem knappt åt."
NOTES = (
    "Ordföranden gick igenom ordningen, banden och siffrorna från granskningen. Alla i gränszonen lästes på nytt, en i"
    " taget och utan namn. Gruppen enades. Inga avvikande meningar."
)
GUESTS = "Facklig representant, Läkarförbundet"


def settle_zone(session: Session, drawn: InterviewList, group: Group, now: datetime) -> Settlement | None:
    """The group moves one across the line, and leaves the others in the order of points; None where nobody is there."""
    settlement = settlement_of(drawn)
    if settlement is None or not (settlement.zone or settlement.undeterminable):
        return None
    called = {
        each.mask_code
        for each in lists.entries(session, interview_list=drawn)
        if each.kind is EntryKind.CALLED
    }
    above = [code for code in settlement.codes if code in called]
    below = [code for code in settlement.codes if code not in called]
    moved = (above[-1], below[0]) if above and below and not settlement.undeterminable else ()
    if moved:
        above[-1] = moved[1]
    decide_zone(
        session,
        interview_list=drawn,
        above=above,
        reasons=dict(zip(moved, (DOWN, UP), strict=True)) if moved else {},
        codes=dict(zip(moved, (ZoneReason.CRITERION_WEIGHED, ZoneReason.DOCUMENTED), strict=True))
        if moved
        else {},
        rationale=RATIONALE,
        code=ZoneReason.DOCUMENTED if moved else ZoneReason.POINTS_KEPT,
        actor=group.actor,
        now=now,
    )
    return settlement


def begin(session: Session, intake: Intake, group: Group, now: datetime) -> Meeting:
    """The meeting begins; both coordinators and three assessors take part."""
    begun = meeting.begin(session, intake=intake, held_on=now.date(), actor=group.actor, now=now)
    people = [group.actor.person(), group.second.person(), *(id_of(each) for each in group.assessors[:3])]
    return meeting.save(
        session,
        meeting=begun,
        held_on=now.date(),
        members=people,
        guests=GUESTS,
        notes=NOTES,
        seen=begun.revision,
        actor=group.actor,
        now=now + timedelta(minutes=90),
    )


def close(session: Session, begun: Meeting, group: Group, now: datetime) -> None:
    """The minutes are closed when the list is confirmed."""
    meeting.close(session, meeting=begun, seen=begun.revision, actor=group.second, now=now)
