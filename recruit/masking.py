"""The application as an assessor sees it: built from a list of what is allowed, never by striking out the
rest.

Whatever is not named in `MaskedApplication` cannot reach the page: no name, age, sex, contact, country,
school or file name. Free text is the applicant's own, so the names, places and addresses that the application
itself gives are struck out there too.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from babel import Locale

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
from scoring.bands import Period, full_time_days, level_from_value, months
from scoring.profile import Profile

#: The referee's questions, in the order of the fixed form.
QUESTIONS = ("safety", "asks_for_help", "responsibility", "collaboration")
#: Kinds of document that stay with those who decide eligibility, even when a redacted copy exists.
NEVER_SHOWN = frozenset(
    {AttachmentKind.DIPLOMA, AttachmentKind.LICENCE, AttachmentKind.LANGUAGE, AttachmentKind.WORK_PERMIT}
)
SHORTEST_TERM = 3
_ADDRESS = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
_LINK = r"(?:https?://|www\.)\S+"
_NUMBER = r"\+?\d[\d\s()/.-]{6,}\d"

#: Free text in pieces: a string is shown, None is something that was struck out.
Pieces = tuple[str | None, ...]


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
    hide = _Striker(_terms(application, periods, referees, email))
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


def _reference(referee: Referee, position: int, hide: "_Striker") -> MaskedReference:
    answers = tuple((each, getattr(referee, each)) for each in QUESTIONS)
    return MaskedReference(
        letter=chr(ord("A") + position),
        setting=hide(referee.masked_setting),
        answers=tuple((question, answer) for question, answer in answers if answer is not None),
        would_employ=referee.would_employ,
        comment=hide(referee.masked_comment),
    )


class _Striker:
    """Strikes given terms, addresses, links and telephone numbers out of a text."""

    def __init__(self, terms: Iterable[str]) -> None:
        longest_first = sorted({term.casefold() for term in terms}, key=lambda term: (-len(term), term))
        words = "|".join(re.escape(term) for term in longest_first)
        # The genitive goes with the word: "Lettlands" must not leave an s behind.
        named = rf"(?<!\w)(?:{words})(?:[’']?s)?(?!\w)" if words else r"(?!)"
        self.pattern = re.compile(rf"{_ADDRESS}|{_LINK}|{_NUMBER}|{named}", re.IGNORECASE)

    def __call__(self, text: str | None) -> Pieces:
        if not text:
            return ()
        pieces: list[str | None] = []
        end = 0
        for found in self.pattern.finditer(text):
            if found.start() > end:
                pieces.append(text[end : found.start()])
            if not pieces or pieces[-1] is not None:
                pieces.append(None)
            end = found.end()
        if end < len(text):
            pieces.append(text[end:])
        return tuple(pieces)


def _terms(
    application: Application, periods: Iterable[ExperiencePeriod], referees: Iterable[Referee], email: str
) -> list[str]:
    """Names, school, workplaces and countries of this application, as whole phrases; names also word by
    word.
    """
    names = [application.given_name, application.family_name, application.native_name]
    names += [referee.name for referee in referees]
    whole = [application.institution, email, *(referee.workplace for referee in referees)]
    whole += [period.employer for period in periods if period.country != SWEDEN]
    countries = {application.education_country, *(period.country for period in periods)} - {None, SWEDEN}
    for locale in ("sv", "en"):
        territories = Locale.parse(locale).territories
        whole += [territories.get(country) for country in countries]
    words = [word for name in names if name for word in re.split(r"[\s-]+", name)]
    found = [term.strip() for term in (*names, *words, *whole) if term]
    return [term for term in found if len(term) >= SHORTEST_TERM]
