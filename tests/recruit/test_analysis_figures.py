"""What an analysis says: every section of the demo's finished intake, a reason where there is none, the same bytes."""

import json
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session, select

from recruit.analysis import STEPS, analyse, canonical
from recruit.analysis.reasons import NO_RUN, NOBODY, attempt
from recruit.frames import ATTRIBUTES
from recruit.models import Account, AnalysisState, Application, Intake, MonitoringAnalysis, OutcomeKind, Sex
from recruit.queries import analysis as queries
from recruit.queries.audited import Audited, audited
from scoring.errors import TableError
from tests.demo import Demo
from tests.recruit.factories import World
from tests.recruit.intake_helpers import opened_intake
from tests.recruit.ranking_helpers import assessed, closed_intake, confirmed, ranked
from tests.recruit.test_monitoring_outcomes import come

SECTIONS = ("funnel", "stratified_by", "sources", "order", "over_time", "proxies", "alternatives", "bar")


@pytest.fixture(scope="module")
def stored(demo: Demo) -> MonitoringAnalysis:
    """The analysis that the demo's story made."""
    with demo.session() as session:
        return session.exec(select(MonitoringAnalysis)).one()


@pytest.fixture(scope="module")
def figures(stored: MonitoringAnalysis) -> dict[str, Any]:
    return queries.figures_of(stored)


@pytest.fixture(scope="module")
def assessing(demo: Demo) -> Audited:
    """What the demo's second intake gives while it is being assessed: no ranking yet."""
    with demo.session() as session:
        intakes = session.exec(select(Intake)).all()
        return audited(session, next(each for each in intakes if each.slug.startswith("bt-hosten")))


def computed(found: Audited) -> dict[str, Any]:
    whole: dict[str, Any] = json.loads(canonical(analyse(found, seed=1)))
    return whole


def reasons(part: Any) -> Iterator[dict[str, str]]:
    """Every reason in a part of the figures that stands instead of it."""
    if isinstance(part, dict):
        if set(part) == {"reason"} and isinstance(part["reason"], dict):
            yield part["reason"]
        else:
            for each in part.values():
                yield from reasons(each)


def test_demo_has_a_finished_analysis_that_holds(demo: Demo, stored: MonitoringAnalysis) -> None:
    assert stored.state is AnalysisState.DONE
    with demo.session() as session:
        intake = session.get_one(Intake, stored.intake_id)
        assert not queries.is_stale(session, intake=intake, analysis=stored)


def test_every_section_is_there_and_says_something(figures: dict[str, Any]) -> None:
    assert [key for key in figures if key in SECTIONS] == list(SECTIONS)
    assert {each.split(".")[0] for each in STEPS} == set(SECTIONS)
    for section in ("funnel", "sources", "order", "over_time", "proxies", "bar"):
        assert "reason" not in figures[section], section
    for part in ("stage", "criterion", "assessor", "requirement", "override", "zone", "item_bias"):
        assert list(figures["sources"][part]) == list(ATTRIBUTES), part
        assert list(reasons(figures["sources"][part])) == [], part
    # One intake has nothing to be compared with.
    assert set(figures["stratified_by"]["intake"]) == set(figures["alternatives"]) == {"reason"}


def test_parts_add_up_to_what_they_are_parts_of(figures: dict[str, Any]) -> None:
    for gap in figures["sources"]["stage"]["sex"]["groups"].values():
        parts = sum(stage["contribution"] for stage in gap["stages"].values())
        assert parts == pytest.approx(gap["gap"])
    for gap in figures["sources"]["criterion"]["country_group"]["groups"].values():
        parts = sum(part["contribution"] for part in gap["criteria"].values())
        assert parts == pytest.approx(gap["gap"])


def test_funnel_counts_what_the_overview_counts(demo: Demo, figures: dict[str, Any]) -> None:
    stages = {each["key"]: each for each in figures["funnel"]["stages"]}
    assert stages["eligible"]["n"] == figures["n"]
    assert stages["called"]["selected"] > stages["interviewed"]["selected"] > stages["accepted"]["selected"]
    assert "listed" not in figures["sources"]["stage"]["sex"]["groups"]["female"]["stages"]
    rejected = figures["bar"]["rejected"]["sex"]
    assert rejected["filled"] + rejected["vacant"] == rejected["posts"] == 25


def test_figures_name_nobody(demo: Demo, stored: MonitoringAnalysis) -> None:
    """They stay when what the record holds about an application is disposed of, so nothing in them leads to one."""
    assert stored.figures is not None
    with demo.session() as session:
        applications = session.exec(select(Application.mask_code, Application.reference)).all()
        accounts = session.exec(select(Account.name, Account.email, Account.public_id)).all()
    words = set(re.findall(r"[\w@.-]+", stored.figures))
    assert len(applications) > 100
    assert words.isdisjoint(each for row in applications for each in row)
    assert [each for row in accounts for each in row if each and each in stored.figures] == []


def test_numbers_are_numbers_and_reasons_are_in_both_languages(figures: dict[str, Any]) -> None:
    def walk(part: Any) -> None:
        if isinstance(part, dict):
            for each in part.values():
                walk(each)
        elif isinstance(part, list):
            for each in part:
                walk(each)
        elif isinstance(part, float):
            assert math.isfinite(part)

    walk(figures)
    for each in reasons(figures):
        assert set(each) == {"sv", "en"}
        assert all(each.values())


def test_same_input_gives_the_same_bytes(assessing: Audited) -> None:
    assert canonical(analyse(assessing, seed=1)) == canonical(analyse(assessing, seed=1))


def test_progress_names_every_step_once(assessing: Audited) -> None:
    told: list[tuple[str, int, int]] = []
    found = replace(assessing, people=assessing.people.iloc[:0], intakes=assessing.intakes.iloc[:0])
    analyse(found, seed=1, progress=lambda *each: told.append(each))
    assert told == [(step, done, len(STEPS)) for done, step in enumerate([*STEPS, ""])]


def test_without_a_ranking_sections_say_so(assessing: Audited) -> None:
    whole = computed(assessing)
    for section in ("order", "proxies"):
        assert whole[section] == {"reason": NO_RUN}
    assert whole["sources"]["assessor"] == {"reason": NO_RUN}
    assert list(reasons(whole["sources"]["requirement"])) == []
    # The finished intake before this one counts over time.
    assert [each["intake"] for each in whole["over_time"]["called"]["sex"]["e_values"]] == whole["intakes"]


def test_what_scoring_refuses_becomes_a_reason() -> None:
    def refuse() -> None:
        raise TableError("row 3: level 5: expected 0 to 4")

    reason = attempt(refuse)["reason"]
    assert all("row 3: level 5: expected 0 to 4" in words for words in reason.values())


def test_nobody_has_applied(session: Session, world: World) -> None:
    whole = computed(audited(session, opened_intake(session, world)))
    assert whole["n"] == 0
    assert whole["funnel"] == whole["sources"] == {"reason": NOBODY}


def _one_applicant(session: Session, world: World) -> Intake:
    return closed_intake(session, world, levels=(3,), sex=Sex.MALE)


def _one_group(session: Session, world: World) -> Intake:
    return closed_intake(session, world, sex=Sex.MALE)


def _nobody_answered(session: Session, world: World) -> Intake:
    return closed_intake(session, world, sex=None, education_country=None, licence_route=None)


def _nobody_reaches_the_threshold(session: Session, world: World) -> Intake:
    return closed_intake(session, world, levels=(0, 0, 0))


@pytest.mark.parametrize(
    "made", [_one_applicant, _one_group, _nobody_answered, _nobody_reaches_the_threshold]
)
def test_small_and_strange_selections_are_answered(
    session: Session, world: World, made: Callable[[Session, World], Intake]
) -> None:
    intake = made(session, world)
    ranked(session, world, intake)
    whole = computed(audited(session, intake))
    assert [key for key in whole if key in SECTIONS] == list(SECTIONS)
    assert all("program says" not in each["en"] for each in reasons(whole)), list(reasons(whole))


def test_reading_takes_the_same_queries_however_many(session: Session, world: World) -> None:
    def read(intake: Intake) -> int:
        session.expire_all()
        session.get_one(Intake, intake.id)
        statements: list[str] = []
        listener = lambda *each: statements.append(each[2])  # noqa: E731
        event.listen(session.get_bind(), "before_cursor_execute", listener)
        audited(session, intake)
        event.remove(session.get_bind(), "before_cursor_execute", listener)
        return len(statements)

    intake = closed_intake(session, world, levels=(4, 3), sex=Sex.FEMALE)
    before = read(intake)
    for level in (4, 3, 2, 2, 1):
        assessed(session, world, intake, level, sex=Sex.MALE)
    session.commit()
    assert read(intake) == before


def test_people_are_read_with_all_that_was_done_with_them(session: Session, world: World) -> None:
    intake = closed_intake(session, world, levels=(4, 3, 2), sex=Sex.FEMALE, sites=(world.sites[1].id or 0,))
    drawn = confirmed(session, world, intake, ranked(session, world, intake), 2)
    come(session, world, intake, 4, 2)
    found = audited(session, intake)
    assert (found.list_id, found.drawn) == (drawn.id, {"version": 1, "confirmed": True})
    table = found.people.sort_values("place")
    assert list(table["called"]) == [1, 1, 0]
    assert list(table["accepted"]) == [0 if each < 2 else int(each == 4) for each in _steps(table)]
    assert set(table["site"]) == {world.sites[1].name}
    assert set(table["sex"]) == {Sex.FEMALE.value}
    assert [float(each) for each in table["level_references"]] == [4, 3, 2]
    assert found.order_of_intakes == (intake.slug,)
    assert [each.key for each in found.stages][-1] == OutcomeKind.ACCEPTED.value
    assert dict(found.posts)


def _steps(table: Any) -> list[int]:
    return [sum(row) for row in table[["called", "interviewed", "offered", "accepted"]].to_numpy().tolist()]
