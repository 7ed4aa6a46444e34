"""Applications that can be cases of a calibration: those that nobody will assess for real."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select

from recruit.models import (
    Application,
    ApplicationStatus,
    Assignment,
    AssignmentStatus,
    Attachment,
    CalibrationCase,
    Eligibility,
    Intake,
    IntakeStatus,
    InterviewList,
    Level,
    ListStatus,
    Referee,
)
from recruit.models.application import GOES_ON, QUESTIONS
from recruit.models.types import id_of
from recruit.queries import intake as intakes
from recruit.queries.assessment_pool import assessed_criteria
from scoring.profile import Profile

#: So many earlier intakes are looked at, the latest first, and so many applications of each.
INTAKES, EACH = 3, 150


@dataclass(frozen=True)
class Candidate:
    """One application that can be a case. `standing`: about how strong it is, 0–4, None where nothing tells; it is for
    choosing a varied set, and shown to nobody.
    """

    application_id: int
    account_id: int
    key: str
    code: str
    title_sv: str
    title_en: str
    earlier: bool
    references: int
    texts: int
    documents: int
    standing: float | None

    @property
    def material(self) -> int:
        """How much there is to read."""
        return 2 * self.references + self.texts + self.documents


def candidates(session: Session, intake: Intake, stage: str, profile: Profile) -> list[Candidate]:
    """This intake's ineligible applications, and those of earlier intakes with the same assessed criteria whose list is
    confirmed: there nobody assesses any more.

    Never one that has been a case before, and nobody who applies in this intake and may be assessed for real.
    """
    here = select(Application.account_id).where(
        Application.intake_id == intake.id, Application.eligibility != Eligibility.INELIGIBLE
    )
    used = select(CalibrationCase.application_id)
    found: list[Candidate] = []
    for source, condition in _sources(session, intake, stage, profile):
        rows = session.exec(
            select(Application)
            .where(
                Application.intake_id == source.id,
                Application.status == ApplicationStatus.SUBMITTED,
                condition,
                col(Application.id).not_in(used),
                col(Application.account_id).not_in(here),
            )
            .order_by(col(Application.id))
            .limit(EACH)
        ).all()
        found += _described(session, source, stage, rows, earlier=source.id != intake.id)
    return found


def _sources(
    session: Session, intake: Intake, stage: str, profile: Profile
) -> list[tuple[Intake, ColumnElement[bool]]]:
    keys = [each.key for each in assessed_criteria(profile, stage)]
    sources: list[tuple[Intake, ColumnElement[bool]]] = [
        (intake, col(Application.eligibility) == Eligibility.INELIGIBLE)
    ]
    earlier = (
        select(Intake)
        .where(
            Intake.id != intake.id,
            Intake.region_id == intake.region_id,
            Intake.status == IntakeStatus.CLOSED,
            Intake.closes_at < intake.closes_at,
            col(Intake.id).in_(
                select(InterviewList.intake_id).where(InterviewList.status == ListStatus.CONFIRMED)
            ),
        )
        .order_by(col(Intake.closes_at).desc(), col(Intake.id))
        .limit(INTAKES)
    )
    for each in session.exec(earlier):
        theirs = intakes.profile_of(session, each)
        if [criterion.key for criterion in assessed_criteria(theirs, stage)] == keys:
            sources.append((each, col(Application.eligibility).in_(GOES_ON)))
    return sources


def _described(
    session: Session, source: Intake, stage: str, rows: Sequence[Application], *, earlier: bool
) -> list[Candidate]:
    ids = [id_of(each) for each in rows]
    levels = _mean_levels(session, ids, stage)
    answers = _referees(session, ids)
    copies = _copies(session, ids)
    described = []
    for each in rows:
        number, mean = answers.get(id_of(each), (0, None))
        texts = (each.scientific_work, each.other_work, each.learning_needs, each.motivation)
        described.append(
            Candidate(
                application_id=id_of(each),
                account_id=each.account_id,
                key=f"{source.slug}/{each.mask_code}",
                code=each.mask_code,
                title_sv=source.title_sv,
                title_en=source.title_en,
                earlier=earlier,
                references=number,
                texts=sum(bool(text) for text in texts),
                documents=copies.get(id_of(each), 0),
                standing=levels.get(id_of(each), mean),
            )
        )
    return described


def _mean_levels(session: Session, ids: Collection[int], stage: str) -> dict[int, float]:
    found = (
        select(Assignment.application_id, func.avg(col(Level.level)))
        .join(Level, col(Level.assignment_id) == col(Assignment.id))
        .where(
            col(Assignment.application_id).in_(ids),
            Assignment.stage == stage,
            Assignment.status == AssignmentStatus.SUBMITTED,
        )
        .group_by(col(Assignment.application_id))
    )
    return {number: float(mean) for number, mean in session.exec(found)}


def _referees(session: Session, ids: Collection[int]) -> dict[int, tuple[int, float | None]]:
    """Application -> how many referees have answered, and the mean of their answers."""
    found: dict[int, list[float]] = {}
    for each in session.exec(select(Referee).where(col(Referee.application_id).in_(ids))):
        answers = [value for value in (getattr(each, name) for name in QUESTIONS) if value is not None]
        if answers:
            found.setdefault(each.application_id, []).append(sum(answers) / len(answers))
    return {number: (len(means), sum(means) / len(means)) for number, means in found.items()}


def _copies(session: Session, ids: Collection[int]) -> dict[int, int]:
    found = (
        select(Attachment.application_id, func.count(col(Attachment.id)))
        .where(col(Attachment.application_id).in_(ids), col(Attachment.redacts_id).is_not(None))
        .group_by(col(Attachment.application_id))
    )
    return dict(session.exec(found).all())


def varied(found: Sequence[Candidate], number: int) -> list[Candidate]:
    """So many of them, from the weakest to the strongest at even steps; of equals the one with most to read."""
    telling = [each for each in found if each.standing is not None and each.material > 2]
    if len(telling) < number:
        rest = sorted((each for each in found if each not in telling), key=lambda each: -each.material)
        return [*telling, *rest][:number]
    telling.sort(key=lambda each: (each.standing or 0.0, -each.material, each.key))
    last = len(telling) - 1
    places = [round(step * last / max(1, number - 1)) for step in range(number)]
    return [telling[place] for place in dict.fromkeys(places)]
