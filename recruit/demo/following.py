"""What becomes of those on the finished intake's list: most take a post, some go elsewhere, reserves come in."""

import random
from collections import Counter
from datetime import date, datetime, timedelta

from sqlmodel import Session

from recruit.actor import Actor
from recruit.models import EntryKind, Intake, OutcomeKind, OutcomeReason
from recruit.queries import outcome as queries
from recruit.services import outcome
from recruit.services.outcome import Entered, EnteredRow

#: Shares of those interviewed, offered and accepted: about as in real rounds.
CANCELS, DECLINES, LEAVES = 0.06, 0.1, 0.12
WHY = (
    (OutcomeReason.OTHER_POST, ""),
    (OutcomeReason.PLACE_OR_FAMILY, ""),
    (OutcomeReason.NO_ANSWER, ""),
    (OutcomeReason.OTHER, "Fortsätter i stället med forskning."),
    (OutcomeReason.NOT_SAID, ""),
)


def follow(
    session: Session, *, intake: Intake, posts: int, called_on: date, seed: str, actor: Actor, now: datetime
) -> Counter[OutcomeKind]:
    """Enter what happened until `now`, as one file; returns how many stand where.

    The interviews are three weeks after the calls and the offers a week later, one for each of `posts`. For every post
    that is declined or left, the next in reserve is called, once.
    """
    chance = random.Random(seed)  # noqa: S311 (invented people, no secrets)
    people = queries.candidates(session, intake=intake)
    reserves = [each.mask_code for each in people if each.kind is EntryKind.RESERVE]
    rows: list[EnteredRow] = []
    called = [each.mask_code for each in people if each.kind is EntryKind.CALLED]
    vacant = posts
    for number in range(2):
        made, vacant = _round(chance, called, vacant, called_on + timedelta(days=35 * number))
        rows += made
        called, reserves = reserves[:vacant], reserves[vacant:]
    outcome.set_many(session, intake=intake, rows=rows, actor=actor, now=now)
    return Counter(
        each.state for each in queries.candidates(session, intake=intake) if each.state is not None
    )


def _round(chance: random.Random, codes: list[str], posts: int, day: date) -> tuple[list[EnteredRow], int]:
    """Calls, interviews and offers to some; returns what happened and how many posts are vacant afterwards."""
    came = [code for code in codes if chance.random() >= CANCELS]
    offered = sorted(chance.sample(came, min(posts, len(came))))
    rows, taken = [], 0
    for code in codes:
        way = [Entered(OutcomeKind.CALLED, day)]
        if code not in came:
            way.append(_leaving(chance, OutcomeKind.DROPPED_OUT, day + timedelta(days=6)))
        else:
            way.append(Entered(OutcomeKind.INTERVIEWED, day + timedelta(days=21 + chance.randrange(3))))
        if code in offered:
            way.append(Entered(OutcomeKind.OFFERED, day + timedelta(days=28)))
            if chance.random() < DECLINES:
                way.append(_leaving(chance, OutcomeKind.DECLINED, day + timedelta(days=30)))
            else:
                way.append(Entered(OutcomeKind.ACCEPTED, day + timedelta(days=29 + chance.randrange(3))))
                if chance.random() < LEAVES:
                    later = day + timedelta(days=33 + chance.randrange(50))
                    way.append(_leaving(chance, OutcomeKind.DROPPED_OUT, later))
                else:
                    taken += 1
        rows += [EnteredRow(f"{code}, {each.kind.value}", code, each) for each in way]
    return rows, posts - taken


def _leaving(chance: random.Random, kind: OutcomeKind, on: date) -> Entered:
    reason, note = chance.choice(WHY)
    return Entered(kind, on, reason, note)
