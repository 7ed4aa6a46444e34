"""Builders for tests of the record file: a confirmed list to export, and hands that tamper with what was exported."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from sqlmodel import Session

from recruit.models import EntryKind, Intake, InterviewList, Sex, ZoneReason
from recruit.queries import interview as queries
from recruit.record_file import parts
from recruit.record_file.container import pack, unpack
from recruit.record_file.parts import KINDS, MANIFEST, sha256
from recruit.services import intake as intakes
from recruit.services import interview
from recruit.services.interview import LineGroup
from recruit.services.settling import settlement_of
from recruit.services.zone import decide_zone
from scoring.criteria import Borderline
from scoring.profile import default_profile
from tests.recruit.factories import World, approved_profile
from tests.recruit.intake_helpers import CLOSES, opened_intake
from tests.recruit.ranking_helpers import LATER, assessed, confirmed, one_line, ranked, settle

#: Levels of the two assessors of each application: they disagree, so that there is a borderline zone.
LEVELS = ((4, 4), (4, 3), (3, 4), (3, 3), (3, 2), (2, 3), (3, 3), (2, 2), (1, 2), (0, 1))
SEXES = (Sex.FEMALE, Sex.MALE, None)
COUNTRIES = ("LV", "SE", "IN", "DE")


def closed(session: Session, world: World, *, settle_by: str = "discuss", **changes: Any) -> Intake:
    """A closed intake with ten applications whose assessors disagree; the profile settles the zone as told."""
    if settle_by != "discuss":
        profile = default_profile()
        rule = replace(profile.stages["screening"], borderline=Borderline(settle=settle_by))  # type: ignore[arg-type]
        toml = replace(profile, stages={**profile.stages, "screening": rule}).to_toml()
        row = approved_profile(session, world, toml, CLOSES)
        changes["profile_id"] = row.id
    intake = opened_intake(session, world, **changes)
    for number, (first, second) in enumerate(LEVELS):
        assessed(
            session,
            world,
            intake,
            first,
            second=second,
            sex=SEXES[number % 3],
            education_country=COUNTRIES[number % 4],
            sites=[world.sites[number % 2].id or 0] if number % 3 else [],
            given_name="Åsa-Maria",
            family_name=f"Öbergström{number}",
            motivation="Jag vill bli läkare i Älvmark.",
        )
    intakes.close(session, intake=intake, actor=world.actor, now=CLOSES)
    session.commit()
    return intake


def confirmed_list(session: Session, world: World, places: int = 4, reserves: int = 2) -> InterviewList:
    """A confirmed list of one line."""
    intake = closed(session, world)
    made: InterviewList = confirmed(session, world, intake, ranked(session, world, intake), places, reserves)
    return made


def grouped_list(session: Session, world: World) -> InterviewList:
    """A confirmed list of two groups of posts."""
    intake = closed(session, world)
    groups = [
        LineGroup("Älvstad", (world.sites[0].id or 0,), 2, 1),
        LineGroup("Lindfors", (world.sites[1].id or 0,), 2, 1),
    ]
    run = ranked(session, world, intake)
    made = interview.draft(session, intake=intake, run=run, groups=groups, actor=world.actor, now=LATER)
    settle(session, world, made)
    interview.confirm(session, interview_list=made, actor=world.second, now=LATER)
    session.commit()
    return made


REASON = "Referensen från Kiruna väger tyngre än siffran."


def discussed_list(session: Session, world: World) -> InterviewList:
    """A confirmed list whose zone the group has settled otherwise than the points have it: the last changes places."""
    intake = closed(session, world)
    run = ranked(session, world, intake)
    made = interview.draft(
        session, intake=intake, run=run, groups=one_line(4, 2), actor=world.actor, now=LATER
    )
    settlement = settlement_of(made)
    assert settlement is not None
    entries = queries.entries(session, interview_list=made)
    called = {each.mask_code for each in entries if each.kind is EntryKind.CALLED}
    *stay, out = [code for code in settlement.codes if code in called]
    into = settlement.codes[-1]
    decide_zone(
        session,
        interview_list=made,
        above=[into, *stay],
        reasons=dict.fromkeys((into, out), REASON),
        codes=dict.fromkeys((into, out), ZoneReason.BREADTH),
        rationale="Vi har läst allt en gång till.",
        actor=world.actor,
        now=LATER,
    )
    interview.confirm(session, interview_list=made, actor=world.second, now=LATER)
    session.commit()
    return made


def lot_list(session: Session, world: World) -> InterviewList:
    """A confirmed list whose zone is settled by lot."""
    intake = closed(session, world, settle_by="lot")
    made: InterviewList = confirmed(session, world, intake, ranked(session, world, intake), 4, 2)
    return made


def rewritten(
    data: bytes, kind: str, change: Mapping[str, Callable[[bytes], bytes]], *, rehash: bool = True
) -> bytes:
    """The file with some parts changed; with `rehash` the manifest's SHA-256 of them follow."""
    found = unpack(data)
    for name, how in change.items():
        before = found[name]
        found[name] = how(before)
        assert found[name] != before, f"{name} is as it was"
    if rehash and MANIFEST not in change:
        manifest = json.loads(found[MANIFEST])
        for name in manifest["parts"]:
            manifest["parts"][name] = sha256(found[name])
        found[MANIFEST] = parts.json_part(manifest)
    return pack({name: found[name] for name in KINDS[kind].parts if name in found})


def changed(how: Callable[[Any], Any]) -> Callable[[bytes], bytes]:
    """A change of a part of JSON: `how` changes the value in place, or gives another."""

    def change(content: bytes) -> bytes:
        value = json.loads(content)
        other = how(value)
        return parts.json_part(value if other is None else other)

    return change


def changed_lines(how: Callable[[list[Any]], Any]) -> Callable[[bytes], bytes]:
    """The same for a part with a line of JSON for each value."""

    def change(content: bytes) -> bytes:
        value = [json.loads(line) for line in content.splitlines()]
        other = how(value)
        return parts.lines_part(value if other is None else other)

    return change
