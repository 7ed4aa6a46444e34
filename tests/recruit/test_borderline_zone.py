"""The borderline zone of a list: who is in it, and how the group settles it by discussion."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlmodel import Session, select

from recruit.errors import Conflict, Invalid, NotAllowed
from recruit.frames import RunCertainty
from recruit.models import (
    Application,
    BorderlineDecision,
    ConflictOfInterest,
    EntryKind,
    Intake,
    InterviewList,
    MonitoringShowing,
    RankingRun,
    RecordEntry,
    RecordValue,
    ZoneDecision,
    ZoneReason,
)
from recruit.queries import interview as queries
from recruit.queries import ranking as rankings
from recruit.services import intake as intakes
from recruit.services import interview, list_checks, list_content, settling
from recruit.services.lines import LineGroup
from recruit.services.settling import InZone, Settlement
from recruit.services.third import ask_third
from recruit.services.verification import verify
from recruit.services.zone import decide_zone
from tests.recruit.factories import World
from tests.recruit.intake_helpers import CLOSES, opened_intake
from tests.recruit.kept import kept
from tests.recruit.ranking_helpers import LATER, assessed, ranked
from tests.recruit.zone_helpers import LEVELS, called, draw, order_of, zone_of, zoned


@pytest.fixture
@kept(InterviewList)
def drawn(session: Session, world: World) -> InterviewList:
    """A draft that calls four, with a zone for the group to discuss."""
    return draw(session, world, *zoned(session, world))


@pytest.fixture
def decide(session: Session, world: World, drawn: InterviewList) -> Callable[..., InterviewList]:
    """Decide the draft's zone; what is not given is as the points have it."""

    def act(**given: object) -> InterviewList:
        inside = [code for code in zone_of(drawn).codes if code in called(session, drawn)]
        values = {"above": inside, "reasons": {}, "rationale": "Vi har läst allt.", "actor": world.actor}
        values["codes"] = dict.fromkeys(given.get("reasons") or {}, ZoneReason.BREADTH)  # type: ignore[call-overload]
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
        codes=dict.fromkeys(zone.codes, ZoneReason.BREADTH),
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


def test_third_assessment_where_the_group_discusses_is_refused(
    session: Session, world: World, drawn: InterviewList
) -> None:
    with pytest.raises(Conflict, match="does not settle the borderline zone by a third"):
        ask_third(session, interview_list=drawn, actor=world.actor, now=LATER)
