"""Saving what an applicant tells, topic by topic."""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, delete, select

from recruit.actor import Actor
from recruit.display import countries
from recruit.errors import Conflict, Invalid
from recruit.i18n import lazy_gettext as _
from recruit.models import (
    AgeBand,
    Application,
    ApplicationStatus,
    ClinicalArea,
    ExperiencePeriod,
    Intake,
    LanguageEvidence,
    LicenceRoute,
    LicenceStatus,
    MonitoringAnswer,
    Notice,
    Posts,
    Referee,
    Sex,
    SitePreference,
    WorkPermit,
)
from recruit.models.types import id_of
from recruit.queries import application as queries
from recruit.queries import references
from recruit.services.changing import Changes, changing
from recruit.services.laying_aside import lay_aside
from recruit.services.reference_mail import tell_group
from recruit.services.topics import TOPIC_COLUMNS

_ENUMS: dict[str, type[enum.Enum]] = {
    "licence": LicenceStatus,
    "licence_route": LicenceRoute,
    "work_permit": WorkPermit,
    "language_evidence": LanguageEvidence,
}
MAX_PERIODS = 60
MAX_REFEREES = 5


@dataclass(frozen=True)
class PeriodAnswers:
    """One period of clinical work. `ends_on` None: it goes on. `fte_percent` 1–100. `country` ISO 3166 alpha-2."""

    employer: str
    country: str
    area: ClinicalArea
    starts_on: date
    ends_on: date | None
    fte_percent: int
    supervised: bool = False


@dataclass(frozen=True)
class RefereeAnswers:
    """A person who can tell how the applicant works."""

    name: str
    title: str
    workplace: str
    email: str
    phone: str | None = None
    language: str = "both"


def save_topic(
    session: Session,
    *,
    application: Application,
    topic: str,
    answers: Mapping[str, Any],
    revision: int | None = None,
    actor: Actor,
    now: datetime,
) -> Application:
    """Save answers of one topic: column -> value (an enum or its text; None: not answered).

    Raises Invalid for an answer that is not of the topic or not among its choices, and as `changing` does.
    """
    columns = TOPIC_COLUMNS.get(topic)
    if columns is None:
        raise Invalid(_("%(topic)s is no topic of an application.", topic=topic))
    unknown = sorted(set(answers) - columns)
    if unknown:
        raise Invalid(_("%(answer)s is no answer of the topic %(topic)s.", answer=unknown[0], topic=topic))
    values = {column: _checked(column, value) for column, value in answers.items()}
    with changing(
        session, application=application, revision=revision, topic=topic, actor=actor, now=now
    ) as changes:
        if values.get("no_experience") and queries.periods(session, application):
            raise Invalid(_("Remove the periods first, or leave this without a tick."), field="no_experience")
        changes.set(application, values)
    return application


def fill_in(
    session: Session, *, application: Application, answers: Mapping[str, Any], actor: Actor, now: datetime
) -> bool:
    """Save answers that were given before the application was begun, each in its topic; whether there were any.

    What is answered already stays. Raises as `save_topic`.
    """
    found = False
    for topic, columns in TOPIC_COLUMNS.items():
        own = {
            name: value
            for name, value in answers.items()
            if name in columns and value is not None and getattr(application, name) is None
        }
        if own:
            found = True
            save_topic(session, application=application, topic=topic, answers=own, actor=actor, now=now)
    return found


def _checked(column: str, value: Any) -> Any:
    kind = _ENUMS.get(column)
    if kind is not None and value is not None and not isinstance(value, kind):
        try:
            return kind(value)
        except ValueError:
            raise Invalid(_("%(value)s is not one of the answers.", value=value), field=column) from None
    if column == "education_country" and value is not None:
        _check_country(value, column)
    return value


def _check_country(code: str, field: str) -> None:
    if code not in {known for known, _name in countries("en")}:
        raise Invalid(_("%(value)s is not a country. Choose one from the list.", value=code), field=field)


def save_period(
    session: Session,
    *,
    application: Application,
    period: PeriodAnswers,
    public_id: str | None = None,
    revision: int | None = None,
    actor: Actor,
    now: datetime,
) -> ExperiencePeriod:
    """Add a period, or change the one with `public_id`. Periods may overlap; the same day counts once."""
    _check_country(period.country, "country")
    if period.ends_on is not None and period.ends_on < period.starts_on:
        raise Invalid(_("The last day comes before the first day."), field="ends_on")
    if not 1 <= period.fte_percent <= 100:
        raise Invalid(_("Write the extent as a whole number from 1 to 100."), field="fte_percent")
    with changing(
        session, application=application, revision=revision, topic="experience", actor=actor, now=now
    ) as changes:
        values = {name: getattr(period, name) for name in asdict(period)}
        if public_id is None:
            _check_number(session, application)
            row = ExperiencePeriod(
                region_id=application.region_id, application_id=id_of(application), **values
            )
            changes.note(f"period.{row.public_id}", None, _described(row))
        else:
            row = queries.period(session, application, public_id)
            before = _described(row)
            for name, value in values.items():
                setattr(row, name, value)
            changes.note(f"period.{row.public_id}", before, _described(row))
        session.add(row)
        changes.set(application, {"no_experience": False})
    return row


def remove_period(
    session: Session,
    *,
    application: Application,
    public_id: str,
    revision: int | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Remove a period; for a while it can be put back. A sent application must keep one, or say that there is none."""
    with changing(
        session, application=application, revision=revision, topic="experience", actor=actor, now=now
    ) as changes:
        row = queries.period(session, application, public_id)
        changes.note(f"period.{row.public_id}", _described(row), None)
        lay_aside(session, row, now)


def take_back(session: Session, *, application: Application, row: ExperiencePeriod, changes: Changes) -> None:
    """Inside `changing`: add a period that had been removed, as it was. Raises Invalid when there are too many."""
    _check_number(session, application)
    session.add(row)
    changes.note(f"period.{row.public_id}", None, _described(row))
    changes.set(application, {"no_experience": False})


def _check_number(session: Session, application: Application) -> None:
    if len(queries.periods(session, application)) >= MAX_PERIODS:
        raise Invalid(
            _("There are %(number)s periods already, which is the most.", number=MAX_PERIODS),
            field="employer",
        )


def _described(row: ExperiencePeriod) -> dict[str, Any]:
    return {
        "employer": row.employer,
        "country": row.country,
        "area": row.area.value,
        "starts_on": row.starts_on.isoformat(),
        "ends_on": row.ends_on.isoformat() if row.ends_on else None,
        "fte_percent": row.fte_percent,
        "supervised": row.supervised,
    }


def save_referees(
    session: Session,
    *,
    application: Application,
    referees: Sequence[RefereeAnswers],
    revision: int | None = None,
    actor: Actor,
    now: datetime,
) -> list[Referee]:
    """Save the referees in order, replacing those before. Who stays the same person keeps what was answered.

    The coordinators are told when somebody who had been asked is replaced: the link is dead. Raises Conflict when
    somebody who has answered would go, and as `changing`.
    """
    if len(referees) > MAX_REFEREES:
        raise Invalid(_("Name at most %(number)s referees.", number=MAX_REFEREES))
    with changing(
        session, application=application, revision=revision, topic="references", actor=actor, now=now
    ) as changes:
        old = list(queries.referees(session, application))
        before = [asdict(_named(row)) for row in old]
        kept = {row.email.lower(): row for row in old}
        rows, replaced = [], False
        for position, row in enumerate(old):  # out of the way, so that positions stay unique while they move
            row.position = -1 - position
        session.flush()
        for position, referee in enumerate(referees, start=1):
            found = kept.pop(referee.email.lower()) if referee.email.lower() in kept else None
            row = found or Referee(
                region_id=application.region_id,
                application_id=id_of(application),
                position=position,
                **asdict(referee),
            )
            for name, value in {**asdict(referee), "position": position}.items():
                setattr(row, name, value)
            session.add(row)
            rows.append(row)
        for row in kept.values():
            _refuse_answered(row)
            replaced = replaced or references.request_of(session, row) is not None
            session.delete(row)
        changes.note("referees", before, [asdict(referee) for referee in referees])
    if replaced:
        intake = session.get_one(Intake, application.intake_id)
        tell_group(session, Notice.REFERENCE_TROUBLE, application, intake, now)
    return rows


def _refuse_answered(row: Referee) -> None:
    """What a referee has answered is not taken away by naming somebody else."""
    if row.answered_at is not None:
        raise Conflict(
            _("%(name)s has answered already, so this referee stays in the application.", name=row.name)
        )


def _named(row: Referee) -> RefereeAnswers:
    return RefereeAnswers(row.name, row.title, row.workplace, row.email, row.phone, row.language)


def save_sites(
    session: Session,
    *,
    application: Application,
    site_ids: Sequence[int],
    revision: int | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Save the sites preferred, first choice first; none at all means no preference."""
    offered = set(session.exec(select(Posts.site_id).where(Posts.intake_id == application.intake_id)))
    if len(set(site_ids)) != len(site_ids) or not set(site_ids) <= offered:
        raise Invalid(_("Choose among the sites of this intake, each at most once."), field="choice1")
    with changing(
        session, application=application, revision=revision, topic="sites", actor=actor, now=now
    ) as changes:
        changes.note("site_ids", queries.site_ids(session, application), list(site_ids))
        session.exec(delete(SitePreference).where(col(SitePreference.application_id) == application.id))
        for rank, site_id in enumerate(site_ids, start=1):
            session.add(
                SitePreference(
                    region_id=application.region_id,
                    application_id=id_of(application),
                    site_id=site_id,
                    rank=rank,
                )
            )
        application.sites_seen = True


def save_monitoring(
    session: Session,
    *,
    application: Application,
    sex: Sex | None,
    age_band: AgeBand | None,
    revision: int | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Save the voluntary answers, apart from everything else. The record never holds what was answered."""
    with changing(
        session, application=application, revision=revision, topic="monitoring", actor=actor, now=now
    ) as changes:
        row = queries.own_monitoring_answer(session, application) or MonitoringAnswer(
            region_id=application.region_id, application_id=id_of(application)
        )
        row.sex, row.age_band = sex, age_band
        session.add(row)
        application.monitoring_seen = True
        changes.concealed = application.status is ApplicationStatus.SUBMITTED
