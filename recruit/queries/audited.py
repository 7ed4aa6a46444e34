"""Everything that the auditor's analysis is computed from, read in a fixed number of queries."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlmodel import Session, col, select

from recruit.audited_frames import (
    Person,
    Reaching,
    intakes_frame,
    no_levels,
    people_frame,
    plain,
    ranked_in,
    zone_frame,
)
from recruit.frames import levels_frame, profile_of_inputs
from recruit.models import (
    Application,
    ApplicationStatus,
    BorderlineDecision,
    Eligibility,
    Intake,
    InterviewList,
    LicenceStatus,
    ListStatus,
    Outcome,
    RankingRun,
    RequirementDecision,
    Site,
    SitePreference,
)
from recruit.queries import intake as intakes
from recruit.queries import interview as lists
from recruit.queries import monitoring
from recruit.queries import outcome as outcomes
from recruit.queries import ranking as rankings
from recruit.queries.audited_intakes import counted
from recruit.requirement_answers import outcome

if TYPE_CHECKING:
    import pandas as pd

    from scoring.monitoring import Stage
    from scoring.profile import Profile


@dataclass(frozen=True)
class Audited:
    """Everything that an analysis is computed from. Nobody is named: rows go by mask code.

    `drawn`: {"version", "confirmed"} of the list that decides who is called, None while no line is drawn; `run`:
    {"stage", "number", "inputs_sha256", "results_sha256"} of the ranking, the list's or else the newest. `stage` is
    the one that counts, `criteria` those that count in it, `weights` theirs, on a sum of 100.

    `stages`: as scoring takes them; each names columns of `people`, which has one row per submitted application:

    - the attributes of `frames.ATTRIBUTES`, `application` (mask code), `site` (of the first preference);
    - 1/0 in `applied`, `eligible` and each stage that there is: `screened`, `called`, `listed`, `interviewed`, …;
    - `withdrawn`, `pending` (no decision yet), `left` (declined or dropped out), `licence_expected` (a date, if it is
      not held yet);
    - `answer_<requirement>` and `proposed_<requirement>`: "yes", "no", "expected", "unclear"; `proposed`: whether the
      rules' proposals alone would have made it eligible, None where they left that open;
    - `status` ("ranked", "below_threshold", …), `place`, `points` (a Fraction) and `level_<criterion>` (Fractions) of
      the run. None everywhere is missing.

    `levels`: application, assessor (a pseudonym, or "form"), criterion, level. `zone`: application, by_points, above,
    of those in the borderline zone of the list that the group decided. `intakes`: intake, the attributes, `eligible`,
    `called`, `goals_reached` (True, False or None) and `level_<criterion>` of everybody in the region's intakes with a
    line up to and including this one, in the order of time, which `order_of_intakes` has. `posts`: how many at each
    site.
    """

    intake: str
    starts_on: date
    list_id: int | None
    drawn: dict[str, Any] | None
    run: dict[str, Any] | None
    profile: Profile
    stage: str
    criteria: tuple[str, ...]
    weights: Mapping[str, Fraction]
    threshold: Fraction
    requirements: tuple[str, ...]
    mandatory: frozenset[str]
    stages: tuple[Stage, ...]
    people: pd.DataFrame
    levels: pd.DataFrame
    zone: pd.DataFrame
    intakes: pd.DataFrame
    order_of_intakes: tuple[str, ...]
    posts: Mapping[str, int]
    undecided: int
    withdrawn: int

    def inputs(self) -> dict[str, Any]:
        """All of it, JSON-ready. Profile and levels are in the checksum of the run's inputs."""
        return {
            "intake": self.intake,
            "starts_on": self.starts_on.isoformat(),
            "list": self.drawn,
            "run": self.run,
            "profile": self.profile.digest(),
            "stages": [[each.key, each.from_column] for each in self.stages],
            "people": plain(self.people),
            "zone": plain(self.zone),
            "intakes": plain(self.intakes),
            "posts": dict(self.posts),
        }

    @cached_property
    def sha256(self) -> str:
        """Checksum of the inputs: the same for the same state of things."""
        text = json.dumps(self.inputs(), sort_keys=True, ensure_ascii=False, allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()


def audited(session: Session, intake: Intake) -> Audited:
    """Read it. The latest confirmed list decides who is called, without one the draft. Constant queries.

    Raises Conflict for a profile that was changed in the database, ScoringError for a run that is damaged.
    """
    drawn = lists.latest_confirmed(session, intake=intake) or lists.draft_of(session, intake=intake)
    reached = monitoring.reached(session, intake=intake, drawn=drawn)
    run = _run(session, intake, drawn)
    inputs = json.loads(run.inputs) if run else None
    profile = profile_of_inputs(inputs) if inputs else intakes.profile_of(session, intake)
    stage = inputs["stage"] if inputs else "screening"
    weights = profile.weights_at(stage)
    criteria = tuple(weights)
    requirements = tuple(each.key for each in profile.requirements)
    everybody = monitoring.applied(session, intake=intake)
    people = _people(session, intake, profile)
    order, everywhere = counted(session, intake, drawn)
    return Audited(
        intake=intake.slug,
        starts_on=intake.starts_on,
        list_id=drawn.id if drawn else None,
        drawn={"version": drawn.version, "confirmed": drawn.status is ListStatus.CONFIRMED}
        if drawn
        else None,
        run=_named(run),
        profile=profile,
        stage=stage,
        criteria=criteria,
        weights=weights,
        threshold=Fraction(profile.stages[stage].threshold),
        requirements=requirements,
        mandatory=frozenset(each.key for each in profile.requirements if each.mandatory),
        stages=tuple(
            monitoring.stages_of(reached.called is not None, reached.listed is not None, reached.further)
        ),
        people=people_frame(
            everybody.rows,
            [people[row.application_id] for row in everybody.rows],
            Reaching(reached.called, reached.listed, reached.further),
            ranked=ranked_in(run.results) if run else {},
            requirements=requirements,
            criteria=criteria,
        ),
        levels=levels_frame(inputs) if inputs else no_levels(),
        zone=_zone(session, drawn),
        intakes=intakes_frame(everywhere, criteria),
        order_of_intakes=order,
        posts={each.site: each.number for each in intakes.posts_of(session, intake)},
        undecided=everybody.undecided,
        withdrawn=everybody.withdrawn,
    )


def _run(session: Session, intake: Intake, drawn: InterviewList | None) -> RankingRun | None:
    if drawn is not None:
        return lists.run_of(session, interview_list=drawn)
    return rankings.latest_run(session, intake=intake, stage="screening")


def _named(run: RankingRun | None) -> dict[str, Any] | None:
    if run is None:
        return None
    return {
        "stage": run.stage,
        "number": run.number,
        "inputs_sha256": run.inputs_sha256,
        "results_sha256": run.results_sha256,
    }


def _people(session: Session, intake: Intake, profile: Profile) -> dict[int, Person]:
    """Everybody who has applied, by id. Three queries."""
    ended = select(Outcome.application_id).where(
        Outcome.intake_id == intake.id, col(Outcome.kind).in_(outcomes.ENDS)
    )
    left = set(session.exec(ended))
    decided: dict[int, list[RequirementDecision]] = defaultdict(list)
    decisions = (
        select(RequirementDecision)
        .join(Application, col(Application.id) == RequirementDecision.application_id)
        .where(Application.intake_id == intake.id)
    )
    for each in session.exec(decisions):
        decided[each.application_id].append(each)
    first = (
        select(  # type: ignore[call-overload]
            Application.id,
            Application.mask_code,
            Application.status,
            Application.eligibility,
            Application.licence,
            Application.licence_on,
            Site.name,
        )
        .join(
            SitePreference,
            (col(SitePreference.application_id) == Application.id) & (col(SitePreference.rank) == 1),
            isouter=True,
        )
        .join(Site, col(Site.id) == SitePreference.site_id, isouter=True)
        .where(Application.intake_id == intake.id, col(Application.submitted_at).is_not(None))
    )
    return {
        row[0]: _person(row, decided.get(row[0], ()), profile, row[0] in left) for row in session.exec(first)
    }


def _person(row: Any, decided: Sequence[RequirementDecision], profile: Profile, left: bool) -> Person:
    _id, code, status, eligibility, licence, licence_on, site = row
    proposals = {each.requirement: each.proposed for each in decided}
    proposed = outcome(profile, proposals)
    return Person(
        code=code,
        withdrawn=status is ApplicationStatus.WITHDRAWN,
        pending=eligibility is Eligibility.PENDING,
        left=left,
        site=site,
        licence_expected=licence_on if licence is LicenceStatus.EXPECTED else None,
        answers={each.requirement: each.answer for each in decided},
        proposals=proposals,
        proposed=None if proposed is Eligibility.PENDING else proposed in monitoring.GOES_ON,
    )


def _zone(session: Session, drawn: InterviewList | None) -> pd.DataFrame:
    """A decision has a reason exactly where it is not as the points have it."""
    if drawn is None:
        return zone_frame([])
    found = (
        select(Application.mask_code, BorderlineDecision.above, BorderlineDecision.reason)
        .join(Application, col(Application.id) == BorderlineDecision.application_id)
        .where(BorderlineDecision.list_id == drawn.id)
    )
    return zone_frame([(code, above != bool(reason), above) for code, above, reason in session.exec(found)])
