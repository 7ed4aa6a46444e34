"""The borderline zone of a list: who is in it, and how it is settled by discussion, by lot or by a third assessment."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, select

from recruit.actor import Actor
from recruit.errors import Conflict, Invalid, NotAllowed
from recruit.frames import RunCertainty
from recruit.models import (
    Application,
    Assignment,
    AssignmentStatus,
    BorderlineDecision,
    ConflictOfInterest,
    EntryKind,
    Intake,
    InterviewList,
    MonitoringShowing,
    RankingRun,
    RecordEntry,
    RecordValue,
    ThirdAssessment,
    ZoneDecision,
)
from recruit.queries import assessment as assessments
from recruit.queries import interview as queries
from recruit.queries import ranking as rankings
from recruit.services import assessment, conflicts, interview, list_checks, list_content, settling
from recruit.services import intake as intakes
from recruit.services.lines import Line, LineGroup
from recruit.services.settling import InZone, Settlement, settlement_of
from recruit.services.third import ask_third
from recruit.services.verification import verify
from recruit.services.zone import decide_zone
from scoring.criteria import Borderline
from scoring.profile import default_profile
from tests.recruit.factories import World
from tests.recruit.intake_helpers import CLOSES, SEEDS, opened_intake
from tests.recruit.ranking_helpers import LATER, SCREENING, assessed, one_line, ranked

#: Levels of the two assessors: two far ahead, four that nothing but chance tells apart, two far behind.
LEVELS = ((4, 4), (4, 4), (3, 2), (2, 3), (3, 2), (2, 3), (1, 1), (1, 1))


def zoned(
    session: Session, world: World, settle: str = "discuss", **more: object
) -> tuple[Intake, RankingRun]:
    """A closed intake whose line at 4 has a zone, and its run; the profile settles the zone as told."""
    if settle != "discuss":
        profile = default_profile()
        rule = replace(profile.stages["screening"], borderline=Borderline(settle=settle))  # type: ignore[arg-type]
        changed = replace(profile, stages={**profile.stages, "screening": rule})
        row = intakes.save_profile(
            session,
            region_id=world.region.id or 0,
            toml=changed.to_toml(),
            actor=world.actor,
            now=CLOSES,
        )
        more["profile_id"] = row.id
    intake = opened_intake(session, world, **more)
    for one, other in LEVELS:
        assessed(session, world, intake, one, second=other)
    intakes.close(session, intake=intake, actor=world.actor, now=CLOSES)
    session.commit()
    return intake, ranked(session, world, intake)


def draw(session: Session, world: World, intake: Intake, run: RankingRun, places: int = 4) -> InterviewList:
    made = interview.draft(
        session, intake=intake, run=run, groups=one_line(places, 2), actor=world.actor, now=LATER
    )
    session.commit()
    return made


def zone_of(drawn: InterviewList) -> Settlement:
    settlement = settlement_of(drawn)
    assert settlement is not None
    return settlement


def called(session: Session, drawn: InterviewList) -> set[str]:
    entries = queries.entries(session, interview_list=drawn)
    return {each.mask_code for each in entries if each.kind is EntryKind.CALLED}


def order_of(session: Session, run: RankingRun) -> list[str]:
    return [code for code, _id in rankings.ranked_applications(session, run=run)]


@pytest.fixture
def drawn(session: Session, world: World) -> InterviewList:
    """A draft that calls four, with a zone for the group to discuss."""
    return draw(session, world, *zoned(session, world))


@pytest.fixture
def decide(session: Session, world: World, drawn: InterviewList) -> Callable[..., InterviewList]:
    """Decide the draft's zone; what is not given is as the points have it."""

    def act(**given: object) -> InterviewList:
        inside = [code for code in zone_of(drawn).codes if code in called(session, drawn)]
        values = {"above": inside, "reasons": {}, "rationale": "Vi har läst allt.", "actor": world.actor}
        return decide_zone(session, interview_list=drawn, now=LATER, **{**values, **given})  # type: ignore[arg-type]

    return act


def test_draft_keeps_the_zone_that_the_levels_give(
    session: Session, world: World, drawn: InterviewList
) -> None:
    run = session.exec(select(RankingRun)).one()
    order, settlement = order_of(session, run), zone_of(drawn)
    assert settlement.codes == order[2:6]
    assert list(settlement.order) == order[2:6]
    assert all(0.05 <= each.p <= 0.95 for each in settlement.zone)
    assert (settlement.settle, settlement.low, settlement.high, settlement.k) == (
        "discuss",
        "0.05",
        "0.95",
        4,
    )
    assert not settlement.undeterminable
    assert drawn.settlement == settlement.text()
    assert list_content.content_digest(session, drawn) == drawn.content_sha256
    content = json.loads(drawn.settlement)
    assert content["zone"][0] == {"application": order[2], "p": settlement.zone[0].p}


def test_checksum_of_a_list_without_a_settlement_is_what_it_was(
    session: Session, world: World, drawn: InterviewList
) -> None:
    run = session.exec(select(RankingRun)).one()
    entries = queries.entries(session, interview_list=drawn)
    rows = sorted([e.group_name, e.kind.value, e.position, e.mask_code, e.conditional] for e in entries)
    content = {
        "inputs": run.inputs_sha256,
        "results": run.results_sha256,
        "line": json.loads(drawn.line),
        "entries": rows,
    }
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    given = list_content.content_sha256(run=run, line=drawn.line, entries=entries, settlement=None)
    assert given == hashlib.sha256(text.encode()).hexdigest()
    assert given != drawn.content_sha256


def test_confirm_before_the_zone_is_settled_is_refused(
    session: Session, world: World, drawn: InterviewList
) -> None:
    with pytest.raises(Conflict, match="4 applications are in the borderline zone"):
        interview.confirm(session, interview_list=drawn, actor=world.second, now=LATER)
    assert "borderline zone" in str(list_checks.checks(session, interview_list=drawn).unsettled)


def test_decide_zone_by_points_keeps_the_list_and_lets_it_be_confirmed(
    session: Session, world: World, drawn: InterviewList, decide: Callable[..., InterviewList]
) -> None:
    before, checksum = called(session, drawn), drawn.content_sha256
    decide()
    session.commit()
    assert called(session, drawn) == before
    assert drawn.content_sha256 != checksum  # whoever has looked at the draft looks again
    decision = queries.zone_decision(session, interview_list=drawn)
    assert decision is not None
    assert (decision.rationale, decision.decided_by_id) == ("Vi har läst allt.", world.coordinator.id)
    assert list_checks.checks(session, interview_list=drawn).unsettled is None
    interview.confirm(session, interview_list=drawn, actor=world.second, now=LATER)
    session.commit()
    assert verify(session, region_id=drawn.region_id).findings == []


def test_decide_zone_moves_people_across_the_line_with_reasons(
    session: Session, world: World, drawn: InterviewList, decide: Callable[..., InterviewList]
) -> None:
    zone = zone_of(drawn).codes
    reasons = {zone[1]: "Saknar det som orten behöver.", zone[3]: "Har arbetat på orten."}
    decide(above=[zone[3], zone[0]], reasons=reasons)
    session.commit()
    assert called(session, drawn) & set(zone) == {zone[0], zone[3]}
    assert list(zone_of(drawn).order) == [zone[3], zone[0], zone[1], zone[2]]
    entries = queries.entries(session, interview_list=drawn)
    assert [e.mask_code for e in entries if e.kind is EntryKind.RESERVE] == [zone[1], zone[2]]
    found = queries.borderline_decisions(session, interview_list=drawn)
    assert {each.mask_code: (each.above, each.reason) for each in found} == {
        zone[0]: (True, ""),
        zone[1]: (False, reasons[zone[1]]),
        zone[2]: (False, ""),
        zone[3]: (True, reasons[zone[3]]),
    }
    assert not list_checks.checks(session, interview_list=drawn).failed
    assert verify(session, region_id=drawn.region_id).findings == []
    interview.confirm(session, interview_list=drawn, actor=world.second, now=LATER)
    session.commit()
    assert verify(session, region_id=drawn.region_id).findings == []


def test_reasons_stand_in_the_record_by_application(
    session: Session, world: World, drawn: InterviewList, decide: Callable[..., InterviewList]
) -> None:
    """So that they are disposed of with the application's other values."""
    zone = zone_of(drawn).codes
    reasons = {zone[1]: "Ett skäl.", zone[2]: "Ett annat."}
    decide(above=[zone[0], zone[2]], reasons=reasons)
    written = {
        entry.application_id: value.new
        for entry, value in session.exec(
            select(RecordEntry, RecordValue)
            .join(RecordValue, RecordValue.entry_id == RecordEntry.id)  # type: ignore[arg-type]
            .where(RecordEntry.action == "interview.zone_reason", RecordValue.field == "reason")
        )
    }
    ids = rankings.ids_of(session, intake=session.exec(select(Intake)).one(), mask_codes=zone)
    assert written == {ids[code]: reason for code, reason in reasons.items()}


def test_decide_zone_again_replaces_what_was_decided(
    session: Session, world: World, drawn: InterviewList, decide: Callable[..., InterviewList]
) -> None:
    zone, first = zone_of(drawn).codes, called(session, drawn)
    decide(above=zone[2:], reasons=dict.fromkeys(zone, "Ett skäl."))
    decide(above=zone[:2], rationale="Vi ändrade oss.", actor=world.second)
    session.commit()
    assert called(session, drawn) == first
    assert session.exec(select(ZoneDecision.rationale)).all() == ["Vi ändrade oss."]
    assert len(session.exec(select(BorderlineDecision)).all()) == 4
    assert verify(session, region_id=drawn.region_id).findings == []


def test_figures_of_a_list_drawn_anew_do_not_single_anybody_out(
    session: Session, world: World, drawn: InterviewList, decide: Callable[..., InterviewList]
) -> None:
    zone = zone_of(drawn).codes
    assert [each.list_id for each in session.exec(select(MonitoringShowing))] == [drawn.id]
    decide(above=[zone[0], zone[2]], reasons=dict.fromkeys(zone, "Ett skäl."))
    assert [each.list_id for each in session.exec(select(MonitoringShowing))] == [None]


@pytest.mark.parametrize(
    ("given", "field", "message"),
    [
        ({"rationale": " \n"}, "rationale", "Write why"),
        ({"above": (0,)}, "above", "2 places above the line, and 1 are named"),
        ({"above": (0, 1, 2)}, "above", "2 places above the line, and 3 are named"),
        ({"above": (0, 0)}, "above", "named twice"),
        ({"above": (0, "best")}, "above", "not in the borderline zone"),
        ({"above": (0, 2)}, "reasons", "give the reason for each application that is moved"),
        ({"above": (0, 2), "reasons": {1: "Ett skäl.", 2: " "}}, "reasons", "give the reason"),
        ({"reasons": {"best": "Ett skäl."}}, "reasons", "not in the borderline zone"),
    ],
)
def test_decide_zone_that_is_not_whole_is_refused(
    session: Session,
    drawn: InterviewList,
    decide: Callable[..., InterviewList],
    given: dict[str, object],
    field: str,
    message: str,
) -> None:
    run = session.exec(select(RankingRun)).one()
    names = {"best": order_of(session, run)[0], **dict(enumerate(zone_of(drawn).codes))}
    values = {
        name: [names[each] for each in value]  # type: ignore[index]
        if isinstance(value, tuple)
        else {names[key]: text for key, text in value.items()}
        if isinstance(value, dict)
        else value
        for name, value in given.items()
    }
    with pytest.raises(Invalid, match=message) as refused:
        decide(**values)
    assert refused.value.field == field
    session.rollback()
    assert session.exec(select(ZoneDecision)).all() == []


def test_decide_zone_by_somebody_with_a_conflict_in_it_is_refused(
    session: Session, world: World, drawn: InterviewList, decide: Callable[..., InterviewList]
) -> None:
    one = session.exec(select(Application).where(Application.mask_code == zone_of(drawn).codes[0])).one()
    session.add(
        ConflictOfInterest(
            region_id=one.region_id,
            application_id=one.id,
            assessor_id=world.coordinator.id,
            reason="Kusiner.",
            declared_at=LATER,
            declared_by_id=world.coordinator.id,
        )
    )
    session.commit()
    with pytest.raises(NotAllowed, match="conflict of interest"):
        decide()


def test_who_settled_the_zone_does_not_confirm(
    session: Session, world: World, drawn: InterviewList, decide: Callable[..., InterviewList]
) -> None:
    decide(actor=world.second)
    session.commit()
    with pytest.raises(NotAllowed, match="Chair wrote the decision on the borderline zone"):
        interview.confirm(session, interview_list=drawn, actor=world.second, now=LATER)


def test_decide_zone_of_a_confirmed_list_is_refused(
    session: Session, world: World, drawn: InterviewList, decide: Callable[..., InterviewList]
) -> None:
    decide()
    interview.confirm(session, interview_list=drawn, actor=world.second, now=LATER)
    session.commit()
    with pytest.raises(Conflict, match="already confirmed by"):
        decide()


def test_discard_takes_the_decision_along(
    session: Session, world: World, drawn: InterviewList, decide: Callable[..., InterviewList]
) -> None:
    decide()
    interview.discard(session, interview_list=drawn, actor=world.actor, now=LATER)
    session.commit()
    assert session.exec(select(ZoneDecision)).all() == []
    assert session.exec(select(BorderlineDecision)).all() == []


def test_zone_of_lines_by_group_counts_who_is_called_in_any(session: Session, world: World) -> None:
    """One who would only go where nobody else goes is called for certain, however the points fall."""
    north, south = world.sites[0].id or 0, world.sites[1].id or 0
    intake = opened_intake(session, world)
    for one, other in LEVELS[:-1]:
        assessed(session, world, intake, one, second=other, sites=(north,))
    alone = assessed(session, world, intake, 2, sites=(south,))
    intakes.close(session, intake=intake, actor=world.actor, now=CLOSES)
    session.commit()
    run = ranked(session, world, intake)
    groups = [LineGroup("Nord", (north,), 4, 1), LineGroup("Syd", (south,), 1, 0)]
    drawn = interview.draft(session, intake=intake, run=run, groups=groups, actor=world.actor, now=LATER)
    zone = zone_of(drawn)
    assert alone.mask_code in called(session, drawn)
    assert alone.mask_code not in zone.codes
    assert len(zone.codes) == 4
    above = [code for code in zone.codes if code in called(session, drawn)]
    moved = [zone.codes[-1], *above[:-1]]
    decide_zone(
        session,
        interview_list=drawn,
        above=moved,
        reasons=dict.fromkeys(zone.codes, "Ett skäl."),
        rationale="Vi har läst allt.",
        actor=world.actor,
        now=LATER,
    )
    assert called(session, drawn) & set(zone.codes) == set(moved)
    assert not list_checks.checks(session, interview_list=drawn).failed


def test_zone_that_cannot_be_told_takes_a_rationale(
    session: Session, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    intake, run = zoned(session, world, "lot")
    unknown = RunCertainty(4, (), False, ("too_few_shared",), (), 0.95)
    monkeypatch.setattr(settling, "certainty_of", lambda run, line: unknown)
    drawn = draw(session, world, intake, run)
    assert (zone_of(drawn).undeterminable, zone_of(drawn).caveats) == (True, ("too_few_shared",))
    assert called(session, drawn) == set(order_of(session, run)[:4])
    with pytest.raises(Conflict, match="cannot tell where the borderline zone is"):
        interview.confirm(session, interview_list=drawn, actor=world.second, now=LATER)
    decide_zone(
        session,
        interview_list=drawn,
        above=[],
        reasons={},
        rationale="Avståndet är stort.",
        actor=world.actor,
        now=LATER,
    )
    interview.confirm(session, interview_list=drawn, actor=world.second, now=LATER)
    session.commit()
    assert verify(session, region_id=intake.region_id).findings == []


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


def test_third_assessment_is_asked_for_once_then_points_decide(session: Session, world: World) -> None:
    intake, run = zoned(session, world, "third_assessment")
    drawn = draw(session, world, intake, run)
    zone = zone_of(drawn).codes
    with pytest.raises(Conflict, match="asks for a third assessment"):
        interview.confirm(session, interview_list=drawn, actor=world.second, now=LATER)
    given = ask_third(session, interview_list=drawn, actor=world.actor, now=LATER)
    session.commit()
    assert set(given) == set(zone)
    assert session.exec(select(InterviewList)).all() == []
    first_two = {each.id for each in world.assessors[:2]}
    others = [each.id for each in world.assessors[2:]]
    assert sorted(given.values()) == sorted(others * 2)  # even, and nobody twice
    assert not first_two & set(given.values())
    assert len(session.exec(select(ThirdAssessment)).all()) == 4
    with pytest.raises(DBAPIError, match="never taken back"):
        session.execute(text("DELETE FROM third_assessment"))
    session.rollback()
    assert sorted(rankings.unsubmitted(session, intake=intake, stage="screening")) == sorted(zone)
    for task in session.exec(select(Assignment).where(Assignment.status == AssignmentStatus.ASSIGNED)):
        actor = Actor(task.assessor_id)
        levels = dict.fromkeys(SCREENING, (3, ""))
        assessment.set_levels(session, assignment=task, levels=levels, actor=actor, now=LATER)
        assessment.submit(session, assignment=task, actor=actor, now=LATER)
    session.commit()
    again = draw(session, world, intake, ranked(session, world, intake))
    assert zone_of(again).third_asked
    assert zone_of(again).zone  # there may still be a zone: there is no further round
    with pytest.raises(Conflict, match="no further round"):
        ask_third(session, interview_list=again, actor=world.actor, now=LATER)
    interview.confirm(session, interview_list=again, actor=world.second, now=LATER)
    session.commit()
    assert verify(session, region_id=intake.region_id).findings == []


def _stand_down(session: Session, world: World, code: str, assessor_id: int) -> list[int]:
    one = session.exec(select(Application).where(Application.mask_code == code)).one()
    given = conflicts.declare_conflict(
        session, application=one, assessor_id=assessor_id, reason="Kusiner.", actor=world.actor, now=LATER
    )
    session.commit()
    return given


def _submit_all(session: Session, but: str = "") -> None:
    waiting = select(Assignment).join(Application).where(Assignment.status == AssignmentStatus.ASSIGNED)
    for task in session.exec(waiting.where(Application.mask_code != but)).all():
        actor = Actor(task.assessor_id)
        levels = dict.fromkeys(SCREENING, (3, ""))
        assessment.set_levels(session, assignment=task, levels=levels, actor=actor, now=LATER)
        assessment.submit(session, assignment=task, actor=actor, now=LATER)
    session.commit()


def test_third_assessor_who_stands_down_is_replaced_and_waited_for(session: Session, world: World) -> None:
    intake, run = zoned(session, world, "third_assessment")
    given = ask_third(session, interview_list=draw(session, world, intake, run), actor=world.actor, now=LATER)
    session.commit()
    drawn = draw(session, world, intake, ranked(session, world, intake))
    with pytest.raises(Conflict, match="submitted assessments each"):
        interview.confirm(session, interview_list=drawn, actor=world.second, now=LATER)
    interview.discard(session, interview_list=drawn, actor=world.actor, now=LATER)
    code, assessor_id = min(given.items())
    (replacement,) = _stand_down(session, world, code, assessor_id)
    assert replacement in {each.id for each in world.assessors[2:]} - {assessor_id}
    assert assessments.third_waiting(session, intake=intake, stage="screening") == sorted(given)
    assert assessments.third_missing(session, intake=intake, stage="screening") == []
    _submit_all(session)
    assert assessments.third_waiting(session, intake=intake, stage="screening") == []
    drawn = draw(session, world, intake, ranked(session, world, intake))
    assert not zone_of(drawn).third_missing
    interview.confirm(session, interview_list=drawn, actor=world.second, now=LATER)


def test_third_assessment_that_nobody_is_left_to_make_takes_a_rationale(
    session: Session, world: World
) -> None:
    intake, run = zoned(session, world, "third_assessment")
    given = ask_third(session, interview_list=draw(session, world, intake, run), actor=world.actor, now=LATER)
    session.commit()
    code, assessor_id = min(given.items())
    (replacement,) = _stand_down(session, world, code, assessor_id)
    _submit_all(session, but=code)
    stale = draw(session, world, intake, ranked(session, world, intake))
    assert not zone_of(stale).third_missing  # somebody is still to make it
    assert _stand_down(session, world, code, replacement) == []
    assert assessments.third_missing(session, intake=intake, stage="screening") == [code]
    with pytest.raises(Conflict, match="Something has changed since run 2"):
        interview.confirm(session, interview_list=stale, actor=world.second, now=LATER)
    interview.discard(session, interview_list=stale, actor=world.actor, now=LATER)
    drawn = draw(session, world, intake, ranked(session, world, intake))
    settlement = zone_of(drawn)
    assert (settlement.third_missing, settlement.of_the_group) == ((code,), True)
    with pytest.raises(Conflict, match=f"Nobody is left to make the third assessment of {code}"):
        interview.confirm(session, interview_list=drawn, actor=world.second, now=LATER)
    by_points = called(session, drawn)
    above = [each for each in settlement.codes if each in by_points]
    values = {"reasons": {}, "rationale": "Ingen är ojävig.", "actor": world.actor, "now": LATER}
    if above:
        with pytest.raises(Invalid, match="cannot decide it otherwise"):
            decide_zone(session, interview_list=drawn, above=[], **values)  # type: ignore[arg-type]
    decide_zone(session, interview_list=drawn, above=above, **values)  # type: ignore[arg-type]
    session.commit()
    assert called(session, drawn) == by_points
    assert zone_of(drawn).third_missing == (code,)
    interview.confirm(session, interview_list=drawn, actor=world.second, now=LATER)
    session.commit()
    assert verify(session, region_id=intake.region_id).findings == []


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


def test_third_assessment_never_goes_to_somebody_with_a_conflict(session: Session, world: World) -> None:
    intake, run = zoned(session, world, "third_assessment")
    drawn = draw(session, world, intake, run)
    one = session.exec(select(Application).where(Application.mask_code == zone_of(drawn).codes[0])).one()
    for assessor in world.assessors[2:]:
        session.add(
            ConflictOfInterest(
                region_id=one.region_id,
                application_id=one.id,
                assessor_id=assessor.id,
                reason="Kusiner.",
                declared_at=LATER,
                declared_by_id=assessor.id,
            )
        )
    session.commit()
    with pytest.raises(Conflict, match="Too few assessors"):
        ask_third(session, interview_list=drawn, actor=world.actor, now=LATER)
    session.rollback()
    assert session.exec(select(ThirdAssessment)).all() == []


def test_third_assessment_where_the_group_discusses_is_refused(
    session: Session, world: World, drawn: InterviewList
) -> None:
    with pytest.raises(Conflict, match="does not settle the borderline zone by a third"):
        ask_third(session, interview_list=drawn, actor=world.actor, now=LATER)


def test_checks_find_a_settlement_that_the_levels_do_not_give(
    session: Session, world: World, drawn: InterviewList
) -> None:
    assert not list_checks.checks(session, interview_list=drawn).failed
    assert drawn.settlement is not None
    drawn.settlement = drawn.settlement.replace('"k":4', '"k":5')
    session.add(drawn)
    session.flush()
    found = list_checks.checks(session, interview_list=drawn)
    assert {each.code for each in found.failed} == {"zone", "content"}


def test_checks_let_a_probability_differ_by_what_processors_do_but_not_by_more(
    session: Session, world: World, drawn: InterviewList
) -> None:
    kept = zone_of(drawn)

    def failing(step: float, settlement: Settlement = kept) -> set[str]:
        zone = tuple(InZone(each.application, each.p + step) for each in settlement.zone)
        drawn.settlement = replace(settlement, zone=zone).text()
        session.add(drawn)
        session.flush()
        return {each.code for each in list_checks.checks(session, interview_list=drawn).failed}

    assert failing(0.0) == set()
    assert failing(0.004) == {"content"}
    assert failing(0.006) == {"zone", "content"}
    assert failing(0.0, replace(kept, zone=kept.zone[1:], order=kept.order[1:])) == {"zone", "content"}
    assert failing(0.0, replace(kept, zone=kept.zone[::-1])) >= {"zone", "content"}
