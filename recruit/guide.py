"""Whether somebody needs basic service, and whether an intake is for them: an answer with reasons, before any account.

It is a help, not a decision. What an intake asks is read by the very rules that propose answers to the coordinator.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from recruit import guide_words
from recruit.display import day
from recruit.i18n import gettext as _
from recruit.i18n import language
from recruit.models import (
    Answer,
    Application,
    AttachmentKind,
    ClinicalArea,
    ExperiencePeriod,
    Intake,
    LanguageEvidence,
    LicenceRoute,
    LicenceStatus,
    WorkPermit,
)
from recruit.services.proposals import Told, document_name, proposal
from scoring.profile import Profile, Requirement

Answers = Mapping[str, Any]
Kind = Literal["yes", "condition", "unclear", "no"]
MARKS: dict[Kind, str] = {"yes": "tick", "condition": "watch", "unclear": "watch", "no": "cross"}

#: The questions of each flow, by their addresses.
NEED = ("at", "st", "certificate", "route")
APPLY = ("at", "st", "certificate", "licence", "route", "swedish", "permit", "start")
#: Rules of requirements that the questions answer; the others are about what to have at hand.
ASKED = ("bt_required", "no_earlier_bt", "licence_by_start", "swedish_c1", "work_permit", "can_start")

#: Answers without which nothing can be said of an intake; the way to a licence is asked of those who have a way.
NEEDED = (
    "swedish_at",
    "st_before_july_2021",
    "earlier_bt_certificate",
    "licence",
    "language_evidence",
    "work_permit",
    "can_start",
)
_ENUMS = {
    "licence": LicenceStatus,
    "licence_route": LicenceRoute,
    "work_permit": WorkPermit,
    "language_evidence": LanguageEvidence,
}
_DATES = ("licence_on", "language_on", "work_permit_on")


@dataclass(frozen=True)
class Reason:
    """One reason in words, and the rule it rests on."""

    kind: Kind
    text: str
    rule: str

    @property
    def mark(self) -> str:
        """The sign beside it."""
        return MARKS[self.kind]


@dataclass(frozen=True)
class Verdict:
    """The answer. `advice`: what to do now; `at_hand`: what an application to this intake needs besides."""

    kind: Kind
    title: str
    reasons: Sequence[Reason]
    advice: Sequence[str] = ()
    at_hand: Sequence[str] = ()


def need(answers: Answers) -> Verdict | None:
    """Whether basic service is needed; None while a question that decides it is unanswered."""
    exempt = _exempt(answers)
    if exempt is not None:
        return exempt
    if any(key not in answers for key in ("swedish_at", "st_before_july_2021", "earlier_bt_certificate")):
        return None
    if answers["st_before_july_2021"] == "unsure":
        return _maybe_begun()
    if "licence_route" not in answers:
        return None
    if answers["licence_route"] == LicenceRoute.COMPLEMENTARY_PROGRAMME.value:
        return _after_programme()
    return Verdict(
        "yes",
        _("You need basic service"),
        [
            Reason("yes", _("You have not done Swedish AT."), _rule_at()),
            Reason("yes", _("You did not begin ST in Sweden before 1 July 2021."), _rule_st()),
            Reason("yes", _("You have no certificate of basic service."), _rule_once()),
        ],
        [
            _(
                "Basic service is the first part of specialist training. It takes at least six months, often about"
                " twelve."
            ),
            _("You can apply before your licence is ready, if you will have it when the post starts."),
        ],
    )


def _rule_at() -> str:
    return _("Whoever has done Swedish general service (AT) is exempt from basic service (HSLF-FS 2021:8).")


def _rule_st() -> str:
    return _(
        "Whoever began ST before 1 July 2021 finishes it under the older rules, without basic service (HSLF-FS 2021:8)."
    )


def _rule_once() -> str:
    return _("Basic service is done once.")


def _exempt(answers: Answers) -> Verdict | None:
    """The verdict for whoever is exempt or has done it, as soon as that is known."""
    if answers.get("swedish_at") is True:
        reason = Reason("no", _("You have done Swedish AT."), _rule_at())
    elif answers.get("st_before_july_2021") == "yes":
        reason = Reason("no", _("You began ST in Sweden before 1 July 2021."), _rule_st())
    elif answers.get("earlier_bt_certificate") is True:
        reason = Reason("no", _("You already have a certificate of basic service."), _rule_once())
    else:
        return None
    return Verdict(
        "no",
        _("You do not need basic service"),
        [reason],
        [
            _(
                "Look for a post for specialist training (ST) instead. The posts here are for basic service only."
            )
        ],
    )


def _maybe_begun() -> Verdict:
    return Verdict(
        "unclear",
        _("It depends on your service before 1 July 2021"),
        [
            Reason(
                "unclear",
                _("Service under forms like those of ST before that date may count as ST begun."),
                _rule_st(),
            )
        ],
        [
            _(
                "Ask the director of studies where you worked for a certificate of what the service was, or ask the"
                " National Board of Health and Welfare (Socialstyrelsen)."
            ),
            _("You may apply meanwhile. Write how it is, and a person decides."),
        ],
    )


def _after_programme() -> Verdict:
    return Verdict(
        "unclear",
        _("Probably not: the complementary programme leads to AT"),
        [
            Reason(
                "unclear",
                _(
                    "After a complementary programme you do AT for your licence, and AT exempts from basic service."
                ),
                _rule_at(),
            )
        ],
        [_("Ask your university if you are not sure. If you will not do AT, you may apply.")],
    )


def can_apply(answers: Answers, intake: Intake, profile: Profile) -> Verdict | None:
    """Whether an application to this intake can succeed as things stand; None while a question is unanswered."""
    exempt = _exempt(answers)
    if exempt is not None:
        return exempt
    if not _complete(answers):
        return None
    reasons = _reasons(answers, intake, profile)
    kinds = {each.kind for each in reasons}
    if "no" in kinds:
        return Verdict("no", _("Not to this intake, as things stand"), reasons, _instead(answers, intake))
    ready = _at_hand(answers, profile)
    if "unclear" in kinds:
        return Verdict(
            "unclear",
            _("You can apply, but something must be cleared up"),
            reasons,
            [_("Write how it is in the application. A person looks at it and decides.")],
            ready,
        )
    if "condition" in kinds:
        return Verdict(
            "condition",
            _("You can apply now, on a condition"),
            reasons,
            [
                _(
                    "What you expect must be there when the post starts on %(day)s, not when you apply.",
                    day=day(intake.starts_on),
                ),
                _("Tell us in the application when you expect it. You are assessed like everybody else."),
            ],
            ready,
        )
    return Verdict("yes", _("You can apply"), reasons, [], ready)


def _complete(answers: Answers) -> bool:
    route = answers.get("licence") == LicenceStatus.NONE.value or "licence_route" in answers
    return route and all(name in answers for name in NEEDED)


def _reasons(answers: Answers, intake: Intake, profile: Profile) -> list[Reason]:
    """What the rules of the profile say of the answers, with every document taken for granted."""
    application = Application(
        region_id=intake.region_id,
        intake_id=intake.id or 0,
        account_id=0,
        reference="",
        mask_code="",
        created_at=intake.opens_at,
        saved_at=intake.opens_at,
        **columns(answers),
    )
    found = []
    for each in profile.requirements:
        if each.mandatory and each.rule in ASKED:
            told = Told(application, intake, each, _work(intake), (), frozenset(AttachmentKind))
            found.append(_reason(each, proposal(told).answer, answers, intake))
    return found


def columns(answers: Answers) -> dict[str, Any]:
    """The answers as an application keeps them; what it has no answer for is left out."""
    kept: dict[str, Any] = {}
    for name, value in answers.items():
        if name == "st_before_july_2021":
            if value in ("yes", "no"):
                kept[name] = value == "yes"
        elif name in _ENUMS:
            kept[name] = _ENUMS[name](value)
        elif name in _DATES:
            kept[name] = date.fromisoformat(value) if value else None
        else:
            kept[name] = value
    return kept


def _work(intake: Intake) -> list[ExperiencePeriod]:
    # Work in Swedish is shown by the periods of the application; here it is taken for granted.
    return [
        ExperiencePeriod(
            region_id=intake.region_id,
            application_id=0,
            employer="",
            country="SE",
            area=ClinicalArea.OTHER,
            starts_on=intake.opens_at.date(),
            fte_percent=100,
        )
    ]


def _reason(requirement: Requirement, answer: Answer, answers: Answers, intake: Intake) -> Reason:
    kinds: dict[Answer, Kind] = {
        Answer.YES: "yes",
        Answer.EXPECTED: "condition",
        Answer.UNCLEAR: "unclear",
        Answer.NO: "no",
    }
    name = requirement.name.in_language(language())
    return Reason(
        kinds[answer],
        guide_words.finding(requirement.rule, answer, answers, intake),
        name + ". " + _described(requirement),
    )


def _described(requirement: Requirement) -> str:
    return requirement.description.in_language(language())


def _instead(answers: Answers, intake: Intake) -> list[str]:
    late = [answers[name] for name in _DATES if answers.get(name)]
    advice = []
    if any(date.fromisoformat(each) > intake.starts_on for each in late):
        advice.append(
            _("Look for an intake that starts after %(day)s.", day=day(max(map(date.fromisoformat, late))))
        )
    advice.append(
        _(
            "This is no decision. If you think that it is wrong, you may apply all the same, and a person decides."
        )
    )
    return advice


def _at_hand(answers: Answers, profile: Profile) -> list[str]:
    """What the application needs besides the answers: documents by kind, and references."""
    kinds = dict.fromkeys(AttachmentKind(kind) for each in profile.requirements for kind in each.attachments)
    if answers.get("licence") == LicenceStatus.HELD.value:
        kinds[AttachmentKind.LICENCE] = None
    if answers.get("work_permit") == WorkPermit.HELD.value:
        kinds[AttachmentKind.WORK_PERMIT] = None
    if answers.get("language_evidence") != LanguageEvidence.CERTIFICATE.value:
        kinds.pop(AttachmentKind.LANGUAGE, None)
    documents = [_sentence(str(document_name(kind))) for kind in kinds]
    referees = sum(each.count or 0 for each in profile.requirements)
    return [
        *documents,
        *([_("Names and e-mail addresses of %(number)s referees", number=referees)] if referees else []),
    ]


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
