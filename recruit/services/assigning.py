"""What a plan of who assesses what is made from, and the plan itself. Reads, and writes nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from sqlmodel import Session

from recruit import clock
from recruit.acquaintance import workplace_words
from recruit.assigning_words import why_not
from recruit.errors import Conflict
from recruit.models import Application, AssessorLimit, Assignment, AssignmentStatus, Intake
from recruit.models.types import id_of
from recruit.queries import assessment as queries
from recruit.queries import assigning as inputs
from recruit.queries.possible_conflicts import undecided_pairs
from recruit.services.handing import Pair, recusals
from recruit.services.record import canonical, sha256

if TYPE_CHECKING:
    from scoring.assigning import Plan, Terms


@dataclass(frozen=True)
class Basis:
    """All that decides a plan: two that are equal give the same plan.

    Attributes
    ----------
    needs : application -> how many assessors it is to have.
    terms : assessor -> (at least, at most, workplace), of those who may get something.
    barred : pairs that may not come about: declared, possible and not yet answered, or stepped aside.
    fixed, kept : what is submitted or begun and stays; what stands and may go where a limit cannot hold otherwise.
    going : pairs that are taken back whatever the plan: the assessor has left, or is away and hands over, or the
        application is no longer assessed.
    begun : those of `going` in which something is written.
    codes, numbers : what the group calls the applications and the assessors.
    """

    stage: str
    each: int
    needs: Mapping[int, int]
    terms: Mapping[int, tuple[int, int | None, str]]
    barred: frozenset[Pair]
    fixed: Mapping[int, frozenset[int]]
    kept: Mapping[int, frozenset[int]]
    going: frozenset[Pair]
    begun: frozenset[Pair]
    codes: Mapping[int, str]
    numbers: Mapping[int, int]

    def digest(self) -> str:
        """A checksum of all that decides the plan."""
        return sha256(
            canonical(
                [
                    self.stage,
                    sorted(self.needs.items()),
                    sorted(self.terms.items()),
                    sorted(pair for pair in self.barred if pair[0] in self.needs),
                    sorted((application, sorted(panel)) for application, panel in self.fixed.items()),
                    sorted((application, sorted(panel)) for application, panel in self.kept.items()),
                    sorted(self.going),
                ]
            )
        )


def read(
    session: Session, *, intake: Intake, stage: str, now: datetime, only: Collection[str] | None = None
) -> Basis:
    """What a plan made now rests on. `only`: mask codes of the applications that get assessors; the panels of the
    others stay as they are.
    """
    day = clock.in_stockholm(now).date()
    applications = queries.pool(session, intake, stage)
    assessors = {id_of(each) for each in queries.assessors(session, intake.region_id)}
    limits = inputs.limits(session, intake=intake)
    standing = queries.assignments(session, intake, stage)
    begun = inputs.begun(session, intake=intake, stage=stage)
    each = inputs.per_application(session, intake=intake, stage=stage)
    chosen = {id_of(one) for one in applications if only is None or one.mask_code in only}
    in_pool = {id_of(one) for one in applications}
    away = {who for who in assessors if who in limits and limits[who].is_away(day)}
    leaving = {who for who in away if limits[who].hand_over}
    going = {
        (one.application_id, one.assessor_id)
        for one in standing
        if one.status is AssignmentStatus.ASSIGNED
        and (
            one.application_id not in in_pool
            or (
                one.application_id in chosen
                and (one.assessor_id in leaving or one.assessor_id not in assessors)
            )
        )
    }
    fixed, kept = _stands([one for one in standing if one.application_id in in_pool], going, begun, chosen)
    stands = {(one.application_id, one.assessor_id) for one in standing} - going
    loads = _loads(standing, going)
    return Basis(
        stage=stage,
        each=each,
        needs=_needs(session, intake, stage, applications, chosen, each, fixed),
        terms=_terms(assessors, limits, away, inputs.workplaces(session, region_id=intake.region_id), loads),
        barred=frozenset(
            queries.barred(session, applications)
            | recusals(session, intake, stage)
            | (undecided_pairs(session, intake) - stands)
        ),
        fixed=fixed,
        kept=kept,
        going=frozenset(going),
        begun=frozenset(going & begun),
        codes={id_of(one): one.mask_code for one in applications},
        numbers={who: number for number, who in enumerate(sorted(assessors | set(loads)), start=1)},
    )


def _stands(
    standing: list[Assignment], going: set[Pair], begun: set[Pair], chosen: set[int]
) -> tuple[dict[int, frozenset[int]], dict[int, frozenset[int]]]:
    """The panels that stay, and those that may change: nothing is submitted or begun there."""
    fixed: dict[int, set[int]] = {}
    kept: dict[int, set[int]] = {}
    for one in standing:
        pair = (one.application_id, one.assessor_id)
        if pair in going:
            continue
        stays = one.status is AssignmentStatus.SUBMITTED or pair in begun or one.application_id not in chosen
        (fixed if stays else kept).setdefault(one.application_id, set()).add(one.assessor_id)
    return (
        {number: frozenset(panel) for number, panel in fixed.items()},
        {number: frozenset(panel) for number, panel in kept.items()},
    )


def _needs(
    session: Session,
    intake: Intake,
    stage: str,
    applications: list[Application],
    chosen: set[int],
    each: int,
    fixed: Mapping[int, frozenset[int]],
) -> dict[int, int]:
    third = inputs.with_third(session, intake=intake, stage=stage)
    needs = {}
    for one in applications:
        number = id_of(one)
        if number in chosen:
            needs[number] = max(each, queries.THIRD) if number in third else each
        else:
            needs[number] = len(fixed.get(number, ()))
    return needs


def _terms(
    assessors: set[int],
    limits: Mapping[int, AssessorLimit],
    away: set[int],
    places: Mapping[int, str],
    loads: Mapping[int, int],
) -> dict[int, tuple[int, int | None, str]]:
    terms: dict[int, tuple[int, int | None, str]] = {}
    for who in sorted(assessors):
        limit = limits.get(who)
        place = _place(places.get(who, ""))
        if who in away:
            terms[who] = (0, loads.get(who, 0), place)
        elif limit is None:
            terms[who] = (0, None, place)
        else:
            terms[who] = (limit.least, limit.most, place)
    return terms


def _place(name: str) -> str:
    """A workplace under one name, however it was written."""
    return " ".join(sorted(workplace_words(name))) or name.casefold()


def _loads(standing: list[Assignment], going: set[Pair]) -> dict[int, int]:
    loads: dict[int, int] = {}
    for one in standing:
        held = (one.application_id, one.assessor_id) not in going
        loads[one.assessor_id] = loads.get(one.assessor_id, 0) + held
    return loads


def planned(basis: Basis) -> Plan:
    """The plan. Raises Conflict that says in words which limit cannot hold."""
    from scoring.assigning import Impossible

    try:
        return _plan(basis)
    except Impossible as short:
        raise Conflict(why_not(short.shortages, basis.codes, basis.numbers)) from short


def _plan(basis: Basis) -> Plan:
    from scoring.assigning import Terms, plan

    terms: dict[int, Terms] = {who: Terms(*limit) for who, limit in basis.terms.items()}
    return plan(needs=basis.needs, assessors=terms, barred=basis.barred, fixed=basis.fixed, kept=basis.kept)


def fill(
    session: Session, *, intake: Intake, stage: str, needs: Mapping[int, int], now: datetime
) -> tuple[Pair, ...]:
    """(application, assessor) pairs that give each of these applications as many assessors as it needs, while all that
    stands stays. Raises Conflict in words when that cannot be.
    """
    basis = read(session, intake=intake, stage=stage, now=now, only=())
    terms = {who: (0, most, place) for who, (_least, most, place) in basis.terms.items()}
    wanted = {
        number: max(need, basis.needs[number]) for number, need in needs.items() if number in basis.needs
    }
    return planned(replace(basis, needs={**basis.needs, **wanted}, terms=terms)).added
