"""What becomes of the criteria profile: a second version that waits for the chair, and a third being written."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from recruit.profile_content import content_of
from recruit.services import profile_drafts, profiles
from scoring.criteria import Text
from scoring.profile import default_profile

if TYPE_CHECKING:
    from recruit.demo.story import Demo


def make_profiles(demo: Demo) -> None:
    """Version 2 asks for less at screening and says better what a course is; a draft goes on from it."""
    session, group = demo.session, demo.group
    sample = default_profile()
    rule = replace(sample.stages["screening"], threshold=Decimal(35))
    science = sample.criterion("science")
    anchors = (
        science.anchors[0],
        Text("kurs i vetenskaplig metod eller kvalitetsarbete", "course in research method or quality work"),
        *science.anchors[2:],
    )
    changed = replace(
        sample,
        version_note=Text("Lägre tröskel efter vårens omgång.", "A lower threshold after the spring intake."),
        criteria=tuple(
            replace(each, anchors=anchors) if each.key == science.key else each for each in sample.criteria
        ),
        stages={**sample.stages, "screening": rule},
    )
    saved = profiles.save(
        session, region_id=group.region_id, toml=changed.to_toml(), actor=group.actor, now=demo.at(-6)
    )
    profiles.comment_on(
        session,
        profile=saved,
        comment="Tröskeln 40 stängde ute fyra som senare hade klarat målen. Vad tror du om 35?",
        actor=group.actor,
        now=demo.at(-6, 10),
    )
    profiles.ask_for_approval(session, profile=saved, actor=group.actor, now=demo.at(-6, 10))
    draft = profile_drafts.begin(
        session,
        region_id=group.region_id,
        key=changed.key,
        start=content_of(changed),
        actor=group.second,
        now=demo.at(-3),
    )
    profile_drafts.save(
        session,
        draft=draft,
        part="weights",
        typed={"weight_c3": "12,5"},
        seen=1,
        actor=group.second,
        now=demo.at(-3, 10),
    )
    demo.tell("  Version 2 of the profile waits for approval; a draft of the next is being written.")
