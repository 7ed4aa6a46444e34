"""The borderline zone of a list: who is in it, and how the locked profile lets it be settled."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlmodel import Session

from recruit.errors import Conflict, Invalid
from recruit.frames import RunCertainty, certainty
from recruit.i18n import lazy_gettext as _
from recruit.models import Intake, InterviewList, RankingRun, ZoneDecision
from recruit.queries import assessment as assessments
from recruit.queries import intake as intakes
from recruit.services import record
from recruit.services.lines import Line
from scoring.errors import ScoringError

if TYPE_CHECKING:
    from scoring.borderline import SettledOrder

DISCUSS, THIRD, LOT = "discuss", "third_assessment", "lot"


@dataclass(frozen=True)
class InZone:
    """One application in the zone. `p` is the probability of truly being above the line."""

    application: str
    p: float


@dataclass(frozen=True)
class Settlement:
    """The zone of a line and how it is settled; `InterviewList.settlement` keeps it as canonical JSON.

    `settle`, `low` and `high` are the profile's rule; `k` is how many are called. `zone` are those in it in the order
    of points, `order` the same in the order in which the line meets them: by points until something else was decided,
    by the lot at once where the profile says so. `undeterminable`: the levels cannot tell who is in the zone;
    `caveats` say why, in codes of `scoring.certainty.CAVEATS`. `third_asked`: a third assessment has been asked for at
    this stage, so that points decide and there is no further round. `third_missing`: for whom one was asked, but nobody
    is left to make it, so that the group says why points decide all the same. `rationale_sha256`: of its reasons.
    """

    settle: str
    low: str
    high: str
    k: int
    zone: tuple[InZone, ...]
    order: tuple[str, ...]
    undeterminable: bool
    caveats: tuple[str, ...]
    third_asked: bool = False
    rationale_sha256: str | None = None
    third_missing: tuple[str, ...] = ()

    def text(self) -> str:
        """Canonical JSON, as a list keeps it and its checksum covers it; without `third_missing` where it is empty."""
        kept = asdict(self)
        if not self.third_missing:
            del kept["third_missing"]
        return record.canonical(kept)

    @property
    def codes(self) -> list[str]:
        """Those in the zone, in the order of points."""
        return [each.application for each in self.zone]

    @property
    def of_the_group(self) -> bool:
        """Whether the group writes something before the list can be confirmed."""
        return self.undeterminable or bool(self.third_missing) or (self.settle == DISCUSS and bool(self.zone))

    def on(self, ranked: Sequence[str]) -> SettledOrder:
        """The order that the line is drawn on: those in the zone change places with each other, nobody else moves."""
        from scoring.borderline import order_settled

        return order_settled(ranked, self.order)


def settlement_of(interview_list: InterviewList) -> Settlement | None:
    """What a list's zone is and how it was settled; None on a list from before there were zones."""
    if interview_list.settlement is None:
        return None
    kept: dict[str, Any] = json.loads(interview_list.settlement)
    zone = tuple(InZone(**each) for each in kept.pop("zone"))
    kept |= {name: tuple(kept.get(name, ())) for name in ("order", "caveats", "third_missing")}
    return Settlement(zone=zone, **kept)


def certainty_of(run: RankingRun, line: Line) -> RunCertainty:
    """How certain the places of a run are with this line; the same figures for everybody."""
    if line.wishes is None:
        return certainty(run, line.places)
    return certainty(run, line.places, select=line.called, line=line.key)


def settle(session: Session, *, intake: Intake, run: RankingRun, line: Line) -> Settlement:
    """The zone of a line that is being drawn, settled as far as the profile settles it without people.

    Raises Conflict where the run's levels cannot be used.
    """
    rule = intakes.profile_of(session, intake).stages[run.stage].borderline
    try:
        sure = certainty_of(run, line)
    except ScoringError as error:
        raise Conflict(
            _("How certain the places are could not be computed: %(reason)s", reason=str(error))
        ) from error
    zone = tuple(InZone(row.mask_code, row.p) for row in sure.zone if row.p is not None)
    codes = [each.application for each in zone]
    return Settlement(
        settle=rule.settle,
        low=str(rule.low),
        high=str(rule.high),
        k=line.places,
        zone=zone,
        order=by_lot(line.ranked, codes, run.seed) if rule.settle == LOT else tuple(codes),
        undeterminable=not sure.determinable,
        caveats=sure.caveats,
        third_asked=assessments.third_asked(session, intake=intake, stage=run.stage),
        third_missing=tuple(assessments.third_missing(session, intake=intake, stage=run.stage)),
    )


def by_lot(ranked: Sequence[str], codes: Sequence[str], seed: str) -> tuple[str, ...]:
    """The members of the zone in the order of the lot."""
    from scoring.borderline import order_after_lot

    return order_after_lot(ranked, codes, seed).zone


def decided(
    line: Line,
    settlement: Settlement,
    *,
    above: Sequence[str],
    reasons: Mapping[str, str],
    rationale: str,
) -> tuple[Settlement, set[str]]:
    """The settlement after a decision of the group, and who of the zone it moves across the line.

    Raises Conflict where the zone is not for the group to decide, Invalid, naming the field, for a decision that is
    not whole: `rationale`, `above` or `reasons`. Where third assessments are missing, points decide: `above` are those
    whom the points call, and the group says why.
    """
    if not settlement.undeterminable and not settlement.third_missing:
        if settlement.settle != DISCUSS:
            raise Conflict(_settled_otherwise(settlement))
        if not settlement.zone:
            raise Conflict(_("Nobody is in the borderline zone, so there is nothing to decide."))
    if not rationale.strip():
        raise Invalid(
            _("Write why the group settles the zone as it does. It is kept in the record."), field="rationale"
        )
    _check_codes(settlement, above, "above")
    _check_codes(settlement, list(reasons), "reasons")
    by_points = set(line.called(line.ranked))
    moved = set(above) ^ (by_points & set(settlement.codes))
    if settlement.settle != DISCUSS and moved:
        raise Invalid(_settled_otherwise(settlement), field="above")
    order = settlement.order
    if settlement.settle == DISCUSS:
        from scoring.borderline import order_after_discussion

        order = order_after_discussion(line.ranked, settlement.codes, above).zone
    made = replace(settlement, order=order, rationale_sha256=record.sha256(rationale.strip()))
    _check_line_follows(line, made, above, by_points)
    silent = sorted(code for code in moved if not reasons.get(code, "").strip())
    if silent:
        raise Invalid(
            _(
                "%(codes)s: give the reason for each application that is moved across the line.",
                codes=", ".join(silent),
            ),
            field="reasons",
        )
    return made, moved


def _settled_otherwise(settlement: Settlement) -> Any:
    if settlement.settle == LOT:
        return _(
            "The criteria profile settles the borderline zone by lot. The group cannot decide it otherwise."
        )
    return _(
        "The criteria profile settles the borderline zone by a third assessment, after which points decide. The group"
        " cannot decide it otherwise."
    )


def _check_codes(settlement: Settlement, codes: Sequence[str], field: str) -> None:
    for code in codes:
        if code not in settlement.codes:
            raise Invalid(
                _("%(code)s is not in the borderline zone; its place follows from its points.", code=code),
                field=field,
            )
        if list(codes).count(code) > 1:
            raise Invalid(_("%(code)s is named twice. Keep it once.", code=code), field=field)


def _check_line_follows(line: Line, made: Settlement, above: Sequence[str], by_points: set[str]) -> None:
    """Exactly those named are called of the zone; nobody outside it gains or loses, whatever is decided."""
    zone = set(made.codes)
    if set(line.called(made.on(line.ranked))) & zone == set(above):
        return
    places = len(by_points & zone)
    if line.wishes is None or len(set(above)) != places:
        raise Invalid(
            _(
                "The zone has %(places)s places above the line, and %(named)s are named. Name exactly as many.",
                places=places,
                named=len(above),
            ),
            field="above",
        )
    raise Invalid(
        _(
            "With the groups of posts and the sites that they wish for, exactly these cannot be called: it would"
            " move others. Choose again, or draw the line anew."
        ),
        field="above",
    )


def refuse_unsettled(
    session: Session,
    *,
    interview_list: InterviewList,
    intake: Intake,
    run: RankingRun,
    decision: ZoneDecision | None,
) -> None:
    """Raise Conflict while the zone of a list is not settled as the profile says."""
    settlement = settlement_of(interview_list)
    if settlement is None:
        return
    if settlement.settle == THIRD:
        _refuse_without_third(session, intake, run, settlement, decision)
    if settlement.undeterminable:
        if decision is None:
            raise Conflict(
                _(
                    "The levels cannot tell where the borderline zone is. Look at those near the line, and write why"
                    " it is drawn there, before the list is confirmed."
                )
            )
    elif settlement.settle == DISCUSS and settlement.zone and decision is None:
        raise Conflict(
            _(
                "%(number)s applications are in the borderline zone, and the group has not settled it: write why it"
                " is settled as it is, before the list is confirmed.",
                number=len(settlement.zone),
            )
        )


def _refuse_without_third(
    session: Session,
    intake: Intake,
    run: RankingRun,
    settlement: Settlement,
    decision: ZoneDecision | None,
) -> None:
    missing = assessments.third_missing(session, intake=intake, stage=run.stage)
    waiting = set(assessments.third_waiting(session, intake=intake, stage=run.stage)) - set(missing)
    if waiting:
        raise Conflict(
            _(
                "Third assessments are still to come for %(codes)s. Wait for them, and run the ranking again.",
                codes=", ".join(sorted(waiting)),
            )
        )
    if set(missing) != set(settlement.third_missing):
        raise Conflict(
            _(
                "Who is without a third assessment has changed since the line was drawn. Discard the draft and draw the"
                " line anew."
            )
        )
    if missing and decision is None:
        raise Conflict(
            _(
                "Nobody is left to make the third assessment of %(codes)s. Write why the points that there are decide,"
                " before the list is confirmed.",
                codes=", ".join(missing),
            )
        )
    if settlement.third_asked or not settlement.zone:
        return
    fewer = assessments.fewer_than(session, intake=intake, stage=run.stage, codes=settlement.codes, number=3)
    if fewer:
        raise Conflict(
            _(
                "The criteria profile asks for a third assessment of the applications in the borderline zone. Ask for"
                " it, and draw the line on a new run when it is in."
            )
        )
