"""The application as an assessor sees it: its fields are built from a list of what is allowed.

No field that is not named in `MaskedApplication` can reach the page: no name, age, sex, contact, country,
school or file name. Free text is the applicant's own: there what the application itself gives away is struck out
(`recruit.striking`), which can miss what nothing names.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from recruit.frames import SWEDEN, counted_until, form_values
from recruit.models import (
    Application,
    Attachment,
    AttachmentKind,
    ClinicalArea,
    Eligibility,
    ExperiencePeriod,
    Intake,
    Referee,
)
from recruit.models.application import QUESTIONS
from recruit.striking import Known, Pieces, Striker
from scoring.bands import Period, full_time_days, level_from_value, months
from scoring.profile import Profile

#: The referee's questions, in the order of the fixed form.
#: Kinds of document that stay with those who decide eligibility, even when a redacted copy exists.
NEVER_SHOWN = frozenset(
    {AttachmentKind.DIPLOMA, AttachmentKind.LICENCE, AttachmentKind.LANGUAGE, AttachmentKind.WORK_PERMIT}
)


@dataclass(frozen=True)
class MaskedPeriod:
    """Clinical work without employer, country and dates. `months` are calendar months, before part time."""

    area: ClinicalArea
    months: Fraction
    fte_percent: int
    supervised: bool
    in_sweden: bool


@dataclass(frozen=True)
class MaskedReference:
    """A referee's answers. `answers` are (question, 0–4), empty while there are none; no name, title or
    workplace.
    """

    letter: str
    setting: Pieces
    answers: tuple[tuple[str, int], ...]
    would_employ: bool | None
    comment: Pieces


@dataclass(frozen=True)
class MaskedDocument:
    """A redacted copy under a neutral name."""

    number: int
    kind: AttachmentKind
    public_id: str
    media_type: str
    size: int


@dataclass(frozen=True)
class FormLevel:
    """What the form counted for one criterion. `value` and `level` None: nothing was answered."""

    key: str
    value_name: str
    value: Fraction | None
    level: int | None


@dataclass(frozen=True)
class MaskedApplication:
    """Everything that an assessor may read of an application."""

    code: str
    conditional: bool
    form_levels: tuple[FormLevel, ...]
    periods: tuple[MaskedPeriod, ...]
    references: tuple[MaskedReference, ...]
    motivation: Pieces
    scientific_work: Pieces
    other_work: Pieces
    learning_needs: Pieces
    documents: tuple[MaskedDocument, ...]


def mask(
    *,
    application: Application,
    intake: Intake,
    profile: Profile,
    stage: str,
    periods: Sequence[ExperiencePeriod],
    referees: Sequence[Referee],
    copies: Sequence[Attachment],
    email: str = "",
) -> MaskedApplication:
    """The masked view of an application at a stage. `email` is the account's address, to be struck out of
    free text.
    """
    until = counted_until(intake)
    hide = striker(application, periods, referees, email)
    values = form_values(periods, no_experience=application.no_experience, until=until)
    return MaskedApplication(
        code=application.mask_code,
        conditional=application.eligibility is Eligibility.CONDITIONAL,
        form_levels=_form_levels(profile, stage, values),
        periods=tuple(_period(each, intake) for each in periods if each.starts_on <= until),
        references=tuple(_reference(each, position, hide) for position, each in enumerate(referees)),
        motivation=hide(application.motivation),
        scientific_work=hide(application.scientific_work),
        other_work=hide(application.other_work),
        learning_needs=hide(application.learning_needs),
        documents=documents(copies),
    )


def striker(
    application: Application, periods: Iterable[ExperiencePeriod], referees: Iterable[Referee], email: str
) -> Striker:
    """What strikes an application's free text: what it gives away itself, and what a person has chosen."""
    return Striker(_known(application, list(periods), list(referees), email))


def documents(copies: Sequence[Attachment]) -> tuple[MaskedDocument, ...]:
    """The redacted copies that an assessor may download, numbered in the order of upload."""
    shown = [copy for copy in copies if copy.redacts_id is not None and copy.kind not in NEVER_SHOWN]
    return tuple(
        MaskedDocument(number, copy.kind, copy.public_id, copy.media_type, copy.size)
        for number, copy in enumerate(shown, start=1)
    )


def _form_levels(profile: Profile, stage: str, values: dict[str, int | Fraction]) -> tuple[FormLevel, ...]:
    found = []
    for criterion in profile.required_at(stage):
        if criterion.stage != stage or criterion.kind != "from_form" or criterion.value is None:
            continue
        value = values.get(criterion.value)
        found.append(
            FormLevel(
                key=criterion.key,
                value_name=criterion.value,
                value=None if value is None else Fraction(value),
                level=level_from_value(value, criterion.bands),
            )
        )
    return tuple(found)


def _period(period: ExperiencePeriod, intake: Intake) -> MaskedPeriod:
    until = counted_until(intake)
    days = full_time_days([Period(period.starts_on, min(period.ends_on or until, until))])
    return MaskedPeriod(
        area=period.area,
        months=months(days),
        fte_percent=period.fte_percent,
        supervised=period.supervised,
        in_sweden=period.country == SWEDEN,
    )


def _reference(referee: Referee, position: int, hide: Striker) -> MaskedReference:
    answers = tuple((each, getattr(referee, each)) for each in QUESTIONS)
    return MaskedReference(
        letter=chr(ord("A") + position),
        setting=hide(referee.masked_setting, pronouns=True),
        answers=tuple((question, answer) for question, answer in answers if answer is not None),
        would_employ=referee.would_employ,
        comment=hide(referee.masked_comment, pronouns=True),
    )


def _known(
    application: Application, periods: Iterable[ExperiencePeriod], referees: Iterable[Referee], email: str
) -> Known:
    """What the application itself gives away: names, school, town, workplaces, countries. Sweden is no secret."""
    known = Known()
    for name in (application.given_name, application.family_name, application.native_name):
        known.name(name)
    for referee in referees:
        known.name(referee.name)
        known.phrase(referee.workplace)
    known.school(application.institution)
    known.phrase(application.city)
    known.phrase(email)
    countries = {application.education_country}
    for period in periods:
        countries.add(period.country)
        if period.country != SWEDEN:
            known.phrase(period.employer)
    for country in countries - {None, SWEDEN}:
        known.country(str(country))
    for phrase in (application.struck_words or "").splitlines():
        known.choose(phrase)
    return known
