"""A borderline zone that the lot settles: nobody outside it gains or loses."""

import hashlib

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from recruit.errors import Conflict
from recruit.services import interview, settling
from recruit.services.lines import Line, LineGroup
from recruit.services.settling import InZone, Settlement
from recruit.services.verification import verify
from recruit.services.zone import decide_zone
from tests.recruit.factories import World
from tests.recruit.intake_helpers import SEEDS
from tests.recruit.ranking_helpers import LATER
from tests.recruit.zone_helpers import called, draw, zone_of, zoned


def test_lot_settles_the_zone_at_once(session: Session, world: World) -> None:
    intake, run = zoned(session, world, "lot")
    drawn = draw(session, world, intake, run)
    zone = zone_of(drawn)
    expected = sorted(
        zone.codes, key=lambda code: hashlib.sha256((SEEDS["screening"] + code).encode()).hexdigest()
    )
    assert list(zone.order) == expected
    assert called(session, drawn) & set(zone.codes) == set(expected[:2])
    with pytest.raises(Conflict, match="by lot"):
        decide_zone(
            session,
            interview_list=drawn,
            above=[],
            reasons={},
            rationale="Nej.",
            actor=world.actor,
            now=LATER,
        )
    interview.confirm(session, interview_list=drawn, actor=world.second, now=LATER)
    session.commit()
    assert verify(session, region_id=drawn.region_id).findings == []


@hypothesis.settings(max_examples=200, deadline=None)
@given(st.data())
def test_nobody_outside_the_zone_gains_or_loses_by_its_lot(data: st.DataObject) -> None:
    ranked, groups = tuple("abcdefghij"), ("g1", "g2", "g3")
    wishes = {id: data.draw(st.lists(st.sampled_from(groups), unique=True)) for id in ranked}
    numbers = [(data.draw(st.integers(0, 3)), data.draw(st.integers(0, 2))) for _ in groups]
    lines = tuple(LineGroup(name, (at,), *numbers[at]) for at, name in enumerate(groups))
    zone = data.draw(st.lists(st.sampled_from(ranked), unique=True))
    one = LineGroup("", (), numbers[0][0], numbers[0][1])
    for line in (Line(lines, ranked, wishes), Line((one,), ranked, None)):
        codes = [id for id in ranked if id in zone]
        lot = settling.by_lot(ranked, codes, data.draw(st.text(max_size=3)))
        for order in (lot, tuple(zone), tuple(codes)):
            made = Settlement(
                "lot", "0.05", "0.95", 1, tuple(InZone(id, 0.5) for id in codes), order, False, ()
            )
            before, after = line.draw(ranked), line.draw(made.on(ranked))
            outcome = [
                {(e.application, e.kind, e.group) for e in drawn.entries if e.application not in zone}
                for drawn in (before, after)
            ]
            assert outcome[0] == outcome[1]
            ids = [e.application for e in after.entries] + list(after.left_out)
            assert sorted(ids) == list(ranked)
            assert len(after.called) <= len(before.called)
            for kind in ("called", "reserve"):
                for group in (*groups, None):
                    found = [e.position for e in after.entries if (e.kind, e.group) == (kind, group)]
                    assert found == list(range(1, len(found) + 1))
            if order == tuple(codes):
                assert set(after.entries) == set(before.entries)
            if line.wishes is None:
                assert set(after.entries) == set(line.draw(list(made.on(ranked))).entries)


def test_lot_takes_no_place_of_somebody_outside_the_zone() -> None:
    lines = (LineGroup("g1", (1,), 1, 0), LineGroup("g2", (2,), 1, 0))
    line = Line(lines, ("X", "Y", "Z"), {"X": ["g1", "g2"], "Y": ["g2"], "Z": ["g2"]})
    made = Settlement("lot", "0.05", "0.95", 2, (InZone("X", 0.9), InZone("Z", 0.3)), ("Z", "X"), False, ())
    assert set(line.called(made.on(line.ranked))) == {"X", "Y"}
